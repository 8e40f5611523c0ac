"""Properties of all requests that are valid."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aind_data_transfer_service.wire.v1 import (
    InvalidRequest,
    SubmitJobRequest,
    find_warnings,
    normalise,
    parse_request,
)

from .strategies import JSON, requests


@contextmanager
def odd_environment() -> Iterator[None]:
    """Set every variable from which the reference let values leak into requests."""
    names = ("SOURCE", "COMPRESS_RAW_DATA", "USER_EMAIL", "JOB_TYPE", "S3_BUCKET", "METADATA_DIR")
    patch = pytest.MonkeyPatch()
    with patch.context() as variables:
        for name in (*names, "EMAIL_NOTIFICATION_TYPES", "MODALITIES", "BERGAMO_NOTES", "BUCKET"):
            variables.setenv(name, "odd")
            variables.setenv(name.lower(), "odd")
        yield


@settings(deadline=None, max_examples=50)
@given(requests)
def test_a_valid_request_is_accepted_and_its_normal_form_is_stable(content: Any) -> None:
    parsed = parse_request(content)

    normalised = normalise(parsed)

    again = parse_request(json.dumps(normalised).encode())
    assert normalise(again) == normalised
    assert parsed.model_dump_json(exclude_none=True) == again.model_dump_json(exclude_none=True)
    for before, after in zip(content["upload_jobs"], normalised["upload_jobs"], strict=True):
        assert after["subject_id"] == before["subject_id"]
        assert len(after["modalities"]) == len(before["modalities"])
        assert after["codeocean_configs"]["register_data_settings"]["name"] == after["s3_prefix"]


@settings(deadline=None, max_examples=50)
@given(requests)
def test_the_environment_changes_nothing(content: Any) -> None:
    before = normalise(parse_request(content))

    with odd_environment():
        assert os.environ["SOURCE"] == "odd"
        assert normalise(parse_request(content)) == before


@settings(deadline=None, max_examples=50)
@given(requests)
def test_what_a_script_posts_is_read_as_the_same(content: Any) -> None:
    """Scripts build the request from objects and post it without its computed members or nulls."""
    built = SubmitJobRequest.model_validate(content)

    posted = built.model_dump_json(round_trip=True, exclude_none=True)

    assert normalise(parse_request(posted.encode())) == normalise(built)


@settings(deadline=None)
@given(JSON | st.dictionaries(st.sampled_from(["upload_jobs", "user_email"]), JSON))
def test_any_json_is_accepted_or_refused_with_places(content: Any) -> None:
    find_warnings(content)
    with pytest.raises(InvalidRequest) as refused:
        parse_request(content)
    assert refused.value.problems
    json.dumps(refused.value.as_dict())
    assert isinstance(json.loads(refused.value.reference_errors()), list)
