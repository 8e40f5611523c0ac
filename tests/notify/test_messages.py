import dataclasses
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.notify.mail import Envelope, compose
from aind_data_transfer_service.notify.messages import Event, NoticeFacts, letter_of

from .facts import FACTS

SENDER = "Data transfer <transfer@example.org>"
EVENTS: tuple[Event, ...] = ("begin", "end", "fail", "retry", "cancelled")


def mail(event: Event, facts: NoticeFacts) -> EmailMessage:
    envelope = Envelope(SENDER, "scientist@example.org", facts.occurred_at, facts.key)
    return compose(letter_of(event, facts), envelope)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content


class Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        ("begin", "Started: ecephys_690165_2024-02-19_11-25-17"),
        ("end", "Uploaded: ecephys_690165_2024-02-19_11-25-17"),
        ("fail", "Failed: ecephys_690165_2024-02-19_11-25-17 (open_ephys_truncated)"),
        ("retry", "Trying again: ecephys_690165_2024-02-19_11-25-17 (open_ephys_truncated)"),
        ("cancelled", "Cancelled: ecephys_690165_2024-02-19_11-25-17"),
    ],
)
def test_the_subject_says_what_happened_to_which_asset(event: Event, subject: str) -> None:
    message = mail(event, FACTS)
    assert message["Subject"] == subject
    assert message["To"] == "scientist@example.org"
    assert message["From"] == SENDER
    assert message["Date"] == "Fri, 02 Jan 2026 03:04:05 +0000"


@pytest.mark.parametrize("event", ["fail", "retry"])
def test_a_failure_says_why_what_to_do_and_where_to_look(event: Event) -> None:
    message = mail(event, FACTS)
    for words in (part(message, "plain"), Page(part(message, "html")).words):
        assert "compress_data (attempt 2)" in words
        assert "continuous.dat is 2 bytes short <of 10>." in words
        assert "Copy the file again." in words
        assert "<script>alert(1)</script> & line 2" in words
    assert "https://transfer.example.org/jobs/job-1" in part(message, "plain")
    assert 'href="https://transfer.example.org/jobs/job-1"' in part(message, "html")


def test_an_end_says_how_much_arrived_where() -> None:
    text = part(mail("end", FACTS), "plain")
    assert "Size: 12,345 files, 1.2 TB" in text
    assert "Took: 1 h 4 min 5 s" in text
    assert "Location: s3://bucket/ecephys_690165_2024-02-19_11-25-17" in text


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 kB"),
        (2_000_000, "2.0 MB"),
        (10**16, "10000.0 TB"),
    ],
)
def test_sizes_are_decimal(amount: int, words: str) -> None:
    facts = dataclasses.replace(FACTS, bytes=amount)
    assert f"files, {words}\n" in part(mail("end", facts), "plain")


@pytest.mark.parametrize("event", EVENTS)
def test_nothing_that_is_said_becomes_markup(event: Event) -> None:
    evil = '"><img src=x onerror=alert(1)>'
    facts = dataclasses.replace(
        FACTS, asset_name=evil, job_url=f"https://x/{evil}", project=evil, what_to_do=evil
    )
    page = Page(part(mail(event, facts), "html"))
    assert "img" not in page.tags
    assert "script" not in page.tags


@pytest.mark.parametrize("event", EVENTS)
def test_what_is_not_known_is_left_out(event: Event) -> None:
    facts = NoticeFacts(
        key="k",
        occurred_at=FACTS.occurred_at,
        job_id="job-1",
        asset_name="asset",
        location="file:///bucket/asset",
        project="p",
        subject_id="1",
    )
    assert "None" not in part(mail(event, facts), "plain")
    assert "None" not in part(mail(event, facts), "html")


def test_the_same_notice_has_the_same_id_and_another_has_another() -> None:
    first = mail("fail", FACTS)["Message-ID"]
    assert mail("fail", FACTS)["Message-ID"] == first
    assert first.endswith("@example.org>")
    assert mail("fail", dataclasses.replace(FACTS, key="other"))["Message-ID"] != first


@given(st.text(), st.sampled_from(EVENTS))
def test_whatever_an_error_says_the_mail_can_be_sent_and_read(text: str, event: Event) -> None:
    facts = dataclasses.replace(
        FACTS, error_code=text, error_message=text, log_tail=text, asset_name=f"a{text}"
    )
    sent = mail(event, facts).as_bytes(policy=policy.SMTP)
    received = message_from_bytes(sent, policy=policy.default)
    assert received["To"] == "scientist@example.org"
    assert received["Auto-Submitted"] == "auto-generated"
    assert "Location" in part(received, "plain")


def test_a_removal_of_sources_that_failed_is_no_failed_upload() -> None:
    facts = dataclasses.replace(FACTS, task="remove_source_folders", error_code="sources_kept")
    message = mail("fail", facts)
    assert message["Subject"] == (
        "Uploaded, sources not removed: ecephys_690165_2024-02-19_11-25-17 (sources_kept)"
    )
    assert "is uploaded and verified" in part(message, "plain")


def test_what_was_removed_is_said() -> None:
    assert "Sources removed" not in part(mail("end", FACTS), "plain")
    facts = dataclasses.replace(FACTS, removed_files=1200, removed_bytes=5_000_000)
    assert "1,200 files, 5.0 MB" in part(mail("end", facts), "plain")
