"""Containers and scripts that a request brings: only those that presets or the settings name."""

import re
from collections.abc import Iterator

from ..domain.pipeline import TaskId
from ..domain.plan import JobPlan
from ..wire.problems import Loc, Problem
from ..wire.v2 import Task, UploadJobConfigsV2
from ..wire.v2.task_ids import V2_NAMES
from .policy import IntakePolicy
from .presets import Presets
from .problems import problem

# A tag or a digest, as container registries take them.
_VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,127}|sha256:[0-9a-f]{64}")


def program_problems(
    job: UploadJobConfigsV2, presets: Presets, policy: IntakePolicy, loc: Loc
) -> Iterator[Problem]:
    """Yield each image and script of a job that neither a preset nor the settings name."""
    for task_id, given in job.tasks.items():
        place = (*loc, "tasks", task_id)
        if isinstance(given, Task):
            yield from _in_task(given, presets, policy, place)
            continue
        for modality, task in given.items():
            yield from _in_task(task, presets, policy, (*place, modality))


def unused_scripts(plan: JobPlan, loc: Loc) -> Iterator[Problem]:
    """Yield the tasks whose script is not run: only transforms are done by scripts."""
    for task in plan.tasks:
        if task.script is not None and task.task_id is not TaskId.COMPRESS_DATA:
            yield problem(
                "command_script_not_run",
                (*loc, "tasks", V2_NAMES[task.task_id], "command_script"),
                f"the service does {task.task_id} itself: its command_script is not run",
            )


def _in_task(task: Task, presets: Presets, policy: IntakePolicy, loc: Loc) -> Iterator[Problem]:
    images = presets.images | policy.allowed_images
    if task.image is not None and task.image not in images:
        allowed = tuple(sorted(images))
        text = f"Allowed: {', '.join(allowed)}" if allowed else "No image is allowed"
        yield problem(
            "image_not_allowed",
            (*loc, "image"),
            f"neither a preset nor the service's settings name the image {task.image!r}. {text}",
            value=task.image,
            allowed=allowed,
        )
    if task.image_version is not None and not _VERSION.fullmatch(task.image_version):
        yield problem(
            "image_version_invalid",
            (*loc, "image_version"),
            f"{task.image_version!r} is not the tag or the digest of an image",
            value=task.image_version,
        )
    script = task.command_script
    if script is None or policy.allow_command_scripts or script in presets.command_scripts:
        return
    yield problem(
        "command_script_not_allowed",
        (*loc, "command_script"),
        "this service runs only the scripts of presets. Leave it out, or ask an administrator to"
        " make a preset of it",
    )
