"""``aind-data-transfer logs``."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from . import options

if TYPE_CHECKING:
    from ..client import Client, Job, Task

_FOLLOW_PACE_SECONDS = 1.0


def logs(
    job: options.Job,
    task: Annotated[
        str | None,
        typer.Argument(help="Default: the task that failed, else the one at work, else the last."),
    ] = None,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    token: options.Token = None,
    map_index: Annotated[
        int | None, typer.Option("--map-index", help="Which element of a mapped task.")
    ] = None,
    try_number: Annotated[
        int | None, typer.Option("--try", min=1, help="Which attempt; default: the latest.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on until the attempt has ended.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Print the log of one attempt at a task."""
    from ..client import Client
    from .output import print_json

    with Client(server, token=token) as client:
        found = choose_task(client.job(job), task, map_index)
        number = try_number or max(found.try_number, 1)
        if as_json:
            text = client.logs(job, found.task_id, map_index=found.map_index, try_number=number)
            place = {"job_id": job, "task_id": found.task_id, "map_index": found.map_index}
            print_json({**place, "try_number": number, "log": text})
        else:
            _print_log(client, job, found, number, follow=follow)


def choose_task(job: "Job", task_id: str | None, map_index: int | None) -> "Task":
    """Return the task that is meant, or the most interesting one; raises `TaskNotInJob`."""
    from ..client import TaskNotInJob

    meant = [
        task
        for task in job.tasks
        if task_id in (None, task.task_id) and map_index in (None, task.map_index)
    ]
    if not meant:
        known = ", ".join(dict.fromkeys(task.task_id for task in job.tasks))
        raise TaskNotInJob(f"Job {job.job_id} has no such task. Its tasks: {known}.")
    for state in ("failed", "running", "up_for_retry"):
        for task in meant:
            if task.state == state:
                return task
    begun = [task for task in meant if task.try_number]
    return (begun or meant)[-1]


def _print_log(client: "Client", job_id: str, task: "Task", number: int, *, follow: bool) -> None:
    """Print the log; when following, print what is added until the attempt has ended."""
    shown = 0
    while True:
        going_on = follow and _goes_on(client.job(job_id), task, number)
        text = client.logs(job_id, task.task_id, map_index=task.map_index, try_number=number)
        typer.echo(text[shown:], nl=False)
        shown = len(text)
        if not going_on:
            return
        time.sleep(_FOLLOW_PACE_SECONDS)


def _goes_on(job: "Job", task: "Task", number: int) -> bool:
    """Whether the attempt may still write to its log."""
    return any(
        attempt.number == number and attempt.ended_at is None
        for known in job.tasks
        if (known.task_id, known.map_index) == (task.task_id, task.map_index)
        for attempt in known.attempts
    )
