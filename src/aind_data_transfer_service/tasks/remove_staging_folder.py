"""Removes the job's staging folder once every object of the asset is verified."""

import logging
import os
import stat
from pathlib import Path

from ..domain.pipeline import TaskId
from ..domain.states import TaskState
from ..errors import NotAllowed
from .context import Done, Outcome, TaskContext
from .spec import TaskSpec
from .staging import require_real_folder

logger = logging.getLogger(__name__)


class RemovalRefused(NotAllowed):
    """The folder may not be removed."""

    code = "removal_refused"
    what_to_do_default = "Look at the folder and the job's tasks; remove it by hand if it is right."


def run(ctx: TaskContext) -> Outcome:
    """Remove the folder and all below it; links are removed, never followed."""
    _require_removable(ctx.spec, ctx.staging)
    if not ctx.staging.exists():
        logger.info("%s is gone already", ctx.staging)
        return Done({"files": 0, "links": 0, "bytes": 0})
    files = links = size = 0
    for _, folders, names, descriptor in os.fwalk(ctx.staging, topdown=False):
        for name in (*names, *folders):
            status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                os.rmdir(name, dir_fd=descriptor)
                continue
            os.unlink(name, dir_fd=descriptor)
            if stat.S_ISLNK(status.st_mode):
                links += 1
            else:
                files += 1
                size += status.st_size
                ctx.progress.add(status.st_size)
    ctx.staging.rmdir()
    return Done({"files": files, "links": links, "bytes": size})


def _require_removable(spec: TaskSpec, staging: Path) -> None:
    """Raise `RemovalRefused` unless it is this job's own folder and its asset is verified."""
    if not staging.is_absolute() or ".." in staging.parts or staging.name != spec.job_id:
        raise RemovalRefused(f"{staging} is not the staging folder of job {spec.job_id}.")
    require_real_folder(staging)
    verified = any(
        task.task_id == TaskId.VERIFY_UPLOAD and task.state == TaskState.SUCCESS
        for task in spec.earlier
    )
    if not verified:
        raise RemovalRefused(
            f"{staging} is kept: the upload of {spec.plan.asset_name} is not verified."
        )
    for source in map(Path, spec.plan.source_folders):
        if source.resolve().is_relative_to(staging.resolve()):
            raise RemovalRefused(f"{staging} is kept: the source {source} lies in it.")
