"""Jobs that take more memory than they asked for, on clusters that do not let them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.states import JobState
from aind_data_transfer_service.settings import Settings

from ..executors.slurm_settings import slurm_settings
from ..services.slurm import Cluster, MemoryLimits, own_cluster
from .conftest import Engine
from .on_cluster import OnCluster, elements, partitioned
from .plans import make_session, plan_of

pytestmark = pytest.mark.service("slurm")

ASKED_MB = 200
TAKEN_MB = 230


@pytest.fixture
def memory() -> MemoryLimits:
    """How the cluster limits memory."""
    return "enforced"


@pytest.fixture
def cluster(service_url: str, memory: MemoryLimits) -> Iterator[Cluster]:
    assert service_url  # where there is none, none can be started
    with own_cluster(nodes=1, memory=memory) as cluster:
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
