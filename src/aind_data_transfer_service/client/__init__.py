"""The Python client: ``Client("http://…").submit(request)``."""

from .client import Client
from .errors import RequestRefused, ServiceUnreachable, StillRunning, TaskNotInJob
from .models import Attempt, Job, JobPage, Problem, Submission, SubmittedJob, Task, Validation
from .sheets import SheetProblem, SheetValidation

__all__ = [
    "Attempt",
    "Client",
    "Job",
    "JobPage",
    "Problem",
    "RequestRefused",
    "ServiceUnreachable",
    "SheetProblem",
    "SheetValidation",
    "StillRunning",
    "Submission",
    "SubmittedJob",
    "Task",
    "TaskNotInJob",
    "Validation",
]
