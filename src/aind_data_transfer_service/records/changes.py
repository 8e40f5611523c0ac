"""What becomes of a record that is in the store when its asset is described anew."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..ports.record_store import Record

ID = "_id"
LOCATION = "location"
LINKS = "external_links"
MODIFIED = "last_modified"
_KEPT = (ID, "created", LINKS, MODIFIED)


def linked(record: Record, links: Mapping[str, str]) -> dict[str, Any]:
    """Return the record with links to it elsewhere: name of the platform → id there."""
    ours = {platform: [one] for platform, one in links.items()}
    return {**record, LINKS: _joined(record.get(LINKS), ours)}


def new_record(record: Record) -> dict[str, Any]:
    """Return a record as it is kept first."""
    return {**record, MODIFIED: _now()}


def changes(known: Record, record: Record) -> dict[str, Any]:
    """Return the fields of the ``known`` record that the new one changes."""
    told = {name: value for name, value in record.items() if name not in _KEPT}
    said = {name: value for name, value in told.items() if value is not None}
    return {**said, LINKS: _joined(known.get(LINKS), record.get(LINKS)), MODIFIED: _now()}


def _joined(first: Any, second: Any) -> dict[str, list[str]]:
    """Return the links of both, each once. Old records have a list of links, or single ids."""
    joined: dict[str, list[str]] = {}
    for some in (first, second):
        for links in some if isinstance(some, list) else [some or {}]:
            for platform, ids in links.items():
                own = joined.setdefault(platform, [])
                own += [one for one in (ids if isinstance(ids, list) else [ids]) if one not in own]
    return joined


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
