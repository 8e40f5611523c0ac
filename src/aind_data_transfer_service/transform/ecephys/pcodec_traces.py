"""Traces in pcodec: an encoding that numcodecs' own PCodec decodes.

Each channel is contiguous in a chunk (array order "F"), so that pcodec's convolutional delta, a
linear prediction from the last samples, works along time. Pages hold whole channels.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numcodecs.compat import ensure_contiguous_ndarray
from numcodecs.pcodec import PCodec
from numpy.typing import NDArray
from pcodec import ChunkConfig, DeltaSpec, ModeSpec, PagingSpec, standalone

_PREDICTION_ORDER = 6
_PAGE_SAMPLES = 30_000  # about; a page of this length pays for its own statistics
_PROBE_SAMPLES = 1 << 17  # samples of a chunk looked at to find the converter's step
_TRIAL_CHANNELS = 8  # channels of a chunk that each candidate encodes on trial


class TracesPCodec(PCodec):  # type: ignore[misc]  # numcodecs has no types
    """Encodes better than numcodecs' PCodec; registered under its name for decoding.

    Parameters
    ----------
    level
        pcodec's compression level, 0 to 12.
    frames
        Samples of one channel in a chunk.
    """

    def __init__(self, level: int, frames: int) -> None:
        page = frames * max(1, _PAGE_SAMPLES // frames)
        super().__init__(level=level, equal_pages_up_to=page)
        self._frames = frames

    def get_config(self) -> dict[str, Any]:
        """Return what a decoder needs and no more: older numcodecs refuse what they do not know."""
        return {
            "id": self.codec_id,
            "level": self.level,
            "equal_pages_up_to": self.equal_pages_up_to,
        }

    def encode(self, buf: Any) -> bytes:
        """Encode a chunk whose channels are contiguous."""
        values = ensure_contiguous_ndarray(buf)
        best = self._best_mode(values.reshape(-1, self._frames))
        return self._compress(values, best)

    def _best_mode(self, channels: NDArray[np.int16]) -> ModeSpec:
        modes = list(_candidate_modes(channels))
        if len(modes) == 1:
            return modes[0]
        spread = np.linspace(0, len(channels) - 1, _TRIAL_CHANNELS).astype(np.intp)
        trial = channels[np.unique(spread)].ravel()
        return min(modes, key=lambda mode: len(self._compress(trial, mode)))

    def _compress(self, values: NDArray[np.int16], mode: ModeSpec) -> bytes:
        config = ChunkConfig(
            compression_level=self.level,
            mode_spec=mode,
            delta_spec=DeltaSpec.try_conv1(_PREDICTION_ORDER),
            paging_spec=PagingSpec.equal_pages_up_to(self.equal_pages_up_to),
        )
        encoded: bytes = standalone.simple_compress(values, config)
        return encoded


def _candidate_modes(channels: NDArray[np.int16]) -> Iterator[ModeSpec]:
    """Yield the ways to write the values that can pay.

    Converters with a step above one count (Neuropixels 1.0: 2.34 µV in counts of 0.195 µV, so
    12 and at times 13 counts) leave most values unused. pcodec can store them as multiples of
    the step and a remainder, or as numbers of a dictionary; its automatic mode misses both.
    """
    yield ModeSpec.classic()
    step = _converter_step(channels)
    if step > 1:
        yield ModeSpec.try_int_mult(step)
        yield ModeSpec.try_dict()


def _converter_step(channels: NDArray[np.int16]) -> int:
    """Return the most common distance between neighbouring values that occur."""
    values = channels.ravel()
    stride = max(1, len(values) // _PROBE_SAMPLES)
    distances = np.diff(np.unique(values[::stride]).astype(np.int32))
    return int(np.bincount(distances).argmax()) if len(distances) else 1
