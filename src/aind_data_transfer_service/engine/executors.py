"""The executors a worker has: which one runs an attempt, and how it is asked to."""

from pathlib import Path

from ..domain.pipeline import RunsAs
from ..errors import SettingsInvalid
from ..ports.executor import Executor, LaunchRequest
from ..settings import Settings
from ..tasks.needs import runs_as, wants_cluster
from ..tasks.spec import TaskSpec
from .cluster import cluster_request, seen_from_nodes, tell_what_is_not_sent
from .launch import resources, write_attempt_folder
from .ledger import Ledger
from .watch import Watch

INLINE = "inline"
"""Stands for an executor where the worker does the work itself, in one go."""


class Executors:
    """The executors of a worker, each with its watch.

    Parameters
    ----------
    programs
        Runs task programs, on this machine.
    polling
        Carries on what waits for something elsewhere.
    cluster
        Runs the task programs that are for the cluster; None where there is none.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        *,
        programs: Executor,
        polling: Executor,
        cluster: Executor | None,
    ) -> None:
        self._settings = settings
        self._programs = programs
        self._polling = polling
        self._cluster = cluster
        self._watches = {}
        for executor in filter(None, (programs, polling, cluster)):
            pace = settings.slurm.poll if executor is cluster else settings.worker.poll
            watch = Watch(executor, ledger, pace_seconds=pace.total_seconds())
            self._watches[executor.name] = watch

    def name_for(self, spec: TaskSpec) -> str:
        """Return who is to run an attempt, by name."""
        match runs_as(spec.task_id, tools=spec.metadata.has_tools):
            case RunsAs.INLINE:
                return INLINE
            case RunsAs.POLLED:
                return self._polling.name
            case _:
                wanted = wants_cluster(spec.task, spec.modality, self._settings.slurm.tasks)
                return (self._cluster if wanted and self._cluster else self._programs).name

    def watch(self, name: str) -> Watch:
        """Return the watch over an executor's attempts; raises `SettingsInvalid`."""
        if name not in self._watches:
            raise SettingsInvalid(
                f"An attempt runs on {name!r}, which is not set up here any more.",
                what_to_do="Set it up again, and retry the job when the attempt has ended there.",
            )
        return self._watches[name]

    def prepare(self, name: str, folder: Path, spec: TaskSpec) -> None:
        """Lay out the folder of an attempt."""
        if not self._is_cluster(name):
            write_attempt_folder(self._settings, folder, spec)
            return
        seen = seen_from_nodes(spec, self._settings.slurm.path_map)
        write_attempt_folder(self._settings, folder, seen)
        tell_what_is_not_sent(spec, folder, self._settings)

    def request(
        self, name: str, folder: Path, spec: TaskSpec, earlier_errors: tuple[str, ...]
    ) -> LaunchRequest:
        """Return how an executor is to be asked to run an attempt."""
        key = f"{spec.job_id}.{spec.task_id}.{spec.map_index}.{spec.attempt}"
        if self._is_cluster(name):
            return cluster_request(
                spec, folder, self._settings, key=key, earlier_errors=earlier_errors
            )
        needed = resources(spec, cpus=self._watches[name].executor.cpus)
        return LaunchRequest(key=key, folder=folder, resources=needed)

    def _is_cluster(self, name: str) -> bool:
        return self._cluster is not None and name == self._cluster.name
