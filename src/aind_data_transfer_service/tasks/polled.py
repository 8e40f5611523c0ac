"""Tasks that wait for something elsewhere: a moment's work now and then, and nothing between."""

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from ..domain.pipeline import TaskId
from ..ports.registry import Registry
from ..settings import CodeOceanSettings, DocumentStoreSettings
from .context import Outcome, TaskContext, Waiting
from .spec import TaskSpec


class PolledContext(TaskContext):
    """What a polled task may use. It runs in the worker: no secret is written for it."""

    def __init__(
        self,
        spec: TaskSpec,
        folder: Path,
        codeocean: CodeOceanSettings,
        documents: DocumentStoreSettings,
    ) -> None:
        super().__init__(spec, folder)
        self.codeocean = codeocean
        self.documents = documents

    @property
    def registry(self) -> Registry:
        """Code Ocean; raises `SettingsInvalid` where none is set up."""
        return _registry(self.codeocean)

    def registered(self, name: str) -> str:
        """Return an output of the task that registered the asset, such as ``asset_id``."""
        earlier = self.spec.earlier
        task = next(t for t in earlier if t.task_id is TaskId.REGISTER_DATA_ASSET)
        return str(task.outputs[name])


class PolledTask(Protocol):
    """A module of this package that does a polled task.

    Both functions may be called again after a crash at any point: what has happened must be seen
    from what they have written, or from what is there.
    """

    def advance(self, ctx: PolledContext) -> Waiting | Outcome:
        """Do what can be done now. A `TransferError` ends the attempt."""
        ...

    def cancel(self, ctx: PolledContext) -> Waiting | None:
        """End what was begun elsewhere; None when it is ended."""
        ...


@lru_cache(maxsize=2)
def _registry(settings: CodeOceanSettings) -> Registry:
    """Return the one registry of these settings: it keeps its connections."""
    from ..registry.open import open_registry  # loads the package of Code Ocean

    return open_registry(settings)


def polled_task(task_id: TaskId) -> PolledTask:
    """Return the module named like the task."""
    module = import_module(f".{task_id.value}", package=__package__)
    return cast("PolledTask", module)
