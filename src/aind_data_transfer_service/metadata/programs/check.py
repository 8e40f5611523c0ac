"""Validates metadata files with ``aind-data-schema``: ``python check.py REQUEST.json ANSWER.json``.

Runs in an environment with either generation of the library. The request: ``files`` (name → path).
The answer: ``files`` (name → list of problems, empty if it is valid; null if this generation has no
such file), ``newer`` (name → the newest schema of it that the library knows, where a file declares
a newer one) and ``version``.
"""

import json
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

CLASSES = {
    "data_description": "DataDescription",
    "subject": "Subject",
    "procedures": "Procedures",
    "processing": "Processing",
    "quality_control": "QualityControl",
    "instrument": "Instrument",
    "rig": "Rig",
    "acquisition": "Acquisition",
    "session": "Session",
}


def problems_of(name: str, path: Path) -> list[str] | None:
    """Return what is wrong with a file; None if the library has no model for it."""
    stem = name.removesuffix(".json")
    try:
        module = import_module(f"aind_data_schema.core.{stem}")
    except ModuleNotFoundError:
        return None
    try:
        getattr(module, CLASSES[stem]).model_validate_json(path.read_bytes())
    except ValidationError as invalid:
        return [said(error) for error in invalid.errors(include_url=False, include_input=False)]
    except (AttributeError, KeyError, TypeError, ValueError) as problem:  # of its own validators
        return [f"{type(problem).__name__}: {problem}"]
    return []


def newest_known(name: str, path: Path) -> str | None:
    """Return the library's own version of a file's schema if the file declares a newer one."""
    stem = name.removesuffix(".json")
    module = import_module(f"aind_data_schema.core.{stem}")
    known = getattr(module, CLASSES[stem]).model_fields["schema_version"].default
    declared = json.loads(path.read_bytes())["schema_version"]
    return known if numbers(declared) > numbers(known) else None


def numbers(version: str) -> list[int]:
    """Return the parts of a version."""
    return [int(part) for part in version.split(".")]


def said(error: Any) -> str:
    """Return one error with its place."""
    place = ".".join(str(part) for part in error["loc"])
    return f"{place}: {error['msg']}" if place else error["msg"]


def main(request: Path, answer: Path) -> None:
    """Do what the request says and write the answer."""
    files = json.loads(request.read_text())["files"]
    found = {name: problems_of(name, Path(path)) for name, path in files.items()}
    newer = {name: newest_known(name, Path(files[name])) for name, wrong in found.items() if wrong}
    document = {
        "files": found,
        "newer": {name: known for name, known in newer.items() if known},
        "version": version("aind-data-schema"),
    }
    answer.write_text(json.dumps(document))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
