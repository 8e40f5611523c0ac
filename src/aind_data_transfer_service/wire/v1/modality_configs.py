"""One modality of an upload job."""

from typing import Self

from pydantic import Field, JsonValue, ValidationInfo, field_validator, model_validator

from ..problems import problem_error
from ..vocabulary import MODALITIES, ModalityField
from .base import WireModel
from .fields import AbsolutePosixPath
from .slurm import V0036JobProperties

_ECEPHYS = MODALITIES.get("ecephys")


class ModalityConfigs(WireModel):
    """Where the data of one modality lie and how they are to be compressed.

    Once validated, ``compress_raw_data`` is never None: by default only ecephys is compressed.
    """

    modality: ModalityField
    source: AbsolutePosixPath
    compress_raw_data: bool | None = Field(default=None, validate_default=True)
    extra_configs: AbsolutePosixPath | None = None
    job_settings: dict[str, JsonValue] | None = None
    slurm_settings: V0036JobProperties | None = None
    output_folder_name: str | None = Field(default=None, validate_default=True)

    @field_validator("compress_raw_data")
    @classmethod
    def _default_compression(cls, value: bool | None, info: ValidationInfo) -> bool:
        return value if value is not None else info.data.get("modality") is _ECEPHYS

    @field_validator("output_folder_name")
    @classmethod
    def _name_folder(cls, value: str | None, info: ValidationInfo) -> str | None:
        modality = info.data.get("modality")
        if modality is None:
            return value
        expected: str = modality.abbreviation
        if value is not None and value != expected:
            raise problem_error(
                "output_folder_name_differs",
                f"output_folder_name {value} doesn't match {expected}!",
                nearest=expected,
            )
        return expected

    @model_validator(mode="after")
    def _require_one_kind_of_settings(self) -> Self:
        if self.extra_configs is not None and self.job_settings is not None:
            raise problem_error(
                "settings_ambiguous", "Only job_settings or extra_configs should be set!"
            )
        return self
