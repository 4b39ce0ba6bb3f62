"""Where the mail server is, and how a connection to it is opened: greeting, encryption, log-in."""

import socket
import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from ipaddress import ip_address
from smtplib import SMTP, SMTP_SSL, SMTPResponseException
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from models.errors import ConfigurationError, RelanceError

PORTS = {"smtp": 25, "smtps": 465}
SUBMISSION_PORT = 587


class Starttls(StrEnum):
    """What to do about encryption on a connection that begins without it."""

    REQUIRED = "required"
    """Send nothing without it, and nothing to a server whose certificate is not right."""
    AUTO = "auto"
    """Use it where it is offered. A password goes to another machine under the same conditions as `required`."""
    NEVER = "never"


class ServerAwayError(RelanceError):
    """No connection to the mail server for now; the message holds no secret."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server and the account to use there, if any."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    encrypted: bool = False
    starttls: Starttls = Starttls.AUTO

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read `smtp://user:password@host:port?starttls=required|never|auto` or `smtps://…`.

        Without a port it is 465 for smtps, 587 with a user, else 25. Raises `ConfigurationError`, which never quotes
        the URL: it may hold a password.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
            host.encode("idna")
            options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
            starttls = Starttls(options.pop("starttls", Starttls.AUTO))
        except ValueError:
            raise _bad_url("Its host, its port or its options can't be read.") from None
        if parts.scheme not in PORTS or not host or parts.path not in {"", "/"} or parts.fragment or options:
            raise _bad_url("It has another form.")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not (user + password).isascii():
            raise _bad_url("Its user or password has characters beyond ASCII, which the log-in can't send.")
        usual = SUBMISSION_PORT if user and parts.scheme == "smtp" else PORTS[parts.scheme]
        return cls(host, port or usual, user, password, parts.scheme == "smtps", starttls)

    def connect(self, timeout: float) -> SMTP:
        """Return a connection that is ready for mails, or raise `ServerAwayError`; each answer may take `timeout` s."""
        try:
            client = self._dial(timeout)
            try:
                self._secure(client)
                self._log_in(client)
            except BaseException:
                client.close()
                raise
        except (OSError, ValueError) as error:  # ValueError: what the server sent while logging in is no base64
            raise self._away(_words(error)) from None
        return client

    def _dial(self, timeout: float) -> SMTP:
        if self.encrypted:
            client: SMTP = SMTP_SSL(self.host, self.port, _own_name(), timeout=timeout, context=_context(verify=True))
        else:
            client = SMTP(self.host, self.port, _own_name(), timeout=timeout)
        assert client.sock is not None
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def _secure(self, client: SMTP) -> None:
        client.ehlo_or_helo_if_needed()
        if self.encrypted or self.starttls == Starttls.NEVER:
            return
        strict = self.starttls == Starttls.REQUIRED or (bool(self.user) and not _is_local(client))
        if client.has_extn("starttls"):
            client.starttls(context=_context(verify=strict))
            client.ehlo_or_helo_if_needed()
        elif strict:
            raise self._away(
                "It offers no STARTTLS, and without it nothing confidential is sent to another machine. "
                "Use smtps://, or add ?starttls=never to the URL if the way to it is safe."
            )

    def _log_in(self, client: SMTP) -> None:
        if not self.user:
            return
        try:
            client.login(self.user, self.password)
        except OSError as error:
            raise self._away(f"It refused the log-in: {self._without_secrets(_words(error))}") from None

    def _away(self, why: str) -> ServerAwayError:
        return ServerAwayError(f"The mail server {self.host}:{self.port} can't be used. {why}")

    def _without_secrets(self, words: str) -> str:
        """Strike the password from words of the server, which may repeat what it was sent."""
        plain = f"\0{self.user}\0{self.password}"
        secrets = [self.password, *(b64encode(text.encode()).decode() for text in (self.password, plain))]
        for secret in filter(None, secrets):
            words = words.replace(secret, "***")
        return words


def _bad_url(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The mail server's URL can't be used. {why} Write smtp://user:password@host:port or smtps://…, with "
        "?starttls=required, auto or never after smtp:// if need be, and special characters of the password as %XX."
    )


def _words(error: Exception) -> str:
    """Say what went wrong; smtplib's own texts hold reprs of bytes."""
    if isinstance(error, SMTPResponseException):
        text = error.smtp_error
        text = text.decode(errors="replace") if isinstance(text, bytes) else text
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__


def _is_local(client: SMTP) -> bool:
    assert client.sock is not None
    return ip_address(client.sock.getpeername()[0]).is_loopback


@cache
def _own_name() -> str | None:
    """Return the name to greet with, or None where smtplib shall find an address; asking the resolver may be slow."""
    name = socket.getfqdn()
    return name if "." in name and name.isascii() else None


@cache
def _context(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
