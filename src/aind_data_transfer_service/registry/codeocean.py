"""Code Ocean by its own Python package."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import httpx
import requests
from codeocean import CodeOcean
from codeocean.components import Permissions
from codeocean.computation import RunParams
from codeocean.data_asset import DataAssetParams, DataAssetSearchParams
from codeocean.error import Error

from ..errors import TransferError
from ..ports.registry import (
    Asset,
    AssetState,
    NotInRegistry,
    Params,
    RegistryBusy,
    RegistryRefused,
    RegistryRejected,
    RegistryUnavailable,
    Run,
)

T = TypeVar("T")

_MESSAGE_LENGTH = 500
_UNREADABLE = (KeyError, ValueError, TypeError, AttributeError)
"""What the package raises for an answer that is no JSON, or lacks what it must have."""

_ASSET_STATES = {"ready": AssetState.READY, "failed": AssetState.FAILED}
_ERRORS: dict[int, type[TransferError]] = {
    401: RegistryRefused,
    403: RegistryRefused,
    404: NotInRegistry,
    408: RegistryUnavailable,
    429: RegistryBusy,
}


class CodeOceanRegistry:
    """A Code Ocean server. May be used from any thread; sends nothing twice.

    Parameters
    ----------
    domain
        Its address: ``https://codeocean.example.org``.
    token
        An access token.
    timeout_seconds
        Longest wait for one answer; the package alone would wait forever.
    """

    def __init__(self, *, domain: str, token: str, timeout_seconds: float) -> None:
        self.url = domain.rstrip("/")
        self._token = token
        self._timeout = timeout_seconds
        self._local = threading.local()

    def check(self) -> None:
        """Ask for one asset."""
        self._ask(lambda co: co.data_assets.search_data_assets(DataAssetSearchParams(limit=1)))

    def assets_named(self, name: str, *, tag: str | None = None) -> Sequence[Asset]:
        """Return the assets with exactly this name, and this tag if one is given."""
        query = _phrase("name", name) + (_phrase(" tag", tag) if tag else "")
        found = self._ask(
            lambda co: list(
                co.data_assets.search_data_assets_iterator(DataAssetSearchParams(query=query))
            )
        )
        return [  # the search is not exact
            _asset(each)
            for each in found
            if each.name == name and (tag is None or tag in (each.tags or ()))
        ]

    def create_asset(self, params: Params) -> Asset:
        """Create an asset."""
        wanted = DataAssetParams.from_dict(dict(params))
        return self._ask(lambda co: _asset(co.data_assets.create_data_asset(wanted)))

    def asset(self, asset_id: str) -> Asset:
        """Return an asset."""
        return self._ask(lambda co: _asset(co.data_assets.get_data_asset(asset_id)))

    def asset_page(self, asset_id: str) -> str:
        """Return the address of an asset's page."""
        return f"{self.url}/data-assets/{asset_id}"

    def permit(self, asset_id: str, permissions: Params) -> None:
        """Set who may do what with an asset."""
        wanted = Permissions.from_dict(dict(permissions))
        self._ask(lambda co: co.data_assets.update_permissions(asset_id, wanted))

    def runs_of(self, params: Params) -> Sequence[Run]:
        """Return all runs of the capsule or pipeline."""

        def ask(co: Any) -> list[Run]:
            of, place = _place(co, params)
            return [_run(each) for each in of.list_computations(place)]

        return self._ask(ask)

    def start_run(self, params: Params) -> Run:
        """Start a run."""
        wanted = RunParams.from_dict(dict(params))
        return self._ask(lambda co: _run(co.computations.run_capsule(wanted)))

    def run(self, run_id: str) -> Run:
        """Return a run."""
        return self._ask(lambda co: _run(co.computations.get_computation(run_id)))

    def run_page(self, params: Params) -> str:
        """Return the address of the capsule's or pipeline's page, which has a short name."""

        def ask(co: Any) -> str:
            of, place = _place(co, params)
            get = of.get_pipeline if of is co.pipelines else of.get_capsule
            return str(get(place).slug)

        return f"{self.url}/capsule/{self._ask(ask)}/tree"

    def stop_run(self, run_id: str) -> None:
        """Stop a run and forget it."""
        try:
            self._ask(lambda co: co.computations.delete_computation(run_id))
        except NotInRegistry:
            return

    def result_file(
        self, run_id: str, name: str, *, at_most: int, from_end: bool = False
    ) -> bytes | None:
        """Return the first bytes, or the last, of a file at the top of a run's results."""

        def ask(co: Any) -> str | None:
            if name not in [
                item.path for item in co.computations.list_computation_results(run_id).items
            ]:
                return None
            return str(co.computations.get_result_file_urls(run_id, name).download_url)

        url = self._ask(ask)
        return None if url is None else self._download(url, at_most, from_end=from_end)

    def _download(self, url: str, at_most: int, *, from_end: bool) -> bytes:
        """Read a signed address, which wants no token; the store may not know ranges."""
        content = b""
        headers = {"Range": f"bytes=-{at_most}"} if from_end else {}
        try:
            with httpx.stream(
                "GET", url, headers=headers, timeout=self._timeout, follow_redirects=True
            ) as answer:
                answer.raise_for_status()
                for piece in answer.iter_bytes():
                    content += piece
                    if from_end:
                        content = content[-at_most:]
                    elif len(content) >= at_most:
                        break
        except httpx.HTTPError as problem:
            raise RegistryUnavailable(
                f"A result of the run cannot be read from Code Ocean: {type(problem).__name__}."
            ) from problem
        return content[:at_most]

    def _ask(self, question: Callable[[Any], T]) -> T:
        try:
            return question(self._client())
        except Error as problem:
            raise _refusal(problem) from problem
        except _UNREADABLE as problem:
            raise RegistryUnavailable(
                f"Code Ocean at {self.url} answered with something else than expected:"
                f" {type(problem).__name__} {problem}."
            ) from problem
        except requests.RequestException as problem:
            raise RegistryUnavailable(
                f"Code Ocean at {self.url} does not answer: {type(problem).__name__}."
            ) from problem

    def _client(self) -> Any:
        """Return this thread's client: sessions are not made for several."""
        client = getattr(self._local, "client", None)
        if client is None:
            client = CodeOcean(domain=self.url, token=self._token, retries=0)
            client.session.request = partial(client.session.request, timeout=self._timeout)
            self._local.client = client
        return client


def _phrase(field: str, text: str) -> str:
    return f'{field}:"{text.replace(chr(34), " ")}"'


def _place(co: Any, params: Params) -> tuple[Any, str]:
    """Return the capsules or the pipelines, and the id that is run among them."""
    if params.get("pipeline_id"):
        return co.pipelines, str(params["pipeline_id"])
    return co.capsules, str(params.get("capsule_id"))


def _refusal(problem: Error) -> TransferError:
    status = problem.status_code
    default = (
        RegistryUnavailable if status >= httpx.codes.INTERNAL_SERVER_ERROR else RegistryRejected
    )
    kind = _ERRORS.get(status, default)
    said = " ".join(str(problem.message).split())[:_MESSAGE_LENGTH]
    return kind(f"Code Ocean answered {status}: {said or 'no message'}", status=status)


def _asset(asset: Any) -> Asset:
    place, origin = asset.source_bucket, asset.provenance
    return Asset(
        id=asset.id,
        name=asset.name,
        state=_ASSET_STATES.get(asset.state, AssetState.PENDING),
        bucket=place.bucket if place else None,
        prefix=place.prefix if place else None,
        run_id=origin.computation if origin else None,
        failure=asset.failure_reason,
    )


def _run(run: Any) -> Run:
    bad_end = run.state == "failed" or run.end_status in ("failed", "stopped")
    words = [f"state {run.state}"]
    words += [f"end status {run.end_status}"] if run.end_status else []
    words += [f"exit code {run.exit_code}"] if run.exit_code is not None else []
    return Run(
        id=run.id,
        name=run.name,
        ended=run.state in ("completed", "failed"),
        failed=bad_end or run.exit_code not in (None, 0),
        how=", ".join(words),
        asset_ids=None
        if run.data_assets is None
        else frozenset(asset.id for asset in run.data_assets),
        values=None
        if run.parameters is None
        else tuple(str(parameter.value) for parameter in run.parameters),
    )
