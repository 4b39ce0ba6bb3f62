"""Opening a Checkout Session over HTTP: what goes over the line to Stripe, and what each answer comes to.

localstripe serves no sessions; in its place stands a server that keeps the request and gives a recorded answer.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

import pytest

from models.card_reports import CardOutcome, CardReport
from tasks.gateways.cards import Account, Page
from tasks.gateways.stripe_cards import StripeCards

KEY = "card_018f00000000aaaa"
SESSION: dict[str, Any] = {
    "id": "cs_test_a1b2",
    "object": "checkout.session",
    "amount_total": 4500,
    "client_reference_id": KEY,
    "currency": "eur",
    "expires_at": 1_800_000_000,
    "livemode": False,
    "metadata": {"key": KEY, "business": "atelier"},
    "mode": "payment",
    "payment_intent": None,
    "payment_status": "unpaid",
    "status": "open",
    "url": "https://checkout.stripe.example/c/pay/cs_test_a1b2",
}
"""A session as Stripe answers with it, without the keys that nobody here reads."""


@dataclass
class Line:
    """The other end: what was asked, and what it answers (None: it hangs up)."""

    status: int = 200
    answer: bytes | None = b""
    asked: list[tuple[str, str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def says(self, status: int, **error: str) -> None:
        """Answer with an error from now on."""
        self.status, self.answer = status, json.dumps({"error": error}).encode()


@pytest.fixture
def line() -> Iterator[Line]:
    other = Line(answer=json.dumps(SESSION).encode())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            other.asked.append((self.command, self.path, headers, dict(parse_qsl(form, strict_parsing=True))))
            if other.answer is None:
                self.close_connection = True
                return
            self.send_response(other.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(other.answer)))
            self.end_headers()
            self.wfile.write(other.answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    other.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield other
    server.shutdown()
    thread.join()
    server.server_close()


def opened(line: Line, account: str | None = None, **more: Any) -> CardReport:
    """Open a page for 45 € by way of the line."""
    cards = StripeCards("sk_test_relance", ["whsec_1"], url=line.url, timeout=5)
    page = Page(KEY, 4500, "EUR", "Facture 2027-0001 & note", "https://pay.example/back?token=é", **more)
    return cards.open_checkout(Account("atelier", account), page)


def test_a_session_is_asked_for_as_stripe_wants_it(line: Line) -> None:
    opened(line, "acct_1")
    ((method, path, headers, form),) = line.asked
    assert (method, path) == ("POST", "/v1/checkout/sessions")
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["authorization"] == "Bearer sk_test_relance"
    assert (headers["idempotency-key"], headers["stripe-account"]) == (KEY, "acct_1")
    assert form == {
        "mode": "payment",
        "payment_method_types[0]": "card",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": "4500",
        "line_items[0][price_data][product_data][name]": "Facture 2027-0001 & note",
        "success_url": "https://pay.example/back?token=é",
        "cancel_url": "https://pay.example/back?token=é",
        "client_reference_id": KEY,
        "metadata[key]": KEY,
        "metadata[business]": "atelier",
        "locale": "auto",
    }


def test_a_card_that_is_to_be_kept_is_asked_for_with_its_owner(line: Line) -> None:
    opened(line, email="zoe@clients.example", save_card=True)
    ((_, _, headers, form),) = line.asked
    assert "stripe-account" not in headers
    assert form["customer_email"] == "zoe@clients.example"
    assert form["customer_creation"] == "always"
    assert form["payment_intent_data[setup_future_usage]"] == "off_session"


def test_the_answer_says_where_the_client_pays_and_until_when(line: Line) -> None:
    report = opened(line)
    assert (report.key, report.outcome, report.reference) == (KEY, CardOutcome.OPEN, "cs_test_a1b2")
    assert report.url == SESSION["url"]
    assert report.expires_at is not None
    assert report.expires_at.timestamp() == SESSION["expires_at"]


@pytest.mark.parametrize(
    ("status", "error", "outcome", "code"),
    [
        (400, {"type": "invalid_request_error", "code": "amount_too_small"}, CardOutcome.REFUSED, "amount_too_small"),
        (400, {"type": "idempotency_error"}, CardOutcome.REFUSED, None),
        (401, {"type": "invalid_request_error"}, CardOutcome.RETRY, None),
        (403, {"type": "invalid_request_error"}, CardOutcome.RETRY, None),
        (429, {"type": "invalid_request_error", "code": "rate_limit"}, CardOutcome.RETRY, None),
        (500, {"type": "api_error"}, CardOutcome.UNKNOWN, None),
    ],
)
def test_an_error_says_whether_something_may_have_been_made(
    line: Line, status: int, error: dict[str, str], outcome: CardOutcome, code: str | None
) -> None:
    line.says(status, message="It can't be done.", **error)
    report = opened(line)
    assert (report.outcome, report.code, report.reason) == (outcome, code, "It can't be done.")
    assert len(line.asked) == 1


@pytest.mark.parametrize("answer", [None, b"<html>"])
def test_no_answer_or_no_sense_leaves_a_doubt(line: Line, answer: bytes | None) -> None:
    line.answer = answer
    assert opened(line).outcome is CardOutcome.UNKNOWN
    assert len(line.asked) == 1
