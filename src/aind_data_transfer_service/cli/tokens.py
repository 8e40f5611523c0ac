"""``aind-data-transfer tokens``: works on the database itself, on the machine of the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import options
from .periods import parse_period

if TYPE_CHECKING:
    from ..db.database import Database
    from ..db.models import TokenRow


class ScopeName(StrEnum):
    """Scopes as the command line lists them."""

    SUBMIT = "submit"
    CONTROL = "control"
    ADMIN = "admin"


def create(
    name: Annotated[str, typer.Argument(help="Who or what will use it, for example rig-323.")],
    *,
    scope: Annotated[
        list[ScopeName],
        typer.Option(
            help="What it may do; may be repeated. submit: validate and submit; control: cancel"
            " and retry; admin: change presets, and all else."
        ),
    ],
    expires: Annotated[
        timedelta | None,
        typer.Option(parser=parse_period, metavar="PERIOD", help="12h, 90d, 4w; default: never."),
    ] = None,
    home: options.Home = None,
    config: options.Config = None,
    as_json: options.AsJson = False,
) -> None:
    """Make a token and show it: this once, for the service does not keep it."""
    from ..db.tokens import Tokens
    from ..identity.scopes import Scope
    from .output import print_json

    expires_at = datetime.now(UTC) + expires if expires else None
    with _database(config, home) as database, database.write() as session:
        token, row = Tokens(session).issue(name, [Scope(one) for one in scope], expires_at)
    if as_json:
        print_json({**_as_dict(row), "token": token.text})
        return
    typer.echo(f"Token {row.name} ({row.scopes}). Keep it safe, it is not shown again:", err=True)
    typer.echo(token.text)


def list_tokens(
    *,
    home: options.Home = None,
    config: options.Config = None,
    as_json: options.AsJson = False,
) -> None:
    """List all tokens, those that are no longer valid too."""
    from ..db.tokens import Tokens
    from .output import print_json, print_table
    from .units import utc

    with _database(config, home) as database, database.read() as session:
        rows = Tokens(session).all()
    if as_json:
        print_json([_as_dict(row) for row in rows])
        return
    print_table(
        ("Id", "Name", "Scopes", "Created (UTC)", "Expires", "Last used", "Revoked"),
        [
            (
                row.id,
                row.name,
                row.scopes,
                *(
                    utc(when) if when else "never"
                    for when in (row.created_at, row.expires_at, row.last_used_at)
                ),
                utc(row.revoked_at) if row.revoked_at else "no",
            )
            for row in rows
        ],
    )


def revoke(
    token: Annotated[str, typer.Argument(metavar="NAME|ID", help="Which token.")],
    *,
    home: options.Home = None,
    config: options.Config = None,
    as_json: options.AsJson = False,
) -> None:
    """End a token at once, with all sessions that were opened with it."""
    from ..db.tokens import Tokens
    from .output import print_json

    with _database(config, home) as database, database.write() as session:
        row = Tokens(session).revoke(token)
    if as_json:
        print_json(_as_dict(row))
    else:
        typer.echo(f"Token {row.name} ({row.id}) is revoked.")


@contextmanager
def _database(config: Path | None, home: Path | None) -> "Iterator[Database]":
    from ..db.database import Database
    from ..settings import load_settings
    from .service.given import given_settings

    database = Database(load_settings(config, **given_settings(home=home)).database)
    try:
        database.migrate()
        yield database
    finally:
        database.close()


def _as_dict(row: "TokenRow") -> dict[str, Any]:
    def said(when: datetime | None) -> str | None:
        return when.isoformat() if when else None

    return {
        "id": row.id,
        "name": row.name,
        "scopes": row.scopes.split(),
        "created_at": said(row.created_at),
        "expires_at": said(row.expires_at),
        "last_used_at": said(row.last_used_at),
        "revoked_at": said(row.revoked_at),
    }
