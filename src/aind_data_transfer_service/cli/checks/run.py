"""Runs all checks."""

from collections.abc import Iterator
from pathlib import Path

from ...errors import SettingsInvalid
from ...settings import load_settings
from ..service.given import Given
from .buckets import check_buckets
from .code_ocean import check_code_ocean
from .database import check_database
from .document_store import check_document_store
from .executor import check_executor
from .finding import Check, Finding, failed_by, ok
from .folders import check_own_folders, check_removal_roots, check_source_roots
from .mail import check_hooks, check_mail
from .metadata import check_metadata
from .slurm import check_slurm

CHECKS: tuple[Check, ...] = (
    check_database,
    check_own_folders,
    check_source_roots,
    check_removal_roots,
    check_buckets,
    check_executor,
    check_slurm,
    check_metadata,
    check_mail,
    check_code_ocean,
    check_document_store,
    check_hooks,
)


def run_checks(config: Path | None, given: Given) -> Iterator[Finding]:
    """Yield the findings of all checks; of the first alone if the settings are not valid."""
    try:
        settings = load_settings(config, **given)
    except SettingsInvalid as problem:
        yield failed_by("settings", problem)
        return
    yield ok("settings", f"Valid; home is {settings.home_folder}")
    for check in CHECKS:
        yield from check(settings)
