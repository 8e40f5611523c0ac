"""Compression of ecephys data, as the pipeline runs it."""

from importlib.metadata import version
from pathlib import Path

from ..transform.ecephys.settings import EcephysSettings
from ..transform.ecephys.stack import require_stack
from .transform_settings import validated
from .transform_work import OnProgress, Transform, Transformed, TransformWork

_LIBRARIES = ("spikeinterface", "zarr", "numcodecs", "pcodec")


def check(work: TransformWork) -> list[str]:
    """Raise the error that compressing would end in, as far as it can be seen before any work."""
    require_stack(_settings(work).codec)
    from ..transform.ecephys.session import find_session

    find_session(work.source)
    return []


def compress(work: TransformWork, output: Path, progress: OnProgress) -> Transformed:
    """Compress the modality's folder without loss; raises what its transform raises."""
    chosen = _settings(work)
    from ..transform.ecephys import compress_open_ephys

    result = compress_open_ephys(work.source, output, chosen, progress)
    streams = [
        stream.model_dump(mode="json", exclude={"path", "kept"}) for stream in result.streams
    ]
    return Transformed(
        parameters={
            "codec": chosen.codec,
            "level": chosen.effective_level,
            "chunk_duration": chosen.chunk_duration,
            "clip_n_frames": chosen.clip_n_frames,
            "libraries": {name: version(name) for name in _LIBRARIES},
        },
        source_bytes=sum(stream.raw_bytes for stream in result.streams),
        stored_bytes=sum(stream.stored_bytes for stream in result.streams),
        parts_name="streams",
        parts=streams,
    )


def _settings(work: TransformWork) -> EcephysSettings:
    return validated(EcephysSettings, work.modality, work.settings)


ECEPHYS = Transform(check, compress)
