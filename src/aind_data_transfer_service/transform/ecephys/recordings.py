"""The session as SpikeInterface reads it: one recording for each stream of each experiment.

SpikeInterface (through neo and probeinterface) supplies what describes the recording: channel
ids, gains, offsets, probe, properties. Traces and times are read by this package's own code.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spikeinterface.extractors.neoextractors.openephys import (
    OpenEphysBinaryRecordingExtractor as Extractor,
)

from aind_data_transfer_service.transform.ecephys.continuous import SAMPLE_DTYPE, ContinuousFile
from aind_data_transfer_service.transform.ecephys.errors import OpenEphysUnreadable
from aind_data_transfer_service.transform.ecephys.session import Session


@dataclass(frozen=True)
class Segment:
    """One recording's samples of one stream."""

    file: ContinuousFile
    columns: tuple[int, ...]
    """The stream's channels in the file: sync and ADC channels are streams of their own."""

    def read_traces(self, start: int, stop: int) -> NDArray[np.int16]:
        """Return samples ``start`` to ``stop`` of the stream's channels."""
        block = self.file.read_traces(start, stop)
        if len(self.columns) == self.file.channels:
            return block
        return np.ascontiguousarray(block[:, self.columns])


@dataclass(frozen=True)
class Stream:
    """One stream of one experiment."""

    name: str
    """As SpikeInterface names it, with the experiment in front: the Zarr folder's name."""
    recording: Any
    segments: list[Segment]

    @cached_property
    def channels(self) -> int:
        """Number of channels."""
        return len(self.recording.channel_ids)

    @property
    def sampling_frequency(self) -> float:
        """Samples per second (Hz)."""
        return float(self.recording.sampling_frequency)

    @property
    def samples(self) -> int:
        """Samples of a channel in all segments."""
        return sum(segment.file.samples for segment in self.segments)

    @property
    def raw_bytes(self) -> int:
        """Size of the traces in the source."""
        return self.samples * self.channels * SAMPLE_DTYPE.itemsize


def open_streams(session: Session) -> list[Stream]:
    """Open all streams of all experiments and check that they are the whole session.

    Raises
    ------
    OpenEphysUnreadable
        If SpikeInterface refuses the session or leaves out a part of it.
    """
    streams = []
    for experiment in sorted({key.experiment for key in session.continuous}):
        name = f"experiment{experiment}"
        for stream_name in _stream_names(session.source, name):
            recording = _open(session.source, name, stream_name)
            segments = _segments(session, experiment, recording)
            streams.append(Stream(f"{name}_{stream_name}", recording, segments))
    _check_complete(session, streams)
    return streams


def _stream_names(source: Path, experiment: str) -> list[str]:
    try:
        names, _ = Extractor.get_streams(source, [experiment])
    except Exception as error:  # neo and probeinterface raise plain Exceptions and assertions
        raise _unreadable(source, experiment, error) from error
    return [str(name) for name in names]


def _open(source: Path, experiment: str, stream_name: str) -> Any:
    try:
        return Extractor(source, experiment_name=experiment, stream_name=stream_name)
    except Exception as error:  # as above
        raise _unreadable(source, f"{experiment} {stream_name}", error) from error


def _unreadable(source: Path, what: str, error: Exception) -> OpenEphysUnreadable:
    return OpenEphysUnreadable(
        f"SpikeInterface cannot read {what} in {source}: {type(error).__name__}: {error}"
    )


def _segments(session: Session, experiment: int, recording: Any) -> list[Segment]:
    """Find the files and columns behind SpikeInterface's segments."""
    header = recording.neo_reader.header
    channels = header["signal_channels"]
    mine = channels["stream_id"] == recording.stream_id
    buffer_id = channels["buffer_id"][mine][0]
    columns = np.flatnonzero(mine[channels["buffer_id"] == buffer_id])
    buffers = header["signal_buffers"]
    buffer_name = str(buffers["name"][buffers["id"] == buffer_id][0])
    node, _, folder = buffer_name.rpartition("#")
    return [
        Segment(session.continuous[key], tuple(int(column) for column in columns))
        for key in sorted(session.continuous)
        if (key.node, key.experiment, key.folder) == (node, experiment, folder)
    ]


def _check_complete(session: Session, streams: list[Stream]) -> None:
    """Every channel of every file must be in exactly one stream, or data would be lost."""
    used: dict[Path, list[int]] = defaultdict(list)
    for stream in streams:
        samples = [segment.file.samples for segment in stream.segments]
        read = [stream.recording.get_num_samples(i) for i in range(len(samples))]
        if stream.recording.get_num_segments() != len(samples) or read != samples:
            raise OpenEphysUnreadable(
                f"SpikeInterface finds other recordings for {stream.name} in {session.source} "
                f"than there are: {read} samples instead of {samples}."
            )
        for segment in stream.segments:
            used[segment.file.path].extend(segment.columns)
    for file in session.continuous.values():
        if sorted(used[file.path]) != list(range(file.channels)):
            raise OpenEphysUnreadable(
                f"SpikeInterface reads {len(used[file.path])} of the {file.channels} channels "
                f"of {file.path}."
            )
