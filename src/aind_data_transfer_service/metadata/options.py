"""What the tasks need to know of how metadata are gathered on this service."""

from ..domain.plan import Frozen
from ..settings import Settings
from .tools import command_of


class MetadataOptions(Frozen):
    """How metadata are gathered and checked; a part of a task's spec."""

    mapper: tuple[str, ...] | None = None
    """Starts a Python with the mapper; None: there is none."""
    schema2: tuple[str, ...] | None = None
    """Starts a Python with aind-data-schema 2.x; None: there is none."""
    service_url: str | None = None
    service_timeout: float = 60
    """In seconds."""
    go_on_incomplete: bool = False

    @property
    def has_tools(self) -> bool:
        """Whether any metadata tools are set up."""
        return self.mapper is not None or self.schema2 is not None

    @classmethod
    def from_settings(cls, settings: Settings) -> "MetadataOptions":
        """Return what the settings say and what is installed."""
        return cls(
            mapper=command_of(settings, "mapper"),
            schema2=command_of(settings, "schema2"),
            service_url=settings.metadata.service_url,
            service_timeout=settings.metadata.service_timeout.total_seconds(),
            go_on_incomplete=settings.metadata.go_on_incomplete,
        )
