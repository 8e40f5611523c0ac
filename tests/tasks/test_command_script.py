"""compress_data with a script of a preset in place of the service's own transform."""

import json
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, Partition, ProgramPlan
from aind_data_transfer_service.tasks.spec import ResultState, TaskResult

from .factories import ASSET_NAME, JOB_ID, attempt, earlier, make_plan, make_spec, modality


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "share" / "it's $(here)"
    folder.mkdir(parents=True)
    (folder / "video.avi").write_bytes(b"frames")
    return folder


def plan_of(
    tmp_path: Path, source: Path, script: str, partition: Partition | None = None
) -> JobPlan:
    program = ProgramPlan(image="registry/transform", image_version="1.2", command_script=script)
    one = modality(source, "behavior-videos", job_settings={"note": 'it\'s "quoted"'})
    plan = make_plan(tmp_path, modalities=(one,))
    tasks = [
        task.model_copy(update={"program": program, "partition": partition})
        if task.task_id is TaskId.COMPRESS_DATA
        else task
        for task in plan.tasks
    ]
    return plan.model_copy(update={"tasks": tuple(tasks)})


def run(tmp_path: Path, plan: JobPlan) -> TaskResult:
    (tmp_path / "staging" / JOB_ID).mkdir(parents=True, exist_ok=True)
    return attempt(make_spec(tmp_path, TaskId.COMPRESS_DATA, map_index=0, plan=plan))


def output(tmp_path: Path) -> Path:
    return tmp_path / "staging" / JOB_ID / "behavior-videos"


def test_a_script_finds_what_its_placeholders_stand_for(tmp_path: Path, source: Path) -> None:
    script = """
cp %INPUT_SOURCE/video.avi "%OUTPUT_LOCATION/copy.avi"
printf '%s' '%JOB_SETTINGS' > %OUTPUT_LOCATION/settings.json
printf '%s\\n' %IMAGE:%IMAGE_VERSION %S3_LOCATION > %OUTPUT_LOCATION/words
cp %ENV_FILE %OUTPUT_LOCATION/env
"""
    done = run(tmp_path, plan_of(tmp_path, source, script))
    assert done.state == ResultState.SUCCESS, done.error
    assert done.outputs["action"] == "scripted"
    folder = output(tmp_path)
    assert (folder / "copy.avi").read_bytes() == b"frames"
    assert json.loads((folder / "settings.json").read_text()) == {
        "note": 'it\'s "quoted"',
        "input_source": str(source),
        "output_directory": str(folder),
    }
    image, location = (folder / "words").read_text().split()
    assert image == "registry/transform:1.2"
    assert location.endswith(f"/bucket/{ASSET_NAME}/behavior-videos")
    assert f"AIND_JOB_ID={JOB_ID}\n" in (folder / "env").read_text()


def test_the_settings_of_the_service_are_none_of_the_scripts_business(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIND_DATA_TRANSFER_SECRET_KEY", "known to nobody else")
    monkeypatch.setenv("OTHER", "shown")
    run(tmp_path, plan_of(tmp_path, source, "env > %OUTPUT_LOCATION/env"))
    shown = (output(tmp_path) / "env").read_text()
    assert "known to nobody else" not in shown
    assert "OTHER=shown" in shown


def test_an_element_is_told_its_partition(tmp_path: Path, source: Path) -> None:
    partition = Partition(index=3, count=20, origin="request")
    script = "printf '%s' '%JOB_SETTINGS' > %OUTPUT_LOCATION/settings.json"
    run(tmp_path, plan_of(tmp_path, source, script, partition))
    settings = json.loads((output(tmp_path) / "settings.json").read_text())
    assert (settings["num_of_partitions"], settings["partition_to_process"]) == (20, 3)


def test_a_script_that_fails_fails_the_task_and_a_retry_begins_anew(
    tmp_path: Path, source: Path
) -> None:
    failed = run(tmp_path, plan_of(tmp_path, source, "touch %OUTPUT_LOCATION/half; exit 3"))
    assert failed.error is not None
    assert failed.error.code == "command_script_failed"
    assert "behavior-videos ended with exit code 3" in failed.error.message
    done = run(tmp_path, plan_of(tmp_path, source, "touch %OUTPUT_LOCATION/whole"))
    assert done.state == ResultState.SUCCESS
    assert [path.name for path in output(tmp_path).iterdir()] == ["whole"]


@pytest.mark.parametrize(
    ("script", "code"),
    [("true", "command_script_failed"), ("cat <<X\n%IMAGE\nX", "command_script_invalid")],
)
def test_a_script_that_leaves_nothing_or_cannot_be_filled_in_is_told(
    tmp_path: Path, source: Path, script: str, code: str
) -> None:
    failed = run(tmp_path, plan_of(tmp_path, source, script))
    assert failed.error is not None
    assert failed.error.code == code


def test_the_source_need_not_be_of_a_kind_that_the_service_compresses(
    tmp_path: Path, source: Path
) -> None:
    plan = plan_of(tmp_path, source, "true")
    one = plan.modalities[0].model_copy(update={"compress": True})
    plan = plan.model_copy(update={"modalities": (one,)})
    checked = attempt(make_spec(tmp_path, TaskId.CHECK_SOURCE_FOLDERS_EXIST, plan=plan))
    assert checked.state == ResultState.SUCCESS, checked.error


def test_the_processing_of_the_asset_names_the_script_and_its_image(
    tmp_path: Path, source: Path
) -> None:
    plan = plan_of(tmp_path, source, "touch %OUTPUT_LOCATION/whole")
    done = run(tmp_path, plan)
    task = earlier(
        TaskId.COMPRESS_DATA,
        0,
        outputs=done.outputs,
        started_at=done.started_at,
        ended_at=done.ended_at,
    )
    attempt(make_spec(tmp_path, TaskId.GATHER_FINAL_METADATA, plan=plan, earlier=(task,)))
    document = json.loads((tmp_path / "staging" / JOB_ID / "processing.json").read_text())
    (process,) = document["processing_pipeline"]["data_processes"]
    assert (process["name"], process["code_url"]) == ("Other", "registry/transform")
    assert process["software_version"] == "1.2"
    assert process["parameters"] == {"note": 'it\'s "quoted"'}
    assert "script" in process["notes"]
