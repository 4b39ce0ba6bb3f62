"""A client is told by when a seat must be paid at booking, on pages and in messages, in the salon's own time (R28)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from models.collecting import Debt
from models.pages import Page, Pages
from tasks.checkouts import open_checkout
from tests.database.at_work import AtWork
from tests.database.visitor import Visitor
from tests.scenarios.story import Databases, Story
from web.app import site
from web.room import Room

PAGES = Pages("https://salon.example", "secret")
BOOKED, BEFORE, ENDS = (f"2027-01-05 {at}" for at in ("10:00", "10:29", "10:30"))
FRENCH = "au plus tard le 5 janvier 2027, 10:30 : sans paiement d'ici là, la réservation est annulée."
ENGLISH = "by January 5, 2027, 10:30 AM: without payment by then the booking is cancelled."


class Salon(AtWork):
    """A salon in Paris where zoe booked a cut at ten, to be paid within half an hour, and was asked to pay."""

    def __init__(self, engine: Engine, story: Story) -> None:
        super().__init__(engine, story)
        self.drains(BOOKED)
        self.site = site(Room(self.engine, self.clock, PAGES, self.cards, self.shell.bells))

    def page(self, language: str = "fr") -> str:
        """Return what the page says that zoe was sent to."""
        ((page, id_),) = self.sql(
            "SELECT 'invoice', id FROM invoices WHERE kind = '380' UNION ALL SELECT 'pay', id FROM payment_links"
        )
        until = self.clock.now().date() + timedelta(days=400)
        visitor = Visitor(self.site, language=language)
        return visitor.opens(f"/{page}/{PAGES.token(Page(page), 'atelier', id_, until)}").text

    def told(self, instant: str = BOOKED) -> str:
        """Let an instant come, and the workers write; return what zoe was told last."""
        self.comes(instant)
        self.rings("messages.deliver")
        return [*(one.text for one in self.mail.arrived), *(one.text for one in self.sms.arrived)][-1]


Opened = Callable[..., AbstractContextManager[Salon]]


@pytest.fixture
def opened(databases: Databases) -> Opened:
    @contextmanager
    def opened(document: str = "invoice", channel: str = "email", **business: Any) -> Iterator[Salon]:
        story = Story(databases)
        story.business.update(cards={"provider": "sandbox"}, payment_window={"minutes": 30}, **business)
        story.service("cut", 4500, payment="at_booking")
        story.client("zoe", phone="06 12 34 56 78")
        story.automation("ask", "session.booked", {"request_payment": {"document": document, "channels": [channel]}})
        story.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
        with databases() as engine:
            yield Salon(engine, story)

    return opened


@pytest.mark.parametrize("document", ["invoice", "payment_link"])
def test_the_page_says_by_when_in_the_reader_s_language(opened: Opened, document: str) -> None:
    with opened(document) as salon:
        assert f"À régler {FRENCH}" in salon.page()
        assert f"Pay {ENGLISH}" in salon.page("en")
        salon.comes(ENDS)
        assert "annulée" not in salon.page()


def test_the_page_says_nothing_of_a_seat_that_is_kept_for_who_is_on_the_provider_s_page(opened: Opened) -> None:
    with opened() as salon:
        salon.comes(BEFORE)
        ((invoice,),) = salon.sql("SELECT id FROM invoices")
        debt = Debt("zoe", 4500, "EUR", f"invoice:{invoice}", (), invoice)
        open_checkout(salon.engine, salon.cards, "atelier", debt, return_url="https://x", now=salon.clock.now())
        salon.comes(ENDS)
        salon.rings("bookings.release")
        assert salon.sql("SELECT status, pay_by IS NULL FROM bookings") == [("booked", False)]
        assert "annulée" not in salon.page()


@pytest.mark.parametrize("document", ["invoice", "payment_link"])
def test_the_mail_that_asks_for_money_says_by_when(opened: Opened, document: str) -> None:
    with opened(document) as salon:
        assert "Votre réservation est gardée jusqu'au 5 janvier 2027, 10:30 : sans paiement d'ici là" in salon.told()


def test_a_mail_that_goes_after_the_window_says_nothing_of_it(opened: Opened) -> None:
    with opened() as salon:
        assert "gardée" not in salon.told("2027-01-05 10:31")


@pytest.mark.parametrize("document", ["invoice", "payment_link"])
def test_an_sms_that_asks_for_money_says_by_when(opened: Opened, document: str) -> None:
    with opened(document, "sms") as salon:
        assert "Réservation gardée jusqu'au 05/01 10:30." in salon.told()
