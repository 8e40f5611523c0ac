"""How the metadata of a session are gathered."""

from datetime import timedelta

from .section import AbsolutePath, HttpUrl, Period, Section


class MetadataSettings(Section):
    """How the metadata of a session are gathered."""

    service_url: HttpUrl | None = None
    """The metadata service; None: no subject, procedures or funding are asked for."""
    service_timeout: Period = timedelta(seconds=60)
    """How long one answer of it may take."""
    go_on_incomplete: bool = False
    """Whether a job goes on without what the service does not have or give, once it is not tried
    again; it is marked incomplete."""
    folder: AbsolutePath | None = None
    """Where ``setup metadata`` puts the tools; None: ``metadata`` in home."""
    command: tuple[str, ...] = ()
    """What starts a Python with the mapper, such as that of a container, in place of the one in
    ``folder``."""
