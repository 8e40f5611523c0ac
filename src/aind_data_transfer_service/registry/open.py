"""Opens the registry that the settings describe."""

from ..errors import SettingsInvalid
from ..ports.registry import Registry
from ..settings import CodeOceanSettings
from .codeocean import CodeOceanRegistry


def open_registry(settings: CodeOceanSettings) -> Registry:
    """Return the registry; raises `SettingsInvalid` if there is none, or no token for it."""
    for name in ("domain", "token"):
        if getattr(settings, name) is None:
            raise SettingsInvalid(f"codeocean.{name} is not set, and assets are to be registered.")
    return CodeOceanRegistry(
        domain=settings.domain or "",
        token=settings.token.get_secret_value() if settings.token else "",
        timeout_seconds=settings.timeout.total_seconds(),
    )
