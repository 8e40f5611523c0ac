"""Writes ``metadata.nd.json``: all metadata of an asset in one record.

Schema: aind-data-schema 1.2.0, ``Metadata`` (schema version 1.1.1). Where the mapper is set up, the
library itself makes the record, and says with it whether the metadata are valid. Otherwise it is
made here, and its status is Unknown: nothing was validated.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..ports.metadata_source import MetadataNotGathered
from .files import KNOWN_FILES, RECORD, Document, read_document
from .tools import run_program

_SCHEMA = "https://raw.githubusercontent.com/AllenNeuralDynamics/aind-data-schema/main/src/"
STATUS = "metadata_status"
UNKNOWN = "Unknown"
_MISSING = "Missing"
_INVALID = "Invalid"


def made_by_library(
    command: tuple[str, ...], folder: Path, *, name: str, location: str, scratch: Path
) -> Document:
    """Return the record of the files in ``folder`` as the library makes it."""
    settings: dict[str, Any] = {"name": name, "location": location}
    for file in KNOWN_FILES:
        if (folder / file).exists():
            settings[f"{file.removesuffix('.json')}_filepath"] = str(folder / file)
    job = {"directory_to_write_to": str(scratch), "metadata_settings": settings}
    answer = run_program(command, "gather", {"job_settings": job, "timeout": 1}, scratch)
    if RECORD not in answer["files"]:
        said = "; ".join(failure["message"] for failure in answer["failures"])
        raise MetadataNotGathered(f"{RECORD} could not be made: {said}.", file=RECORD)
    record: Document = answer["files"][RECORD]
    if record[STATUS] == _MISSING and record.get("subject") is not None:
        # The mapper begins anew without any file where the whole cannot be built, so that it looks
        # as if the subject were missing; the library itself calls this Invalid.
        record[STATUS] = _INVALID
    return record


def made_here(folder: Path, *, name: str, location: str) -> Document:
    """Return the record of the files in ``folder``, not validated."""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return {
        "_id": str(uuid4()),
        "describedBy": f"{_SCHEMA}aind_data_schema/core/metadata.py",
        "schema_version": "1.1.1",
        "name": name,
        "created": now,
        "last_modified": now,
        "location": location,
        STATUS: UNKNOWN,
        "external_links": {},
        **_parts(folder),
    }


def _parts(folder: Path) -> Mapping[str, Document | None]:
    return {
        name.removesuffix(".json"): read_document(folder / name)
        if (folder / name).exists()
        else None
        for name in KNOWN_FILES
    }
