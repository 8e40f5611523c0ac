"""Job parameters: the presets, their history, and the forms that change them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, BeforeValidator, Field

from ...domain.pipeline import PIPELINE
from ...errors import Conflict, TransferError
from ...identity.scopes import Scope
from ...ports.preset_store import Preset, PresetBroken, PresetKey, PresetUnknown, PresetVersion
from ...presets.values import write_value
from ...wire.v1 import parse_json
from ...wire.vocabulary import MODALITIES
from ..access import FORM_KEY_FIELD, needs
from ..errors import status_of
from ..service import By, Service, ServiceDep
from .preset_list import PresetsForm, narrowed, rows_of
from .render import page
from .text_diff import diff_lines

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LONGEST_VALUE = 100_000
Blank = Annotated[str | None, BeforeValidator(lambda value: value or None)]


class PresetThere(Conflict):
    """A new preset was to be made where there is one."""

    code = "preset_there"
    what_to_do_default = "Open that preset and change it there."


class PresetFields(BaseModel):
    """The fields of the form that sets a preset."""

    version: PresetVersion = PresetVersion.V2
    job_type: str = ""
    task_id: str = ""
    modality: Blank = None
    value: str = Field(default="{}", max_length=_LONGEST_VALUE)
    why: Blank = Field(default=None, max_length=1000)
    replaces: Blank = None
    """The revision that was looked at; none: a new preset."""
    form_key: str = Field(default="", alias=FORM_KEY_FIELD)

    def key(self) -> PresetKey:
        """Return what it is for; raises `PresetKeyInvalid`."""
        return PresetKey(self.version, self.job_type, self.task_id, self.modality)


class RestoreFields(PresetFields):
    """The fields of the form that takes back a change."""

    change_id: int


@dataclass(frozen=True, slots=True)
class Found:
    """What is there for a key; without a value if it is broken, without a revision if new."""

    preset: Preset | None
    revision: str | None
    problem: str | None


@router.get("/job_params")
def show_presets(service: ServiceDep, form: Annotated[PresetsForm, Query()]) -> HTMLResponse:
    """List the presets."""
    snapshot = service.lookups.snapshot()
    rows = rows_of(snapshot)
    return page(
        "presets.html",
        form=form,
        rows=narrowed(rows, form),
        job_types=sorted({row.key.job_type for row in rows}),
        task_ids=sorted({row.key.task_id for row in rows}),
        modalities=sorted({row.key.modality for row in rows if row.key.modality}),
        snapshot=snapshot,
        foreign=[problem for problem in snapshot.problems if problem.key is None],
    )


@router.get("/job_params/new", dependencies=[needs(Scope.ADMIN)])
def show_new(fields: Annotated[PresetFields, Query()]) -> HTMLResponse:
    """Show the form for a new preset."""
    return _form(fields, None)


@router.post("/job_params", dependencies=[needs(Scope.ADMIN)], response_model=None)
def set_preset(
    service: ServiceDep, fields: Annotated[PresetFields, Form()], by: By
) -> RedirectResponse | HTMLResponse:
    """Set a preset and show it; what is wrong is said at the form, which keeps what was typed."""
    try:
        key = fields.key()
        value = parse_json(fields.value.encode())
        if fields.replaces is None:
            _require_new(service, key)
        service.lookups.presets.put(key, value, who=by, why=fields.why, replaces=fields.replaces)
    except TransferError as problem:
        return _form(fields, problem)
    return RedirectResponse(address_of(key), status_code=303)


@router.post("/job_params/restore", dependencies=[needs(Scope.ADMIN)])
def restore_preset(
    service: ServiceDep, fields: Annotated[RestoreFields, Form()], by: By
) -> RedirectResponse:
    """Put back the value that a change replaced, and show it."""
    key = fields.key()
    service.lookups.presets.restore(key, fields.change_id, who=by, why=fields.why)
    return RedirectResponse(address_of(key), status_code=303)


@router.get("/job_params/{version}/{job_type}/{task_id}")
def show_preset(
    service: ServiceDep,
    version: PresetVersion,
    job_type: str,
    task_id: str,
    compare: int | None = None,
) -> HTMLResponse:
    """Show one preset with its history."""
    return _show(service, PresetKey(version, job_type, task_id), compare)


@router.get("/job_params/{version}/{job_type}/{task_id}/{modality}")
def show_preset_of_modality(
    *,
    service: ServiceDep,
    version: PresetVersion,
    job_type: str,
    task_id: str,
    modality: str,
    compare: int | None = None,
) -> HTMLResponse:
    """Show one modality's preset with its history."""
    return _show(service, PresetKey(version, job_type, task_id, modality), compare)


def address_of(key: PresetKey) -> str:
    """Return the address of a preset's page."""
    return f"/job_params/{key}"


def _show(service: Service, key: PresetKey, compare: int | None) -> HTMLResponse:
    found = _find(service, key)
    history = service.lookups.presets.history(key)
    if found.revision is None and found.problem is None and not history:
        raise PresetUnknown(f"There is no preset {key}.", key=str(key))
    now = write_value(found.preset.value) if found.preset else ""
    old = next((change for change in history if change.id == compare), None)
    return page(
        "preset.html",
        key=key,
        name=service.lookups.presets.name_of(key),
        found=found,
        value=now,
        history=[
            (change, diff_lines(_text(change.old_value), _text(change.new_value)))
            for change in history
        ],
        compared=old,
        difference=None if old is None else diff_lines(_text(old.old_value), now),
    )


def _text(value: Mapping[str, Any] | None) -> str:
    return "" if value is None else write_value(value)


def _find(service: Service, key: PresetKey) -> Found:
    try:
        preset = service.lookups.snapshot().find(key)
    except PresetBroken as broken:
        return Found(None, broken.revision, broken.message)
    return Found(preset, preset.revision if preset else None, None)


def _require_new(service: Service, key: PresetKey) -> None:
    if _find(service, key).revision is not None:
        raise PresetThere(f"There is a preset {key} already.", key=str(key))


def _form(fields: PresetFields, problem: TransferError | None) -> HTMLResponse:
    return page(
        "preset_form.html",
        status=status_of(problem) if problem else 200,
        fields=fields,
        problem=problem,
        tasks=[task.task_id.value for task in PIPELINE],
        modalities=MODALITIES.abbreviations,
    )
