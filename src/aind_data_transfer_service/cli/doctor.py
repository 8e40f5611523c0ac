"""``aind-data-transfer doctor``."""

from dataclasses import asdict

import typer

from . import options
from .exit_codes import ExitCode

_STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(
    *,
    home: options.Home = None,
    config: options.Config = None,
    as_json: options.AsJson = False,
) -> None:
    """Check the settings and all that the service depends on; exit code 1 if something fails."""
    from rich.text import Text

    from .checks.finding import Outcome
    from .checks.run import run_checks
    from .output import print_json, print_table
    from .service.given import given_settings

    findings = list(run_checks(config, given_settings(home=home)))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_table(
            ("Check", "", "What was found", "How to mend it"),
            [
                (
                    finding.check,
                    Text(finding.outcome, style=_STYLES[finding.outcome]),
                    finding.message,
                    finding.how_to_mend,
                )
                for finding in findings
            ],
        )
    if any(finding.outcome is Outcome.FAIL for finding in findings):
        raise typer.Exit(ExitCode.FAILED)
