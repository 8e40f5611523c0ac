"""Where metadata files that a session brings speak of another session than the request."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..domain.plan import JobPlan
from .files import DATA_DESCRIPTION, KNOWN_FILES, MetadataInvalid, read_document

Document = Mapping[str, Any]


def differences(plan: JobPlan, name: str, document: Document) -> list[str]:
    """Say where the file ``name`` contradicts the plan: its subject, name or modalities."""
    expected: dict[str, object] = {"subject_id": plan.subject_id}
    if name == DATA_DESCRIPTION:
        expected["name"] = plan.asset_name
    told = [
        f"{name}: {field} is {document[field]!r}, but the job's is {value!r}"
        for field, value in expected.items()
        if field in document and document[field] != value
    ]
    if name == DATA_DESCRIPTION:
        told += _modalities(plan, document)
    return told


def in_folder(plan: JobPlan, folder: Path) -> Iterator[str]:
    """Yield what is wrong with the known files of a folder, as far as they can be seen."""
    try:
        present = {path.name for path in folder.iterdir()}  # one look at a share, not nine
    except (FileNotFoundError, NotADirectoryError):  # told where the folder is looked for
        return
    except OSError as problem:
        yield f"{folder}: cannot be read: {problem.strerror}"
        return
    for name in KNOWN_FILES:
        if name not in present:
            continue
        path = folder / name
        try:
            if path.is_file():
                yield from differences(plan, name, read_document(path))
        except MetadataInvalid as invalid:
            yield invalid.message
        except OSError as problem:
            yield f"{path}: cannot be read: {problem.strerror}"


def _modalities(plan: JobPlan, document: Document) -> list[str]:
    """Compare abbreviations; 1.x calls the list ``modality``, 2.x ``modalities``."""
    listed = document.get("modality", document.get("modalities"))
    if not isinstance(listed, list):
        return []
    theirs = {str(one.get("abbreviation")) for one in listed if isinstance(one, Mapping)}
    ours = {modality.abbreviation for modality in plan.modalities}
    if theirs == ours:
        return []
    listing = ", ".join(sorted(theirs)) or "none"
    own = ", ".join(sorted(ours))
    return [f"{DATA_DESCRIPTION}: the modalities are {listing}, but the job's are {own}"]
