"""What mails say: one that can be acted on, read on a phone, without the request's whole text."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from ..domain.pipeline import TaskId
from .layout import Letter, Row

_KILO = 1000

Event = Literal["begin", "end", "fail", "retry", "cancelled"]


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """All that a mail about a job may say. Times are UTC."""

    key: str
    """Names this notice among all: the same key gives the same Message-ID."""
    occurred_at: datetime
    job_id: str
    asset_name: str
    location: str
    """Where the asset is, or would be: ``s3://bucket/asset_name``."""
    project: str
    subject_id: str
    started: datetime | None = None
    ended: datetime | None = None
    files: int | None = None
    bytes: int | None = None
    removed_files: int | None = None
    """Files of the sources that were removed; None: none."""
    removed_bytes: int | None = None
    job_url: str | None = None
    task: str | None = None
    attempt: int | None = None
    error_code: str | None = None
    error_message: str | None = None
    what_to_do: str | None = None
    log_tail: str | None = None
    next_try_at: datetime | None = None
    service_name: str = "aind-data-transfer-service"
    service_version: str = ""


def letter_of(event: Event, facts: NoticeFacts) -> Letter:
    """Return what is to be said of one event of one job."""
    return _LETTERS[event](facts)


def _begin(facts: NoticeFacts) -> Letter:
    return _letter(
        facts,
        subject=f"Started: {facts.asset_name}",
        lead=f"The upload of {facts.asset_name} has started.",
        rows=[_row("Started", _time(facts.started))],
    )


def _end(facts: NoticeFacts) -> Letter:
    return _letter(
        facts,
        subject=f"Uploaded: {facts.asset_name}",
        lead=f"{facts.asset_name} is uploaded, and every file of it is verified.",
        rows=[
            _row("Size", size_of(facts)),
            _row("Sources removed", _amount(facts.removed_files, facts.removed_bytes)),
            _row("Took", _duration(facts.started, facts.ended)),
            _row("Finished", _time(facts.ended)),
        ],
    )


def _fail(facts: NoticeFacts) -> Letter:
    subject = "Failed"
    lead = f"The upload of {facts.asset_name} has failed. It is not tried again by itself."
    if facts.task == TaskId.REMOVE_SOURCE_FOLDERS:
        subject = "Uploaded, sources not removed"
        lead = f"{facts.asset_name} is uploaded and verified. Its sources were not removed."
    return _letter(
        facts,
        subject=f"{subject}: {facts.asset_name}{_in_brackets(facts.error_code)}",
        lead=lead,
        rows=[*_reason(facts), _row("Failed at", _time(facts.ended or facts.occurred_at))],
        alarming=True,
    )


def _retry(facts: NoticeFacts) -> Letter:
    return _letter(
        facts,
        subject=f"Trying again: {facts.asset_name}{_in_brackets(facts.error_code)}",
        lead=f"A step of the upload of {facts.asset_name} failed and is tried again by itself.",
        rows=[*_reason(facts), _row("Next try", _time(facts.next_try_at))],
    )


def _cancelled(facts: NoticeFacts) -> Letter:
    return _letter(
        facts,
        subject=f"Cancelled: {facts.asset_name}",
        lead=f"The upload of {facts.asset_name} was cancelled.",
        rows=[_row("Cancelled at", _time(facts.ended or facts.occurred_at))],
    )


_LETTERS: dict[Event, Callable[[NoticeFacts], Letter]] = {
    "begin": _begin,
    "end": _end,
    "fail": _fail,
    "retry": _retry,
    "cancelled": _cancelled,
}


def _letter(
    facts: NoticeFacts,
    *,
    subject: str,
    lead: str,
    rows: list[Row | None],
    alarming: bool = False,
) -> Letter:
    common = [
        _row("Location", facts.location),
        _row("Subject", facts.subject_id),
        _row("Project", facts.project),
        _row("Job", facts.job_id),
    ]
    return Letter(
        subject=subject,
        lead=lead,
        rows=[row for row in (*rows, *common) if row is not None],
        url=facts.job_url,
        log=facts.log_tail,
        footer=f"Sent by {facts.service_name} {facts.service_version}".rstrip(),
        alarming=alarming,
    )


def _reason(facts: NoticeFacts) -> list[Row | None]:
    step = facts.task
    if step is not None and facts.attempt is not None:
        step = f"{step} (attempt {facts.attempt})"
    return [
        _row("Step", step),
        _row("Reason", facts.error_message),
        _row("What to do", facts.what_to_do),
    ]


def _row(label: str, value: str | None) -> Row | None:
    return None if value is None else Row(label, value)


def _in_brackets(code: str | None) -> str:
    return "" if code is None else f" ({code})"


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _duration(start: datetime | None, end: datetime | None) -> str | None:
    if start is None or end is None:
        return None
    minutes, seconds = divmod(round((end - start).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    words = (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "", f"{seconds} s")
    return " ".join(filter(None, words))


def size_of(facts: NoticeFacts) -> str | None:
    """Return how much arrived, in words; None if that is not known."""
    return _amount(facts.files, facts.bytes)


def _amount(files: int | None, size: int | None) -> str | None:
    if files is None or size is None:
        return None
    return f"{files:,} files, {_decimal_bytes(size)}"


def _decimal_bytes(amount: int) -> str:
    value, units = float(amount), ["bytes", "kB", "MB", "GB", "TB"]
    while value >= _KILO and len(units) > 1:
        value /= _KILO
        units.pop(0)
    return f"{amount} bytes" if units[0] == "bytes" else f"{value:.1f} {units[0]}"
