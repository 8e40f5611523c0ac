"""``aind-data-transfer verify``."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from . import options
from .exit_codes import ExitCode

if TYPE_CHECKING:
    from ..storage.verify import VerifyReport


def verify(
    asset: Annotated[
        str,
        typer.Argument(help="A job's id, s3://bucket/asset, file:///folder/asset, or a path."),
    ],
    server: options.Server = options.DEFAULT_SERVER,
    *,
    token: options.Token = None,
    mode: Annotated[
        Literal["read", "server"],
        typer.Option(help="Read every object back, or trust SHA-256 digests the store gives."),
    ] = "read",
    config: options.Config = None,
    as_json: options.AsJson = False,
) -> None:
    """Check every object of an asset against its manifest; exit code 1 if anything differs."""
    from rich.console import Console

    from ..settings import load_settings
    from ..storage.verify import VerifyMode
    from .output import print_json
    from .verification import asset_place, verify_place

    settings = load_settings(config)
    location = asset if "/" in asset or asset == "." else _location_of(server, token, asset)
    out = Console(stderr=True, quiet=as_json)
    report = verify_place(asset_place(location), settings.s3, VerifyMode(mode), out)
    if as_json:
        print_json(_as_dict(location, report))
    else:
        _say(location, report)
    if not report.good:
        raise typer.Exit(ExitCode.FAILED)


def _location_of(server: str, token: str | None, job_id: str) -> str:
    from ..client import Client

    with Client(server, token=token) as client:
        return client.job(job_id).location


def _say(location: str, report: "VerifyReport") -> None:
    from .output import print_table
    from .units import decimal_bytes

    typer.echo(f"{location}: {report.files:,} files, {decimal_bytes(report.bytes)}")
    if report.unfinished:
        typer.echo("The upload has not come to its end: its marker is still there.")
    if report.unexpected_objects:
        names = ", ".join(report.unexpected_names)
        typer.echo(f"Not in the manifest: {report.unexpected_objects} objects ({names})")
    if report.mismatches:
        print_table(
            ("File", "Wrong", "Expected", "Found"),
            [(m.path, m.fault.value, m.expected, m.found) for m in report.mismatches],
        )
    typer.echo("All as the manifest says." if report.good else "NOT as the manifest says.")


def _as_dict(location: str, report: "VerifyReport") -> dict[str, Any]:
    return {
        "location": location,
        "good": report.good,
        "files": report.files,
        "bytes": report.bytes,
        "read_back": report.read_back,
        "by_server": report.by_server,
        "unfinished": report.unfinished,
        "unexpected_objects": report.unexpected_objects,
        "unexpected_names": report.unexpected_names,
        "mismatches": [
            {"path": m.path, "fault": m.fault.value, "expected": m.expected, "found": m.found}
            for m in report.mismatches
        ],
    }
