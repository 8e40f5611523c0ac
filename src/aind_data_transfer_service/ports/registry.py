"""Where assets are made known and pipelines run on them: Code Ocean.

What is sent has the shapes of Code Ocean's API, as dictionaries: ``DataAssetParams``, ``RunParams``
and ``Permissions`` of the package ``codeocean``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from ..errors import InvalidInput, NotAllowed, NotFound, Unavailable

Params = Mapping[str, Any]


class RegistryUnavailable(Unavailable):
    """Code Ocean does not answer, or answers with a fault of its own.

    What was sent may have been carried out all the same.
    """

    code = "codeocean_unavailable"


class RegistryBusy(Unavailable):
    """Code Ocean refuses because it has too much to do: nothing was carried out."""

    code = "codeocean_busy"


class RegistryRefused(NotAllowed):
    """Code Ocean does not take the token, or the token may not do this."""

    code = "codeocean_refused"
    what_to_do_default = (
        "An administrator looks at codeocean.token and its rights (read and run capsules, create"
        " data assets); then retry the job."
    )


class RegistryRejected(InvalidInput):
    """Code Ocean does not accept what was asked for."""

    code = "codeocean_rejected"
    what_to_do_default = (
        "Correct the Code Ocean settings of the request or preset, as the message says."
    )


class NotInRegistry(NotFound):
    """Code Ocean has no such asset, capsule, pipeline or run."""

    code = "codeocean_not_found"
    what_to_do_default = "Check the ids in the request, and that the service's user may see them."


class AssetState(StrEnum):
    """How far an asset is."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Asset:
    """A data asset."""

    id: str
    name: str
    state: AssetState
    bucket: str | None = None
    """Where its data are, if it is known."""
    prefix: str | None = None
    run_id: str | None = None
    """The run whose results it is, if it is known."""
    failure: str | None = None
    """Why it failed, in Code Ocean's words."""


@dataclass(frozen=True, slots=True)
class Run:
    """One computation of a capsule or a pipeline."""

    id: str
    name: str
    ended: bool
    failed: bool = False
    """Ended badly: by its state, its end status, or its exit code."""
    how: str = ""
    """State, end status and exit code in Code Ocean's words."""
    asset_ids: frozenset[str] | None = None
    """The assets it works on, if Code Ocean says so."""
    values: tuple[str, ...] | None = None
    """The values of its parameters, if Code Ocean says so."""


class Registry(Protocol):
    """Code Ocean. All methods block for one or few requests; none is ever sent twice.

    All raise `RegistryUnavailable`, `RegistryBusy` and `RegistryRefused`.
    """

    @property
    def url(self) -> str:
        """Address people open in a browser."""
        ...

    def check(self) -> None:
        """Ask for something small, to see whether the token is taken."""
        ...

    def assets_named(self, name: str, *, tag: str | None = None) -> Sequence[Asset]:
        """Return the assets with exactly this name, and this tag if one is given."""
        ...

    def create_asset(self, params: Params) -> Asset:
        """Create an asset; raises `RegistryRejected`."""
        ...

    def asset(self, asset_id: str) -> Asset:
        """Return an asset; raises `NotInRegistry`."""
        ...

    def asset_page(self, asset_id: str) -> str:
        """Return the address of an asset's page."""
        ...

    def permit(self, asset_id: str, permissions: Params) -> None:
        """Set who may do what with an asset; raises `RegistryRejected`."""
        ...

    def runs_of(self, params: Params) -> Sequence[Run]:
        """Return all runs of the capsule or pipeline that ``params`` name."""
        ...

    def start_run(self, params: Params) -> Run:
        """Start a run; raises `RegistryRejected`, `NotInRegistry`."""
        ...

    def run(self, run_id: str) -> Run:
        """Return a run; raises `NotInRegistry`."""
        ...

    def run_page(self, params: Params) -> str:
        """Return the address of the page of the capsule or pipeline that ``params`` name."""
        ...

    def stop_run(self, run_id: str) -> None:
        """Stop a run and forget it; does nothing if there is none."""
        ...

    def result_file(
        self, run_id: str, name: str, *, at_most: int, from_end: bool = False
    ) -> bytes | None:
        """Return the first bytes, or the last, of a file at the top of a run's results.

        None if there is no such file.
        """
        ...
