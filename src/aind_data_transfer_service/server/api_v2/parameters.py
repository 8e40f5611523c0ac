"""Presets as the first service's parameters: listed, read and set, those of V1 and V2 alike."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from ...errors import TransferError
from ...identity.scopes import Scope
from ...ports.preset_store import Preset, PresetKeyInvalid, PresetVersion
from ...wire.v1 import parse_json
from ..access import needs
from ..api_v1.address import without_nul
from ..api_v1.answers import answer, example
from ..service import Body, By, Service, ServiceDep
from .preset_address import (
    MODALITY,
    TASK,
    IfMatch,
    IfNoneMatch,
    JobType,
    Modality,
    PresetAddress,
    TaskName,
    Version,
    Why,
    failed,
    name_refused,
    revision_of,
    unknown,
    with_revision,
)

router = APIRouter(
    prefix="/api/{version}/parameters", tags=["V2"], dependencies=[Depends(without_nul)]
)

_NAME = "/job_types/v2/ecephys/tasks/upload_data_to_s3"
_ITEM = {
    "name": _NAME,
    "last_modified": "2026-11-23T03:26:06.016000Z",
    "job_type": "ecephys",
    "task_id": "upload_data_to_s3",
    "modality": None,
    "version": "v2",
}
_LISTED: dict[int | str, dict[str, Any]] = {
    200: example("All of them", "Retrieved job parameters", [_ITEM])
}
_READ: dict[int | str, dict[str, Any]] = {
    200: example("The value; its revision is the `ETag`", f"Retrieved parameter for {_NAME}", {}),
    404: example("There is none", f"Error retrieving parameter {_NAME}", {"error": "…"}),
}
_SET: dict[int | str, dict[str, Any]] = {
    200: example("It is set", f"Set parameter for {_NAME}", {"skip_task": True}),
    400: example("The name or the body is no such thing", "Invalid parameter", {"errors": []}),
    406: example("The value is refused", f"Error setting parameter {_NAME}", {"error": "…"}),
    409: example("It was changed meanwhile", f"Error setting parameter {_NAME}", {"error": "…"}),
}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "A JSON object; for V2 a `Task`.",
        "content": {
            "application/json": {"schema": {"type": "object"}, "example": {"skip_task": True}}
        },
    }
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a request wants to set, and who asks."""

    service: ServiceDep
    body: Body
    by: By
    why: Why = None
    if_match: IfMatch = None
    if_none_match: IfNoneMatch = None


@router.get("", summary="List the presets", responses=_LISTED)
def list_parameters(service: ServiceDep, version: Version) -> JSONResponse:
    """List all presets of one API's jobs; broken and foreign ones are left out."""
    presets = service.lookups.snapshot().presets
    items = [_item(service, preset) for key, preset in presets.items() if key.version is version]
    return answer("Retrieved job parameters", items)


@router.get(TASK, summary="Return a preset", responses=_READ)
def get_parameter(
    service: ServiceDep, version: Version, job_type: JobType, task_id: TaskName
) -> JSONResponse:
    """Return the value of a preset."""
    return _get(service, PresetAddress(version, job_type, task_id))


@router.get(MODALITY, summary="Return a modality's preset", responses=_READ)
def get_parameter_of_modality(
    service: ServiceDep, version: Version, job_type: JobType, task_id: TaskName, modality: Modality
) -> JSONResponse:
    """Return the value of a modality's preset."""
    return _get(service, PresetAddress(version, job_type, task_id, modality))


@router.put(
    TASK,
    summary="Set a preset",
    openapi_extra=_BODY,
    responses=_SET,
    dependencies=[needs(Scope.ADMIN)],
)
def put_parameter(
    *,
    change: Annotated[Change, Depends()],
    version: Version,
    job_type: JobType,
    task_id: TaskName,
) -> JSONResponse:
    """Set a preset; who did it, when and why is kept."""
    return _put(PresetAddress(version, job_type, task_id), change)


@router.put(
    MODALITY,
    summary="Set a modality's preset",
    openapi_extra=_BODY,
    responses=_SET,
    dependencies=[needs(Scope.ADMIN)],
)
def put_parameter_of_modality(
    *,
    change: Annotated[Change, Depends()],
    version: Version,
    job_type: JobType,
    task_id: TaskName,
    modality: Modality,
) -> JSONResponse:
    """Set a modality's preset; who did it, when and why is kept."""
    return _put(PresetAddress(version, job_type, task_id, modality), change)


def _get(service: Service, address: PresetAddress) -> JSONResponse:
    name = address.name(service)
    try:
        preset = service.lookups.snapshot().get(address.key())
    except PresetKeyInvalid as error:
        return unknown(name, error)
    except TransferError as error:
        return failed("retrieving", name, error)
    return with_revision(answer(f"Retrieved parameter for {name}", dict(preset.value)), preset)


def _put(address: PresetAddress, change: Change) -> JSONResponse:
    name = address.name(change.service)
    try:
        key = address.key()
    except PresetKeyInvalid as error:
        return name_refused(error)
    try:
        preset = change.service.lookups.presets.put(
            key,
            parse_json(change.body),
            who=change.by,
            why=change.why,
            replaces=revision_of(change.if_match),
            only_new=change.if_none_match is not None,
        )
    except TransferError as error:
        return failed("setting", name, error)
    return with_revision(answer(f"Set parameter for {name}", dict(preset.value)), preset)


def _item(service: Service, preset: Preset) -> dict[str, Any]:
    key = preset.key
    return {
        "name": service.lookups.presets.name_of(key),
        "last_modified": preset.modified.isoformat().replace("+00:00", "Z"),
        "job_type": key.job_type,
        "task_id": key.task_id,
        "modality": key.modality,
        "version": None if key.version is PresetVersion.V1 else key.version.value,
    }
