"""A gateway that sends nothing: it keeps the mails, and answers as it is told (simulator, tests)."""

from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Self

from tasks.gateways.mail import Mail, Outcome, Report


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of one mail. `arrives` tells if its recipient gets it; only a sent or uncertain one can."""

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


class RecordingMail:
    """Gateway and session in one: `arrived` holds every mail that reached its recipient, in order."""

    def __init__(self) -> None:
        self.arrived: list[Mail] = []
        self._planned: defaultdict[str, deque[Answer]] = defaultdict(deque)

    def plan(self, recipient: str, *answers: Answer) -> None:
        """Answer the next mails to `recipient` so, one after the other; then, as all others, they are accepted."""
        self._planned[recipient].extend(answers)

    def session(self) -> AbstractContextManager[Self]:
        return nullcontext(self)

    def send(self, mail: Mail, before_data: Callable[[], bool]) -> Report:
        """Record the mail; `before_data` is asked only where a server would have got as far as DATA."""
        planned = self._planned[mail.recipient]
        answer = planned.popleft() if planned else ACCEPTED
        if answer.outcome in {Outcome.SENT, Outcome.UNCERTAIN} and not before_data():
            return Report(mail.key, Outcome.RETRY, "It was held back just before DATA.")
        if answer.arrives:
            self.arrived.append(mail)
        return Report(mail.key, answer.outcome, answer.detail, answer.address_bad)
