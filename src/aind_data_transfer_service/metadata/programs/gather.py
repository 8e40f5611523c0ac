"""Runs the mapper's own ``GatherMetadataJob``: ``python gather.py REQUEST.json ANSWER.json``.

Written for ``aind-metadata-mapper`` 0.29.3, in whose environment it runs. The job is asked for one
file after the other, so that each failure is known for what it is. Two things that the job itself
would lose are caught: what the service answered, and what the extractor of a session said.

The request: ``job_settings`` of the mapper, and ``timeout``, the seconds to wait for the service.
The answer: ``files`` (name → document), ``notes`` and ``failures`` (each with ``file``, ``message``
and, if the service said it, ``status``), and ``versions``.
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import requests
from aind_metadata_mapper import core
from aind_metadata_mapper.bergamo import session as bergamo
from aind_metadata_mapper.fip.session import FIBEtl
from aind_metadata_mapper.gather_metadata import GatherMetadataJob
from aind_metadata_mapper.mesoscope.session import MesoscopeEtl
from aind_metadata_mapper.models import JobSettings
from aind_metadata_mapper.open_ephys.utils import sync_utils
from aind_metadata_mapper.smartspim import acquisition

logger = logging.getLogger("gather")

# These extractors return nothing to the job: they write a file, whose name is given here.
WRITERS = {"FiberPhotometry": FIBEtl, "Mesoscope": MesoscopeEtl}
SERVER_ERROR = 500
NO_ANSWER = "the service gave no answer in time"

Part = tuple[str, str, Callable[[], Any]]


class ServiceFailed(Exception):
    """The service did not answer as it does when all is well with it."""

    def __init__(self, message: str, status: int | None) -> None:
        super().__init__(message)
        self.status = status


class Service:
    """Asks the service once, for no longer than it may take, and keeps what it answered."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.session = requests.Session()
        self.last: requests.Response | None = None

    def get(self, url: Any, **options: Any) -> requests.Response:
        """Return the answer; raises `ServiceFailed` if the service is away or faulty."""
        self.last = None
        try:
            response = self.session.get(url, timeout=self.timeout, **options)
        except requests.Timeout as problem:
            raise ServiceFailed(f"{url}: {NO_ANSWER} ({self.timeout:g} s)", None) from problem
        except requests.RequestException as problem:
            raise ServiceFailed(f"{url}: {root_of(problem)}", None) from problem
        self.last = response
        if response.status_code >= SERVER_ERROR:
            raise ServiceFailed(self.said(), response.status_code)
        try:
            response.json()
        except requests.JSONDecodeError as problem:
            raise ServiceFailed(f"{url}: the answer is not JSON", None) from problem
        return response

    def forget(self) -> None:
        """Forget the last answer."""
        self.last = None

    def said(self) -> str:
        """Return the last answer in words."""
        if self.last is None:
            return "the service was not asked"
        try:
            message = self.last.json().get("message")
        except (requests.JSONDecodeError, AttributeError):
            message = None
        return f"{self.last.url}: {self.last.status_code} {message or self.last.reason}"


def root_of(problem: BaseException) -> BaseException:
    """Return the first of the errors that led to this one, which says it shortest."""
    while problem.__context__ is not None:
        problem = problem.__context__
    return problem


class NothingReadable(Exception):
    """No file of a group can be read."""


class BergamoLogging:
    """Stands for ``logging`` in an extractor that would look for a readable file for ever."""

    @staticmethod
    def warning(problem: object) -> None:
        """Tell the problem; raises `NothingReadable` once there is no file left to try."""
        if isinstance(problem, IndexError):
            raise NothingReadable("no file of a group can be read as ScanImage writes them")
        logger.warning(problem)


def bit_changes(sync_file: Any, bit: int) -> Any:
    """Return the differences of a line, as the mapper would where numpy is older than 2."""
    return np.ediff1d(sync_utils.get_sync_file_bit(sync_file, bit), to_begin=np.uint8(0))


class Gatherer:
    """Asks one job for its files and keeps what became of each."""

    def __init__(self, request: dict[str, Any]) -> None:
        settings = JobSettings.model_validate_json(json.dumps(request["job_settings"]))
        self.job = GatherMetadataJob(settings=settings)
        self.service = Service(request["timeout"])
        self.files: dict[str, Any] = {}
        self.notes: list[dict[str, Any]] = []
        self.failures: list[dict[str, Any]] = []
        self.responses: list[Any] = []
        acquisition.requests = self.service
        bergamo.logging = BergamoLogging
        sync_utils.get_bit_changes = bit_changes  # the mapper's own fails with numpy 2
        vars(np).setdefault("NaN", np.nan)  # which the mapper calls it, and numpy 2 does not
        self._keep_what_extractors_say()

    def run(self) -> None:
        """Ask for each file that the settings ask for."""
        settings = self.job.settings
        if settings.metadata_settings is not None:
            self._gather("metadata.nd.json", self.job.get_main_metadata)
            return
        for name, asked, get in self._parts():
            if getattr(settings, asked) is not None:
                self._gather(name, get)

    def _parts(self) -> tuple[Part, ...]:
        job, service = self.job, self.service
        return (
            ("subject.json", "subject_settings", lambda: job.get_subject(service)),
            ("procedures.json", "procedures_settings", lambda: job.get_procedures(service)),
            (
                "data_description.json",
                "raw_data_description_settings",
                lambda: job.get_raw_data_description(service),
            ),
            ("processing.json", "processing_settings", job.get_processing_metadata),
            ("rig.json", "rig_settings", lambda: job.get_rig_metadata(service)),
            (
                "instrument.json",
                "instrument_settings",
                lambda: job.get_instrument_metadata(service),
            ),
            ("session.json", "session_settings", self._session),
            ("acquisition.json", "acquisition_settings", job.get_acquisition_metadata),
        )

    def _gather(self, name: str, get: Callable[[], Any]) -> None:
        self.service.forget()
        self.responses.clear()
        try:
            document = get()
        except ServiceFailed as failed:
            self._fail(name, str(failed), "service", failed.status)
        except (AssertionError, requests.HTTPError) as refused:  # so the job tells a refusal
            status = self.service.last.status_code if self.service.last is not None else None
            told = self.service.said() if status else str(refused)
            self._fail(name, told, "service" if status else "extractor", status)
        except Exception as problem:  # noqa: BLE001 - extractors raise whatever they meet
            traceback.print_exc()
            self._fail(name, f"{type(problem).__name__}: {problem}", "extractor", None)
        else:
            self._keep(name, document)

    def _keep(self, name: str, document: Any) -> None:
        answer = self.service.last
        said = [response.message or "" for response in self.responses]
        bad = [one for one in self.responses if one.status_code == SERVER_ERROR]
        if bad:
            self._fail(name, f"the extractor said: {bad[-1].message}", "extractor", None)
        elif isinstance(document, dict) and document:
            self.files[name] = document
            if answer is not None and answer.status_code != requests.codes.ok:
                self._note(name, self.service.said(), answer.status_code)
            if any(one.status_code == requests.codes.not_acceptable for one in self.responses):
                self._note(name, said[-1], None)
        elif answer is not None:
            self._fail(name, self.service.said(), "service", answer.status_code)
        else:
            self._fail(name, "nothing came of it", "extractor", None)

    def _session(self) -> Any:
        settings = self.job.settings.session_settings.job_settings
        writer = WRITERS.get(settings.job_settings_name)
        if writer is None:
            return self.job.get_session_metadata()
        writer(job_settings=settings).run_job()
        name = getattr(settings, "output_filename", "session.json")
        return json.loads((Path(settings.output_directory) / name).read_text())

    def _keep_what_extractors_say(self) -> None:
        load = core.GenericEtl._load  # noqa: SLF001 - the only place that has status and message

        def loading(etl: Any, *arguments: Any, **options: Any) -> Any:
            response = load(etl, *arguments, **options)
            self.responses.append(response)
            return response

        core.GenericEtl._load = loading  # noqa: SLF001

    def _note(self, name: str, message: str, status: int | None) -> None:
        self.notes.append({"file": name, "message": message, "status": status})

    def _fail(self, name: str, message: str, kind: str, status: int | None) -> None:
        logger.error("%s: %s", name, message)
        failure = {"file": name, "message": message, "status": status, "kind": kind}
        self.failures.append(failure)


def main(request: Path, answer: Path) -> None:
    """Do what the request says and write the answer."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    gatherer = Gatherer(json.loads(request.read_text()))
    gatherer.run()
    versions = {name: version(name) for name in ("aind-metadata-mapper", "aind-data-schema")}
    document = {
        "files": gatherer.files,
        "notes": gatherer.notes,
        "failures": gatherer.failures,
        "versions": versions,
    }
    answer.write_text(json.dumps(document))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
