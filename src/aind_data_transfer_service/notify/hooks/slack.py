"""Messages as Slack's incoming webhooks take them, and what imitates them."""

from pydantic_core import to_json

from ..messages import Event, NoticeFacts, letter_of

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def slack_body(event: Event, facts: NoticeFacts) -> bytes:
    """Return ``{"text": …}`` in Slack's mrkdwn, with the job's address behind its name.

    The three characters that mean something there are escaped
    (https://docs.slack.dev/messaging/formatting-message-text).
    """
    letter = letter_of(event, facts)
    lines = [f"*{_escaped(letter.subject)}*", _escaped(letter.lead)]
    lines += [f"{row.label}: {_escaped(row.value)}" for row in letter.rows]
    if letter.url is not None:
        lines.append(f"<{_escaped(letter.url)}|Open the job>")
    return to_json({"text": "\n".join(lines)})


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
