"""A job's page says what became of its metadata."""

import html
from typing import Any

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import UNMAPPED
from aind_data_transfer_service.domain.states import AttemptState, TaskState

from ..factories import Jobsite
from ..web_client import WebClient

GATHERED: dict[str, Any] = {
    "source": "aind-metadata-mapper",
    "versions": {"aind-metadata-mapper": "0.29.3"},
    "incomplete": [],
    "warnings": ["rig.json: 422 Models have not been validated."],
}
CHECKED: dict[str, Any] = {
    "valid": ["subject.json"],
    "invalid": ["session.json"],
    "unchecked": {"rig.json": "it declares no schema_version"},
    "warnings": ["session.json is not valid: <b>", "procedures.json is missing"],
}


def page_of(web: WebClient, jobsite: Jobsite, **outputs: dict[str, Any]) -> str:
    job_id = jobsite.running()
    for name, values in outputs.items():
        jobsite.attempt(job_id, TaskId(name), log="", end=AttemptState.SUCCESS)
        jobsite.change_task(job_id, TaskId(name), UNMAPPED, TaskState.SUCCESS, outputs=values)
    answer = web.get(f"/jobs/{job_id}")
    assert answer.status_code == 200
    return answer.text


def test_source_verdicts_and_remarks_are_shown(web: WebClient, jobsite: Jobsite) -> None:
    text = page_of(web, jobsite, gather_preliminary_metadata=GATHERED, check_metadata_files=CHECKED)
    assert "<dt>Gathered by</dt><dd>aind-metadata-mapper 0.29.3</dd>" in text
    assert "<dt>Valid</dt><dd>subject.json</dd>" in text
    assert "<dt>Not valid</dt><dd>session.json</dd>" in text
    assert "rig.json (it declares no schema_version)" in text
    assert "3 remarks" in text
    assert html.escape("session.json is not valid: <b>") in text
    assert "Incomplete:" not in text


def test_a_job_that_goes_on_incomplete_is_marked(web: WebClient, jobsite: Jobsite) -> None:
    gathered = GATHERED | {"incomplete": ["procedures.json", "subject.json"]}
    text = page_of(web, jobsite, gather_preliminary_metadata=gathered)
    assert "did not give procedures.json, subject.json" in text


def test_the_record_in_the_document_store_is_shown(web: WebClient, jobsite: Jobsite) -> None:
    record = {"id": "5ca4a951", "created": True, "place": "a.example.org:1, index.assets"}
    registered: dict[str, Any] = {"record": record}
    text = page_of(
        web, jobsite, gather_preliminary_metadata=GATHERED, register_data_asset=registered
    )
    assert "<code>5ca4a951</code>, added to a.example.org:1, index.assets" in text
    assert "Not in the document store" not in text


def test_a_job_that_goes_on_without_its_record_is_marked(web: WebClient, jobsite: Jobsite) -> None:
    registered = {"record": None, "warnings": ["The record is not in the document store: away."]}
    text = page_of(
        web, jobsite, gather_preliminary_metadata=GATHERED, register_data_asset=registered
    )
    assert "<strong>Not in the document store:</strong>" in text
    assert "<li>The record is not in the document store: away.</li>" in text


def test_nothing_is_shown_before_the_metadata_are_gathered(
    web: WebClient, jobsite: Jobsite
) -> None:
    assert 'id="metadata"' not in page_of(web, jobsite)
