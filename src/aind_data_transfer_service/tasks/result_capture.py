"""Makes an asset of the results of a run: its name, its place, and who may see it."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import TransferError
from ..ports.registry import Asset, Params, Run
from .asset_creation import Creation, create_once
from .codeocean_run import LOCKED_SECONDS, RunEntry, RunJournal, alone
from .context import Waiting
from .polled import PolledContext

logger = logging.getLogger(__name__)

_DESCRIPTION = "data_description.json"
_DESCRIPTION_BYTES = 10_000_000
_TIME = r"\d{4}-\d{2}-\d{2}_\d{2}-\d{2}-\d{2}"
_DERIVED_NAME = re.compile(rf".+?_{_TIME}_.+?_{_TIME}")
"""What ``aind-data-schema`` calls the name of derived data: that of the input, the process, a
time."""
_SUFFIX = "processed"
_COPIED = ("description", "tags", "custom_metadata", "results_info")


class CaptureTimedOut(TransferError):
    """The asset of the results was not ready in the time that the request allows."""

    code = "capture_timed_out"
    what_to_do_default = (
        "Retry the job: it goes on waiting for the same asset. Allow more time in"
        " data_asset_ready_timeout."
    )


def capture(ctx: PolledContext, journal: RunJournal, run: Run) -> Asset | Waiting:
    """Return the asset of the run's results, ready or failed, or `Waiting`."""
    settings = ctx.spec.settings
    entry = journal.read()
    if entry.capture_name is None:
        with alone(journal) as free:
            if not free:
                return Waiting(LOCKED_SECONDS)
            name = _name(ctx, journal, run)
            entry = journal.write(entry.model_copy(update={"capture_name": name}))
    params = _params(settings["capture_settings"], str(entry.capture_name), run)
    poll = float(settings["data_asset_ready_polling_interval"])
    asset = create_once(
        ctx,
        params,
        entry.capture,
        lambda creation: _keep(journal, creation),
        is_it=lambda asset: asset.run_id in (None, run.id),
        poll_seconds=max(poll, ctx.codeocean.shortest_poll.total_seconds()),
    )
    if isinstance(asset, Waiting):
        _require_time(journal.read(), settings.get("data_asset_ready_timeout"))
    return asset


def _keep(journal: RunJournal, creation: Creation) -> None:
    entry = journal.read()
    begun = entry.capture_begun_at or datetime.now(UTC)
    journal.write(entry.model_copy(update={"capture": creation, "capture_begun_at": begun}))


def _require_time(entry: RunEntry, timeout: float | None) -> None:
    if timeout is None or entry.capture_begun_at is None:
        return
    waited = (datetime.now(UTC) - entry.capture_begun_at).total_seconds()
    if waited > timeout:
        raise CaptureTimedOut(
            f"The asset {entry.capture_name} of the results is not ready after {waited:.0f} s;"
            f" data_asset_ready_timeout is {timeout:g} s."
        )


def _params(settings: Mapping[str, Any], name: str, run: Run) -> Params:
    bucket = ((settings.get("target") or {}).get("aws") or {}).get("bucket")
    return {
        **{key: settings.get(key) for key in _COPIED},
        "name": name,
        "mount": name if settings.get("mount") is None else settings["mount"],
        "source": {"computation": {"id": run.id}},
        "target": None if bucket is None else {"aws": {"bucket": bucket, "prefix": name}},
    }


def _name(ctx: PolledContext, journal: RunJournal, run: Run) -> str:
    """Return the name given, else that in the results, else one made of the input's name.

    The time in the last is moved on until no other run of the job has that name: it is also the
    folder in the bucket.
    """
    settings = ctx.spec.settings["capture_settings"]
    given = settings.get("name")
    if given is not None:
        return str(given)
    described = _described_name(ctx, run)
    if described is not None:
        return described
    zone = ZoneInfo(settings.get("process_name_suffix_tz") or "UTC")
    suffix = settings.get("process_name_suffix") or _SUFFIX
    begin, time = f"{_input_name(ctx)}_{suffix}", datetime.now(zone)
    taken = {other.capture_name for other in journal.of_others()}
    while (name := f"{begin}_{time:%Y-%m-%d_%H-%M-%S}") in taken:
        time += timedelta(seconds=1)
    return name


def _described_name(ctx: PolledContext, run: Run) -> str | None:
    """Return the name that the results give themselves, if it is one of derived data."""
    content = ctx.registry.result_file(run.id, _DESCRIPTION, at_most=_DESCRIPTION_BYTES)
    if content is None:
        return None
    try:
        description = json.loads(content)
        name, level = str(description["name"]), description["data_level"]
    except (ValueError, TypeError, KeyError):
        logger.warning("The results' %s has no name and data level", _DESCRIPTION)
        return None
    if level != "derived" or not _DERIVED_NAME.match(name):
        logger.warning("The results call themselves %r (%r), no name of derived data", name, level)
        return None
    return name


def _input_name(ctx: PolledContext) -> str:
    """Return the name of the first asset the run works on; the job's own if it names none."""
    given = ctx.spec.settings["run_params"].get("data_assets") or ()
    first = given[0].get("id") if given else None
    return ctx.registry.asset(first).name if first else ctx.registered("asset_name")
