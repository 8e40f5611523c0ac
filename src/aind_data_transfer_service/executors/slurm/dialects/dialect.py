"""What the executor says to a cluster and hears from it, whatever the version of slurmrestd."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Submission:
    """A job, or an array of jobs, to submit."""

    name: str
    comment: str
    script: str
    working_directory: str
    log: str
    """File for standard output and error; ``%a`` stands for the array index."""
    environment: Mapping[str, str]
    properties: Mapping[str, Any]
    """See `aind_data_transfer_service.domain.slurm_job`."""
    array: str | None = None


@dataclass(frozen=True, slots=True)
class JobRecord:
    """What the cluster says of a job or of an array's element."""

    job_id: int
    name: str
    states: tuple[str, ...]
    array_job_id: int | None = None
    array_task_id: int | None = None
    """None: no array, or all elements of one that have not begun."""
    reason: str = ""
    exit_code: int | None = None
    """None: it has none, or a signal ended it."""
    signal: int | None = None
    restarts: int = 0
    nodes: str = ""
    submitted_at: int = 0
    """Unix time; told by the accounting only."""

    @property
    def id(self) -> int:
        """Id of the submission."""
        return self.array_job_id or self.job_id


class Dialect(ABC):
    """One version of slurmrestd."""

    def __init__(self, version: str) -> None:
        self.version = version

    @abstractmethod
    def submission(self, job: Submission) -> dict[str, Any]:
        """Return the body of a request to submit a job."""

    @abstractmethod
    def record(self, job: Mapping[str, Any]) -> JobRecord:
        """Read one job of an answer; raises `KeyError`, `TypeError` or `ValueError`."""

    @abstractmethod
    def accounting_query(self, names: Sequence[str], since: float) -> dict[str, str]:
        """Return the query for the accounting's records of jobs by name.

        ``since``: Unix time; the answer may have jobs that were submitted before it, too.
        """

    @abstractmethod
    def accounted(self, job: Mapping[str, Any]) -> JobRecord:
        """Read one job of the accounting's answer; raises as `record` does.

        Without exit code and signal: those of 22.05 are always 0.
        """


def assigned_nodes(nodes: str | None) -> str:
    """Return the nodes of the accounting's record of a job, which has words for none."""
    return "" if nodes in (None, "None assigned") else nodes


def submitted_since_day(names: Sequence[str], since: float) -> dict[str, str]:
    """Return the accounting query of v0.0.36 to v0.0.39, whose days are slurmrestd's own."""
    day = datetime.fromtimestamp(since, UTC) - timedelta(days=1)
    return {"job_name": ",".join(names), "submit_time": f"{day:%Y-%m-%d}"}


def wait_status(status: int | None) -> tuple[int | None, int | None]:
    """Return exit code and signal from a status as wait(2) gives it."""
    if status is None:
        return None, None
    signal = status & 0x7F
    return (None, signal) if signal else (status >> 8, None)
