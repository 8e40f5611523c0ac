"""The kinds of value that V1 fields hold."""

import re
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from ...domain.asset_name import NamePartInvalid, require_name_part
from ..problems import nearest_of, problem_error

_US_DATETIME = re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2} [AP]M", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BucketType(StrEnum):
    """Where an asset may go; the service knows the buckets behind these words."""

    PRIVATE = "private"
    OPEN = "open"
    SCRATCH = "scratch"
    DEFAULT = "default"


class EmailNotificationType(StrEnum):
    """When to write to the user."""

    BEGIN = "begin"
    END = "end"
    FAIL = "fail"
    RETRY = "retry"
    ALL = "all"


_NOTIFICATION_ORDER = {word.value: place for place, word in enumerate(EmailNotificationType)}


def parse_acq_datetime(value: object) -> object:
    """Read ``M/D/YYYY H:MM:SS AM`` or an ISO 8601 date and time; leave other types to pydantic."""
    if not isinstance(value, str):
        return value
    try:
        if _US_DATETIME.fullmatch(value):
            return datetime.strptime(value, "%m/%d/%Y %I:%M:%S %p")  # noqa: DTZ007 - kept as given
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise problem_error(
            "datetime_invalid",
            f"{value!r} is not a date and time. Allowed: 2020-10-13T13:10:10 (with or without an"
            " offset) or 10/13/2020 1:10:10 PM",
        ) from error


def map_bucket(value: object) -> str:
    """Map any bucket named by a user to a `BucketType`: what is not known becomes the default."""
    if isinstance(value, str):
        for bucket in (BucketType.OPEN, BucketType.PRIVATE, BucketType.SCRATCH):
            if bucket in value:
                return bucket.value
    return BucketType.DEFAULT.value


def _path_text(value: object) -> object:
    return value.as_posix() if isinstance(value, PureWindowsPath) else value


def _require_absolute(path: PurePosixPath) -> PurePosixPath:
    text = str(path)
    if path.is_absolute() and not _CONTROL.search(text):
        return path
    flipped = re.sub(r"[\\/]+", "/", text)
    raise problem_error(
        "path_invalid",
        f"{text!r} is not a path the service can use. Allowed: an absolute POSIX path without"
        " control characters, as the service sees it, such as /allen/aind/scratch/session",
        nearest=flipped if "\\" in text and flipped.startswith("/") else None,
    )


def _require_subject(value: str) -> str:
    try:
        return require_name_part("subject_id", value)
    except NamePartInvalid as error:
        raise problem_error(error.code, error.message) from error


def _require_project(value: object, info: ValidationInfo) -> object:
    names = (info.context or {}).get("project_names")
    if names is None or not isinstance(value, str) or value in names:
        return value
    raise problem_error(
        "project_unknown",
        f"{value} must be one of {list(names)}",
        allowed=names,
        nearest=nearest_of(value, names),
    )


@lru_cache(maxsize=4096)
def _require_email(value: str) -> str:
    # Imported late: it takes long, and only requests that name an address need it.
    from pydantic import validate_email

    return validate_email(value)[1]


def _in_order(types: list[str]) -> list[str]:
    return sorted(set(types), key=_NOTIFICATION_ORDER.__getitem__)


def _as_text(value: object) -> object:
    return value.as_posix() if isinstance(value, PurePath) else value


def _require_webhook(value: str) -> str:
    try:
        parts = urlsplit(value)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if right and not _CONTROL.search(value) and "@" not in parts.netloc:
        return value
    raise problem_error(
        "webhook_invalid",
        f"{value!r} is not an address that can be called. Allowed: https://host/path, without a"
        " user or password",
    )


AbsolutePosixPath = Annotated[
    PurePosixPath, BeforeValidator(_path_text), AfterValidator(_require_absolute)
]
AcqDatetime = Annotated[datetime, BeforeValidator(parse_acq_datetime)]
EmailAddress = Annotated[
    str, AfterValidator(_require_email), WithJsonSchema({"type": "string", "format": "email"})
]
# Always in the same order, so that equal requests have equal texts.
NotificationTypes = Annotated[list[EmailNotificationType], AfterValidator(_in_order)]
ProjectName = Annotated[str, BeforeValidator(_require_project)]
S3Bucket = Annotated[BucketType, BeforeValidator(map_bucket)]
SubjectId = Annotated[str, AfterValidator(_require_subject)]
# A path the service hands on without using it.
PathText = Annotated[str, BeforeValidator(_as_text)]
Webhooks = Annotated[
    list[Annotated[str, AfterValidator(_require_webhook)]],
    Field(max_length=5, description="Addresses to tell of the events that mails would be sent of"),
]
