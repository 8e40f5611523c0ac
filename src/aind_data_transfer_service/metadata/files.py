"""The metadata files of an asset: their names, and reading them."""

import json
from pathlib import Path
from typing import Any, cast

from ..errors import InvalidInput

DATA_DESCRIPTION = "data_description.json"
PROCESSING = "processing.json"

RECORD = "metadata.nd.json"
"""All of the others in one, as the document store takes it."""

KNOWN_FILES = (
    DATA_DESCRIPTION,
    "subject.json",
    "procedures.json",
    PROCESSING,
    "quality_control.json",
    "instrument.json",
    "rig.json",
    "acquisition.json",
    "session.json",
)
"""Files that lie at the top of an asset and describe it, as aind-data-schema 1.x names them."""

Document = dict[str, Any]


class MetadataInvalid(InvalidInput):
    """A metadata file is not a JSON object."""

    code = "metadata_invalid"
    what_to_do_default = "Correct the file named in metadata_dir, then retry the job."


def parse_document(path: Path, content: bytes) -> Document:
    """Return the JSON object in ``content``; `MetadataInvalid` says where in ``path`` it is wrong.

    Only the syntax is checked, not the schema.
    """
    try:
        document = json.loads(content)
    except json.JSONDecodeError as problem:
        raise MetadataInvalid(
            f"{path}, line {problem.lineno}, column {problem.colno}: not JSON: {problem.msg}.",
            file=str(path),
            line=problem.lineno,
            column=problem.colno,
        ) from problem
    except UnicodeDecodeError as problem:
        raise MetadataInvalid(
            f"{path}, byte {problem.start}: not text in UTF-8.", file=str(path), byte=problem.start
        ) from problem
    except RecursionError as problem:
        raise MetadataInvalid(f"{path}: nested too deeply.", file=str(path)) from problem
    if not isinstance(document, dict):
        raise MetadataInvalid(
            f"{path}: holds a JSON {type(document).__name__}; an object is needed.", file=str(path)
        )
    return cast("Document", document)


def read_document(path: Path) -> Document:
    """Return the JSON object in the file; raises `MetadataInvalid`."""
    return parse_document(path, path.read_bytes())


def write_form(document: Document) -> bytes:
    """Return the document as it is written to a file."""
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
