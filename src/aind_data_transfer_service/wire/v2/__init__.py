"""The V2 API's request: `parse_request` reads it, `normalise` writes it."""

from .likely_mistakes import find_warnings
from .parse import normalise, parse_request
from .request import SubmitJobRequestV2
from .task import Task
from .upload_job import UploadJobConfigsV2

__all__ = [
    "SubmitJobRequestV2",
    "Task",
    "UploadJobConfigsV2",
    "find_warnings",
    "normalise",
    "parse_request",
]
