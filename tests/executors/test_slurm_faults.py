"""What befalls real clusters, each made to happen to one of the test's own."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from aind_data_transfer_service.executors.slurm.batch import BATCH_FILE, Batch
from aind_data_transfer_service.executors.slurm.executor import SlurmExecutor
from aind_data_transfer_service.ports.executor import (
    ExecutorUnavailable,
    Handle,
    LaunchRefused,
    LaunchRequest,
    RunState,
    RunStatus,
)
from aind_data_transfer_service.tasks.spec import ResultState
from aind_data_transfer_service.testing.executor_suite import (
    ended,
    lay_out,
    result,
    runs,
    started,
    until,
)

from ..services.slurm import Cluster, own_cluster
from .slurm_settings import slurm_settings

pytestmark = pytest.mark.service("slurm")

PROGRAM = (sys.executable, str(Path(__file__).with_name("scripted_program.py")))
MakeExecutor = Callable[..., SlurmExecutor]


@pytest.fixture
def requeue() -> bool:
    """Whether the cluster puts the jobs of a lost node back into the queue."""
    return True


@pytest.fixture
def cluster(service_url: str, requeue: bool) -> Iterator[Cluster]:
    assert service_url  # where there is none, none can be started
    with own_cluster(requeue=requeue) as cluster:
        yield cluster


@pytest.fixture
def make_executor(cluster: Cluster) -> Iterator[MakeExecutor]:
    made: list[SlurmExecutor] = []

    def make(**changes: object) -> SlurmExecutor:
        made.append(SlurmExecutor(slurm_settings(cluster, **changes), program=PROGRAM))
        return made[-1]

    yield make
    for executor in made:
        executor.close()


@pytest.fixture
def executor(make_executor: MakeExecutor) -> SlurmExecutor:
    return make_executor()


def running(executor: SlurmExecutor, request: LaunchRequest) -> Handle:
    """Start an attempt and return when its program runs."""
    handle = started(executor, request)
    until(lambda: runs(request.folder) == 1)
    return handle


def node_of(cluster: Cluster, handle: Handle) -> str:
    return cluster.run("squeue", "--noheader", f"--jobs={handle['job']}", "--format=%N").strip()


def code(status: RunStatus) -> str | None:
    return status.problem.code if status.problem else None


def said(executor: SlurmExecutor, handle: Handle) -> str:
    return executor.poll([handle])[0].reason or ""


def test_a_killed_node_daemon_that_comes_back_loses_no_job(
    cluster: Cluster, executor: SlurmExecutor, tmp_path: Path
) -> None:
    request = lay_out(tmp_path / "a", "hold")
    handle = running(executor, request)
    node = node_of(cluster, handle)
    cluster.kill(node)
    cluster.start_node(node)
    (request.folder / "go").touch()
    ended(executor, handle)
    assert result(request.folder).state is ResultState.SUCCESS
    assert runs(request.folder) == 1


def test_a_job_of_a_lost_node_that_is_put_back_runs_again(
    cluster: Cluster, executor: SlurmExecutor, tmp_path: Path
) -> None:
    request = lay_out(tmp_path / "a", "hold")
    handle = running(executor, request)
    cluster.lose_node(node_of(cluster, handle))
    until(lambda: runs(request.folder) == 2)
    until(lambda: "started 2 times" in said(executor, handle))
    (request.folder / "go").touch()
    ended(executor, handle)
    assert result(request.folder).state is ResultState.SUCCESS


@pytest.mark.parametrize("requeue", [False])
def test_a_job_of_a_lost_node_that_is_not_put_back_has_ended(
    cluster: Cluster, executor: SlurmExecutor, tmp_path: Path
) -> None:
    request = lay_out(tmp_path / "a", "hold")
    handle = running(executor, request)
    node = node_of(cluster, handle)
    cluster.kill(node)  # cut off: its programs run on, and nothing may begin beside them
    until(lambda: "still holds" in said(executor, handle))
    assert "NODE_FAIL" in said(executor, handle)
    cluster.lose_node(node)
    assert code(ended(executor, handle)) == "slurm_node_failed"
    again = lay_out(tmp_path / "b")
    ended(executor, started(executor, again))  # the other nodes take it
    assert result(again.folder).state is ResultState.SUCCESS


def test_a_controller_killed_at_once_after_a_submission_keeps_the_job_or_loses_it_as_a_whole(
    cluster: Cluster, executor: SlurmExecutor, tmp_path: Path
) -> None:
    for number in range(4):
        request = lay_out(tmp_path / str(number))
        handle = started(executor, request)
        cluster.kill("slurmctld")
        cluster.start_controller()
        status = ended(executor, handle)
        known = result(request.folder).state if runs(request.folder) else code(status)
        assert known in (ResultState.SUCCESS, "slurm_job_lost")


def test_a_rest_service_that_is_away_hides_no_result(
    cluster: Cluster, executor: SlurmExecutor, tmp_path: Path
) -> None:
    quick, held = lay_out(tmp_path / "quick", "hold"), lay_out(tmp_path / "held", "hold")
    handles = [running(executor, request) for request in (quick, held)]
    cluster.kill("slurmrestd")
    assert [s.state for s in executor.poll(handles)] == [RunState.UNKNOWN, RunState.UNKNOWN]
    (quick.folder / "go").touch()
    until(lambda: executor.poll(handles)[0].state is RunState.ENDED)
    later = lay_out(tmp_path / "later")
    with pytest.raises(ExecutorUnavailable):
        executor.start(later)
    cluster.start_rest()
    assert executor.poll(handles)[1].state is RunState.RUNNING
    until(lambda: executor.start(later) is not None)
    ended(executor, started(executor, later))
    assert runs(later.folder) == 1
    (held.folder / "go").touch()
    ended(executor, handles[1])


def test_while_the_controller_is_away_no_job_counts_as_unknown(
    cluster: Cluster, make_executor: MakeExecutor, tmp_path: Path
) -> None:
    executor = make_executor(timeout=2, lost_after=0)
    request = lay_out(tmp_path / "a", "hold")
    handle = running(executor, request)
    cluster.kill("slurmctld")
    assert executor.poll([handle])[0].state is RunState.UNKNOWN
    cluster.start_controller()
    until(lambda: executor.poll([handle])[0].state is RunState.RUNNING)
    (request.folder / "go").touch()
    ended(executor, handle)
    # A controller that had not saved yet that the job runs starts it again, one after the other.
    assert result(request.folder).state is ResultState.SUCCESS


def test_a_cancel_is_carried_out_when_the_cluster_is_back(
    cluster: Cluster, executor: SlurmExecutor, tmp_path: Path
) -> None:
    request = lay_out(tmp_path / "a", "hold")
    handle = running(executor, request)
    cluster.kill("slurmrestd")
    executor.cancel(handle)
    cluster.start_rest()
    ended(executor, handle)
    assert result(request.folder).state is ResultState.CANCELLED


def test_a_token_that_has_ended_is_read_anew(
    cluster: Cluster, make_executor: MakeExecutor, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    folder = tmp_path / "attempts"
    folder.mkdir()
    token.write_text(cluster.run("scontrol", "token", "lifespan=1"))
    executor = make_executor(token_command=(), token_file=token)
    executor.rest.ping()
    until(lambda: not _pings(executor))
    with pytest.raises(ExecutorUnavailable, match="token"):
        executor.start(lay_out(folder / "refused"))
    token.write_text(cluster.run("scontrol", "token", "lifespan=600"))
    request = lay_out(folder / "a")
    ended(executor, started(executor, request))
    assert runs(request.folder) == 1


def test_while_jobs_run_a_token_is_renewed_before_it_ends(
    cluster: Cluster, make_executor: MakeExecutor, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    get_token = f"echo >> {made}; SLURM_CONF={cluster.configuration} scontrol token lifespan=3"
    executor = make_executor(token_command=("sh", "-c", get_token))
    request = lay_out(tmp_path / "a", "hold")
    handle = running(executor, request)
    states = set()

    def has_third_token() -> bool:
        states.add(executor.poll([handle])[0].state)
        return made.read_text().count("\n") == 3

    until(has_third_token)
    assert states == {RunState.RUNNING}
    (request.folder / "go").touch()
    ended(executor, handle)
    assert result(request.folder).state is ResultState.SUCCESS


def test_a_token_that_cannot_be_read_again_is_good_until_it_ends(
    cluster: Cluster, make_executor: MakeExecutor, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text(cluster.run("scontrol", "token", "lifespan=3"))
    executor = make_executor(token_command=(), token_file=token)
    executor.rest.ping()
    token.unlink()
    assert executor.rest.job(999_999) == []  # as slurmrestd answers to a bad token, too
    with pytest.raises(ExecutorUnavailable, match="token cannot be read"):
        until(lambda: executor.rest.job(999_999) != [])


def _pings(executor: SlurmExecutor) -> bool:
    try:
        executor.rest.ping()
    except ExecutorUnavailable:
        return False
    return True


def test_a_job_cancelled_at_the_cluster_says_so(
    cluster: Cluster, executor: SlurmExecutor, tmp_path: Path
) -> None:
    handle = running(executor, lay_out(tmp_path / "a", "hold"))
    cluster.run("scancel", str(handle["job"]))
    assert code(ended(executor, handle)) == "slurm_job_cancelled"


@pytest.mark.timeout(300)
def test_a_job_at_its_time_limit_says_what_the_next_one_gets(
    make_executor: MakeExecutor, tmp_path: Path
) -> None:
    executor = make_executor(time_limit=60)
    request = lay_out(tmp_path / "a", "hold")
    handle = running(executor, request)
    for _ in range(3):  # each waits for a minute
        try:
            status = ended(executor, handle)
        except AssertionError:
            continue
    assert code(status) == "slurm_time_limit"
    assert "time_limit 1; the next attempt asks for 2" in str(status.reason)
    again = replace(lay_out(tmp_path / "b"), had_too_little=["slurm_time_limit"])
    handle = started(executor, again)
    ended(executor, handle)
    batch = Batch.model_validate_json((again.folder / BATCH_FILE).read_bytes())
    assert batch.properties["time_limit"] == 2


def test_a_held_job_says_so(cluster: Cluster, executor: SlurmExecutor, tmp_path: Path) -> None:
    properties = {**slurm_settings(cluster).defaults(memory_mb=1), "hold": True}
    handle = started(executor, replace(lay_out(tmp_path / "a"), properties=properties))
    until(lambda: "put it on hold" in said(executor, handle))
    assert executor.poll([handle])[0].state is RunState.WAITING
    cluster.run("scontrol", "release", str(handle["job"]))
    ended(executor, handle)
    assert result(tmp_path / "a").state is ResultState.SUCCESS


def test_a_job_that_waits_for_drained_nodes_says_so(
    cluster: Cluster, executor: SlurmExecutor, tmp_path: Path
) -> None:
    nodes = ",".join(cluster.nodes)
    cluster.run("scontrol", "update", f"nodename={nodes}", "state=drain", "reason=test")
    handle = started(executor, lay_out(tmp_path / "a"))
    until(lambda: "drained" in said(executor, handle))
    cluster.run("scontrol", "update", f"nodename={nodes}", "state=resume")
    ended(executor, handle)


def test_a_submission_whose_answer_was_lost_is_found_by_its_name(
    cluster: Cluster, make_executor: MakeExecutor, tmp_path: Path
) -> None:
    request = lay_out(tmp_path / "a", "hold")
    first = running(make_executor(), request)
    path = request.folder / BATCH_FILE
    batch = Batch.model_validate_json(path.read_bytes())
    batch.model_copy(update={"job_id": None}).write()  # the service was killed before it was noted
    assert started(make_executor(), request)["job"] == first["job"]
    (request.folder / "go").touch()
    ended(make_executor(), first)
    assert runs(request.folder) == 1
    names = cluster.run("squeue", "--noheader", "--states=all", "--format=%j").split()
    assert names == [batch.name]


def test_a_submission_that_was_never_made_is_made_after_a_while(
    make_executor: MakeExecutor, cluster: Cluster, tmp_path: Path
) -> None:
    executor = make_executor()
    request = lay_out(tmp_path / "a")
    cluster.kill("slurmrestd")
    with pytest.raises(ExecutorUnavailable):
        executor.start(request)
    cluster.start_rest()
    assert executor.start(request) is None
    until(lambda: executor.start(request) is not None)
    ended(executor, started(executor, request))
    assert runs(request.folder) == 1


def test_what_the_cluster_does_not_take_is_refused_with_its_words(
    cluster: Cluster, executor: SlurmExecutor, tmp_path: Path
) -> None:
    properties = slurm_settings(cluster, partition="nowhere").defaults(memory_mb=1)
    with pytest.raises(LaunchRefused, match="partition"):
        executor.start(replace(lay_out(tmp_path / "a"), properties=properties))
