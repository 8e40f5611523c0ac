"""Paths as the nodes of a cluster see them."""

from collections.abc import Mapping
from pathlib import PurePosixPath


class NodePaths:
    """Translates folders of the service to those of the nodes, by the longest that fits.

    Parameters
    ----------
    path_map
        Folder as the service sees it → as the nodes see it.
    """

    def __init__(self, path_map: Mapping[str, str]) -> None:
        self._pairs = sorted(
            ((PurePosixPath(here), PurePosixPath(there)) for here, there in path_map.items()),
            key=lambda pair: len(pair[0].parts),
            reverse=True,
        )

    def on_node(self, path: str) -> str:
        """Return a path as the nodes see it; the same if no folder of the map holds it."""
        for here, there in self._pairs:
            if PurePosixPath(path).is_relative_to(here):
                return str(there / PurePosixPath(path).relative_to(here))
        return path
