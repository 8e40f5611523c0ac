"""Writes into the asset what was done to the data."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from ..domain.pipeline import TaskId
from ..domain.plan import ModalityPlan
from ..domain.states import TaskState
from ..errors import Defect
from ..files import write_whole
from ..metadata.files import PROCESSING, RECORD, Document, read_document, write_form
from ..metadata.processing import Transform, merged, processing
from ..metadata.record import STATUS, made_by_library, made_here
from .context import Done, Outcome, TaskContext
from .spec import EarlierTask, TaskSpec
from .staging import Staged, remove_partial_metadata
from .transform_work import Transformed, TransformWork
from .transforms import transform_of

logger = logging.getLogger(__name__)


def run(ctx: TaskContext) -> Outcome:
    """Write ``processing.json``, or add to the one that came; last, the record of all metadata."""
    remove_partial_metadata(ctx.staging)
    (ctx.staging / RECORD).unlink(missing_ok=True)
    outputs = _write_processing(ctx)
    record = _record(ctx)
    write_whole(ctx.staging / RECORD, write_form(record))
    return Done({**outputs, STATUS: record[STATUS]})


def _record(ctx: TaskContext) -> Document:
    plan = ctx.spec.plan
    command = ctx.spec.metadata.mapper
    if command is None:
        return made_here(ctx.staging, name=plan.asset_name, location=plan.location)
    scratch = ctx.folder / "metadata"
    scratch.mkdir(exist_ok=True)
    return made_by_library(
        command, ctx.staging, name=plan.asset_name, location=plan.location, scratch=scratch
    )


def _write_processing(ctx: TaskContext) -> dict[str, Any]:
    compressions = [
        _compression(ctx, modality, elements)
        for modality, elements in _done(ctx.spec, Staged.COMPRESSED)
    ]
    scripts = [
        _script(ctx.spec, modality, elements)
        for modality, elements in _done(ctx.spec, Staged.SCRIPTED)
    ]
    ours = processing(ctx.spec.service_version, compressions + scripts)
    path = ctx.staging / PROCESSING
    outputs: dict[str, Any] = {"compressed": len(compressions), "merged": path.exists()}
    document: Document | None = ours
    if path.exists():
        document = merged(read_document(path), ours)
    if document is None:
        warning = (
            f"{PROCESSING} came with the session in a form other than aind-data-schema 1.x:"
            " it is left as it is, and what this service did is not in it"
        )
        logger.warning("%s", warning)
        return {**outputs, "merged": False, "warnings": [warning]}
    write_whole(path, write_form(document))
    return outputs


def _done(spec: TaskSpec, action: Staged) -> list[tuple[ModalityPlan, list[EarlierTask]]]:
    """Return each modality with which this was done, with the elements that did it."""
    done: dict[int, list[EarlierTask]] = {}
    for task in spec.earlier:
        if task.task_id == TaskId.COMPRESS_DATA and task.state == TaskState.SUCCESS:
            number = spec.plan.task(task.task_id, task.map_index).modality
            if number is not None and task.outputs.get("action") == action:
                done.setdefault(number, []).append(task)
    return [(spec.plan.modalities[number], elements) for number, elements in done.items()]


def _compression(
    ctx: TaskContext, modality: ModalityPlan, elements: list[EarlierTask]
) -> Transform:
    done = Transformed.of_outputs([task.outputs for task in elements])
    source = Path(modality.required_source)
    work = TransformWork(modality, {}, source, ctx.job_folder, ctx.folder)
    transform = transform_of(modality)
    transform.finish(work, ctx.staging / modality.folder_name, done)
    outputs = done.as_outputs()
    return Transform(
        input_location=modality.required_source,
        output_location=_location(ctx.spec, modality),
        started=min(_moment(task, task.started_at) for task in elements),
        ended=max(_moment(task, task.ended_at) for task in elements),
        parameters=outputs.pop("parameters"),
        outputs=outputs,
        notes=transform.notes.format(modality=modality.name),
    )


def _script(spec: TaskSpec, modality: ModalityPlan, elements: list[EarlierTask]) -> Transform:
    outputs = elements[0].outputs
    return Transform(
        input_location=modality.required_source,
        output_location=_location(spec, modality),
        started=min(_moment(task, task.started_at) for task in elements),
        ended=max(_moment(task, task.ended_at) for task in elements),
        parameters=outputs["parameters"],
        outputs={},
        notes=f"{modality.name} was transformed by a script of this site, which answers for it.",
        name="Other",
        code_url=outputs["image"] or "",
        code_version=outputs["image_version"] or "unknown",
    )


def _location(spec: TaskSpec, modality: ModalityPlan) -> str:
    return f"{spec.plan.storage_url.rstrip('/')}/{spec.prefix}{modality.folder_name}"


def _moment(task: EarlierTask, moment: datetime | None) -> datetime:
    if moment is None:
        raise Defect(f"{task.task_id}[{task.map_index}] succeeded without a start or an end time.")
    return moment
