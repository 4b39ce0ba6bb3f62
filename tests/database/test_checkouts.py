"""Paying on the provider's page: one page for one debt, one payment for one success, nothing lost (R12, R16, R17)."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from models.card_reports import CardOutcome, CardReport, SavedCard
from models.collecting import CardRefusedError, Debt
from tasks.checkouts import CardsAwayError, look_at, open_checkout
from tasks.gateways.cards import Account, Capability, Page
from tasks.gateways.recording_cards import RecordingCards
from tests.database.till import BACK, Till
from tests.scenarios.story import Databases


@pytest.fixture
def till(balancing: Engine, databases: Databases) -> Till:
    return Till(balancing, databases)


def test_what_is_paid_on_the_page_pays_the_invoice_once_however_often_it_is_told(till: Till) -> None:
    opened = till.opens()
    assert opened.url == f"https://pay.example/{opened.attempt_id}"
    paid = till.cards.pays(opened.attempt_id)
    for _ in range(3):
        till.tells(paid)
    assert till.payments() == [(4500, 0, f"ref_{opened.attempt_id}")]
    assert till.sql("SELECT status FROM invoices WHERE kind = '380'") == [("paid",)]
    assert till.sql("SELECT type, count(*) FROM facts WHERE type ~ 'paid|payment' GROUP BY 1 ORDER BY 1") == [
        ("invoice.paid", 1),
        ("order.paid", 1),
        ("payment.succeeded", 1),
    ]
    assert till.states() == ["succeeded"]


def test_who_wants_to_pay_the_same_debt_is_led_to_the_page_that_is_open_for_it(till: Till) -> None:
    first = till.opens()
    assert till.opens() == first
    part = till.opens(till.debt(1000))
    assert part != first
    assert len(till.cards.pages) == 2


def test_two_pages_that_are_both_paid_make_one_payment_and_a_credit_with_an_alert(till: Till) -> None:
    whole, part = till.opens(), till.opens(till.debt(1000))
    till.tells(till.cards.pays(whole.attempt_id))
    till.tells(till.cards.pays(part.attempt_id))
    assert sorted(row[0] for row in till.payments()) == [1000, 4500]
    assert sum(row[1] for row in till.payments()) == 1000
    assert till.alerts() == ["paid_twice"]


def test_a_page_that_had_expired_or_failed_is_paid_all_the_same_when_the_money_came(till: Till) -> None:
    opened = till.opens()
    till.tells(CardReport(opened.attempt_id, CardOutcome.EXPIRED))
    assert till.states() == ["expired"]
    till.tells(till.cards.pays(opened.attempt_id))
    till.tells(CardReport(opened.attempt_id, CardOutcome.EXPIRED), CardReport(opened.attempt_id, CardOutcome.REFUSED))
    assert till.states() == ["succeeded"]


def test_why_a_card_was_declined_is_no_reason_any_more_once_it_is_paid(till: Till) -> None:
    opened = till.opens()
    till.tells(CardReport(opened.attempt_id, CardOutcome.REFUSED, code="lost", reason="It was lost."))
    assert till.sql("SELECT state, failure_reason FROM card_attempts") == [("failed", "It was lost.")]
    till.tells(till.cards.pays(opened.attempt_id))
    assert till.sql("SELECT state, failure_code, failure_reason FROM card_attempts") == [("succeeded", None, None)]
    assert till.payments()[0][0] == 4500


def test_the_page_to_which_the_client_comes_back_knows_what_no_message_has_told_yet(till: Till) -> None:
    opened = till.opens()
    assert look_at(till.engine, till.cards, "atelier", opened.attempt_id, till.now).state == "open"
    till.cards.pays(opened.attempt_id)
    assert look_at(till.engine, till.cards, "atelier", opened.attempt_id, till.now).state == "succeeded"
    assert len(till.payments()) == 1


def test_a_card_that_the_client_lets_us_keep_takes_the_place_of_the_one_before(till: Till) -> None:
    till.saves_card("old")
    opened = till.opens()
    paid = replace(till.cards.pays(opened.attempt_id), card=SavedCard("card_new", "Visa 4242"))
    till.tells(paid, paid)
    assert till.sql("SELECT reference, label, ended_at IS NULL, text_version FROM mandates ORDER BY 1") == [
        ("card_new", "Visa 4242", True, "cards-1"),
        ("old", None, False, "cards-1"),
    ]


def test_a_card_kept_on_a_page_that_was_open_when_its_client_became_another_is_the_others(till: Till) -> None:
    opened = till.opens()
    merged = {"contact": {"id": "zoe"}, "into": "ada"}
    till.publishes({"type": "contact.merged", "data": merged, "at": till.now.isoformat()})
    till.drains(till.now.strftime("%Y-%m-%d %H:%M"))
    till.tells(replace(till.cards.pays(opened.attempt_id), card=SavedCard("card_new", "Visa 4242")))
    assert till.sql("SELECT contact_id, reference FROM mandates") == [("ada", "card_new")]
    assert till.sql("SELECT contact_id FROM card_attempts") == [("ada",)]


def test_money_that_nobody_here_asked_for_is_not_booked_and_the_owner_is_told(till: Till) -> None:
    till.tells(CardReport("card_nobody", CardOutcome.SUCCEEDED, "ch_1", 4500, "EUR"))
    assert till.payments() == []
    assert till.alerts() == ["unknown_card_payment"]


def test_answers_on_the_page_lie_on_the_payment_and_money_for_no_target_pays_the_oldest_debt(till: Till) -> None:
    debt = Debt("zoe", 5000, "EUR", description="Thank you", answers={"dog": "Rex"})
    opened = till.opens(debt)
    till.tells(till.cards.pays(opened.attempt_id))
    assert till.sql("SELECT answers, available FROM payments") == [({"dog": "Rex"}, 500)]
    assert till.alerts() == []


class Silent(RecordingCards):
    """A provider that is away; `heard` tells whether the call arrived."""

    heard = False

    def open_checkout(self, account: Account, page: Page) -> CardReport:
        if self.heard:
            super().open_checkout(account, page)
        return CardReport(page.key, CardOutcome.UNKNOWN, reason="It timed out")


@pytest.mark.parametrize("heard", [False, True])
def test_a_page_that_did_not_open_says_so_and_is_found_out_about(till: Till, heard: bool) -> None:
    away = Silent()
    away.heard = heard
    with pytest.raises(CardsAwayError, match=r"opened no page: It timed out\. Try again later"):
        open_checkout(till.engine, away, "atelier", till.debt(), return_url=BACK, now=till.now)
    assert till.states() == ["uncertain"]
    (id_,) = (row[0] for row in till.sql("SELECT id FROM card_attempts"))
    seen = look_at(till.engine, away, "atelier", id_, till.now)
    assert seen.state == ("open" if heard else "expired")


def test_what_can_not_be_paid_by_card_is_refused_before_anything_is_done(till: Till) -> None:
    weak = RecordingCards()
    weak.capabilities = frozenset({Capability.REFUNDS})
    with pytest.raises(CardRefusedError, match="can't do this: checkout"):
        open_checkout(till.engine, weak, "atelier", till.debt(), return_url=BACK, now=till.now)
    weak.capabilities, weak.currencies = frozenset(Capability), frozenset({"USD"})
    with pytest.raises(CardRefusedError, match="does not take EUR"):
        open_checkout(till.engine, weak, "atelier", till.debt(), return_url=BACK, now=till.now)
    with pytest.raises(CardRefusedError, match="There is nothing to pay"):
        till.opens(till.debt(0))
    till.sql("UPDATE businesses SET cards = NULL")
    with pytest.raises(CardRefusedError, match="takes no cards"):
        till.opens()
    assert till.states() == []
