from pathlib import Path

import numpy as np
import probeinterface
import pytest
from probeinterface.neuropixels_tools import build_neuropixels_probe
from spikeinterface.extractors import read_openephys, read_openephys_event

from aind_data_transfer_service.testing.neural_signal import AP_BAND, NeuralSignal
from aind_data_transfer_service.testing.neuropixels_settings import settings_xml
from aind_data_transfer_service.testing.open_ephys import make_open_ephys_session

AP = "Record Node 101#Neuropix-PXI-100.ProbeA-AP"
LFP = "Record Node 101#Neuropix-PXI-100.ProbeA-LFP"


def small(folder: Path, *, seed: int = 0, lsb: int = 1) -> Path:
    return make_open_ephys_session(
        folder, seconds=0.5, channels=8, ap_rate=3000, lfp_rate=250, seed=seed, lsb=lsb
    )


def test_stock_reader_reads_both_streams(tmp_path: Path) -> None:
    session = small(tmp_path / "session")

    ap = read_openephys(session, stream_name=AP, load_sync_timestamps=True)
    lfp = read_openephys(session, stream_name=LFP, load_sync_timestamps=True)

    assert (ap.sampling_frequency, ap.get_num_samples(), ap.get_num_channels()) == (3000, 1500, 8)
    assert (lfp.sampling_frequency, lfp.get_num_samples()) == (250, 125)
    assert ap.get_channel_gains().tolist() == [0.195] * 8
    np.testing.assert_allclose(np.diff(ap.get_times()), 1 / 3000, rtol=1e-4)
    np.testing.assert_allclose(ap.get_times()[0], lfp.get_times()[0])


def test_events_are_edges_of_a_line(tmp_path: Path) -> None:
    events = read_openephys_event(small(tmp_path / "session"))

    assert len(events.channel_ids) == 2


def test_probe_has_the_geometry_of_a_neuropixels_1(tmp_path: Path) -> None:
    path = tmp_path / "settings.xml"
    path.write_bytes(
        settings_xml(
            probe="ProbeA", channels=384, ap_rate=30000, lfp_rate=2500, source=100, recorder=101
        )
    )

    probe = probeinterface.read_openephys_neuropixels(path, stream_name="ProbeA-AP")

    catalogue = build_neuropixels_probe("NP1000")
    assert probe.get_contact_count() == 384
    np.testing.assert_array_equal(
        probe.contact_positions, catalogue.contact_positions[: probe.get_contact_count()]
    )
    assert probe.contact_ids.tolist() == [f"e{i}" for i in range(384)]
    assert probe.device_channel_indices.tolist() == list(range(384))


def test_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = small(tmp_path / "1", seed=3), small(tmp_path / "2", seed=3)
    other = small(tmp_path / "3", seed=4)

    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)
    dat = next(name for name in names if name.name == "continuous.dat")
    assert (first / dat).read_bytes() != (other / dat).read_bytes()


def test_lsb_is_the_step_of_all_counts(tmp_path: Path) -> None:
    session = small(tmp_path / "session", lsb=12)

    for path in session.rglob("continuous.dat"):
        counts = np.fromfile(path, "<i2")
        assert np.any(counts)
        assert not np.any(counts % 12)


def test_signal_has_spikes_and_correlated_noise() -> None:
    rng = np.random.default_rng(0)
    signal = NeuralSignal(rng, channels=96, rate=30000, band=AP_BAND, noise=12.0)

    block = np.concatenate(list(signal.blocks(30_000))).astype(float)

    assert block.shape == (30_000, 96)
    assert 12 < block.std(axis=0).mean() < 30
    correlation = np.corrcoef(block[:, [0, 1, 95]].T)
    assert correlation[0, 1] > 0.3 > abs(correlation[0, 2])
    assert (block.min(axis=0) < -8 * 12).any()


@pytest.mark.parametrize("channels", [3, 385])
def test_channels_of_one_probe(tmp_path: Path, channels: int) -> None:
    with pytest.raises(ValueError, match="4 to 384"):
        make_open_ephys_session(tmp_path / "session", seconds=0.1, channels=channels)
    assert not (tmp_path / "session").exists()
