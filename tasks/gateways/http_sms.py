"""SMS over HTTP: JSON calls with a key of ours for each SMS, as `deploy.local.sms` understands them."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urlencode

from tasks.gateways.http_calls import Answered, UnansweredError, UnreachableError, call
from tasks.gateways.reports import Outcome, Report
from tasks.gateways.sms import Sms

BUSY = frozenset({401, 403, 429, 503})
"""Statuses of an answer after which nothing was done."""
NO_SUCH_NUMBER = "no_such_number"
REST_SECONDS = 30.0
"""A gateway that does not answer is left alone for so long: to wait for it again and again would hold a worker."""


class HttpSms:
    """Speaks to the gateway at `url` with its `key`; each wait for an answer may take `timeout` seconds."""

    def __init__(self, url: str, key: str, *, timeout: float = 10, rest: float = REST_SECONDS) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}
        self._timeout = timeout
        self._rest = rest
        self._away = ""
        self._away_until = 0.0

    def session(self) -> AbstractContextManager["HttpSms"]:
        """Begin to hand over: every SMS is a call of its own."""
        return nullcontext(self)

    def ping(self) -> str | None:
        """Return why it does not answer us."""
        try:
            answer = self._ask("GET", "/health")
        except (UnreachableError, UnansweredError) as error:
            return str(error)
        return None if answer.status == 200 else _words(answer)

    def send(self, sms: Sms, before: Callable[[], bool]) -> Report:
        """Hand one SMS over; where no answer comes, ask once what became of it."""
        if time.monotonic() < self._away_until:
            return Report(sms.key, Outcome.RETRY, self._away)
        if not before():
            return Report(sms.key, Outcome.RETRY, "It was held back just before it was handed over.")
        try:
            answer = self._ask("POST", "/v1/messages", _wish(sms))
        except UnreachableError as error:
            self._leave_alone(error)
            return Report(sms.key, Outcome.RETRY, str(error))
        except UnansweredError as error:
            return self._look_up(sms, str(error))
        return self._look_up(sms, _words(answer)) if _in_doubt(answer) else _told(sms, answer)

    def _look_up(self, sms: Sms, doubt: str) -> Report:
        """Ask whether the gateway has an SMS; that it has none is no proof, for it may still be at it."""
        asked = urlencode({"business": sms.business, "key": sms.key})
        try:
            answer = self._ask("GET", f"/v1/messages?{asked}")
        except (UnreachableError, UnansweredError) as error:
            self._leave_alone(error)
            return Report(sms.key, Outcome.UNCERTAIN, doubt)
        known = answer.status == 200 and not _in_doubt(answer)
        return _told(sms, answer) if known else Report(sms.key, Outcome.UNCERTAIN, doubt)

    def _leave_alone(self, error: Exception) -> None:
        self._away, self._away_until = str(error), time.monotonic() + self._rest

    def _ask(self, method: str, path: str, body: dict[str, str | None] | None = None) -> Answered:
        return call(method, self._url + path, self._headers, body, timeout=self._timeout)


def _wish(sms: Sms) -> dict[str, str | None]:
    return {
        "key": sms.key,
        "business": sms.business,
        "sender": sms.sender,
        "to": sms.recipient,
        "text": sms.text,
    }


def _in_doubt(answer: Answered) -> bool:
    """Whether an answer leaves open what was done: an error, or a success that names nothing."""
    failed = answer.status >= 500 and answer.status not in BUSY
    return failed or (answer.status == 200 and "id" not in answer.content)


def _told(sms: Sms, answer: Answered) -> Report:
    """Return what an answer tells that leaves nothing open."""
    if answer.status == 200 and answer.content.get("status") == "accepted":
        words = f"Accepted as {answer.content['id']}, segments: {answer.content.get('segments')}."
        return Report(sms.key, Outcome.SENT, words)
    if answer.status in BUSY:
        return Report(sms.key, Outcome.RETRY, _words(answer))
    return Report(sms.key, Outcome.FAILED, _words(answer), answer.content.get("code") == NO_SUCH_NUMBER)


def _words(answer: Answered) -> str:
    return str(answer.content.get("reason") or f"It answered {answer.status}.")
