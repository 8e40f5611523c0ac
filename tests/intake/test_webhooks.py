"""Requests may name addresses to be told at, in both APIs."""

import json
from typing import Any

import pytest

from aind_data_transfer_service.intake.accepted import RequestInvalid
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.v1 import accept_v1

HOOK = "https://hooks.example.org/a?b=c"
OTHER = "http://hooks.example.org:8080/"
POLICY = IntakePolicy(
    bucket_urls={"default": "s3://bucket"},
    project_names=None,
    source_roots=(),
    path_checks="off",
)


def request(**given: Any) -> bytes:
    job = {
        "project_name": "p",
        "platform": "behavior",
        "modalities": [{"modality": "behavior", "source": "/a"}],
        "subject_id": "1",
        "acq_datetime": "2026-01-02T03:04:05",
    }
    jobs = [job | {"subject_id": "2"}, job | given.pop("job", {})]
    return json.dumps({"upload_jobs": jobs, **given}).encode()


def test_those_of_the_request_are_for_jobs_without_their_own() -> None:
    plans = accept_v1(request(webhooks=[HOOK], job={"webhooks": [OTHER]}), POLICY).plans
    assert [plan.webhooks for plan in plans] == [(HOOK,), (OTHER,)]


def test_an_empty_list_of_a_job_means_none() -> None:
    plans = accept_v1(request(webhooks=[HOOK], job={"webhooks": []}), POLICY).plans
    assert [plan.webhooks for plan in plans] == [(HOOK,), ()]


def test_without_any_the_normal_form_does_not_name_them() -> None:
    assert "webhooks" not in json.dumps(accept_v1(request(), POLICY).validated)


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://a/", "https://", "https://u:p@a/", "https://a/\n", "http://[", "http://a:0/"],
)
def test_what_cannot_be_called_is_refused(url: str) -> None:
    with pytest.raises(RequestInvalid) as refused:
        accept_v1(request(job={"webhooks": [HOOK, url]}), POLICY)
    [problem] = refused.value.problems
    assert (problem["code"], problem["field"]) == (
        "webhook_invalid",
        "upload_jobs[1].webhooks[1]",
    )


def test_a_service_that_calls_nobody_says_so() -> None:
    closed = IntakePolicy(
        bucket_urls=POLICY.bucket_urls,
        project_names=None,
        source_roots=(),
        path_checks="off",
        webhooks_allowed=False,
    )
    with pytest.raises(RequestInvalid) as refused:
        accept_v1(request(job={"webhooks": [HOOK]}), closed)
    [problem] = refused.value.problems
    assert (problem["code"], problem["field"]) == (
        "webhooks_not_allowed",
        "upload_jobs[1].webhooks",
    )
