"""The buckets: whether an object can be written, read and deleted in each."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ...errors import TransferError
from ...ports.object_store import ObjectStore
from ...settings import Settings
from ..storage import open_bucket
from .finding import Finding, fail, failed_by, ok


def check_buckets(settings: Settings) -> Iterator[Finding]:
    """Try every bucket with an object of its own."""
    for alias, url in settings.bucket_urls.items():
        name = f"bucket {alias}"
        if _made_later(url, settings.home_folder):
            yield ok(name, f"{url} is made at the first start")
            continue
        try:
            yield _try_out(name, open_bucket(url, settings.s3))
        except TransferError as problem:
            yield failed_by(name, problem)


def _made_later(url: str, home: Path) -> bool:
    parts = urlsplit(url)
    folder = Path(unquote(parts.path))
    return parts.scheme == "file" and folder.is_relative_to(home) and not folder.exists()


def _try_out(name: str, store: ObjectStore) -> Finding:
    key = f"aind-data-transfer-doctor-{secrets.token_hex(8)}"
    content = secrets.token_bytes(64)
    store.put_bytes(key, content)
    try:
        same = b"".join(store.read(key)) == content
    finally:
        store.delete(key)
    if not same:
        return fail(name, f"{store.url} gave back other bytes than were written", "Do not use it.")
    return ok(name, f"{store.url}: an object was written, read and deleted")
