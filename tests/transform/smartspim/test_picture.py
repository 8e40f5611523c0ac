"""A small picture of a stack."""

from pathlib import Path

import numpy as np
from PIL import Image

from aind_data_transfer_service.testing.smartspim import write_stack
from aind_data_transfer_service.transform.smartspim import (
    SmartSpimSettings,
    compress_stacks,
    find_session,
    write_picture,
)

CHOSEN = SmartSpimSettings(
    chunk_size=(16, 16, 16), downsample_levels=2, voxel_size=(1, 1, 1), workers=1
)


def picture_of(
    folder: Path, volume: np.ndarray[tuple[int, int, int], np.dtype[np.uint16]]
) -> Image.Image:
    write_stack(folder / "SmartSPIM/Ex_1_Em_2/1/1_1", volume)
    found = find_session(folder, CHOSEN)
    compress_stacks(found.stacks, folder / "out", found.voxel_size, CHOSEN, lambda _d, _t: None)
    write_picture(folder / "out/Ex_1_Em_2/1_1.ome.zarr", folder / "a.png")
    return Image.open(folder / "a.png")


def test_what_is_bright_in_any_slice_is_bright(tmp_path: Path) -> None:
    volume = np.full((40, 20, 30), 100, np.uint16)
    volume[36:38, 4:6, 8:10] = 2000  # beyond the first slab of the level that is shown
    picture = picture_of(tmp_path, volume)
    assert (picture.size, picture.mode) == ((15, 10), "L")
    values = np.asarray(picture)
    assert np.argwhere(values == values.max()).tolist() == [[2, 4]]


def test_a_stack_without_anything_in_it_is_black(tmp_path: Path) -> None:
    assert not np.asarray(picture_of(tmp_path, np.full((4, 20, 30), 7, np.uint16))).any()
