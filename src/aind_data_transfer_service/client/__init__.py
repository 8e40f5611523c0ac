"""The Python client: ``Client("http://…").submit(request)``."""

from ..wire.apis import Api, api_of
from .client import Client
from .errors import RequestRefused, ServiceUnreachable, StillRunning, TaskNotInJob
from .models import Attempt, Job, JobPage, Problem, Submission, SubmittedJob, Task, Validation
from .plans import Plan, PlannedJob, PlannedSource, PlannedTask
from .sheets import SheetProblem, SheetValidation

__all__ = [
    "Api",
    "Attempt",
    "Client",
    "Job",
    "JobPage",
    "Plan",
    "PlannedJob",
    "PlannedSource",
    "PlannedTask",
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
    "api_of",
]
