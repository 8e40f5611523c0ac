"""What a caller may do."""

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    """One kind of change."""

    SUBMIT = "submit"
    """Validate, plan and submit requests."""
    CONTROL = "control"
    """Cancel and retry jobs."""
    ADMIN = "admin"
    """Change presets, and all the others may."""


ALL_SCOPES = frozenset(Scope)


def with_implied(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """Return the scopes with those they imply."""
    held = frozenset(scopes)
    return ALL_SCOPES if Scope.ADMIN in held else held
