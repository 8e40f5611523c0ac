"""What is wrong with a session is found before any work, all of it at once."""

import json
import shutil
import struct
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from PIL import Image

from aind_data_transfer_service.testing.smartspim import SpimSize, write_session, write_slice
from aind_data_transfer_service.transform.smartspim import SmartSpimSettings, find_session
from aind_data_transfer_service.transform.smartspim.errors import SmartSpimInvalid, StackMissing

TILE = "SmartSPIM/Ex_488_Em_525/432380/432380_504340"


def problems(session: Path, **settings: Any) -> dict[str, str]:
    """Return the messages by their codes."""
    with pytest.raises(SmartSpimInvalid) as found:
        find_session(session, SmartSpimSettings(**settings))
    listed = found.value.details["problems"]
    return {problem["code"]: f"{problem['path']} {problem['message']}" for problem in listed}


def test_a_sound_session(session: Path) -> None:
    found = find_session(session, SmartSpimSettings())
    assert [stack.name for stack in found.stacks] == [
        "Ex_488_Em_525/432380_504340",
        "Ex_488_Em_525/464780_504340",
        "Ex_561_Em_600/432380_504340",
        "Ex_561_Em_600/464780_504340",
    ]
    assert found.stacks[0].shape == (24, 40, 56)
    assert found.stacks[0].raw_bytes == 2 * 24 * 40 * 56
    assert found.voxel_size == (2.0, 1.8, 1.8)
    assert found.passed_over == ()


def test_files_that_are_no_slices_are_named_and_passed_over(session: Path) -> None:
    for name in ("Thumbs.db", ".DS_Store", "._000000.png", "notes.txt"):
        (session / TILE / name).write_bytes(b"x")
    (session / "SmartSPIM" / "Thumbs.db").write_bytes(b"x")
    (session / "ASI_logging.txt").write_text("x")
    (session / TILE / "previews").mkdir()
    found = find_session(session, SmartSpimSettings())
    assert sorted(found.passed_over) == [
        "ASI_logging.txt",
        "SmartSPIM/Ex_488_Em_525/432380/432380_504340/.DS_Store",
        "SmartSPIM/Ex_488_Em_525/432380/432380_504340/._000000.png",
        "SmartSPIM/Ex_488_Em_525/432380/432380_504340/Thumbs.db",
        "SmartSPIM/Ex_488_Em_525/432380/432380_504340/notes.txt",
        "SmartSPIM/Ex_488_Em_525/432380/432380_504340/previews",
        "SmartSPIM/Thumbs.db",
    ]
    assert len(found.stacks[0].slices) == 24


@pytest.mark.parametrize("missing", [["000100.png"], ["000040.png", "000060.png"]])
def test_slices_missing_in_the_middle(session: Path, missing: list[str]) -> None:
    for name in missing:
        (session / TILE / name).unlink()
    with pytest.raises(SmartSpimInvalid) as found:
        find_session(session, SmartSpimSettings(unequal_depths=False))
    messages = [str(problem) for problem in found.value.problems]
    first, last = int(missing[0][:6]) - 20, int(missing[-1][:6]) + 20
    assert f"{TILE} lacks slices" in messages[0]
    assert f"not between {first:06d} and {last:06d}" in messages[0]


def test_a_stack_that_broke_off(session: Path) -> None:
    for number in range(20, 24):
        (session / TILE / f"{number * 20:06d}.png").unlink()
    message = problems(session)["smartspim_slices_missing"]
    assert message.startswith(f"{session / TILE} has 20 slices, others have 24")
    assert "unequal_depths" in message


def test_tiles_may_differ_in_depth_if_it_is_said_but_not_channels(session: Path) -> None:
    for channel in ("Ex_488_Em_525", "Ex_561_Em_600"):
        (session / "SmartSPIM" / channel / "432380/432380_504340/000460.png").unlink()
    found = find_session(session, SmartSpimSettings(unequal_depths=True))
    assert [len(stack.slices) for stack in found.stacks] == [23, 24, 23, 24]
    (session / TILE / "000440.png").unlink()
    message = problems(session, unequal_depths=True)["smartspim_slices_missing"]
    assert "has 22 slices, others have 23" in message


def test_images_of_other_size_type_and_kind(session: Path) -> None:
    tiles = sorted((session / "SmartSPIM").glob("*/*/*"))
    write_slice(tiles[0] / "000040.png", np.zeros((40, 57), np.uint16))
    Image.fromarray(np.zeros((40, 56), np.uint8)).save(tiles[1] / "000040.png")
    (tiles[2] / "000040.png").unlink()
    write_slice(tiles[2] / "000040.tif", np.zeros((40, 56), np.uint16))
    with pytest.raises(SmartSpimInvalid) as found:
        find_session(session, SmartSpimSettings())
    assert {problem.code for problem in found.value.problems} == {"smartspim_images_differ"}
    size, kind, two = (problem.message for problem in found.value.problems)
    assert "1 slices of another size than 40 x 56, such as 000040.png: 40 x 57" in size
    assert "1 images that are 8-bit grey, such as 000040.png" in kind
    assert two == "holds images of two kinds: 23 .png and 1 .tif"


def test_images_that_are_cut_short_or_no_images(session: Path) -> None:
    stack = session / TILE
    whole = (stack / "000000.png").read_bytes()
    (stack / "000000.png").write_bytes(whole[:-20])
    (stack / "000020.png").write_bytes(b"")
    (stack / "000040.png").write_bytes(b"GIF89a" * 100)
    with pytest.raises(SmartSpimInvalid) as found:
        find_session(session, SmartSpimSettings())
    named = {Path(p.path).name: p.message for p in found.value.problems}
    assert named == {
        "000000.png": "is cut short: it does not end as a PNG image does",
        "000020.png": "is not a PNG image",
        "000040.png": "is not a PNG image",
    }


def test_tiff_images_that_are_cut_short_or_hold_several(tmp_path: Path) -> None:
    session = write_session(tmp_path / "session", SpimSize(), suffix=".tif")
    stack = session / TILE
    content = bytearray((stack / "000000.tif").read_bytes())
    (stack / "000000.tif").write_bytes(content[:100])
    (stack / "000020.tif").write_bytes(b"not at all")
    plane = Image.fromarray(np.zeros((40, 56), np.uint16))
    plane.save(stack / "000040.tif", save_all=True, append_images=[plane])
    with pytest.raises(SmartSpimInvalid) as found:
        find_session(session, SmartSpimSettings())
    named = {Path(p.path).name: p.message for p in found.value.problems}
    assert named.keys() == {"000000.tif", "000020.tif", "000040.tif"}
    assert named["000040.tif"] == "holds several images; a slice is one"


def test_names(session: Path) -> None:
    stack = session / TILE
    shutil.copy(stack / "000000.png", stack / "000000 copy.png")
    shutil.copy(stack / "000020.png", stack / "20.png")
    (session / "SmartSPIM/Ex_561_Em_600").rename(session / "SmartSPIM/autofluorescence")
    other = session / "SmartSPIM/Ex_488_Em_525/999999"
    shutil.copytree(session / TILE, other / "432380_504340")
    (other / "empty").mkdir()
    found = problems(session)
    assert "000000 copy.png has no number for a name" in found["smartspim_slice_unnumbered"]
    assert "20.png has the number of" in found["smartspim_slice_repeated"]
    assert "autofluorescence does not end in" in found["smartspim_channel_invalid"]
    assert "999999/432380_504340 has the name of" in found["smartspim_stack_repeated"]
    assert "999999/empty holds no slice" in found["smartspim_stack_empty"]


def test_a_folder_that_is_no_session(tmp_path: Path, session: Path) -> None:
    found = problems(tmp_path)
    assert found["smartspim_not_found"] == f"{tmp_path} holds no folder SmartSPIM"
    assert "acquisition.json is missing" in found["smartspim_acquisition_invalid"]
    shutil.rmtree(session / "SmartSPIM")
    (session / "SmartSPIM").mkdir()
    assert "holds no stack" in problems(session)["smartspim_not_found"]


def test_only_some_stacks(session: Path) -> None:
    only = frozenset({"Ex_561_Em_600/432380_504340"})
    [stack] = find_session(session, SmartSpimSettings(), only=only).stacks
    assert stack.name in only
    with pytest.raises(StackMissing, match=r"Ex_1_Em_2/1_1"):
        find_session(session, SmartSpimSettings(), only=frozenset({"Ex_1_Em_2/1_1"}))


def test_a_header_that_lies(session: Path) -> None:
    path = session / TILE / "000020.png"
    content = bytearray(path.read_bytes())
    content[16:20] = struct.pack(">I", 57)
    path.write_bytes(content)
    assert "another size" in problems(session)["smartspim_images_differ"]


class TestVoxelSize:
    def write(self, session: Path, document: object) -> None:
        (session / "acquisition.json").write_text(json.dumps(document))

    def test_both_generations_of_the_schema(self, tmp_path: Path) -> None:
        schemas: tuple[Literal[1, 2], ...] = (1, 2)
        for schema in schemas:
            session = write_session(tmp_path / str(schema), SpimSize(slices=2), schema=schema)
            assert find_session(session, SmartSpimSettings()).voxel_size == (2.0, 1.8, 1.8)

    def test_the_settings_prevail(self, session: Path) -> None:
        (session / "acquisition.json").unlink()
        found = find_session(session, SmartSpimSettings(voxel_size=(0.7, 0.8, 3)))
        assert found.voxel_size == (3, 0.8, 0.7)

    @pytest.mark.parametrize(
        ("system", "size"),
        [
            (None, (3.0, 2.0, 1.0)),
            ({"axes": [{"name": "Z"}, {"name": "Y"}, {"name": "X"}]}, (1.0, 2.0, 3.0)),
            (
                {
                    "axes": [{"name": "Y"}, {"name": "X"}, {"name": "Z"}],
                    "axis_unit": "millimeter",
                },
                (3000.0, 1000.0, 2000.0),
            ),
        ],
    )
    def test_axes_and_units_of_the_second(
        self, session: Path, system: object, size: tuple[float, float, float]
    ) -> None:
        transforms = [{"object_type": "Scale", "scale": [1, 2, 3]}]
        image = {"image_to_acquisition_transform": transforms}
        document = {
            "coordinate_system": system,
            "data_streams": [{"configurations": [{}, {"images": [image]}]}],
        }
        self.write(session, document)
        assert find_session(session, SmartSpimSettings()).voxel_size == size

    @pytest.mark.parametrize(
        ("document", "message"),
        [
            ([], "it is not a JSON object"),
            ({}, "there is no scale of a tile"),
            ({"tiles": [{"coordinate_transformations": [{"type": "translation"}]}]}, "no scale"),
            (
                {"tiles": [{"coordinate_transformations": [{"type": "scale", "scale": [1, 2]}]}]},
                "not a scale along three axes",
            ),
            (
                {"tiles": [{"coordinate_transformations": [{"type": "scale", "scale": ["a"]}]}]},
                "is not a scale",
            ),
            (
                {
                    "tiles": [
                        {"coordinate_transformations": [{"type": "scale", "scale": [1, 1, z]}]}
                        for z in (2, 3)
                    ]
                },
                "tiles differ",
            ),
        ],
    )
    def test_files_that_tell_none(self, session: Path, document: object, message: str) -> None:
        self.write(session, document)
        assert message in problems(session)["smartspim_acquisition_invalid"]

    def test_a_file_that_is_not_json(self, session: Path) -> None:
        (session / "acquisition.json").write_text("{")
        assert "is not JSON" in problems(session)["smartspim_acquisition_invalid"]
