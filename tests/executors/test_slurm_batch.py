"""Submissions as they are written down."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.executors.slurm.batch import (
    PLACE_FILE,
    _ranges,
    lay_out,
    place_of,
)
from aind_data_transfer_service.executors.slurm.node_paths import NodePaths
from aind_data_transfer_service.executors.slurm.script import job_script, task_program
from aind_data_transfer_service.ports.executor import ArrayPlace, LaunchRequest, Resources
from aind_data_transfer_service.settings import SlurmSettings


def element(folder: Path, index: int) -> LaunchRequest:
    attempt = folder / "job" / f"compress_data.{index}" / "1"
    attempt.mkdir(parents=True, exist_ok=True)
    place = ArrayPlace("job.compress_data.SPIM", folder / "job" / "arrays", index, 9, at_once=2)
    return LaunchRequest(f"job.compress_data.{index}.1", attempt, Resources(), array=place)


def test_the_name_follows_from_the_attempts_in_whatever_order(tmp_path: Path) -> None:
    requests = [element(tmp_path, index) for index in (3, 1, 2, 7)]
    batch = lay_out(requests, {"qos": "q"})
    assert batch.array == "1-3,7%2"
    assert lay_out(requests[::-1], {}).name == batch.name
    assert lay_out(requests[1:], {}).name != batch.name


def test_each_attempt_knows_its_place(tmp_path: Path) -> None:
    requests = [element(tmp_path, index) for index in (3, 1)]
    batch = lay_out(requests, {"qos": "q"})
    assert place_of(requests[0].folder) == (batch, 3)
    submitted = batch.submitted(17)
    assert place_of(requests[1].folder) == (submitted, 1)
    assert submitted.job_id == 17


def test_a_place_that_leads_nowhere_is_none(tmp_path: Path) -> None:
    request = element(tmp_path, 0)
    batch = lay_out([request], {})
    batch.path.unlink()  # as after a crash before the submission was whole
    assert (request.folder / PLACE_FILE).exists()
    assert place_of(request.folder) is None


def test_the_script_runs_the_element_it_is_for(tmp_path: Path) -> None:
    requests = [element(tmp_path / "odd 'name' $HOME", index) for index in (0, 1)]
    batch = lay_out(requests, {})
    script = tmp_path / "script"
    script.write_text(job_script(["/bin/echo", "it's", "$HOME"]))
    environment = {**os.environ, "SLURM_ARRAY_TASK_ID": "1"}
    done = subprocess.run(
        ["bash", script],
        check=True,
        cwd=batch.folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"it's $HOME {requests[1].folder}/spec.json\n"


def test_a_job_without_an_array_runs_in_its_own_folder(tmp_path: Path) -> None:
    request = replace(element(tmp_path, 0), array=None)
    batch = lay_out([request], {})
    assert (batch.array, batch.log, batch.folder) == (None, "log.txt", str(request.folder))


def test_modules_and_images_come_before_the_program() -> None:
    settings = SlurmSettings(
        image="/img.sif", binds=("/allen",), python="python3", modules=("a b",)
    )
    program = task_program(settings)
    assert program[:6] == ("apptainer", "exec", "--bind", "/allen", "/img.sif", "python3")
    script = job_script(program, settings.modules).splitlines()
    assert script[:2] == ["#!/bin/bash -l", "module load 'a b' || exit 69"]


def test_paths_are_mapped_by_the_longest_folder_that_fits() -> None:
    paths = NodePaths({"/data": "/mnt/data", "/data/fast": "/nvme"})
    assert paths.on_node("/data/fast/x") == "/nvme/x"
    assert paths.on_node("/data/x") == "/mnt/data/x"
    assert paths.on_node("/database") == "/database"


@given(st.sets(st.integers(0, 1000), min_size=1))
def test_ranges_name_every_number_once(numbers: set[int]) -> None:
    read: list[int] = []
    for part in _ranges(sorted(numbers)).split(","):
        first, _, last = part.partition("-")
        read += range(int(first), int(last or first) + 1)
    assert read == sorted(numbers)
