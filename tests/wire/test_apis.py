import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.wire.apis import api_of

from ..server.requests import request, v2_request


@pytest.mark.parametrize(
    ("content", "api"),
    [
        (request(), "v1"),
        (v2_request(), "v2"),
        (v2_request(tasks={}), "v2"),
        ({"dag_id": "transform_and_upload_v2", "upload_jobs": []}, "v2"),
        ({"dag_id": "transform_and_upload", "upload_jobs": []}, "v1"),
    ],
)
def test_a_request_tells_its_api(content: dict[str, Any], api: str) -> None:
    assert api_of(content) == api
    assert api_of(json.dumps(content).encode()) == api


@given(
    st.binary() | st.recursive(st.none() | st.text(), st.lists).map(lambda v: {"upload_jobs": v})
)
def test_what_is_no_v2_request_is_left_to_v1(content: Any) -> None:
    assert api_of(content) == "v1"
