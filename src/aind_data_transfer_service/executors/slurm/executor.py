"""The executor: starts attempts as Slurm jobs, follows and cancels them."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from ...ports.executor import ExecutorUnavailable, Handle, LaunchRequest, RunState, RunStatus
from ...settings import SlurmSettings
from ...tasks.spec import CANCEL_FILE, PROCESS_FILE, RESULT_FILE
from ..attempt_files import has_file
from .accounting import Accounting
from .batch import Batch, lay_out, place_of
from .dialects import JobRecord, Submission
from .ending import Endings
from .node_paths import NodePaths
from .request import properties_of
from .rest import SlurmRest
from .script import job_script, task_program

logger = logging.getLogger(__name__)

_FEW_JOBS = 4
"""So many are asked for one by one; more with one question for all the cluster's jobs."""
_CANCEL_AGAIN_SECONDS = 10.0


class SlurmExecutor:
    """Runs each attempt as a job of a cluster, or as an element of an array.

    Thread-safe. A job is known by its id and found again by its name. What it may have been told
    to do and whether it was is in the attempts' folders: see `batch`.
    """

    name = "slurm"

    def __init__(
        self,
        settings: SlurmSettings,
        *,
        program: Sequence[str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.rest = SlurmRest(settings)
        self.cpus = settings.cpus
        self._settings = settings
        self._script = job_script(program or task_program(settings), settings.modules)
        self._paths = NodePaths(settings.path_map)
        self._endings = Endings(settings, clock)
        self._accounting = Accounting(self.rest, clock)
        self._clock = clock
        self._starting = threading.Lock()
        self._in_flight: set[str] = set()
        self._cancelled: dict[int, float] = {}

    def start(self, request: LaunchRequest) -> Handle | None:
        """Submit the attempt, or find what was submitted."""
        return self.start_together([request])[0]

    def start_together(self, requests: Sequence[LaunchRequest]) -> list[Handle | None]:
        """Submit the attempts, those that can be as one array, or find what was submitted."""
        handles: dict[Path, Handle | None] = {}
        with self._starting:
            fresh = []
            missing: set[str] = set()  # submissions that may yet appear: asked for once
            for request in requests:
                place = place_of(request.folder)
                if place is None:
                    fresh.append(request)
                elif place[0].name not in missing:
                    handles[request.folder] = self._found(*place, request.folder)
                    missing |= set() if handles[request.folder] else {place[0].name}
            if fresh and self._has_room(len(fresh)):
                for batch in self._batches(fresh):
                    submitted = self._submit(batch)
                    for index, folder in batch.elements.items():
                        handles[Path(folder)] = _handle(submitted, index, folder)
            self._in_flight.update(str(folder) for folder, handle in handles.items() if handle)
        return [handles.get(request.folder) for request in requests]

    def poll(self, handles: Sequence[Handle]) -> list[RunStatus]:
        """Tell how the attempts are; of a cluster that is away only what has left a result."""
        try:
            records = self._records(handles)
        except ExecutorUnavailable as problem:
            logger.warning("Slurm: %s Jobs go on; what ends is seen by its result.", problem)
            return [self._endings.without_cluster(handle, problem.message) for handle in handles]
        accounted = self._accounting.records(self._forgotten(handles, records))
        statuses = []
        for handle in handles:
            status = self._endings.status(
                handle, _record_of(handle, records), _record_of(handle, accounted)
            )
            alive = status.state is not RunState.ENDED
            (self._in_flight.add if alive else self._in_flight.discard)(str(handle["folder"]))
            statuses.append(status)
        self._endings.forget_others(handles)
        self._cancel_again(handles, statuses)
        return statuses

    def cancel(self, handle: Handle) -> None:
        """Let the attempt's program end itself, and end the job if no other attempt is in it.

        slurmrestd cannot cancel one element of an array: `poll` ends an array when all its
        elements are cancelled or have ended, and asks again while the cluster is away.
        """
        (Path(str(handle["folder"])) / CANCEL_FILE).touch()
        job_id = int(handle["job"])
        self._cancelled.setdefault(job_id, 0.0)
        if handle["index"] == -1:
            self._cancel_job(job_id)

    def end_all(self) -> None:
        """Do nothing: the cluster's jobs may outlive any worker, and the next one finds them."""

    def close(self) -> None:
        """Close the connections."""
        self.rest.close()

    def _found(self, batch: Batch, index: int, attempt: Path) -> Handle | None:
        """Return the handle of an attempt whose submission was written down."""
        if batch.job_id is not None:
            return _handle(batch, index, str(attempt))
        known = [record.id for record in self.rest.jobs() if record.name == batch.name]
        if known:
            logger.info("Slurm job %d, %s, is found again", min(known), batch.name)
            return _handle(batch.submitted(min(known)), index, str(attempt))
        if any(has_file(attempt, name) for name in (RESULT_FILE, PROCESS_FILE)):
            return _handle(batch, index, str(attempt))  # it ran, and the cluster has forgotten it
        if self._clock() - batch.written_at < self._settings.submission_grace.total_seconds():
            return None  # it may yet appear
        ended = self._accounting.records({batch.name: batch.written_at}).get(batch.name)
        if ended:
            job_id = min(record.id for record in ended)
            logger.info("Slurm job %d, %s, is found again by the accounting", job_id, batch.name)
            return _handle(batch.submitted(job_id), index, str(attempt))
        return _handle(self._submit(batch), index, str(attempt))

    def _batches(self, requests: Sequence[LaunchRequest]) -> Iterable[Batch]:
        """Write down the submissions that fresh requests make: one for each set of properties."""
        asked = [(properties_of(request, self._settings), request) for request in requests]
        asked.sort(key=lambda pair: repr(sorted(pair[0].items())))
        for properties, group in groupby(asked, key=lambda pair: pair[0]):
            yield lay_out([request for _, request in group], properties)

    def _submit(self, batch: Batch) -> Batch:
        folder = self._paths.on_node(batch.folder)
        job_id = self.rest.submit(
            Submission(
                name=batch.name,
                comment=batch.comment,
                script=self._script,
                working_directory=folder,
                log=f"{folder.replace('%', '%%')}/{batch.log}",
                environment=self._settings.environment,
                properties=batch.properties,
                array=batch.array,
            )
        )
        logger.info("Submitted Slurm job %d, %s", job_id, batch.name)
        return batch.submitted(job_id)

    def _has_room(self, count: int) -> bool:
        in_flight = len(self._in_flight)
        return not in_flight or in_flight + count <= self._settings.max_jobs

    def _records(self, handles: Sequence[Handle]) -> dict[str, list[JobRecord]]:
        """Return what the cluster says of these jobs, by name."""
        jobs = {int(handle["job"]): str(handle["name"]) for handle in handles}
        if len(jobs) <= _FEW_JOBS:
            found = {name: _named(name, self.rest.job(job)) for job, name in jobs.items() if job}
            if len(found) == len(jobs) and all(found.values()):
                return found
        names = {str(handle["name"]) for handle in handles}
        found = {}
        for record in self.rest.jobs():
            if record.name in names:
                found.setdefault(record.name, []).append(record)
        return found

    def _forgotten(
        self, handles: Sequence[Handle], records: Mapping[str, Sequence[JobRecord]]
    ) -> dict[str, float]:
        """Return the submissions the controller does not know, and since when they may be."""
        forgotten = {}
        for handle in handles:
            if _record_of(handle, records) is None and self._endings.is_open(handle):
                place = place_of(Path(str(handle["folder"])))
                if place is not None:
                    forgotten[place[0].name] = place[0].written_at
        return forgotten

    def _cancel_job(self, job_id: int) -> None:
        self._cancelled[job_id] = self._clock()
        try:
            self.rest.cancel(job_id)
        except ExecutorUnavailable as problem:
            logger.warning("Slurm job %d is cancelled as soon as that works: %s", job_id, problem)

    def _cancel_again(self, handles: Sequence[Handle], statuses: Sequence[RunStatus]) -> None:
        """Ask for the end of jobs that were to end as a whole and have not."""
        alive = {
            int(handle["job"]): Path(str(handle["folder"]))
            for handle, status in zip(handles, statuses, strict=True)
            if status.state is not RunState.ENDED
        }
        for job_id, asked_at in list(self._cancelled.items()):
            if job_id not in alive:
                del self._cancelled[job_id]
            elif self._clock() - asked_at > _CANCEL_AGAIN_SECONDS and _is_over(alive[job_id]):
                self._cancel_job(job_id)


def _handle(batch: Batch, index: int, folder: str) -> Handle:
    return {
        "job": batch.job_id or 0,
        "index": index if batch.is_array else -1,
        "name": batch.name,
        "folder": folder,
    }


def _record_of(handle: Handle, records: Mapping[str, Sequence[JobRecord]]) -> JobRecord | None:
    """Return the record of an attempt: its element's own, or that of all which have not begun.

    A job goes by its name: ids are used again after a controller lost its state.
    """
    named = records.get(str(handle["name"]), ())
    own = [record for record in named if record.id == handle["job"]] or named
    if handle["index"] == -1:
        return own[0] if own else None
    elements = {record.array_task_id: record for record in own}
    return elements.get(int(handle["index"]), elements.get(None))


def _named(name: str, records: Iterable[JobRecord]) -> list[JobRecord]:
    return [record for record in records if record.name == name]


def _is_over(attempt: Path) -> bool:
    """Whether every attempt of this one's submission is cancelled or has ended."""
    place = place_of(attempt)
    folders = map(Path, place[0].elements.values()) if place else ()
    return all(has_file(f, CANCEL_FILE) or has_file(f, RESULT_FILE) for f in folders)
