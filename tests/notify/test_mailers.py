"""What every mailer does, and what each does when it cannot."""

import smtplib
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from aind_data_transfer_service.notify.folder import FolderMailer
from aind_data_transfer_service.notify.smtp import SmtpMailer, SmtpServer
from aind_data_transfer_service.ports.mailer import Mailer, MailRefused, MailServerUnavailable

from ..certificates import Certificate, self_signed


class Inbox:
    """A mail server's handler: keeps mails, and refuses by the recipient's name."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - the library calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        name = address.partition("@")[0]
        if name.isdigit():
            return f"{name} answered so"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        if b"Subject: too busy" in content:
            return "452 busy"
        self.received.append(content)
        return "250 taken"


def authenticate(*arguments: Any) -> AuthResult:
    login = arguments[-1]
    assert isinstance(login, LoginPassword)
    return AuthResult(success=login.password == b"secret", handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("certificate"))


StartServer = Callable[..., tuple[SmtpServer, Inbox]]


@pytest.fixture
def start_server() -> Iterator[StartServer]:
    running: list[Controller] = []

    def start(**settings: Any) -> tuple[SmtpServer, Inbox]:
        inbox = Inbox()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(inbox, hostname="127.0.0.1", port=port, **settings)
        controller.start()
        running.append(controller)
        return SmtpServer("localhost", port), inbox

    yield start
    for controller in running:
        controller.stop()


def mail(
    recipient: str = "scientist@example.org", subject: str = "Uploaded: µ asset"
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "transfer@example.org"
    message["To"] = recipient
    message["Subject"] = subject
    message["Message-ID"] = "<0123456789abcdef@example.org>"
    message.set_content("Size: 3 µB\n.\nA line that is only a dot ends no mail.\n")
    return message


class TestEveryMailer:
    """The contract of `Mailer`."""

    @pytest.fixture(params=["folder", "smtp", "smtp with STARTTLS and login", "smtp over TLS"])
    def mailer_and_received(
        self,
        request: pytest.FixtureRequest,
        tmp_path: Path,
        start_server: StartServer,
        certificate: Certificate,
    ) -> tuple[Mailer, Callable[[], list[bytes]]]:
        kind = request.param
        if kind == "folder":
            folder = tmp_path / "outbox"
            return FolderMailer(folder), lambda: [p.read_bytes() for p in folder.glob("*.eml")]
        if kind == "smtp":
            server, inbox = start_server()
        elif kind == "smtp over TLS":
            server, inbox = start_server(ssl_context=certificate.server)
            server = replace(server, security="tls", trusted_certificates=certificate.client)
        else:
            server, inbox = start_server(
                tls_context=certificate.server, authenticator=authenticate, auth_required=True
            )
            server = replace(
                server,
                security="starttls",
                trusted_certificates=certificate.client,
                user="transfer",
                password="secret",
            )
        return SmtpMailer(server), lambda: inbox.received

    def test_a_mail_arrives_as_it_was_written(
        self, mailer_and_received: tuple[Mailer, Callable[[], list[bytes]]]
    ) -> None:
        mailer, received = mailer_and_received
        mailer.send(mail())
        (content,) = received()
        arrived = message_from_bytes(content, policy=policy.default)
        assert arrived["Subject"] == "Uploaded: µ asset"
        assert arrived["Message-ID"] == "<0123456789abcdef@example.org>"
        assert arrived.get_content().replace("\r\n", "\n") == mail().get_content()

    def test_a_check_sends_nothing(
        self, mailer_and_received: tuple[Mailer, Callable[[], list[bytes]]]
    ) -> None:
        mailer, received = mailer_and_received
        mailer.check()
        assert received() == []


def test_the_folder_holds_a_repeated_mail_once_and_nothing_else(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path)
    mailer.check()
    mailer.send(mail())
    mailer.send(mail())
    assert [path.name for path in tmp_path.iterdir()] == ["Uploaded_asset-0123456789abcdef.eml"]


def test_a_subject_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    FolderMailer(tmp_path / "outbox").send(mail(subject="../../etc/passwd"))
    (written,) = (tmp_path / "outbox").iterdir()
    assert written.name == "etc_passwd-0123456789abcdef.eml"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    mailer = FolderMailer(tmp_path / "file" / "outbox")
    with pytest.raises(MailServerUnavailable, match="outbox"):
        mailer.send(mail())
    with pytest.raises(MailServerUnavailable, match="outbox"):
        mailer.check()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mailer = SmtpMailer(SmtpServer("127.0.0.1", port))
    with pytest.raises(MailServerUnavailable, match=str(port)):
        mailer.send(mail())
    with pytest.raises(MailServerUnavailable):
        mailer.check()


def test_a_server_that_says_nothing_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = SmtpServer("127.0.0.1", silent.getsockname()[1], timeout=0.05)
        with pytest.raises(MailServerUnavailable):
            SmtpMailer(server).send(mail())


@pytest.mark.parametrize(
    ("code", "error"),
    [(450, MailServerUnavailable), (550, MailRefused)],
)
def test_what_the_server_answers_decides_whether_to_try_again(
    start_server: StartServer, code: int, error: type[Exception]
) -> None:
    server, inbox = start_server()
    with pytest.raises(error, match=f"{code}@example.org: {code} answered so"):
        SmtpMailer(server).send(mail(recipient=f"{code}@example.org"))
    assert inbox.received == []


def test_a_passing_refusal_of_the_content_is_tried_later(start_server: StartServer) -> None:
    server, _ = start_server()
    with pytest.raises(MailServerUnavailable, match="452 busy"):
        SmtpMailer(server).send(mail(subject="too busy"))


def test_a_wrong_password_is_refused_and_not_repeated_in_the_message(
    start_server: StartServer, certificate: Certificate
) -> None:
    server, _ = start_server(tls_context=certificate.server, authenticator=authenticate)
    server = replace(
        server,
        security="starttls",
        trusted_certificates=certificate.client,
        user="transfer",
        password="wrong-secret",
    )
    with pytest.raises(MailRefused, match="refuses the login") as refused:
        SmtpMailer(server).check()
    assert "wrong-secret" not in f"{refused.value} {server}"


def test_a_server_without_starttls_gets_no_mail(start_server: StartServer) -> None:
    server, inbox = start_server()
    with pytest.raises(MailRefused, match="STARTTLS"):
        SmtpMailer(replace(server, security="starttls")).send(mail())
    assert inbox.received == []


def test_a_certificate_that_is_not_trusted_stops_the_mail(
    start_server: StartServer, certificate: Certificate
) -> None:
    server, inbox = start_server(tls_context=certificate.server)
    with pytest.raises(MailServerUnavailable, match="certificate"):
        SmtpMailer(replace(server, security="starttls")).send(mail())
    assert inbox.received == []


def test_a_mail_that_was_taken_stays_taken_when_the_good_bye_fails(
    start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, inbox = start_server()

    def broken(_connection: smtplib.SMTP) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(smtplib.SMTP, "quit", broken)
    SmtpMailer(server).send(mail())
    assert len(inbox.received) == 1
