"""What holds for any V2 request."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from aind_data_transfer_service.wire.v1 import InvalidRequest, NotJson
from aind_data_transfer_service.wire.v2 import Task, find_warnings, normalise, parse_request

from .samples import job
from .strategies import JSON, jobs


@settings(max_examples=40)
@given(st.lists(jobs(), min_size=1, max_size=2, unique_by=lambda each: str(each["subject_id"])))
def test_validating_the_normal_form_gives_an_equal_request(uploads: list[dict[str, Any]]) -> None:
    request = parse_request(json.dumps({"upload_jobs": uploads}).encode())
    normalised = normalise(request)

    assert parse_request(json.dumps(normalised).encode()) == request
    assert normalise(parse_request(normalised)) == normalised
    for sent, found in zip(uploads, request.upload_jobs, strict=True):
        for name, task in sent["tasks"].items():
            settled = found.tasks[name]
            if isinstance(settled, Task):
                assert settled == Task(**task)
            else:
                assert settled == {key: Task(**value) for key, value in task.items()}


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_anything_else_is_refused_by_name(body: bytes) -> None:
    with suppress(InvalidRequest, NotJson):
        assert parse_request(body).upload_jobs


@given(JSON, st.sampled_from(["tasks", "modalities", "platform", "acq_datetime", "job_type"]))
def test_any_value_of_a_field_is_accepted_or_refused_at_its_place(value: Any, field: str) -> None:
    content = {"upload_jobs": [job(**{field: value})]}
    places = {("upload_jobs", 0, field)}
    try:
        request = parse_request(content)
        found = {warning.loc[:3] for warning in find_warnings(content, request)}
    except InvalidRequest as refused:
        found = {problem.loc[:3] for problem in refused.problems}
    assert found <= places
