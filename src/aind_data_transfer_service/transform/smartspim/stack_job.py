"""One stack on its way to its Zarr group."""

import hashlib
import json
import logging
import shutil
import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from ... import __version__
from ...files import write_whole
from ..durable import folder_bytes, publish_folder
from .acquisition import VoxelSize
from .levels import Level, shapes
from .ngff import attributes
from .pyramid import Buffers, Pyramid
from .result import StackResult
from .settings import SmartSpimSettings
from .stacks import Stack

_RECORD = "aind_data_transfer_service"
_GROUP = json.dumps({"zarr_format": 2}, indent=4).encode()

logger = logging.getLogger(__name__)


class StackJob:
    """Fills a hidden folder and gives it the stack's name when all of it is proven.

    The group's attributes record which slices, settings and version it is made with, and how
    large it is. So a finished stack is known, and not made again; a half-made one is.
    """

    def __init__(
        self, stack: Stack, output: Path, voxel_size: VoxelSize, settings: SmartSpimSettings
    ) -> None:
        self._stack = stack
        self._voxel_size = voxel_size
        self._channel = output / stack.channel
        self.path = self._channel / f"{stack.folder.name}.ome.zarr"
        """The stack's folder."""
        self._partial = self._channel / f".{self.path.name}.partial"
        self._shapes = shapes(stack.shape, settings.downsample_levels)
        self._chunk = settings.chunk_size
        self._made_from = self._source_record()

    def run(
        self, pool: Executor, buffers: Buffers, on_stored: Callable[[int], None]
    ) -> StackResult:
        """Make the stack, unless an earlier attempt did; raises what `Pyramid.make` raises."""
        began = time.perf_counter()
        kept = self._is_made()
        if kept:
            on_stored(self._stack.raw_bytes)
        else:
            self._make(pool, buffers, on_stored)
        result = StackResult(
            name=self._stack.name,
            shape=self._stack.shape,
            levels=len(self._shapes),
            raw_bytes=self._stack.raw_bytes,
            stored_bytes=folder_bytes(self.path),
            seconds=round(time.perf_counter() - began, 3),
            kept=kept,
        )
        logger.info(
            "%s: %s: %d x %d x %d voxels, %.0f MB/s, ratio %.3f",
            result.name,
            "kept from an earlier attempt" if kept else "compressed and proven",
            *result.shape,
            result.raw_bytes / 1e6 / max(result.seconds, 1e-3),
            result.ratio,
        )
        return result

    def _make(self, pool: Executor, buffers: Buffers, on_stored: Callable[[int], None]) -> None:
        for leftover in (self.path, self._partial):
            if leftover.exists():
                shutil.rmtree(leftover)
        self._partial.mkdir(parents=True)
        write_whole(self._channel / ".zgroup", _GROUP)
        write_whole(self._partial / ".zgroup", _GROUP)
        levels = [
            Level(self._partial / str(number), number, shape, self._chunk)
            for number, shape in enumerate(self._shapes)
        ]
        for level in levels:
            level.create()
        Pyramid(levels, pool, buffers, on_stored).make(self._stack.slices)
        metadata = attributes(self._stack, self._voxel_size, len(levels))
        record = self._made_from | {"stored_bytes": folder_bytes(self._partial)}
        content = json.dumps(metadata | {_RECORD: record}, indent=4).encode()
        write_whole(self._partial / ".zattrs", content)
        for level in levels:
            level.require_readable()
        publish_folder(self._partial, self.path)

    def _is_made(self) -> bool:
        """Whether a finished stack is there, of these slices and whole."""
        path = self.path / ".zattrs"
        try:
            record = json.loads(path.read_bytes())[_RECORD]
        except (FileNotFoundError, ValueError, KeyError):
            return False
        stored = folder_bytes(self.path) - path.stat().st_size
        return bool(record == self._made_from | {"stored_bytes": stored})

    def _source_record(self) -> dict[str, Any]:
        """Return what the output depends on, in JSON's types."""
        digest = hashlib.sha256()
        for image in self._stack.slices:
            digest.update(f"{image.path.name} {image.size} {image.mtime_ns}\n".encode())
        return {
            "version": __version__,
            "voxel_size_zyx": list(self._voxel_size),
            "chunk_size": list(self._chunk),
            "levels": len(self._shapes),
            "slices": len(self._stack.slices),
            "slices_digest": digest.hexdigest(),
        }
