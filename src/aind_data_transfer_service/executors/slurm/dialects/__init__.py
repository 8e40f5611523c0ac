"""How each version of slurmrestd wants jobs described, and describes them: a family a module."""

from .dialect import Dialect, JobRecord, Submission
from .plain import Plain
from .structured import Structured, StructuredWithStateText

__all__ = ["DIALECTS", "Dialect", "JobRecord", "Submission"]

DIALECTS: tuple[Dialect, ...] = (
    *(Structured(f"v0.0.{number}") for number in (43, 42, 41, 40)),
    StructuredWithStateText("v0.0.39"),
    *(Plain(f"v0.0.{number}") for number in (38, 37, 36)),
)
"""Newest first."""
