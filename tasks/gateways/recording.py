"""Gateways that send nothing: they keep mails and SMS, and answer as they are told (simulator, tests)."""

from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from tasks.gateways.mail import Mail
from tasks.gateways.reports import Outcome, Report
from tasks.gateways.sms import Sms

M = TypeVar("M", Mail, Sms)


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of one message. `arrives` tells if its recipient gets it; only a sent or uncertain one can."""

    outcome: Outcome
    detail: str = ""
    address_bad: bool = False
    arrives: bool = False


ACCEPTED = Answer(Outcome.SENT, "250 2.0.0 Accepted", arrives=True)
BUSY = Answer(Outcome.RETRY, "451 4.2.1 The mailbox is busy")
REFUSED = Answer(Outcome.FAILED, "554 5.7.1 The mail is refused")
NO_MAILBOX = Answer(Outcome.FAILED, "550 5.1.1 There is no such mailbox", address_bad=True)
LOST_BEFORE = Answer(Outcome.UNCERTAIN, "The connection broke; the mail had not arrived.")
LOST_AFTER = Answer(Outcome.UNCERTAIN, "The connection broke; the mail had arrived.", arrives=True)


class Recording(Generic[M]):
    """Gateway and session in one: `arrived` holds every message that reached its recipient, in order."""

    def __init__(self) -> None:
        self.arrived: list[M] = []
        self._planned: defaultdict[str, deque[Answer]] = defaultdict(deque)

    def plan(self, recipient: str, *answers: Answer) -> None:
        """Answer the next messages to `recipient` so, one after the other; then, as all others, they are accepted."""
        self._planned[recipient].extend(answers)

    def session(self) -> AbstractContextManager[Self]:
        return nullcontext(self)

    def send(self, message: M, before: Callable[[], bool]) -> Report:
        """Record the message; `before` is asked only where a server would have got as far as its content."""
        planned = self._planned[message.recipient]
        answer = planned.popleft() if planned else ACCEPTED
        if answer.outcome in {Outcome.SENT, Outcome.UNCERTAIN} and not before():
            return Report(message.key, Outcome.RETRY, "It was held back just before DATA.")
        if answer.arrives:
            self._keep(message)
        return Report(message.key, answer.outcome, answer.detail, answer.address_bad)

    def _keep(self, message: M) -> None:
        self.arrived.append(message)


class RecordingMail(Recording[Mail]):
    """Mails."""


class RecordingSms(Recording[Sms]):
    """SMS; one that has arrived arrives once, however often its key comes."""

    def _keep(self, message: Sms) -> None:
        if all(one.key != message.key for one in self.arrived):
            super()._keep(message)

    def ping(self) -> str | None:
        """It is there."""
        return None
