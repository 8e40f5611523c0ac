import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aind_data_transfer_service.errors import SourceChanged, StorageFull
from aind_data_transfer_service.transform.ecephys import EcephysResult
from aind_data_transfer_service.transform.ecephys.errors import (
    OpenEphysLengthMismatch,
    OpenEphysNotFound,
    OpenEphysStreamMissing,
    OpenEphysStructureInvalid,
    OpenEphysTruncated,
    OpenEphysUnreadable,
)
from aind_data_transfer_service.transform.ecephys.pcodec_traces import TracesPCodec
from aind_data_transfer_service.transform.errors import (
    LosslessProofFailed,
    OutputInsideSource,
    TransformStackMissing,
)

Compress = Callable[..., EcephysResult]


@pytest.fixture
def nothing_written(output: Path) -> Callable[[], bool]:
    return lambda: not output.exists()


def test_no_recording(tmp_path: Path, compress: Compress) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(OpenEphysNotFound, match=r"empty holds no .*structure\.oebin"):
        compress(tmp_path / "empty")
    with pytest.raises(OpenEphysNotFound, match="absent is not a folder"):
        compress(tmp_path / "absent")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"structure\.oebin is not JSON"),
        ("[]", r"structure\.oebin: .*dictionary"),
        ('{"GUI version": "0.6.7"}', r"structure\.oebin: continuous: Field required"),
        (
            '{"continuous": [{"folder_name": "a/", "sample_rate": 0, "channels": []}]}',
            r"structure\.oebin: continuous\.0\.sample_rate: .*greater than 0",
        ),
    ],
)
def test_structure_cannot_be_understood(
    recording: Path,
    compress: Compress,
    nothing_written: Callable[[], bool],
    content: str,
    message: str,
) -> None:
    (recording / "structure.oebin").write_text(content)
    with pytest.raises(OpenEphysStructureInvalid, match=message):
        compress()
    assert nothing_written()


def test_settings_file_is_damaged(session: Path, compress: Compress) -> None:
    settings = session / "Record Node 101" / "settings.xml"
    settings.write_bytes(settings.read_bytes()[:500])
    with pytest.raises(OpenEphysStructureInvalid, match=r"settings\.xml is not XML"):
        compress()


def test_recording_lies_in_a_folder_of_another_name(recording: Path, compress: Compress) -> None:
    recording.rename(recording.with_name("first"))
    with pytest.raises(OpenEphysStructureInvalid, match="'first' is not 'recording'"):
        compress()


def test_two_sessions_in_one_folder(session: Path, compress: Compress) -> None:
    node = session / "Record Node 101"
    shutil.copytree(node, session / "second" / node.name)
    with pytest.raises(OpenEphysStructureInvalid, match="a folder holds one session"):
        compress()


def test_link_to_a_folder_above(session: Path, compress: Compress) -> None:
    (session / "loop").symlink_to(session)
    with pytest.raises(OpenEphysStructureInvalid, match="loop is a link to a folder it lies in"):
        compress()


@pytest.mark.parametrize("name", ["continuous.dat", "timestamps.npy"])
def test_file_of_a_stream_is_missing(
    ap_folder: Path, compress: Compress, nothing_written: Callable[[], bool], name: str
) -> None:
    (ap_folder / name).unlink()
    with pytest.raises(OpenEphysStreamMissing, match=rf"ProbeA-AP/{name} does not exist"):
        compress()
    assert nothing_written()


def test_folder_of_a_stream_is_missing(ap_folder: Path, compress: Compress) -> None:
    ap_folder.rename(ap_folder.with_name("elsewhere"))
    with pytest.raises(OpenEphysStreamMissing, match="ProbeA-AP does not exist"):
        compress()


@pytest.mark.parametrize(("lost", "message"), [(1, "not a multiple of 12"), (24, "has 1048")])
def test_continuous_is_cut_off(
    ap_folder: Path,
    compress: Compress,
    nothing_written: Callable[[], bool],
    lost: int,
    message: str,
) -> None:
    dat = ap_folder / "continuous.dat"
    dat.write_bytes(dat.read_bytes()[:-lost])
    with pytest.raises(OpenEphysTruncated, match=rf"AP/continuous\.dat .*{message}"):
        compress()
    assert nothing_written()


def test_timestamps_do_not_fit(ap_folder: Path, compress: Compress) -> None:
    np.save(ap_folder / "timestamps.npy", np.arange(1049.0))
    with pytest.raises(OpenEphysLengthMismatch, match=r"timestamps\.npy has 1049 entries"):
        compress()


def test_timestamps_are_not_seconds(ap_folder: Path, compress: Compress) -> None:
    np.save(ap_folder / "timestamps.npy", np.arange(1050))
    with pytest.raises(OpenEphysLengthMismatch, match=r"timestamps\.npy holds int64"):
        compress()


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"text", "not a .npy file"), (b"\x93NUMPY\x01\x00", "not a .npy file")],
)
def test_timestamps_are_damaged(
    ap_folder: Path, compress: Compress, content: bytes, message: str
) -> None:
    (ap_folder / "timestamps.npy").write_bytes(content)
    with pytest.raises(OpenEphysStructureInvalid, match=rf"timestamps\.npy is {message}"):
        compress()


def test_timestamps_are_cut_off(ap_folder: Path, compress: Compress) -> None:
    npy = ap_folder / "timestamps.npy"
    npy.write_bytes(npy.read_bytes()[:-1])
    with pytest.raises(OpenEphysStructureInvalid, match=r"timestamps\.npy has .* cut off"):
        compress()


def test_reader_refuses_the_session(recording: Path, compress: Compress) -> None:
    structure = json.loads((recording / "structure.oebin").read_text())
    for channel in structure["continuous"][0]["channels"][:3]:
        channel["channel_name"] = f"ADC{channel['channel_name']}"
    (recording / "structure.oebin").write_text(json.dumps(structure))
    with pytest.raises(OpenEphysUnreadable, match="Interleaved ADC"):
        compress()


def test_output_and_source_overlap(session: Path, output: Path, compress: Compress) -> None:
    with pytest.raises(OutputInsideSource):
        compress(target=session / "output")
    inside = output / "ecephys_clipped" / "session"
    shutil.copytree(session, inside)
    with pytest.raises(OutputInsideSource):
        compress(inside)
    assert inside.is_dir()


def test_wrong_bytes_on_disk_are_noticed(
    output: Path, compress: Compress, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = TracesPCodec.encode

    def one_bit_wrong(self: TracesPCodec, buf: Any) -> bytes:
        damaged = np.array(buf, order="A")
        damaged[0, 0] ^= 1
        return encode(self, damaged)

    monkeypatch.setattr(TracesPCodec, "encode", one_bit_wrong)
    with pytest.raises(LosslessProofFailed, match=r"traces_seg0/\d\.0 does not decode"):
        compress()
    assert not list((output / "ecephys_compressed").glob("[!.]*"))


def test_disk_is_full(output: Path, compress: Compress, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: TracesPCodec, _buf: Any) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TracesPCodec, "encode", full)
    with pytest.raises(StorageFull, match=f"No space left for {output}"):
        compress()


def test_source_changes_during_the_run(ap_folder: Path, output: Path, compress: Compress) -> None:
    def touch(_done: int, _total: int) -> None:
        os.utime(ap_folder / "continuous.dat", ns=(1, 1))

    with pytest.raises(SourceChanged, match="ProbeA-AP"):
        compress(progress=touch)
    assert not list((output / "ecephys_compressed").glob("[!.]*-AP.zarr"))


def test_source_becomes_shorter_during_the_run(ap_folder: Path, compress: Compress) -> None:
    with pytest.raises(SourceChanged, match=r"continuous\.dat became shorter"):
        compress(progress=lambda _done, _total: os.truncate(ap_folder / "continuous.dat", 12))


@pytest.mark.parametrize(
    ("codec", "library", "message"),
    [
        ("pcodec", "zarr", "extra 'transforms'"),
        ("wavpack", "wavpack_numcodecs", "needs wavpack-numcodecs"),
    ],
)
def test_libraries_are_missing(
    compress: Compress, monkeypatch: pytest.MonkeyPatch, codec: str, library: str, message: str
) -> None:
    monkeypatch.setattr(
        "aind_data_transfer_service.transform.ecephys.stack.find_spec",
        lambda name: None if name == library else object(),
    )
    with pytest.raises(TransformStackMissing, match=message):
        compress(codec=codec)
