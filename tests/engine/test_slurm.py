"""Jobs whose compression runs on a real cluster."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.states import JobState
from aind_data_transfer_service.engine.services import control as controls
from aind_data_transfer_service.executors.slurm.executor import SlurmExecutor
from aind_data_transfer_service.settings import Settings
from aind_data_transfer_service.testing.executor_suite import until

from ..executors.slurm_settings import slurm_settings
from ..services.slurm import Cluster
from .conftest import Engine
from .on_cluster import OnCluster, elements, partitioned
from .plans import make_session, plan_of

pytestmark = pytest.mark.service("slurm")

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(settings: Settings, service_url: str) -> Settings:
    cluster = Cluster.at(service_url)
    slurm = slurm_settings(cluster)
    return settings.model_copy(update={"slurm": slurm})


@pytest.fixture
def database_url(tmp_path: Path, migrated: Path) -> str:
    """Slurm is what is tested here: one kind of database will do."""
    (tmp_path / "state.db").write_bytes(migrated.read_bytes())
    return f"sqlite:///{tmp_path / 'state.db'}"


@pytest.fixture
def on_cluster(service_url: str, engine: Engine, tmp_path: Path) -> Iterator[OnCluster]:
    make_session(tmp_path)
    on_cluster = OnCluster(Cluster.at(service_url), engine, tmp_path)
    yield on_cluster
    (on_cluster.control / "hold").unlink(missing_ok=True)
    engine.stop_worker()
    on_cluster.slurm.close()


def test_a_job_runs_on_the_cluster(on_cluster: OnCluster, tmp_path: Path) -> None:
    [job_id] = on_cluster.engine.submit(partitioned(plan_of(tmp_path), 1))
    job = on_cluster.engine.wait(job_id)
    assert job.state == JobState.SUCCESS
    assert [attempt.executor for attempt in elements(job)[0].attempts] == ["slurm"]
    assert on_cluster.ran() == [(0, 1)]


def test_elements_that_start_together_are_one_array(on_cluster: OnCluster, tmp_path: Path) -> None:
    [job_id] = on_cluster.engine.submit(partitioned(plan_of(tmp_path), 5, at_once=3))
    job = on_cluster.engine.wait(job_id)
    assert job.state == JobState.SUCCESS
    assert len(on_cluster.submissions(job_id)) == 1
    assert sorted(on_cluster.ran()) == [(index, 1) for index in range(5)]


def test_a_failed_element_is_tried_again_alone(on_cluster: OnCluster, tmp_path: Path) -> None:
    on_cluster.script("fail.2")
    [job_id] = on_cluster.engine.submit(partitioned(plan_of(tmp_path), 4))
    job = on_cluster.engine.wait(job_id)
    assert job.state == JobState.SUCCESS
    assert sorted(on_cluster.ran()) == [(0, 1), (1, 1), (2, 1), (2, 2), (3, 1)]
    assert len(on_cluster.submissions(job_id)) == 2


def test_a_program_that_burns_tells_how_it_ended(on_cluster: OnCluster, tmp_path: Path) -> None:
    on_cluster.script("burn.0")
    [job_id] = on_cluster.engine.submit(partitioned(plan_of(tmp_path), 2))
    job = on_cluster.engine.wait(job_id)
    assert job.state == JobState.FAILED
    error = elements(job)[0].error
    assert error is not None
    assert error["code"] == "slurm_job_failed"
    assert "exit code 3" in error["message"]
    assert "it burns" in error["message"]
    assert elements(job)[1].state == "success"
    assert len(elements(job)[0].attempts) == 3


def test_what_the_cluster_refuses_fails_with_its_words(
    on_cluster: OnCluster, tmp_path: Path
) -> None:
    plan = partitioned(plan_of(tmp_path), 2)
    [modality] = plan.modalities
    wrong = modality.model_copy(update={"slurm_settings": {"partition": "nowhere"}})
    [job_id] = on_cluster.engine.submit(plan.model_copy(update={"modalities": (wrong,)}))
    job = on_cluster.engine.wait(job_id)
    assert job.state == JobState.FAILED
    errors = [task.error for task in elements(job)]
    assert [error["code"] for error in errors if error] == ["launch_refused"] * 2
    assert errors[0] is not None
    assert "Invalid partition name" in errors[0]["message"]
    assert on_cluster.ran() == []


def test_a_cancelled_job_ends_its_array(on_cluster: OnCluster, tmp_path: Path) -> None:
    on_cluster.script("hold")
    [job_id] = on_cluster.engine.submit(partitioned(plan_of(tmp_path), 3, at_once=2))
    on_cluster.engine.wait_until(job_id, lambda _: len(on_cluster.ran()) == 2)
    controls.cancel(on_cluster.engine.database, job_id, by="tester")
    job = on_cluster.engine.wait(job_id)
    assert job.state == JobState.CANCELLED
    assert [task.state for task in elements(job)] == ["cancelled"] * 3
    assert len(on_cluster.ran()) == 2


@pytest.mark.service("slurm-accounting")
@pytest.mark.timeout(400)
def test_a_killed_service_finds_all_its_jobs_again(
    service_url: str, engine: Engine, tmp_path: Path
) -> None:
    make_session(tmp_path)
    control = tmp_path / "control"
    control.mkdir()
    (control / "hold").touch()
    plans = [
        partitioned(plan_of(tmp_path), 1).model_copy(update={"asset_name": f"behavior_{number}"})
        for number in range(30)
    ]
    jobs = engine.submit(*plans)
    home, url = str(engine.settings.home), engine.settings.database
    command = [sys.executable, "-m", "tests.engine.cluster_worker", home, url, str(control)]
    slurm = SlurmExecutor(engine.settings.slurm)

    def submitted() -> list[str]:
        """Names of all these jobs' submissions the cluster knows."""
        return [r.name for r in slurm.rest.jobs() if any(job in r.name for job in jobs)]

    def accounted() -> list[str]:
        """Names of all that Slurm's accounts have of them."""
        names = Cluster.at(service_url).accounted()
        return [name for name in names if any(job in name for job in jobs)]

    for enough in (10, 30):  # killed while it submits, and while all of them run
        with subprocess.Popen([*command, service_url], cwd=_ROOT) as worker:
            until(lambda enough=enough: len(submitted()) >= enough)  # type: ignore[misc]
            worker.kill()
    with subprocess.Popen([*command, service_url], cwd=_ROOT) as worker:
        (control / "hold").unlink()
        states = {engine.wait(job_id).state for job_id in jobs}
        worker.kill()
    names = submitted()
    slurm.close()
    until(lambda: len(accounted()) >= 30)
    assert states == {JobState.SUCCESS}
    assert len(names) == len(set(names)) == 30
    assert sorted(accounted()) == sorted(names)
    assert len((control / "ran").read_text().splitlines()) == 30
