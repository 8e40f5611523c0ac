"""Writes into the asset what was done to the data."""

import logging

from ..domain.pipeline import TaskId
from ..domain.plan import ModalityPlan
from ..domain.states import TaskState
from ..errors import Defect
from ..files import write_whole
from ..metadata.files import PROCESSING, Document, read_document, write_form
from ..metadata.processing import Compression, merged, processing
from .context import Done, Outcome, TaskContext
from .spec import EarlierTask, TaskSpec
from .staging import remove_partial_metadata

logger = logging.getLogger(__name__)

_OUTPUTS = ("source_bytes", "stored_bytes", "ratio", "streams")


def run(ctx: TaskContext) -> Outcome:
    """Write ``processing.json``, or add to the one that came with the session."""
    remove_partial_metadata(ctx.staging)
    compressions = [
        _compression(ctx.spec, modality, task) for modality, task in _compressed(ctx.spec)
    ]
    ours = processing(ctx.spec.service_version, compressions)
    path = ctx.staging / PROCESSING
    outputs = {"compressed": len(compressions), "merged": path.exists()}
    document: Document | None = ours
    if path.exists():
        document = merged(read_document(path), ours)
    if document is None:
        warning = (
            f"{PROCESSING} came with the session in a form other than aind-data-schema 1.x:"
            " it is left as it is, and what this service did is not in it"
        )
        logger.warning("%s", warning)
        return Done({**outputs, "merged": False, "warnings": [warning]})
    write_whole(path, write_form(document))
    return Done(outputs)


def _compressed(spec: TaskSpec) -> list[tuple[ModalityPlan, EarlierTask]]:
    return [
        (spec.plan.modalities[task.map_index], task)
        for task in spec.earlier
        if task.task_id == TaskId.COMPRESS_DATA
        and task.state == TaskState.SUCCESS
        and task.outputs.get("action") == "compressed"
    ]


def _compression(spec: TaskSpec, modality: ModalityPlan, task: EarlierTask) -> Compression:
    if task.started_at is None or task.ended_at is None:
        raise Defect(f"{task.task_id}[{task.map_index}] succeeded without a start or an end time.")
    where = f"{spec.plan.storage_url.rstrip('/')}/{spec.prefix}{modality.folder_name}"
    return Compression(
        input_location=modality.required_source,
        output_location=where,
        started=task.started_at,
        ended=task.ended_at,
        parameters=task.outputs["parameters"],
        outputs={key: task.outputs[key] for key in _OUTPUTS},
        notes=f"Lossless compression of {modality.name}, decoded and compared with the source.",
    )
