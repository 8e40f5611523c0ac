from collections.abc import Callable
from pathlib import Path

import pytest

from aind_data_transfer_service.testing.open_ephys import make_open_ephys_session
from aind_data_transfer_service.transform.ecephys import (
    EcephysResult,
    EcephysSettings,
    compress_open_ephys,
)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """Four chunks of 300 AP samples, the last one of 150."""
    return make_open_ephys_session(
        tmp_path / "session", seconds=0.35, channels=6, ap_rate=3000, lfp_rate=250
    )


@pytest.fixture
def recording(session: Path) -> Path:
    return session / "Record Node 101" / "experiment1" / "recording1"


@pytest.fixture
def ap_folder(recording: Path) -> Path:
    return recording / "continuous" / "Neuropix-PXI-100.ProbeA-AP"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def compress(session: Path, output: Path) -> Callable[..., EcephysResult]:
    """Compress the session in chunks of 0.1 s."""

    def run(
        source: Path = session,
        target: Path = output,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        **settings: object,
    ) -> EcephysResult:
        chosen = EcephysSettings.model_validate({"chunk_duration": 0.1, **settings})
        return compress_open_ephys(source, target, chosen, progress)

    return run


@pytest.fixture
def tree() -> Callable[[Path], dict[str, bytes]]:
    """Return all files below a folder with their contents."""

    def read(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }

    return read
