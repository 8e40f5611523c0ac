"""What cannot be taken back is confirmed by a typed word."""

from ...errors import InvalidInput

WORD = "cancel"


class NotConfirmed(InvalidInput):
    """The word that confirms it was not typed."""

    code = "not_confirmed"
    what_to_do_default = f"Go back and type {WORD} into the field."


def require_confirmed(typed: str) -> None:
    """Raise `NotConfirmed` unless the word was typed."""
    if typed.strip().lower() != WORD:
        raise NotConfirmed(f"Nothing was cancelled: it was not confirmed by the word {WORD}.")
