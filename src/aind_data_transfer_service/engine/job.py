"""Runs one upload job: its tasks in order, stage by stage.

A stage is one task of the pipeline with all its elements. Each stage is one durable step: begun
again after a crash, it finds in the database what is done and goes on from there.
"""

import asyncio
import logging
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from ..db.models import Job, Task
from ..domain.states import FINISHED_TASK_STATES, AttemptState, JobState, TaskState
from ..errors import Defect
from ..logging import log_context
from ..settings import Settings
from . import transitions
from .cancel import CancelWishes
from .element import ElementRunner
from .launch import staging_folder
from .ledger import Ledger
from .notices import add_notice
from .repositories import Jobs
from .staging import remove_staging
from .stores import abandon_upload

logger = logging.getLogger(__name__)

_BAD = {TaskState.FAILED, TaskState.CANCELLED}


class StageEnd(StrEnum):
    """How a stage ended."""

    GO_ON = "go_on"
    STOP = "stop"


class JobRunner:
    """The steps of a job's workflow."""

    def __init__(
        self,
        *,
        settings: Settings,
        ledger: Ledger,
        elements: ElementRunner,
        wishes: CancelWishes,
    ) -> None:
        self.settings = settings
        self._ledger = ledger
        self._elements = elements
        self._wishes = wishes

    async def begin(self, job_id: str) -> list[str]:
        """Set the job running and return its stages, those already finished included."""
        return await self._ledger.write(lambda session: _begin(session, job_id))

    async def stage(self, job_id: str, task_id: str) -> str:
        """Run one stage to its end."""
        wish = self._wishes.of(job_id)
        with log_context(job=job_id):
            open_tasks = await self._ledger.write(
                lambda session: _open_tasks(session, job_id, task_id)
            )
            await asyncio.gather(*(self._elements.run(pk, wish) for pk in open_tasks))
            # A mapped task's elements all end before one that failed stops the job; one that
            # failed in an earlier run and was not to be tried again stops it too.
            stopped = await self._ledger.read(lambda session: _is_stopped(session, job_id, task_id))
        return StageEnd.STOP if wish.is_set() or stopped else StageEnd.GO_ON

    async def finish(self, job_id: str) -> str:
        """Settle the job's state from its tasks' states and return it."""
        state = await self._ledger.write(lambda session: _finish(session, self.settings, job_id))
        if state is JobState.CANCELLED:
            await self._clear_away(job_id)
        self._wishes.forget(job_id)
        logger.info("Job %s: %s", job_id, state)
        return state

    async def _clear_away(self, job_id: str) -> None:
        """Remove what a cancelled job leaves that nobody needs."""
        await asyncio.to_thread(remove_staging, staging_folder(self.settings, job_id))
        url, name = await self._ledger.read(lambda session: _target(session, job_id))
        await asyncio.to_thread(
            abandon_upload, self.settings, job_id=job_id, storage_url=url, asset_name=name
        )


def _target(session: Session, job_id: str) -> tuple[str, str]:
    job = Jobs(session).get(job_id)
    return job.storage_url, job.asset_name


def _begin(session: Session, job_id: str) -> list[str]:
    jobs = Jobs(session)
    job = jobs.lock(job_id)
    if job.state == JobState.QUEUED:
        transitions.change_job(session, job, JobState.RUNNING)
    if job.state != JobState.RUNNING:
        return []
    return list(dict.fromkeys(task.task_id for task in jobs.tasks(job_id)))


def _open_tasks(session: Session, job_id: str, task_id: str) -> list[int]:
    """Mark what the plan skips, and return the keys of the elements there are to run."""
    jobs = Jobs(session)
    job = jobs.get(job_id)
    skips = {
        (task["task_id"], task["map_index"]): task["skip_reason"]
        for task in job.plan["tasks"]
        if task["skip_reason"] is not None
    }
    open_tasks = []
    for task in jobs.tasks(job_id):
        if task.task_id != task_id or task.state in FINISHED_TASK_STATES:
            continue
        reason = skips.get((task.task_id, task.map_index))
        if reason is None:
            open_tasks.append(task.id)
        else:
            transitions.change_task(session, task, TaskState.SKIPPED, note=reason)
    return open_tasks


def _is_stopped(session: Session, job_id: str, task_id: str) -> bool:
    tasks = Jobs(session).tasks(job_id)
    return any(task.task_id == task_id and task.state in _BAD for task in tasks)


def _finish(session: Session, settings: Settings, job_id: str) -> JobState:
    jobs = Jobs(session)
    job = jobs.get(job_id)
    if job.state != JobState.RUNNING:
        return JobState(job.state)
    tasks = jobs.tasks(job_id)
    failed = next((task for task in tasks if task.state == TaskState.FAILED), None)
    unfinished = [task for task in tasks if task.state not in FINISHED_TASK_STATES]
    if failed is not None:
        _close(session, unfinished, TaskState.UPSTREAM_FAILED)
        error: dict[str, Any] = {**(failed.error or {}), "task": failed.task_id}
        transitions.change_job(session, job, JobState.FAILED, error=error)
        add_notice(session, settings, job, "fail", task=failed, error=failed.error)
    elif job.cancel_requested_at is not None and (
        unfinished or any(task.state == TaskState.CANCELLED for task in tasks)
    ):
        _close(session, unfinished, TaskState.CANCELLED)
        transitions.change_job(session, job, JobState.CANCELLED)
        add_notice(session, settings, job, "cancelled")
    elif unfinished:
        names = ", ".join(task.task_id for task in unfinished)
        raise Defect(f"Job {job_id} came to its end with open tasks: {names}.")
    else:
        transitions.change_job(session, job, JobState.SUCCESS)
    return JobState(job.state)


def _close(session: Session, tasks: list[Task], state: TaskState) -> None:
    for task in tasks:
        transitions.change_task(session, task, state)


def fail_for_defect(session: Session, settings: Settings, job_id: str, problem: str) -> None:
    """End a job because the service itself went wrong."""
    jobs = Jobs(session)
    job: Job = jobs.get(job_id)
    if job.state != JobState.RUNNING:
        return
    error = {
        "code": "internal_error",
        "message": problem,
        "what_to_do": "Report this with the job's id: it is a defect of the service.",
        "retryable": False,
        "details": {},
    }
    for task in jobs.tasks(job_id):
        if task.state in FINISHED_TASK_STATES:
            continue
        attempt = jobs.open_attempt(task)
        if attempt is not None:
            transitions.attempt_ended(session, task, attempt, AttemptState.LOST)
        running = task.state == TaskState.RUNNING
        end = TaskState.FAILED if running else TaskState.UPSTREAM_FAILED
        if task.state == TaskState.UP_FOR_RETRY:
            end = TaskState.CANCELLED
        transitions.change_task(session, task, end, error=error if running else None)
    transitions.change_job(session, job, JobState.FAILED, error=error)
    add_notice(session, settings, job, "fail", error=error)
