"""Stages one modality: compressed without loss, as a preset's script does it, or as it is."""

import logging
from pathlib import Path

from .command_script import run_script
from .context import Done, Outcome, TaskContext
from .staging import require_real_folder, stage_link
from .transforms import compress

logger = logging.getLogger(__name__)


def run(ctx: TaskContext) -> Outcome:
    """Put the modality's folder into the asset."""
    modality = ctx.spec.required_modality
    source = Path(modality.required_source).resolve(strict=True)
    output = ctx.staging / modality.folder_name
    if ctx.spec.task.script is not None:
        return run_script(ctx, source, output)
    if not modality.compress:
        stage_link(source, output)
        return Done({"action": "linked", "source": str(source), "output": str(output)})
    require_real_folder(output)
    done = compress(modality, ctx.spec.settings, source, output, ctx.progress.set)
    ratio = done.source_bytes / done.stored_bytes
    logger.info("%s: %.2f times smaller", modality.abbreviation, ratio)
    return Done(
        {
            "action": "compressed",
            "source": str(source),
            "output": str(output),
            "source_bytes": done.source_bytes,
            "stored_bytes": done.stored_bytes,
            "ratio": round(ratio, 3),
            "streams": done.streams,
            "parameters": done.parameters,
            "version": ctx.spec.service_version,
        }
    )
