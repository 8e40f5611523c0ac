"""Runs one capsule or pipeline of Code Ocean on the registered asset, and captures its results."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NoReturn

from ..errors import TransferError
from ..ports.registry import NotInRegistry, Params, Run
from . import codeocean_run
from .asset_creation import link
from .codeocean_run import RunEntry, RunJournal
from .context import Done, Outcome, Waiting
from .journal import Journal
from .polled import PolledContext
from .register_data_asset import require_ready
from .result_capture import capture

MONITOR = "pipeline_monitor_capsule_id"
"""Setting: a capsule that is to start and watch the run itself."""

_OUTPUT = "output"
"""Where Code Ocean puts what a run prints."""
_OUTPUT_BYTES = 4000
_OUTPUT_LINES = 10


class RunFailed(TransferError):
    """The run ended badly in Code Ocean."""

    code = "codeocean_run_failed"
    what_to_do_default = (
        "Look at the run in Code Ocean (the link is on the job's page). A retry of the job starts"
        " a new run."
    )


class RunTimedOut(TransferError):
    """The run took longer than the request allows; it was stopped."""

    code = "codeocean_run_timed_out"
    what_to_do_default = (
        "Allow more time in computation_timeout, or look why it was slow. A retry of the job"
        " starts a new run."
    )


def advance(ctx: PolledContext) -> Waiting | Outcome:
    """Start the run, look after it, capture its results; each as far as it goes now.

    The settings are ``PipelineMonitorSettings`` of ``aind-codeocean-pipeline-monitor``.
    """
    journal = Journal(ctx, RunEntry)
    params = run_params(ctx)
    entry = codeocean_run.start_once(ctx, journal, params)
    if isinstance(entry, Waiting):
        return entry
    if entry.run_id is None:
        return Waiting(0)  # not known to be started; it is looked for at once
    if entry.page is None:
        entry = journal.write(entry.model_copy(update={"page": _page(ctx, params)}))
    run = _ended_well(ctx, journal, entry)
    if isinstance(run, Waiting):
        return run
    if not ctx.spec.settings.get("capture_settings") or ctx.spec.settings.get(MONITOR):
        return Done({**_outputs(ctx, journal.read()), "run": run.how})
    asset = capture(ctx, journal, run)
    if isinstance(asset, Waiting):
        return replace(asset, outputs=_outputs(ctx, journal.read()))
    require_ready(asset)
    ctx.registry.permit(asset.id, ctx.spec.settings["capture_settings"]["permissions"])
    return Done({**_outputs(ctx, journal.read()), "run": run.how, "captured_as": asset.name})


def cancel(ctx: PolledContext) -> Waiting | None:
    """Stop the run. One that has ended is left, with its results."""
    return codeocean_run.stop(ctx, Journal(ctx, RunEntry), run_params(ctx))


def run_params(ctx: PolledContext) -> Params:
    """Return what is run: asset ids that are empty are that of the registered asset."""
    settings = ctx.spec.settings
    given: dict[str, Any] = settings["run_params"]
    inputs = given.get("data_assets")
    filled = inputs and [
        {**asset, "id": asset.get("id") or ctx.registered("asset_id")} for asset in inputs
    ]
    params = {**given, "data_assets": filled}
    monitor = settings.get(MONITOR)
    if not monitor:
        return params
    job = {name: value for name, value in settings.items() if name != MONITOR}
    return {"capsule_id": monitor, "parameters": [json.dumps({**job, "run_params": params})]}


def _ended_well(ctx: PolledContext, journal: RunJournal, entry: RunEntry) -> Run | Waiting:
    """Return the run when it has ended well; raises for a bad end, and when its time is over."""
    run_id = str(entry.run_id)
    try:
        run = codeocean_run.look(ctx, run_id)
    except NotInRegistry as gone:
        journal.write(entry.ended_badly())
        raise RunFailed(
            f"The run {run_id} is not in Code Ocean any more: somebody has deleted it.",
            run_id=run_id,
        ) from gone
    if run is not None and run.ended:
        if run.failed:
            journal.write(entry.ended_badly())
            raise RunFailed(
                f"The run {run_id} ended badly: {run.how}.{_last_words(ctx, run_id)}",
                run_id=run_id,
                page=entry.page,
            )
        return run
    poll = float(ctx.spec.settings["computation_polling_interval"])
    poll = max(poll, ctx.codeocean.shortest_poll.total_seconds())
    left = _seconds_left(ctx, entry)
    if left is not None and left <= 0:
        _stop_late(ctx, journal, entry)
    return Waiting(poll if left is None else min(poll, left), _outputs(ctx, entry))


def _seconds_left(ctx: PolledContext, entry: RunEntry) -> float | None:
    """Return how much longer the run may take; None: as long as it likes."""
    timeout = ctx.spec.settings.get("computation_timeout")
    if timeout is None or entry.started_at is None:
        return None
    return float(timeout) - (datetime.now(UTC) - entry.started_at).total_seconds()


def _stop_late(ctx: PolledContext, journal: RunJournal, entry: RunEntry) -> NoReturn:
    timeout = ctx.spec.settings["computation_timeout"]
    ctx.registry.stop_run(str(entry.run_id))
    journal.write(entry.ended_badly())
    raise RunTimedOut(
        f"The run {entry.run_id} was stopped: it took longer than computation_timeout,"
        f" {timeout:g} s.",
        run_id=entry.run_id,
        page=entry.page,
    )


def _last_words(ctx: PolledContext, run_id: str) -> str:
    """Return the last lines that the run printed, if they can be had."""
    try:
        content = ctx.registry.result_file(run_id, _OUTPUT, at_most=_OUTPUT_BYTES, from_end=True)
    except TransferError:  # the bad end is what counts
        return ""
    if not content:
        return ""
    lines = content.decode(errors="replace").splitlines()[-_OUTPUT_LINES:]
    return " It printed last:\n" + "\n".join(lines)


def _page(ctx: PolledContext, params: Params) -> str:
    """Return the page of what is run, or Code Ocean's first page if that is not known."""
    try:
        return ctx.registry.run_page(params)
    except TransferError:  # the run goes on without a link
        return ctx.registry.url


def _outputs(ctx: PolledContext, entry: RunEntry) -> dict[str, Any]:
    outputs: dict[str, Any] = {"run_id": entry.run_id}
    links = [link(f"Run {entry.run_id} in Code Ocean", entry.page)] if entry.page else []
    if entry.capture.asset_id is not None:
        outputs |= {"captured_asset_id": entry.capture.asset_id}
        page = ctx.registry.asset_page(entry.capture.asset_id)
        links.append(link("Results in Code Ocean", page))
    return {**outputs, "links": links}
