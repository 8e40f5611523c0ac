"""What is written, read back by others."""

import json
import tempfile
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from aind_data_transfer_service.testing.smartspim import SpimSize, write_session, write_stack
from aind_data_transfer_service.transform.errors import LosslessProofFailed, OutputInsideSource
from aind_data_transfer_service.transform.smartspim import (
    SmartSpimSettings,
    compress_stacks,
    find_session,
)
from aind_data_transfer_service.transform.smartspim.levels import Level

from .conftest import SMALL, Compress
from .statement import expected_levels, slices_of, stored_levels

STACK = "Ex_488_Em_525/432380_504340"


def folder_of(session: Path, name: str) -> Path:
    channel, tile = name.split("/")
    return session / "SmartSPIM" / channel / tile.split("_")[0] / tile


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_every_level_of_every_stack(
    tmp_path: Path, compress: Compress, suffix: Literal[".png", ".tif"]
) -> None:
    source = write_session(
        tmp_path / "other", SpimSize(slices=37, height=41, width=50), suffix=suffix
    )
    result = compress(source)
    assert [stack.name for stack in result.stacks] == [STACK, "Ex_488_Em_525/464780_504340"]
    for stack in result.stacks:
        voxels = slices_of(folder_of(source, stack.name))
        stored = stored_levels(tmp_path / "SPIM" / f"{stack.name}.ome.zarr")
        expected = expected_levels(voxels, 3)
        assert len(stored) == stack.levels == len(expected)
        for one, other in zip(stored, expected, strict=True):
            np.testing.assert_array_equal(one, other)


def test_each_finished_stack_is_told_with_its_folder(output: Path, compress: Compress) -> None:
    told: list[Path] = []

    def note(folder: Path) -> None:
        assert (folder / ".zattrs").is_file()
        told.append(folder)

    names = [stack.name for stack in compress(on_finished=note).stacks]
    assert told == [output / f"{name}.ome.zarr" for name in names]
    compress(on_finished=note)  # finds them made
    assert told == [output / f"{name}.ome.zarr" for name in names * 2]


@settings(max_examples=40, deadline=None)
@given(
    volume=hnp.arrays(
        np.uint16,
        st.tuples(st.integers(1, 37), st.integers(1, 21), st.integers(1, 35)),
        elements=st.integers(0, 65535),
        fill=st.sampled_from([0, 65535]),
    ),
    levels=st.integers(1, 5),
    chunk=st.tuples(*[st.sampled_from([16, 32])] * 3),
)
def test_any_volume(volume: NDArray[np.uint16], levels: int, chunk: tuple[int, int, int]) -> None:
    chosen = SmartSpimSettings(
        chunk_size=chunk, downsample_levels=levels, voxel_size=(1, 1, 1), workers=2
    )
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "session"), Path(folder, "out")
        write_stack(source / "SmartSPIM/Ex_1_Em_2/1/1_1", volume)
        found = find_session(source, chosen)
        compress_stacks(found.stacks, output, found.voxel_size, chosen, lambda _d, _t: None)
        stored = stored_levels(output / "Ex_1_Em_2/1_1.ome.zarr")
    expected = expected_levels(volume, levels)
    assert len(stored) == len(expected)
    for one, other in zip(stored, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_layout(compress: Compress, output: Path) -> None:
    compress()
    top = output / "Ex_488_Em_525"
    assert json.loads((top / ".zgroup").read_text()) == {"zarr_format": 2}
    group = top / "432380_504340.ome.zarr"
    assert {path.name for path in group.iterdir()} == {".zattrs", ".zgroup", "0", "1", "2"}
    metadata = json.loads((group / "0" / ".zarray").read_text())
    assert metadata["shape"] == [1, 1, 24, 40, 56]
    assert metadata["chunks"] == [1, 1, 16, 16, 16]
    assert metadata["dimension_separator"] == "/"
    assert (metadata["dtype"], metadata["order"], metadata["fill_value"]) == ("<u2", "C", 0)
    assert metadata["compressor"] == {
        "id": "blosc",
        "cname": "zstd",
        "clevel": 1,
        "shuffle": 1,
        "blocksize": 1048576,
    }
    smallest = json.loads((group / "2" / ".zarray").read_text())
    assert (smallest["chunks"], smallest["compressor"]["clevel"]) == ([1, 1, 6, 10, 14], 3)
    assert (group / "0/0/0/1/2/3").is_file()
    assert sum(1 for path in (group / "0/0").rglob("*") if path.is_file()) == 2 * 3 * 4


def test_by_default_chunks_and_levels_are_those_of_the_first_pipeline() -> None:
    chosen = SmartSpimSettings()
    assert (chosen.chunk_size, chosen.downsample_levels) == ((128, 128, 128), 4)


def test_the_whole_hierarchy_opens(compress: Compress, output: Path) -> None:
    compress()
    channel = zarr.open_group(str(output / "Ex_561_Em_600"), mode="r")
    assert sorted(channel.group_keys()) == ["432380_504340.ome.zarr", "464780_504340.ome.zarr"]
    assert channel["432380_504340.ome.zarr/1"].dtype == np.uint16


def test_progress_is_in_bytes_of_voxels(compress: Compress) -> None:
    calls: list[tuple[int, int]] = []
    result = compress(progress=lambda done, total: calls.append((done, total)))
    total = sum(stack.raw_bytes for stack in result.stacks)
    assert total == 4 * 2 * 24 * 40 * 56
    assert calls[0] == (0, total)
    assert calls[-1] == (total, total)


def test_what_does_not_decode_to_its_slices_is_no_stack(
    compress: Compress, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_other(level: Level, place: tuple[int, int, int]) -> Path:
        path = level.folder / "0/0" / "/".join(map(str, place))
        if path.exists():
            other = np.zeros(level.chunk, "<u2")
            path.write_bytes(level._writer.encode(other))
        return path

    monkeypatch.setattr(Level, "_path", write_other)
    with pytest.raises(LosslessProofFailed, match="does not decode to the voxels"):
        compress()
    assert not list(output.glob("*/*.ome.zarr"))


def test_the_output_may_not_lie_in_a_stack(session: Path) -> None:
    chosen = SmartSpimSettings(**SMALL)
    found = find_session(session, chosen)
    inside = found.stacks[0].folder / "out"
    with pytest.raises(OutputInsideSource):
        compress_stacks(found.stacks, inside, found.voxel_size, chosen, lambda _d, _t: None)
    assert not inside.exists()
