"""SpikeInterface's Zarr format (v2): everything but the contents of the traces and times.

Layout: ``spikeinterface.core.zarrextractors.add_recording_to_zarr_group``, version 0.105.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numcodecs import Blosc
from spikeinterface.core.core_tools import check_json, retrieve_importing_provenance
from spikeinterface.core.zarrextractors import (
    ZarrRecordingExtractor,
    add_properties_and_annotations,
)

from aind_data_transfer_service.files import write_whole
from aind_data_transfer_service.transform.ecephys.chunks import StoredArray
from aind_data_transfer_service.transform.ecephys.continuous import SAMPLE_DTYPE
from aind_data_transfer_service.transform.ecephys.errors import MetadataProofFailed
from aind_data_transfer_service.transform.ecephys.recordings import Stream
from aind_data_transfer_service.transform.ecephys.settings import EcephysSettings
from aind_data_transfer_service.transform.ecephys.traces_codec import traces_codec

TIMES_FRAMES = 1 << 18  # samples in a chunk of times

_RECORD = "aind_data_transfer_service"


def traces_name(segment: int) -> str:
    """Return the name of a segment's traces array."""
    return f"traces_seg{segment}"


def times_name(segment: int) -> str:
    """Return the name of a segment's times array."""
    return f"times_seg{segment}"


def times_codec() -> Blosc:
    """Return the codec of the times; any reader of Zarr has it."""
    return Blosc(cname="zstd", clevel=5, shuffle=Blosc.BITSHUFFLE)


def chunk_frames(stream: Stream, settings: EcephysSettings) -> int:
    """Return the samples in a chunk of traces."""
    return max(1, round(stream.sampling_frequency * settings.chunk_duration))


def create_store(path: Path, stream: Stream, settings: EcephysSettings) -> None:
    """Write all metadata, with traces and times still empty."""
    recording = stream.recording
    root = zarr.open_group(str(path), mode="w")
    root.attrs.update(_attributes(recording))
    root.create_dataset("channel_ids", data=recording.get_channel_ids(), compressor=None)
    frames = chunk_frames(stream, settings)
    codec = traces_codec(settings, frames)
    for index, segment in enumerate(stream.segments):
        root.create_dataset(
            traces_name(index),
            shape=(segment.file.samples, stream.channels),
            chunks=(frames, stream.channels),
            dtype=SAMPLE_DTYPE,
            order=codec.order,
            compressor=codec.compressor,
        )
        if segment.file.times is not None:
            root.create_dataset(
                times_name(index),
                shape=(segment.file.samples,),
                chunks=(TIMES_FRAMES,),
                dtype="<f8",
                compressor=times_codec(),
            )
    starts = [recording.get_time_info(i)["t_start"] for i in range(len(stream.segments))]
    if any(start is not None for start in starts):
        values = [np.nan if start is None else start for start in starts]
        root.create_dataset("t_starts", data=np.array(values, dtype="<f8"), compressor=None)
    add_properties_and_annotations(root, recording)


def open_arrays(path: Path, stream: Stream, settings: EcephysSettings) -> list[StoredArray]:
    """Return the arrays whose chunks are to be filled, traces before times."""
    root = zarr.open_group(str(path), mode="r")
    codec = traces_codec(settings, chunk_frames(stream, settings))
    arrays = []
    for index, segment in enumerate(stream.segments):
        name = traces_name(index)
        arrays.append(StoredArray(path / name, root[name], codec.compressor, segment.read_traces))
        if segment.file.times is not None:
            name = times_name(index)
            reader = segment.file.read_times
            arrays.append(StoredArray(path / name, root[name], times_codec(), reader))
    return arrays


def _attributes(recording: Any) -> dict[str, Any]:
    attributes = {
        "zarr_class_info": retrieve_importing_provenance(ZarrRecordingExtractor),
        "provenance": check_json(recording.to_dict(recursive=True)),
        "sampling_frequency": float(recording.sampling_frequency),
        "num_segments": int(recording.get_num_segments()),
    }
    if recording.has_probe():
        probes = recording.get_probegroup().to_dict(array_as_list=True)
        attributes["probegroup"] = check_json(probes)
    return attributes


def read_record(path: Path) -> object:
    """Return the record of what a store was made from; None if there is no whole one."""
    try:
        attributes: dict[str, object] = json.loads((path / ".zattrs").read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return attributes.get(_RECORD)


def write_record(path: Path, record: dict[str, Any]) -> None:
    """Say what a store is made from, among attributes that SpikeInterface ignores."""
    attributes = json.loads((path / ".zattrs").read_bytes())
    content = json.dumps(attributes | {_RECORD: record}, sort_keys=True)
    write_whole(path / ".zattrs", content.encode())


def prove_metadata(path: Path, stream: Stream) -> None:
    """Check that SpikeInterface reads from the store what it reads from the source.

    Raises
    ------
    MetadataProofFailed
        Naming what differs.
    """
    stored, source = _metadata(ZarrRecordingExtractor(path)), _metadata(stream.recording)
    for name in sorted(source.keys() | stored.keys()):
        if not (name in source and name in stored and _equal(source[name], stored[name])):
            raise MetadataProofFailed(f"{path}: {name} differs from the source's.")


def _equal(first: Any, second: Any) -> bool:
    floats = np.asarray(first).dtype.kind == np.asarray(second).dtype.kind == "f"
    return np.array_equal(first, second, equal_nan=floats)


def _metadata(recording: Any) -> dict[str, Any]:
    segments = range(recording.get_num_segments())
    values = {
        "sampling frequency": recording.sampling_frequency,
        "samples": [recording.get_num_samples(index) for index in segments],
        "channel ids": recording.channel_ids,
        "probe": check_json(recording.get_probegroup().to_dict()) if recording.has_probe() else 0,
    }
    properties = {
        f"property {key}": recording.get_property(key) for key in recording.get_property_keys()
    }
    return values | properties
