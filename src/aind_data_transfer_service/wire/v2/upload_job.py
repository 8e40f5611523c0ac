"""One upload job: the data of one acquisition session."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    computed_field,
    field_validator,
)
from pydantic_core import InitErrorDetails

from ...domain.asset_name import asset_name
from ..problems import nearest_of, problem_error
from ..v1.base import IgnoringModel
from ..v1.fields import EmailAddress, NotificationTypes, ProjectName, SubjectId, Webhooks
from ..vocabulary import MODALITIES, ModalityField, PlatformField
from .task import Task, TaskOrTasks
from .task_ids import MODALITY_TASKS


def _require_job_type(value: object, info: ValidationInfo) -> object:
    types = (info.context or {}).get("job_types")
    if types is None or not isinstance(value, str) or value in types:
        return value
    raise problem_error(
        "job_type_unknown",
        f"{value} must be one of {list(types)}",
        allowed=types,
        nearest=nearest_of(value, types),
    )


JobType = Annotated[str, BeforeValidator(_require_job_type)]


class UploadJobConfigsV2(IgnoringModel):
    """What to upload and how: the job type's presets, and what is to differ from them."""

    job_type: JobType = Field(description="Names the presets of the tasks; `custom` has none.")
    user_email: EmailAddress | None = None
    email_notification_types: NotificationTypes | None = None
    webhooks: Webhooks | None = None
    s3_bucket: Literal["private", "open", "default"] = "default"
    project_name: ProjectName
    platform: PlatformField | None = Field(
        default=None, description="First part of the asset's name, where assets have one."
    )
    modalities: Annotated[list[ModalityField], Field(min_length=1)]
    subject_id: SubjectId
    acq_datetime: datetime = Field(
        description="Start of the acquisition. The asset is named by its digits as they are."
    )
    tasks: dict[str, TaskOrTasks] = Field(
        description="Settings by task; those of modality_transformation_settings and"
        " codeocean_pipeline_settings by modality."
    )

    @computed_field(description="Name of the asset: its folder in the bucket.")  # type: ignore[prop-decorator]  # pydantic wants it above the property
    @property
    def s3_prefix(self) -> str:
        """Name of the asset."""
        platform = None if self.platform is None else self.platform.abbreviation
        return asset_name(platform, self.subject_id, self.acq_datetime)

    @field_validator("modalities")
    @classmethod
    def _refuse_repeats(cls, modalities: list[ModalityField]) -> list[ModalityField]:
        names = [modality.abbreviation for modality in modalities]
        errors = [
            InitErrorDetails(
                type=problem_error(
                    "modality_repeated",
                    f"modality {name!r} is given twice, first in modalities[{names.index(name)}]",
                ),
                loc=(index,),
                input=name,
            )
            for index, name in enumerate(names)
            if names.index(name) != index
        ]
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return modalities

    @field_validator("tasks")
    @classmethod
    def _require_modalities(cls, tasks: dict[str, TaskOrTasks]) -> dict[str, TaskOrTasks]:
        if errors := list(_misplaced(tasks)):
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return tasks


def _misplaced(tasks: dict[str, TaskOrTasks]) -> Iterator[InitErrorDetails]:
    """Find settings that should be by modality and are not."""
    for name in sorted(MODALITY_TASKS & tasks.keys()):
        settings = tasks[name]
        if isinstance(settings, Task):
            if not settings.skip_task:
                yield InitErrorDetails(
                    type=problem_error(
                        "settings_not_by_modality",
                        f"{name} must be an object of tasks by modality, such as"
                        ' {"ecephys": {"job_settings": {}}}, or {"skip_task": true}',
                    ),
                    loc=(name,),
                    input=settings.model_dump(exclude_none=True),
                )
            continue
        for key in settings:
            if key not in MODALITIES.abbreviations:
                yield InitErrorDetails(
                    type=problem_error(
                        "modality_unknown",
                        f"{key!r} is not the abbreviation of a modality."
                        f" Allowed: {', '.join(MODALITIES.abbreviations)}",
                        allowed=MODALITIES.abbreviations,
                        nearest=nearest_of(key, MODALITIES.abbreviations),
                    ),
                    loc=(name, key),
                    input=key,
                )
