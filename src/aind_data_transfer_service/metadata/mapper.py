"""Gathers metadata with the real ``aind-metadata-mapper``, in an environment of its own."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ..errors import TransferError
from ..ports.metadata_source import (
    Gathered,
    GatherRequest,
    MetadataNotFound,
    MetadataNotGathered,
    MetadataServiceRefused,
    MetadataServiceUnavailable,
)
from .data_description import institution_of
from .errors import SessionSettingsInvalid
from .extractor_settings import KINDS, complete
from .files import DATA_DESCRIPTION
from .tools import run_program

_NOT_FOUND = 404
_SERVER_ERROR = 500
_FROM_SERVICE = {
    "subject.json": "subject_settings",
    "procedures.json": "procedures_settings",
    DATA_DESCRIPTION: "raw_data_description_settings",
    "rig.json": "rig_settings",
    "instrument.json": "instrument_settings",
}
_FROM_DATA = {"session.json": "session_settings", "acquisition.json": "acquisition_settings"}
# These write a file, and into the folder of the session unless told where.
_WRITERS = frozenset({"FiberPhotometry", "Mesoscope"})


class MapperSource:
    """Asks the mapper for what a session does not bring.

    Parameters
    ----------
    command
        What starts a Python with the mapper.
    service_url
        The metadata service; None: the mapper is not asked for what only the service has.
    service_timeout
        Seconds that one answer of the service may take.
    """

    name = "aind-metadata-mapper"

    def __init__(
        self, command: Sequence[str], *, service_url: str | None, service_timeout: float
    ) -> None:
        self._command = tuple(command)
        self._service_url = service_url.rstrip("/") if service_url else None
        self._timeout = service_timeout

    def gather(self, request: GatherRequest) -> Gathered:
        """Run the mapper's job for what is lacking; see `MetadataSource`."""
        settings = self._job_settings(request)
        asked = {name: key for name, key in (_FROM_SERVICE | _FROM_DATA).items() if key in settings}
        warnings = self._not_asked(request)
        if not asked and "processing_settings" not in settings:
            return Gathered({}, tuple(warnings))
        answer = run_program(
            self._command,
            "gather",
            {"job_settings": settings, "timeout": self._timeout},
            request.scratch,
        )
        failures = {}
        for failure in answer["failures"]:
            error = _as_error(failure)
            if isinstance(error, MetadataNotGathered):
                raise error
            failures[failure["file"]] = error
        warnings += [f"{note['file']}: {note['message']}" for note in answer["notes"]]
        return Gathered(answer["files"], tuple(warnings), failures, answer["versions"])

    def _job_settings(self, request: GatherRequest) -> dict[str, Any]:
        """Return the mapper's settings: only what is lacking, and only into our own folder."""
        settings: dict[str, Any] = {"directory_to_write_to": str(request.scratch)}
        given, plan = request.settings, request.plan
        if self._service_url is not None:
            settings["metadata_service_domain"] = self._service_url
            own = {
                "subject_settings": {"subject_id": plan.subject_id},
                "procedures_settings": {"subject_id": plan.subject_id},
                "raw_data_description_settings": _data_description_settings(request),
                "rig_settings": given.get("rig_settings"),
                "instrument_settings": given.get("instrument_settings"),
            }
            for name, key in _FROM_SERVICE.items():
                if name not in request.given and own[key] is not None:
                    settings[key] = own[key]
        if given.get("processing_settings") and "processing.json" not in request.given:
            settings["processing_settings"] = given["processing_settings"]
        for name, key in _FROM_DATA.items():
            if name not in request.given and given.get(key):
                settings[key] = {"job_settings": self._extractor(request, key)}
        return settings

    def _extractor(self, request: GatherRequest, key: str) -> dict[str, Any]:
        kind = next(kind for kind in KINDS if kind == key)
        given = request.settings[key].get("job_settings") or {}
        settings = complete(given, request.source_roots, kind)
        if settings["job_settings_name"] in _WRITERS:
            settings["output_directory"] = str(request.scratch)
        if "metadata_service_path" in settings:
            settings["metadata_service_path"] = self._address(settings["metadata_service_path"])
        return settings

    def _address(self, path: str) -> str:
        """Return a full address at the service: nothing else may be asked."""
        if self._service_url is None:
            raise SessionSettingsInvalid(
                "acquisition_settings: they need the metadata service, and this service has none.",
                what_to_do="Put an acquisition.json into metadata_dir, or ask an administrator.",
            )
        if "://" not in path:
            return f"{self._service_url}/{path.lstrip('/')}"
        if urlsplit(path)[:2] != urlsplit(self._service_url)[:2]:
            raise SessionSettingsInvalid(
                f"acquisition_settings: metadata_service_path {path} is not at the metadata"
                f" service, {self._service_url}. A path there is enough."
            )
        return path

    def _not_asked(self, request: GatherRequest) -> list[str]:
        if self._service_url is not None:
            return []
        wanted = ("rig_settings", "instrument_settings")
        return [
            f"{name} has no effect: this service asks no metadata service"
            for name in wanted
            if request.settings.get(name)
        ]


def _data_description_settings(request: GatherRequest) -> dict[str, Any] | None:
    """Return the facts that the request has; the service adds who paid and who did it."""
    plan = request.plan
    if plan.platform is None:  # the mapper takes the facts from the name, which then has too few
        return None
    return {
        "name": plan.asset_name,
        "project_name": plan.project_name,
        "modality": [
            {"name": modality.name, "abbreviation": modality.abbreviation}
            for modality in plan.modalities
        ],
        "institution": institution_of(request.settings),
    }


def _as_error(failure: Mapping[str, Any]) -> TransferError:
    """Return what a failure means: nobody there, nothing there, or nothing to be done with it."""
    name, status = failure["file"], failure["status"]
    message = f"{name}: {failure['message']}"
    if failure["kind"] != "service":
        return MetadataNotGathered(f"{message}.", file=name)
    if status is None or status >= _SERVER_ERROR:
        return MetadataServiceUnavailable(message, file=name, status=status)
    if status == _NOT_FOUND:
        return MetadataNotFound(message, file=name, status=status)
    return MetadataServiceRefused(message, file=name, status=status)
