"""Presets as JSON files, laid out as they are named, over those that come with the service."""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import StorageFull, TransferError
from ..files import write_whole
from ..ports.preset_store import (
    Preset,
    PresetBroken,
    PresetConflict,
    PresetKey,
    PresetKeyInvalid,
    PresetListing,
    PresetProblem,
    PresetStoreRefused,
    PresetStoreUnavailable,
    PresetUnknown,
)
from .names import ForeignName, PresetNames, key_of, relative_name
from .values import check_value, read_value, write_value

SHIPPED = Path(__file__).with_name("defaults")
"""The presets that come with the service."""

_SUFFIX = ".json"
_LOCK = ".lock"


class FilePresets:
    """Presets in a folder of the site, over others that are only read.

    Parameters
    ----------
    folder
        The site's own presets, each ``[v2/]JOB_TYPE/tasks/TASK_ID[/MODALITY].json``; need not
        exist yet.
    base
        Presets that stand where the site has none of its own.
    prefix
        Begin of the names.
    """

    def __init__(
        self, folder: Path, *, base: Path | None = SHIPPED, prefix: str = "/job_types"
    ) -> None:
        self._folder = folder
        self._layers = (folder,) if base is None else (folder, base)
        self._names = PresetNames(prefix)

    def name_of(self, key: PresetKey) -> str:
        """Return the name, as in Parameter Store."""
        return self._names.name(key)

    def list(self) -> PresetListing:
        """Read all files; a broken one of the site still hides the one below it."""
        presets: dict[PresetKey, Preset] = {}
        problems: list[PresetProblem] = []
        broken: set[PresetKey] = set()
        for layer in self._layers:
            for path in _files(layer, problems):
                key = _key(layer, path, problems)
                if key is None or key in presets or key in broken:
                    continue
                try:
                    presets[key] = _read(path, key)
                except PresetUnknown:
                    continue  # it went while we looked
                except (PresetBroken, PresetStoreUnavailable) as error:
                    broken.add(key)
                    problems.append(PresetProblem(str(path), key, error.message))
        return PresetListing(
            tuple(presets[key] for key in sorted(presets, key=str)), tuple(problems)
        )

    def get(self, key: PresetKey) -> Preset:
        """Read one file: the site's, else that below it."""
        for layer in self._layers:
            try:
                return _read(_path(layer, key), key)
            except PresetUnknown:
                continue
        raise PresetUnknown(f"There is no preset {self.name_of(key)}.", key=str(key))

    def put(self, key: PresetKey, value: Mapping[str, Any], *, replaces: str | None) -> Preset:
        """Write the site's file; writers wait for each other, in other processes too."""
        checked = check_value(key, value)
        path = _path(self._folder, key)
        try:
            with _one_writer(self._folder):
                found = self._revision(key)
                if found != replaces:
                    raise PresetConflict(
                        f"{self.name_of(key)} is at revision {found or 'none'},"
                        f" not {replaces or 'none'}: somebody else changed it.",
                        found=found,
                        expected=replaces,
                    )
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, write_value(checked).encode() + b"\n")
                return _read(path, key)
        except OSError as error:
            raise _fault(path, error) from error

    def _revision(self, key: PresetKey) -> str | None:
        for layer in self._layers:
            try:
                return _revision(_path(layer, key).read_bytes())
            except FileNotFoundError:
                continue
        return None


def _files(layer: Path, problems: list[PresetProblem]) -> Iterator[Path]:
    """Walk over the visible files; folders behind links would be read without end or twice."""

    def fail(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise PresetStoreUnavailable(f"{error.filename} cannot be read: {error.strerror}.")

    for parent, folders, names in os.walk(layer, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            link = Path(parent, name)
            if link.is_symlink():
                message = f"{link} is a link to a folder, which is not followed."
                problems.append(PresetProblem(str(link), None, message))
        yield from (Path(parent, name) for name in sorted(names) if not name.startswith("."))


def _key(layer: Path, path: Path, problems: list[PresetProblem]) -> PresetKey | None:
    relative = path.relative_to(layer)
    if relative.suffix != _SUFFIX:
        problems.append(PresetProblem(str(path), None, f"{relative} does not end in {_SUFFIX}."))
        return None
    try:
        return key_of(relative.as_posix().removesuffix(_SUFFIX))
    except (ForeignName, PresetKeyInvalid) as error:
        problems.append(PresetProblem(str(path), None, str(error)))
        return None


def _path(layer: Path, key: PresetKey) -> Path:
    return layer / f"{relative_name(key)}{_SUFFIX}"


def _read(path: Path, key: PresetKey) -> Preset:
    try:
        with path.open("rb") as file:
            content = file.read()
            modified = os.fstat(file.fileno()).st_mtime
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PresetUnknown(f"There is no {path}.", key=str(key)) from error
    except OSError as error:
        raise PresetStoreUnavailable(f"{path} cannot be read: {error.strerror}.") from error
    revision = _revision(content)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise PresetBroken(key, f"this is not UTF-8 text: {error}", revision=revision) from error
    return Preset(
        key=key,
        value=read_value(key, text, revision),
        revision=revision,
        modified=datetime.fromtimestamp(modified, UTC),
    )


def _revision(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


@contextmanager
def _one_writer(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fault(path: Path, error: OSError) -> TransferError:
    if isinstance(error, PermissionError):
        return PresetStoreRefused(f"{path} cannot be written: {error.strerror}.")
    return StorageFull.from_os_error(error) or PresetStoreUnavailable(
        f"{path} cannot be written: {error.strerror}."
    )
