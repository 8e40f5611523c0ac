import dataclasses

import pytest

from aind_data_transfer_service.notify.digest import digest_of
from aind_data_transfer_service.notify.layout import as_html, as_text
from aind_data_transfer_service.notify.messages import Event

from .facts import FACTS

ENDS: list[Event] = ["end", "fail", "end", "cancelled"]


def test_a_digest_counts_and_tells_the_worst_first() -> None:
    facts = [dataclasses.replace(FACTS, asset_name=f"asset-{i}") for i in range(len(ENDS))]
    letter = digest_of(list(zip(ENDS, facts, strict=True)))
    assert letter.subject == "4 uploads ended: 1 failed, 1 cancelled, 2 uploaded"
    assert [row.label for row in letter.rows] == ["asset-1", "asset-3", "asset-0", "asset-2"]
    assert letter.rows[0].value == (
        "Failed in compress_data (open_ephys_truncated).\n"
        "continuous.dat is 2 bytes short <of 10>.\n"
        "Copy the file again."
    )
    assert letter.rows[2].value == "Uploaded and verified, 12,345 files, 1.2 TB"
    assert letter.alarming


def test_without_failures_it_is_calm() -> None:
    assert not digest_of([("end", FACTS), ("cancelled", FACTS)]).alarming


@pytest.mark.parametrize("form", [as_text, as_html])
def test_each_asset_leads_to_its_job(form: object) -> None:
    assert callable(form)
    said = form(digest_of([("fail", FACTS), ("end", FACTS), ("end", FACTS)]))
    assert said.count("https://transfer.example.org/jobs/job-1") == 3


def test_as_text_what_belongs_to_an_asset_is_indented() -> None:
    text = as_text(digest_of([("fail", FACTS), ("end", FACTS)]))
    assert (
        f"\n{FACTS.asset_name}: Failed in compress_data (open_ephys_truncated).\n"
        "  continuous.dat is 2 bytes short <of 10>.\n"
        "  Copy the file again.\n"
        "  https://transfer.example.org/jobs/job-1\n"
        f"{FACTS.asset_name}: Uploaded and verified"
    ) in text


def test_nothing_that_is_said_becomes_markup() -> None:
    evil = dataclasses.replace(FACTS, asset_name="<img src=x>", job_url='https://x/"><img>')
    assert "<img" not in as_html(digest_of([("end", evil)] * 3))
