"""How a job ended, in words and as an exit code."""

from collections.abc import Sequence

import typer

from ..client import Job
from .exit_codes import ExitCode
from .units import decimal_bytes, time_taken


def require_success(jobs: Sequence[Job], *, quiet: bool) -> None:
    """Say how each job ended; end with exit code 1 unless all succeeded."""
    if not quiet:
        for job in jobs:
            say_end(job)
    if any(job.state != "success" for job in jobs):
        raise typer.Exit(ExitCode.FAILED)


def say_end(job: Job) -> None:
    """Say how one job ended, and what can be done if it did not end well."""
    if job.state == "success":
        size = (
            f", {job.files:,} files, {decimal_bytes(job.bytes)}" if job.files and job.bytes else ""
        )
        took = time_taken(job.started_at, job.ended_at)
        typer.echo(f"{job.asset_name} is at {job.location} ({took}{size}).")
        return
    typer.echo(f"{job.asset_name}: {job.state}", err=True)
    error = job.error or next((task.error for task in job.tasks if task.error), None)
    if error is not None:
        typer.echo(f"{error['code']}: {error['message']}", err=True)
        typer.echo(f"What to do: {error['what_to_do']}", err=True)
        typer.echo(f"Its log: aind-data-transfer logs {job.job_id}", err=True)
