"""What the demonstration came to."""

import time
from email import message_from_bytes, policy
from pathlib import Path

from rich.console import Console

from ...settings import S3Settings
from ...testing.sample_session import SampleSession
from ..output import print_table
from ..storage import open_bucket
from ..units import decimal_bytes
from ..verification import AssetPlace

_MAILS = 2
_MAIL_MAY_TAKE_SECONDS = 20.0
_PACE_SECONDS = 0.2


def print_sizes(session: SampleSession, place: AssetPlace) -> None:
    """Print each modality's size on the share and in the bucket."""
    sources = {
        "ecephys": session.ecephys,
        "behavior": session.behavior,
        "behavior-videos": session.behavior_videos,
    }
    store = open_bucket(place.storage_url, S3Settings())
    rows = []
    for modality, source in sources.items():
        before = sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
        after = sum(found.size for found in store.list(f"{place.prefix}{modality}/"))
        factor = f"{before / after:.2f}" if after else "nothing arrived"
        rows.append((modality, decimal_bytes(before), decimal_bytes(after), factor))
    print_table(("Modality", "On the share", "In the bucket", "Times smaller"), rows)


def print_mails(out: Console, outbox: Path) -> bool:
    """Print the subjects of the mails; returns whether those of begin and end are there."""
    deadline = time.monotonic() + _MAIL_MAY_TAKE_SECONDS
    while len(mails := _mails(outbox)) < _MAILS and time.monotonic() < deadline:
        time.sleep(_PACE_SECONDS)
    out.print(f"Mails in {outbox}: {len(mails)}", markup=False, soft_wrap=True)
    for path in mails:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        out.print(f"  {message['Subject']}", markup=False, soft_wrap=True)
    return len(mails) >= _MAILS


def _mails(outbox: Path) -> list[Path]:
    return sorted(outbox.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
