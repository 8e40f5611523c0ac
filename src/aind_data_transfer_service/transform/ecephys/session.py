"""An Open Ephys session on disk: what is there, checked before any work starts.

Format: https://open-ephys.github.io/gui-docs/User-Manual/Recording-data/Binary-format.html
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from pydantic import BaseModel, PositiveFloat, ValidationError

from aind_data_transfer_service.transform.ecephys.continuous import (
    ContinuousFile,
    open_continuous,
)
from aind_data_transfer_service.transform.ecephys.errors import (
    OpenEphysNotFound,
    OpenEphysStructureInvalid,
)

STRUCTURE = "structure.oebin"


class StreamKey(NamedTuple):
    """Which ``continuous.dat``: unique in a session."""

    node: str
    """"Record Node N", or "" in sessions of GUI versions that had only one."""
    experiment: int
    recording: int
    folder: str


@dataclass(frozen=True)
class Session:
    """All files of a session."""

    source: Path
    files: list[Path]
    continuous: dict[StreamKey, ContinuousFile]


class _Channel(BaseModel):
    channel_name: str
    bit_volts: float
    units: str


class _Continuous(BaseModel):
    folder_name: str
    sample_rate: PositiveFloat
    channels: list[_Channel]


class _Structure(BaseModel):
    continuous: list[_Continuous]


def find_session(source: Path) -> Session:
    """Find the recordings below ``source`` and check that their files are whole.

    Raises
    ------
    OpenEphysNotFound, OpenEphysStructureInvalid, OpenEphysStreamMissing, OpenEphysTruncated,
    OpenEphysLengthMismatch
        Naming the file.
    """
    if not source.is_dir():
        raise OpenEphysNotFound(f"{source} is not a folder.")
    files = sorted(_walk(source, frozenset()))
    structures = [path for path in files if path.name == STRUCTURE]
    if not structures:
        raise OpenEphysNotFound(
            f"{source} holds no Open Ephys recording in binary format: there is no "
            f"'Record Node N/experimentK/recordingM/{STRUCTURE}' below it."
        )
    for path in files:
        if re.fullmatch(r"settings(_\d+)?\.xml", path.name):
            _check_xml(path)
    continuous: dict[StreamKey, ContinuousFile] = {}
    for structure in structures:
        for key, file in _recording(structure):
            if key in continuous:
                raise OpenEphysStructureInvalid(
                    f"{file.path} and {continuous[key].path} have the same record node, "
                    "experiment, recording and stream: a folder holds one session.",
                    what_to_do="Move one of the two sessions out of the folder.",
                )
            continuous[key] = file
    return Session(source, files, continuous)


def _walk(folder: Path, above: frozenset[Path]) -> Iterator[Path]:
    """Yield all files, through links too."""
    real = folder.resolve()
    if real in above:
        raise OpenEphysStructureInvalid(
            f"{folder} is a link to a folder it lies in.", what_to_do="Remove the link."
        )
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _walk(Path(entry.path), above | {real})
            else:
                yield Path(entry.path)


def _recording(structure: Path) -> Iterator[tuple[StreamKey, ContinuousFile]]:
    recording, experiment = structure.parent, structure.parent.parent
    node = experiment.parent.name if experiment.parent.name.startswith("Record") else ""
    for entry in _read_structure(structure).continuous:
        folder = entry.folder_name.split("/")[0]
        key = StreamKey(
            node,
            _number(experiment, "experiment", structure),
            _number(recording, "recording", structure),
            folder,
        )
        yield (
            key,
            open_continuous(
                recording / "continuous" / folder,
                channels=len(entry.channels),
                named_in=structure,
            ),
        )


def _number(folder: Path, word: str, structure: Path) -> int:
    match = re.fullmatch(rf"{word}(\d+)", folder.name)
    if match is None:
        raise OpenEphysStructureInvalid(
            f"{structure} must lie in 'experimentK/recordingM', but {folder.name!r} is not "
            f"'{word}' and a number.",
            what_to_do="Restore the folder names the Open Ephys GUI gave.",
        )
    return int(match[1])


def _read_structure(path: Path) -> _Structure:
    try:
        return _Structure.model_validate(json.loads(path.read_bytes()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise OpenEphysStructureInvalid(f"{path}: {where}: {first['msg']}.") from error
    except ValueError as error:  # not JSON, or not UTF-8
        raise OpenEphysStructureInvalid(f"{path} is not JSON: {error}.") from error


def _check_xml(path: Path) -> None:
    """Readers pass silently over a settings file they cannot parse, and so lose the probe."""
    try:
        with path.open("rb") as file:
            expat.ParserCreate().ParseFile(file)
    except expat.ExpatError as error:
        raise OpenEphysStructureInvalid(f"{path} is not XML: {error}.") from error
