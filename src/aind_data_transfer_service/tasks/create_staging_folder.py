"""Makes the folder that the asset is built in, and the job's folder beside it."""

from .context import Done, Outcome, TaskContext
from .staging import require_real_folder

_MODE = 0o750


def run(ctx: TaskContext) -> Outcome:
    """Make both folders; what an earlier attempt left in them is kept."""
    require_real_folder(ctx.staging)
    kept = ctx.staging.exists()
    for folder in (ctx.staging, ctx.job_folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=_MODE, exist_ok=True)
    return Done({"folder": str(ctx.staging), "kept": kept})
