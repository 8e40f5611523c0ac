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
from aind_data_transfer_service.wire.vocabulary import MODALITIES, PLATFORMS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
PATHS = st.from_regex(r"\A(/[A-Za-z0-9 ._-]{1,8}){1,4}\Z")


def _spelling(abbreviation: str) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [abbreviation, abbreviation.upper(), abbreviation.lower(), abbreviation.replace("-", "_")]
    )


@st.composite
def modalities(draw: st.DrawFn) -> list[dict[str, Any]]:
    words = draw(
        st.lists(st.sampled_from(MODALITIES.abbreviations), min_size=1, max_size=4, unique=True)
    )
    chosen = []
    for number, word in enumerate(words):
        term = MODALITIES.get(word)
        as_object = st.just({"name": term.name, "abbreviation": term.abbreviation})
        chosen.append(
            {
                "modality": draw(_spelling(word) | as_object),
                "source": f"/data/{number}{draw(PATHS)}",
                "compress_raw_data": draw(st.none() | st.booleans()),
                "job_settings": draw(
                    st.none() | st.dictionaries(st.text(max_size=5), JSON, max_size=3)
                ),
                "slurm_settings": draw(
                    st.none()
                    | st.fixed_dictionaries(
                        {"environment": st.just({})},
                        optional={"time_limit": st.integers(1, 9999), "qos": st.text(max_size=5)},
                    )
                ),
            }
        )
    return chosen


jobs = st.fixed_dictionaries(
    {
        "project_name": st.text(max_size=10),
        "platform": st.sampled_from(PLATFORMS.abbreviations).flatmap(_spelling),
        "modalities": modalities(),
        "subject_id": st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9-]|\.(?!\.)){0,10}\Z"),
        "acq_datetime": st.datetimes().filter(lambda time: time.year >= 1000).map(str),
    },
    optional={
        "s3_bucket": st.none() | st.text(max_size=8) | st.sampled_from(["open", "private"]),
        "metadata_dir": st.none() | PATHS,
        "force_cloud_sync": st.booleans(),
        "user_email": st.none() | st.just("my.name@example.org"),
        "email_notification_types": st.none()
        | st.lists(st.sampled_from(["begin", "end", "fail", "retry", "all"])),
        "process_capsule_id": st.none() | st.text(max_size=5),
        "input_data_mount": st.none() | st.text(max_size=5),
        "zz_extra": JSON,
    },
)
requests = st.fixed_dictionaries(
    {"upload_jobs": st.lists(jobs, min_size=1, max_size=3)},
    optional={
        "job_type": st.none() | st.text(max_size=5),
        "user_email": st.none() | st.just("lab@example.org"),
        "email_notification_types": st.lists(st.sampled_from(["begin", "fail"])),
        "zz_extra": JSON,
    },
)


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
