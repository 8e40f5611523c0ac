"""Lays settings over one another, and remembers where each value came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]

DEFAULT = "default"
REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings from one place."""

    value: Mapping[str, Any]
    origin: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Settings from several places."""

    value: dict[str, Any]
    origins: dict[Path, str]
    """Origin of each value that is not an object with members."""

    def copy(self) -> "Merged":
        """Return a copy that other layers can be laid over."""
        return Merged(_copied(self.value), dict(self.origins))

    def origin_of(self, *path: str) -> str | None:
        """Return the origin of one value."""
        return self.origins.get(path)

    def origins_below(self, *path: str) -> dict[str, str]:
        """Return the origins of the values below ``path``, by their path from there."""
        depth = len(path)
        return {
            path_text(place[depth:]): origin
            for place, origin in self.origins.items()
            if place[:depth] == path and len(place) > depth
        }


def merge(*layers: Layer) -> Merged:
    """Lay each layer over those before it: objects are merged, anything else is replaced whole."""
    merged = Merged({}, {})
    for layer in layers:
        lay(merged, layer)
    return merged


def lay(merged: Merged, layer: Layer) -> Merged:
    """Lay one more layer over ``merged``, in place, and return it."""
    _lay(merged, merged.value, layer.value, layer.origin, ())
    return merged


def path_text(path: Path) -> str:
    """Return a path as a JSON pointer (RFC 6901) without its first slash."""
    text = "/".join(path)
    if "~" not in text and text.count("/") == len(path) - 1:  # as good as always
        return text
    return "/".join(part.replace("~", "~0").replace("/", "~1") for part in path)


def _lay(
    merged: Merged, below: dict[str, Any], above: Mapping[str, Any], origin: str, path: Path
) -> None:
    for key, item in above.items():
        place = (*path, key)
        known = below.get(key)
        if isinstance(item, dict) and isinstance(known, dict):
            if item:
                merged.origins.pop(place, None)
                _lay(merged, known, item, origin, place)
            continue
        if key in below:
            _forget(merged, place)
        below[key] = _copied(item)
        _note(merged.origins, item, place, origin)


def _forget(merged: Merged, place: Path) -> None:
    depth = len(place)
    for path in [path for path in merged.origins if path[:depth] == place]:
        del merged.origins[path]


def _copied(item: Any) -> Any:
    """Return a value of JSON's kinds that shares no object or array with ``item``."""
    if isinstance(item, dict):
        return {key: _copied(part) for key, part in item.items()}
    if isinstance(item, list):
        return [_copied(part) for part in item]
    return item


def _note(origins: dict[Path, str], item: Any, place: Path, origin: str) -> None:
    """Note the origin of a value that is new, or of all that is in it."""
    if isinstance(item, dict) and item:
        for key, part in item.items():
            _note(origins, part, (*place, key), origin)
    else:
        origins[place] = origin
