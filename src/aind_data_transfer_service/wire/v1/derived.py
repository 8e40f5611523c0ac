"""The parts of a job that the service fills in, whatever the user gave for them."""

from typing import NamedTuple

from ..vocabulary import Modality, Platform
from .codeocean import (
    AWSS3Source,
    CaptureSettings,
    CodeOceanPipelineMonitorConfigs,
    DataAssetParams,
    DataAssetsRunParam,
    PipelineMonitorSettings,
    RunParams,
    Source,
)
from .fields import BucketType
from .metadata_configs import (
    GatherMetadataJobSettings,
    ProceduresSettings,
    RawDataDescriptionSettings,
    SubjectSettings,
)
from .trigger import TriggerConfigModel, ValidJobType

_TRIGGER_JOB_TYPES = {
    "ecephys": ValidJobType.ECEPHYS,
    "SmartSPIM": ValidJobType.SMARTSPIM,
    "single-plane-ophys": ValidJobType.SINGLEPLANE_OPHYS,
    "multiplane-ophys": ValidJobType.MULTIPLANE_OPHYS,
}


class JobFacts(NamedTuple):
    """What the derived parts of a job are made from."""

    asset_name: str
    project_name: str
    platform: Platform
    subject_id: str
    modalities: list[Modality]
    bucket: str
    metadata_dir: str | None
    process_capsule_id: str | None
    input_data_mount: str | None


def metadata_configs(
    facts: JobFacts, given: GatherMetadataJobSettings | None
) -> GatherMetadataJobSettings:
    """Return the settings for gathering this job's metadata."""
    base = given or _NO_METADATA_CONFIGS
    described = base.raw_data_description_settings or _NO_DESCRIPTION
    return base.model_copy(
        update={
            "subject_settings": SubjectSettings.model_construct(subject_id=facts.subject_id),
            "procedures_settings": ProceduresSettings.model_construct(subject_id=facts.subject_id),
            "raw_data_description_settings": described.model_copy(
                update={
                    "name": facts.asset_name,
                    "project_name": facts.project_name,
                    "modality": facts.modalities,
                }
            ),
            "directory_to_write_to": "stage",
            "metadata_dir": facts.metadata_dir,
        }
    )


def trigger_capsule_configs(
    facts: JobFacts, given: TriggerConfigModel | None
) -> TriggerConfigModel:
    """Return the former trigger capsule's settings for this job."""
    update: dict[str, object] = {
        "bucket": facts.bucket,
        "prefix": facts.asset_name,
        "asset_name": facts.asset_name,
        "modalities": facts.modalities,
    }
    if given is None:
        job_type = _TRIGGER_JOB_TYPES.get(facts.platform.abbreviation, ValidJobType.REGISTER_DATA)
        if facts.process_capsule_id is not None:
            job_type = ValidJobType.RUN_GENERIC_PIPELINE
        update["job_type"] = job_type.value
        update["process_capsule_id"] = facts.process_capsule_id
        update["input_data_mount"] = facts.input_data_mount
    if given is None or given.mount is None:
        update["mount"] = (given and given.prefix) or facts.asset_name
    return (given or _NO_TRIGGER).model_copy(update=update)


def codeocean_configs(
    facts: JobFacts, given: CodeOceanPipelineMonitorConfigs
) -> CodeOceanPipelineMonitorConfigs:
    """Return how this job's asset is registered and which pipelines run on it."""
    update: dict[str, object] = {"register_data_settings": _registration(facts, given)}
    if given.job_type is None:
        update["job_type"] = facts.platform.abbreviation
    if given.pipeline_monitor_capsule_settings is None and facts.process_capsule_id is not None:
        update["pipeline_monitor_capsule_settings"] = [
            _legacy_pipeline(facts, facts.process_capsule_id)
        ]
    return given.model_copy(update=update)


def _registration(facts: JobFacts, given: CodeOceanPipelineMonitorConfigs) -> DataAssetParams:
    settings = given.register_data_settings or _RAW_REGISTRATION
    own_metadata = settings.custom_metadata
    if own_metadata is None:
        own_metadata = {"data level": "raw"}
    platform = facts.platform.abbreviation
    return DataAssetParams.model_construct(
        name=settings.name or facts.asset_name,
        tags=sorted({platform, facts.subject_id, *settings.tags}),
        mount=settings.mount or facts.asset_name,
        description=settings.description,
        source=Source.model_construct(
            aws=AWSS3Source.model_construct(
                bucket=facts.bucket,
                prefix=facts.asset_name,
                keep_on_external_storage=True,
                public=facts.bucket == BucketType.OPEN,
            )
        ),
        custom_metadata={
            **own_metadata,
            "experiment type": platform,
            "subject id": facts.subject_id,
        },
    )


def _legacy_pipeline(facts: JobFacts, capsule_id: str) -> PipelineMonitorSettings:
    """Return the run that the deprecated ``process_capsule_id`` stands for."""
    platform = facts.platform.abbreviation
    mount = facts.asset_name if facts.input_data_mount is None else facts.input_data_mount
    return PipelineMonitorSettings(
        run_params=RunParams(
            capsule_id=capsule_id, data_assets=[DataAssetsRunParam(id="", mount=mount)]
        ),
        capture_settings=CaptureSettings(
            tags=["derived", facts.subject_id, platform],
            custom_metadata={
                "experiment type": platform,
                "subject id": facts.subject_id,
                "data level": "derived",
            },
        ),
    )


_NO_METADATA_CONFIGS = GatherMetadataJobSettings()
_NO_DESCRIPTION = RawDataDescriptionSettings()
_NO_TRIGGER = TriggerConfigModel(job_type=ValidJobType.REGISTER_DATA)
_RAW_REGISTRATION = DataAssetParams(
    name="", mount="", tags=["raw"], custom_metadata={"data level": "raw"}
)
