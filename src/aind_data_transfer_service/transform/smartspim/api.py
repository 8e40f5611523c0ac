"""The entries. They import nothing heavy, so that they can say what is not installed."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from ..errors import TransformStackMissing
from .acquisition import VoxelSize
from .result import SmartSpimResult
from .session import Session
from .session import find_session as find
from .settings import SmartSpimSettings
from .stacks import Stack

_LIBRARIES = ("PIL", "deflate", "numba", "numcodecs", "numpy", "zarr")


def find_session(
    source: Path,
    settings: SmartSpimSettings,
    *,
    only: frozenset[str] | None = None,
) -> Session:
    """Return the stacks of a session, the header of every slice read.

    Parameters
    ----------
    source
        Folder that holds ``SmartSPIM`` and ``acquisition.json``.
    settings
        Of the compression.
    only
        Names of the stacks to look at; all by default.

    Raises
    ------
    SmartSpimInvalid
        Names all that is wrong.
    TransformStackMissing
        If a library is not installed.
    """
    _require_libraries()
    return find(source, settings, only=only)


def compress_stacks(
    stacks: Sequence[Stack],
    output: Path,
    voxel_size: VoxelSize,
    settings: SmartSpimSettings,
    progress: Callable[[int, int], None],
    *,
    on_finished: Callable[[Path], None] = lambda _stack: None,
) -> SmartSpimResult:
    """Compress stacks without loss, with smaller levels of resolution, and prove it.

    Each stack becomes ``<channel>/<stack>.ome.zarr`` in the output: a group in Zarr v2 with
    OME-NGFF 0.4 metadata and the arrays ``0`` (the slices' voxels), ``1``, … (each the mean of
    2 x 2 x 2 voxels of the one before, rounded down; an odd last plane, row or column is left
    out), 5-D in the order t, c, z, y, x.

    Each chunk is read back from disk, decoded as readers do and compared with the voxels. A stack
    gets its name only when all of it is on disk and proven; the next run keeps the finished stacks
    of the same slices. Several runs may write to one output, each its own stacks.

    Parameters
    ----------
    stacks
        As `find_session` found them.
    output
        Folder to write to; made if it does not exist.
    voxel_size
        Micrometres along z, y and x.
    settings
        Of the compression.
    progress
        Called with (bytes done, all bytes), at most about ten times a second: bytes of voxels at
        full resolution that are stored and proven.
    on_finished
        Called with the folder of each stack that is finished: nothing in it changes any more.

    Raises
    ------
    TransferError
        ``transform_stack_missing`` or ``output_inside_source`` before any work;
        ``smartspim_image_unreadable``, ``source_changed``, ``disk_full`` or
        ``lossless_proof_failed`` during it.
    """
    _require_libraries()
    from .compress import compress

    return compress(stacks, output, voxel_size, settings, progress, on_finished=on_finished)


def write_picture(group: Path, path: Path) -> None:
    """Write a small picture of a stored stack as a PNG file: its brightest voxels along z."""
    from .picture import write_picture as write

    write(group, path)


def _require_libraries() -> None:
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise TransformStackMissing(
            f"Compressing SmartSPIM data needs {', '.join(missing)}: not installed here. "
            "They come with the extra 'transforms'.",
            missing=missing,
        )
