"""Notices leave the outbox once, and wait when the mail server is away."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Barrier

import pytest

from aind_data_transfer_service.db.models import OutboxNotice
from aind_data_transfer_service.engine.dispatch import Dispatcher
from aind_data_transfer_service.engine.notices import add_notice
from aind_data_transfer_service.engine.repositories import Jobs, Outbox
from aind_data_transfer_service.ports.mailer import MailRefused, MailServerUnavailable

from .conftest import Engine
from .plans import plan_of


class Mailer:
    """Keeps mails, or fails as told."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []
        self.problem: Exception | None = None
        self.before: Callable[[], object] = lambda: None

    def send(self, message: EmailMessage) -> None:
        self.before()
        if self.problem is not None:
            raise self.problem
        self.sent.append(message)

    def check(self) -> None:
        return


@pytest.fixture
def mailer() -> Mailer:
    return Mailer()


@pytest.fixture
def dispatcher(engine: Engine, mailer: Mailer) -> Dispatcher:
    return Dispatcher(engine.database, mailer, sender="service@example.org")


def add(engine: Engine, folder: Path, *events: str) -> list[int]:
    """Put a job's notices in the outbox and return their keys."""
    [job_id] = engine.submit(plan_of(folder, user_email="a@example.org", notify_on=("all",)))
    with engine.database.write() as session:
        for event in events:
            add_notice(session, engine.settings, Jobs(session).get(job_id), event)
        session.flush()
        return [n.id for n in Outbox(session).due(datetime.now(UTC)) if n.job_id == job_id]


def notice(engine: Engine, notice_id: int) -> OutboxNotice:
    with engine.database.read() as session:
        return Outbox(session).get(notice_id)


def make_due(engine: Engine, notice_id: int, **values: object) -> None:
    with engine.database.write() as session:
        row = Outbox(session).get(notice_id)
        row.next_try_at = None
        for name, value in values.items():
            setattr(row, name, value)


def test_what_is_due_is_sent_once(
    engine: Engine, dispatcher: Dispatcher, mailer: Mailer, tmp_path: Path
) -> None:
    ids = add(engine, tmp_path, "begin", "end")
    assert dispatcher.send_due() == 2
    assert dispatcher.send_due() == 0
    assert [message["To"] for message in mailer.sent] == ["a@example.org"] * 2
    assert all(notice(engine, one).sent_at for one in ids)


def test_nothing_is_added_for_who_does_not_ask(engine: Engine, tmp_path: Path) -> None:
    [job_id] = engine.submit(plan_of(tmp_path, user_email="a@b.org", notify_on=("fail",)))
    with engine.database.write() as session:
        job = Jobs(session).get(job_id)
        for event in ("begin", "end", "retry", "cancelled", "cancelled"):
            add_notice(session, engine.settings, job, event)
        session.flush()
        assert [n.event for n in Outbox(session).due(datetime.now(UTC))] == ["cancelled"]


def test_without_mail_notices_wait(engine: Engine, tmp_path: Path) -> None:
    [one] = add(engine, tmp_path, "end")
    assert Dispatcher(engine.database, None, sender="x@y.org").send_due() == 0
    assert notice(engine, one).tries == 0


def test_a_mail_server_that_is_away_is_tried_again_ever_more_patiently(
    engine: Engine, dispatcher: Dispatcher, mailer: Mailer, tmp_path: Path
) -> None:
    [one] = add(engine, tmp_path, "end")
    mailer.problem = MailServerUnavailable("It does not answer.")
    waits = []
    for _ in range(10):
        before = datetime.now(UTC)
        assert dispatcher.send_due() == 0
        assert dispatcher.send_due() == 0  # it is not due now
        kept = notice(engine, one)
        assert kept.next_try_at is not None
        assert kept.given_up_at is None
        assert kept.last_error == "It does not answer."
        waits.append(round((kept.next_try_at - before).total_seconds() / 60))
        make_due(engine, one)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    mailer.problem = None
    assert dispatcher.send_due() == 1
    assert notice(engine, one).last_error is None


def test_after_days_it_is_given_up(
    engine: Engine, dispatcher: Dispatcher, mailer: Mailer, tmp_path: Path
) -> None:
    [one] = add(engine, tmp_path, "end")
    make_due(engine, one, created_at=datetime.now(UTC) - timedelta(days=4))
    mailer.problem = MailServerUnavailable("Away.")
    dispatcher.send_due()
    assert notice(engine, one).given_up_at is not None


@pytest.mark.parametrize("problem", [MailRefused("No such user."), RuntimeError("Odd.")])
def test_a_mail_that_cannot_be_sent_is_given_up_and_holds_up_no_other(
    engine: Engine, dispatcher: Dispatcher, mailer: Mailer, tmp_path: Path, problem: Exception
) -> None:
    first, second = add(engine, tmp_path, "begin", "end")
    problems = iter([problem, None])

    def next_problem() -> None:
        mailer.problem = next(problems)

    mailer.before = next_problem
    assert dispatcher.send_due() == 1
    assert notice(engine, first).given_up_at is not None
    assert str(problem) in str(notice(engine, first).last_error)
    assert notice(engine, second).sent_at is not None
    make_due(engine, first)
    assert dispatcher.send_due() == 0


def test_a_notice_that_makes_no_mail_holds_up_no_other(
    engine: Engine, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    first, _ = add(engine, tmp_path, "begin", "end")
    make_due(engine, first, facts={})
    assert dispatcher.send_due() == 1
    assert notice(engine, first).given_up_at is not None


def test_two_dispatchers_at_once_send_each_notice_once(
    engine: Engine, mailer: Mailer, tmp_path: Path
) -> None:
    add(engine, tmp_path, "begin", "end", "fail")
    together = Barrier(4)

    def dispatch(_number: int) -> int:
        dispatcher = Dispatcher(engine.database, mailer, sender="x@y.org")
        together.wait()
        return dispatcher.send_due()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(dispatch, range(4))) == 3
    assert len({message["Message-ID"] for message in mailer.sent}) == 3
