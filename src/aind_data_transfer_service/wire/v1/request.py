"""The request that submits upload jobs."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from .base import WireModel
from .fields import EmailAddress, EmailNotificationType, NotificationTypes, Webhooks
from .upload_job import BasicUploadJobConfigs

_JOB_TYPE = "transform_and_upload"


def _default_if_null(value: object) -> object:
    return _JOB_TYPE if value is None else value


class SubmitJobRequest(WireModel):
    """Upload jobs, and whom to tell of those that do not say so themselves."""

    job_type: Annotated[str, BeforeValidator(_default_if_null)] = _JOB_TYPE
    user_email: EmailAddress | None = None
    email_notification_types: NotificationTypes = Field(default=[EmailNotificationType.FAIL])
    webhooks: Webhooks | None = None
    upload_jobs: Annotated[list[BasicUploadJobConfigs], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _propagate_whom_to_tell(self) -> Self:
        """Fill in whom to tell of a job in a copy: the caller may use the job elsewhere."""
        for index, job in enumerate(self.upload_jobs):
            update: dict[str, object] = {}
            if job.user_email is None and self.user_email is not None:
                update["user_email"] = self.user_email
            if job.email_notification_types is None:
                update["email_notification_types"] = self.email_notification_types
            if job.webhooks is None and self.webhooks is not None:
                update["webhooks"] = self.webhooks
            if update:
                self.upload_jobs[index] = job.replaced(**update)
        return self
