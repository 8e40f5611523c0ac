from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.db.models import RequestKey
from aind_data_transfer_service.engine.services.idempotency import (
    KEPT_FOR,
    AnsweredBefore,
    KeyedRequest,
    KeyReused,
)

_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def _request(content: bytes = b"body", *, at: datetime = _NOON) -> KeyedRequest:
    return KeyedRequest("key", content, now=lambda: at)


def _keep(database: Database, request: KeyedRequest, answer: str) -> None:
    with database.write() as session:
        request.keep(session, answer)


def test_an_answer_is_known_for_a_day(database: Database) -> None:
    assert _request().known_answer(database) is None
    _keep(database, _request(), "first")

    assert _request(at=_NOON + KEPT_FOR).known_answer(database) == "first"
    later = _request(at=_NOON + KEPT_FOR + timedelta(seconds=1))
    assert later.known_answer(database) is None
    _keep(database, later, "second")
    assert later.known_answer(database) == "second"


def test_old_keys_are_forgotten(database: Database) -> None:
    _keep(database, KeyedRequest("old", b"", now=lambda: _NOON), "x")
    _keep(database, _request(at=_NOON + KEPT_FOR + timedelta(seconds=1)), "y")

    with database.read() as session:
        assert [row.key for row in session.query(RequestKey)] == ["key"]


def test_another_request_with_the_key_is_refused(database: Database) -> None:
    _keep(database, _request(b"one"), "first")

    with pytest.raises(KeyReused, match="2026-11-23T12:00:00"):
        _request(b"two").known_answer(database)
    with pytest.raises(KeyReused):
        _keep(database, _request(b"two"), "second")


def test_who_comes_second_gets_the_first_answer_and_keeps_nothing(database: Database) -> None:
    _keep(database, _request(), "first")

    with pytest.raises(AnsweredBefore) as before:
        _keep(database, _request(), "second")

    assert before.value.answer == "first"
    assert _request().known_answer(database) == "first"


def test_without_the_work_there_is_no_answer(database: Database) -> None:
    def fail_after() -> None:
        with database.write() as session:
            _request().keep(session, "first")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after()

    assert _request().known_answer(database) is None
