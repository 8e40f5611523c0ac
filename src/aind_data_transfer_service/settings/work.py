"""How workers do the work: what is tried again, how much at once."""

from datetime import timedelta
from typing import Self

from pydantic import Field, PositiveInt, model_validator

from .section import Period, Section, Wait


class RetryPolicy(Section):
    """When a failed attempt is tried again."""

    times: int = Field(default=4, ge=0)
    """Attempts after the first one."""
    first_delay: Wait = timedelta(seconds=10)
    factor: float = Field(default=3.0, ge=1, allow_inf_nan=False)
    max_delay: Wait = timedelta(minutes=10)
    codes: frozenset[str] = frozenset()
    """Error codes worth another try beside those that say so themselves."""
    not_codes: frozenset[str] = frozenset()
    """Error codes never worth another try."""

    def delay_after(self, attempt: int) -> timedelta:
        """How long to wait after attempt number ``attempt`` (1 is the first)."""
        try:
            return min(self.first_delay * self.factor ** (attempt - 1), self.max_delay)
        except OverflowError:
            return self.max_delay

    def wants_another(self, *, attempt: int, code: str, retryable: bool) -> bool:
        """Whether attempt number ``attempt``, failed with ``code``, is followed by another."""
        worth_it = (retryable or code in self.codes) and code not in self.not_codes
        return worth_it and attempt <= self.times


class LocalExecutorSettings(Section):
    """What task programs on this machine may use together."""

    cpus: PositiveInt | None = None
    """None: as many as the machine has."""
    memory_mb: PositiveInt | None = None
    """None: three quarters of the machine's memory."""


class WorkerSettings(Section):
    """How a worker takes jobs."""

    jobs: PositiveInt = 500
    """Jobs under way at once in one worker; most of their time is waiting."""
    lease: Period = timedelta(seconds=30)
    """A worker that could not renew its lease for this long ends itself and its programs."""
    grace: Wait = timedelta(seconds=15)
    """How long after a lapsed lease others wait before they take over its jobs."""
    poll: Period = timedelta(seconds=0.5)
    """Pace of looking at running programs, new jobs and wishes to cancel."""

    @model_validator(mode="after")
    def _check_lease(self) -> Self:
        if self.lease < 4 * self.poll:
            raise ValueError("lease must be at least four times poll")
        return self
