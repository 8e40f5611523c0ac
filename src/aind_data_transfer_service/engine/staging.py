"""Removes the staging folders of jobs that ended without an asset."""

import logging
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..db.database import Database
from ..db.models import Job
from ..domain.plan import JobPlan
from ..domain.states import JobState
from . import transitions
from .repositories import Jobs, JobUnknown

logger = logging.getLogger(__name__)

_ASIDE = ".swept-"
_WITHOUT_ASSET = {JobState.FAILED, JobState.CANCELLED}


def remove_staging(folder: Path) -> None:
    """Remove a job's staging folder; links in it are removed, what they point to is not."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


class StagingSweep:
    """Removes what failed jobs staged, once nobody has retried them for long.

    Parameters
    ----------
    root
        The folder of the jobs' staging folders.
    kept
        How long what a job staged is kept after it failed.
    database
        Knows the jobs. Folders of none of its jobs are left alone.
    """

    def __init__(
        self,
        root: Path,
        kept: timedelta,
        database: Database,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._root = root
        self._kept = kept
        self._database = database
        self._now = now

    def run(self) -> None:
        """Remove what is due. What cannot be removed is logged and tried again the next time."""
        for folder in sorted(self._root.iterdir()):
            if folder.name.startswith(_ASIDE):
                self._remove(folder)
            elif self._is_due(folder.name):
                aside = self._set_aside(folder)
                if aside is not None:
                    self._remove(aside)

    def _is_due(self, job_id: str) -> bool:
        with self._database.read() as session:
            try:
                return self._may_go(Jobs(session).get(job_id))
            except JobUnknown:
                return False

    def _may_go(self, job: Job) -> bool:
        ended = job.ended_at
        late = ended is not None and ended + self._kept < self._now()
        return late and job.state in _WITHOUT_ASSET and not self._holds_sources(job)

    def _holds_sources(self, job: Job) -> bool:
        sources = JobPlan.model_validate(job.plan).source_folders
        staging = (self._root / job.id).resolve()
        return any(Path(source).resolve().is_relative_to(staging) for source in sources)

    def _set_aside(self, folder: Path) -> Path | None:
        """Take the folder from its job, with the job's event, unless it is retried just now."""
        aside = folder.with_name(f"{_ASIDE}{folder.name}")
        with self._database.write() as session:
            job = Jobs(session).lock(folder.name)
            if not self._may_go(job) or aside.exists() or not folder.exists():
                return None
            transitions.note_staging_removed(session, job, kept=self._kept)
            session.flush()
            folder.rename(aside)
        logger.info("The staging folder of job %s goes: nobody retried it", folder.name)
        return aside

    def _remove(self, aside: Path) -> None:
        try:
            remove_staging(aside)
        except FileNotFoundError:
            logger.info("Another worker removes %s", aside)
        except OSError as problem:
            logger.warning("%s cannot be removed: %s", aside, problem)
