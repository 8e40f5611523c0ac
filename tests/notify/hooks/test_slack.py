import dataclasses
import json

from aind_data_transfer_service.notify.hooks.slack import slack_body

from ..facts import FACTS


def test_a_message_names_the_asset_the_reason_and_the_job() -> None:
    text = json.loads(slack_body("fail", FACTS))["text"]
    assert text.startswith("*Failed: ecephys_690165_2024-02-19_11-25-17 (open_ephys_truncated)*\n")
    assert "What to do: Copy the file again." in text
    assert "<https://transfer.example.org/jobs/job-1|Open the job>" in text


def test_nothing_that_is_said_becomes_markup() -> None:
    facts = dataclasses.replace(FACTS, error_message="<!channel> & <@U1>", job_url=None)
    text = json.loads(slack_body("fail", facts))["text"]
    assert "&lt;!channel&gt; &amp; &lt;@U1&gt;" in text
    assert "<" not in text
