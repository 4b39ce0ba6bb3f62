"""Where the mail server is, and how a connection to it is opened and kept confidential."""

import asyncio
import smtplib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from functools import partial
from pathlib import Path
from queue import Queue
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from threading import Thread
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from models.errors import ConfigurationError
from tasks.gateways import smtp_server
from tasks.gateways.reports import Outcome
from tasks.gateways.smtp import SmtpGateway
from tasks.gateways.smtp_server import ServerAwayError, SmtpServer, Starttls
from tests.unit.letters import outcomes, send
from tests.unit.smtp_stub import SmtpStub

PASSWORD = "s3cret/of zo"  # noqa: S105  # of nobody
ACCOUNT = "zoe:s3cret%2Fof%20zo"
ENCODED = ("czNjcmV0L29mIHpv", "AHpvZQBzM2NyZXQvb2Ygem8=")
"""The password, and the user with the password, as AUTH sends them."""
AUTH = "AUTH PLAIN LOGIN"

# The URL


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 25)),
        ("smtp://mail.example:1025/", SmtpServer("mail.example", 1025)),
        ("smtp://[::1]:1025", SmtpServer("::1", 1025)),
        (f"smtp://{ACCOUNT}@mail.example", SmtpServer("mail.example", 587, "zoe", PASSWORD)),
        ("smtps://zoe%40x.example:p@mail.example", SmtpServer("mail.example", 465, "zoe@x.example", "p", True)),
        ("smtp://h?starttls=required", SmtpServer("h", 25, starttls=Starttls.REQUIRED)),
        ("smtp://h?starttls=never", SmtpServer("h", 25, starttls=Starttls.NEVER)),
        ("smtp://h?starttls=auto", SmtpServer("h", 25, starttls=Starttls.AUTO)),
    ],
)
def test_a_url_tells_where_and_how(url: str, server: SmtpServer) -> None:
    assert SmtpServer.parse(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example:25",
        "http://mail.example",
        "smtp://",
        "smtp://zoe:s3cret/of@mail.example",
        "smtp://zoe:s3cret#of@mail.example",
        "smtp://zoe:12/s3cret@mail.example",
        "smtp://zoe:s3cret@mail.example:mail",
        "smtp://zoe:s3cret@mail.example:99999",
        "smtp://zoe:s3cret@.mail.example",
        "smtp://zoe:s3cret@mail.example?starttls=perhaps",
        "smtp://zoe:s3cret@mail.example?tls=1",
        "smtp://zoe:s3cret@mail.example?tls",
        "smtp://zoe:s3cr%C3%A9t@mail.example",
    ],
)
def test_a_url_that_can_t_be_read_is_refused_without_telling_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="mail server's URL") as refusal:
        SmtpGateway(url)
    assert "s3cr" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


def test_a_server_does_not_show_its_password() -> None:
    assert PASSWORD not in repr(SmtpServer.parse(f"smtp://{ACCOUNT}@mail.example"))


# The log-in


def as_zoe(server: SmtpStub) -> SmtpGateway:
    return SmtpGateway(server.url.replace("//", f"//{ACCOUNT}@"))


def test_the_account_is_used_before_the_first_mail() -> None:
    with SmtpStub(AUTH, AUTH=["235 2.7.0 Welcome"]) as server, as_zoe(server).session() as session:
        assert outcomes(session, 2) == [Outcome.SENT] * 2
    assert server.verbs[:3] == ["EHLO", "AUTH", "MAIL"]


@pytest.mark.parametrize("echo", ["", f": {PASSWORD}", *(f": AUTH PLAIN {word}" for word in ENCODED)])
def test_a_refused_log_in_is_tried_once_and_told_without_the_password(echo: str) -> None:
    with SmtpStub(AUTH, AUTH=[f"535 5.7.8 Wrong password{echo}"] * 9) as server, as_zoe(server).session() as session:
        reports = [send(session, number) for number in range(20)]
    assert {report.outcome for report in reports} == {Outcome.RETRY}
    assert server.connections == 1
    assert "refused the log-in: 535 5.7.8 Wrong password" in reports[0].detail
    assert not any(secret in report.detail for report in reports for secret in (PASSWORD, *ENCODED))


@pytest.mark.parametrize("features", [(), ("AUTH GSSAPI",), ("AUTH CRAM-MD5",)])
def test_a_log_in_that_can_t_be_made_is_no_error_of_ours(features: tuple[str, ...]) -> None:
    with SmtpStub(*features, AUTH=["334 x"]) as server, as_zoe(server).session() as session:
        assert send(session).outcome == Outcome.RETRY


# Encryption


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a key and a certificate for localhost, in one file."""
    folder = tmp_path_factory.mktemp("certificate")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out cert.pem"
    names = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command.split(), *names], cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
    return both


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this machine trust the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    smtp_server._context.cache_clear()
    yield
    smtp_server._context.cache_clear()


class Post:
    """An office that takes every mail, and remembers how it came."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: object, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.sessions.append(session)
        self.envelopes.append(envelope)
        return "250 2.0.0 Taken"

    @property
    def encrypted(self) -> list[bool]:
        return [session.ssl is not None for session in self.sessions]

    @property
    def connections(self) -> int:
        return len({id(session) for session in self.sessions})


@contextmanager
def office(*, ssl: SSLContext | None = None, **options: Any) -> Iterator[tuple[Post, int]]:
    """Run a server of another make: with `ssl` it encrypts from the first byte, with `tls_context` on demand."""
    post, ready = Post(), Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]]()

    async def serve() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        talk = partial(SMTP, post, hostname="localhost", loop=loop, **options)
        server = await loop.create_server(talk, "127.0.0.1", 0, ssl=ssl)
        async with server:
            ready.put((loop, over, server.sockets[0].getsockname()[1]))
            await over.wait()

    thread = Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    loop, over, port = ready.get(timeout=10)
    try:
        yield post, port
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()


def tls(certificate: Path) -> SSLContext:
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def send_two(url: str) -> list[Outcome]:
    with SmtpGateway(url).session() as session:
        return outcomes(session, 2)


@pytest.mark.usefixtures("trusted")
def test_starttls_encrypts_before_the_first_mail(certificate: Path) -> None:
    with office(tls_context=tls(certificate)) as (post, port):
        assert send_two(f"smtp://localhost:{port}?starttls=required") == [Outcome.SENT] * 2
    assert post.encrypted == [True, True]
    assert post.connections == 1


def test_without_trust_required_sends_nothing_and_auto_sends_to_this_machine(certificate: Path) -> None:
    with office(tls_context=tls(certificate)) as (post, port):
        with SmtpGateway(f"smtp://localhost:{port}?starttls=required").session() as session:
            report = send(session)
        assert report.outcome == Outcome.RETRY
        assert "certificate verify failed" in report.detail
        assert post.encrypted == []
        assert send_two(f"smtp://localhost:{port}") == [Outcome.SENT] * 2
        assert send_two(f"smtp://localhost:{port}?starttls=never") == [Outcome.SENT] * 2
    assert post.encrypted == [True, True, False, False]


def test_required_sends_nothing_to_a_server_that_does_not_offer_it() -> None:
    with SmtpStub() as server, SmtpGateway(f"{server.url}?starttls=required").session() as session:
        report = send(session)
    assert report.outcome == Outcome.RETRY
    assert "offers no STARTTLS" in report.detail
    assert server.verbs == ["EHLO"]


def test_a_password_goes_to_another_machine_only_encrypted() -> None:
    elsewhere = SimpleNamespace(
        sock=SimpleNamespace(getpeername=lambda: ("203.0.113.1", 587)),
        ehlo_or_helo_if_needed=lambda: None,
        has_extn=lambda _name: False,
    )
    with pytest.raises(ServerAwayError, match="offers no STARTTLS"):
        SmtpServer.parse(f"smtp://{ACCOUNT}@mail.example")._secure(cast("smtplib.SMTP", elsewhere))


def test_a_server_that_can_t_begin_to_encrypt_gets_nothing() -> None:
    with SmtpStub("STARTTLS", STARTTLS=["454 4.7.0 Not now"]) as server, SmtpGateway(server.url).session() as session:
        assert "454 4.7.0 Not now" in send(session).detail
    assert server.mails == []


@pytest.mark.usefixtures("trusted")
def test_smtps_encrypts_from_the_first_byte(certificate: Path) -> None:
    with office(ssl=tls(certificate)) as (post, port):
        assert send_two(f"smtps://localhost:{port}") == [Outcome.SENT] * 2
    assert post.connections == 1


def test_smtps_to_a_server_that_does_not_encrypt_is_a_server_that_is_away() -> None:
    with SmtpStub() as server, SmtpGateway(server.url.replace("smtp:", "smtps:"), timeout=1).session() as session:
        assert send(session).outcome == Outcome.RETRY


# A server of another make


@pytest.mark.usefixtures("trusted")
def test_an_account_on_an_encrypted_server(certificate: Path) -> None:
    def known(_server: object, _session: object, _envelope: object, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given == LoginPassword(b"zoe", PASSWORD.encode()), handled=False)

    options: dict[str, Any] = {
        "tls_context": tls(certificate),
        "require_starttls": True,
        "authenticator": known,
        "auth_required": True,
    }
    with office(**options) as (post, port):
        assert send_two(f"smtp://{ACCOUNT}@localhost:{port}") == [Outcome.SENT] * 2
        assert send_two(f"smtp://zoe:wrong@localhost:{port}") == [Outcome.RETRY] * 2
    assert post.encrypted == [True, True]


def test_five_hundred_mails_and_an_address_beyond_ascii() -> None:
    with office(enable_SMTPUTF8=True) as (post, port), SmtpGateway(f"smtp://localhost:{port}").session() as session:
        assert outcomes(session, 500) == [Outcome.SENT] * 500
        assert send(session, recipient="zoé@straße.example", cc=("lea@example.org",)).outcome == Outcome.SENT
    assert post.connections == 1
    last = post.envelopes[-1]
    assert last.rcpt_tos == ["zoé@xn--strae-oqa.example", "lea@example.org"]
    assert message_from_bytes(cast("bytes", last.content))["Cc"] == "lea@example.org"
