"""Names of submissions, jobs and workers: sorted by time, readable aloud."""

import secrets
from datetime import UTC, datetime

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else


def new_id(now: datetime | None = None) -> str:
    """Return ``YYYYMMDD-HHMMSS-xxxxxxxx`` in UTC."""
    tail = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{now or datetime.now(UTC):%Y%m%d-%H%M%S}-{tail}"
