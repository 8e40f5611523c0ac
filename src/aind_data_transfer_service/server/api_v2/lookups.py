"""The words that requests may use."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ...domain.pipeline import PIPELINE
from ...ports.preset_store import PresetVersion
from ...wire.v1.fields import EmailNotificationType
from ...wire.vocabulary import MODALITIES, PLATFORMS
from ..service import ServiceDep
from .answers import refused

router = APIRouter(prefix="/api/v2", tags=["V2"])


class ProjectNames(BaseModel):
    """The projects there are."""

    names: list[str] | None = Field(
        description="Null: any name may be used.", examples=[["Ephys Platform"]]
    )
    as_of: datetime = Field(
        description="When they were read.", examples=["2026-11-23T08:06:13.104233Z"]
    )
    stale_reason: str | None = Field(
        description="Why they could not be read again since; null if they are fresh.",
        examples=[None],
    )


class Term(BaseModel):
    """A platform or a modality."""

    name: str = Field(examples=["Extracellular electrophysiology"])
    abbreviation: str = Field(examples=["ecephys"])


class TaskTerm(BaseModel):
    """A task of the pipeline."""

    task_id: str = Field(examples=["upload_data_to_s3"])
    title: str = Field(examples=["Upload"])
    mapped: bool = Field(description="Whether it runs once for each modality.")


class Vocabulary(BaseModel):
    """All words."""

    platforms: list[Term]
    modalities: list[Term]
    buckets: list[str] = Field(examples=[["default", "private", "open"]])
    job_types: list[str] = Field(examples=[["custom", "default", "ecephys"]])
    notification_types: list[str] = Field(examples=[["begin", "end", "fail", "retry", "all"]])
    tasks: list[TaskTerm] = Field(description="In the order they run.")


@router.get(
    "/project_names",
    summary="List the projects",
    responses=refused(503, "Their source has never answered"),
)
def read_project_names(service: ServiceDep) -> ProjectNames:
    """Return the names of projects that requests may use, and how old the list is."""
    known = service.lookups.project_names()
    names = None if known.names is None else list(known.names)
    return ProjectNames(names=names, as_of=known.as_of, stale_reason=known.stale_reason)


@router.get(
    "/vocabulary",
    summary="List the words that requests may use",
    responses=refused(503, "The presets have never been read"),
)
def read_vocabulary(service: ServiceDep) -> Vocabulary:
    """Return platforms, modalities, buckets, job types, kinds of notices, and tasks."""
    return Vocabulary(
        platforms=[Term(name=t.name, abbreviation=t.abbreviation) for t in PLATFORMS.terms],
        modalities=[Term(name=t.name, abbreviation=t.abbreviation) for t in MODALITIES.terms],
        buckets=list(service.settings.bucket_urls),
        job_types=list(service.lookups.snapshot().job_types(PresetVersion.V2)),
        notification_types=[kind.value for kind in EmailNotificationType],
        tasks=[
            TaskTerm(task_id=task.task_id, title=task.title, mapped=task.mapped)
            for task in PIPELINE
        ],
    )
