"""Charging saved cards by workers: whatever goes wrong, no key succeeds twice, no doubt is guessed away (R12)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from psycopg import Connection
from sqlalchemy import Engine

from models.card_reports import CardOutcome, CardReport
from models.collecting import CardRefusedError, Debt, plan_charge
from models.db import transact
from tasks.checkouts import require
from tasks.engine import lock
from tasks.gateways.cards import Account, Capability, Debit
from tasks.gateways.recording_cards import (
    AWAY,
    NEVER_ARRIVED,
    NO_FUNDS,
    STOLEN,
    TAKEN_UNSEEN,
    CardAnswer,
    RecordingCards,
)
from tasks.loading import Loader
from tasks.seeds import Seeds
from tasks.writing import write
from tests.database.till import Till
from tests.scenarios.story import Databases

LATER = "2027-01-05 10:02"


@pytest.fixture
def till(balancing: Engine, databases: Databases) -> Iterator[Till]:
    till = Till(balancing, databases)
    till.saves_card()
    yield till
    for key in till.cards.moved:
        assert len([call for call in till.cards.calls if call.key == key and call is till.cards.moved[key]]) == 1


def plans(till: Till, debt: Debt | None = None) -> str:
    """Plan to charge zoe's card for her invoice, or another debt; return the attempt's id."""
    debt = debt or till.debt()

    def plan(connection: Connection[Any]) -> str:
        lock(connection, ["atelier"])
        seeds = Seeds()
        seeds.add("invoices", "atelier", [debt.invoice_id])
        shop = Loader(connection, till.now, ["atelier"]).load(seeds)["atelier"]
        shop.begin("desk")
        id_ = plan_charge(shop, debt).id
        write(connection, [shop])
        return id_

    return transact(till.engine, plan)


def works(till: Till, instant: str, *bells: str) -> None:
    """Let an instant come, and workers collect and settle."""
    till.comes(instant)
    for bell in bells or ("payments.collect", "payments.settle", "payments.collect"):
        till.rings(bell)


def test_a_planned_charge_is_carried_out_and_paid(till: Till) -> None:
    key = plans(till)
    counts = till.rings("payments.collect")
    assert counts["succeeded"] == 1
    assert till.payments() == [(4500, 0, f"ref_{key}")]
    assert till.cards.calls == [Debit(key, 4500, "EUR", "2027-0001", "card_1")]
    assert till.rings("payments.collect") == dict.fromkeys(counts, 0)


def test_one_document_is_never_charged_by_two_plans(till: Till) -> None:
    first = plans(till)
    assert plans(till) == first
    till.cards.plan("card_1", TAKEN_UNSEEN)
    till.rings("payments.collect")
    with pytest.raises(CardRefusedError, match="being charged for this already"):
        plans(till)
    with pytest.raises(CardRefusedError, match="being charged for this just now"):
        till.opens()
    works(till, LATER)
    assert till.states() == ["succeeded"]


@pytest.mark.parametrize(
    ("answers", "states"),
    [
        pytest.param([AWAY], ["prepared", "succeeded"], id="refused before anything was done"),
        pytest.param([NEVER_ARRIVED], ["uncertain", "succeeded"], id="timed out before"),
        pytest.param([TAKEN_UNSEEN], ["uncertain", "succeeded"], id="carried out, then timed out"),
        pytest.param([NEVER_ARRIVED, NEVER_ARRIVED], ["uncertain", "uncertain"], id="an error twice, then well"),
        pytest.param([NO_FUNDS], ["prepared", "prepared"], id="declined for now"),
        pytest.param([STOLEN], ["failed", "failed"], id="declined for good"),
    ],
)
def test_what_goes_wrong_is_found_out_by_asking_and_charged_once(
    till: Till, answers: list[CardAnswer], states: list[str]
) -> None:
    plans(till)
    till.cards.plan("card_1", *answers)
    for instant, state in zip(("2027-01-05 10:00", LATER), states, strict=True):
        works(till, instant, *(() if instant == LATER else ("payments.collect",)))
        assert till.states() == [state]
    for minutes in range(3, 10):
        works(till, f"2027-01-05 10:{minutes:02d}")
    works(till, "2027-01-07 10:00")
    declined = states[0] == "failed"
    assert till.states() == ["failed" if declined else "succeeded"]
    assert [row[0] for row in till.payments()] == ([] if declined else [4500])
    assert len(till.cards.moved) == (0 if declined else 1)


def test_a_card_that_is_lost_is_charged_no_more_and_what_was_planned_on_it_fails_when_it_is_due(till: Till) -> None:
    till.cards.plan("card_1", NO_FUNDS, STOLEN)
    till.sql("UPDATE businesses SET cards = jsonb_set(cards, '{retry_days}', '[1]')")
    plans(till)
    works(till, "2027-01-05 10:00")
    first = till.debt()
    till.story.books("zoe", "cut", at="2027-01-05 11:00", when="2027-01-13 14:00")
    till.publishes(till.story.file["events"][-1])
    till.drains("2027-01-05 11:00")
    ((id_,),) = till.sql("SELECT id FROM invoices WHERE id <> %s", first.invoice_id)
    second = replace(first, target=f"invoice:{id_}", invoice_id=id_)
    plans(till, second)
    works(till, "2027-01-05 12:00")
    assert till.states() == ["prepared", "failed"]
    with pytest.raises(CardRefusedError) as refused:
        plans(till, second)
    assert (refused.value.code, "is charged no more: The card was reported lost." in str(refused.value)) == (
        "no_card",
        True,
    )
    works(till, "2027-01-06 12:00")
    assert till.states() == ["failed", "failed"]
    assert len(till.cards.calls) == 2, "the lost card was not tried again"
    failed = till.sql("SELECT data->>'failure_code' FROM facts WHERE type = 'payment.failed' ORDER BY at, id")
    assert failed == [("insufficient_funds",), ("lost_card",), ("no_card",)]
    till.saves_card("card_2")
    plans(till, first)
    works(till, "2027-01-06 13:00")
    assert till.states() == ["failed", "failed", "succeeded"]


def test_a_try_on_a_card_that_is_lost_goes_on_with_another_card_that_the_client_has(till: Till) -> None:
    till.cards.plan("card_1", NO_FUNDS)
    plans(till)
    works(till, "2027-01-05 10:00")
    till.sql(
        "INSERT INTO card_attempts SELECT (jsonb_populate_record(a, %s)).* FROM card_attempts a",
        '{"id": "card_x", "state": "failed", "due_at": null, "failure_code": "lost_card", "target": "charge:c"}',
    )
    till.saves_card("card_2")
    works(till, "2027-01-06 12:00")
    assert [call.card for call in till.cards.calls if isinstance(call, Debit)] == ["card_1", "card_2"]


@pytest.mark.parametrize("answer", [NO_FUNDS, CardAnswer(CardOutcome.REFUSED, "authentication_required", "3-D Secure")])
def test_a_card_that_was_declined_but_lives_may_be_charged_again(till: Till, answer: CardAnswer) -> None:
    till.sql("UPDATE businesses SET cards = jsonb_set(cards, '{retry_days}', '[]')")
    till.cards.plan("card_1", answer)
    plans(till)
    works(till, "2027-01-05 10:00")
    till.comes(LATER)
    plans(till)
    works(till, LATER)
    assert till.states() == ["failed", "succeeded"]


def test_a_worker_that_died_between_call_and_record_leaves_a_doubt_that_is_settled(till: Till) -> None:
    key = plans(till)
    till.sql(
        "UPDATE card_attempts SET state = 'sending', due_at = NULL, lease = 'dead', ask_at = %s",
        till.now,
    )
    till.cards.charge(Account("atelier"), Debit(key, 4500, "EUR", "2027-0001", "card_1"))
    works(till, "2027-01-05 10:01")
    assert till.states() == ["succeeded"]
    assert len(till.payments()) == 1


def test_a_worker_that_comes_back_too_late_writes_nothing(till: Till) -> None:
    key = plans(till)
    till.sql("UPDATE card_attempts SET state = 'sending', due_at = NULL, lease = 'new', ask_at = %s", till.now)
    till.tells(CardReport(key, CardOutcome.REFUSED, lease="old"))
    assert till.states() == ["sending"]


def test_a_message_that_comes_before_the_answer_or_twice_or_late_changes_nothing(till: Till) -> None:
    key = plans(till)
    told = CardReport(key, CardOutcome.SUCCEEDED, f"ref_{key}", 4500, "EUR", event="evt_1")
    till.cards.plan("card_1", TAKEN_UNSEEN)
    till.rings("payments.collect")
    till.tells(told, told)
    works(till, LATER)
    till.tells(told, CardReport(key, CardOutcome.DECLINED, code="late"))
    assert till.states() == ["succeeded"]
    assert len(till.payments()) == 1
    assert till.alerts() == []


def test_money_of_an_earlier_try_that_is_told_of_late_is_booked_and_no_new_try_is_made(till: Till) -> None:
    key = plans(till)
    till.cards.plan("card_1", NO_FUNDS)
    till.rings("payments.collect")
    assert till.sql("SELECT state, tries FROM card_attempts") == [("prepared", 2)]
    till.tells(CardReport(key, CardOutcome.SUCCEEDED, "ref_late", 4500, "EUR"))
    works(till, "2027-01-06 11:00")
    assert till.states() == ["cancelled"]
    assert till.payments() == [(4500, 0, "ref_late")]
    assert len(till.cards.calls) == 1


def test_a_charge_and_a_page_that_both_succeed_make_a_credit_and_an_alert(till: Till) -> None:
    page = till.opens()
    plans(till)
    till.rings("payments.collect")
    till.tells(till.cards.pays(page.attempt_id))
    assert sorted(row[:2] for row in till.payments()) == [(4500, 0), (4500, 4500)]
    assert till.alerts() == ["paid_twice"]


def test_a_provider_that_is_away_for_long_is_given_up_and_the_client_is_not_charged_out_of_the_blue(till: Till) -> None:
    plans(till)
    till.cards.plan("card_1", *[AWAY] * 20)
    for day in range(5, 20):
        for hour in (11, 23):
            works(till, f"2027-01-{day:02d} {hour}:00")
    assert till.states() == ["failed"]
    assert till.sql("SELECT type FROM facts WHERE type = 'payment.failed'") == [("payment.failed",)]


def test_a_doubt_that_lasts_is_told_to_the_owner_once_and_asked_about_on_and_on(till: Till) -> None:
    class Mute(RecordingCards):
        """A provider that never says."""

        def look_up(self, account: Account, kind: str, key: str, reference: str | None) -> CardReport:
            del account, kind, reference
            return CardReport(key, CardOutcome.RETRY, reason="It is closed")

    plans(till)
    till.cards.plan("card_1", TAKEN_UNSEEN)
    till.rings("payments.collect")
    mute = Mute()
    object.__setattr__(till.shell, "cards", mute)
    for day in range(5, 15):
        for hour in (11, 14, 17, 23):
            works(till, f"2027-01-{day:02d} {hour}:00")
    assert till.states() == ["uncertain"]
    assert till.alerts() == ["uncertain_card"]
    object.__setattr__(till.shell, "cards", till.cards)
    works(till, "2027-01-16 12:00")
    assert till.states() == ["succeeded"]


def test_no_more_is_charged_than_is_open_by_then(till: Till) -> None:
    plans(till)
    page = till.opens(till.debt(1500))
    till.tells(till.cards.pays(page.attempt_id))
    till.rings("payments.collect")
    assert till.cards.calls[-1].amount == 3000
    assert sorted(row[:2] for row in till.payments()) == [(1500, 0), (3000, 0)]


def test_what_a_card_may_be_charged_is_bounded_by_the_client_s_word(till: Till) -> None:
    till.sql("UPDATE mandates SET cap = 1000, currency = 'EUR'")
    with pytest.raises(CardRefusedError, match=r"up to 10\.00 EUR a time"):
        plans(till)
    till.sql("UPDATE mandates SET cap = 9000, currency = 'JPY'")
    with pytest.raises(CardRefusedError, match="up to 9000 JPY a time"):
        plans(till)
    till.sql("UPDATE mandates SET cap = NULL, ended_at = now()")
    with pytest.raises(CardRefusedError, match="has no saved card"):
        plans(till)
    weak = RecordingCards()
    weak.capabilities = frozenset({Capability.CHECKOUT})
    with pytest.raises(CardRefusedError, match="can't do this: saved_cards"):
        require(weak, Capability.SAVED_CARDS, "EUR")


def test_a_card_that_is_taken_back_before_the_charge_is_not_charged(till: Till) -> None:
    plans(till)
    till.sql("UPDATE mandates SET ended_at = now()")
    till.rings("payments.collect")
    assert till.states() == ["cancelled"]
    assert till.cards.calls == []


def test_a_lost_message_about_a_page_is_made_good_by_asking(till: Till) -> None:
    page = till.opens()
    till.cards.pays(page.attempt_id)
    works(till, LATER)
    assert till.states() == ["succeeded"]


def test_what_a_provider_s_library_raises_leaves_a_doubt(till: Till) -> None:
    class Broken(RecordingCards):
        """A provider whose library fails."""

        def charge(self, account: Account, debit: Debit) -> CardReport:
            del account, debit
            raise ValueError("unexpected")

    plans(till)
    object.__setattr__(till.shell, "cards", Broken())
    assert till.rings("payments.collect")["uncertain"] == 1
    assert till.sql("SELECT state, failure_reason FROM card_attempts") == [("uncertain", "ValueError: unexpected")]
