"""What is accepted but looks like a mistake."""

from typing import Any

import pytest

from aind_data_transfer_service.wire.v1 import find_warnings

from .samples import job, modality, payloads, recorded, request

UNSUSPICIOUS = [
    case.content
    for case in recorded()
    if case.status == 200 and "bucket_" not in case.name and "job_settings" not in case.name
] + [content for name, content in payloads().items() if not name.startswith("11_")]


@pytest.mark.parametrize("content", UNSUSPICIOUS)
def test_requests_of_real_clients_raise_no_doubt(content: Any) -> None:
    assert find_warnings(content) == ()


@pytest.mark.parametrize(
    ("content", "field", "nearest"),
    [
        (request() | {"user_emial": "a@b.org"}, "user_emial", "user_email"),
        (request(metadata_dirs="/x"), "upload_jobs[0].metadata_dirs", "metadata_dir"),
        (
            request(**{"force-cloud-sync": True}),
            "upload_jobs[0].force-cloud-sync",
            "force_cloud_sync",
        ),
        (
            modality(compress_rawdata=False),
            "upload_jobs[0].modalities[0].compress_rawdata",
            "compress_raw_data",
        ),
        (
            modality(slurm_settings={"environment": {}, "standard_output": "/x"}),
            "upload_jobs[0].modalities[0].slurm_settings.standard_output",
            "standard_out",
        ),
        (
            request(codeocean_configs={"jobtype": "x"}),
            "upload_jobs[0].codeocean_configs.jobtype",
            "job_type",
        ),
    ],
)
def test_a_misspelt_field_is_pointed_out(content: Any, field: str, nearest: str) -> None:
    (warning,) = find_warnings(content)

    assert (warning.code, warning.field, warning.nearest) == ("field_misspelt", field, nearest)
    assert nearest in warning.message


def test_an_extra_that_is_like_no_field_raises_no_doubt() -> None:
    assert find_warnings(request(job_type="ecephys", operator="me")) == ()


def test_a_field_that_is_left_out_is_always_pointed_out() -> None:
    (warning,) = find_warnings(modality(slurm_settings={"environment": {}, "zzz": 1}))

    assert warning.code == "field_left_out"
    assert "left out" in warning.message


@pytest.mark.parametrize(
    ("bucket", "doubtful"),
    [
        ("prvate", True),
        ("archive", True),
        (3, True),
        ("open", False),
        ("default", False),
        ("aind-open-data", False),
        (None, False),
    ],
)
def test_a_bucket_that_becomes_the_default_is_pointed_out(bucket: object, doubtful: bool) -> None:
    found = find_warnings(request(s3_bucket=bucket))

    assert [warning.code for warning in found] == ["bucket_unknown"] * doubtful
    assert all(warning.field == "upload_jobs[0].s3_bucket" for warning in found)


def test_a_misspelt_bucket_has_a_nearest() -> None:
    (warning,) = find_warnings(request(s3_bucket="prvate"))

    assert warning.nearest == "private"


@pytest.mark.parametrize(
    "content", [None, [], {}, {"upload_jobs": 3}, {"upload_jobs": [None, job()]}]
)
def test_any_json_can_be_looked_at(content: object) -> None:
    assert find_warnings(content) == ()
