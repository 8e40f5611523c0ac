"""Which function does which task. Modules load when their task runs: a program starts fast."""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from ..domain.pipeline import TaskId
from .context import Outcome, TaskContext

TaskFunction = Callable[[TaskContext], Outcome]


def task_function(task_id: TaskId) -> TaskFunction:
    """Return the ``run`` function of the module named like the task."""
    module = import_module(f".{task_id.value}", package=__package__)
    return cast("TaskFunction", module.run)
