"""``ecephys_clipped``: the session as it is, but with each ``continuous.dat`` cut short."""

import hashlib
import os
from pathlib import Path

from aind_data_transfer_service.transform.ecephys.continuous import ContinuousFile
from aind_data_transfer_service.transform.ecephys.session import Session
from aind_data_transfer_service.transform.errors import LosslessProofFailed

_BLOCK = 1 << 23  # bytes


def write_clipped(session: Session, folder: Path, frames: int) -> int:
    """Bring ``folder`` up to date with the session and return the number of its files.

    A file of the same size and modification time is kept, one the session lacks is removed.
    """
    clipped = {file.path: file for file in session.continuous.values()}
    expected = {folder / path.relative_to(session.source) for path in session.files}
    if folder.exists():
        _remove_others(folder, expected)
    for source in session.files:
        target = folder / source.relative_to(session.source)
        target.parent.mkdir(parents=True, exist_ok=True)
        length = _clipped_bytes(clipped[source], frames) if source in clipped else None
        _copy(source, target, length)
    return len(session.files)


def _clipped_bytes(file: ContinuousFile, frames: int) -> int:
    return min(frames, file.samples) * file.frame_bytes


def _remove_others(folder: Path, expected: set[Path]) -> None:
    for parent, folders, names in os.walk(folder, topdown=False):
        for name in names:
            if Path(parent, name) not in expected:
                Path(parent, name).unlink()
        for name in folders:
            if not any(Path(parent, name).iterdir()):
                Path(parent, name).rmdir()


def _copy(source: Path, target: Path, length: int | None) -> None:
    """Copy the file, or its first ``length`` bytes, and compare the copy with what was read."""
    stat = source.stat()
    size = stat.st_size if length is None else length
    if target.is_file():
        there = target.stat()
        if (there.st_size, there.st_mtime_ns) == (size, stat.st_mtime_ns):
            return
    partial = target.with_name(f".{target.name}.partial")
    digest = hashlib.blake2b()
    with source.open("rb") as reader, partial.open("wb") as writer:
        left = size
        while left and (block := reader.read(min(_BLOCK, left))):
            writer.write(block)
            digest.update(block)
            left -= len(block)
        writer.flush()
        os.fsync(writer.fileno())
    with partial.open("rb") as copy:
        if hashlib.file_digest(copy, hashlib.blake2b).digest() != digest.digest():
            raise LosslessProofFailed(f"{partial} differs from {source}, which it is a copy of.")
    os.utime(partial, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    partial.rename(target)
