"""Lays out an attempt's folder: everything its program needs to know."""

import json
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from .. import __version__
from ..db.models import Job, Task
from ..domain.pipeline import TaskId
from ..domain.plan import UNMAPPED, JobPlan
from ..files import write_whole
from ..metadata.options import MetadataOptions
from ..ports.executor import Resources
from ..settings import Settings
from ..tasks.early_upload import sends_early
from ..tasks.needs import needs
from ..tasks.spec import (
    CREDENTIALS_FILE,
    RESULT_FILE,
    SPEC_FILE,
    EarlierTask,
    OtherJob,
    StorageOptions,
    TaskSpec,
)
from .repositories import Jobs

_NEEDS_STORE = {
    TaskId.CHECK_S3_FOLDER_EXISTS,
    TaskId.UPLOAD_DATA_TO_S3,
    TaskId.VERIFY_UPLOAD,
    TaskId.REMOVE_SOURCE_FOLDERS,
}


def attempt_folder(settings: Settings, task: Task, number: int) -> Path:
    """Return where an attempt keeps its files."""
    element = task.task_id if task.map_index == UNMAPPED else f"{task.task_id}.{task.map_index}"
    return settings.work_root / task.job_id / element / str(number)


def staging_folder(settings: Settings, job_id: str) -> Path:
    """Return where a job's asset is put together."""
    return settings.staging_root / job_id


def job_url(settings: Settings, job_id: str) -> str:
    """Return the job's page in the portal."""
    return f"{settings.base_url}/jobs/{job_id}"


def build_spec(session: Session, settings: Settings, job: Job, task: Task, number: int) -> TaskSpec:
    """Return what the program of attempt ``number`` needs to know."""
    plan = JobPlan.model_validate(job.plan)
    task_id = TaskId(task.task_id)
    planned = plan.task(task_id, task.map_index)
    return TaskSpec(
        job_id=job.id,
        task_id=task_id,
        map_index=task.map_index,
        attempt=number,
        plan=plan.seen_by(planned),
        settings=planned.settings,
        staging_folder=str(staging_folder(settings, job.id)),
        job_folder=str(settings.work_root / job.id),
        source_roots=tuple(str(root) for root in settings.source_roots),
        removal_roots=tuple(str(root) for root in settings.removal.roots),
        others=_others(Jobs(session), job.id, task_id),
        storage=StorageOptions(
            endpoint_url=settings.s3.endpoint_url,
            region=settings.s3.region,
            verify=settings.s3.verify,
        ),
        metadata=MetadataOptions.from_settings(settings),
        retry=settings.retry_policy(task_id),
        tries=number - task.earlier_tries,
        earlier=_earlier(Jobs(session).tasks(job.id), task),
        service_version=__version__,
        job_url=job_url(settings, job.id),
    )


def write_attempt_folder(settings: Settings, folder: Path, spec: TaskSpec) -> None:
    """Make the attempt's folder with its spec, and credentials where it needs them.

    Its program may be at work, or done: then it needs nothing more, and no credentials lie about.
    """
    if (folder / RESULT_FILE).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / SPEC_FILE, spec.model_dump_json().encode())
    keys = settings.s3
    if _needs_store(spec) and keys.access_key_id and keys.secret_access_key:
        credentials = {
            "access_key_id": keys.access_key_id.get_secret_value(),
            "secret_access_key": keys.secret_access_key.get_secret_value(),
        }
        write_whole(folder / CREDENTIALS_FILE, json.dumps(credentials).encode(), mode=0o600)


def _needs_store(spec: TaskSpec) -> bool:
    return spec.task_id in _NEEDS_STORE or sends_early(spec)


def remove_credentials(folder: Path) -> None:
    """Remove what a program that died could not remove itself."""
    (folder / CREDENTIALS_FILE).unlink(missing_ok=True)


def resources(spec: TaskSpec, *, cpus: int) -> Resources:
    """Return what the program needs on a machine with ``cpus`` processors."""
    needed = needs(spec.task_id, spec.modality)
    return Resources(cpus=cpus if needed.all_cpus else 0, memory_mb=needed.memory_mb)


def _others(jobs: Jobs, job_id: str, task_id: TaskId) -> tuple[OtherJob, ...]:
    """Return the jobs that this one may not share its sources with while it is at the task."""
    match task_id:
        case TaskId.REMOVE_SOURCE_FOLDERS:
            plans = jobs.plans_under_way()
        case TaskId.CHECK_SOURCE_FOLDERS_EXIST:
            plans = jobs.plans_removing_sources()
        case _:
            return ()
    return tuple(
        OtherJob(job_id=other, sources=JobPlan.model_validate(plan).source_folders)
        for other, plan in plans
        if other != job_id
    )


def _earlier(tasks: Sequence[Task], current: Task) -> tuple[EarlierTask, ...]:
    return tuple(
        EarlierTask(
            task_id=TaskId(task.task_id),
            map_index=task.map_index,
            label=task.label,
            state=task.state,
            started_at=task.started_at,
            ended_at=task.ended_at,
            outputs=task.outputs or {},
        )
        for task in tasks
        if task.position < current.position
    )
