"""Every recorded answer of the reference to V2 requests."""

import json

import pytest

from aind_data_transfer_service.wire.v1 import InvalidRequest
from aind_data_transfer_service.wire.v2 import normalise, parse_request

from ..v1.samples import in_one_order
from .samples import JOB_TYPES, PROJECTS, Recorded, recorded

CASES = recorded()
# As later releases of the reference: 1.18 made the platform optional, 1.22 checked the modalities.
LATER_ACCEPTED = {"ok_no_platform"}
LATER_REFUSED = {
    "err_bad_modality_key": "upload_jobs[0].tasks.modality_transformation_settings.foo",
    "err_modality_task_not_dict": "upload_jobs[0].tasks.codeocean_pipeline_settings",
}
ACCEPTED = [case for case in CASES if case.status == 200 and case.name not in LATER_REFUSED]
REFUSED = [case for case in CASES if case.status == 406 and case.name not in LATER_ACCEPTED]


def _ids(cases: list[Recorded]) -> list[str]:
    return [case.name for case in cases]


def test_all_kinds_of_answer_are_recorded() -> None:
    assert len(ACCEPTED) >= 6
    assert len(REFUSED) >= 6


@pytest.mark.parametrize("case", ACCEPTED, ids=_ids(ACCEPTED))
def test_an_accepted_request_has_the_same_normal_form(case: Recorded) -> None:
    body = json.dumps(case.content).encode()
    normalised = normalise(parse_request(body, project_names=PROJECTS, job_types=JOB_TYPES))

    assert in_one_order(normalised) == in_one_order(case.normalised())
    assert normalise(parse_request(normalised)) == normalised


@pytest.mark.parametrize("case", REFUSED, ids=_ids(REFUSED))
def test_a_refused_request_is_refused_in_the_same_words(case: Recorded) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(case.content, project_names=PROJECTS, job_types=JOB_TYPES)

    assert json.loads(refused.value.reference_errors()) == case.errors()


def test_a_session_without_a_platform() -> None:
    [case] = [case for case in CASES if case.name in LATER_ACCEPTED]
    [job] = parse_request(case.content).upload_jobs

    assert job.platform is None
    assert job.s3_prefix == "690165_2024-02-19_11-25-17"


@pytest.mark.parametrize("name", LATER_REFUSED)
def test_settings_that_are_not_by_modality(name: str) -> None:
    [case] = [case for case in CASES if case.name == name]

    with pytest.raises(InvalidRequest) as refused:
        parse_request(case.content)

    assert [problem.field for problem in refused.value.problems] == [LATER_REFUSED[name]]
