"""The tasks of a job along its time: a bar for each attempt."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from ...domain.states import FINISHED_TASK_STATES, TaskState
from ...engine.services.views import JobDetail, TaskView

WIDTH = 1000
"""Of the drawing, from the first attempt to the end, or to now."""
FEW = 8
"""As many elements of a mapped task have rows of their own; more are folded into one."""
_NARROWEST = 4.0
_NOTABLE = 6
_ORDER = (
    *(TaskState.FAILED, TaskState.UP_FOR_RETRY, TaskState.RUNNING, TaskState.UP_FOR_RESCHEDULE),
    *(TaskState.QUEUED, TaskState.CANCELLED, TaskState.UPSTREAM_FAILED, TaskState.SUCCESS),
    TaskState.SKIPPED,
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One attempt, placed in the drawing."""

    x: float
    width: float
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One task, or one of its elements."""

    task: TaskView
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """A mapped task with many elements."""

    task_id: str
    title: str
    elements: tuple[TaskView, ...]
    bars: tuple[Bar, ...]
    """One for all: from the first attempt to the last."""
    notable: tuple[Row, ...]
    """Elements that want to be looked at."""

    @property
    def state(self) -> TaskState:
        """What matters most of all elements' states; running, while any of them is."""
        states = [state for state, _ in self.counts]
        return TaskState.RUNNING if TaskState.RUNNING in states else states[0]

    @property
    def counts(self) -> list[tuple[TaskState, int]]:
        """How many elements are in each state, what matters most first."""
        counted = Counter(element.state for element in self.elements)
        return [(state, counted[state]) for state in _ORDER if counted[state]]

    @property
    def done(self) -> int:
        """Elements that need nothing more."""
        return sum(e.state in (TaskState.SUCCESS, TaskState.SKIPPED) for e in self.elements)

    @property
    def started_at(self) -> datetime | None:
        """When the first element began."""
        return min((e.started_at for e in self.elements if e.started_at), default=None)

    @property
    def ended_at(self) -> datetime | None:
        """When the last element ended; None while any has not."""
        if any(element.state not in FINISHED_TASK_STATES for element in self.elements):
            return None
        return max((e.ended_at for e in self.elements if e.ended_at), default=None)


class Scale:
    """Places times in the drawing."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        self._begin = begin
        self.seconds = max(1.0, (end - begin).total_seconds())

    @classmethod
    def of(cls, job: JobDetail) -> "Scale":
        """Return the scale of a job: from its first attempt to its end, or now."""
        begun = [a.started_at for task in job.tasks for a in task.attempts if a.started_at]
        begin = min(begun, default=job.started_at or job.created_at)
        return cls(begin, job.ended_at or datetime.now(UTC))

    def bar(self, begin: datetime, end: datetime | None, state: str, text: str) -> Bar:
        """Return a bar, wide enough to be seen."""
        x = self._place(begin)
        width = max(_NARROWEST, self._place(end or datetime.now(UTC)) - x)
        return Bar(round(min(x, WIDTH - width), 1), round(width, 1), state, text)

    def _place(self, moment: datetime) -> float:
        share = (moment - self._begin).total_seconds() / self.seconds
        return WIDTH * min(1.0, max(0.0, share))


def timeline(job: JobDetail, scale: Scale) -> list[Row | Folded]:
    """Return the rows of a job's tasks, in the order they run."""
    rows: list[Row | Folded] = []
    for _, group in groupby(job.tasks, lambda task: task.task_id):
        elements = tuple(group)
        if len(elements) > FEW:
            rows.append(_fold(elements, scale))
        else:
            rows += [row_of(task, scale) for task in elements]
    return rows


def row_of(task: TaskView, scale: Scale) -> Row:
    """Return the row of one task."""
    bars = [
        scale.bar(attempt.started_at, attempt.ended_at, attempt.state, f"attempt {attempt.number}")
        for attempt in task.attempts
        if attempt.started_at is not None
    ]
    return Row(task, tuple(bars))


def notable(elements: Sequence[TaskView]) -> list[TaskView]:
    """Return the elements that failed, wait for another try or run, in this order."""
    wanted = _ORDER[:4]
    return sorted((e for e in elements if e.state in wanted), key=lambda e: wanted.index(e.state))


def _fold(elements: tuple[TaskView, ...], scale: Scale) -> Folded:
    first = elements[0]
    whole = Folded(first.task_id, first.title, elements, (), ())
    bars: tuple[Bar, ...] = ()
    if whole.started_at is not None:
        bars = (scale.bar(whole.started_at, whole.ended_at, whole.state, "all elements"),)
    rows = tuple(row_of(element, scale) for element in notable(elements)[:_NOTABLE])
    return Folded(first.task_id, first.title, elements, bars, rows)
