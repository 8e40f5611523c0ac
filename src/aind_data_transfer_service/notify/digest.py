"""One letter for many jobs of a submission that ended together."""

from collections import Counter
from collections.abc import Sequence

from .layout import Letter, Row
from .messages import Event, NoticeFacts, size_of

_WORDS: dict[Event, str] = {"fail": "failed", "cancelled": "cancelled", "end": "uploaded"}
"""How a job can end, worst first."""

DIGESTED = frozenset(_WORDS)
"""Events that a digest can tell."""


def digest_of(ended: Sequence[tuple[Event, NoticeFacts]]) -> Letter:
    """Return what is to be said of jobs that ended: those that went wrong first.

    Parameters
    ----------
    ended
        Event and facts of each job; the events are of `DIGESTED`.
    """
    order = list(_WORDS)
    ended = sorted(ended, key=lambda one: (order.index(one[0]), one[1].occurred_at))
    counts = Counter(event for event, _ in ended)
    summary = ", ".join(f"{counts[event]} {_WORDS[event]}" for event in order if counts[event])
    first = ended[0][1]
    return Letter(
        subject=f"{len(ended)} uploads ended: {summary}",
        lead=f"{len(ended)} uploads submitted together have ended: {summary}.",
        rows=[Row(facts.asset_name, _said(event, facts), facts.job_url) for event, facts in ended],
        url=None,
        log=None,
        footer=f"Sent by {first.service_name} {first.service_version}".rstrip(),
        alarming=counts["fail"] > 0,
    )


def _said(event: Event, facts: NoticeFacts) -> str:
    if event == "end":
        return ", ".join(filter(None, ("Uploaded and verified", size_of(facts))))
    if event == "cancelled":
        return "Cancelled"
    step = f" in {facts.task}" if facts.task else ""
    code = f" ({facts.error_code})" if facts.error_code else ""
    parts = (f"Failed{step}{code}.", facts.error_message, facts.what_to_do)
    return "\n".join(part for part in parts if part)
