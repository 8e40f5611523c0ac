"""Slices, decoded as Pillow decodes them, whatever wrote them."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from aind_data_transfer_service.transform.smartspim.errors import ImageUnreadable
from aind_data_transfer_service.transform.smartspim.headers import read_header
from aind_data_transfer_service.transform.smartspim.images import decode


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, filtered: bytes, *, parts: int = 1) -> bytes:
    """Return a 16-bit grey PNG of rows that are filtered already."""
    packed = zlib.compress(filtered)
    step = -(-len(packed) // parts)
    data = [chunk(b"IDAT", packed[i : i + step]) for i in range(0, len(packed), step)]
    header = struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"tEXt", b"a\0b"), *data, chunk(b"IEND", b"")]
    )


def decoded(path: Path) -> NDArray[np.uint16]:
    image = read_header(path)
    out = np.empty((image.height, image.width), "<u2")
    decode(image, out)
    return out


@given(data=st.data())
def test_all_filters_of_png(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    width, height = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 6))
    rows = [
        bytes([data.draw(st.integers(0, 4))])
        + data.draw(st.binary(min_size=2 * width, max_size=2 * width))
        for _ in range(height)
    ]
    content = png(width, height, b"".join(rows), parts=data.draw(st.integers(1, 3)))
    path = tmp_path_factory.getbasetemp() / "filters.png"
    path.write_bytes(content)
    np.testing.assert_array_equal(decoded(path), np.asarray(Image.open(io.BytesIO(content))))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".PNG"])
def test_files_as_others_write_them(tmp_path: Path, suffix: str) -> None:
    plane = np.random.default_rng(0).integers(0, 65536, (31, 47)).astype(np.uint16)
    path = tmp_path / f"000000{suffix}"
    Image.fromarray(plane).save(path)
    np.testing.assert_array_equal(decoded(path), plane)


def test_big_endian_and_compressed_tiff(tmp_path: Path) -> None:
    plane = np.arange(600, dtype=np.uint16).reshape(20, 30)
    Image.fromarray(plane).save(tmp_path / "a.tif", compression="tiff_lzw")
    Image.frombytes("I;16B", (30, 20), plane.astype(">u2").tobytes()).save(tmp_path / "b.tif")
    for name in ("a.tif", "b.tif"):
        np.testing.assert_array_equal(decoded(tmp_path / name), plane)


def test_interlaced_png(tmp_path: Path) -> None:
    # One pixel: its only pass holds all of it.
    header = struct.pack(">IIBBBBB", 1, 1, 16, 0, 0, 0, 1)
    data = zlib.compress(b"\0\x12\x34")
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), chunk(b"IDAT", data), chunk(b"IEND", b"")]
    )
    (tmp_path / "a.png").write_bytes(content)
    assert decoded(tmp_path / "a.png") == [[0x1234]]


class TestDamage:
    def content(self) -> bytes:
        return png(40, 30, bytes(30 * 81), parts=2)

    def test_a_flipped_bit(self, tmp_path: Path) -> None:
        content = bytearray(self.content())
        content[len(content) // 2] ^= 1
        path = tmp_path / "a.png"
        path.write_bytes(content)
        with pytest.raises(ImageUnreadable, match="checksum of its part at byte"):
            decoded(path)

    def test_rows_that_are_missing(self, tmp_path: Path) -> None:
        path = tmp_path / "a.png"
        path.write_bytes(png(40, 30, bytes(29 * 81)))
        with pytest.raises(ImageUnreadable, match="2,349 bytes of 2,430"):
            decoded(path)

    def test_data_that_do_not_inflate(self, tmp_path: Path) -> None:
        content = self.content()
        header, end = content[:33], chunk(b"IEND", b"")
        path = tmp_path / "a.png"
        path.write_bytes(header + chunk(b"IDAT", b"nonsense") + end)
        with pytest.raises(ImageUnreadable, match="is damaged"):
            decoded(path)
        path.write_bytes(header + end)
        with pytest.raises(ImageUnreadable, match="is damaged"):
            decoded(path)

    def test_a_damaged_tiff(self, tmp_path: Path) -> None:
        path = tmp_path / "a.tif"
        plane = np.random.default_rng(0).integers(0, 65536, (50, 50)).astype(np.uint16)
        Image.fromarray(plane).save(path, compression="tiff_deflate")
        content = bytearray(path.read_bytes())
        content[100:2000] = bytes(1900)
        path.write_bytes(content)
        with pytest.raises(ImageUnreadable, match="is damaged"):
            decoded(path)
