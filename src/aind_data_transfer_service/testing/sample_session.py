"""A small acquisition session on a "share", whole: what a demonstration or a test uploads.

The layout is that of the user guide. The metadata files are valid against aind-data-schema 1.4.0;
there is no ``data_description.json``, because the service writes it.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from .open_ephys import make_open_ephys_session
from .sample_behavior import make_behavior
from .sample_videos import make_behavior_videos

SUBJECT_ID = "690165"
# Without an offset, as rigs write it.
ACQ_DATETIME = datetime(2024, 2, 19, 11, 25, 17)  # noqa: DTZ001


@dataclass(frozen=True, slots=True)
class SampleSession:
    """Where the parts of the session are, and what a request has to say about it."""

    folder: Path
    ecephys: Path
    behavior: Path
    behavior_videos: Path
    metadata: Path
    subject_id: str = SUBJECT_ID
    acq_datetime: datetime = ACQ_DATETIME


def make_sample_session(
    share: Path, *, seconds: float = 3.0, channels: int = 384, seed: int = 0
) -> SampleSession:
    """Write a session of ``seconds`` below ``share``; the same arguments give the same data.

    With 384 channels a second takes about 25 MB. Raises `FileExistsError` if it is there already.
    """
    folder = share / f"session_{SUBJECT_ID}_{ACQ_DATETIME:%Y-%m-%d}"
    folder.mkdir(parents=True)
    return SampleSession(
        folder=folder,
        ecephys=make_open_ephys_session(
            folder / "ecephys_data", seconds=seconds, channels=channels, seed=seed
        ),
        behavior=make_behavior(folder / "behavior_data", seconds=seconds, seed=seed),
        behavior_videos=make_behavior_videos(
            folder / "behavior_videos", seconds=seconds, seed=seed
        ),
        metadata=_write_metadata(folder / "aind_metadata", seconds),
    )


def sample_request(
    session: SampleSession,
    *,
    platform: str = "ecephys",
    project_name: str = "Ephys Platform",
    bucket: str = "private",
    user_email: str | None = None,
) -> dict[str, Any]:
    """Return the V1 request that uploads the session, as the user guide's script would send it."""
    sources = {
        "ecephys": session.ecephys,
        "behavior": session.behavior,
        "behavior-videos": session.behavior_videos,
    }
    request: dict[str, Any] = {
        "upload_jobs": [
            {
                "project_name": project_name,
                "s3_bucket": bucket,
                "platform": platform,
                "subject_id": session.subject_id,
                "acq_datetime": session.acq_datetime.isoformat(),
                "modalities": [
                    {"modality": abbreviation, "source": str(source)}
                    for abbreviation, source in sources.items()
                ],
                "metadata_dir": str(session.metadata),
            }
        ]
    }
    if user_email is not None:
        request["user_email"] = user_email
        request["email_notification_types"] = ["all"]
    return request


def _write_metadata(folder: Path, seconds: float) -> Path:
    folder.mkdir()
    for resource in files(__package__).joinpath("sample_metadata").iterdir():
        document = json.loads(resource.read_text())
        if resource.name == "session.json":
            end = f"{ACQ_DATETIME + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S.%f}Z"
            document["session_end_time"] = end
            document["data_streams"][0]["stream_end_time"] = end
        (folder / resource.name).write_text(json.dumps(document, indent=2) + "\n")
    return folder
