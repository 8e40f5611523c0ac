"""Where the pages link to beside the service."""

from typing import Annotated

from pydantic import AfterValidator

from .section import HttpUrl, Section

_FIELDS = {"bucket": "", "prefix": "", "location": "", "asset_name": ""}


def _check(template: str) -> str:
    try:
        template.format(**_FIELDS)
    except (LookupError, ValueError):
        names = ", ".join(f"{{{name}}}" for name in _FIELDS)
        raise ValueError(f"{template!r} may have the fields {names} only") from None
    return template


Template = Annotated[HttpUrl, AfterValidator(_check)]


class LinkSettings(Section):
    """Addresses of an asset elsewhere; None: no link.

    ``{bucket}``, ``{prefix}`` (with a slash at its end), ``{asset_name}`` and ``{location}`` stand
    for the asset's own.
    """

    s3_console: Template | None = None
    """Such as ``https://us-west-2.console.aws.amazon.com/s3/buckets/{bucket}?prefix={prefix}``;
    only for assets in S3."""
    neuroglancer: Template | None = None
    """A page that shows the asset's pictures; only for jobs with SPIM."""
