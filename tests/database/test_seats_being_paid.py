"""A seat that is paid at booking waits for its client on the provider's page, so long and no longer (R12, R28)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from models.card_reports import CardOutcome, CardReport
from models.collecting import Debt
from tasks.card_reports import record_reports
from tasks.checkouts import open_checkout
from tasks.gateways.cards import Account, Page
from tasks.gateways.recording_cards import RecordingCards
from tests.database.at_work import AtWork
from tests.scenarios.story import ASK, Databases, Story

BOOKED, BEFORE, ENDS, AFTER = (f"2027-01-05 {at}" for at in ("10:00", "10:29", "10:30", "10:40"))
AN_HOUR_LATER = "2027-01-05 11:30"


class Closing(RecordingCards):
    """A provider whose pages last so long from an instant on, or nobody knows how long."""

    expires_at: datetime | None = None

    def open_checkout(self, account: Account, page: Page) -> CardReport:
        return replace(super().open_checkout(account, page), expires_at=self.expires_at)


class Salon(AtWork):
    """A salon where zoe and ada booked a cut at ten, to be paid within half an hour, each with an invoice."""

    def __init__(self, engine: Engine, databases: Databases) -> None:
        story = Story(databases)
        story.business.update(cards={"provider": "sandbox"}, payment_window={"minutes": 30})
        story.service("cut", 4500, payment="at_booking")
        story.automation("ask", "session.booked", ASK)
        for client in ("zoe", "ada"):
            story.books(client, "cut", at=BOOKED, when="2027-01-12 14:00")
        super().__init__(engine, story)
        self.provider = Closing()
        self.drains(BOOKED)

    def opens(self, instant: str, debt: Debt | None = None) -> str:
        """Let zoe open the provider's page at an instant; return the attempt's id."""
        self.comes(instant)
        invoice = self.sql("SELECT id FROM invoices WHERE contact_id = 'zoe' AND kind = '380'")[0][0]
        debt = debt or Debt("zoe", 4500, "EUR", f"invoice:{invoice}", (), invoice)
        now, back = self.clock.now(), "https://salon.example/back"
        return open_checkout(self.engine, self.provider, "atelier", debt, return_url=back, now=now).attempt_id

    def hears(self, instant: str, report: CardReport) -> None:
        """Let the provider tell something at an instant."""
        self.comes(instant)
        record_reports(self.engine, "atelier", [report], self.clock.now())

    def held(self, instant: str) -> dict[str, str]:
        """Let an instant come, and the workers give back what is not paid; return how the seats stand."""
        self.comes(instant)
        self.rings("bookings.release")
        return dict(self.sql("SELECT contact_id, status FROM bookings"))

    def pay_by(self) -> list[datetime]:
        return [row[0] for row in self.sql("SELECT pay_by FROM bookings WHERE pay_by IS NOT NULL")]

    def at(self, instant: str) -> datetime:
        return datetime.fromisoformat(self.story.instant(instant))


@pytest.fixture
def salon(balancing: Engine, databases: Databases) -> Salon:
    return Salon(balancing, databases)


def test_a_seat_waits_until_the_page_closes_that_was_open_before_its_window_ended(salon: Salon) -> None:
    salon.provider.expires_at = salon.at(AFTER)
    salon.opens(BEFORE)
    assert salon.held(ENDS) == {"zoe": "booked", "ada": "cancelled"}
    assert salon.pay_by() == [salon.at(AFTER)]
    assert salon.held(AFTER) == {"zoe": "cancelled", "ada": "cancelled"}


def test_a_seat_waits_an_hour_at_most_however_long_the_page_lasts(salon: Salon) -> None:
    salon.provider.expires_at = salon.at(BEFORE) + timedelta(days=1)
    salon.opens(BEFORE)
    assert salon.held(ENDS)["zoe"] == "booked"
    assert salon.pay_by() == [salon.at(AN_HOUR_LATER)]
    assert salon.held(AN_HOUR_LATER)["zoe"] == "cancelled"


def test_a_page_opened_after_the_window_keeps_no_seat(salon: Salon) -> None:
    salon.provider.expires_at = salon.at(AFTER)
    salon.opens(BEFORE)
    assert salon.held(ENDS)["zoe"] == "booked"
    salon.provider.expires_at = salon.at(AN_HOUR_LATER)
    salon.opens("2027-01-05 10:37")
    assert len(salon.provider.pages) == 2
    assert salon.held(AFTER)["zoe"] == "cancelled"


@pytest.mark.parametrize("outcome", [CardOutcome.REFUSED, CardOutcome.DECLINED, CardOutcome.EXPIRED])
def test_a_seat_is_given_back_as_soon_as_its_client_has_left_the_page_unpaid(
    salon: Salon, outcome: CardOutcome
) -> None:
    attempt = salon.opens(BEFORE)
    assert salon.held(ENDS)["zoe"] == "booked"
    salon.hears(AFTER, CardReport(attempt, outcome))
    assert salon.pay_by() == [salon.at(AFTER)]
    assert salon.held(AFTER)["zoe"] == "cancelled"


def test_who_leaves_the_page_unpaid_within_the_window_keeps_the_rest_of_it(salon: Salon) -> None:
    attempt = salon.opens("2027-01-05 10:10")
    salon.hears("2027-01-05 10:12", CardReport(attempt, CardOutcome.REFUSED))
    assert salon.pay_by() == [salon.at(ENDS)] * 2
    assert salon.held("2027-01-05 10:29")["zoe"] == "booked"


def test_a_seat_waits_for_a_page_of_a_link_that_asks_for_it(salon: Salon) -> None:
    (booking,) = salon.sql("SELECT id FROM bookings WHERE contact_id = 'zoe'")[0]
    salon.opens(BEFORE, Debt("zoe", 4500, "EUR", "link:lnk_1", (booking,)))
    assert salon.held(ENDS) == {"zoe": "booked", "ada": "cancelled"}


def test_a_part_paid_late_keeps_no_seat_and_goes_back(salon: Salon) -> None:
    attempt = salon.opens(BEFORE)
    assert salon.held(ENDS)["zoe"] == "booked"
    salon.hears(AFTER, salon.provider.pays(attempt, 1000))
    assert salon.held(AFTER)["zoe"] == "cancelled"
    assert salon.sql("SELECT amount, reason FROM refunds") == [(1000, "unpaid")]
    assert salon.sql("SELECT available FROM payments") == [(0,)]
