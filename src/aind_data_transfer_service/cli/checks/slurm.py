"""The cluster: whether it answers, and whether its nodes see what they need to."""

import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from ...errors import SettingsInvalid, TransferError
from ...executors.attempt_files import last_lines
from ...executors.slurm.dialects import Submission
from ...executors.slurm.node_paths import NodePaths
from ...executors.slurm.rest import SlurmRest
from ...executors.slurm.script import probe_script
from ...executors.slurm.states import meaning_of
from ...ports.executor import ExecutorUnavailable, RunState
from ...settings import Settings
from ...tasks.spec import LOG_FILE
from .finding import Finding, fail, failed_by, ok, warn

_NAME = "slurm"
_NODES = "slurm nodes"
_WAIT_SECONDS = 60.0
_PACE_SECONDS = 0.5
_LATE_SECONDS = 5.0
"""How long after the end of its job an answer may take to be seen."""
_ANSWER = "answer"
_LINES = 3


def check_slurm(settings: Settings) -> Iterator[Finding]:
    """Ask the cluster, and let a node run a small job in the work folder."""
    slurm = settings.slurm
    if not slurm.is_there:
        return
    try:
        rest = SlurmRest(slurm)
    except SettingsInvalid as problem:
        yield failed_by(_NAME, problem)
        return
    try:
        rest.ping()
        yield ok(
            _NAME,
            f"{slurm.socket or slurm.url} answers, and speaks {rest.dialect.version};"
            f" {_accounting(rest)}",
        )
        if slurm.partition is not None and not rest.partition_is_there(slurm.partition):
            yield fail(
                _NAME, f"There is no partition {slurm.partition!r}", "Correct slurm.partition."
            )
            return
        yield _try_out(rest, settings)
    except TransferError as problem:
        yield failed_by(_NAME, problem)
    finally:
        rest.close()


def _accounting(rest: SlurmRest) -> str:
    """Say whether there is accounting, without which all works, too."""
    try:
        rest.accounted(["nothing"], time.time())
    except ExecutorUnavailable as problem:
        return f"its accounting is not used: {problem.message}"
    return "its accounting answers, too"


def _try_out(rest: SlurmRest, settings: Settings) -> Finding:
    folder = settings.work_root / f"aind-data-transfer-doctor-{secrets.token_hex(8)}"
    folder.mkdir(parents=True)
    try:
        job_id = rest.submit(_submission(folder, settings))
        end = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < end:
            if (folder / _ANSWER).exists():
                return _judge((folder / _ANSWER).read_text(), settings, _log(folder))
            if _has_ended(rest, job_id):
                end = min(end, time.monotonic() + _LATE_SECONDS)
            time.sleep(_PACE_SECONDS)
        states = ", ".join("+".join(record.states) for record in rest.job(job_id)) or "unknown"
        rest.cancel(job_id)
        log = _log(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if "PENDING" in states:
        return warn(_NODES, f"Test job {job_id} still waits", "Look at the queue; try again later.")
    if log:  # so the node sees the folder
        return fail(
            _NODES,
            f"Test job {job_id} ({states}) could not begin{log}",
            "Correct slurm.modules, or what else the log names.",
        )
    return fail(
        _NODES,
        f"Test job {job_id} ({states}) left nothing in {folder} that is seen here",
        "Set work_dir and staging_dir to folders that nodes see, and slurm.path_map where they see"
        " them elsewhere. Jobs must run as a user who may write there.",
    )


def _submission(folder: Path, settings: Settings) -> Submission:
    there = NodePaths(settings.slurm.path_map).on_node(str(folder))
    return Submission(
        name=folder.name,
        comment="aind-data-transfer doctor",
        script=probe_script(settings.slurm, _ANSWER),
        working_directory=there,
        log=f"{there}/{LOG_FILE}",
        environment=settings.slurm.environment,
        properties=settings.slurm.defaults(memory_mb=256) | {"time_limit": 5},
    )


def _has_ended(rest: SlurmRest, job_id: int) -> bool:
    records = rest.job(job_id)
    return bool(records) and meaning_of(records[0].states).state is RunState.ENDED


def _log(folder: Path) -> str:
    """Return the end of the test job's log, as the end of a sentence."""
    lines = last_lines(folder, _LINES)
    return ". Its log ends with: " + " / ".join(lines) if lines else ""


def _judge(answer: str, settings: Settings, log: str) -> Finding:
    node, _, version = answer.strip().partition(" ")
    if not version:
        return fail(
            _NODES,
            f"Node {node} sees {settings.work_root}, but has no Python with this package{log}",
            "Install the package where nodes see it, and set slurm.python or slurm.image.",
        )
    return ok(_NODES, f"Node {node} sees {settings.work_root}, and runs version {version}")
