"""Showing how far a job is: a live table in a terminal, plain lines elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..client import Client, Job, Task
from .output import console, state_text
from .units import decimal_bytes, duration, time_taken

_BAR_WIDTH = 8
_QUIET_STATES = {"queued", "running"}


class View(Protocol):
    """Shows a job whenever there is news of it."""

    def update(self, job: Job) -> None:
        """Show the job as it is now."""
        ...


def follow(client: Client, job_id: str, *, timeout: float | None, quiet: bool) -> Job:
    """Wait for a job, showing its progress unless ``quiet``; raises `StillRunning`."""
    if quiet:
        return client.wait(job_id, timeout=timeout)
    with progress_view(console()) as view:
        return client.wait(job_id, timeout=timeout, on_update=view.update)


@contextmanager
def progress_view(out: Console) -> Iterator[View]:
    """Return what suits the console: a live table, or lines."""
    if not out.is_terminal:
        yield LineView(out)
        return
    with Live(console=out, refresh_per_second=4, vertical_overflow="visible") as live:
        yield LiveView(live)


class LiveView:
    """Redraws the table of tasks."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def update(self, job: Job) -> None:
        """Show the job as it is now."""
        self._live.update(task_table(job))


class LineView:
    """Prints a line whenever a task ends, begins or waits to be tried again."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._known: dict[tuple[str, int], tuple[str, int]] = {}

    def update(self, job: Job) -> None:
        """Print what is new."""
        for task in job.tasks:
            place, news = (task.task_id, task.map_index), (task.state, task.try_number)
            if self._known.get(place, ("queued", 0)) != news:
                self._known[place] = news
                self._out.print(_line(task), markup=False, soft_wrap=True)


def task_table(job: Job, *, notes: bool = False) -> Table:
    """Return a table of a job's tasks, with bars for those that count bytes.

    Without notes (why a task was skipped) it fits into 80 columns.
    """
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("Task", no_wrap=True)
    table.add_column("State", no_wrap=True)
    table.add_column("", width=_BAR_WIDTH)
    for heading in ("Bytes", "Rate", "Left", "Took"):
        table.add_column(heading, justify="right", no_wrap=True)
    if notes:
        table.add_column("Note")
    for task in job.tasks:
        cells = (
            Text(task.name),
            state_text(task.state),
            _bar(task),
            decimal_bytes(task.progress_done) if task.progress_done else "",
            f"{decimal_bytes(task.rate)}/s" if task.rate else "",
            duration(task.eta_seconds) if task.eta_seconds is not None else "",
            time_taken(task.started_at, task.ended_at),
        )
        table.add_row(*cells, *((Text(task.note or ""),) if notes else ()))
    return table


def _bar(task: Task) -> RenderableType:
    if not (task.progress_done and task.progress_total):
        return ""
    return ProgressBar(total=task.progress_total, completed=task.progress_done, width=_BAR_WIDTH)


def _line(task: Task) -> str:
    parts = [f"{task.name}: {task.state}"]
    if task.try_number > 1:
        parts.append(f"try {task.try_number}")
    if task.state not in _QUIET_STATES and task.started_at is not None:
        parts.append(time_taken(task.started_at, task.ended_at))
        parts.append(decimal_bytes(task.progress_done) if task.progress_done else "")
    parts.append(task.note or "")
    if task.error is not None and task.state != "running":
        parts.append(f"{task.error['code']}: {task.error['message']}")
    return ", ".join(part for part in parts if part)
