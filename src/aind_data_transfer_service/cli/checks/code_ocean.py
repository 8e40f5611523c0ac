"""Code Ocean: whether it answers, and takes the token."""

from collections.abc import Iterator

from ...errors import TransferError
from ...ports.registry import RegistryRefused
from ...registry.open import open_registry
from ...settings import Settings
from .finding import Finding, fail, failed_by, ok

_NAME = "Code Ocean"


def check_code_ocean(settings: Settings) -> Iterator[Finding]:
    """Ask it for something small; nothing is changed."""
    if settings.codeocean.domain is None:
        yield ok(_NAME, "Is not set up: assets are not registered, and no pipelines run")
        return
    if settings.codeocean.token is None:
        yield fail(
            _NAME,
            "codeocean.token is not set: workers cannot register assets",
            "Make an access token in Code Ocean (account settings) for a user of the service,"
            " and set codeocean.token.",
        )
        return
    try:
        registry = open_registry(settings.codeocean)
        registry.check()
    except RegistryRefused as problem:
        yield failed_by(_NAME, problem)
        return
    except TransferError as problem:
        mend = "Look at codeocean.domain, and whether this machine reaches it."
        yield fail(_NAME, problem.message, mend)
        return
    yield ok(_NAME, f"{registry.url} answers and takes the token")
