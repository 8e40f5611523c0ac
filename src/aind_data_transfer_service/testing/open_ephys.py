"""A sample recording as the Open Ephys GUI 0.6 writes it ("binary" format), of any size.

Format: https://open-ephys.github.io/gui-docs/User-Manual/Recording-data/Binary-format.html
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aind_data_transfer_service.testing.neural_signal import AP_BAND, LFP_BAND, Band, NeuralSignal
from aind_data_transfer_service.testing.neuropixels_settings import (
    MAX_CHANNELS,
    MIN_CHANNELS,
    settings_xml,
)

PROBE = "ProbeA"
SOURCE_NODE = 100
RECORD_NODE = 101

_BIT_VOLTS = 0.195  # µV of one count
_CLOCK_DRIFT = 3e-6  # how much faster the acquisition computer's clock runs than the probe's


@dataclass(frozen=True)
class _Stream:
    band_name: str
    rate: float
    band: Band
    channels: int
    sync_channel: bool

    @property
    def folder(self) -> str:
        return f"Neuropix-PXI-{SOURCE_NODE}.{PROBE}-{self.band_name}"

    @property
    def channel_names(self) -> list[str]:
        prefix = "LFP" if self.band_name == "LFP" else "AP"
        names = [f"{prefix}{i + 1}" for i in range(self.channels)]
        return [*names, f"{prefix}_SYNC"] if self.sync_channel else names


def make_open_ephys_session(
    folder: Path,
    *,
    seconds: float,
    channels: int = MAX_CHANNELS,
    ap_rate: float = 30_000,
    lfp_rate: float = 2_500,
    seed: int = 0,
    lsb: float = 1,
    experiments: int = 1,
    recordings: int = 1,
    sync_channel: bool = False,
) -> Path:
    """Write a session of one Neuropixels 1.0 probe (AP and LFP streams) and return its folder.

    The same arguments give the same bytes.

    Parameters
    ----------
    seconds
        Length of each recording.
    channels
        Recorded channels, 4 to 384.
    ap_rate, lfp_rate
        Sampling rates (Hz).
    lsb
        Counts per converter step: 12.02 in a real Neuropixels 1.0 recording at gain 500.
    experiments, recordings
        Number of experiments, and of recordings in each.
    sync_channel
        Add the probe's sync line as a last channel of each stream.

    Raises
    ------
    ValueError
        If ``channels`` is not 4 to 384.
    """
    if not MIN_CHANNELS <= channels <= MAX_CHANNELS:
        raise ValueError(f"channels must be {MIN_CHANNELS} to {MAX_CHANNELS}, not {channels}.")
    streams = [
        _Stream("AP", ap_rate, AP_BAND, channels, sync_channel),
        _Stream("LFP", lfp_rate, LFP_BAND, channels, sync_channel),
    ]
    rng = np.random.Generator(np.random.SFC64(seed))
    node = folder / f"Record Node {RECORD_NODE}"
    node.mkdir(parents=True)
    settings = settings_xml(
        probe=PROBE,
        channels=channels,
        ap_rate=ap_rate,
        lfp_rate=lfp_rate,
        source=SOURCE_NODE,
        recorder=RECORD_NODE,
    )
    for experiment in range(1, experiments + 1):
        name = "settings.xml" if experiment == 1 else f"settings_{experiment}.xml"
        (node / name).write_bytes(settings)
        for recording in range(1, recordings + 1):
            where = node / f"experiment{experiment}" / f"recording{recording}"
            # Samples are counted on from one recording to the next.
            _write_recording(where, streams, seconds, start=recording - 1, lsb=lsb, rng=rng)
    return folder


def _write_recording(
    folder: Path,
    streams: list[_Stream],
    seconds: float,
    *,
    start: int,
    lsb: float,
    rng: np.random.Generator,
) -> None:
    for stream in streams:
        samples = round(seconds * stream.rate)
        first_sample = round((1.5 + start * (seconds + 1)) * stream.rate)
        continuous = folder / "continuous" / stream.folder
        continuous.mkdir(parents=True)
        _write_traces(continuous / "continuous.dat", stream, samples, lsb, rng)
        _write_clock(continuous, first_sample, samples, stream.rate)
        ttl = folder / "events" / stream.folder / "TTL"
        ttl.mkdir(parents=True)
        _write_ttl(ttl, first_sample, samples, stream.rate)
    (folder / "structure.oebin").write_text(json.dumps(_structure(streams), indent=2))
    (folder / "sync_messages.txt").write_text(
        "Software Time (milliseconds since midnight Jan 1st 1970 UTC): 1735689600000\n"
    )


def _write_traces(
    path: Path, stream: _Stream, samples: int, lsb: float, rng: np.random.Generator
) -> None:
    signal = NeuralSignal(
        rng, channels=stream.channels, rate=stream.rate, band=stream.band, lsb=lsb
    )
    written = 0
    with path.open("wb") as file:
        for block in signal.blocks(samples):
            counts = block
            if stream.sync_channel:
                line = _sync_line(written, len(block), stream.rate)
                counts = np.concatenate([block, line[:, None]], axis=1)
            file.write(counts.tobytes())
            written += len(block)


def _sync_line(start: int, samples: int, rate: float) -> NDArray[np.int16]:
    """Return a 1 Hz square wave."""
    half_seconds = np.arange(start, start + samples) // max(1, round(rate / 2))
    return (half_seconds % 2).astype(np.int16)


def _write_clock(folder: Path, first_sample: int, samples: int, rate: float) -> None:
    numbers = folder / "sample_numbers.npy"
    _write_npy(numbers, np.dtype("<i8"), samples, _ranges(first_sample, samples))
    times = (_times(block, rate) for block in _ranges(first_sample, samples))
    _write_npy(folder / "timestamps.npy", np.dtype("<f8"), samples, times)


def _ranges(first: int, count: int, block: int = 1 << 20) -> Iterator[NDArray[np.int64]]:
    for start in range(first, first + count, block):
        yield np.arange(start, min(start + block, first + count), dtype=np.int64)


def _times(sample_numbers: NDArray[np.int64], rate: float) -> NDArray[np.float64]:
    """Return seconds on the acquisition computer's clock."""
    return sample_numbers / rate * (1 + _CLOCK_DRIFT)


def _write_npy(
    path: Path, dtype: np.dtype[Any], length: int, blocks: Iterable[NDArray[Any]]
) -> None:
    header = {"descr": dtype.str, "fortran_order": False, "shape": (length,)}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for block in blocks:
            file.write(block.astype(dtype, copy=False).tobytes())


def _write_ttl(folder: Path, first_sample: int, samples: int, rate: float) -> None:
    """Write the line's edges: two each second."""
    edges = np.arange(0, samples, max(1, round(rate / 2)), dtype=np.int64)
    rising = np.arange(len(edges)) % 2 == 0
    numbers = edges + first_sample
    np.save(folder / "sample_numbers.npy", numbers)
    np.save(folder / "timestamps.npy", _times(numbers, rate))
    np.save(folder / "states.npy", np.where(rising, 1, -1).astype(np.int16))
    np.save(folder / "full_words.npy", rising.astype(np.uint64))


def _structure(streams: list[_Stream]) -> dict[str, Any]:
    return {
        "GUI version": "0.6.7",
        "continuous": [_continuous_entry(stream) for stream in streams],
        "events": [_event_entry(stream) for stream in streams],
        "spikes": [],
    }


def _continuous_entry(stream: _Stream) -> dict[str, Any]:
    return {
        "folder_name": f"{stream.folder}/",
        "sample_rate": float(stream.rate),
        "source_processor_name": "Neuropix-PXI",
        "source_processor_id": SOURCE_NODE,
        "stream_name": f"{PROBE}-{stream.band_name}",
        "recorded_processor": "Record Node",
        "recorded_processor_id": RECORD_NODE,
        "num_channels": len(stream.channel_names),
        "channels": [
            {
                "channel_name": name,
                "description": "Neuropixels electrode",
                "identifier": "neuropixels.channel",
                "history": "Neuropix-PXI -> Record Node",
                "bit_volts": _BIT_VOLTS,
                "units": "uV",
            }
            for name in stream.channel_names
        ],
    }


def _event_entry(stream: _Stream) -> dict[str, Any]:
    return {
        "folder_name": f"{stream.folder}/TTL/",
        "channel_name": "Neuropixels PXI Sync",
        "description": "Status of SMA sync line on PXI card",
        "identifier": "neuropixels.sync",
        "sample_rate": float(stream.rate),
        "type": "int16",
        "source_processor": "Neuropix-PXI",
        "stream_name": f"{PROBE}-{stream.band_name}",
        "initial_state": 0,
    }
