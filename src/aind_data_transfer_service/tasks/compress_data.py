"""Stages one modality: compressed without loss, as a preset's script does it, or as it is."""

import logging
from pathlib import Path

from .command_script import run_script
from .context import Done, Outcome, TaskContext
from .early_upload import EarlyUpload
from .staging import Staged, require_real_folder, stage_link
from .staging_presence import require_staging
from .transform_work import TransformWork
from .transforms import transform_of

logger = logging.getLogger(__name__)


def run(ctx: TaskContext) -> Outcome:
    """Put the modality's folder into the asset."""
    modality = ctx.spec.required_modality
    source = Path(modality.required_source).resolve(strict=True)
    require_staging(ctx.staging)
    output = ctx.staging / modality.folder_name
    if ctx.spec.task.script is not None:
        return run_script(ctx, source, output)
    if not modality.compress:
        stage_link(source, output)
        return Done({"action": Staged.LINKED, "source": str(source), "output": str(output)})
    require_real_folder(output)
    with EarlyUpload(ctx) as early:
        work = TransformWork(
            modality=modality,
            settings=ctx.spec.settings,
            source=source,
            job_folder=ctx.job_folder,
            attempt_folder=ctx.folder,
            partition=ctx.spec.task.partition,
            on_finished=early.add,
        )
        done = transform_of(modality).compress(work, output, ctx.progress.set)
    if not done.source_bytes:
        logger.info("%s: nothing is left for this element", modality.abbreviation)
        return Done({"action": Staged.NOTHING, "source": str(source)})
    logger.info("%s: %.2f times smaller", modality.abbreviation, done.ratio)
    return Done(
        {
            "action": Staged.COMPRESSED,
            "source": str(source),
            "output": str(output),
            **done.as_outputs(),
            **early.outputs,
            **({"pictures": list(done.pictures)} if done.pictures else {}),
            "version": ctx.spec.service_version,
        }
    )
