"""Creates an asset in Code Ocean once, whatever happens between asking and being answered."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ..domain.plan import Frozen
from ..errors import TransferError, Unavailable
from ..ports.registry import Asset, AssetState, NotInRegistry, Params, RegistryUnavailable
from .context import Waiting
from .polled import PolledContext

logger = logging.getLogger(__name__)


class Creation(Frozen):
    """How far the creation of one asset is."""

    sent_at: datetime | None = None
    """When it was asked for, if the answer is not known."""
    asset_id: str | None = None
    existed: bool = False
    """Whether it was there before."""


Keep = Callable[[Creation], object]


def create_once(
    ctx: PolledContext,
    params: Params,
    creation: Creation,
    keep: Keep,
    *,
    is_it: Callable[[Asset], bool],
    tag: str | None = None,
    poll_seconds: float,
) -> Asset | Waiting:
    """Return the asset, ready or failed, or `Waiting`.

    An asset of that name (and ``tag``) which ``is_it`` recognises is taken as it is. One is asked
    for only if there is none, and not again before ``settle`` has passed since it was asked for.

    Raises
    ------
    RegistryUnavailable
        Nothing was created, as far as can be seen.
    """
    if creation.asset_id is None:
        try:
            found = _find(ctx, params, is_it, tag)
        except Unavailable as problem:
            if creation.sent_at is None:
                raise
            logger.warning("The assets are not seen now: %s", problem)
            return Waiting(look_again_seconds(ctx))
        if found is not None:
            logger.info("There is the asset %s with the id %s", found.name, found.id)
            creation = Creation(asset_id=found.id, existed=creation.sent_at is None)
        elif creation.sent_at is not None:
            return _settle(ctx, creation.sent_at, keep)
        else:
            creation = _create(ctx, params, keep)
        keep(creation)
    if creation.asset_id is None:
        return Waiting(look_again_seconds(ctx))
    return _look(ctx, creation.asset_id, keep, poll_seconds)


def _find(
    ctx: PolledContext, params: Params, is_it: Callable[[Asset], bool], tag: str | None
) -> Asset | None:
    assets = ctx.registry.assets_named(str(params["name"]), tag=tag)
    return next((a for a in assets if a.state is not AssetState.FAILED and is_it(a)), None)


def _settle(ctx: PolledContext, sent_at: datetime, keep: Keep) -> Waiting:
    left = settle_seconds_left(ctx, sent_at)
    if left > 0:
        return Waiting(min(left, look_again_seconds(ctx)))
    keep(Creation())
    raise RegistryUnavailable(
        "Code Ocean did not answer when the asset was to be created, and there is no such asset."
    )


def settle_seconds_left(ctx: PolledContext, sent_at: datetime) -> float:
    """Return how long what was sent then may still come to light."""
    return (sent_at + ctx.codeocean.settle - datetime.now(UTC)).total_seconds()


def look_again_seconds(ctx: PolledContext) -> float:
    """Return how long to wait between two looks for what was sent."""
    return ctx.codeocean.shortest_poll.total_seconds()


def _create(ctx: PolledContext, params: Params, keep: Keep) -> Creation:
    sent = Creation(sent_at=datetime.now(UTC))
    keep(sent)
    try:
        created = ctx.registry.create_asset(params)
    except RegistryUnavailable as problem:
        logger.warning("It is not known whether the asset was created: %s", problem)
        return sent
    except TransferError:
        keep(Creation())  # refused: there is none
        raise
    logger.info("Created the asset %s with the id %s", created.name, created.id)
    return Creation(asset_id=created.id)


def _look(ctx: PolledContext, asset_id: str, keep: Keep, poll_seconds: float) -> Asset | Waiting:
    try:
        asset = ctx.registry.asset(asset_id)
    except Unavailable as problem:
        logger.warning("The asset is not seen now: %s", problem)
        return Waiting(poll_seconds)
    except NotInRegistry:
        keep(Creation())
        raise
    if asset.state is AssetState.PENDING:
        return Waiting(poll_seconds)
    if asset.state is AssetState.FAILED:
        keep(Creation())
    return asset


def link(title: str, url: str) -> dict[str, Any]:
    """Return a link as outputs hold them, in a list called ``links``."""
    return {"title": title, "url": url}
