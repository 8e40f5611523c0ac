"""The settings of a job's tasks as they were merged, each with where it came from."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...domain.pipeline import PIPELINE_BY_ID
from ...domain.plan import JobPlan, TaskPlan
from ...intake.merge import path_text
from ...intake.plan import describe_task


@dataclass(frozen=True, slots=True)
class Setting:
    """One value."""

    name: str
    value: str
    """As JSON."""
    origin: str


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """What one task, or several elements of it alike, was told."""

    title: str
    labels: tuple[str, ...]
    settings: tuple[Setting, ...]


def settings_of(plan: JobPlan) -> list[TaskSettings]:
    """Return the settings of all tasks that run and have any; like elements are told once."""
    found: dict[tuple[str, tuple[Setting, ...]], list[str]] = {}
    for task in plan.tasks:
        settings = tuple(_settings(task, plan))
        if settings:
            labels = found.setdefault((PIPELINE_BY_ID[task.task_id].title, settings), [])
            if task.label and task.label not in labels:
                labels.append(task.label)
    return [
        TaskSettings(title, tuple(labels), settings) for (title, settings), labels in found.items()
    ]


def _settings(task: TaskPlan, plan: JobPlan) -> Iterator[Setting]:
    described = describe_task(task, plan)
    if described["skip_reason"] is None:
        yield from _leaves(described["settings"], described["origins"], ())
    if task.program is not None:
        program = task.program.model_dump(exclude_none=True, exclude={"origins"})
        yield from _leaves(program, task.program.origins, ())


def _leaves(
    values: Mapping[str, Any], origins: Mapping[str, str], path: tuple[str, ...]
) -> Iterator[Setting]:
    for key, value in values.items():
        place = (*path, key)
        name = path_text(place)
        if isinstance(value, Mapping) and value and name not in origins:
            yield from _leaves(value, origins, place)
        else:
            text = json.dumps(value, ensure_ascii=False)
            yield Setting(name, text, origins.get(name, ""))
