"""The codec of the stored traces, as Zarr arrays take it."""

import importlib
from dataclasses import dataclass
from typing import Any, Literal

from aind_data_transfer_service.transform.ecephys.pcodec_traces import TracesPCodec
from aind_data_transfer_service.transform.ecephys.settings import EcephysSettings


@dataclass(frozen=True)
class TracesCodec:
    """A numcodecs codec and the order in which it wants a chunk's numbers."""

    compressor: Any
    order: Literal["C", "F"]


def traces_codec(settings: EcephysSettings, frames: int) -> TracesCodec:
    """Return the codec for chunks of ``frames`` samples."""
    if settings.codec == "pcodec":
        return TracesCodec(TracesPCodec(settings.effective_level, frames), "F")
    wavpack = importlib.import_module("wavpack_numcodecs")
    return TracesCodec(wavpack.WavPack(level=settings.effective_level), "C")
