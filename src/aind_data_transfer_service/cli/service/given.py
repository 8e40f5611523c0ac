"""Settings that the command line gives."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import SettingsInvalid

Given = Mapping[str, Any]
"""Names and values of settings, in a form that JSON can carry."""


def given_settings(**options: Any) -> dict[str, Any]:
    """Return the options that were given, as JSON can carry them; paths become absolute."""
    return {name: _plain(value) for name, value in options.items() if value not in (None, [], {})}


def bucket_urls(pairs: Sequence[str]) -> dict[str, str]:
    """Read ``ALIAS=URL`` pairs; raises `SettingsInvalid`."""
    urls = {}
    for pair in pairs:
        alias, separator, url = pair.partition("=")
        if not (alias and separator and url):
            raise SettingsInvalid(
                f"--bucket {pair!r} is not ALIAS=URL.",
                what_to_do="Write for example --bucket open=s3://my-bucket.",
            )
        urls[alias] = url
    return urls


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value.expanduser().absolute())
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
