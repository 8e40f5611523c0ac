"""A share with small sessions at the places that the guide's examples name."""

import json
from pathlib import Path

from aind_data_transfer_service.testing.extractor_sessions import bergamo_session
from aind_data_transfer_service.testing.open_ephys import make_open_ephys_session
from aind_data_transfer_service.testing.sample_behavior import make_behavior
from aind_data_transfer_service.testing.sample_session import make_sample_session
from aind_data_transfer_service.testing.sample_videos import make_behavior_videos
from aind_data_transfer_service.testing.smartspim import SpimSize, write_session

STACKS = SpimSize(channels=3, columns=5, rows=4, slices=4, height=24, width=32, cells=5)
"""The guide's 60 stacks: on 20 elements three each."""

_TEST_DATA = "allen/aind/scratch/svc_aind_upload/test_data_sets"
_SECONDS = 0.5


def foraging_session(share: Path) -> Path:
    """Make the folders of example 1 and return the one they are in."""
    folder = share / "shared_drive/vr_foraging/690165/20240219T112517"
    folder.mkdir(parents=True)
    made = make_sample_session(share / "made", seconds=_SECONDS, channels=4)
    made.behavior.rename(folder / "Behavior")
    made.behavior_videos.rename(folder / "Behavior videos")
    made.metadata.rename(folder / "Config")
    return folder


def recording_with_a_microscope(share: Path) -> None:
    """Make the folders of examples 2 and 3, and the file with the settings of the third."""
    data = share / _TEST_DATA
    settings = bergamo_session(data / "bci" / "061022")
    (data / "bci" / "test_bergamo_settings.json").write_text(json.dumps(settings))
    recording = data / "ecephys" / "655019_2023-04-03_18-17-07"
    make_open_ephys_session(recording, seconds=_SECONDS, channels=8)


def imaging_session(share: Path) -> None:
    """Make the folders of example 4."""
    folder = share / "allen/aind/scratch/BCI/2p-raw/BCI88/102324"
    bergamo_session(folder / "pophys")
    make_behavior(folder / "behavior", seconds=_SECONDS)
    make_behavior_videos(folder / "behavior_video", seconds=_SECONDS)


def smartspim_session(share: Path) -> None:
    """Make the folder of example 5."""
    write_session(share / _TEST_DATA / "smartspim" / "SmartSPIM_695464_2023-10-18_20-30-30", STACKS)
