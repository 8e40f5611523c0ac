"""Notices leave the outbox once, and wait when the mail server is away."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Barrier

import pytest

from aind_data_transfer_service.db.models import OutboxNotice
from aind_data_transfer_service.domain.states import JobState
from aind_data_transfer_service.engine import transitions
from aind_data_transfer_service.engine.dispatch import Dispatcher
from aind_data_transfer_service.engine.notices import add_notice
from aind_data_transfer_service.engine.repositories import Jobs, Outbox
from aind_data_transfer_service.ports.mailer import MailRefused, MailServerUnavailable
from aind_data_transfer_service.settings import HookSettings

from ..notify.hooks.receiver import Receiver, receiver
from .conftest import Engine, couriers
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


@pytest.fixture(name="receiver")
def _receiver() -> Iterator[Receiver]:
    with receiver() as state:
        yield state


@pytest.fixture
def dispatcher(engine: Engine, mailer: Mailer) -> Dispatcher:
    return Dispatcher(engine.database, couriers(mailer))


def add(engine: Engine, folder: Path, *events: str) -> list[int]:
    """Put a job's notices in the outbox and return their keys."""
    [job_id] = engine.submit(plan_of(folder, user_email="a@example.org", notify_on=("all",)))
    with engine.database.write() as session:
        for event in events:
            add_notice(session, engine.settings, Jobs(session).get(job_id), event)
        session.flush()
        return [
            n.id for n, _ in Outbox(session).due(datetime.now(UTC), mail=True) if n.job_id == job_id
        ]


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
        assert [n.event for n, _ in Outbox(session).due(datetime.now(UTC), mail=True)] == [
            "cancelled"
        ]


def test_without_mail_notices_wait(engine: Engine, tmp_path: Path) -> None:
    [one] = add(engine, tmp_path, "end")
    assert Dispatcher(engine.database, couriers(None)).send_due() == 0
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
        dispatcher = Dispatcher(engine.database, couriers(mailer))
        together.wait()
        return dispatcher.send_due()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(dispatch, range(4))) == 3
    assert len({message["Message-ID"] for message in mailer.sent}) == 3


class TestDigest:
    """Jobs of one submission that end together are told in one mail."""

    def end(self, engine: Engine, job_ids: list[str], event: str = "end") -> None:
        for job_id in job_ids:
            with engine.database.write() as session:
                job = Jobs(session).get(job_id)
                add_notice(session, engine.settings, job, event)
                transitions.change_job(session, job, JobState.RUNNING)
                transitions.change_job(session, job, JobState.SUCCESS)

    def submit(self, engine: Engine, folder: Path, count: int) -> list[str]:
        return engine.submit(
            *(
                plan_of(folder, asset_name=f"a{i}", user_email="a@b.org", notify_on=("all",))
                for i in range(count)
            )
        )

    def test_the_end_of_the_last_sends_one_mail_for_all(
        self, engine: Engine, dispatcher: Dispatcher, mailer: Mailer, tmp_path: Path
    ) -> None:
        *first, last = self.submit(engine, tmp_path, 5)
        self.end(engine, first)
        assert dispatcher.send_due() == 0  # others may end soon
        self.end(engine, [last], "fail")
        assert dispatcher.send_due() == 5
        assert dispatcher.send_due() == 0
        assert [m["Subject"] for m in mailer.sent] == ["5 uploads ended: 1 failed, 4 uploaded"]

    def test_the_first_does_not_wait_for_the_last_for_ever(
        self, engine: Engine, dispatcher: Dispatcher, mailer: Mailer, tmp_path: Path
    ) -> None:
        first, _second, _third = self.submit(engine, tmp_path, 3)
        self.end(engine, [first])
        with engine.database.read() as session:
            later = datetime.now(UTC) + engine.settings.mail.digest_wait
            [(row, _)] = Outbox(session).due(later, mail=True)
        make_due(engine, row.id)
        assert dispatcher.send_due() == 1
        assert [m["Subject"] for m in mailer.sent] == ["Uploaded: a0"]

    def test_two_are_told_one_by_one(
        self, engine: Engine, dispatcher: Dispatcher, mailer: Mailer, tmp_path: Path
    ) -> None:
        self.end(engine, self.submit(engine, tmp_path, 2))
        assert dispatcher.send_due() == 2
        assert len(mailer.sent) == 2

    def test_submissions_and_recipients_are_kept_apart(
        self, engine: Engine, dispatcher: Dispatcher, mailer: Mailer, tmp_path: Path
    ) -> None:
        other = tmp_path / "other"
        other.mkdir()
        one, two = self.submit(engine, tmp_path, 3), self.submit(engine, other, 3)
        self.end(engine, [*one, *two])
        assert dispatcher.send_due() == 6
        assert len(mailer.sent) == 2

    def test_a_digest_that_was_not_taken_is_sent_again_as_the_same_mail(
        self, engine: Engine, dispatcher: Dispatcher, mailer: Mailer, tmp_path: Path
    ) -> None:
        self.end(engine, self.submit(engine, tmp_path, 3))
        tried: list[str] = []
        mailer.problem = MailServerUnavailable("Away.")
        assert dispatcher.send_due() == 0
        with engine.database.read() as session:
            later = datetime.now(UTC) + timedelta(hours=1)
            ids = [row.id for row, _ in Outbox(session).due(later, mail=True)]
        assert len(ids) == 3
        for one in ids:
            make_due(engine, one)
        mailer.problem = None
        assert dispatcher.send_due() == 3
        tried += [message["Message-ID"] for message in mailer.sent]
        assert len(tried) == 1


class TestHooks:
    """Webhooks of requests, and receivers that the settings name."""

    def test_a_request_has_its_webhooks_called(
        self, engine: Engine, dispatcher: Dispatcher, receiver: Receiver, tmp_path: Path
    ) -> None:
        plan = plan_of(tmp_path, webhooks=(f"{receiver.url}mine",), notify_on=("end",))
        [job_id] = engine.submit(plan)
        with engine.database.write() as session:
            for event in ("begin", "end", "end"):
                add_notice(session, engine.settings, Jobs(session).get(job_id), event)
        assert dispatcher.send_due() == 1
        [request] = receiver.requests
        said = json.loads(request.body)
        assert (request.path, said["type"]) == ("/mine", "job.end")
        assert said["data"]["job_id"] == job_id

    def test_receivers_of_the_settings_are_told_of_all_jobs(
        self, engine: Engine, receiver: Receiver, tmp_path: Path
    ) -> None:
        hooks = {
            "chat": HookSettings(url=f"{receiver.url}chat", format="slack", events={"fail"}),
            "log": HookSettings(url=f"{receiver.url}log", secret="key"),
        }
        settings = engine.settings.model_copy(update={"hooks": hooks})
        [job_id] = engine.submit(plan_of(tmp_path))
        with engine.database.write() as session:
            for event in ("begin", "fail"):
                add_notice(session, settings, Jobs(session).get(job_id), event)
        assert Dispatcher(engine.database, couriers(None, hooks)).send_due() == 3
        assert sorted(request.path for request in receiver.requests) == ["/chat", "/log", "/log"]
        signed = [r for r in receiver.requests if "webhook-signature" in r.headers]
        assert {request.path for request in signed} == {"/log"}
        assert len({request.headers["webhook-id"] for request in signed}) == 2

    def test_a_receiver_that_is_away_is_called_again(
        self, engine: Engine, dispatcher: Dispatcher, receiver: Receiver, tmp_path: Path
    ) -> None:
        receiver.statuses.append(503)
        [job_id] = engine.submit(plan_of(tmp_path, webhooks=(receiver.url,), notify_on=("all",)))
        with engine.database.write() as session:
            add_notice(session, engine.settings, Jobs(session).get(job_id), "end")
        assert dispatcher.send_due() == 0
        with engine.database.read() as session:
            later = datetime.now(UTC) + timedelta(hours=1)
            [(row, _)] = Outbox(session).due(later, mail=False)
        assert row.given_up_at is None
        make_due(engine, row.id)
        assert dispatcher.send_due() == 1
        first, second = receiver.requests
        assert first.headers["webhook-id"] == second.headers["webhook-id"]

    def test_a_receiver_taken_out_of_the_settings_is_given_up(
        self, engine: Engine, dispatcher: Dispatcher, tmp_path: Path
    ) -> None:
        hooks = {"gone": HookSettings(url="https://example.org/")}
        settings = engine.settings.model_copy(update={"hooks": hooks})
        [job_id] = engine.submit(plan_of(tmp_path))
        with engine.database.write() as session:
            add_notice(session, settings, Jobs(session).get(job_id), "end")
        assert dispatcher.send_due() == 0
        with engine.database.read() as session:
            assert not Outbox(session).any_due(datetime.now(UTC) + timedelta(days=1), mail=True)
