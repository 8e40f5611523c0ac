"""Specs and attempts for tests of the tasks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from aind_data_transfer_service.domain.pipeline import PIPELINE, TaskId
from aind_data_transfer_service.domain.plan import UNMAPPED, JobPlan, ModalityPlan, TaskPlan
from aind_data_transfer_service.tasks.program import run_attempt
from aind_data_transfer_service.tasks.spec import EarlierTask, TaskResult, TaskSpec

JOB_ID = "0123456789abcdef"
ASSET_NAME = "ecephys_690165_2024-02-19_11-25-17"


def modality(source: Path | str, abbreviation: str = "behavior", **changes: object) -> ModalityPlan:
    """Return the plan of one modality, staged as it is unless told otherwise."""
    values: dict[str, Any] = {
        "name": abbreviation.replace("-", " ").capitalize(),
        "abbreviation": abbreviation,
        "source": str(source),
        "compress": False,
    }
    return ModalityPlan(**(values | changes))


def make_plan(tmp_path: Path, **changes: object) -> JobPlan:
    """Return a plan: one behavior folder, a folder as the bucket."""
    changes.setdefault("modalities", (modality(tmp_path / "share" / "behavior_data"),))
    modalities = cast("Sequence[ModalityPlan]", changes["modalities"])
    tasks = tuple(
        TaskPlan(
            task_id=task.task_id,
            map_index=index,
            settings=modalities[index].job_settings if task.mapped else {},
        )
        for task in PIPELINE
        for index in (range(len(modalities)) if task.mapped else (UNMAPPED,))
    )
    values: dict[str, Any] = {
        "asset_name": ASSET_NAME,
        "bucket": "private",
        "storage_url": (tmp_path / "bucket").as_uri(),
        "project_name": "Ephys Platform",
        "platform": "ecephys",
        "platform_name": "Electrophysiology platform",
        "subject_id": "690165",
        "acq_datetime": "2024-02-19T11:25:17",
        "job_type": "default",
        "tasks": tasks,
        "request": {},
    }
    return JobPlan(**(values | changes))


def make_spec(tmp_path: Path, task_id: TaskId, **changes: object) -> TaskSpec:
    """Return the spec of an attempt; the plan is the usual one unless given."""
    plan = changes.pop("plan", None)
    values: dict[str, Any] = {
        "job_id": JOB_ID,
        "task_id": task_id,
        "map_index": UNMAPPED,
        "attempt": 1,
        "plan": plan or make_plan(tmp_path),
        "staging_folder": str(tmp_path / "staging" / JOB_ID),
        "job_folder": str(tmp_path / "jobs" / JOB_ID),
        "service_version": "2.0.0",
    }
    values |= changes
    if "settings" not in values:
        values["settings"] = values["plan"].task(task_id, values["map_index"]).settings
    return TaskSpec(**values)


def earlier(task_id: TaskId, map_index: int = UNMAPPED, **changes: object) -> EarlierTask:
    """Return how a task before this one ended: well, unless told otherwise."""
    values: dict[str, Any] = {
        "task_id": task_id,
        "map_index": map_index,
        "label": None,
        "state": "success",
    }
    return EarlierTask(**(values | changes))


def attempt(spec: TaskSpec) -> TaskResult:
    """Run one attempt in an attempt folder of its own and return its result."""
    attempts = Path(spec.job_folder) / "attempts"
    attempts.mkdir(parents=True, exist_ok=True)
    folder = attempts / str(len(list(attempts.iterdir())))
    folder.mkdir()
    return run_attempt(spec, folder)
