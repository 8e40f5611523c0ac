"""The request that submits upload jobs."""

from collections import defaultdict
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ..problems import problem_error
from ..v1.base import IgnoringModel
from ..v1.fields import EmailAddress, EmailNotificationType, NotificationTypes, Webhooks
from .limits import MOST_JOBS
from .upload_job import UploadJobConfigsV2


class SubmitJobRequestV2(IgnoringModel):
    """Upload jobs, and whom to tell of those that do not say so themselves."""

    dag_id: Literal["transform_and_upload_v2"] = "transform_and_upload_v2"
    user_email: EmailAddress | None = None
    email_notification_types: NotificationTypes = Field(default=[EmailNotificationType.FAIL])
    webhooks: Webhooks | None = None
    upload_jobs: Annotated[list[UploadJobConfigsV2], Field(min_length=1, max_length=MOST_JOBS)]

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

    @model_validator(mode="after")
    def _refuse_repeated_jobs(self) -> Self:
        """Refuse the very same job twice; other jobs for one place are judged at intake."""
        jobs_of = defaultdict(list)
        for job in self.upload_jobs:
            jobs_of[job.s3_prefix].append(job)
        for name, jobs in jobs_of.items():
            if len(jobs) > 1 and len({job.model_dump_json() for job in jobs}) < len(jobs):
                raise problem_error("job_repeated", f"Duplicate jobs found for {name}")
        return self
