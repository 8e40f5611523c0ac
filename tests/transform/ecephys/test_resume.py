import os
from collections.abc import Callable
from pathlib import Path

import pytest

from aind_data_transfer_service.transform.ecephys import EcephysResult

AP = "experiment1_Record Node 101#Neuropix-PXI-100.ProbeA-AP.zarr"

Compress = Callable[..., EcephysResult]
Tree = Callable[[Path], dict[str, bytes]]


class KilledError(Exception):
    """Stands for the end of the process."""


@pytest.fixture(autouse=True)
def _report_every_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aind_data_transfer_service.transform.progress.INTERVAL", 0)


def kill_after(chunks: int) -> Callable[[int, int], None]:
    calls: list[int] = []

    def progress(done: int, _total: int) -> None:
        calls.append(done)
        if len(calls) > chunks:
            raise KilledError

    return progress


@pytest.mark.parametrize("chunks", [0, 1, 3, 6])
def test_killed_run_leaves_nothing_that_looks_whole(
    tmp_path: Path, output: Path, compress: Compress, tree: Tree, chunks: int
) -> None:
    compress(target=tmp_path / "undisturbed")

    with pytest.raises(KilledError):
        compress(workers=1, progress=kill_after(chunks))
    finished = set((output / "ecephys_compressed").glob("[!.]*"))
    result = compress()

    assert all(stream.kept == (stream.path in finished) for stream in result.streams)
    assert tree(output) == tree(tmp_path / "undisturbed")


def test_proven_chunks_are_kept_and_damaged_ones_replaced(
    tmp_path: Path, output: Path, compress: Compress, tree: Tree
) -> None:
    compress(target=tmp_path / "undisturbed")
    with pytest.raises(KilledError):
        compress(workers=1, progress=kill_after(3))
    traces = output / "ecephys_compressed" / f".{AP}.partial" / "traces_seg0"
    kept, damaged = traces / "0.0", traces / "1.0"
    before = kept.stat().st_mtime_ns
    damaged.write_bytes(damaged.read_bytes()[:-20])

    compress()

    final = output / "ecephys_compressed" / AP / "traces_seg0" / "0.0"
    assert final.stat().st_mtime_ns == before
    assert tree(output) == tree(tmp_path / "undisturbed")


def test_finished_run_is_kept(compress: Compress) -> None:
    first = compress()
    calls: list[tuple[int, int]] = []

    second = compress(progress=lambda done, total: calls.append((done, total)))

    assert all(stream.kept for stream in second.streams)
    assert calls[-1] == (first.raw_bytes, first.raw_bytes)
    assert second.stored_bytes == first.stored_bytes


@pytest.mark.parametrize("change", ["source", "settings"])
def test_result_of_other_source_or_settings_is_made_anew(
    ap_folder: Path, compress: Compress, change: str
) -> None:
    compress()
    dat = ap_folder / "continuous.dat"
    settings = {}
    if change == "source":
        dat.write_bytes(bytes(dat.stat().st_size))
        os.utime(dat, ns=(1, 1))
    else:
        settings["level"] = 4

    result = compress(**settings)

    assert not result.streams[0].kept


def test_unfinished_folder_of_another_source_is_made_anew(
    tmp_path: Path, ap_folder: Path, output: Path, compress: Compress, tree: Tree
) -> None:
    with pytest.raises(KilledError):
        compress(workers=1, progress=kill_after(2))
    dat = ap_folder / "continuous.dat"
    half = dat.stat().st_size // 2
    dat.write_bytes(dat.read_bytes()[half:] + dat.read_bytes()[:half])

    compress()
    compress(target=tmp_path / "undisturbed")

    assert tree(output) == tree(tmp_path / "undisturbed")


def test_files_that_do_not_belong_are_removed(
    tmp_path: Path, output: Path, compress: Compress, tree: Tree
) -> None:
    compress(target=tmp_path / "undisturbed")
    for stale in (
        output / "ecephys_compressed" / "experiment9_old.zarr" / ".zgroup",
        output / "ecephys_compressed" / "stray",
        output / "ecephys_clipped" / "old" / "file.npy",
    ):
        stale.parent.mkdir(parents=True, exist_ok=True)
        stale.write_text("{}")

    compress()

    assert tree(output) == tree(tmp_path / "undisturbed")
    assert not (output / "ecephys_clipped" / "old").exists()
