"""Where the metadata files of a session come from that it does not bring itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ..domain.plan import JobPlan
from ..errors import InvalidInput, NotFound, TransferError, Unavailable

Document = dict[str, Any]


class MetadataServiceUnavailable(Unavailable):
    """The metadata service does not answer, or answers with a fault of its own."""

    code = "metadata_service_unavailable"
    what_to_do_default = (
        "It is tried again by itself. If it lasts, tell an administrator; or put the file that the"
        " message names into metadata_dir, and retry the job."
    )


class MetadataNotFound(NotFound):
    """The metadata service knows nothing of what it was asked for."""

    code = "metadata_not_found"
    what_to_do_default = (
        "Check the name. If it is right, have it entered there, or put the file that the message"
        " names into metadata_dir; then retry the job."
    )


class MetadataServiceRefused(InvalidInput):
    """The metadata service gives no usable answer to what it was asked."""

    code = "metadata_service_refused"
    what_to_do_default = "Put the file that the message names into metadata_dir, then retry."


class MetadataNotGathered(TransferError):
    """The metadata of the session could not be extracted from its data."""

    code = "metadata_not_gathered"
    what_to_do_default = (
        "Read the end of the task's log. Correct the session's data or the settings, or put the"
        " file that the message names into metadata_dir; then submit again."
    )


@dataclass(frozen=True, slots=True)
class GatherRequest:
    """What is to be gathered for one job."""

    plan: JobPlan
    settings: Mapping[str, Any]
    """Of the task, in the mapper's form."""
    given: frozenset[str]
    """Names of the files that the session brings: these are not gathered."""
    source_roots: tuple[str, ...]
    """Folders that settings may name files in; none: anywhere."""
    scratch: Path
    """A folder for files that nobody needs afterwards."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was gathered."""

    documents: Mapping[str, Document]
    """By the file's name."""
    warnings: tuple[str, ...] = ()
    failures: Mapping[str, TransferError] = field(default_factory=dict)
    """What the service did not give, by the file's name."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of the tools that were used."""


class MetadataSource(Protocol):
    """Gathers the metadata files of a session."""

    name: str

    def gather(self, request: GatherRequest) -> Gathered:
        """Return what the session lacks.

        What a service does not give is among the failures. Raises `MetadataNotGathered` if
        something in the session or its settings prevents it.
        """
        ...
