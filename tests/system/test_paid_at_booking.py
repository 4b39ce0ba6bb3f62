"""A seat that must be paid when it is booked is kept by who pays on the page of the mail, with the real sandbox."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from deploy.local.ephemeral import throwaway_postgres
from deploy.local.postgres import Postgres
from models.db import make_engine, migrate, raw
from tasks.books import check_books
from tasks.gateways.cards import Providers
from tests.database.at_work import AtWork
from tests.database.visitor import Answer, Visitor
from tests.scenarios.story import ASK, Story, euros
from tests.system.payer import Sandbox, pays
from web.app import site
from web.room import Room

NOW, IN_TIME, TOO_LATE = "2027-01-05 10:00", "2027-01-05 10:20", "2027-01-05 10:30"
LAST_MINUTE, JUST_AFTER, GIVEN_UP, LATE = (f"2027-01-05 {at}" for at in ("10:29", "10:31", "11:30", "11:31"))
LATER = "2027-01-20 14:00"
_numbers = count(1)
RATES = [{"currency": "JPY", "rate": "0.0061", "on": "2027-01-01", "source": "BCE"}]


class Salon(AtWork):
    """A salon whose cut and tea are paid at booking, within half an hour; zoe, ada and yuki are asked by mail."""

    def __init__(self, engine: Engine, sandbox: Sandbox) -> None:
        story = Story(_no_databases)
        story.business.update(cards={"provider": "sandbox"}, payment_window={"minutes": 30}, exchange_rates=RATES)
        story.service("cut", 4500, payment="at_booking")
        story.service("tea", payment="at_booking")
        story.file["services"][-1]["price"] = euros(3333, "JPY")
        story.automation("ask", "session.booked", ASK)
        story.client("yuki")
        for client, service in (("zoe", "cut"), ("ada", "cut"), ("yuki", "tea")):
            story.books(client, service, at=NOW, when=LATER)
        super().__init__(engine, story)
        self.sandbox, providers = sandbox, Providers({"sandbox": sandbox.cards})
        self.shell = replace(self.shell, cards=providers)
        self.site = site(Room(engine, self.clock, self.shell.pages, providers, self.shell.bells))
        self.drains(NOW)
        self.rings("messages.deliver")

    def page_of(self, client: str) -> str:
        """Return the address of the page in the one mail that a client got."""
        (mail,) = [mail for mail in self.mail.arrived if mail.recipient == f"{client}@example.org"]
        (url,) = re.findall(r"https://pay\.example/invoice/\S+", mail.text)
        return str(url)

    def pays(self, client: str) -> Answer:
        """Let a client pay on the page of the mail and the sandbox's; return what he reads when he is back."""
        return self.comes_back(*self.leaves(client))

    def leaves(self, client: str) -> tuple[Visitor, str]:
        """Let a client go from the page of the mail to the sandbox's; return the browser and where it is."""
        browser = Visitor(self.site)
        left = browser.sends(self.page_of(client)).leads_to
        self.sql("UPDATE card_attempts SET expires_at = %s", self.clock.now() + timedelta(days=1))
        return browser, left

    def comes_back(self, browser: Visitor, left: str) -> Answer:
        """Let a client pay on the sandbox's page; return what he reads when he is back."""
        back = pays(left).sent_to
        assert back is not None
        return browser.opens(back)

    def gives_back(self, instant: str) -> dict[str, str]:
        """Let an instant come, and the workers give back what is not paid; return how the seats stand."""
        self.comes(instant)
        self.rings("bookings.release")
        return self.seats()

    def taken(self) -> list[tuple[int, str, str]]:
        """What the sandbox was asked for: minor units, currency, and what became of it."""
        return [(one["amount"], one["currency"], one["status"]) for one in self.sandbox.all("checkouts")]

    def seats(self) -> dict[str, str]:
        return dict(self.sql("SELECT contact_id, status FROM bookings"))


def _no_databases() -> Any:
    raise AssertionError


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with throwaway_postgres() as server:
        yield server


@pytest.fixture
def salon(server: Postgres, tmp_path: Path) -> Iterator[Salon]:
    url = server.create_database(f"salon_{next(_numbers)}")
    migrate(url)
    engine, sandbox = make_engine(url), Sandbox(tmp_path)
    try:
        yield Salon(engine, sandbox)
        with engine.connect() as connection:
            assert check_books(raw(connection)) == []
    finally:
        sandbox.stop()
        engine.dispose()


def test_who_pays_on_the_page_within_the_window_keeps_the_seat_and_who_does_not_loses_it(salon: Salon) -> None:
    assert sorted(mail.recipient for mail in salon.mail.arrived) == [
        "ada@example.org",
        "yuki@example.org",
        "zoe@example.org",
    ]
    salon.comes(IN_TIME)
    assert "Payer 45,00 €" in Visitor(salon.site).opens(salon.page_of("zoe")).text
    assert "Merci, votre paiement est bien arrivé." in salon.pays("zoe").text
    assert salon.taken() == [(4500, "EUR", "succeeded")]
    salon.comes(TOO_LATE)
    salon.rings("bookings.release")
    assert salon.seats() == {"zoe": "booked", "ada": "cancelled", "yuki": "cancelled"}


def test_a_service_in_yen_is_paid_in_yen_and_keeps_its_seat(salon: Salon) -> None:
    salon.comes(IN_TIME)
    assert "Merci, votre paiement est bien arrivé." in salon.pays("yuki").text
    assert salon.taken() == [(3333, "JPY", "succeeded")]
    salon.comes(TOO_LATE)
    salon.rings("bookings.release")
    assert salon.seats()["yuki"] == "booked"
    invoice = salon.sql("SELECT currency, total, amount_due, status FROM invoices WHERE contact_id = 'yuki'")
    assert invoice == [("JPY", 3333, 0, "paid")]
    assert salon.sql("SELECT amount, currency, available FROM payments") == [(3333, "JPY", 0)]
    assert salon.sql("SELECT reason FROM alerts") == []


def test_who_is_on_the_provider_s_page_when_the_window_ends_may_pay_and_keeps_the_seat(salon: Salon) -> None:
    salon.comes(LAST_MINUTE)
    away = salon.leaves("zoe")
    assert salon.gives_back(TOO_LATE) == {"zoe": "booked", "ada": "cancelled", "yuki": "cancelled"}
    salon.comes(JUST_AFTER)
    text = salon.comes_back(*away).text
    assert "Merci, votre paiement est bien arrivé." in text
    assert "annulée" not in text
    assert salon.gives_back(JUST_AFTER)["zoe"] == salon.gives_back(GIVEN_UP)["zoe"] == "booked"
    assert salon.sql("SELECT amount, available FROM payments") == [(4500, 0)]
    assert salon.sql("SELECT reason FROM alerts") == []
    assert salon.sql("SELECT id FROM bookings WHERE pay_by IS NOT NULL") == []


def test_what_is_paid_after_the_seat_was_given_back_goes_back_to_the_card_and_the_page_says_so(salon: Salon) -> None:
    salon.comes(LAST_MINUTE)
    away = salon.leaves("zoe")
    assert salon.gives_back(TOO_LATE)["zoe"] == "booked"
    assert salon.gives_back(GIVEN_UP)["zoe"] == "cancelled"
    salon.comes(LATE)
    text = salon.comes_back(*away).text
    assert "Votre paiement vous est rendu." in text
    assert "Merci" not in text
    salon.rings("payments.collect")
    assert [(one["amount"], one["status"]) for one in salon.sandbox.all("refunds")] == [(4500, "succeeded")]
    assert salon.sql("SELECT amount, available FROM payments") == [(4500, 0)]
    assert salon.sql("SELECT amount, status, reason FROM refunds") == [(4500, "paid_out", "unpaid")]
    ((reason, text),) = salon.sql("SELECT reason, text FROM alerts")
    assert reason == "paid_too_late"
    assert "after its seat was given back unpaid: it goes back to the client, and the seat stays cancelled." in text
