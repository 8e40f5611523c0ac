"""One stream on its way to its Zarr folder."""

import logging
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aind_data_transfer_service import __version__
from aind_data_transfer_service.errors import SourceChanged
from aind_data_transfer_service.transform.durable import (
    folder_bytes,
    publish_folder,
    sync_folder,
)
from aind_data_transfer_service.transform.ecephys.chunks import (
    ChunkReport,
    StoredArray,
    store_chunk,
)
from aind_data_transfer_service.transform.ecephys.recordings import Stream
from aind_data_transfer_service.transform.ecephys.result import StreamResult
from aind_data_transfer_service.transform.ecephys.session import Session
from aind_data_transfer_service.transform.ecephys.settings import EcephysSettings
from aind_data_transfer_service.transform.ecephys.zarr_store import (
    create_store,
    open_arrays,
    prove_metadata,
    read_record,
    traces_name,
    write_record,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chunk:
    """A piece of work for one thread."""

    array: StoredArray
    start: int

    @property
    def raw_bytes(self) -> int:
        """Bytes of the source's traces that it covers; none if it holds times."""
        reader = self.array.reader
        if reader.ndim == 1:
            return 0
        samples = self.array.stop(self.start) - self.start
        return int(samples * reader.shape[1] * reader.dtype.itemsize)

    def store(self) -> ChunkReport:
        """Write and prove it."""
        return store_chunk(self.array, self.start)


class StreamJob:
    """Fills a hidden folder chunk by chunk and gives it the stream's name when all is proven.

    The folder's attributes record which source files, settings and version it is made with. A
    folder with another record is of another attempt and is made anew.
    """

    def __init__(
        self, session: Session, stream: Stream, folder: Path, settings: EcephysSettings
    ) -> None:
        self.stream = stream
        self.path = folder / f"{stream.name}.zarr"
        self._partial = folder / f".{stream.name}.zarr.partial"
        self._session = session
        self._settings = settings
        self._began = time.perf_counter()
        self._write_seconds = 0.0
        self._proof_seconds = 0.0
        self._record = self._make_record()
        self.kept = read_record(self.path) == self._record

    @property
    def names(self) -> set[str]:
        """What it makes in its folder."""
        return {self.path.name, self._partial.name}

    def chunks(self) -> Iterator[Chunk]:
        """Yield all work; none if an earlier attempt finished it."""
        if self.kept:
            return
        self._began = time.perf_counter()
        self._prepare()
        for array in open_arrays(self._partial, self.stream, self._settings):
            for start in array.chunk_starts:
                yield Chunk(array, start)

    def add(self, report: ChunkReport) -> None:
        """Count a finished chunk's time."""
        self._write_seconds += report.write_seconds
        self._proof_seconds += report.proof_seconds

    def finish(self) -> StreamResult:
        """Publish the folder after its last chunk."""
        if not self.kept:
            prove_metadata(self._partial, self.stream)
            if self._make_record() != self._record:
                raise SourceChanged(
                    f"Files of {self.stream.name} in {self._session.source} changed while they "
                    "were read."
                )
            publish_folder(self._partial, self.path)
        result = self._result()
        _log.info(
            "%s: %s: %d samples of %d channels, %.1f MB/s, ratio %.3f",
            result.name,
            "kept from an earlier attempt" if self.kept else "compressed and proven",
            result.samples,
            result.channels,
            result.raw_bytes / 1e6 / result.seconds,
            result.ratio,
        )
        return result

    def _prepare(self) -> None:
        """Begin the hidden folder, unless an earlier attempt at the same thing did."""
        if self.path.exists():
            shutil.rmtree(self.path)
        if read_record(self._partial) == self._record:
            return
        if self._partial.exists():
            shutil.rmtree(self._partial)
        create_store(self._partial, self.stream, self._settings)
        sync_folder(self._partial)
        write_record(self._partial, self._record)

    def _make_record(self) -> dict[str, Any]:
        """Return what the output depends on, in JSON's types."""
        settings = self._settings
        return {
            "version": __version__,
            "codec": settings.codec,
            "level": settings.effective_level,
            "chunk_duration": settings.chunk_duration,
            "source": [
                [str(path.relative_to(self._session.source)), stat.st_size, stat.st_mtime_ns]
                for path in self._source_files()
                for stat in [path.stat()]
            ],
        }

    def _source_files(self) -> list[Path]:
        """Return the files that decide the output."""
        files = [path for path in self._session.files if path.suffix in (".xml", ".oebin")]
        for segment in self.stream.segments:
            files.append(segment.file.path)
            if segment.file.times is not None:
                files.append(segment.file.times.path)
        return files

    def _result(self) -> StreamResult:
        stream = self.stream
        traces = range(len(stream.segments))
        return StreamResult(
            name=stream.name,
            path=self.path,
            codec=self._settings.codec,
            segments=len(stream.segments),
            samples=stream.samples,
            channels=stream.channels,
            sampling_frequency=stream.sampling_frequency,
            raw_bytes=stream.raw_bytes,
            stored_bytes=folder_bytes(self.path),
            traces_bytes=sum(folder_bytes(self.path / traces_name(i)) for i in traces),
            seconds=time.perf_counter() - self._began,
            write_seconds=self._write_seconds,
            proof_seconds=self._proof_seconds,
            kept=self.kept,
        )
