"""Which modalities can be compressed, and with what: the one place that knows the transforms.

Their libraries are imported only where they are used: they are slow to load and may not be
installed where no data are compressed.
"""

from pathlib import Path

from ..domain.plan import ModalityPlan
from ..errors import InvalidInput
from .transform_behavior_videos import BEHAVIOR_VIDEOS
from .transform_ecephys import ECEPHYS
from .transform_smartspim import SMARTSPIM
from .transform_work import Transform

_TRANSFORMS = {"ecephys": ECEPHYS, "SPIM": SMARTSPIM, "behavior-videos": BEHAVIOR_VIDEOS}


class NoTransform(InvalidInput):
    """A modality is to be compressed that there is no compression for."""

    code = "no_transform"
    what_to_do_default = "Submit again with compress_raw_data false: it is then uploaded as it is."


def transform_of(modality: ModalityPlan) -> Transform:
    """Return the compression of a modality; raises `NoTransform`."""
    try:
        return _TRANSFORMS[modality.abbreviation]
    except KeyError:
        raise NoTransform(
            f"{modality.abbreviation}: there is no compression for this modality;"
            f" there is one for {', '.join(_TRANSFORMS)}.",
            modality=modality.abbreviation,
        ) from None


def metadata_files_of(modality: ModalityPlan) -> list[Path]:
    """Return where metadata files are, if there are any, that compressing leaves in the source."""
    transform = _TRANSFORMS.get(modality.abbreviation)
    if transform is None or not modality.compress or modality.source is None:
        return []
    return [Path(modality.source) / name for name in transform.metadata_files]
