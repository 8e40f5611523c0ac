"""What the columns of a sheet mean, in all the ways their headings have been written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...wire.problems import nearest_of
from .table import stripped

MOUNT = "input_data_mount"
JOB_FIELDS = (
    "job_type",
    "project_name",
    "platform",
    "acq_datetime",
    "subject_id",
    "s3_bucket",
    "metadata_dir",
    "derivatives_dir",
    "force_cloud_sync",
    "user_email",
    "email_notification_types",
    MOUNT,
)
"""Columns that say something about the job as a whole."""
REQUIRED = ("project_name", "platform", "subject_id", "acq_datetime")
NO_EFFECT = ("metadata_dir_force",)
"""Columns of old sheets that no longer do anything."""
PROGRAMS = {
    "capsule_id": "capsule_id",
    "process_capsule_id": "capsule_id",
    "pipeline_id": "pipeline_id",
}
"""What a column about a Code Ocean run is called → which of its parameters that is."""
SOURCE = "input_source"

_MODALITY = re.compile(r"modality_?(?P<key>[a-z0-9_]*)(?:\.(?P<setting>.+))?", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s\-_]+")
_SOURCES = ("source", SOURCE)
_JOB_SETTINGS = "job_settings"
# What a heading with an underscore in place of the dot ends with.
_WITHOUT_DOT = tuple(f"_{name}" for name in (*_SOURCES, *PROGRAMS))
_EXAMPLES = (*JOB_FIELDS, *PROGRAMS, "modality0", "modality0.source", "modality0.input_source")
_LIKENESS = 0.75


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column says.

    Parameters
    ----------
    name
        One of `JOB_FIELDS`, `PROGRAMS` or `NO_EFFECT`; of a modality ``modality``, ``input_source``
        or ``settings``.
    modality
        What stands after ``modality`` in the heading: its columns belong together. None if the
        column is about the whole job.
    setting
        Keys that lead to a setting of the modality.
    """

    name: str
    modality: str | None = None
    setting: tuple[str, ...] = ()


def meaning_of(heading: str) -> Meaning | None:
    """Return what a heading means; None if it is not known."""
    text = _SEPARATORS.sub("_", stripped(heading)).replace("_.", ".").replace("._", ".")
    word = text.lower()
    if word in JOB_FIELDS or word in NO_EFFECT or word in PROGRAMS:
        return Meaning(PROGRAMS.get(word, word))
    match = _MODALITY.fullmatch(text)
    if match is None or match["key"].lower().endswith(_WITHOUT_DOT):
        return None
    key, setting = match["key"].lower().strip("_"), match["setting"]
    if setting is None:
        return Meaning("modality", key)
    return _of_modality(key, setting)


def nearest_heading(heading: str) -> str | None:
    """Return the heading that was probably meant."""
    text = _SEPARATORS.sub("_", stripped(heading)).lower()
    number = "".join(re.findall(r"\d+", text)[:1])
    near = nearest_of(text, _EXAMPLES, cutoff=_LIKENESS) or nearest_of(
        text.replace(number, "0", 1) if number else text, _EXAMPLES, cutoff=_LIKENESS
    )
    return near.replace("0", number or "0") if near else None


def known_headings(texts: Sequence[str]) -> int:
    """Return how many different headings of these are known."""
    return len({meaning for text in texts if text and (meaning := meaning_of(text)) is not None})


def _of_modality(key: str, setting: str) -> Meaning | None:
    parts = tuple(setting.split("."))
    if parts[0].lower() == _JOB_SETTINGS and len(parts) > 1:
        parts = parts[1:]
    if not all(parts):
        return None
    if len(parts) == 1:
        word = parts[0].lower()
        if word in _SOURCES:
            return Meaning(SOURCE, key)
        if word in PROGRAMS:
            return Meaning(PROGRAMS[word], key)
    return Meaning("settings", key, parts)
