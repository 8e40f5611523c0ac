"""Makes the asset known: in Code Ocean, where it stays in its bucket, and in the document store."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import TransferError
from ..ports.registry import Asset, AssetState
from .asset_creation import Creation, create_once, link
from .asset_record import write_record
from .context import Done, Outcome, Waiting
from .journal import Journal
from .polled import PolledContext

PERMISSIONS = "permissions"
RECORD = "record"
_SOURCE = "source"


class AssetFailed(TransferError):
    """Code Ocean took the asset, and could not make it ready."""

    code = "asset_failed"
    what_to_do_default = (
        "Read Code Ocean's reason: it may not be allowed to read the bucket. Retry the job when"
        " that is mended."
    )


def advance(ctx: PolledContext) -> Waiting | Outcome:
    """Register it in Code Ocean, and write its record, as far as the settings say so.

    The settings are ``DataAssetParams`` of Code Ocean's API and ``permissions``, and ``record``.
    """
    outputs: dict[str, Any] = {}
    if _SOURCE in ctx.spec.settings:
        registered = _register(ctx)
        if isinstance(registered, Waiting):
            return registered
        outputs = registered
    if RECORD in ctx.spec.settings:
        outputs |= write_record(ctx, outputs.get("asset_id"))
    return Done(outputs)


def _register(ctx: PolledContext) -> Waiting | dict[str, Any]:
    """Register it unless it is registered, wait until it is ready, and say who may see it."""
    ours = (PERMISSIONS, RECORD)
    params = {name: value for name, value in ctx.spec.settings.items() if name not in ours}
    journal = Journal(ctx, Creation)
    asset = create_once(
        ctx,
        params,
        journal.read(),
        journal.write,
        is_it=lambda asset: _is_at(asset, params["source"]["aws"]),
        tag=ctx.spec.plan.subject_id,
        poll_seconds=ctx.codeocean.asset_poll.total_seconds(),
    )
    creation = journal.read()
    outputs = _outputs(ctx, creation)
    if isinstance(asset, Waiting):
        return replace(asset, outputs=outputs)
    require_ready(asset)
    ctx.registry.permit(asset.id, ctx.spec.settings[PERMISSIONS])
    return {**outputs, "asset_name": asset.name, "existed": creation.existed}


def cancel(ctx: PolledContext) -> None:
    """Leave the asset where it is: it costs nothing, and its data are there."""
    del ctx


def require_ready(asset: Asset) -> None:
    """Raise `AssetFailed` with Code Ocean's reason if it failed."""
    if asset.state is AssetState.FAILED:
        raise AssetFailed(
            f"Code Ocean could not make the asset {asset.name} ready:"
            f" {asset.failure or 'it gives no reason'}",
            asset_id=asset.id,
        )


def _is_at(asset: Asset, place: Mapping[str, Any]) -> bool:
    """Whether the asset is the one at this place, as far as Code Ocean says where it is."""
    if asset.bucket is None:
        return True
    return (asset.bucket, (asset.prefix or "").strip("/")) == (place["bucket"], place["prefix"])


def _outputs(ctx: PolledContext, creation: Creation) -> dict[str, Any]:
    if creation.asset_id is None:
        return {}
    page = ctx.registry.asset_page(creation.asset_id)
    return {"asset_id": creation.asset_id, "links": [link("Asset in Code Ocean", page)]}
