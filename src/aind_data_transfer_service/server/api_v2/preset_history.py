"""What became of a preset: who changed it, when and why; and its values put back."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import JSONResponse

from ...errors import TransferError
from ...identity.scopes import Scope
from ...ports.preset_store import PresetKeyInvalid
from ..access import needs
from ..api_v1.address import without_nul
from ..api_v1.answers import answer, example
from ..service import By, Service, ServiceDep
from .preset_address import (
    MODALITY,
    TASK,
    IfMatch,
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

ChangeId = Annotated[
    int, Path(ge=1, le=2**31 - 1, description="The `id` of the change to take back.")
]

_HISTORY = "/history"
_RESTORE = "/history/{change_id}/restore"
_NAME = "/job_types/v2/ecephys/tasks/upload_data_to_s3"
_CHANGE = {
    "id": 7,
    "at": "2026-11-23T03:26:06.016000Z",
    "who": "token ada at 10.1.2.3",
    "why": "faster network",
    "old_value": {"job_settings": {"concurrency": 8}},
    "old_revision": "9842f590f97086b5",
    "new_value": {"job_settings": {"concurrency": 16}},
    "new_revision": "5c1f7d30aa42be91",
}
_READ: dict[int | str, dict[str, Any]] = {
    200: example("Its changes, newest first", f"Retrieved history of {_NAME}", [_CHANGE]),
    404: example("There is none", f"Error retrieving parameter {_NAME}", {"error": "…"}),
}
_PUT_BACK: dict[int | str, dict[str, Any]] = {
    200: example("It is as before", f"Restored parameter {_NAME}", _CHANGE["old_value"]),
    400: example("The name is no such thing", "Invalid parameter", {"errors": []}),
    404: example("No such change", f"Error restoring parameter {_NAME}", {"error": "…"}),
    409: example(
        "It was changed meanwhile, or there was none before",
        f"Error restoring parameter {_NAME}",
        {"error": "…"},
    ),
}


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Which change is taken back, and who asks."""

    service: ServiceDep
    change_id: ChangeId
    by: By
    why: Why = None
    if_match: IfMatch = None


# Before the routes of `parameters`, which would take "history" for a modality.
@router.get(TASK + _HISTORY, summary="Show the changes of a preset", responses=_READ)
def read_history(
    service: ServiceDep, version: Version, job_type: JobType, task_id: TaskName
) -> JSONResponse:
    """List who changed a preset, when and why, newest first, with the values."""
    return _history(service, PresetAddress(version, job_type, task_id))


@router.get(MODALITY + _HISTORY, summary="Show the changes of a modality's preset", responses=_READ)
def read_history_of_modality(
    service: ServiceDep, version: Version, job_type: JobType, task_id: TaskName, modality: Modality
) -> JSONResponse:
    """List who changed a modality's preset, when and why, newest first, with the values."""
    return _history(service, PresetAddress(version, job_type, task_id, modality))


@router.post(
    TASK + _RESTORE,
    summary="Take back a change of a preset",
    responses=_PUT_BACK,
    dependencies=[needs(Scope.ADMIN)],
)
def restore(
    *,
    change: Annotated[TakenBack, Depends()],
    version: Version,
    job_type: JobType,
    task_id: TaskName,
) -> JSONResponse:
    """Set a preset to what it was before a change; this is a change like any other."""
    return _restore(PresetAddress(version, job_type, task_id), change)


@router.post(
    MODALITY + _RESTORE,
    summary="Take back a change of a modality's preset",
    responses=_PUT_BACK,
    dependencies=[needs(Scope.ADMIN)],
)
def restore_of_modality(
    *,
    change: Annotated[TakenBack, Depends()],
    version: Version,
    job_type: JobType,
    task_id: TaskName,
    modality: Modality,
) -> JSONResponse:
    """Set a modality's preset to what it was before a change."""
    return _restore(PresetAddress(version, job_type, task_id, modality), change)


def _history(service: Service, address: PresetAddress) -> JSONResponse:
    name = address.name(service)
    try:
        key = address.key()
        changes = service.lookups.presets.history(key)
        presets = service.lookups.snapshot()
        if not changes and key not in presets.broken:
            presets.get(key)  # or there never was one
    except PresetKeyInvalid as error:
        return unknown(name, error)
    except TransferError as error:
        return failed("retrieving", name, error)
    return answer(f"Retrieved history of {name}", [asdict(change) for change in changes])


def _restore(address: PresetAddress, change: TakenBack) -> JSONResponse:
    name = address.name(change.service)
    try:
        key = address.key()
    except PresetKeyInvalid as error:
        return name_refused(error)
    try:
        preset = change.service.lookups.presets.restore(
            key,
            change.change_id,
            who=change.by,
            why=change.why,
            replaces=revision_of(change.if_match),
        )
    except TransferError as error:
        return failed("restoring", name, error)
    return with_revision(answer(f"Restored parameter {name}", dict(preset.value)), preset)
