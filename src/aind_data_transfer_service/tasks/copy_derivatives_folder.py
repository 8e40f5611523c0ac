"""Stages the folder of derived data, if one was given."""

from pathlib import Path

from .context import Done, Outcome, Skipped, TaskContext
from .staging import Staged, stage_link

_FOLDER = "derivatives"


def run(ctx: TaskContext) -> Outcome:
    """Link the folder into the asset: its files are read where they are when they are uploaded."""
    named = ctx.spec.plan.derivatives_dir
    if named is None:
        return Skipped("no derivatives folder given")
    source = Path(named).resolve(strict=True)
    output = ctx.staging / _FOLDER
    stage_link(source, output)
    return Done({"action": Staged.LINKED, "source": str(source), "output": str(output)})
