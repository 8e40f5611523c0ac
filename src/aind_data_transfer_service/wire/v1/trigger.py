"""Settings of the former Code Ocean trigger capsule, which V1 answers still carry."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, model_validator

from ..problems import problem_error
from ..vocabulary import Modality
from .base import WireModel


class ValidJobType(StrEnum):
    """The kinds of job the trigger capsule knew."""

    ECEPHYS = "ecephys"
    ECEPHYS_OPTO = "ecephys_opto"
    SINGLEPLANE_OPHYS = "singleplane_ophys"
    MULTIPLANE_OPHYS = "multiplane_ophys"
    SMARTSPIM = "smartspim"
    RUN_GENERIC_PIPELINE = "run_generic_pipeline"
    REGISTER_DATA = "register_data"
    TEST = "test"


def _overwritten(_: object) -> None:
    """Forget what the user gave: the modalities are always the job's own."""


class TriggerConfigModel(WireModel):
    """(Deprecated: use ``codeocean_configs``) What the trigger capsule was asked to do.

    ``bucket``, ``prefix``, ``asset_name`` and ``modalities`` are always those of the job.
    """

    job_type: ValidJobType
    bucket: str | None = None
    prefix: str | None = None
    asset_name: str | None = None
    mount: str | None = None
    input_data_asset_id: str | list[str] | None = None
    input_data_mount: str | list[str] | None = None
    process_capsule_id: str | None = None
    capsule_version: str | None = None
    results_suffix: str | None = "processed"
    input_data_asset_name: str | None = None
    output_bucket: str | None = None
    aind_data_transfer_version: str | None = None
    modalities: Annotated[list[Modality] | None, BeforeValidator(_overwritten)] = None
    capsule_id: str | None = None
    input_data_point: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.input_data_mount is None:
            self.input_data_mount = self.input_data_point
        if self.process_capsule_id is None:
            self.process_capsule_id = self.capsule_id
        self._split_inputs()
        if self.job_type == ValidJobType.RUN_GENERIC_PIPELINE and self.process_capsule_id is None:
            raise problem_error(
                "process_capsule_id_missing",
                "process_capsule_id is required for job type run_generic_pipeline.",
            )
        return self

    def _split_inputs(self) -> None:
        """Read several inputs separated by semicolons, and require one mount for each."""
        if isinstance(self.input_data_asset_id, str) and ";" in self.input_data_asset_id:
            self.input_data_asset_id = self.input_data_asset_id.split(";")
        ids = self.input_data_asset_id
        if ids is not None and isinstance(self.input_data_mount, str):
            mounts = self.input_data_mount.split(";")
            self.input_data_mount = mounts if len(mounts) > 1 else self.input_data_mount
        if not isinstance(ids, list):
            return
        if not isinstance(self.input_data_mount, list) or len(self.input_data_mount) != len(ids):
            raise problem_error(
                "input_data_mount_missing",
                "input_data_mount should be a list as long as input_data_asset_id.",
            )
        if self.input_data_asset_name is None:
            raise problem_error(
                "input_data_asset_name_missing",
                "input_data_asset_name is required when multiple input data assets are attached.",
            )
