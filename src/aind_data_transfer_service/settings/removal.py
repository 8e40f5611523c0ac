"""Where sources may be removed once they are uploaded, and on whose word."""

from .section import AbsolutePath, Section


class RemovalSettings(Section):
    """Removal of sources; nothing is ever removed without ``roots``."""

    roots: tuple[AbsolutePath, ...] = ()
    """Sources below these folders may be removed; none: no source is."""
    by_request: bool = False
    """Whether a request may ask for it by itself; otherwise only presets may."""
