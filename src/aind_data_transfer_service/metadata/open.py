"""Opens the source of metadata that is set up."""

from ..ports.metadata_source import MetadataSource
from .builtin import BuiltinSource
from .mapper import MapperSource
from .options import MetadataOptions


def open_source(options: MetadataOptions) -> MetadataSource:
    """Return the mapper if there is one, else what the service itself knows."""
    if options.mapper is None:
        return BuiltinSource()
    return MapperSource(
        options.mapper,
        service_url=options.service_url,
        service_timeout=options.service_timeout,
    )
