"""The rules of the V2 models, one by one."""

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from aind_data_transfer_service.models.core import SubmitJobRequestV2, Task, UploadJobConfigsV2
from aind_data_transfer_service.wire.problems import Problem
from aind_data_transfer_service.wire.v1 import InvalidRequest
from aind_data_transfer_service.wire.v2 import normalise, parse_request

from .samples import job, request


def problems(content: Any) -> list[Problem]:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(content)
    return list(refused.value.problems)


def only_job(**members: Any) -> UploadJobConfigsV2:
    [found] = parse_request(request(**members)).upload_jobs
    return found


class TestJob:
    @pytest.mark.parametrize(
        ("given", "name"),
        [
            ("2022-05-10T16:05:06", "655019_2022-05-10_16-05-06"),
            ("2022-05-10 16:05:06.5-07:00", "655019_2022-05-10_16-05-06"),
            ("2022-05-10", "655019_2022-05-10_00-00-00"),
            (1652198706, "655019_2022-05-10_16-05-06"),
        ],
    )
    def test_is_named_by_its_digits(self, given: object, name: str) -> None:
        assert only_job(acq_datetime=given).s3_prefix == name

    def test_platform_comes_first_in_the_name(self) -> None:
        assert only_job(platform={"name": "SmartSPIM platform"}).s3_prefix.startswith("SmartSPIM_")

    def test_terms_may_be_objects_of_other_packages(self) -> None:
        found = UploadJobConfigsV2(
            **job(
                platform=SimpleNamespace(name="Behavior platform", abbreviation="behavior"),
                modalities=[SimpleNamespace(name="Behavior", abbreviation="behavior")],
                tasks={"upload_data_to_s3": Task(skip_task=True)},
            )
        )

        assert found.s3_prefix == "behavior_655019_2022-05-10_16-05-06"
        assert found.model_dump(mode="json", exclude_none=True)["modalities"] == [
            {"name": "Behavior", "abbreviation": "behavior"}
        ]

    @pytest.mark.parametrize(
        ("members", "field", "code"),
        [
            ({"s3_bucket": "scratch"}, "s3_bucket", "unknown_value"),
            ({"s3_bucket": None}, "s3_bucket", "unknown_value"),
            ({"subject_id": 655019}, "subject_id", "string_type"),
            ({"subject_id": "a/b"}, "subject_id", "name_part_invalid"),
            ({"modalities": []}, "modalities", "too_short"),
            ({"modalities": [{"abbreviation": "x"}]}, "modalities[0]", "unknown_value"),
            (
                {"modalities": [{"abbreviation": "ecephys"}, {"abbreviation": "ecephys"}]},
                "modalities[1]",
                "modality_repeated",
            ),
            ({"platform": {"name": "x"}}, "platform", "unknown_value"),
            (
                {"acq_datetime": "10/13/2020 1:10:10 PM"},
                "acq_datetime",
                "datetime_from_date_parsing",
            ),
            ({"tasks": None}, "tasks", "dict_type"),
            (
                {"email_notification_types": ["FAIL"]},
                "email_notification_types[0]",
                "unknown_value",
            ),
        ],
    )
    def test_bad_values_are_named(self, members: dict[str, Any], field: str, code: str) -> None:
        [problem] = problems(request(**members))
        assert (problem.field, problem.code) == (f"upload_jobs[0].{field}", code)
        assert problem.field in problem.message

    def test_the_environment_has_no_say(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("USER_EMAIL", "JOB_TYPE", "PLATFORM", "S3_BUCKET", "DAG_ID", "PROJECT_NAME"):
            monkeypatch.setenv(name, "nonsense")
        dump = normalise(parse_request(request()))
        assert "nonsense" not in str(dump)


class TestTasks:
    def test_by_modality_or_not(self) -> None:
        tasks = only_job(
            modalities=[{"abbreviation": "behavior"}],
            tasks={
                "gather_preliminary_metadata": {"job_settings": {"metadata_dir": "/m"}},
                "modality_transformation_settings": {"behavior": {"image": "x"}},
                "codeocean_pipeline_settings": {"skip_task": True},
                "upload_data_to_s3": {},
            },
        ).tasks

        assert tasks["gather_preliminary_metadata"] == Task(job_settings={"metadata_dir": "/m"})
        assert tasks["modality_transformation_settings"] == {"behavior": Task(image="x")}
        assert tasks["codeocean_pipeline_settings"] == Task(skip_task=True)
        assert tasks["upload_data_to_s3"] == {}

    def test_settings_may_be_called_like_members_of_a_task(self) -> None:
        settings = {"skip_task": {"image": None}}
        task = only_job(tasks={"check_metadata_files": {"job_settings": settings}}).tasks
        assert task["check_metadata_files"] == Task(job_settings=settings)

    @pytest.mark.parametrize(
        ("task", "place"),
        [
            ({"skip_task": "perhaps"}, "upload_data_to_s3.skip_task"),
            ({"ecephys": {"image": 1}}, "upload_data_to_s3.ecephys.image"),
            ({"job_settings": ["a"]}, "upload_data_to_s3.job_settings"),
            (3, "upload_data_to_s3"),
            (None, "upload_data_to_s3"),
        ],
    )
    def test_errors_name_the_place(self, task: object, place: str) -> None:
        [problem] = problems(request(tasks={"upload_data_to_s3": task}))
        assert problem.field == f"upload_jobs[0].tasks.{place}"

    def test_a_misspelt_modality_has_a_nearest_one(self) -> None:
        tasks = {"modality_transformation_settings": {"behavior_videos": {"image": "x"}}}
        [problem] = problems(request(tasks=tasks))
        assert problem.nearest == "behavior-videos"

    def test_settings_that_are_not_json(self) -> None:
        with pytest.raises(ValidationError, match="valid JSON"):
            Task(job_settings={"a": object()})


class TestRequest:
    def test_a_thousand_jobs_and_no_more(self) -> None:
        jobs = [job(subject_id=str(number)) for number in range(1001)]
        assert len(parse_request({"upload_jobs": jobs[:1000]}).upload_jobs) == 1000
        assert [p.code for p in problems({"upload_jobs": jobs})] == ["too_long"]
        assert [p.code for p in problems({"upload_jobs": []})] == ["too_short"]

    def test_only_one_pipeline(self) -> None:
        [problem] = problems(request() | {"dag_id": "transform_and_upload"})
        assert problem.field == "dag_id"

    def test_whom_to_tell_unless_the_job_says_so_itself(self) -> None:
        body = {
            "user_email": "a@example.org",
            "email_notification_types": ["retry", "begin"],
            "upload_jobs": [
                job(),
                job(subject_id="2", user_email="b@example.org", email_notification_types=["all"]),
            ],
        }
        first, second = parse_request(body).upload_jobs
        assert (first.user_email, first.email_notification_types) == (
            "a@example.org",
            ["begin", "retry"],
        )
        assert (second.user_email, second.email_notification_types) == ("b@example.org", ["all"])

    def test_the_job_given_is_not_changed(self) -> None:
        given = UploadJobConfigsV2(**job())
        sent = SubmitJobRequestV2(user_email="a@example.org", upload_jobs=[given])
        assert given.user_email is None
        assert sent.upload_jobs[0].user_email == "a@example.org"

    def test_the_very_same_job_twice(self) -> None:
        jobs = [job(), job(user_email="a@example.org"), job(user_email="a@example.org")]
        [problem] = problems({"upload_jobs": jobs})
        assert (problem.code, problem.loc) == ("job_repeated", ())
        assert "Duplicate jobs found for 655019_2022-05-10_16-05-06" in problem.message
        assert len(parse_request({"upload_jobs": jobs[:2]}).upload_jobs) == 2

    @pytest.mark.parametrize(
        ("lists", "field"),
        [
            ({"project_names": ["Ephys Platforms"]}, "project_name"),
            ({"job_types": ["Default", "ecephys"]}, "job_type"),
        ],
    )
    def test_names_there_are(self, lists: dict[str, list[str]], field: str) -> None:
        with pytest.raises(InvalidRequest) as refused:
            parse_request(request(), **lists)
        [problem] = refused.value.problems
        [allowed] = lists.values()
        assert problem.field == f"upload_jobs[0].{field}"
        assert problem.allowed == tuple(allowed)
        assert problem.nearest == allowed[0]
