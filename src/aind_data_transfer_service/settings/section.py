"""What all groups of settings share: their base class and the checks of single values."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError(f"{path} is not absolute")
    return path


def _bucket_url(url: str) -> str:
    parts = urlsplit(url)
    s3 = parts.scheme == "s3" and parts.netloc and parts.path in ("", "/")
    folder = parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")
    if not (s3 or folder):
        raise ValueError(f"{url!r} is neither s3://bucket nor file:///folder")
    return url


def _database_url(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("sqlite:///", "postgresql")):
        raise ValueError("begins with neither sqlite:/// nor postgresql://")
    return url


def _preset_prefix(prefix: str) -> str:
    if not re.fullmatch(r"(/[\w.\-]+)+", prefix, re.ASCII):
        raise ValueError(f"{prefix!r} is not of the form /words/between/slashes")
    return prefix


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{url!r} begins with neither http:// nor https://")
    return url


def _mongo_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    servers = rest.partition("/")[0]
    if scheme not in ("mongodb", "mongodb+srv") or not servers:
        raise ValueError("begins with neither mongodb:// nor mongodb+srv:// and a server")
    if "@" in rest:
        raise ValueError("holds a user or password: give them as user and password")
    return url


Wait = Annotated[timedelta, Field(ge=timedelta(0))]
Period = Annotated[timedelta, Field(gt=timedelta(0))]


AbsolutePath = Annotated[Path, AfterValidator(_absolute)]
BucketUrl = Annotated[str, AfterValidator(_bucket_url)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url)]
PresetPrefix = Annotated[str, AfterValidator(_preset_prefix)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
MongoUrl = Annotated[str, AfterValidator(_mongo_url)]


class Section(BaseModel):
    """Base of nested settings: an unknown name is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
