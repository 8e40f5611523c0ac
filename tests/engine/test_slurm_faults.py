"""What befalls jobs on real clusters, and how they end all the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.states import FINISHED_JOB_STATES, JobState
from aind_data_transfer_service.settings import Settings
from aind_data_transfer_service.testing.executor_suite import until

from ..executors.slurm_settings import slurm_settings
from ..services.slurm import Cluster, MemoryLimits, own_cluster
from .conftest import Engine
from .on_cluster import OnCluster, elements, partitioned
from .plans import make_session, plan_of

pytestmark = pytest.mark.service("slurm-accounting")

ASKED_MB = 200
TAKEN_MB = 230


@pytest.fixture
def memory() -> MemoryLimits:
    """How the cluster limits memory."""
    return "none"


@pytest.fixture
def cluster(service_url: str, memory: MemoryLimits) -> Iterator[Cluster]:
    assert service_url  # where there is none, none can be started
    with own_cluster(nodes=1, memory=memory, accounting=True) as cluster:
        yield cluster


@pytest.fixture
def settings(settings: Settings, cluster: Cluster) -> Settings:
    return settings.model_copy(update={"slurm": slurm_settings(cluster, memory_mb=ASKED_MB)})


@pytest.fixture
def database_url(tmp_path: Path, migrated: Path) -> str:
    """Slurm is what is tested here: one kind of database will do."""
    (tmp_path / "state.db").write_bytes(migrated.read_bytes())
    return f"sqlite:///{tmp_path / 'state.db'}"


@pytest.fixture
def on_cluster(cluster: Cluster, engine: Engine, tmp_path: Path) -> Iterator[OnCluster]:
    make_session(tmp_path)
    on_cluster = OnCluster(cluster, engine, tmp_path)
    yield on_cluster
    (on_cluster.control / "hold").unlink(missing_ok=True)
    engine.stop_worker()
    on_cluster.slurm.close()


@pytest.mark.parametrize(
    ("memory", "state"), [("enforced", "OUT_OF_MEMORY"), ("watched", "FAILED")]
)
def test_after_too_little_memory_the_next_attempt_has_more(
    on_cluster: OnCluster, tmp_path: Path, state: str
) -> None:
    (on_cluster.control / "eat").write_text(str(TAKEN_MB))
    [job_id] = on_cluster.engine.submit(partitioned(plan_of(tmp_path), 1))
    job = on_cluster.engine.wait(job_id)
    assert job.state == JobState.SUCCESS
    first, second = elements(job)[0].attempts
    assert first.error is not None
    assert first.error["code"] == "slurm_out_of_memory"
    assert state in first.error["message"]
    assert f"memory_per_node {ASKED_MB}; the next attempt asks for 400" in first.error["message"]
    assert second.error is None
    names = sorted(on_cluster.submissions(job_id))
    asked = on_cluster.cluster.run("squeue", "--noheader", "--states=all", "--format=%j %m")
    assert sorted(asked.splitlines()) == [f"{names[0]} 200M", f"{names[1]} 400M"]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("away", ["slurmrestd", "slurmctld"])
def test_while_the_cluster_is_away_jobs_end_and_wait_and_none_is_lost_or_doubled(
    on_cluster: OnCluster, tmp_path: Path, away: str
) -> None:
    engine, cluster = on_cluster.engine, on_cluster.cluster
    plans = [
        partitioned(plan_of(tmp_path), 1).model_copy(update={"asset_name": f"behavior_{number}"})
        for number in range(6)
    ]
    on_cluster.script("hold")
    jobs = engine.submit(*plans[:4])
    until(lambda: len(on_cluster.ran()) == 4)
    cluster.wait_for_save()
    cluster.kill(away)
    later = engine.submit(*plans[4:])
    on_cluster.unscript("hold")
    assert {engine.wait(job_id).state for job_id in jobs} == {JobState.SUCCESS}  # by their results
    assert {engine.job(job_id).state for job_id in later}.isdisjoint(FINISHED_JOB_STATES)
    (cluster.start_rest if away == "slurmrestd" else cluster.start_controller)()
    assert {engine.wait(job_id).state for job_id in later} == {JobState.SUCCESS}
    assert on_cluster.ran() == [(0, 1)] * 6
    names = set().union(*(on_cluster.submissions(job_id) for job_id in jobs + later))
    until(lambda: len(cluster.accounted()) >= len(names))
    assert sorted(cluster.accounted()) == sorted(names)
    assert len(names) == 6
