"""Starts one run in Code Ocean once, whatever happens between asking and being answered.

Code Ocean takes no key with a request. So the runs that there are are written down before one is
asked for; if the answer is lost, a new one with the same assets and parameters is ours.
"""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from ..domain.plan import Frozen
from ..errors import TransferError, Unavailable
from ..ports.registry import NotInRegistry, Params, RegistryUnavailable, Run
from .asset_creation import Creation, look_again_seconds, settle_seconds_left
from .context import Waiting
from .journal import Journal
from .polled import PolledContext

logger = logging.getLogger(__name__)

LOCKED_SECONDS = 0.5
_LOCK = "lock"


class RunEntry(Frozen):
    """How far one element's run is."""

    sent_at: datetime | None = None
    """When it was asked for, if the answer is not known."""
    seen: tuple[str, ...] = ()
    """Runs that were there before it was asked for."""
    run_id: str | None = None
    started_at: datetime | None = None
    page: str | None = None
    capture_name: str | None = None
    """Name of the asset of its results, once that is decided."""
    capture: Creation = Creation()
    capture_begun_at: datetime | None = None
    past: tuple[str, ...] = ()
    """Runs before this one, which did not end well."""

    def ended_badly(self) -> "RunEntry":
        """Return what is left when the run is of no more use."""
        past = (*self.past, self.run_id) if self.run_id else self.past
        return RunEntry(past=past)


RunJournal = Journal[RunEntry]


def start_once(ctx: PolledContext, journal: RunJournal, params: Params) -> RunEntry | Waiting:
    """Return the entry with the id of the run, which is started unless it is there.

    Raises
    ------
    RegistryUnavailable
        Nothing was started, as far as can be seen.
    """
    entry = journal.read()
    if entry.run_id is not None:
        return entry
    with alone(journal) as free:
        if not free:
            return Waiting(LOCKED_SECONDS)
        if entry.sent_at is not None:
            return _look_for_started(ctx, journal, params, entry.sent_at)
        if _others_are_unsure(ctx, journal):
            return Waiting(look_again_seconds(ctx))
        return _start(ctx, journal, params)


def _look_for_started(
    ctx: PolledContext, journal: RunJournal, params: Params, sent_at: datetime
) -> RunEntry | Waiting:
    try:
        found = find_started(ctx, journal, params)
    except Unavailable as problem:  # only a good answer says that there is none
        logger.warning("The runs are not seen now: %s", problem)
        return Waiting(look_again_seconds(ctx))
    if found is not None:
        return found
    left = settle_seconds_left(ctx, sent_at)
    if left > 0:
        return Waiting(min(left, look_again_seconds(ctx)))
    journal.write(journal.read().ended_badly())
    raise RegistryUnavailable(
        "Code Ocean did not answer when the run was to be started, and there is no such run."
    )


def find_started(ctx: PolledContext, journal: RunJournal, params: Params) -> RunEntry | None:
    """Return the entry with the run that was asked for and not answered, if it is there now."""
    entry = journal.read()
    others = {run for other in journal.of_others() for run in (other.run_id, *other.past)}
    known = {*entry.seen, *entry.past, *others}
    runs = [run for run in ctx.registry.runs_of(params) if run.id not in known]
    found = next((run for run in runs if _is_like(run, params)), None)
    if found is None:
        return None
    logger.info("The run %s had been started", found.id)
    return _started(journal, entry, found)


def look(ctx: PolledContext, run_id: str) -> Run | None:
    """Return the run; None if Code Ocean does not answer now. Raises `NotInRegistry`."""
    try:
        return ctx.registry.run(run_id)
    except Unavailable as problem:
        logger.warning("The run is not seen now: %s", problem)
        return None


def stop(ctx: PolledContext, journal: RunJournal, params: Params) -> Waiting | None:
    """Stop the run unless it has ended; None when there is none any more."""
    entry = journal.read()
    if entry.run_id is None and entry.sent_at is not None:
        found = find_started(ctx, journal, params)
        if found is None and settle_seconds_left(ctx, entry.sent_at) > 0:
            return Waiting(look_again_seconds(ctx))
        entry = found or entry
    if entry.run_id is None:
        journal.write(entry.ended_badly())
        return None
    try:
        if ctx.registry.run(entry.run_id).ended:
            return None  # its results may be wanted
        ctx.registry.stop_run(entry.run_id)
        logger.info("Stopped the run %s", entry.run_id)
    except NotInRegistry:
        logger.info("There is no run %s any more", entry.run_id)
    journal.write(entry.ended_badly())
    return None


def _others_are_unsure(ctx: PolledContext, journal: RunJournal) -> bool:
    """Whether another element looks for its run, which might be taken for ours."""
    asked = [other.sent_at for other in journal.of_others()]
    return any(sent is not None and settle_seconds_left(ctx, sent) > 0 for sent in asked)


def _start(ctx: PolledContext, journal: RunJournal, params: Params) -> RunEntry:
    seen = tuple(run.id for run in ctx.registry.runs_of(params))
    entry = journal.read()
    sent = journal.write(entry.model_copy(update={"sent_at": datetime.now(UTC), "seen": seen}))
    try:
        run = ctx.registry.start_run(params)
    except RegistryUnavailable as problem:
        logger.warning("It is not known whether the run was started: %s", problem)
        return sent
    except TransferError:
        journal.write(entry)  # refused: there is none
        raise
    logger.info("Started the run %s", run.id)
    return _started(journal, entry, run)


def _started(journal: RunJournal, entry: RunEntry, run: Run) -> RunEntry:
    started = {"run_id": run.id, "started_at": datetime.now(UTC), "sent_at": None, "seen": ()}
    return journal.write(entry.model_copy(update=started))


def _is_like(run: Run, params: Params) -> bool:
    """Whether a run has the assets and parameters asked for, as far as Code Ocean tells."""
    assets = {asset["id"] for asset in params.get("data_assets") or ()}
    values: list[Any] = list(params.get("parameters") or ())
    values += [named["value"] for named in params.get("named_parameters") or ()]
    same_assets = run.asset_ids is None or assets <= run.asset_ids
    return same_assets and (run.values is None or set(values) <= set(run.values))


@contextmanager
def alone(journal: RunJournal) -> Iterator[bool]:
    """Keep the job's other elements from starting a run or choosing a name; False if they do."""
    journal.folder.mkdir(parents=True, exist_ok=True)
    with (journal.folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
