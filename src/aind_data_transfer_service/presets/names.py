"""Presets by name: ``{prefix}[/v2]/{job_type}/tasks/{task_id}[/{modality}]``."""

import re

from ..ports.preset_store import PresetKey, PresetVersion

_REST = re.compile(
    r"(?:(?P<v2>v2)/)?(?P<job_type>[^/]+)/tasks/(?P<task_id>[^/]+)(?:/(?P<modality>[^/]+))?"
)


class ForeignName(ValueError):
    """A name that is not of a preset's form."""


class PresetNames:
    """Names below one prefix."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix.rstrip("/")

    def name(self, key: PresetKey) -> str:
        """Return the name of a preset."""
        return f"{self.prefix}/{relative_name(key)}"

    def key(self, name: str) -> PresetKey:
        """Return what a name says; raises `ForeignName` or `PresetKeyInvalid`."""
        if not name.startswith(f"{self.prefix}/"):
            raise ForeignName(f"{name} does not begin with {self.prefix}/.")
        return key_of(name[len(self.prefix) + 1 :])


def relative_name(key: PresetKey) -> str:
    """Return the name below the prefix."""
    version = (key.version.value,) if key.version is PresetVersion.V2 else ()
    modality = (key.modality,) if key.modality is not None else ()
    return "/".join((*version, key.job_type, "tasks", key.task_id, *modality))


def key_of(relative: str) -> PresetKey:
    """Return what a name below the prefix says; raises `ForeignName` or `PresetKeyInvalid`."""
    match = _REST.fullmatch(relative)
    if match is None:
        raise ForeignName(f"{relative} is not of the form [v2/]JOB_TYPE/tasks/TASK_ID[/MODALITY].")
    version = PresetVersion.V2 if match["v2"] else PresetVersion.V1
    return PresetKey(version, match["job_type"], match["task_id"], match["modality"])
