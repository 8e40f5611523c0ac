"""V2 requests become plans, their settings laid over presets, or a list of problems."""

import json
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import PIPELINE, TaskId
from aind_data_transfer_service.domain.plan import JobPlan, TaskPlan
from aind_data_transfer_service.intake.accepted import Accepted, RequestInvalid
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.v2 import accept_v2
from aind_data_transfer_service.presets.cache import PresetSnapshot
from aind_data_transfer_service.settings import Settings
from aind_data_transfer_service.wire.v1 import NotJson

from ..wire.v2.samples import PROJECTS, job, recorded, request
from .preset_samples import presets, v2_key

BUCKETS = {alias: f"s3://aind-{alias}-data" for alias in ("default", "private", "open")}
COMPRESS = "modality_transformation_settings"
UPLOAD = "upload_data_to_s3"
PRESETS = presets(
    {
        "v2/default/tasks/upload_data_to_s3": {"job_settings": {"concurrency": 8}},
        "v2/default/tasks/remove_source_folders": {"skip_task": True},
        "v2/ecephys/tasks/modality_transformation_settings/ecephys": {
            "image": "ghcr.io/lab/ephys",
            "command_script": "run %JOB_SETTINGS",
            "job_settings": {
                "input_source": "%INPUT_SOURCE",
                "output_directory": "%OUTPUT_LOCATION",
                "codec": {"name": "pcodec", "levels": [1, 2]},
                "chunk": 1.0,
            },
        },
        "v2/ecephys/tasks/modality_transformation_settings": {"skip_task": True},
        "v2/ecephys/tasks/check_metadata_files": {"skip_task": True},
    }
)


def accept(content: Any, known: PresetSnapshot | None = PRESETS, **changes: Any) -> Accepted:
    values: dict[str, Any] = {"buckets": BUCKETS, "path_checks": "off", "project_names": PROJECTS}
    policy = IntakePolicy.from_settings(Settings(**values | changes))
    return accept_v2(json.dumps(content).encode(), policy, known)


def plan_of(known: PresetSnapshot | None = PRESETS, **members: Any) -> JobPlan:
    [plan] = accept(request(**members), known).plans
    return plan


def refused(content: Any, **changes: Any) -> list[tuple[str, str]]:
    """Return code and place of each problem, after looking that old scripts can read them."""
    with pytest.raises(RequestInvalid) as raised:
        accept(content, **changes)
    problems = raised.value.problems
    errors = json.loads(raised.value.errors_json)
    assert [tuple(error["loc"]) for error in errors] == [tuple(p["loc"]) for p in problems]
    assert all(problem["field"] in problem["message"] for problem in problems)
    return [(p["code"], p["field"].removeprefix("upload_jobs[0].tasks.")) for p in problems]


def compress(**members: Any) -> dict[str, Any]:
    """Return tasks that say this about the compression of ecephys."""
    settings = {"input_source": "/data/ecephys"} | members.pop("job_settings", {})
    return {COMPRESS: {"ecephys": {"job_settings": settings} | members}}


class TestPlans:
    @pytest.mark.parametrize("name", ["ok", "ok_email", "ok_extra_ignored", "submit_ok"])
    def test_recorded_requests(self, name: str) -> None:
        [case] = [case for case in recorded() if case.name == name]
        accepted = accept(case.content)
        [plan] = accepted.plans

        assert plan.asset_name == "behavior_690165_2024-02-19_11-25-17"
        assert (plan.bucket, plan.storage_url) == ("private", BUCKETS["private"])
        assert plan.modalities[0].source == "/x/Behavior"
        assert plan.modalities[0].compress is False
        assert plan.metadata_dir == "/x/Config"
        assert plan.request == accepted.validated["upload_jobs"][0]
        assert [task.task_id for task in plan.tasks] == [task.task_id for task in PIPELINE]

    def test_without_a_platform(self) -> None:
        plan = plan_of()
        assert plan.asset_name == "655019_2022-05-10_16-05-06"
        assert (plan.platform, plan.platform_name) == (None, None)

    def test_folders_and_flags_of_the_tasks_are_the_jobs(self) -> None:
        tasks = compress() | {
            "check_s3_folder_exists": {"skip_task": True},
            "copy_derivatives_folder": {"job_settings": {"input_source": "/data/derived"}},
            "gather_preliminary_metadata": {"job_settings": {"metadata_dir": "/data/meta"}},
        }
        plan = plan_of(tasks=tasks)

        assert plan.force_cloud_sync is True
        assert plan.derivatives_dir == "/data/derived"
        assert plan.metadata_dir == "/data/meta"
        assert plan.task(TaskId.CHECK_S3_FOLDER_EXISTS).skip_reason == "Skipped by the request"
        assert plan.task(TaskId.COPY_DERIVATIVES_FOLDER).skip_reason is None

    def test_compression_may_be_asked_for_or_not(self) -> None:
        assert plan_of(tasks=compress()).modalities[0].compress is True
        given = compress(job_settings={"compress_raw_data": False})
        plan = plan_of(tasks=given)
        assert plan.modalities[0].compress is False
        assert plan.task(TaskId.COMPRESS_DATA, 0).settings == {}

    def test_whom_to_tell(self) -> None:
        body = request() | {"user_email": "a@example.org", "email_notification_types": ["end"]}
        accepted = accept(body)
        assert accepted.user_email == "a@example.org"
        assert (accepted.plans[0].user_email, accepted.plans[0].notify_on) == (
            "a@example.org",
            ("end",),
        )


class TestPresets:
    def task(self, **members: Any) -> TaskPlan:
        return plan_of(job_type="ecephys", **members).task(TaskId.COMPRESS_DATA, 0)

    def test_the_request_lies_over_the_preset(self) -> None:
        own = {"codec": {"levels": [3]}, "workers": 2}
        task = self.task(tasks=compress(job_settings=own))
        preset = v2_key("ecephys", COMPRESS, "ecephys")

        assert task.settings == {
            "codec": {"name": "pcodec", "levels": [3]},
            "chunk": 1.0,
            "workers": 2,
        }
        assert task.origins == {
            "codec/name": preset,
            "codec/levels": "request",
            "chunk": preset,
            "workers": "request",
        }
        assert task.program is not None
        assert task.program.image == "ghcr.io/lab/ephys"
        assert task.program.origins == {"image": preset, "command_script": preset}

    def test_the_default_job_type_stands_in(self) -> None:
        task = plan_of(job_type="ecephys").task(TaskId.UPLOAD_DATA_TO_S3)
        assert task.settings == {"concurrency": 8}
        assert task.origins == {"concurrency": v2_key("default", UPLOAD)}

    def test_a_preset_of_the_task_serves_all_modalities(self) -> None:
        plan = plan_of(
            job_type="ecephys",
            modalities=[{"abbreviation": "ecephys"}, {"abbreviation": "behavior"}],
        )
        first, second = (plan.task(TaskId.COMPRESS_DATA, index) for index in (0, 1))
        assert first.skip_reason is None
        assert second.skip_reason == f"Skipped by {v2_key('ecephys', COMPRESS)}"
        assert [modality.abbreviation for modality in plan.staged_modalities] == ["ecephys"]

    def test_naming_a_task_lets_it_run(self) -> None:
        skipped = plan_of(job_type="ecephys").task(TaskId.CHECK_METADATA_FILES)
        assert skipped.skip_reason == f"Skipped by {v2_key('ecephys', 'check_metadata_files')}"
        tasks = compress() | {"check_metadata_files": {"skip_task": False}}
        run = plan_of(job_type="ecephys", tasks=tasks).task(TaskId.CHECK_METADATA_FILES)
        assert run.skip_reason is None

    def test_the_custom_job_type_has_none(self) -> None:
        plan = plan_of(job_type="custom")
        assert all(not task.program for task in plan.tasks)
        assert plan.task(TaskId.UPLOAD_DATA_TO_S3).settings == {}

    def test_job_types_there_are(self) -> None:
        body = request(job_type="ecefys")
        assert refused(body) == [("job_type_unknown", "upload_jobs[0].job_type")]
        assert accept(body, None).plans

    def test_a_broken_preset_hinders_only_jobs_that_need_it(self) -> None:
        name = "v2/smartspim/tasks/upload_data_to_s3"
        known = presets({"v2/default/tasks/upload_data_to_s3": {}}, broken=(name,))
        assert accept(request(), known).plans
        [problem] = refused(request(job_type="smartspim"), known=known)
        assert problem == ("preset_broken", "upload_jobs[0].job_type")

    def test_validating_and_submitting_the_answer_give_the_same_plan(self) -> None:
        accepted = accept(request(job_type="ecephys", tasks=compress() | {UPLOAD: {}}))
        assert accept(accepted.validated).plans == accepted.plans


class TestSkipped:
    def test_nothing_is_removed_that_is_not_verified(self) -> None:
        plan = plan_of(tasks=compress() | {UPLOAD: {"skip_task": True}})
        reasons = {task.task_id: task.skip_reason for task in plan.tasks}
        assert reasons[TaskId.UPLOAD_DATA_TO_S3] == "Skipped by the request"
        assert reasons[TaskId.VERIFY_UPLOAD] == "upload_data_to_s3 is skipped"
        assert reasons[TaskId.REMOVE_STAGING_FOLDER] == "verify_upload is skipped"

    def test_a_modality_or_all_of_them(self) -> None:
        for settings in ({"skip_task": True}, {"ecephys": {"skip_task": True}}):
            plan = plan_of(tasks={COMPRESS: settings})
            assert plan.task(TaskId.COMPRESS_DATA, 0).skip_reason == "Skipped by the request"
            assert plan.staged_modalities == ()

    def test_metadata_that_is_not_gathered_needs_no_folder(self) -> None:
        tasks = compress() | {
            "gather_preliminary_metadata": {
                "skip_task": True,
                "job_settings": {"metadata_dir": "m"},
            }
        }
        assert plan_of(tasks=tasks).metadata_dir is None


class TestPrograms:
    def test_what_presets_and_settings_name_is_allowed(self) -> None:
        own = {"image": "ghcr.io/lab/ephys", "image_version": "1.2.3-rc.1"}
        task = plan_of(tasks=compress(**own)).task(TaskId.COMPRESS_DATA, 0)
        assert task.program is not None
        assert task.program.image_version == "1.2.3-rc.1"
        script = {"command_script": "run %JOB_SETTINGS"}
        assert accept(request(tasks=compress(**script))).plans
        tasks = compress(image="docker://own", command_script="rm -r /")
        allowed: dict[str, Any] = {
            "allowed_images": ["docker://own"],
            "allow_command_scripts": True,
        }
        assert accept(request(tasks=tasks), **allowed).plans

    def test_a_script_for_what_the_service_does_itself_is_told(self) -> None:
        scripts: dict[str, Any] = {UPLOAD: {"command_script": "true"}}
        accepted = accept(request(tasks=compress() | scripts), allow_command_scripts=True)
        assert [(w["code"], w["field"]) for w in accepted.warnings] == [
            ("command_script_not_run", f"upload_jobs[0].tasks.{UPLOAD}.command_script")
        ]

    def test_all_else_is_refused(self) -> None:
        tasks = compress(image="docker://own", image_version="1;rm", command_script="rm -r /")
        tasks |= {UPLOAD: {"image": "docker://own"}}
        assert refused(request(tasks=tasks)) == [
            ("image_not_allowed", f"{COMPRESS}.ecephys.image"),
            ("image_version_invalid", f"{COMPRESS}.ecephys.image_version"),
            ("command_script_not_allowed", f"{COMPRESS}.ecephys.command_script"),
            ("image_not_allowed", f"{UPLOAD}.image"),
        ]
        assert refused(request(job_type="custom", tasks=compress(image="x")), known=None)


class TestFolders:
    def test_problems_name_the_setting(self) -> None:
        tasks = compress(job_settings={"input_source": "data"}) | {
            "gather_preliminary_metadata": {"job_settings": {"metadata_dir": "/a/../b"}},
            "copy_derivatives_folder": {"job_settings": {"input_source": ["/x"]}},
        }
        assert refused(request(tasks=tasks)) == [
            ("path_invalid", "copy_derivatives_folder.job_settings.input_source")
        ]
        del tasks["copy_derivatives_folder"]
        assert refused(request(tasks=tasks)) == [
            ("path_invalid", f"{COMPRESS}.ecephys.job_settings.input_source"),
            ("path_invalid", "gather_preliminary_metadata.job_settings.metadata_dir"),
        ]

    def test_roots_and_nesting(self) -> None:
        settings = {
            "ecephys": {"job_settings": {"input_source": "/data/e"}},
            "behavior": {"job_settings": {"input_source": "/data/e/b"}},
        }
        body = request(
            modalities=[{"abbreviation": "ecephys"}, {"abbreviation": "behavior"}],
            tasks={COMPRESS: settings},
        )
        assert [code for code, _ in refused(body)] == ["sources_nested"]
        assert [code for code, _ in refused(request(), source_roots=["/x"])] == [
            "source_outside_roots"
        ]

    def test_a_modality_without_a_source(self) -> None:
        place = f"{COMPRESS}.ecephys.job_settings.input_source"
        body = request(job_type="ecephys", tasks={})
        accepted = accept(body)
        [warning] = accepted.warnings
        assert (warning["code"], warning["field"]) == (
            "source_not_given",
            f"upload_jobs[0].tasks.{place}",
        )
        assert accepted.plans[0].modalities[0].source is None
        assert refused(body, path_checks="require") == [("source_not_given", place)]

    def test_folders_that_are_not_there(self, tmp_path: Path) -> None:
        body = request(tasks=compress(job_settings={"input_source": str(tmp_path / "none")}))
        assert [w["code"] for w in accept(body, path_checks="warn").warnings] == ["source_missing"]
        assert [code for code, _ in refused(body, path_checks="require")] == ["source_missing"]

    def test_a_flag_that_is_none(self) -> None:
        given = compress(job_settings={"compress_raw_data": "yes"})
        [(code, _)] = refused(request(tasks=given))
        assert code == "bool_invalid"


class TestRequests:
    def test_other_jobs_for_the_same_place(self) -> None:
        jobs = [job(), job(user_email="a@example.org")]
        [(code, field)] = refused({"upload_jobs": jobs})
        assert (code, field) == ("asset_repeated", "upload_jobs[1]")
        assert len(accept({"upload_jobs": [job(), job(s3_bucket="open")]}).plans) == 2

    def test_nul_and_what_is_not_json(self) -> None:
        assert [code for code, _ in refused(request(subject_id="\0"))] == ["nul_character"]
        with pytest.raises(NotJson):
            accept_v2(b"{", IntakePolicy.from_settings(Settings()), None)

    def test_a_bucket_that_is_not_configured(self) -> None:
        body = request(s3_bucket="open")
        found = refused(body, buckets={"default": "s3://x"})
        assert found == [("bucket_not_configured", "upload_jobs[0].s3_bucket")]
