"""How attempts are judged, without a cluster."""

import fcntl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aind_data_transfer_service.executors.slurm.batch import lay_out
from aind_data_transfer_service.executors.slurm.dialects import JobRecord
from aind_data_transfer_service.executors.slurm.ending import Endings
from aind_data_transfer_service.executors.slurm.request import properties_of
from aind_data_transfer_service.ports.executor import (
    Handle,
    LaunchRequest,
    Resources,
    RunState,
    RunStatus,
)
from aind_data_transfer_service.settings import SlurmSettings
from aind_data_transfer_service.tasks.spec import (
    LOCK_FILE,
    LOG_FILE,
    RESULT_FILE,
    ResultState,
    TaskResult,
)

SETTINGS = SlurmSettings.model_validate({"more_memory_mb": {"ceiling": 3000}})
RECORD = JobRecord(job_id=7, name="n", states=("RUNNING",), nodes="n1", exit_code=0)


class Attempt:
    """An attempt in a cluster's hands, and a clock."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.request = LaunchRequest("job.task.-1.1", folder, Resources(memory_mb=2000))
        lay_out([self.request], properties_of(self.request, SETTINGS))
        self.handle: Handle = {"job": 7, "index": -1, "name": "n", "folder": str(folder)}
        self.now = 0.0
        self._endings = Endings(SETTINGS, lambda: self.now)

    def status(self, *states: str, reason: str = "") -> RunStatus:
        record = replace(RECORD, states=states, reason=reason) if states else None
        return self._endings.status(self.handle, record)

    def forgotten(self, accounted: str) -> RunStatus:
        """Return how it is when the controller knows it no more and the accounting says that."""
        record = JobRecord(job_id=7, name="n", states=(accounted,), nodes="n1")
        return self._endings.status(self.handle, None, record)

    def leave(self, state: ResultState) -> None:
        now = datetime.now(UTC)
        result = TaskResult(
            state=state, started_at=now, ended_at=now, cpu_seconds=0, peak_memory_bytes=0
        )
        (self.folder / RESULT_FILE).write_text(result.model_dump_json())


@pytest.fixture
def attempt(tmp_path: Path) -> Attempt:
    return Attempt(tmp_path / "attempt")


def code(status: RunStatus) -> str | None:
    return status.problem.code if status.problem else None


@pytest.mark.parametrize("state", ["COMPLETED", "FAILED", "TIMEOUT", "NODE_FAIL", "CANCELLED"])
def test_a_result_counts_before_the_state(attempt: Attempt, state: str) -> None:
    attempt.leave(ResultState.SUCCESS)
    assert attempt.status(state) == RunStatus(RunState.ENDED, exit_code=0)


def test_a_result_may_come_a_while_after_the_job_has_ended(attempt: Attempt) -> None:
    assert attempt.status("COMPLETED").state is RunState.RUNNING
    attempt.now = 11
    assert code(attempt.status("COMPLETED")) == "slurm_job_failed"
    assert code(attempt.status("COMPLETED")) == "slurm_job_failed"


def test_an_end_by_the_time_limit_is_no_cancel(attempt: Attempt) -> None:
    attempt.leave(ResultState.CANCELLED)  # as the signal before the end has it
    status = attempt.status("TIMEOUT")
    assert code(status) == "slurm_time_limit"
    assert "time_limit 1440; the next attempt asks for 2880" in str(status.reason)


def test_more_memory_is_asked_for_up_to_the_ceiling(attempt: Attempt) -> None:
    attempt.now = 11
    attempt.status("OUT_OF_MEMORY")
    attempt.now = 22
    status = attempt.status("OUT_OF_MEMORY")
    assert code(status) == "slurm_out_of_memory"
    assert "memory_per_node 2000; the next attempt asks for 3000" in str(status.reason)
    again = replace(attempt.request, had_too_little=["slurm_out_of_memory", "task_lost"])
    assert properties_of(again, SETTINGS)["memory_per_node"] == 3000
    lay_out([again], properties_of(again, SETTINGS))
    assert code(attempt.status("OUT_OF_MEMORY")) == "slurm_memory_ceiling"


def test_nothing_ends_while_a_program_holds_the_lock(attempt: Attempt) -> None:
    with (attempt.folder / LOCK_FILE).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert attempt.status("NODE_FAIL").state is RunState.RUNNING
        attempt.now = 1000
        assert attempt.status().state is RunState.RUNNING
    attempt.status("NODE_FAIL")
    attempt.now = 2000
    assert code(attempt.status("NODE_FAIL")) == "slurm_node_failed"


def test_a_job_that_stays_unknown_is_lost_after_a_while(attempt: Attempt) -> None:
    (attempt.folder / LOG_FILE).write_text("one\n\nlast words\n")
    assert attempt.status().state is RunState.UNKNOWN
    attempt.now = 59
    assert attempt.status("RUNNING").state is RunState.RUNNING  # it was there again
    assert attempt.status().state is RunState.UNKNOWN
    attempt.now = 120
    status = attempt.status()
    assert code(status) == "slurm_job_lost"
    assert str(status.reason).endswith("one / last words")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("TIMEOUT", "slurm_time_limit"),
        ("OUT_OF_MEMORY", "slurm_out_of_memory"),
        ("CANCELLED", "slurm_job_cancelled"),
        ("NODE_FAIL", "slurm_node_failed"),
        ("FAILED", "slurm_job_failed"),
        ("COMPLETED", "slurm_job_failed"),
    ],
)
def test_a_forgotten_job_ended_as_the_accounting_says(
    attempt: Attempt, state: str, expected: str
) -> None:
    assert attempt.forgotten(state).state is RunState.RUNNING  # its result may be on its way
    attempt.now = 11
    status = attempt.forgotten(state)
    assert code(status) == expected
    assert str(status.reason).startswith("Slurm's accounting has Slurm job 7 on n1: ")


def test_a_forgotten_job_gets_more_as_any_other(attempt: Attempt) -> None:
    attempt.leave(ResultState.CANCELLED)  # as the signal before the end has it
    assert "the next attempt asks for 2880" in str(attempt.forgotten("TIMEOUT").reason)


@pytest.mark.parametrize("state", ["PENDING", "RUNNING", "TELEPORTED"])
def test_a_forgotten_job_that_goes_on_in_the_accounting_is_waited_for_ten_times_as_long(
    attempt: Attempt, state: str
) -> None:
    for now in (0, 60, 599):
        attempt.now = now
        assert attempt.forgotten(state).state is RunState.UNKNOWN
    attempt.now = 600
    status = attempt.forgotten(state)
    assert code(status) == "slurm_job_lost"
    assert f"its accounting says {state}" in str(status.reason)


@pytest.mark.parametrize("end", [ResultState.SUCCESS, ResultState.FAILED])
def test_a_result_counts_before_the_accounting(attempt: Attempt, end: ResultState) -> None:
    attempt.leave(end)
    assert attempt.forgotten("NODE_FAIL") == RunStatus(RunState.ENDED)


@pytest.mark.parametrize(
    "line",
    [
        "slurmstepd-n1: error: StepId=1.batch exceeded memory limit (2 > 1), being killed",
        "slurmstepd: error: Exceeded job memory limit",
    ],
)
def test_a_job_that_slurm_itself_killed_for_its_memory_gets_more(
    attempt: Attempt, line: str
) -> None:
    (attempt.folder / LOG_FILE).write_text(f"working\n{line}\n")
    attempt.status("FAILED")
    attempt.now = 11
    assert code(attempt.status("FAILED")) == "slurm_out_of_memory"
    (attempt.folder / LOG_FILE).write_text(f"somebody said: {line}\n")
    assert code(attempt.status("FAILED")) == "slurm_job_failed"


def test_a_signal_that_is_none_is_not_told(attempt: Attempt) -> None:
    record = replace(RECORD, states=("OUT_OF_MEMORY",), exit_code=None, signal=125)
    assert "signal" not in str(Endings(SETTINGS).status(attempt.handle, record).reason)


def test_a_state_that_nobody_knows_is_unknown(attempt: Attempt) -> None:
    status = attempt.status("TELEPORTED")
    assert status.state is RunState.UNKNOWN
    assert "TELEPORTED" in str(status.reason)


def test_without_the_cluster_only_results_are_believed(attempt: Attempt) -> None:
    endings = Endings(SETTINGS)
    assert endings.without_cluster(attempt.handle, "away").state is RunState.UNKNOWN
    attempt.leave(ResultState.CANCELLED)
    assert endings.without_cluster(attempt.handle, "away").state is RunState.UNKNOWN
    attempt.leave(ResultState.FAILED)
    assert endings.without_cluster(attempt.handle, "away").state is RunState.ENDED


def test_what_a_waiting_job_waits_for_is_told(attempt: Attempt) -> None:
    status = attempt.status("PENDING", reason="JobHeldUser")
    assert status.state is RunState.WAITING
    assert "put it on hold" in str(status.reason)
    assert "exit code" not in str(status.reason)
