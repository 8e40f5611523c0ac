"""A second run does what the first one left."""

import json
import os
from pathlib import Path

import pytest

from aind_data_transfer_service.errors import SourceChanged
from aind_data_transfer_service.transform.smartspim import images
from aind_data_transfer_service.transform.smartspim.headers import Slice
from aind_data_transfer_service.transform.smartspim.levels import Planes

from .conftest import Compress


class Killed(BaseException):
    """Stands for a signal."""


def stacks(output: Path) -> dict[str, int]:
    """Return when each finished stack was made."""
    return {
        str(path.relative_to(output)): (path / ".zattrs").stat().st_mtime_ns
        for path in sorted(output.glob("*/*.ome.zarr"))
    }


def test_finished_stacks_are_kept(compress: Compress, output: Path) -> None:
    first = compress()
    made = stacks(output)
    second = compress()
    assert stacks(output) == made
    assert [stack.kept for stack in first.stacks] == [False] * 4
    assert [stack.kept for stack in second.stacks] == [True] * 4
    without = {"kept", "seconds"}
    assert [s.model_dump(exclude=without) for s in first.stacks] == [
        s.model_dump(exclude=without) for s in second.stacks
    ]


def test_a_run_that_was_killed_goes_on_with_the_stack_it_was_at(
    compress: Compress, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []

    def killed(image: Slice, out: Planes) -> None:
        decoded.append(image.path.name)
        if len(decoded) > 30:  # each stack has 24 slices
            raise Killed
        plain(image, out)

    plain = images.decode
    with monkeypatch.context() as patch:
        patch.setattr(images, "decode", killed)
        with pytest.raises(Killed):
            compress()
    assert len(stacks(output)) == 1
    assert list(output.glob("*/.*.partial"))
    result = compress()
    assert [stack.kept for stack in result.stacks] == [True, False, False, False]
    assert not list(output.glob("*/.*.partial"))


def test_a_stack_of_other_slices_is_made_anew(compress: Compress, session: Path) -> None:
    compress()
    image = session / "SmartSPIM/Ex_488_Em_525/432380/432380_504340/000020.png"
    os.utime(image, (1, 1))
    assert [stack.kept for stack in compress().stacks] == [False, True, True, True]


def test_a_stack_that_lost_a_chunk_is_made_anew(compress: Compress, output: Path) -> None:
    compress()
    (output / "Ex_488_Em_525/432380_504340.ome.zarr/1/0/0/0/0/0").unlink()
    assert [stack.kept for stack in compress().stacks] == [False, True, True, True]


def test_other_settings_make_it_anew(compress: Compress) -> None:
    compress()
    assert not any(stack.kept for stack in compress(downsample_levels=2).stacks)
    assert not any(
        stack.kept for stack in compress(downsample_levels=2, voxel_size=(1, 1, 3)).stacks
    )


def test_a_slice_that_changes_after_it_was_looked_at(
    compress: Compress, session: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = session / "SmartSPIM/Ex_488_Em_525/432380/432380_504340/000460.png"
    plain = images.decode

    def changed(found: Slice, out: Planes) -> None:
        os.utime(image, (1, 1))
        plain(found, out)

    monkeypatch.setattr(images, "decode", changed)
    with pytest.raises(SourceChanged, match=r"000460\.png"):
        compress()
    assert not stacks(output)


def test_the_record_says_what_it_is_made_from(compress: Compress, output: Path) -> None:
    compress()
    group = output / "Ex_488_Em_525/432380_504340.ome.zarr"
    record = json.loads((group / ".zattrs").read_text())["aind_data_transfer_service"]
    assert record["slices"] == 24
    files = [path for path in group.rglob("*") if path.is_file() and path.name != ".zattrs"]
    assert record["stored_bytes"] == sum(path.stat().st_size for path in files)
