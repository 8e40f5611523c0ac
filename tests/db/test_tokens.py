from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.db.tokens import Tokens, is_use_to_be_noted, scopes_of
from aind_data_transfer_service.identity.errors import (
    TokenInvalid,
    TokenNameInvalid,
    TokenNameTaken,
    TokenUnknown,
)
from aind_data_transfer_service.identity.scopes import Scope
from aind_data_transfer_service.identity.tokens import Token, new_token

_LATER = datetime.now(UTC) + timedelta(days=1)
_LONG_AGO = datetime(2020, 1, 2, tzinfo=UTC)


def issue(
    database: Database, name: str = "rig", *scopes: Scope, expires_at: datetime | None = None
) -> Token:
    with database.write() as session:
        return Tokens(session).issue(name, scopes or [Scope.SUBMIT], expires_at)[0]


def check(database: Database, text: str) -> str:
    with database.read() as session:
        return Tokens(session).check(text).name


def test_a_valid_token_is_found_with_its_scopes(database: Database) -> None:
    token = issue(database, "rig", Scope.SUBMIT, Scope.CONTROL, expires_at=_LATER)
    with database.read() as session:
        row = Tokens(session).check(token.text)
        assert Tokens(session).valid(token.id) is row
    assert row.name == "rig"
    assert scopes_of(row) == {Scope.SUBMIT, Scope.CONTROL}


def test_the_database_does_not_hold_the_secret(database: Database) -> None:
    token = issue(database)
    with database.read() as session:
        kept = str(session.execute(text("SELECT * FROM tokens")).all())
    assert token.digest in kept
    assert token.secret not in kept


def test_an_unknown_token_and_a_wrong_secret_are_told_alike(database: Database) -> None:
    token = issue(database)
    for other in (new_token(), Token(token.id, new_token().secret)):
        with pytest.raises(TokenInvalid, match="not known here"):
            check(database, other.text)


def test_an_expired_or_revoked_token_is_none(database: Database) -> None:
    expired = issue(database, "old", expires_at=_LONG_AGO)
    with pytest.raises(TokenInvalid, match="old expired on 2020-01-02"):
        check(database, expired.text)
    revoked = issue(database)
    with database.write() as session:
        Tokens(session).revoke("rig")
    with pytest.raises(TokenInvalid, match="rig was revoked"):
        check(database, revoked.text)


def test_a_name_is_free_again_once_its_token_is_revoked(database: Database) -> None:
    first = issue(database)
    with pytest.raises(TokenNameTaken, match="rig"):
        issue(database)
    with database.write() as session:
        assert Tokens(session).revoke(first.id).name == "rig"
    second = issue(database)
    assert check(database, second.text) == "rig"
    with pytest.raises(TokenNameInvalid):
        issue(database, "a b")


def test_revoking_twice_keeps_the_first_time(database: Database) -> None:
    token = issue(database)
    with database.write() as session:
        first = Tokens(session).revoke("rig").revoked_at
    with database.write() as session:
        assert Tokens(session).revoke(token.id).revoked_at == first
        with pytest.raises(TokenUnknown, match="'rig'"):
            Tokens(session).revoke("rig")


def test_its_use_is_noted_once_a_minute(database: Database) -> None:
    token = issue(database)
    a_moment_ago = datetime.now(UTC) - timedelta(seconds=50)
    for last, noted in ((None, True), (_LONG_AGO, True), (a_moment_ago, False)):
        with database.write() as session:
            row = Tokens(session).valid(token.id)
            row.last_used_at = last
            session.flush()
            assert is_use_to_be_noted(row) is noted
            Tokens(session).note_use(token.id)
        with database.read() as session:
            now = Tokens(session).valid(token.id).last_used_at
        assert now is not None
        assert (now != last) is noted
