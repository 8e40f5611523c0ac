"""What administrators put between a job and its program, on nodes of a real cluster."""

import sys
from pathlib import Path

import pytest

from aind_data_transfer_service.cli.checks.slurm import check_slurm
from aind_data_transfer_service.executors.slurm.executor import SlurmExecutor
from aind_data_transfer_service.ports.executor import LaunchRequest, RunStatus
from aind_data_transfer_service.settings import Settings, SlurmSettings
from aind_data_transfer_service.tasks.spec import ResultState
from aind_data_transfer_service.testing.executor_suite import ended, lay_out, result, started

from ..services.slurm import Cluster
from .slurm_settings import slurm_settings

pytestmark = pytest.mark.service("slurm")

STAND_IN = Path(__file__).with_name("container_stand_in.sh")
PROGRAM = Path(__file__).with_name("scripted_program.py")


@pytest.fixture
def cluster(service_url: str) -> Cluster:
    return Cluster.at(service_url)


def run(settings: SlurmSettings, request: LaunchRequest, *program: str) -> RunStatus:
    """Run an attempt to its end; without a program it is the task's own."""
    executor = SlurmExecutor(settings, program=program or None)
    status = ended(executor, started(executor, request))
    executor.close()
    return status


def doctor(settings: SlurmSettings, home: Path) -> list[tuple[str, str]]:
    """Return what the doctor has a node try out: outcome and message."""
    findings = check_slurm(Settings(home=home, slurm=settings))
    return [(f.outcome.value, f.message) for f in findings if f.check == "slurm nodes"]


def write_python(file: Path) -> None:
    """Write a program that is this Python with its packages, which a link would not have."""
    file.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    file.chmod(0o755)


@pytest.fixture
def module(tmp_path: Path) -> dict[str, object]:
    """Settings for an environment module by which alone ``lab-python`` is found."""
    programs = tmp_path / "programs"
    programs.mkdir()
    write_python(programs / "lab-python")
    file = tmp_path / "modulefiles" / "lab" / "python"
    file.parent.mkdir(parents=True)
    file.write_text(f"#%Module1.0\nprepend-path PATH {programs}\n")
    environment = {"PATH": "/usr/bin:/bin", "MODULEPATH": str(tmp_path / "modulefiles")}
    return {"modules": ("lab/python",), "environment": environment}


def test_modules_are_loaded_before_the_program(
    cluster: Cluster, module: dict[str, object], tmp_path: Path
) -> None:
    request = lay_out(tmp_path / tmp_path.name)
    run(slurm_settings(cluster, **module), request, "lab-python", str(PROGRAM))
    assert result(request.folder).state is ResultState.SUCCESS


def test_a_module_that_is_not_there_ends_the_job_with_its_words(
    cluster: Cluster, module: dict[str, object], tmp_path: Path
) -> None:
    settings = slurm_settings(cluster, **module | {"modules": ("lab/none",)})
    status = run(settings, lay_out(tmp_path / tmp_path.name), "lab-python", str(PROGRAM))
    assert status.problem is not None
    assert status.problem.code == "slurm_job_failed"
    assert "exit code 69" in status.problem.message
    assert "Unable to locate a modulefile for 'lab/none'" in status.problem.message


def test_the_doctor_loads_modules_too(
    cluster: Cluster, module: dict[str, object], tmp_path: Path
) -> None:
    [(outcome, _)] = doctor(slurm_settings(cluster, python="lab-python", **module), tmp_path)
    assert outcome == "ok"


def test_the_doctor_tells_of_a_module_that_is_not_there(
    cluster: Cluster, module: dict[str, object], tmp_path: Path
) -> None:
    settings = slurm_settings(cluster, **module | {"modules": ("lab/none",)})
    [(outcome, message)] = doctor(settings, tmp_path)
    assert outcome == "fail"
    assert "Unable to locate a modulefile for 'lab/none'" in message


@pytest.fixture
def image(tmp_path: Path) -> dict[str, object]:
    """Settings for an image with a Python that is nowhere outside; Apptainer itself is not here."""
    site, inside = tmp_path / "site", tmp_path / "inside"
    site.mkdir()
    inside.mkdir()
    write_python(site / "python")
    (tmp_path / "lab.sif").touch()
    return {
        "image": str(tmp_path / "lab.sif"),
        "image_command": (str(STAND_IN), "exec"),
        "binds": (f"{site}:{inside}",),
        "python": str(inside / "python"),
    }


def test_a_task_runs_in_the_image_with_its_binds(
    cluster: Cluster, image: dict[str, object], tmp_path: Path
) -> None:
    request = lay_out(tmp_path / tmp_path.name)
    status = run(slurm_settings(cluster, **image), request)
    done = result(request.folder)
    assert done.error is not None, status
    assert done.error.code == "staging_missing"  # the task's own word: nothing is staged
    ran = (tmp_path / "lab.sif.ran").read_text().split()
    assert ran[:2] == [image["image"], image["python"]]
    assert ran[-1] == str(request.folder / "spec.json")


def test_the_doctor_looks_into_the_image(
    cluster: Cluster, image: dict[str, object], tmp_path: Path
) -> None:
    [(outcome, _)] = doctor(slurm_settings(cluster, **image), tmp_path)
    assert outcome == "ok"


def test_the_doctor_tells_of_an_image_that_is_not_there(
    cluster: Cluster, image: dict[str, object], tmp_path: Path
) -> None:
    settings = slurm_settings(cluster, **image | {"image": "/nowhere.sif"})
    [(outcome, message)] = doctor(settings, tmp_path)
    assert outcome == "fail"
    assert "could not open image /nowhere.sif" in message


def test_an_image_that_is_not_there_ends_the_job_with_its_words(
    cluster: Cluster, image: dict[str, object], tmp_path: Path
) -> None:
    settings = slurm_settings(cluster, **image | {"image": "/nowhere.sif"})
    status = run(settings, lay_out(tmp_path / tmp_path.name))
    assert status.problem is not None
    assert "could not open image /nowhere.sif" in status.problem.message
