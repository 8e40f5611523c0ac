"""Reads the settings: the only place that looks at the environment."""

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from ..errors import SettingsInvalid
from .service import ENV_PREFIX, Settings, file_values

_OF_MACHINE = frozenset(
    {"PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR"}
    | {"REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}
    | {"http_proxy", "https_proxy", "no_proxy", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"}
)
_OF_CONTAINERS = ("APPTAINER_", "SINGULARITY_")


def load_settings(config: Path | None = None, **given: Any) -> Settings:
    """Read the settings; ``given`` (the command line) wins over the environment and the file.

    Raises `SettingsInvalid` with every problem listed.
    """
    try:
        token = file_values.set(tomllib.loads(config.read_text()) if config else {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise SettingsInvalid(f"{config}: {problem}") from problem
    try:
        return Settings(**given)
    except ValidationError as problem:
        raise SettingsInvalid(_explain(problem)) from problem
    except SettingsError as problem:  # text in the environment that should be JSON
        raise SettingsInvalid(f"The settings are not valid: {problem}") from problem
    finally:
        file_values.reset(token)


def environment_without_settings() -> dict[str, str]:
    """Return the environment for a program that is to know nothing of this service's settings."""
    return {k: v for k, v in os.environ.items() if not k.upper().startswith(ENV_PREFIX)}


def bare_environment() -> dict[str, str]:
    """Return the environment for a tool that takes settings of its own from variables of any name.

    Only what concerns the machine is left: paths, language, time zone, certificates, containers.
    """
    return {k: v for k, v in os.environ.items() if k in _OF_MACHINE or k.startswith(_OF_CONTAINERS)}


def _explain(problem: ValidationError) -> str:
    lines = ["The settings are not valid:"]
    for error in problem.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in error["loc"])
        lines.append(f"  {place}: {error['msg'].removeprefix('Value error, ')}")
    return "\n".join(lines)
