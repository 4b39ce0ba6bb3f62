"""Mails with defaults, for the tests of the ways out."""

from dataclasses import replace
from typing import Any

from tasks.gateways.mail import Mail
from tasks.gateways.reports import Outcome, Report
from tasks.gateways.smtp import SmtpSession

PLAIN = Mail(
    key="msg_1",
    sender="factures@atelier.example",
    sender_name="Atelier Zoé",
    recipient="zoe@example.org",
    cc=(),
    subject="Votre facture n° 2027-0001",
    text="Bonjour,\nvoici votre facture.\n",
    html="<p>Bonjour,<br>voici votre facture.</p>",
)


def mail(number: int = 1, **changes: Any) -> Mail:
    return replace(PLAIN, key=f"msg_{number}", **changes)


def go() -> bool:
    """Let the mail go."""
    return True


def outcomes(session: SmtpSession, count: int) -> list[Outcome]:
    """Send mails one after the other and return what became of each."""
    return [send(session, number).outcome for number in range(1, count + 1)]


def send(session: SmtpSession, number: int = 1, **changes: Any) -> Report:
    return session.send(mail(number, **changes), go)
