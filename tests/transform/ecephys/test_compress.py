from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spikeinterface
import zarr
from spikeinterface.extractors import read_openephys

from aind_data_transfer_service.testing.open_ephys import make_open_ephys_session
from aind_data_transfer_service.transform.ecephys import EcephysResult

AP = "Record Node 101#Neuropix-PXI-100.ProbeA-AP"
LFP = "Record Node 101#Neuropix-PXI-100.ProbeA-LFP"

Compress = Callable[..., EcephysResult]
Tree = Callable[[Path], dict[str, bytes]]


def assert_same_recording(stored: Any, source: Any) -> None:
    assert stored.get_num_segments() == source.get_num_segments()
    assert stored.channel_ids.tolist() == source.channel_ids.tolist()
    assert stored.sampling_frequency == source.sampling_frequency
    assert stored.get_dtype() == source.get_dtype()
    assert sorted(stored.get_property_keys()) == sorted(source.get_property_keys())
    for key in source.get_property_keys():
        np.testing.assert_array_equal(stored.get_property(key), source.get_property(key))
    np.testing.assert_array_equal(stored.get_channel_gains(), source.get_channel_gains())
    np.testing.assert_array_equal(stored.get_channel_offsets(), source.get_channel_offsets())
    assert stored.has_probe() == source.has_probe()
    if source.has_probe():
        assert as_json(stored.get_probegroup()) == as_json(source.get_probegroup())
    for segment in range(source.get_num_segments()):
        np.testing.assert_array_equal(stored.get_traces(segment), source.get_traces(segment))


def as_json(probegroup: Any) -> Any:
    return probegroup.to_dict(array_as_list=True)


def read_times(recording_folder: Path, stream: str) -> Any:
    return np.load(recording_folder / "continuous" / stream.split("#")[1] / "timestamps.npy")


@pytest.mark.parametrize("stream", [AP, LFP])
def test_stock_reader_reads_what_it_reads_in_the_source(
    session: Path, recording: Path, output: Path, compress: Compress, stream: str
) -> None:
    compress()

    stored = spikeinterface.read_zarr(output / "ecephys_compressed" / f"experiment1_{stream}.zarr")
    source = read_openephys(session, stream_name=stream, load_sync_timestamps=True)
    assert_same_recording(stored, source)
    assert stored.has_probe()
    np.testing.assert_array_equal(stored.get_times(), source.get_times())
    np.testing.assert_array_equal(stored.get_times(), read_times(recording, stream))
    assert stored.get_annotation("experiment_name") == "experiment1"


def test_result_describes_each_stream(output: Path, compress: Compress, tree: Tree) -> None:
    result = compress()

    ap, lfp = result.streams
    assert (ap.name, ap.samples, ap.channels) == (f"experiment1_{AP}", 1050, 6)
    assert (lfp.name, lfp.samples, lfp.sampling_frequency) == (f"experiment1_{LFP}", 88, 250)
    assert ap.path == output / "ecephys_compressed" / f"experiment1_{AP}.zarr"
    assert ap.raw_bytes == 1050 * 6 * 2
    assert ap.stored_bytes == sum(len(data) for data in tree(ap.path).values())
    assert result.raw_bytes == ap.raw_bytes + lfp.raw_bytes
    assert not ap.kept


def test_traces_are_stored_as_any_zarr_reader_expects(output: Path, compress: Compress) -> None:
    compress()

    ap = output / "ecephys_compressed" / f"experiment1_{AP}.zarr" / "traces_seg0"
    header = zarr.open_array(str(ap), mode="r")
    assert (header.shape, header.chunks, header.order) == ((1050, 6), (300, 6), "F")
    assert header.dtype == np.dtype("<i2")
    assert sorted(path.name for path in ap.iterdir()) == [".zarray", "0.0", "1.0", "2.0", "3.0"]


def test_experiments_and_recordings_become_files_and_segments(
    tmp_path: Path, output: Path, compress: Compress
) -> None:
    source = make_open_ephys_session(
        tmp_path / "two",
        seconds=0.13,
        channels=4,
        ap_rate=1000,
        lfp_rate=250,
        experiments=2,
        recordings=2,
    )

    result = compress(source)

    assert [stream.segments for stream in result.streams] == [2, 2, 2, 2]
    for experiment in ("experiment1", "experiment2"):
        path = output / "ecephys_compressed" / f"{experiment}_{AP}.zarr"
        stored = spikeinterface.read_zarr(path)
        expected = read_openephys(
            source, experiment_name=experiment, stream_name=AP, load_sync_timestamps=True
        )
        assert_same_recording(stored, expected)
        for segment in (0, 1):
            np.testing.assert_array_equal(stored.get_times(segment), expected.get_times(segment))


def test_sync_channel_becomes_a_stream_of_its_own(
    tmp_path: Path, output: Path, compress: Compress
) -> None:
    source = make_open_ephys_session(
        tmp_path / "sync",
        seconds=0.13,
        channels=4,
        ap_rate=1000,
        lfp_rate=250,
        sync_channel=True,
    )

    result = compress(source)

    assert result.raw_bytes == sum(path.stat().st_size for path in source.rglob("*.dat"))
    for stream in (AP, f"{AP}SYNC"):
        path = output / "ecephys_compressed" / f"experiment1_{stream}.zarr"
        expected = read_openephys(source, stream_name=stream)
        assert_same_recording(spikeinterface.read_zarr(path), expected)


def test_recording_of_a_gui_before_0_6_has_only_a_start_time(
    session: Path, output: Path, compress: Compress
) -> None:
    for numbers in session.rglob("sample_numbers.npy"):
        numbers.replace(numbers.with_name("timestamps.npy"))

    compress()

    stored = spikeinterface.read_zarr(output / "ecephys_compressed" / f"experiment1_{AP}.zarr")
    source = read_openephys(session, stream_name=AP)
    assert_same_recording(stored, source)
    assert not stored.has_time_vector()
    np.testing.assert_array_equal(stored.get_times(), source.get_times())


def test_session_without_probe_geometry(session: Path, output: Path, compress: Compress) -> None:
    (session / "Record Node 101" / "settings.xml").write_text("<SETTINGS/>")

    compress()

    stored = spikeinterface.read_zarr(output / "ecephys_compressed" / f"experiment1_{AP}.zarr")
    assert_same_recording(stored, read_openephys(session, stream_name=AP))
    assert not stored.has_probe()


def test_recording_shorter_than_the_clip(tmp_path: Path, output: Path, compress: Compress) -> None:
    source = make_open_ephys_session(
        tmp_path / "short", seconds=0.02, channels=4, ap_rate=1000, lfp_rate=250
    )

    compress(source)

    stored = spikeinterface.read_zarr(output / "ecephys_compressed" / f"experiment1_{AP}.zarr")
    assert_same_recording(stored, read_openephys(source, stream_name=AP))
    for path in source.rglob("*"):
        if path.is_file():
            copy = output / "ecephys_clipped" / path.relative_to(source)
            assert copy.read_bytes() == path.read_bytes()


def test_clipped_copy_is_the_session_with_short_traces(
    session: Path, output: Path, compress: Compress, tree: Tree
) -> None:
    (session / "notes").mkdir()
    (session / "notes" / "other.dat").write_bytes(b"not a recording: copied whole")

    result = compress(clip_n_frames=10)

    expected = tree(session)
    for name, data in expected.items():
        if name.endswith("continuous.dat"):
            expected[name] = data[: 10 * 6 * 2]
    assert tree(output / "ecephys_clipped") == expected
    assert result.copied_files == len(expected)


def test_output_does_not_depend_on_the_number_of_workers(
    tmp_path: Path, compress: Compress, tree: Tree
) -> None:
    compress(target=tmp_path / "one", workers=1)
    compress(target=tmp_path / "two", workers=2)

    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_progress_counts_the_source_once(
    compress: Compress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aind_data_transfer_service.transform.progress.INTERVAL", 0)
    calls: list[tuple[int, int]] = []

    result = compress(progress=lambda done, total: calls.append((done, total)))

    done = [call[0] for call in calls]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, result.raw_bytes)
    assert {call[1] for call in calls} == {result.raw_bytes}
    assert len(calls) > 5


# Debian's library is older than the one that decodes in parallel.
@pytest.mark.filterwarnings("ignore:Multi-threading is supported for wavpack:UserWarning")
def test_wavpack(session: Path, output: Path, compress: Compress) -> None:
    pytest.importorskip("wavpack_numcodecs")

    compress(codec="wavpack", chunk_duration=1)

    stored = spikeinterface.read_zarr(output / "ecephys_compressed" / f"experiment1_{AP}.zarr")
    assert_same_recording(stored, read_openephys(session, stream_name=AP))
