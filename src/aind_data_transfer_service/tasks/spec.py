"""What a task program is given and what it leaves: the files of an attempt's folder.

An attempt's folder holds ``spec.json`` (`TaskSpec`, written before the program starts),
``log.txt``, ``progress.jsonl`` (a line now and then, the last one counts), ``result.json``
(`TaskResult`, written whole, then renamed) and, while it runs, ``process.json`` and, where the
store needs them, ``credentials.json`` (mode 600, removed at the end). Whoever wants the program to
end, and cannot reach it, makes a file ``cancel`` there.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from ..domain.pipeline import TaskId
from ..domain.plan import Frozen, JobPlan, ModalityPlan, TaskPlan
from ..errors import Defect, TransferError
from ..metadata.options import MetadataOptions
from ..settings import RetryPolicy

SPEC_FILE = "spec.json"
RESULT_FILE = "result.json"
PROGRESS_FILE = "progress.jsonl"
LOG_FILE = "log.txt"
PROCESS_FILE = "process.json"
LOCK_FILE = "lock"
CREDENTIALS_FILE = "credentials.json"
CANCEL_FILE = "cancel"


class StorageOptions(Frozen):
    """How to reach the store of a job; its secrets are in ``credentials.json``."""

    endpoint_url: str | None = None
    region: str | None = None
    verify: str = "auto"
    """``auto``, ``server`` or ``read``: see `aind_data_transfer_service.tasks.verify_upload`."""


class SmtpNotice(Frozen):
    """A notice a task asks for: kind of event and what it should say beside the job's facts."""

    event: str
    """``begin`` or ``end``."""


class EarlierTask(Frozen):
    """How a task before this one ended."""

    task_id: TaskId
    map_index: int
    label: str | None
    state: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outputs: dict[str, Any] = Field(default_factory=dict)


class OtherJob(Frozen):
    """Another job under way, with the folders that it reads."""

    job_id: str
    sources: tuple[str, ...]


class TaskSpec(Frozen):
    """All that one attempt at one task needs to know."""

    job_id: str
    task_id: TaskId
    map_index: int
    attempt: int
    plan: JobPlan
    settings: dict[str, Any] = Field(default_factory=dict)
    """The task's merged settings."""
    staging_folder: str
    """The job's own folder under the staging root; the asset is built in it."""
    job_folder: str
    """The job's own folder for what is not part of the asset: journals, the manifest."""
    source_roots: tuple[str, ...] = ()
    """Folders that sources must lie in; empty: anywhere."""
    removal_roots: tuple[str, ...] = ()
    """Folders below which sources may be removed; empty: nowhere."""
    others: tuple[OtherJob, ...] = ()
    """Jobs that the sources must not be shared with: for their removal all that are under way,
    for their check those that remove theirs."""
    storage: StorageOptions = StorageOptions()
    metadata: MetadataOptions = MetadataOptions()
    retry: RetryPolicy = RetryPolicy()
    tries: int = 1
    """Attempts so far since somebody asked for them, this one included."""
    earlier: tuple[EarlierTask, ...] = ()
    service_version: str
    job_url: str | None = None

    @property
    def task(self) -> TaskPlan:
        """The task as the plan has it."""
        return self.plan.task(self.task_id, self.map_index)

    @property
    def modality(self) -> ModalityPlan | None:
        """The modality that an element of a mapped task is for, if it is for one."""
        return self.plan.modality_of(self.task)

    @property
    def required_modality(self) -> ModalityPlan:
        """The modality, for the program of a task that always has one."""
        if self.modality is None:
            raise Defect(f"{self.task_id}[{self.map_index}] is for no modality.")
        return self.modality

    def tried_again(self, error: TransferError) -> bool:
        """Whether there will be another attempt if this one fails so."""
        return self.retry.wants_another(
            attempt=self.tries, code=error.code, retryable=error.retryable
        )

    @property
    def prefix(self) -> str:
        """Key prefix of the asset, with its slash."""
        return f"{self.plan.asset_name}/"


class ResultState(StrEnum):
    """How an attempt ended."""

    SUCCESS = "success"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class TaskError(Frozen):
    """Why an attempt failed, as `aind_data_transfer_service.errors.TransferError` tells it."""

    code: str
    message: str
    what_to_do: str
    retryable: bool = False
    details: dict[str, Any] = Field(default_factory=dict)


class TaskResult(Frozen):
    """How an attempt ended and what the tasks after it need to know."""

    state: ResultState
    outputs: dict[str, Any] = Field(default_factory=dict)
    notices: tuple[SmtpNotice, ...] = ()
    skip_reason: str | None = None
    error: TaskError | None = None
    started_at: datetime
    ended_at: datetime
    cpu_seconds: float
    peak_memory_bytes: int
