import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numcodecs.registry import get_codec
from numpy.typing import NDArray

from aind_data_transfer_service.transform.ecephys.pcodec_traces import TracesPCodec

FRAMES = 60

blocks = st.integers(1, 4).flatmap(
    lambda channels: arrays(
        np.dtype("<i2"),
        (FRAMES, channels),
        elements=st.one_of(
            st.sampled_from([-32768, -32767, -1, 0, 1, 32767]),
            st.integers(-2730, 2730).map(lambda k: 12 * k),
            st.integers(-32768, 32767),
        ),
    )
)


def decode(codec: TracesPCodec, encoded: bytes, channels: int) -> NDArray[np.int16]:
    stock = get_codec(codec.get_config())
    assert type(stock) is not TracesPCodec
    decoded: NDArray[np.int16] = stock.decode(encoded).reshape((FRAMES, channels), order="F")
    return decoded


@given(blocks)
def test_stock_codec_decodes_any_block(block: NDArray[np.int16]) -> None:
    codec = TracesPCodec(8, FRAMES)

    encoded = codec.encode(np.asfortranarray(block))

    np.testing.assert_array_equal(decode(codec, encoded, block.shape[1]), block)


def test_metadata_is_what_every_release_of_numcodecs_understands() -> None:
    assert TracesPCodec(8, 2500).get_config() == {
        "id": "pcodec",
        "level": 8,
        "equal_pages_up_to": 30000,
    }


@pytest.mark.parametrize("step", [12.0, 2.34375 / 0.195])
def test_unused_counts_of_a_coarse_converter_cost_little(step: float) -> None:
    fine = np.random.default_rng(0).normal(0, 10, (20_000, 2)).round()
    codec = TracesPCodec(8, len(fine))

    fine_size = len(codec.encode(np.asfortranarray(fine.astype("<i2"))))
    coarse = np.asfortranarray(np.rint(fine * step).astype("<i2"))
    encoded = codec.encode(coarse)

    assert len(encoded) < 1.1 * fine_size
    stock = get_codec(codec.get_config()).decode(encoded)
    np.testing.assert_array_equal(stock.reshape(coarse.shape, order="F"), coarse)
