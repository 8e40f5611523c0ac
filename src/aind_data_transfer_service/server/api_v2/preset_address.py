"""The address of a preset, and answers about one in the first service's shape."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Header, Path, Query
from fastapi.responses import JSONResponse

from ...errors import TransferError
from ...ports.preset_store import Preset, PresetKey, PresetKeyInvalid, PresetUnknown, PresetVersion
from ..api_v1.answers import answer
from ..errors import status_of
from ..service import Service

TASK = "/job_types/{job_type}/tasks/{task_id}"
MODALITY = TASK + "/{modality}"

Version = Annotated[PresetVersion, Path(description="The API whose jobs they are for.")]
JobType = Annotated[str, Path(description="The job type.", examples=["ecephys"])]
TaskName = Annotated[str, Path(description="The task.", examples=["upload_data_to_s3"])]
Modality = Annotated[str, Path(description="Its abbreviation.", examples=["ecephys"])]
Why = Annotated[str | None, Query(max_length=1000, description="The reason, for the history.")]
IfMatch = Annotated[
    str | None,
    Header(description="The `ETag` that was read: 409 if the preset was changed since."),
]
IfNoneMatch = Annotated[
    Literal["*"] | None, Header(description="`*`: 409 if there is such a preset already.")
]


@dataclass(frozen=True, slots=True)
class PresetAddress:
    """The words of an address, which may be no preset's."""

    version: PresetVersion
    job_type: str
    task_id: str
    modality: str | None = None

    def key(self) -> PresetKey:
        """Return what they name; raises `PresetKeyInvalid`."""
        return PresetKey(self.version, self.job_type, self.task_id, self.modality)

    def name(self, service: Service) -> str:
        """Return the name as the store would write it."""
        prefix = service.settings.presets.prefix
        version = "" if self.version is PresetVersion.V1 else f"/{self.version}"
        modality = "" if self.modality is None else f"/{self.modality}"
        return f"{prefix}{version}/{self.job_type}/tasks/{self.task_id}{modality}"


def revision_of(if_match: str | None) -> str | None:
    """Return the revision that a header names."""
    return None if if_match is None else if_match.strip(' "')


def with_revision(given: JSONResponse, preset: Preset) -> JSONResponse:
    """Return the answer with the preset's revision as `ETag`."""
    given.headers["ETag"] = f'"{preset.revision}"'
    return given


def failed(what: str, name: str, error: TransferError) -> JSONResponse:
    """Return the answer to a request about a preset that failed."""
    data = {"error": error.message, "problems": [error.as_dict()]}
    return answer(f"Error {what} parameter {name}", data, status=status_of(error))


def unknown(name: str, error: PresetKeyInvalid) -> JSONResponse:
    """Return the answer to a request for a preset under a name that none may have."""
    missing = PresetUnknown(f"There is no preset {name}: {error.message}", name=name)
    return failed("retrieving", name, missing)


def name_refused(error: PresetKeyInvalid) -> JSONResponse:
    """Return the answer to a change under a name that no preset may have."""
    details = error.details
    item = {
        "type": "value_error",
        "loc": [details["field"]],
        "msg": f"Value error, {error.message}",
        "input": details["value"],
        "ctx": {"error": error.message},
    }
    data = {"errors": [item], "problems": [error.as_dict()]}
    return answer("Invalid parameter", data, status=400)
