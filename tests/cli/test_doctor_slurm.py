"""What the doctor says of a cluster."""

from pathlib import Path

import pytest

from aind_data_transfer_service.cli.checks.slurm import check_slurm
from aind_data_transfer_service.settings import Settings, SlurmSettings

from ..executors.slurm_settings import slurm_settings
from ..services.slurm import Cluster


def findings(home: Path, slurm: SlurmSettings) -> list[tuple[str, str, str]]:
    settings = Settings(home=home, slurm=slurm)
    return [(f.check, f.outcome.value, f.message) for f in check_slurm(settings)]


def test_without_a_cluster_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert findings(tmp_path, SlurmSettings()) == []


def test_a_cluster_that_does_not_answer_fails(tmp_path: Path) -> None:
    nowhere = SlurmSettings.model_validate({"url": "http://127.0.0.1:9", "token": "x"})
    [(check, outcome, message)] = findings(tmp_path, nowhere)
    assert (check, outcome) == ("slurm", "fail")
    assert "http://127.0.0.1:9 does not answer" in message


@pytest.mark.service("slurm")
def test_a_cluster_runs_a_small_job(service_url: str, tmp_path: Path) -> None:
    first, second = findings(tmp_path, slurm_settings(Cluster.at(service_url)))
    assert first[1] == "ok"
    assert "v0.0.38; its accounting" in first[2]
    assert second[:2] == ("slurm nodes", "ok")
    assert str(tmp_path) in second[2]
    assert list((tmp_path / "jobs").iterdir()) == []


@pytest.mark.service("slurm")
def test_a_python_without_the_package_is_noticed(service_url: str, tmp_path: Path) -> None:
    slurm = slurm_settings(Cluster.at(service_url), python="/bin/false")
    assert "has no Python" in findings(tmp_path, slurm)[1][2]


@pytest.mark.service("slurm")
def test_a_partition_that_is_not_there_is_noticed(service_url: str, tmp_path: Path) -> None:
    slurm = slurm_settings(Cluster.at(service_url), partition="nowhere")
    assert findings(tmp_path, slurm)[1][1:] == ("fail", "There is no partition 'nowhere'")
