"""What a check found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ...errors import TransferError
from ...settings import Settings


class Outcome(StrEnum):
    """How good a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    check: str
    outcome: Outcome
    message: str
    how_to_mend: str = ""


Check = Callable[[Settings], Iterator[Finding]]


def ok(check: str, message: str) -> Finding:
    """Return a good finding."""
    return Finding(check, Outcome.OK, message)


def warn(check: str, message: str, how_to_mend: str) -> Finding:
    """Return a finding that somebody should think about."""
    return Finding(check, Outcome.WARN, message, how_to_mend)


def fail(check: str, message: str, how_to_mend: str) -> Finding:
    """Return a finding that keeps the service from working."""
    return Finding(check, Outcome.FAIL, message, how_to_mend)


def failed_by(check: str, problem: TransferError) -> Finding:
    """Return the finding that an error is."""
    return fail(check, problem.message, problem.what_to_do)
