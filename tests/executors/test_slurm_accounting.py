"""What becomes of jobs that the controller has forgotten, where Slurm keeps accounts.

The cluster is the test's own: its controller forgets jobs within seconds of their end.
"""

import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from aind_data_transfer_service.executors.slurm.batch import BATCH_FILE, Batch
from aind_data_transfer_service.executors.slurm.executor import SlurmExecutor
from aind_data_transfer_service.ports.executor import (
    ArrayPlace,
    Handle,
    LaunchRequest,
    RunState,
    RunStatus,
)
from aind_data_transfer_service.testing.executor_suite import (
    ended,
    lay_out,
    runs,
    started,
    until,
)

from ..conftest import find_service
from ..services.slurm import Cluster, own_cluster
from .slurm_settings import slurm_settings

pytestmark = pytest.mark.service("slurm-accounting")

PROGRAM = (sys.executable, str(Path(__file__).with_name("scripted_program.py")))


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        return self.now


class Site:
    """A cluster with accounting, and executors for it."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.executors: list[SlurmExecutor] = []
        self.asker = self.executor()

    def executor(
        self, clock: Callable[[], float] | None = None, **changes: object
    ) -> SlurmExecutor:
        """Return an executor as a restarted worker has it."""
        settings = slurm_settings(self.cluster, **changes)
        options = {"clock": clock} if clock else {}
        self.executors.append(SlurmExecutor(settings, program=PROGRAM, **options))
        return self.executors[-1]

    def forgets(self, handle: Handle) -> None:
        """Wait until the controller does not know a job any more."""
        job = str(handle["job"])
        until(lambda: job not in self.cluster.run("squeue", "--noheader", "-tall", "-o%A").split())

    def accounted(self, handle: Handle) -> list[str]:
        """Return the states of all the records that the accounting has of a job."""
        records = self.asker.rest.accounted([str(handle["name"])], 0)
        return sorted(state for record in records for state in record.states)


@pytest.fixture(scope="module")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    assert find_service(request)  # where there is none, none can be started
    with own_cluster(accounting=True, job_age=2) as cluster:
        yield cluster


@pytest.fixture
def site(cluster: Cluster) -> Iterator[Site]:
    site = Site(cluster)
    yield site
    for executor in site.executors:
        executor.close()


def running(site: Site, request: LaunchRequest) -> Handle:
    """Start an attempt and return when its program runs."""
    handle = started(site.executor(), request)
    until(lambda: runs(request.folder) > 0)
    return handle


def code(status: RunStatus) -> str | None:
    return status.problem.code if status.problem else None


def test_a_forgotten_job_ended_as_the_accounting_says(site: Site, tmp_path: Path) -> None:
    failed = started(site.executor(), lay_out(tmp_path / "failed", "die"))
    cancelled = running(site, lay_out(tmp_path / "cancelled", "hold"))
    site.cluster.run("scancel", str(cancelled["job"]))
    for handle in (failed, cancelled):
        site.forgets(handle)
    for version in ("v0.0.36", "v0.0.37", "v0.0.38"):
        executor = site.executor(api=version)
        statuses = [ended(executor, handle) for handle in (failed, cancelled)]
        assert [code(status) for status in statuses] == ["slurm_job_failed", "slurm_job_cancelled"]
        assert f"accounting has Slurm job {failed['job']} on n" in str(statuses[0].reason)


def test_each_element_of_a_forgotten_array_ended_as_it_did(site: Site, tmp_path: Path) -> None:
    requests = [
        replace(
            lay_out(tmp_path / f"element-{index}", script),
            array=ArrayPlace("forgotten", tmp_path / "arrays", index, 3, at_once=2),
        )
        for index, script in enumerate(("die", "hold", "hold"))
    ]
    handles = [handle for handle in site.executor().start_together(requests) if handle]
    until(lambda: all(runs(request.folder) for request in requests))
    site.cluster.run("scancel", f"{handles[1]['job']}_1")
    (requests[2].folder / "go").touch()
    site.forgets(handles[0])
    executor = site.executor()
    ends = [ended(executor, handle) for handle in handles]
    assert [code(status) for status in ends] == ["slurm_job_failed", "slurm_job_cancelled", None]


def test_of_a_job_that_was_put_back_the_last_end_counts(site: Site, tmp_path: Path) -> None:
    request = lay_out(tmp_path / tmp_path.name, "hold")
    handle = running(site, request)
    site.cluster.run("scontrol", "requeuehold", str(handle["job"]))
    waits = ("squeue", "--noheader", "--states=pending", f"--jobs={handle['job']}")
    until(lambda: "held" in site.cluster.run(*waits, "--format=%r"))
    site.cluster.run("scancel", str(handle["job"]))
    site.forgets(handle)
    until(lambda: site.accounted(handle) == ["CANCELLED", "REQUEUED"])
    assert code(ended(site.executor(), handle)) == "slurm_job_cancelled"


def test_a_submission_that_ended_long_ago_is_not_made_again(site: Site, tmp_path: Path) -> None:
    request = lay_out(tmp_path / tmp_path.name)
    site.cluster.run("scontrol", "update", "partitionname=main", "state=down")
    handle = started(site.executor(), request)
    site.cluster.run("scancel", str(handle["job"]))
    site.cluster.run("scontrol", "update", "partitionname=main", "state=up")
    site.forgets(handle)
    batch = Batch.model_validate_json((request.folder / BATCH_FILE).read_bytes())
    unanswered = batch.model_copy(update={"job_id": None, "written_at": batch.written_at - 60})
    unanswered.write()  # the service was killed before the answer was noted
    again = started(site.executor(), request)
    assert again == handle
    assert code(ended(site.executor(), again)) == "slurm_job_cancelled"
    assert site.accounted(handle) == ["CANCELLED"]


def test_what_goes_on_in_the_accounting_only_is_lost_in_the_end(site: Site, tmp_path: Path) -> None:
    """As after a crash of the controller: the accounting never hears of the end."""
    request = lay_out(tmp_path / tmp_path.name, "hold")
    handle = running(site, request)
    site.cluster.run("scancel", str(handle["job"]))
    site.forgets(handle)
    until(lambda: site.accounted(handle) == ["CANCELLED"])
    socket = site.cluster.folder / "mariadb" / "socket"
    never_ended = f"update test_job_table set state=1, time_end=0 where id_job={handle['job']}"  # noqa: S608 - the test's own database
    client = ("mariadb", "--no-defaults", f"--socket={socket}", "--user=root", "slurm_acct_db")
    site.cluster.run(*client, f"--execute={never_ended}")
    (request.folder / "result.json").unlink(missing_ok=True)  # it had none before the crash
    clock = Clock()
    executor = site.executor(clock, lost_after=60)
    for seconds in (0, 60, 599):
        clock.now = 1e9 + seconds
        status = executor.poll([handle])[0]
        assert status.state is RunState.UNKNOWN
        assert "accounting says RUNNING" in str(status.reason)
    clock.now = 1e9 + 600
    assert code(executor.poll([handle])[0]) == "slurm_job_lost"


def test_accounting_that_is_broken_changes_nothing_and_is_said_once(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    handle = started(site.executor(), lay_out(tmp_path / tmp_path.name, "die"))
    site.forgets(handle)
    until(lambda: site.accounted(handle) == ["FAILED"])
    site.cluster.kill("slurmdbd")
    clock = Clock()
    executor = site.executor(clock, lost_after=600)
    with caplog.at_level(logging.WARNING):
        for seconds in (0, 10, 120):
            clock.now = 1e9 + seconds
            assert executor.poll([handle])[0].state is RunState.UNKNOWN
        assert code(ended(site.executor(), handle)) == "slurm_job_lost"
    site.cluster.start_accounting()
    clock.now = 1e9 + 240
    assert code(executor.poll([handle])[0]) == "slurm_job_failed"
    said = [
        record.getMessage() for record in caplog.records if "accounting is" in record.getMessage()
    ]
    assert len(said) == 2  # one of each executor
    assert "Unable to connect to database" in said[0]


def test_a_cluster_without_accounting_is_asked_once(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    handle = started(site.executor(), lay_out(tmp_path / tmp_path.name, "die"))
    site.forgets(handle)
    site.cluster.kill("slurmrestd")
    site.cluster.start_rest(accounting=False)
    executor = site.executor(lost_after=60)
    with caplog.at_level(logging.WARNING):
        statuses = [executor.poll([handle])[0] for _ in range(3)]
    site.cluster.kill("slurmrestd")
    site.cluster.start_rest()
    assert {status.state for status in statuses} == {RunState.UNKNOWN}
    said = [
        record.getMessage() for record in caplog.records if "accounting is" in record.getMessage()
    ]
    assert len(said) == 1
    assert "offers none" in said[0]
