"""Synthetic extracellular voltage: fast, repeatable, and about as compressible as real data.

Each channel is white noise, plus slow noise that neighbouring channels share, plus spikes that
reach five neighbouring channels, plus a constant offset.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CHANNELS_PER_SOURCE = 24  # the slow noise has one independent source for so many channels
_BLOCK = 1024  # samples made at a time: small enough to stay in the processor's cache
_FILTER_BLOCK = 256  # samples filtered by one matrix product
_POOL = 8192  # samples of ready-made white noise
_SPIKE_SAMPLES = 60  # 2 ms at 30 kHz
_SPIKE_REACH = np.array([0.2, 0.6, 1.0, 0.6, 0.2], dtype=np.float32)  # amplitude by channel
_SPIKES_PER_CHANNEL_SECOND = 2.5
_MAX_OFFSET = 20


@dataclass(frozen=True)
class Band:
    """What tells the action-potential band from the local-field band."""

    slow_pole: float
    slow_gain: float
    has_spikes: bool


AP_BAND = Band(slow_pole=0.98, slow_gain=10.0, has_spikes=True)
LFP_BAND = Band(slow_pole=0.998, slow_gain=40.0, has_spikes=False)


class NeuralSignal:
    """Endless signal of one stream, taken block by block.

    Parameters
    ----------
    channels
        Number of channels.
    rate
        Samples per second and channel (Hz).
    band
        ``AP_BAND`` or ``LFP_BAND``.
    noise
        Standard deviation of the white noise, in steps of the converter.
    lsb
        Size of one converter step, in counts of the file; need not be whole.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        *,
        channels: int,
        rate: float,
        band: Band,
        noise: float = 12.0,
        lsb: float = 1,
    ) -> None:
        self._rng = rng
        self._channels = channels
        self._rate = rate
        self._band = band
        self._noise = noise
        self._lsb = lsb
        self._mixing = _mixing(channels)
        self._slow = _LowPass(band.slow_pole, sources=len(self._mixing))
        self._offsets = rng.integers(-_MAX_OFFSET, _MAX_OFFSET, channels).astype(np.float32)
        self._spike = _spike_shape()
        self._pool = rng.standard_normal((_POOL, channels), dtype=np.float32)
        self._pool *= np.float32(noise / 2**0.5)

    def blocks(self, samples: int) -> Iterator[NDArray[np.int16]]:
        """Yield ``samples`` samples of all channels, a small block at a time."""
        for start in range(0, samples, _BLOCK):
            yield self._block(min(_BLOCK, samples - start))

    def _block(self, samples: int) -> NDArray[np.int16]:
        # The sum of two windows of a noise pool is far cheaper than new noise, and as white.
        first, second = self._rng.integers(0, _POOL - _BLOCK, 2)
        signal = self._pool[first : first + samples] + self._pool[second : second + samples]
        white = self._rng.standard_normal((samples, len(self._mixing)), dtype=np.float32)
        slow = self._slow.filter(white) * np.float32(self._noise * self._band.slow_gain)
        signal += slow @ self._mixing
        signal += self._offsets
        if self._band.has_spikes:
            self._add_spikes(signal)
        np.rint(signal, out=signal)
        if self._lsb != 1:
            signal *= np.float32(self._lsb)
            np.rint(signal, out=signal)
        return signal.astype(np.int16)

    def _add_spikes(self, signal: NDArray[np.float32]) -> None:
        samples, channels = signal.shape
        reach = min(len(_SPIKE_REACH), channels)
        if samples <= _SPIKE_SAMPLES:
            return
        count = int(samples / self._rate * channels * _SPIKES_PER_CHANNEL_SECOND)
        starts = self._rng.integers(0, samples - _SPIKE_SAMPLES, count)
        first_channels = self._rng.integers(0, channels - reach + 1, count)
        amplitudes = self._rng.gamma(3.0, 2.0, count).astype(np.float32) * np.float32(self._noise)
        template = np.outer(self._spike, _SPIKE_REACH[:reach])
        for start, channel, amplitude in zip(starts, first_channels, amplitudes, strict=True):
            at = (slice(start, start + _SPIKE_SAMPLES), slice(channel, channel + reach))
            signal[at] += amplitude * template


class _LowPass:
    """First-order low-pass y[t] = pole * y[t-1] + (1 - pole) * x[t] over consecutive blocks."""

    def __init__(self, pole: float, sources: int) -> None:
        lag = np.subtract.outer(np.arange(_FILTER_BLOCK), np.arange(_FILTER_BLOCK))
        response = np.where(lag >= 0, (1 - pole) * pole ** np.maximum(lag, 0), 0.0)
        self._response = response.astype(np.float32)
        self._decay = (pole ** np.arange(1, _FILTER_BLOCK + 1))[:, None].astype(np.float32)
        self._last = np.zeros(sources, dtype=np.float32)

    def filter(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        out = np.empty_like(x)
        for start in range(0, len(x), _FILTER_BLOCK):
            part = x[start : start + _FILTER_BLOCK]
            n = len(part)
            out[start : start + n] = self._response[:n, :n] @ part + self._decay[:n] * self._last
            self._last = out[start + n - 1].copy()
        return out


def _mixing(channels: int) -> NDArray[np.float32]:
    """Return the weights (source, channel) that blend the slow sources along the probe."""
    sources = channels // _CHANNELS_PER_SOURCE + 2
    position = np.arange(channels) / _CHANNELS_PER_SOURCE
    lower = position.astype(np.intp)
    weights = np.zeros((sources, channels), dtype=np.float32)
    weights[lower, np.arange(channels)] = 1 - (position - lower)
    weights[lower + 1, np.arange(channels)] = position - lower
    return weights


def _spike_shape() -> NDArray[np.float32]:
    """Return a trough followed by a lower, slower peak."""
    t = np.arange(_SPIKE_SAMPLES)
    shape = -np.exp(-(((t - 20) / 5.0) ** 2)) + 0.3 * np.exp(-(((t - 35) / 8.0) ** 2))
    return shape.astype(np.float32)
