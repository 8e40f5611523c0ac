"""What a request says of its metadata is looked at before a job is made of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.intake.accepted import Accepted, RequestInvalid
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.v1 import accept_v1
from aind_data_transfer_service.intake.v2 import accept_v2
from aind_data_transfer_service.settings import Settings

from ..wire.v1.samples import job, payloads
from ..wire.v2.samples import request as v2_request

BUCKETS = {alias: f"s3://{alias}" for alias in ("default", "private", "open", "scratch")}
GATHER = TaskId.GATHER_PRELIMINARY_METADATA
TOOLS: dict[str, Any] = {"command": ("python",), "service_url": "http://metadata"}
SESSION: dict[str, Any] = {
    "job_settings_name": "Bergamo",
    "input_source": "/allen/bci/061022",
    "experimenter_full_name": ["John Apple"],
    "subject_id": "655019",
    "imaging_laser_wavelength": 920,
    "fov_imaging_depth": 200,
    "fov_targeted_structure": "Primary Motor Cortex",
    "notes": None,
}


def policy(**changes: Any) -> IntakePolicy:
    values: dict[str, Any] = {"buckets": BUCKETS, "path_checks": "off", "metadata": TOOLS}
    return IntakePolicy.from_settings(Settings(**values | changes))


def accept(
    configs: dict[str, Any] | None, *, metadata_dir: str | None = None, **changes: Any
) -> Accepted:
    body = {"upload_jobs": [job(metadata_configs=configs, metadata_dir=metadata_dir)]}
    return accept_v1(json.dumps(body).encode(), policy(**changes))


def refused(configs: dict[str, Any], **changes: Any) -> dict[str, Any]:
    with pytest.raises(RequestInvalid) as raised:
        accept(configs, **changes)
    (problem,) = raised.value.problems
    return problem


def told(accepted: Accepted) -> dict[str, str]:
    """Return the code of each warning about metadata by its place."""
    below = "upload_jobs[0].metadata_"
    return {
        warning["field"].removeprefix("upload_jobs[0]."): warning["code"]
        for warning in accepted.warnings
        if warning["field"].startswith(below)
    }


def session(**changes: Any) -> dict[str, Any]:
    return {"session_settings": {"job_settings": SESSION | changes}}


def from_file(file: Path, **changes: Any) -> dict[str, Any]:
    given = {"user_settings_config_file": str(file), "job_settings_name": "Bergamo"}
    return {"session_settings": {"job_settings": given | changes}}


@pytest.mark.parametrize("name", ["2_session_settings_object", "3_session_settings_file"])
def test_both_ways_of_the_guide_reach_the_task(name: str) -> None:
    body = payloads()[name]
    (plan,) = accept_v1(json.dumps(body).encode(), policy()).plans
    sent = body["upload_jobs"][0]["metadata_configs"]["session_settings"]["job_settings"]
    task = plan.task(GATHER)
    settings = task.settings["session_settings"]["job_settings"]
    assert {name: settings[name] for name in sent} == sent
    assert set(task.settings) == {"session_settings"}
    assert set(task.origins.values()) == {"request"}


def test_a_request_without_configs_leaves_the_task_without_settings() -> None:
    (plan,) = accept(None).plans
    assert plan.task(GATHER).settings == {}


def test_another_institution_reaches_the_task() -> None:
    (plan,) = accept(
        {"raw_data_description_settings": {"institution": {"name": "New York University"}}}
    ).plans
    described = plan.task(GATHER).settings["raw_data_description_settings"]
    assert described["institution"]["abbreviation"] == "NYU"


def test_settings_that_nothing_can_run_are_refused_with_the_reason() -> None:
    settings = {
        "job_settings_name": "OpenEphys",
        "session_type": "Experiment",
        "project_name": "OpenScope",
        "iacuc_protocol": "2117",
        "description": "x",
        "mtrain_server": "http://mtrain",
        "session_id": "1",
    }
    problem = refused({"session_settings": {"job_settings": settings}})
    assert problem["code"] == "extractor_not_runnable"
    assert "OpenEphys" in problem["message"]
    assert "no extractor" in problem["message"]


def test_openephys_by_a_file_is_refused_too_wherever_the_file_is() -> None:
    file = Path("/nowhere/settings.json")
    problem = refused(from_file(file, job_settings_name="OpenEphys"))
    assert problem["code"] == "extractor_not_runnable"


def test_settings_without_a_folder_to_read_are_refused() -> None:
    problem = refused(session(input_source=None))
    assert problem["code"] == "session_settings_invalid"
    assert "input_source is needed" in problem["message"]


def test_folders_in_settings_lie_in_the_roots_too() -> None:
    assert refused(session(), source_roots=["/data"])["code"] == "source_outside_roots"
    problem = refused(from_file(Path("/etc/passwd")), source_roots=["/data"], path_checks="warn")
    assert problem["code"] == "source_outside_roots"


class TestSettingsFile:
    def test_one_that_is_whole_is_accepted(self, tmp_path: Path) -> None:
        file = tmp_path / "settings.json"
        file.write_text(json.dumps(SESSION | {"input_source": str(tmp_path)}))
        assert told(accept(from_file(file), path_checks="warn")) == {}

    def test_one_that_the_server_does_not_see_is_told(self, tmp_path: Path) -> None:
        accepted = accept(from_file(tmp_path / "settings.json"), path_checks="warn")
        place = "metadata_configs.session_settings.job_settings.user_settings_config_file"
        assert told(accepted) == {place: "settings_file_missing"}

    def test_one_that_has_to_be_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(RequestInvalid) as raised:
            accept(from_file(tmp_path / "settings.json"), path_checks="require")
        assert "settings_file_missing" in {p["code"] for p in raised.value.problems}

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ('{"subject_id": }', "line 1, column 16: not JSON"),
            ("[]", "holds no JSON object"),
            ('{"subject_id": "1"}', "experimenter_full_name: Field required"),
            (json.dumps(SESSION | {"fov_imaging_depth": "deep"}), "fov_imaging_depth: "),
            (json.dumps(SESSION | {"job_settings_name": "Bruker"}), "'Bruker', but the request"),
        ],
    )
    def test_one_that_is_wrong_is_refused_with_the_place(
        self, tmp_path: Path, content: str, message: str
    ) -> None:
        file = tmp_path / "settings.json"
        file.write_text(content)
        problem = refused(from_file(file), path_checks="warn")
        assert problem["code"] == "settings_file_invalid"
        assert str(file) in problem["message"]
        assert message in problem["message"]

    def test_one_that_is_no_file_is_refused(self, tmp_path: Path) -> None:
        problem = refused(from_file(tmp_path), path_checks="warn")
        assert problem["code"] == "settings_file_invalid"
        assert "is not a file" in problem["message"]

    def test_nothing_is_looked_at_where_folders_are_not(self, tmp_path: Path) -> None:
        file = tmp_path / "settings.json"
        file.write_text("no")
        assert told(accept(from_file(file), path_checks="off")) == {}


def test_folders_in_settings_that_are_not_seen_are_told(tmp_path: Path) -> None:
    accepted = accept(session(input_source=str(tmp_path / "gone")), path_checks="warn")
    place = "metadata_configs.session_settings.job_settings.input_source"
    assert told(accepted) == {place: "source_missing"}


def test_what_needs_the_mapper_is_told_where_there_is_none() -> None:
    configs = session() | {"rig_settings": {"rig_id": "323"}}
    accepted = accept(configs, metadata={})
    assert told(accepted) == {
        "metadata_configs.session_settings": "mapper_not_set_up",
        "metadata_configs.rig_settings": "mapper_not_set_up",
    }


def test_what_needs_the_service_is_told_where_there_is_none() -> None:
    configs = session() | {"rig_settings": {"rig_id": "323"}}
    accepted = accept(configs, metadata={"command": ("python",)})
    assert told(accepted) == {"metadata_configs.rig_settings": "metadata_service_not_set_up"}


def test_what_the_service_says_itself_is_told() -> None:
    accepted = accept(
        {"metadata_service_domain": "http://other", "metadata_settings": {"name": "x"}}
    )
    assert set(told(accepted).values()) == {"setting_without_effect"}
    assert len(told(accepted)) == 2


def test_files_of_another_session_are_told(tmp_path: Path) -> None:
    description = {"name": "another", "modality": [{"abbreviation": "fib"}]}
    (tmp_path / "data_description.json").write_text(json.dumps(description))
    (tmp_path / "subject.json").write_text('{"subject_id": "1"}')
    (tmp_path / "rig.json").write_text("{,}")
    accepted = accept(None, metadata_dir=str(tmp_path), path_checks="warn")
    name = accepted.plans[0].asset_name
    messages = [w["message"] for w in accepted.warnings if w["code"] == "metadata_differs"]
    assert [message.split(": ", 1)[1] for message in messages] == [
        f"data_description.json: name is 'another', but the job's is '{name}'",
        "data_description.json: the modalities are fib, but the job's are ecephys",
        "subject.json: subject_id is '1', but the job's is '655019'",
        f"{tmp_path / 'rig.json'}, line 1, column 2: not JSON: "
        + messages[3].rpartition("not JSON: ")[2],
    ]


def v2_accept(settings: Any, **changes: Any) -> Accepted:
    body = v2_request(tasks={"gather_preliminary_metadata": {"job_settings": settings}})
    return accept_v2(json.dumps(body).encode(), policy(**changes))


def test_v2_settings_are_looked_at_in_the_same_way() -> None:
    with pytest.raises(RequestInvalid) as raised:
        v2_accept({"session_settings": {"job_settings": {"job_settings_name": "OpenEphys"}}})
    (problem,) = raised.value.problems
    assert problem["code"] == "extractor_not_runnable"
    assert problem["field"].endswith(
        "tasks.gather_preliminary_metadata.job_settings.session_settings.job_settings"
    )


@pytest.mark.parametrize("settings", [[], {"job_settings": 1}, {"job_settings": {}}])
def test_v2_settings_of_another_shape_are_refused(settings: Any) -> None:
    with pytest.raises(RequestInvalid) as raised:
        v2_accept({"session_settings": settings})
    assert {p["code"] for p in raised.value.problems} == {"session_settings_invalid"}


def test_v2_settings_without_effect_are_told() -> None:
    accepted = v2_accept({"metadata_dir": "/data/metadata", "data_description_settings": {}})
    assert "setting_without_effect" in [w["code"] for w in accepted.warnings]
