"""The key that signs browsers' sessions."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from ...errors import SettingsInvalid
from ...identity.addresses import parse_address
from ...settings import Settings

_FILE = "secret-key"


def require_own_key(settings: Settings) -> Settings:
    """Return the settings with a key; other machines may be served with a given one only.

    Raises `SettingsInvalid`.
    """
    if settings.secret_key is None and not _is_this_machine(settings.host):
        raise SettingsInvalid(
            f"secret_key is not set, and the service listens on {settings.host} for other"
            " machines.",
            what_to_do="Set AIND_DATA_TRANSFER_SECRET_KEY to 32 or more random characters, the"
            " same for all web servers:"
            " python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return with_kept_key(settings)


def with_kept_key(settings: Settings) -> Settings:
    """Return the settings with a key: the one given, else the one kept in home, made if needed."""
    if settings.secret_key is not None:
        return settings
    path = settings.home_folder / _FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    _make(path)
    return settings.model_copy(update={"secret_key": SecretStr(path.read_text())})


def _is_this_machine(host: str) -> bool:
    address = parse_address(host)
    return host == "localhost" if address is None else address.is_loopback


def _make(path: Path) -> None:
    """Write a new key, whole or not at all, that only this user can read; keep one there is."""
    if path.exists():
        return
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)  # of two processes that start at once, the first one's key stays
    except FileExistsError:
        pass
    finally:
        new.unlink()
