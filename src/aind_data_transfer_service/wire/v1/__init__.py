"""The V1 API's request: `parse_request` reads it, `normalise` writes it."""

from .fields import BucketType, EmailNotificationType, map_bucket, parse_acq_datetime
from .likely_mistakes import find_warnings
from .modality_configs import ModalityConfigs
from .parse import InvalidRequest, NotJson, normalise, parse_json, parse_request
from .request import SubmitJobRequest
from .slurm import V0036JobProperties
from .upload_job import BasicUploadJobConfigs

__all__ = [
    "BasicUploadJobConfigs",
    "BucketType",
    "EmailNotificationType",
    "InvalidRequest",
    "ModalityConfigs",
    "NotJson",
    "SubmitJobRequest",
    "V0036JobProperties",
    "find_warnings",
    "map_bucket",
    "normalise",
    "parse_acq_datetime",
    "parse_json",
    "parse_request",
]
