"""Bars by day: how many jobs, and how many bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ...domain.states import JobState
from ...engine.job_counts import DayCount

HEIGHT = 100.0
"""Of the highest bar, in units of the drawing."""
_STEP = 10.0
_GAP = 2.0
_SHOWN_FIRST = (JobState.SUCCESS, JobState.FAILED)


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a day's bar, placed in the drawing."""

    kind: str
    """``success``, ``failed`` or ``other``; of bytes, ``bytes``."""
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Day:
    """One day's counts."""

    day: date
    success: int
    failed: int
    other: int
    bytes: int

    @property
    def jobs(self) -> int:
        """All jobs of the day."""
        return self.success + self.failed + self.other


@dataclass(frozen=True, slots=True)
class Chart:
    """The jobs of some days."""

    days: tuple[Day, ...]

    @property
    def width(self) -> float:
        """Of the drawing."""
        return _STEP * len(self.days)

    @property
    def most_jobs(self) -> Day:
        """The day with the most jobs."""
        return max(self.days, key=lambda day: day.jobs)

    @property
    def most_bytes(self) -> Day:
        """The day with the most bytes."""
        return max(self.days, key=lambda day: day.bytes)

    @property
    def jobs(self) -> int:
        """All jobs of all days."""
        return sum(day.jobs for day in self.days)

    @property
    def bytes(self) -> int:
        """All bytes of all days."""
        return sum(day.bytes for day in self.days)

    def job_bars(self) -> list[Bar]:
        """Return the bars of jobs, one part on another."""
        unit = HEIGHT / max(1, self.most_jobs.jobs)
        bars = []
        for place, day in enumerate(self.days):
            parts = (("failed", day.failed), ("success", day.success), ("other", day.other))
            top = HEIGHT
            for kind, count in parts:
                top -= unit * count
                if count:
                    bars.append(_bar(kind, place, top, unit * count))
        return bars

    def byte_bars(self) -> list[Bar]:
        """Return the bars of bytes."""
        unit = HEIGHT / max(1, self.most_bytes.bytes)
        return [
            _bar("bytes", place, HEIGHT - unit * day.bytes, unit * day.bytes)
            for place, day in enumerate(self.days)
            if day.bytes
        ]


def chart_of(counts: Sequence[DayCount], first: date, last: date) -> Chart:
    """Return the chart of all days from ``first`` to ``last``; days without jobs are there too."""
    by_day: dict[date, list[DayCount]] = {}
    for count in counts:
        by_day.setdefault(count.day, []).append(count)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return Chart(tuple(_day(day, by_day.get(day, [])) for day in days))


def _day(day: date, counts: Sequence[DayCount]) -> Day:
    def jobs(state: JobState) -> int:
        return sum(count.jobs for count in counts if count.state == state)

    return Day(
        day=day,
        success=jobs(JobState.SUCCESS),
        failed=jobs(JobState.FAILED),
        other=sum(count.jobs for count in counts if count.state not in _SHOWN_FIRST),
        bytes=sum(count.bytes for count in counts),
    )


def _bar(kind: str, place: int, top: float, height: float) -> Bar:
    return Bar(
        kind, round(place * _STEP + _GAP / 2, 2), round(top, 2), _STEP - _GAP, round(height, 2)
    )
