"""What requests and presets want of Code Ocean becomes tasks of the plan."""

import json
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, TaskPlan
from aind_data_transfer_service.intake.accepted import RequestInvalid
from aind_data_transfer_service.intake.plan import describe
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.v1 import accept_v1
from aind_data_transfer_service.intake.v2 import accept_v2
from aind_data_transfer_service.presets.cache import PresetSnapshot
from aind_data_transfer_service.settings import CodeOceanSettings, DocumentStoreSettings, Settings

from ..wire.v1.samples import job, payloads
from ..wire.v2.samples import job as job_v2
from .preset_samples import presets

BUCKETS = {"default": "s3://aind-default", "private": "s3://aind-private", "open": "s3://aind-open"}
RUN = {"run_params": {"pipeline_id": "p1", "data_assets": [{"id": "", "mount": "m"}]}}


def policy(*, folders: bool = False, records: str | None = None, **codeocean: Any) -> IntakePolicy:
    values: dict[str, Any] = {"domain": "https://co.example.org", **codeocean}
    buckets = {alias: f"file:///{alias}" for alias in BUCKETS} if folders else BUCKETS
    settings = Settings(
        buckets=buckets,
        path_checks="off",
        codeocean=CodeOceanSettings(**values),
        document_store=DocumentStoreSettings(url=records),
    )
    return IntakePolicy.from_settings(settings)


def v1(
    content: dict[str, Any],
    rules: IntakePolicy | None = None,
    known: PresetSnapshot | None = None,
) -> JobPlan:
    [plan] = accept_v1(json.dumps(content).encode(), rules or policy(), known).plans
    return plan


def v1_job(known: PresetSnapshot | None = None, **members: Any) -> JobPlan:
    return v1({"upload_jobs": [job(**members)]}, known=known)


def v2_job(
    tasks: dict[str, Any],
    known: PresetSnapshot | None = None,
    rules: IntakePolicy | None = None,
    **members: Any,
) -> JobPlan:
    content = {"upload_jobs": [job_v2(tasks=tasks, **members)]}
    [plan] = accept_v2(json.dumps(content).encode(), rules or policy(), known).plans
    return plan


def problems_v2(settings: dict[str, Any]) -> list[tuple[str, str]]:
    tasks = {"codeocean_pipeline_settings": {"ecephys": monitored(settings)}}
    with pytest.raises(RequestInvalid) as raised:
        v2_job(tasks)
    return [(problem["code"], problem["field"]) for problem in raised.value.problems]


def monitored(settings: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"job_settings": {"pipeline_monitor_settings": settings, **members}}


def registration(plan: JobPlan) -> TaskPlan:
    return plan.task(TaskId.REGISTER_DATA_ASSET)


def runs(plan: JobPlan) -> list[TaskPlan]:
    return [task for task in plan.tasks if task.task_id is TaskId.RUN_CODEOCEAN_PIPELINE]


def reasons(plan: JobPlan) -> tuple[str | None, list[str | None]]:
    return registration(plan).skip_reason, [task.skip_reason for task in runs(plan)]


class TestRegistration:
    def test_the_guides_example(self) -> None:
        plan = v1(payloads()["4_codeocean"])
        name = "single-plane-ophys_731015_2024-10-23_15-30-39"
        assert registration(plan).skip_reason is None
        assert registration(plan).settings == {
            "name": name,
            "mount": name,
            "tags": ["731015", "raw", "single-plane-ophys", "test"],
            "custom_metadata": {
                "data level": "raw",
                "experiment type": "single-plane-ophys",
                "subject id": "731015",
            },
            "source": {
                "aws": {
                    "bucket": "aind-private",
                    "prefix": name,
                    "keep_on_external_storage": True,
                    "public": False,
                }
            },
            "permissions": {"everyone": "viewer"},
        }

    def test_assets_of_the_open_bucket_are_public(self) -> None:
        source = registration(v1_job(s3_bucket="open")).settings["source"]["aws"]
        assert (source["bucket"], source["public"]) == ("aind-open", True)

    def test_what_everyone_may_do_is_a_setting(self) -> None:
        plan = v1({"upload_jobs": [job()]}, policy(everyone="none"))
        assert registration(plan).settings["permissions"] == {"everyone": "none"}

    def test_v2_takes_what_its_settings_say_and_adds_what_it_is_found_by(self) -> None:
        given = {"tags": ["mine"], "description": "d", "docdb_version": "v2", "source": {"x": 1}}
        plan = v2_job({"register_data_asset": {"job_settings": given}}, platform="ecephys")
        settings = registration(plan).settings
        assert settings["name"] == plan.asset_name
        assert settings["tags"] == sorted(["mine", plan.subject_id, "ecephys"])
        assert settings["custom_metadata"]["data level"] == "raw"
        assert settings["description"] == "d"
        assert settings["source"]["aws"]["prefix"] == plan.asset_name
        assert "docdb_version" not in settings
        origins = registration(plan).origins
        assert (origins["description"], origins["source"]) == ("request", "default")

    def test_what_is_wrong_names_its_place(self) -> None:
        given = {"tags": "mine", "custom_metadata": 1, "permissions": {"everyone": "all"}}
        with pytest.raises(RequestInvalid) as raised:
            v2_job({"register_data_asset": {"job_settings": given}})
        place = "upload_jobs[0].tasks.register_data_asset.job_settings"
        assert [(each["code"], each["field"]) for each in raised.value.problems] == [
            ("list_type", f"{place}.tags"),
            ("dict_type", f"{place}.custom_metadata"),
            ("unknown_value", f"{place}.permissions.everyone"),
        ]

    def test_without_a_platform(self) -> None:
        plan = v2_job({}, platform=None)
        assert registration(plan).settings["tags"] == sorted(["raw", plan.subject_id])

    def test_without_code_ocean_nothing_is_registered(self) -> None:
        reason = "Code Ocean is not configured"
        plan = v1(payloads()["4_codeocean"], policy(domain=None))
        assert reasons(plan) == (reason, [reason])

    def test_an_asset_in_a_folder_cannot_be_registered(self) -> None:
        plan = v1(payloads()["4_codeocean"], policy(folders=True))
        reason, [run_reason] = reasons(plan)
        assert reason == "Code Ocean registers assets in S3, and this one goes to a folder"
        assert run_reason == "register_data_asset is skipped"

    def test_a_request_may_leave_it_out(self) -> None:
        tasks = {
            "register_data_asset": {"skip_task": True},
            "codeocean_pipeline_settings": {"ecephys": monitored(RUN)},
        }
        assert reasons(v2_job(tasks)) == (
            "Skipped by the request",
            ["register_data_asset is skipped"],
        )


class TestRecord:
    RECORDS = "mongodb://records.example.org"

    def test_it_goes_with_the_registration(self) -> None:
        content = payloads()["4_codeocean"]
        plan = v1(content, policy(records=self.RECORDS))
        location = f"s3://aind-private/{plan.asset_name}"
        assert registration(plan).settings == {
            **registration(v1(content)).settings,
            "record": {"location": location},
        }
        assert registration(plan).origins["record"] == "default"

    @pytest.mark.parametrize(
        ("rules", "why_no_run", "bucket"),
        [
            ({"domain": None}, "Code Ocean is not configured", "s3://aind-private"),
            (
                {"folders": True},
                "Code Ocean registers assets in S3, and this one goes to a folder",
                "file:///private",
            ),
        ],
    )
    def test_it_needs_no_code_ocean(
        self, rules: dict[str, Any], why_no_run: str, bucket: str
    ) -> None:
        plan = v1(payloads()["4_codeocean"], policy(records=self.RECORDS, **rules))
        assert reasons(plan) == (None, [why_no_run])
        location = f"{bucket}/{plan.asset_name}"
        assert registration(plan).settings == {"record": {"location": location}}

    def test_a_request_may_leave_it_out(self) -> None:
        tasks = {"register_data_asset": {"skip_task": True}}
        plan = v2_job(tasks, rules=policy(records=self.RECORDS, domain=None))
        assert registration(plan).skip_reason == "Skipped by the request"

    def test_there_is_none_where_none_is_made(self) -> None:
        tasks = {"gather_final_metadata": {"skip_task": True}}
        plan = v2_job(tasks, rules=policy(records=self.RECORDS))
        assert "record" not in registration(plan).settings
        alone = v2_job(tasks, rules=policy(records=self.RECORDS, domain=None))
        assert registration(alone).skip_reason == "Code Ocean is not configured"

    def test_a_request_cannot_ask_for_it_where_none_is_kept(self) -> None:
        given = {"record": {"location": "s3://elsewhere/x"}}
        plan = v2_job({"register_data_asset": {"job_settings": given}})
        assert "record" not in registration(plan).settings


class TestRunsV1:
    def configs(self, **members: Any) -> dict[str, Any]:
        return {"codeocean_configs": members}

    def test_the_guides_example(self) -> None:
        [run] = runs(v1(payloads()["4_codeocean"]))
        assert (run.map_index, run.label) == (0, "87cbe6ce-9b38-4266-8d4a-62f0e23ba2d6")
        assert run.settings["run_params"]["data_assets"] == [{"id": "", "mount": "test_mount"}]
        assert run.settings["capture_settings"]["process_name_suffix"] == "test-capture"
        assert run.origins["run_params"] == "request"

    def test_results_are_captured_to_the_default_bucket_unless_told_otherwise(self) -> None:
        content = payloads()["4_codeocean"]
        configs = content["upload_jobs"][0]["codeocean_configs"]
        capture = configs["pipeline_monitor_capsule_settings"][0]["capture_settings"]
        capture["target"] = {"aws": {"bucket": "mine"}}

        def target(rules: IntakePolicy) -> Any:
            return runs(v1(content, rules))[0].settings["capture_settings"].get("target")

        site = policy(results_bucket="results")
        assert target(site) == {"aws": {"bucket": "results"}}
        assert target(policy()) is None
        configs["capture_results_to_default_bucket"] = False
        assert target(site) == {"aws": {"bucket": "mine"}}
        del capture["target"]
        assert target(site) is None

    def test_no_capture_settings_means_no_capture(self) -> None:
        [run] = runs(v1(payloads()["9c_co_no_capture"]))
        assert "capture_settings" not in run.settings

    def test_an_empty_list_means_no_run(self) -> None:
        plan = v1(payloads()["9a_co_no_pipelines"])
        assert reasons(plan) == (None, ["No pipeline was asked for"])

    def test_an_empty_monitor_means_no_run(self) -> None:
        plan = v1(payloads()["9b_co_no_capsule"])
        assert reasons(plan) == (None, ["pipeline_monitor_capsule_id is empty"])

    def test_a_given_monitor_is_to_run_them(self) -> None:
        given = self.configs(
            pipeline_monitor_capsule_id="monitor", pipeline_monitor_capsule_settings=[RUN, RUN]
        )
        found = [run.settings["pipeline_monitor_capsule_id"] for run in runs(v1_job(**given))]
        assert found == ["monitor", "monitor"]

    def test_runs_that_are_not_spoken_of_are_the_job_types(self) -> None:
        known = presets(
            {
                "ecephys/tasks/run_codeocean_pipeline": {
                    "job_settings": {"pipeline_monitor_capsule_settings": [RUN]}
                }
            }
        )
        [run] = runs(v1_job(known))
        assert run.label == "p1"
        assert run.origins["run_params"].startswith("preset ")
        plan = v1_job(known, **self.configs(pipeline_monitor_capsule_settings=[]))
        assert reasons(plan)[1] == ["No pipeline was asked for"]
        other = {"run_params": {"capsule_id": "c1"}}
        plan = v1_job(known, **self.configs(pipeline_monitor_capsule_settings=[other]))
        assert [each.label for each in runs(plan)] == ["c1"]

    def test_the_older_way_to_name_a_capsule(self) -> None:
        plan = v1_job(process_capsule_id="c1", input_data_mount="in")
        [run] = runs(plan)
        assert run.label == "c1"
        assert run.settings["run_params"] == {
            "capsule_id": "c1",
            "data_assets": [{"id": "", "mount": "in"}],
        }
        assert run.settings["capture_settings"]["custom_metadata"]["data level"] == "derived"

    def test_what_cannot_run_is_refused_at_once(self) -> None:
        capture = {"tags": [], "process_name_suffix_tz": "America/Seattle"}
        given = self.configs(
            pipeline_monitor_capsule_settings=[
                {"run_params": {}},
                {"run_params": {"capsule_id": "c", "pipeline_id": "p"}},
                {**RUN, "capture_settings": capture},
            ]
        )
        with pytest.raises(RequestInvalid) as raised:
            v1_job(**given)
        place = "upload_jobs[0].codeocean_configs.pipeline_monitor_capsule_settings"
        assert [(each["code"], each["field"]) for each in raised.value.problems] == [
            ("run_not_named", f"{place}[0].run_params"),
            ("run_not_named", f"{place}[1].run_params"),
            ("time_zone_unknown", f"{place}[2].capture_settings.process_name_suffix_tz"),
        ]


class TestRunsV2:
    def test_one_run_for_each_modality_that_has_settings(self) -> None:
        plan = v2_job({"codeocean_pipeline_settings": {"ecephys": monitored(RUN)}})
        [run] = runs(plan)
        assert (run.map_index, run.label) == (0, "p1")
        assert run.origins["run_params/pipeline_id"] == "request"

    def test_settings_lie_over_those_of_the_preset(self) -> None:
        known = presets(
            {
                "v2/default/tasks/codeocean_pipeline_settings/ecephys": monitored(
                    RUN, pipeline_monitor_capsule_id="monitor"
                )
            }
        )
        tasks = {"codeocean_pipeline_settings": {"ecephys": monitored({"alert_url": "https://a"})}}
        [run] = runs(v2_job(tasks, known, job_type="default"))
        assert run.settings["run_params"]["pipeline_id"] == "p1"
        assert run.settings["pipeline_monitor_capsule_id"] == "monitor"
        assert run.settings["alert_url"] == "https://a"

    def test_results_go_to_the_default_bucket_unless_they_have_another(self) -> None:
        def target(**capture: Any) -> Any:
            settings = {**RUN, "capture_settings": {"tags": [], **capture}}
            tasks = {"codeocean_pipeline_settings": {"ecephys": monitored(settings)}}
            [run] = runs(v2_job(tasks, rules=policy(results_bucket="results")))
            return run.settings["capture_settings"]["target"]["aws"]["bucket"]

        assert target() == "results"
        assert target(target={"aws": {"bucket": "mine"}}) == "mine"

    def test_inputs_without_an_id_are_the_registered_asset(self) -> None:
        settings = {"run_params": {"pipeline_id": "p1", "data_assets": [{"mount": "m"}]}}
        tasks = {"codeocean_pipeline_settings": {"ecephys": monitored(settings)}}
        [run] = runs(v2_job(tasks))
        assert run.settings["run_params"]["data_assets"] == [{"id": "", "mount": "m"}]

    def test_members_that_are_not_known_are_left_out(self) -> None:
        asset = {"id": "", "mount": "m", "name": ""}
        settings = {"run_params": {"pipeline_id": "p1", "data_assets": [asset]}, "new": 1}
        tasks = {"codeocean_pipeline_settings": {"ecephys": monitored(settings)}}
        [run] = runs(v2_job(tasks))
        assert run.settings["run_params"]["data_assets"] == [{"id": "", "mount": "m"}]
        assert "new" not in run.settings

    @pytest.mark.parametrize("name", ["codeocean_pipeline_settings", "run_codeocean_pipeline"])
    def test_all_runs_may_be_left_out(self, name: str) -> None:
        known = presets({"v2/default/tasks/codeocean_pipeline_settings/ecephys": monitored(RUN)})
        tasks = {name: {"skip_task": True}}
        plan = v2_job(tasks, known, job_type="default")
        assert reasons(plan) == (None, ["Skipped by the request"])
        content = json.dumps({"upload_jobs": [job_v2(tasks=tasks, job_type="default")]})
        warnings = accept_v2(content.encode(), policy(), known).warnings
        assert "task_unknown" not in {warning["code"] for warning in warnings}

    def test_one_run_may_be_left_out(self) -> None:
        known = presets({"v2/default/tasks/codeocean_pipeline_settings/ecephys": monitored(RUN)})
        tasks = {"codeocean_pipeline_settings": {"ecephys": {"skip_task": True}}}
        [run] = runs(v2_job(tasks, known, job_type="default"))
        assert (run.label, run.skip_reason) == ("p1", "Skipped by the request")

    def test_what_is_wrong_names_its_place(self) -> None:
        place = (
            "upload_jobs[0].tasks.codeocean_pipeline_settings.ecephys.job_settings"
            ".pipeline_monitor_settings"
        )
        assert problems_v2({"run_params": {"capsule_id": 1}}) == [
            ("string_type", f"{place}.run_params.capsule_id")
        ]
        assert problems_v2({"capture_settings": {"tags": []}}) == [
            ("missing", f"{place}.run_params")
        ]
        late = {**RUN, "computation_timeout": 1}
        assert problems_v2(late) == [("timeout_too_short", f"{place}.computation_timeout")]
        assert problems_v2({"run_params": "x", "other": 1}) == [
            ("model_attributes_type", f"{place}.run_params")
        ]


def test_the_plan_tells_of_registration_and_runs() -> None:
    told = describe(v1(payloads()["4_codeocean"]))
    tasks = {task["task_id"]: task for task in told["tasks"]}
    assert tasks["register_data_asset"]["settings"]["tags"][0] == "731015"
    assert tasks["run_codeocean_pipeline"]["label"] == "87cbe6ce-9b38-4266-8d4a-62f0e23ba2d6"
    assert tasks["run_codeocean_pipeline"]["executor"] == {"runs_as": "polled"}
