"""Which notices a change calls for; they wait in the outbox, written with the change."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from .. import __version__
from ..db.models import Job, OutboxNotice, Task
from ..domain.pipeline import TaskId
from ..domain.plan import JobPlan
from ..notify.couriers import HOOK_PREFIX
from ..notify.digest import DIGESTED
from ..settings import Settings
from ..tasks.spec import LOG_FILE
from .launch import attempt_folder, job_url
from .repositories import Jobs, Outbox

_TAIL_LINES = 15
_TAIL_BYTES = 20_000


def add_notice(
    session: Session,
    settings: Settings,
    job: Job,
    event: str,
    *,
    task: Task | None = None,
    error: dict[str, Any] | None = None,
    wait: timedelta | None = None,
) -> None:
    """Put a notice of ``event`` (begin, end, fail, retry, cancelled) in the outbox, if wanted."""
    plan = JobPlan.model_validate(job.plan)
    recipients = list(_recipients(settings, plan, "fail" if event == "cancelled" else event))
    if not recipients:
        return
    about = f"/{task.task_id}/{task.map_index}/{task.try_number}" if task else ""
    facts = _facts(session, settings, job, plan, event, task=task, error=error, wait=wait)
    now = datetime.now(UTC)
    for recipient in recipients:
        mail = recipient == plan.user_email
        Outbox(session).add(
            OutboxNotice(
                key=f"{job.id}/{job.run}/{event}{about}" + ("" if mail else f" to {recipient}"),
                job_id=job.id,
                event=event,
                recipient=recipient,
                facts=facts,
                created_at=now,
                next_try_at=now + settings.mail.digest_wait
                if mail and event in DIGESTED and _others_go_on(session, job)
                else None,
            )
        )


def _recipients(settings: Settings, plan: JobPlan, wished: str) -> Iterator[str]:
    """Yield whom to tell of an event: the user, their webhooks, and who is told of all jobs."""
    if {wished, "all"} & set(plan.notify_on):
        if plan.user_email is not None:
            yield plan.user_email
        yield from plan.webhooks
    for name, hook in settings.hooks.items():
        if {wished, "all"} & hook.events:
            yield f"{HOOK_PREFIX}{name}"


def _others_go_on(session: Session, job: Job) -> bool:
    """Whether other jobs of the submission have not ended, whose end may be told with this one."""
    return Jobs(session).under_way_beside(job) > 0


def _facts(
    session: Session,
    settings: Settings,
    job: Job,
    plan: JobPlan,
    event: str,
    *,
    task: Task | None,
    error: dict[str, Any] | None,
    wait: timedelta | None,
) -> dict[str, Any]:
    outputs = {t.task_id: t.outputs or {} for t in Jobs(session).tasks(job.id)}
    uploaded = outputs.get(TaskId.UPLOAD_DATA_TO_S3, {})
    removed = outputs.get(TaskId.REMOVE_SOURCE_FOLDERS, {})
    if removed.get("dry_run"):
        removed = {}
    now = datetime.now(UTC)
    facts: dict[str, Any] = {
        "job_id": job.id,
        "asset_name": job.asset_name,
        "location": f"{job.storage_url.rstrip('/')}/{job.asset_name}/",
        "project": plan.project_name,
        "subject_id": plan.subject_id,
        "service_version": __version__,
        "job_url": job_url(settings, job.id),
        "occurred_at": now.isoformat(),
        "started": job.started_at.isoformat() if job.started_at else None,
        "ended": None if event in {"begin", "retry"} else now.isoformat(),
        "bytes": uploaded.get("bytes"),
        "files": uploaded.get("files"),
        "removed_bytes": removed.get("bytes"),
        "removed_files": removed.get("files"),
    }
    if task is not None:
        label = f" ({task.label})" if task.label else ""
        facts |= {
            "task": f"{task.task_id}{label}",
            "attempt": task.try_number,
            "log_tail": _log_tail(attempt_folder(settings, task, task.try_number) / LOG_FILE),
            "next_try_at": (now + wait).isoformat() if wait else None,
        }
    if error is not None:
        facts |= {
            "error_code": error["code"],
            "error_message": error["message"],
            "what_to_do": error["what_to_do"],
        }
    return facts


def _log_tail(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return None
    return "\n".join(lines[-_TAIL_LINES:])
