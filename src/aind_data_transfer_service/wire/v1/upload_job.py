"""One upload job: the data of one acquisition session."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import InitErrorDetails

from ...domain.asset_name import asset_name
from ..problems import problem_error
from ..vocabulary import PlatformField
from . import derived
from .base import WireModel
from .codeocean import CodeOceanPipelineMonitorConfigs
from .fields import (
    AbsolutePosixPath,
    AcqDatetime,
    BucketType,
    EmailAddress,
    NotificationTypes,
    ProjectName,
    S3Bucket,
    SubjectId,
    Webhooks,
)
from .metadata_configs import GatherMetadataJobSettings
from .modality_configs import ModalityConfigs
from .trigger import TriggerConfigModel


class BasicUploadJobConfigs(WireModel):
    """What to upload and how; after validation all derived parts are filled in.

    ``metadata_configs``, ``trigger_capsule_configs`` and ``s3_prefix`` are never None then.
    """

    user_email: EmailAddress | None = None
    email_notification_types: NotificationTypes | None = None
    webhooks: Webhooks | None = None
    project_name: ProjectName
    input_data_mount: str | None = None
    process_capsule_id: str | None = None
    s3_bucket: S3Bucket = BucketType.DEFAULT
    platform: PlatformField
    modalities: Annotated[list[ModalityConfigs], Field(min_length=1)]
    subject_id: SubjectId
    acq_datetime: AcqDatetime
    metadata_dir: AbsolutePosixPath | None = None
    metadata_dir_force: bool | None = None
    force_cloud_sync: bool = False
    metadata_configs: GatherMetadataJobSettings | None = None
    trigger_capsule_configs: TriggerConfigModel | None = None
    codeocean_configs: CodeOceanPipelineMonitorConfigs = Field(
        default_factory=CodeOceanPipelineMonitorConfigs
    )
    s3_prefix: str | None = Field(default=None, validate_default=True)

    @field_validator("modalities")
    @classmethod
    def _refuse_repeats(cls, modalities: list[ModalityConfigs]) -> list[ModalityConfigs]:
        if len(modalities) > 1 and (errors := list(_repeats(modalities))):
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return modalities

    @field_validator("s3_prefix")
    @classmethod
    def _name_asset(cls, value: str | None, info: ValidationInfo) -> str | None:
        known = info.data
        if not {"platform", "subject_id", "acq_datetime"} <= known.keys():
            return value
        platform = known["platform"].abbreviation
        expected = asset_name(platform, known["subject_id"], known["acq_datetime"])
        if value is not None and value != expected:
            raise problem_error(
                "s3_prefix_differs",
                f"s3_prefix {value} doesn't match computed {expected}!",
                nearest=expected,
            )
        return expected

    @model_validator(mode="after")
    def _derive(self) -> Self:
        facts = derived.JobFacts(
            asset_name=self.s3_prefix or "",
            project_name=self.project_name,
            platform=self.platform,
            subject_id=self.subject_id,
            modalities=[configs.modality for configs in self.modalities],
            bucket=self.s3_bucket,
            metadata_dir=None if self.metadata_dir is None else str(self.metadata_dir),
            process_capsule_id=self.process_capsule_id,
            input_data_mount=self.input_data_mount,
        )
        self.metadata_configs = derived.metadata_configs(facts, self.metadata_configs)
        self.trigger_capsule_configs = derived.trigger_capsule_configs(
            facts, self.trigger_capsule_configs
        )
        self.codeocean_configs = derived.codeocean_configs(facts, self.codeocean_configs)
        return self


def _repeats(modalities: list[ModalityConfigs]) -> Iterator[InitErrorDetails]:
    """Find modalities and sources given twice: one folder of the asset cannot hold two."""
    for field, code, values in (
        ("modality", "modality_repeated", [item.modality.abbreviation for item in modalities]),
        ("source", "source_repeated", [str(item.source) for item in modalities]),
    ):
        for index, value in enumerate(values):
            first = values.index(value)
            if first != index:
                yield InitErrorDetails(
                    type=problem_error(
                        code, f"{field} {value!r} is given twice, first in modalities[{first}]"
                    ),
                    loc=(index, field),
                    input=value,
                )
