"""``aind-data-transfer show``."""

from typing import TYPE_CHECKING

from . import options

if TYPE_CHECKING:
    from ..client import Job


def show(
    job: options.Job,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    token: options.Token = None,
    as_json: options.AsJson = False,
) -> None:
    """Show one job with its tasks."""
    from ..client import Client
    from .output import console, print_json
    from .progress import task_table
    from .units import utc

    with Client(server, token=token) as client:
        found = client.job(job)
    if as_json:
        print_json(found)
        return
    facts = {
        "Job": found.job_id,
        "Asset": found.asset_name,
        "Location": found.location,
        "State": f"{found.state}, to be cancelled" if _is_ending(found) else found.state,
        "Submitted": f"{utc(found.created_at)} UTC",
        "Submission": found.submission_id,
    }
    out = console()
    for label, value in facts.items():
        out.print(f"{label:<11}{value}", markup=False)
    out.print(task_table(found, notes=True))
    for task in found.tasks:
        if task.error is not None:
            out.print(f"{task.name}: {task.error['message']}", style="red", markup=False)
            out.print(f"What to do: {task.error['what_to_do']}", markup=False)


def _is_ending(job: "Job") -> bool:
    return job.cancel_requested and not job.is_finished
