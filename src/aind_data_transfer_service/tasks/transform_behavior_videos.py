"""Compression of behavior videos, as the pipeline runs it; all other files are linked."""

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from ..transform.behavior_videos.settings import BehaviorVideosSettings
from ..transform.behavior_videos.videos import Session, find_files
from ..transform.errors import TransformStackMissing
from .staging import stage_link
from .transform_settings import validated
from .transform_work import OnProgress, Transform, Transformed, TransformWork

_RECORD = "behavior-videos.json"


def check(work: TransformWork) -> list[str]:
    """Read every video's header.

    Raises the error that compressing would end in, as far as it can be seen before any work.
    Returns what is worth knowing.
    """
    session = _session(work)
    from ..transform.behavior_videos.headers import require_compressible

    require_compressible(session.videos)
    return [] if session.videos else [f"There is no video to compress in {work.source}"]


def compress(work: TransformWork, output: Path, progress: OnProgress) -> Transformed:
    """Compress the videos and link all other files; raises what the transform raises."""
    session = _session(work)
    from ..transform.behavior_videos.compress import compress_videos

    output.mkdir(parents=True, exist_ok=True)
    chosen = _settings(work)
    videos = compress_videos(
        work.source,
        session.videos,
        output,
        work.job_folder / _RECORD,
        threads=chosen.ffmpeg_thread_cnt,
        progress=progress,
    )
    for name in session.others:
        link = output / name
        link.parent.mkdir(parents=True, exist_ok=True)
        stage_link(work.source / name, link)
    return Transformed(
        parameters={
            "lossless": False,
            **chosen.model_dump(mode="json", exclude_none=True),
            "libraries": {"av": version("av")},
        },
        source_bytes=sum(video.raw_bytes for video in videos),
        stored_bytes=sum(video.stored_bytes for video in videos),
        parts_name="videos",
        parts=[video.model_dump(mode="json") for video in videos],
    )


def _session(work: TransformWork) -> Session:
    if find_spec("av") is None:
        raise TransformStackMissing(
            "Compressing videos needs av: not installed here. It comes with the extra"
            " 'transforms'.",
            missing=["av"],
        )
    return find_files(work.source, _settings(work))


def _settings(work: TransformWork) -> BehaviorVideosSettings:
    return validated(BehaviorVideosSettings, work.modality, work.settings)


BEHAVIOR_VIDEOS = Transform(
    check,
    compress,
    notes="Compression of {modality}, not lossless: every frame of the source is there at its"
    " time, its pixels are not the same.",
)
