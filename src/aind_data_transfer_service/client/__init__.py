"""The Python client: ``Client("http://…").submit(request)``."""

from .client import Client
from .errors import RequestRefused, ServiceUnreachable, StillRunning
from .models import Job, JobPage, Submission, SubmittedJob, Task, Validation

__all__ = [
    "Client",
    "Job",
    "JobPage",
    "RequestRefused",
    "ServiceUnreachable",
    "StillRunning",
    "Submission",
    "SubmittedJob",
    "Task",
    "Validation",
]
