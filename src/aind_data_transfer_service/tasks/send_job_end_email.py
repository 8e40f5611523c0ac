"""Asks for the notice that the job has ended; the engine sends it to those who want it."""

from .context import Done, Outcome, TaskContext
from .spec import SmtpNotice


def run(ctx: TaskContext) -> Outcome:  # noqa: ARG001 - every task is given its context
    """Ask for the notice."""
    return Done(notices=(SmtpNotice(event="end"),))
