"""`presets list`, `presets show` and `presets history`."""

import json

import pytest

from aind_data_transfer_service.client import PresetAddress, Presets

from ..conftest import Run
from .conftest import UPLOAD

_FIRST, _SECOND = {"job_settings": {"concurrency": 4}}, {"job_settings": {"concurrency": 9}}


def test_the_list_has_what_is_set(run: Run, presets: Presets) -> None:
    presets.set(PresetAddress("v1", "rig", "compress_data", "ecephys"), {}, replaces=None)
    both = json.loads(run("presets", "list", "--json").stdout)
    of_v1 = run("presets", "list", "--api", "v1").stdout
    assert {item["version"] for item in both} == {"v1", "v2"}
    assert "default" in {item["job_type"] for item in both}
    assert of_v1.split()[:6] == ["API", "Job", "type", "Task", "Modality", "Changed"]
    assert "compress_data" in of_v1
    assert "v2" not in of_v1


def test_a_value_is_shown_as_a_file_may_hold_it(run: Run, presets: Presets) -> None:
    set_to = presets.set(UPLOAD, _FIRST, replaces=None)
    result = run("presets", "show", "ephys_rig", "upload_data_to_s3")
    assert (result.exit_code, json.loads(result.stdout)) == (0, _FIRST)
    assert result.stderr == f"v2/ephys_rig/upload_data_to_s3, revision {set_to.revision}\n"
    as_json = run("presets", "show", "ephys_rig", "upload_data_to_s3", "--json")
    assert json.loads(as_json.stdout) == {
        "preset": "v2/ephys_rig/upload_data_to_s3",
        "value": _FIRST,
        "revision": set_to.revision,
    }


def test_the_value_of_a_modality(run: Run, presets: Presets) -> None:
    name = ("ephys_rig", "modality_transformation_settings", "ecephys")
    presets.set(PresetAddress("v2", *name), {"skip_task": True}, replaces=None)
    assert json.loads(run("presets", "show", *name).stdout) == {"skip_task": True}


def test_a_value_as_it_was(run: Run, presets: Presets) -> None:
    first = presets.set(UPLOAD, _FIRST, replaces=None)
    second = presets.set(UPLOAD, _SECOND, replaces=first)
    command = ("presets", "show", "ephys_rig", "upload_data_to_s3", "--revision")
    assert json.loads(run(*command, first.revision).stdout) == _FIRST
    assert json.loads(run(*command, second.revision).stdout) == _SECOND
    unknown = run(*command, "nope")
    assert unknown.exit_code == 1
    assert "Code: preset_revision_unknown" in unknown.stderr


def test_the_history_is_newest_first(run: Run, presets: Presets) -> None:
    first = presets.set(UPLOAD, _FIRST, replaces=None, why="to begin")
    presets.set(UPLOAD, _SECOND, replaces=first, why="faster")
    command = ("presets", "history", "ephys_rig", "upload_data_to_s3")
    lines = [
        line for line in run(*command).stdout.splitlines() if "to begin" in line or "faster" in line
    ]
    assert ["faster" in line for line in lines] == [True, False]
    assert lines[0].rstrip().endswith(str(first.revision))
    changes = json.loads(run(*command, "--json").stdout)
    assert [change["new_value"] for change in changes] == [_SECOND, _FIRST]
    assert changes[0]["old_revision"] == changes[1]["new_revision"] == first.revision


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("command", ["show", "history"])
def test_a_preset_there_is_not(run: Run, command: str) -> None:
    result = run("presets", command, "nope", "upload_data_to_s3")
    assert result.exit_code == 1
    assert "Code: preset_unknown" in result.stderr
    assert "v2/nope/upload_data_to_s3" in result.stderr


@pytest.mark.parametrize(
    "command",
    [["list"], ["show", "a", "b"], ["history", "a", "b"], ["restore", "a", "b", "c"]],
    ids=lambda command: str(command[0]),
)
def test_a_service_that_is_not_there(run: Run, command: list[str]) -> None:
    assert run("presets", *command, "--server", "http://127.0.0.1:1").exit_code == 4
