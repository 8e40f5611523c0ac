"""Validates metadata files with ``aind-data-schema``, of the generation that each declares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .options import MetadataOptions
from .tools import run_program

_VERSION = re.compile(r"(\d+)\.\d+(\.\d+)?")
_FIRST, _SECOND = 1, 2


@dataclass(slots=True)
class Verdicts:
    """What the library says of each file, or why it was not asked."""

    valid: list[str] = field(default_factory=list)
    problems: dict[str, list[str]] = field(default_factory=dict)
    unchecked: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    """Generation → release of the library."""


def generation(document: Mapping[str, Any]) -> int | None:
    """Return the generation of aind-data-schema that a document declares; None if it does not.

    Files of 1.x and of 2.x have a ``schema_version`` that begins with the generation. What is
    older, 0.x, was another form for each release.
    """
    declared = _VERSION.fullmatch(str(document.get("schema_version")))
    return int(declared[1]) if declared else None


def check_files(
    paths: Mapping[str, Path],
    documents: Mapping[str, Mapping[str, Any]],
    options: MetadataOptions,
    scratch: Path,
) -> Verdicts:
    """Validate all files; raises `MetadataToolFailed` if a library cannot be run.

    Parameters
    ----------
    paths, documents
        The files by their names, and what they hold.
    options
        Where the libraries are. Files of a generation whose library is not there are unchecked.
    scratch
        A folder for what is passed to the libraries.
    """
    verdicts = Verdicts()
    libraries = {_FIRST: options.mapper, _SECOND: options.schema2}
    by_generation: dict[int, dict[str, str]] = {}
    for name, path in paths.items():
        declared = generation(documents[name])
        if declared is None:
            verdicts.unchecked[name] = "it declares no schema_version"
        elif declared not in libraries:
            verdicts.unchecked[name] = f"there is no check for aind-data-schema {declared}.x"
        elif libraries[declared] is None:
            verdicts.unchecked[name] = f"aind-data-schema {declared}.x is not set up"
        else:
            by_generation.setdefault(declared, {})[name] = str(path)
    for number, files in by_generation.items():
        command = libraries[number]
        if command is not None:
            answer = run_program(command, "check", {"files": files}, scratch)
            _take(verdicts, number, answer)
    return verdicts


def _take(verdicts: Verdicts, number: int, answer: Mapping[str, Any]) -> None:
    verdicts.versions[f"{number}.x"] = answer["version"]
    for name, problems in answer["files"].items():
        if problems is None:
            verdicts.problems[name] = [f"aind-data-schema {number}.x has no file of this name"]
        elif name in answer["newer"]:
            verdicts.unchecked[name] = (
                f"it declares a schema_version newer than {answer['newer'][name]}, the newest that"
                f" aind-data-schema {answer['version']} knows"
            )
        elif problems:
            verdicts.problems[name] = problems
        else:
            verdicts.valid.append(name)
