"""The parts of a job that the service fills in, whatever the user gave for them."""

from functools import cache, lru_cache
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
from .institutions import AIND
from .metadata_configs import (
    GatherMetadataJobSettings,
    ProceduresSettings,
    RawDataDescriptionSettings,
    SubjectSettings,
)
from .trigger import TriggerConfigModel, ValidJobType

# Assets of other platforms were only registered.
_TRIGGER_JOB_TYPES = {
    "ecephys": ValidJobType.ECEPHYS,
    "SmartSPIM": ValidJobType.SMARTSPIM,
    "single-plane-ophys": ValidJobType.SINGLEPLANE_OPHYS,
    "multiplane-ophys": ValidJobType.MULTIPLANE_OPHYS,
}
_RAW = {"data level": "raw"}


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


@cache
def _no_metadata_configs() -> GatherMetadataJobSettings:
    return GatherMetadataJobSettings()


@cache
def _raw_registration() -> DataAssetParams:
    return DataAssetParams(name="", mount="", tags=["raw"])


def metadata_configs(
    facts: JobFacts, given: GatherMetadataJobSettings | None
) -> GatherMetadataJobSettings:
    """Return the settings for gathering this job's metadata."""
    settings = given or _no_metadata_configs()
    described = settings.raw_data_description_settings or {}
    return settings.replaced(
        subject_settings=SubjectSettings(
            subject_id=facts.subject_id, metadata_service_path="subject"
        ),
        procedures_settings=ProceduresSettings(
            subject_id=facts.subject_id, metadata_service_path="procedures"
        ),
        raw_data_description_settings=RawDataDescriptionSettings(
            name=facts.asset_name,
            project_name=facts.project_name,
            modality=facts.modalities,
            institution=described.get("institution", AIND),
            metadata_service_path="funding",
        ),
        directory_to_write_to="stage",
        metadata_dir=facts.metadata_dir,
    )


def trigger_capsule_configs(
    facts: JobFacts, given: TriggerConfigModel | None
) -> TriggerConfigModel:
    """Return the former trigger capsule's settings for this job."""
    settings = given or _default_trigger(
        facts.platform.abbreviation, facts.process_capsule_id, facts.input_data_mount
    )
    return settings.replaced(
        bucket=facts.bucket,
        prefix=facts.asset_name,
        asset_name=facts.asset_name,
        mount=next(
            name for name in (settings.mount, settings.prefix, facts.asset_name) if name is not None
        ),
        modalities=facts.modalities,
    )


@lru_cache(maxsize=256)
def _default_trigger(
    platform: str, process_capsule_id: str | None, input_data_mount: str | None
) -> TriggerConfigModel:
    job_type = _TRIGGER_JOB_TYPES.get(platform, ValidJobType.REGISTER_DATA)
    if process_capsule_id is not None:
        job_type = ValidJobType.RUN_GENERIC_PIPELINE
    return TriggerConfigModel(
        job_type=job_type,
        process_capsule_id=process_capsule_id,
        input_data_mount=input_data_mount,
    )


def codeocean_configs(
    facts: JobFacts, given: CodeOceanPipelineMonitorConfigs
) -> CodeOceanPipelineMonitorConfigs:
    """Return how this job's asset is registered and which pipelines run on it."""
    pipelines = given.pipeline_monitor_capsule_settings
    if pipelines is None and facts.process_capsule_id is not None:
        pipelines = [_legacy_pipeline(facts, facts.process_capsule_id)]
    job_type = given.job_type
    return given.replaced(
        job_type=facts.platform.abbreviation if job_type is None else job_type,
        pipeline_monitor_capsule_settings=pipelines,
        register_data_settings=_registration(
            facts, given.register_data_settings or _raw_registration()
        ),
    )


def _registration(facts: JobFacts, settings: DataAssetParams) -> DataAssetParams:
    platform = facts.platform.abbreviation
    own_metadata = settings.custom_metadata
    return settings.replaced(
        name=settings.name or facts.asset_name,
        tags=sorted({platform, facts.subject_id, *settings.tags}),
        mount=settings.mount or facts.asset_name,
        source=Source(
            aws=AWSS3Source(
                bucket=facts.bucket,
                prefix=facts.asset_name,
                keep_on_external_storage=True,
                public=facts.bucket == BucketType.OPEN,
            )
        ),
        custom_metadata={
            **(_RAW if own_metadata is None else own_metadata),
            "experiment type": platform,
            "subject id": facts.subject_id,
        },
        target=None,
        data_asset_ids=None,
        results_info=None,
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
