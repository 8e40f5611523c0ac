"""Which modalities can be compressed, and with what: the one place that knows the transforms.

The compression stack is imported only where it is used: it is slow to load and may not be
installed where no data are compressed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..domain.plan import ModalityPlan
from ..errors import InvalidInput
from ..transform.ecephys.settings import EcephysSettings
from ..transform.ecephys.stack import require_stack

_ECEPHYS = "ecephys"
_LIBRARIES = ("spikeinterface", "zarr", "numcodecs", "pcodec")


class NoTransform(InvalidInput):
    """A modality is to be compressed that there is no lossless compression for."""

    code = "no_transform"
    what_to_do_default = "Submit again with compress_raw_data false: it is then uploaded as it is."


class TransformSettingsInvalid(InvalidInput):
    """The job_settings of a modality are not those of its transform."""

    code = "transform_settings_invalid"
    what_to_do_default = "Correct the modality's job_settings and submit again."


@dataclass(frozen=True, slots=True)
class Transformed:
    """What a transform did."""

    parameters: dict[str, Any]
    source_bytes: int
    stored_bytes: int
    streams: list[dict[str, Any]]


def check_format(modality: ModalityPlan, settings: Mapping[str, Any], source: Path) -> None:
    """Raise the error that compressing would end in, as far as it can be seen before any work."""
    require_stack(_ecephys_settings(modality, settings).codec)
    from ..transform.ecephys.session import find_session

    find_session(source)


def compress(
    modality: ModalityPlan,
    settings: Mapping[str, Any],
    source: Path,
    output: Path,
    progress: Callable[[int, int], None],
) -> Transformed:
    """Compress the modality's folder without loss; raises what its transform raises."""
    chosen = _ecephys_settings(modality, settings)
    from ..transform.ecephys import compress_open_ephys

    result = compress_open_ephys(source, output, chosen, progress)
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
        streams=[
            stream.model_dump(mode="json", exclude={"path", "kept"}) for stream in result.streams
        ],
    )


def _ecephys_settings(modality: ModalityPlan, settings: Mapping[str, Any]) -> EcephysSettings:
    if modality.abbreviation != _ECEPHYS:
        raise NoTransform(
            f"{modality.abbreviation}: there is no lossless compression for this modality;"
            f" there is one for {_ECEPHYS}.",
            modality=modality.abbreviation,
        )
    try:
        return EcephysSettings.model_validate(dict(settings))
    except ValidationError as refused:
        problems = "; ".join(
            f"{'.'.join(map(str, error['loc'])) or 'settings'}: {error['msg']}"
            for error in refused.errors()
        )
        raise TransformSettingsInvalid(
            f"job_settings of {modality.abbreviation}: {problems}."
            f" Allowed: {', '.join(EcephysSettings.model_fields)}.",
            modality=modality.abbreviation,
        ) from refused
