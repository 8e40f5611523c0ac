"""The name of an asset: what its folder in the bucket is called."""

import re
from datetime import datetime

from ..errors import InvalidInput

# What S3, POSIX and Windows tools all take without quoting or encoding.
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]*")
_LONGEST = 100
PART_RULE = "letters, digits, '-' and '.', beginning with a letter or a digit"


class NamePartInvalid(InvalidInput):
    """A part of the asset name has characters that a folder name may not have."""

    code = "name_part_invalid"


def require_name_part(field: str, value: str) -> str:
    """Return ``value`` if it may be a part of an asset name, else raise `NamePartInvalid`."""
    if not _PART.fullmatch(value) or ".." in value or len(value) > _LONGEST:
        raise NamePartInvalid(
            f"{field} {value!r} cannot be part of a folder name. Allowed: {PART_RULE};"
            f" at most {_LONGEST} characters.",
            field=field,
            value=value,
        )
    return value


def asset_name(platform_abbreviation: str | None, subject_id: str, acq_datetime: datetime) -> str:
    """Return ``{platform}_{subject}_{YYYY-MM-DD_HH-MM-SS}``, without the platform if there is none.

    The wall-clock digits of ``acq_datetime`` are used as they are; an offset is ignored, as the
    assets that exist already were named so.
    """
    parts = [require_name_part("subject_id", subject_id), f"{acq_datetime:%Y-%m-%d_%H-%M-%S}"]
    if platform_abbreviation is not None:
        parts.insert(0, require_name_part("platform", platform_abbreviation))
    return "_".join(parts)
