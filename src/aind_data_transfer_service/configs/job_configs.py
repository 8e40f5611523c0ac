"""The V1 request models, where existing user scripts import them from."""

from ..wire.v1 import (
    BasicUploadJobConfigs,
    BucketType,
    EmailNotificationType,
    ModalityConfigs,
    SubmitJobRequest,
    V0036JobProperties,
)
from ..wire.v1.codeocean import (
    CaptureSettings,
    CodeOceanPipelineMonitorConfigs,
    DataAssetParams,
    DataAssetsRunParam,
    PipelineMonitorSettings,
    RunParams,
)
from ..wire.v1.metadata_configs import GatherMetadataJobSettings
from ..wire.v1.session_settings import SessionSettings
from ..wire.v1.trigger import TriggerConfigModel, ValidJobType

__all__ = [
    "BasicUploadJobConfigs",
    "BucketType",
    "CaptureSettings",
    "CodeOceanPipelineMonitorConfigs",
    "DataAssetParams",
    "DataAssetsRunParam",
    "EmailNotificationType",
    "GatherMetadataJobSettings",
    "ModalityConfigs",
    "PipelineMonitorSettings",
    "RunParams",
    "SessionSettings",
    "SubmitJobRequest",
    "TriggerConfigModel",
    "V0036JobProperties",
    "ValidJobType",
]
