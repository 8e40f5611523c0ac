"""Warnings of requests that are accepted."""

from typing import Any

from aind_data_transfer_service.wire.problems import Problem
from aind_data_transfer_service.wire.v2 import find_warnings, normalise, parse_request

from .samples import job, request


def warnings(content: Any) -> list[Problem]:
    found = list(find_warnings(content, parse_request(content)))
    for warning in found:
        assert warning.field in warning.message
    return found


def one(**members: Any) -> tuple[str, str, str | None]:
    [warning] = warnings(request(**members))
    return warning.code, warning.field.removeprefix("upload_jobs[0]."), warning.nearest


def test_a_sound_request_has_none() -> None:
    assert warnings(request()) == []
    assert warnings(normalise(parse_request(request()))) == []


def test_misspelt_fields() -> None:
    body = request(metadta_dir="/m", projectname="x") | {"user_emial": "a@example.org"}
    assert [(w.code, w.field, w.nearest) for w in warnings(body)] == [
        ("field_misspelt", "user_emial", "user_email"),
        ("field_left_out", "upload_jobs[0].metadta_dir", None),
        # project_name is given beside it, so it cannot have been meant.
        ("field_left_out", "upload_jobs[0].projectname", None),
    ]


def test_misspelt_members_of_tasks() -> None:
    skipped = {"upload_data_to_s3": {"skip_taks": True}}
    place = "tasks.upload_data_to_s3.skip_taks"
    assert one(tasks=skipped) == ("field_misspelt", place, "skip_task")
    compress = {"modality_transformation_settings": {"ecephys": {"job_setings": {}, "image": "x"}}}
    place = "tasks.modality_transformation_settings.ecephys.job_setings"
    assert one(tasks=compress) == ("field_misspelt", place, "job_settings")
    resources = {"upload_data_to_s3": {"image_resource": {"memory": 1}}}
    place = "tasks.upload_data_to_s3.image_resource"
    assert warnings(request(tasks=resources))[-1].nearest == "image_resources"
    assert warnings(request(tasks=resources))[-1].field == f"upload_jobs[0].{place}"


def test_tasks_that_there_are_not() -> None:
    misspelt = {"check_s3_folder_exist": {"skip_task": True}}
    assert one(tasks=misspelt) == (
        "task_unknown",
        "tasks.check_s3_folder_exist",
        "check_s3_folder_exists",
    )
    assert one(tasks={"polish_data": {}}) == ("task_unknown", "tasks.polish_data", None)
    assert one(tasks={"update_docdb_record": {}})[0] == "task_retired"


def test_a_modality_that_the_job_does_not_have() -> None:
    tasks = {"modality_transformation_settings": {"behavior": {"image": "x"}}}
    place = "tasks.modality_transformation_settings.behavior"
    assert one(tasks=tasks) == ("modality_not_in_job", place, None)


def test_a_name_other_than_the_computed_one() -> None:
    assert one(s3_prefix="1_2020-01-01_00-00-00") == (
        "s3_prefix_differs",
        "s3_prefix",
        "655019_2022-05-10_16-05-06",
    )


def test_a_date_without_dashes_is_seconds() -> None:
    [warning] = warnings({"upload_jobs": [job(acq_datetime="20220510")]})
    assert warning.code == "datetime_is_number"
    assert "1970-08-23" in warning.message
