"""What this service accepts, beyond the rules of the wire."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:  # the process that validates large requests does without
    from ..settings import Settings


@dataclass(frozen=True, slots=True)
class CodeOceanPolicy:
    """What becomes of assets and results in Code Ocean."""

    everyone: str
    """What everyone may do with registered assets."""
    results_bucket: str | None
    """Takes results; None: Code Ocean's own storage."""

    @classmethod
    def from_settings(cls, settings: "Settings") -> Self | None:
        """Return the policy that the settings describe; None without Code Ocean."""
        given = settings.codeocean
        if given.domain is None:
            return None
        return cls(everyone=given.everyone, results_bucket=given.results_bucket)


@dataclass(frozen=True, slots=True)
class IntakePolicy:
    """The settings that decide on requests."""

    bucket_urls: Mapping[str, str]
    """Alias → URL of every bucket a job may go to."""
    project_names: Collection[str] | None
    """None: any name."""
    source_roots: tuple[PurePosixPath, ...]
    """None given: sources may lie anywhere."""
    path_checks: Literal["off", "warn", "require"]
    allowed_images: frozenset[str] = frozenset()
    """Container images that requests may name beside those of presets."""
    allow_command_scripts: bool = False
    """Whether requests may bring scripts that no preset has."""
    removal_roots: tuple[PurePosixPath, ...] = ()
    """Sources below these folders may be removed; none: no source is."""
    removal_by_request: bool = False
    """Whether requests may ask for it where no preset does."""
    codeocean: CodeOceanPolicy | None = None
    """None: nothing is registered in Code Ocean."""
    document_store: bool = False
    """Whether records of assets are written to a document store."""
    mapper: bool = True
    """Whether the mapper is there, which follows settings for metadata."""
    metadata_service: bool = True
    """Whether there is a metadata service to ask."""
    webhooks_allowed: bool = True
    """Whether requests may name addresses to call."""

    @classmethod
    def from_settings(cls, settings: "Settings") -> Self:
        """Return the policy that the settings describe."""
        from ..metadata.tools import command_of

        return cls(
            bucket_urls=settings.bucket_urls,
            project_names=settings.project_names or None,
            source_roots=tuple(PurePosixPath(root) for root in settings.source_roots),
            path_checks=settings.path_checks,
            allowed_images=frozenset(settings.allowed_images),
            allow_command_scripts=settings.allow_command_scripts,
            removal_roots=tuple(PurePosixPath(root) for root in settings.removal.roots),
            removal_by_request=settings.removal.by_request,
            codeocean=CodeOceanPolicy.from_settings(settings),
            document_store=settings.document_store.url is not None,
            mapper=command_of(settings, "mapper") is not None,
            metadata_service=settings.metadata.service_url is not None,
            webhooks_allowed=settings.webhooks.allowed,
        )
