"""The models of the V2 API, under the name that scripts import them by."""

from ..wire.v2 import SubmitJobRequestV2, Task, UploadJobConfigsV2

__all__ = ["SubmitJobRequestV2", "Task", "UploadJobConfigsV2"]
