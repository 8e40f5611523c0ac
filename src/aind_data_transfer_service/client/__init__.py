"""The Python client: ``Client("http://…").submit(request)``."""

from ..wire.apis import Api, api_of
from .client import Client
from .errors import (
    PresetRevisionUnknown,
    RequestRefused,
    ServiceUnreachable,
    StillRunning,
    TaskNotInJob,
)
from .models import Attempt, Job, JobPage, Problem, Submission, SubmittedJob, Task, Validation
from .plans import Plan, PlannedJob, PlannedSource, PlannedTask
from .preset_models import PresetChange, PresetItem, PresetValue
from .presets import PresetAddress, Presets
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
    "PresetAddress",
    "PresetChange",
    "PresetItem",
    "PresetRevisionUnknown",
    "PresetValue",
    "Presets",
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
