"""Where presets are kept: the settings of a task for a job type, which administrators edit.

The names and the two versions are those of the AWS Systems Manager parameters that the first
service kept: ``{prefix}/{job_type}/tasks/{task_id}`` for V1 jobs,
``{prefix}/v2/{job_type}/tasks/{task_id}`` for V2 jobs, each with ``/{modality}`` where a task has
settings per modality.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from ..errors import Conflict, InvalidInput, NotFound, SettingsInvalid, TransferError, Unavailable
from ..wire.problems import nearest_of
from ..wire.vocabulary import MODALITIES

CUSTOM_JOB_TYPE = "custom"
"""The job type that has no presets: its requests bring all settings."""

# What Parameter Store, POSIX and URLs all take without quoting or encoding.
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,99}")
WORD_RULE = "letters, digits, '_', '-' and '.', not beginning with '-' or '.', 100 at most"


class PresetKeyInvalid(InvalidInput):
    """The job type, task or modality of a preset is not a name it may have."""

    code = "preset_key_invalid"
    what_to_do_default = "Correct the name."


class PresetUnknown(NotFound):
    """There is no such preset."""

    code = "preset_unknown"
    what_to_do_default = "Look at the list of presets."


class PresetBroken(TransferError):
    """What the store holds is not a preset."""

    code = "preset_broken"
    what_to_do_default = "An administrator has to correct it in the store, or set it anew."

    def __init__(self, key: "PresetKey", fault: str, *, revision: str | None) -> None:
        super().__init__(f"The preset {key}: {fault}", key=str(key), revision=revision)
        self.revision = revision


class PresetInvalid(InvalidInput):
    """The value is not one a preset may have."""

    code = "preset_invalid"
    what_to_do_default = "Correct what the message names."


class PresetConflict(Conflict):
    """Somebody else changed the preset meanwhile; their value stands."""

    code = "preset_conflict"
    what_to_do_default = "Look at the preset as it is now, then change it again."


class PresetStoreUnavailable(Unavailable):
    """The store does not answer."""

    code = "preset_store_unavailable"


class PresetStoreRefused(SettingsInvalid):
    """The store refuses the credentials or the action."""

    code = "preset_store_refused"
    what_to_do_default = "Check the settings `presets` and what the service may do there."


class PresetVersion(StrEnum):
    """Which API's jobs a preset is for."""

    V1 = "v1"
    V2 = "v2"


@dataclass(frozen=True, slots=True)
class PresetKey:
    """What a preset is for. Raises `PresetKeyInvalid`."""

    version: PresetVersion
    job_type: str
    task_id: str
    modality: str | None = None
    """Abbreviation, for a task with settings per modality."""

    def __post_init__(self) -> None:
        for field, value in (("job_type", self.job_type), ("task_id", self.task_id)):
            if not _WORD.fullmatch(value):
                raise PresetKeyInvalid(
                    f"{field}: {value!r} is not a name. Allowed: {WORD_RULE}.",
                    field=field,
                    value=value,
                )
        if self.version is PresetVersion.V1 and self.job_type == PresetVersion.V2:
            raise PresetKeyInvalid(
                "job_type: 'v2' is not a name in V1: the presets of V2 lie there.",
                field="job_type",
                value=self.job_type,
            )
        known = MODALITIES.abbreviations
        if self.modality is not None and self.modality not in known:
            nearest = nearest_of(self.modality, known)
            hint = f" Did you mean {nearest!r}?" if nearest else ""
            raise PresetKeyInvalid(
                f"modality: {self.modality!r} is not known.{hint} Allowed: {', '.join(known)}.",
                field="modality",
                value=self.modality,
                allowed=known,
                nearest=nearest,
            )

    def __str__(self) -> str:
        words = (self.version, self.job_type, self.task_id, self.modality)
        return "/".join(word for word in words if word is not None)


@dataclass(frozen=True, slots=True)
class Preset:
    """One preset as the store holds it."""

    key: PresetKey
    value: Mapping[str, Any]
    """A JSON object, never changed in place."""
    revision: str
    """Differs whenever the value does; the store says what it is."""
    modified: datetime


@dataclass(frozen=True, slots=True)
class PresetProblem:
    """Something in the store that is not a preset, or not a sound one."""

    name: str
    """As the store calls it."""
    key: PresetKey | None
    """What it is for, where its name says so."""
    message: str


@dataclass(frozen=True, slots=True)
class PresetListing:
    """Everything the store holds."""

    presets: tuple[Preset, ...]
    """In the order of their keys."""
    problems: tuple[PresetProblem, ...] = ()


class PresetStore(Protocol):
    """Keeps presets. All methods may block and may be called from any thread."""

    def name_of(self, key: PresetKey) -> str:
        """Return what the store calls a preset, whether it is there or not."""
        ...

    def list(self) -> PresetListing:
        """Return all presets; what is broken or foreign is told of and left out.

        Raises `PresetStoreUnavailable` or `PresetStoreRefused`.
        """
        ...

    def get(self, key: PresetKey) -> Preset:
        """Return one preset as it is now.

        Raises `PresetUnknown`, `PresetBroken`, `PresetStoreUnavailable` or `PresetStoreRefused`.
        """
        ...

    def put(self, key: PresetKey, value: Mapping[str, Any], *, replaces: str | None) -> Preset:
        """Store a value, whole or not at all, and return the preset as it is then.

        Parameters
        ----------
        key
            What it is for.
        value
            Checked before anything is stored.
        replaces
            The revision that is there now; None if there is nothing yet. If something else is
            there, nothing is changed.

        Raises
        ------
        PresetInvalid
            The value is not one a preset may have.
        PresetConflict
            The revision there is another.
        PresetStoreUnavailable
            The store does not answer; whether the value was stored is then unknown.
        PresetStoreRefused
            The store does not allow it.
        """
        ...
