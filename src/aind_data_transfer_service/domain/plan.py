"""What one job will do, settled when it is submitted and not changed afterwards."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..errors import InvalidInput
from .pipeline import TaskId

UNMAPPED = -1
"""Map index of a task that runs once for the job, as Airflow counts."""


class SourceNotGiven(InvalidInput):
    """A modality is to be uploaded, and nobody said from where."""

    code = "source_not_given"


class Frozen(BaseModel):
    """Base of models that never change and refuse unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModalityPlan(Frozen):
    """One modality of the session: a folder to stage, compressed or as it is."""

    name: str
    abbreviation: str
    source: str | None
    """Absolute POSIX path of the folder on the share; None if the request named none."""
    compress: bool
    job_settings: dict[str, Any] = Field(default_factory=dict)
    slurm_settings: dict[str, Any] | None = None

    @property
    def required_source(self) -> str:
        """The source, where data are to be read; raises `SourceNotGiven` if there is none."""
        if self.source is None:
            raise SourceNotGiven(f"No source was given for {self.abbreviation}.")
        return self.source

    @property
    def folder_name(self) -> str:
        """Name of the modality's folder in the asset."""
        return self.abbreviation


class ProgramPlan(Frozen):
    """The container that presets or the request name for a task, and what is to run in it."""

    image: str | None = None
    image_version: str | None = None
    image_resources: dict[str, Any] | None = None
    """What to ask the cluster for, as Slurm's job properties."""
    command_script: str | None = None
    executor: Literal["local", "slurm"] | None = None
    """Where it runs, if a preset says so; only presets may."""
    origins: dict[str, str] = Field(default_factory=dict)


class Partition(Frozen):
    """The share of a modality's data that one element compresses."""

    index: int = Field(ge=0)
    """Which of the shares, from 0."""
    count: int = Field(ge=1)
    """How many shares there are."""
    at_once: int | None = None
    """Most elements that may run at the same time; None: as many as there is room for."""
    origin: str
    """Who said how many: default, preset and revision, request."""


class TaskPlan(Frozen):
    """One task of one job (one element of it, for a mapped task)."""

    task_id: TaskId
    map_index: int = UNMAPPED
    """Number of a mapped task's element, from 0 through all modalities and their partitions."""
    modality: int | None = None
    """What a mapped element is for: its index in the job's modalities."""
    partition: Partition | None = None
    """None: the element has the whole modality."""
    label: str | None = None
    """What a mapped element stands for: the modality's abbreviation, and which partition."""
    skip_reason: str | None = None
    """Why the task will not run; None when it will."""
    settings: dict[str, Any] = Field(default_factory=dict)
    origins: dict[str, str] = Field(default_factory=dict)
    """Where each setting came from: default, preset and revision, request.

    Keys are JSON pointers (RFC 6901) without their first slash.
    """
    program: ProgramPlan | None = None

    @property
    def script(self) -> str | None:
        """The script to run in place of the task's own work; None if there is none."""
        return None if self.program is None else self.program.command_script

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_versions(cls, value: Any) -> Any:
        """Fill in what plans lack that were made when each modality had one element."""
        if not isinstance(value, Mapping) or "modality" in value:
            return value
        if value.get("task_id") != TaskId.COMPRESS_DATA or value.get("map_index", UNMAPPED) < 0:
            return value
        return {**value, "modality": value["map_index"]}


class JobPlan(Frozen):
    """One acquisition session's upload."""

    asset_name: str
    """Folder in the bucket (the S3 prefix without its slash)."""
    bucket: str
    """Alias of the bucket, as the request named it."""
    storage_url: str
    """``s3://bucket`` or ``file:///folder`` that the alias stands for."""
    project_name: str
    platform: str | None
    platform_name: str | None
    subject_id: str
    acq_datetime: str
    """ISO 8601, as the request gave it."""
    job_type: str
    modalities: tuple[ModalityPlan, ...] = Field(min_length=1)
    metadata_dir: str | None = None
    derivatives_dir: str | None = None
    force_cloud_sync: bool = False
    user_email: str | None = None
    notify_on: tuple[str, ...] = ("fail",)
    """Sorted, of begin, end, fail, retry, all."""
    webhooks: tuple[str, ...] = ()
    """Addresses to tell of the same events."""
    tasks: tuple[TaskPlan, ...]
    request: dict[str, Any]
    """The validated request of this job, as it came over the wire."""

    @property
    def location(self) -> str:
        """Where the asset is, as its record says it."""
        return f"{self.storage_url.rstrip('/')}/{self.asset_name}"

    @property
    def staged_modalities(self) -> tuple[ModalityPlan, ...]:
        """The modalities whose data go into the asset: those that no request or preset skips."""
        compress = [task for task in self.tasks if task.task_id is TaskId.COMPRESS_DATA]
        staged = {task.modality for task in compress if task.skip_reason is None}
        return tuple(m for index, m in enumerate(self.modalities) if index in staged)

    @property
    def source_folders(self) -> tuple[str, ...]:
        """All folders that the job reads: of modalities, metadata and derivatives."""
        named = [*(m.source for m in self.modalities), self.metadata_dir, self.derivatives_dir]
        return tuple(folder for folder in named if folder is not None)

    def task(self, task_id: TaskId, map_index: int = UNMAPPED) -> TaskPlan:
        """Return one task of the plan."""
        return next(t for t in self.tasks if (t.task_id, t.map_index) == (task_id, map_index))

    def modality_of(self, task: TaskPlan) -> ModalityPlan | None:
        """Return the modality that an element of a mapped task is for, if it is for one."""
        return None if task.modality is None else self.modalities[task.modality]

    def seen_by(self, task: TaskPlan) -> "JobPlan":
        """Return this plan for the program of one task: a partition's without all the others'."""
        if task.partition is None:
            return self
        kept = (t for t in self.tasks if not (t.partition and t.partition.index) or t == task)
        return self.model_copy(update={"tasks": tuple(kept)})
