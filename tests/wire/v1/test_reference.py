"""Every recorded answer of the reference and every payload of its clients."""

import json
from typing import Any

import pytest

from aind_data_transfer_service.wire.v1 import InvalidRequest, NotJson, normalise, parse_request

from .samples import (
    PROJECTS,
    REFUSED_ON_PURPOSE,
    Recorded,
    expected,
    in_one_order,
    payloads,
    recorded,
    without_nulls,
)

CASES = recorded()
ACCEPTED = [
    case
    for case in CASES
    if case.status == 200
    and case.name.split("-")[1] not in REFUSED_ON_PURPOSE
    and "validated_model_json" in case.data
]
REJECTED = [case for case in CASES if case.status == 406]
FAILED = [case for case in CASES if case.status == 500]
# Where our errors stand at a nearer place than the reference's.
NEARER = {
    "validate_json-err_s3_prefix_mismatch": ["upload_jobs", 0, "s3_prefix"],
    "validate_json-err_session_settings_unknown_name": [
        *("upload_jobs", 0, "metadata_configs", "session_settings", "job_settings")
    ],
}


def _ids(cases: list[Recorded]) -> list[str]:
    return [case.name for case in cases]


def _body(case: Recorded) -> bytes:
    text = case.content if isinstance(case.content, str) else json.dumps(case.content)
    return text.encode()


def test_all_kinds_of_answer_are_recorded() -> None:
    assert len(ACCEPTED) >= 18
    assert len(REJECTED) >= 17
    assert len(FAILED) >= 3


@pytest.mark.parametrize("case", ACCEPTED, ids=_ids(ACCEPTED))
def test_an_accepted_request_has_the_same_normal_form(case: Recorded) -> None:
    normalised = normalise(parse_request(_body(case), project_names=PROJECTS))

    assert in_one_order(normalised) == in_one_order(case.data["validated_model_json"])
    assert normalise(parse_request(normalised)) == normalised


@pytest.mark.parametrize("case", REJECTED, ids=_ids(REJECTED))
def test_a_rejected_request_is_rejected_at_the_same_place(case: Recorded) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(_body(case), project_names=PROJECTS)

    ours = json.loads(refused.value.reference_errors())
    assert [item["type"] for item in ours] == [item["type"] for item in case.errors()]
    assert [item["loc"] for item in ours] == [
        NEARER.get(case.name, item["loc"]) for item in case.errors()
    ]
    for mine, theirs in zip(ours, case.errors(), strict=True):
        assert mine.keys() == theirs.keys()
        assert mine["input"] == theirs["input"] or case.name in NEARER
        assert mine["url"] == theirs["url"]
    for problem, item in zip(refused.value.problems, ours, strict=True):
        assert list(problem.loc) == item["loc"]
        assert problem.field in problem.message


@pytest.mark.parametrize("case", FAILED, ids=_ids(FAILED))
def test_what_made_the_reference_fail_is_an_ordinary_error(case: Recorded) -> None:
    if isinstance(case.content, str):
        with pytest.raises(NotJson, match="not valid JSON"):
            parse_request(_body(case))
        return
    with pytest.raises(InvalidRequest) as refused:
        parse_request(_body(case), project_names=PROJECTS)
    assert [problem.field for problem in refused.value.problems] == ["upload_jobs[0].platform"]


@pytest.mark.parametrize(("name", "content"), payloads().items(), ids=payloads())
def test_payloads_of_the_published_clients(name: str, content: Any) -> None:
    if name == "11_s3_upload":
        # Another kind of request, which the V1 service refuses too.
        with pytest.raises(InvalidRequest, match=r"upload_jobs\[0\].project_name"):
            parse_request(content)
        return
    normalised = normalise(parse_request(content))

    wanted = expected(name) if name == "10_minimal_handwritten" else with_computed(content)
    assert in_one_order(normalised) == in_one_order(wanted)
    assert normalise(parse_request(normalised)) == normalised


def with_computed(content: Any) -> Any:
    """Return a payload, which its client normalised already, as the server writes it."""
    wanted = without_nulls(content)
    for upload in wanted["upload_jobs"]:
        upload.setdefault("s3_prefix", upload["trigger_capsule_configs"]["prefix"])
        for configs in upload["modalities"]:
            configs.setdefault("output_folder_name", configs["modality"]["abbreviation"])
    return wanted
