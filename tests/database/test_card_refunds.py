"""Money given back to the card that it came from: by the provider, once, however often it is away (R28)."""

from collections.abc import Callable, Iterator

import pytest
from psycopg import Connection
from sqlalchemy import Engine

from models.db import transact
from models.refusals import RefusedError
from tasks.desk.acting import Desk, Done
from tasks.desk.bookings import Cancelling, cancel_booking
from tasks.desk.payments import GivingBack, Sum, refund_document, refund_order, refund_payment
from tasks.engine import lock
from tasks.gateways.cards import Capability, Return
from tasks.gateways.recording_cards import AWAY, NEVER_ARRIVED, STOLEN, TAKEN_UNSEEN, CardAnswer
from tests.database.conftest import Relance
from tests.database.till import Till
from tests.scenarios.story import Databases


@pytest.fixture
def till(balancing: Engine, databases: Databases) -> Iterator[Till]:
    """Give a shop whose client has paid 45.00 by card."""
    till = Till(balancing, databases)
    till.tells(till.cards.pays(till.opens().attempt_id))
    till.cards.calls.clear()
    till.cards.moved.clear()
    yield till
    assert len(till.cards.moved) <= 1


def cancels(till: Till, refund: object = "full", booking: str = "o1-b1") -> None:
    """Let upstream cancel the booking, with money to give back."""
    till.story.cancels(booking, at="2027-01-05 11:00", refund=refund)
    event = till.story.file["events"][-1]
    till.publishes(event)
    till.drains("2027-01-05 11:00")


def reference(till: Till) -> str:
    return str(till.sql("SELECT provider_reference FROM payments")[0][0])


def works(till: Till, *instants: str) -> None:
    for instant in instants:
        till.comes(instant)
        for bell in ("payments.collect", "payments.settle", "payments.collect"):
            till.rings(bell)


def refunds(till: Till) -> list[tuple[object, ...]]:
    return till.sql("SELECT amount, status, provider_reference IS NOT NULL FROM refunds")


def test_a_cancellation_gives_the_money_back_to_the_card_and_asks_nobody(till: Till) -> None:
    cancels(till)
    assert refunds(till) == [(4500, "prepared", False)]
    works(till, "2027-01-05 11:00")
    assert refunds(till) == [(4500, "paid_out", True)]
    assert [(call.amount, call.reference) for call in till.cards.calls if isinstance(call, Return)] == [
        (4500, reference(till))
    ]
    assert till.alerts() == []
    assert till.sql("SELECT kind FROM journal WHERE kind LIKE %s ORDER BY sequence", "refund%") == [
        ("refund",),
        ("refund_paid_out",),
    ]


def test_a_part_goes_back(till: Till) -> None:
    cancels(till, {"amount": 1500, "currency": "EUR"})
    works(till, "2027-01-05 11:00")
    assert refunds(till) == [(1500, "paid_out", True)]


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([AWAY] * 3, id="away"),
        pytest.param([NEVER_ARRIVED], id="timed out before"),
        pytest.param([TAKEN_UNSEEN], id="carried out, then timed out"),
    ],
)
def test_a_provider_that_is_down_is_asked_again_and_gives_back_once(till: Till, answers: list[CardAnswer]) -> None:
    cancels(till)
    till.cards.plan(reference(till), *answers)
    works(till, "2027-01-05 11:00")
    assert refunds(till) == [(4500, "prepared", False)]
    works(till, *(f"2027-01-05 11:{minute:02d}" for minute in range(1, 30)))
    assert refunds(till) == [(4500, "paid_out", True)]
    assert till.alerts() == []


def test_a_refund_that_is_tried_again_says_why_and_when(till: Till, command: Callable[[str], Relance]) -> None:
    relance = command(till.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    cancels(till)
    till.cards.plan(reference(till), AWAY)
    works(till, "2027-01-05 11:00")
    refund = relance("payments", "attempts", "--json").lines[-1]
    assert (refund["kind"], refund["state"], refund["next"]) == ("refund", "prepared", "2027-01-05T11:01:00+01:00")
    assert refund["reason"] == "The provider can't be reached."
    told = relance("payments", "attempts").out.splitlines()[-1]
    assert "2027-01-05 11:01" in told
    assert "The provider can't be reached." in told
    works(till, "2027-01-05 11:01")
    assert relance("payments", "attempts", "--json").lines[-1]["reason"] is None


def test_a_refund_never_gives_up_on_a_provider_that_is_away(till: Till) -> None:
    cancels(till)
    till.cards.plan(reference(till), *[AWAY] * 15)
    works(till, *(f"2027-01-{day:02d} {hour}:00" for day in range(6, 26) for hour in (10, 22)))
    assert refunds(till) == [(4500, "paid_out", True)]


def test_what_the_provider_refuses_is_left_for_the_owner_to_pay_out(till: Till) -> None:
    cancels(till)
    till.cards.plan(reference(till), STOLEN)
    works(till, "2027-01-05 11:00")
    assert refunds(till) == [(4500, "recorded", False)]
    ((text,),) = till.sql("SELECT text FROM alerts WHERE reason = 'refund_to_pay_out'")
    assert "The card was reported lost. Pay it out otherwise." in text


def test_a_refund_that_turns_out_not_to_be_due_is_called_off_before_it_goes(till: Till) -> None:
    cancels(till)
    till.story.event("payment.reversed", "2027-01-05 11:01", {"payment": {"id": "x", "reason": "x"}})
    event = till.story.file["events"][-1]
    event["data"]["payment"]["id"] = till.sql("SELECT id FROM payments")[0][0]
    till.publishes(event)
    till.drains("2027-01-05 11:01")
    works(till, "2027-01-05 11:02")
    assert till.cards.calls == []
    assert till.alerts() == []
    assert sorted(row[:2] for row in refunds(till)) == [(-4500, "withdrawn"), (4500, "withdrawn")]


def test_a_refund_that_may_have_gone_is_not_called_off(till: Till) -> None:
    cancels(till)
    till.cards.plan(reference(till), AWAY)
    works(till, "2027-01-05 11:00")
    till.story.bounces(till.sql("SELECT id FROM payments")[0][0], at="2027-01-05 11:01")
    till.publishes(till.story.file["events"][-1])
    till.drains("2027-01-05 11:01")
    assert till.alerts() == ["refund_withdrawn"]
    works(till, "2027-01-05 11:02")
    assert sorted(row[:2] for row in refunds(till)) == [(-4500, "withdrawn"), (4500, "paid_out")]


@pytest.mark.parametrize("now", [None, '{"provider": "stripe"}'])
def test_money_that_a_provider_of_before_took_is_paid_out_by_a_person(till: Till, now: str | None) -> None:
    till.sql("UPDATE businesses SET cards = %s", now)
    cancels(till)
    works(till, "2027-01-05 11:00")
    assert refunds(till) == [(4500, "recorded", False)]
    assert till.alerts() == ["refund_to_pay_out"]


def acts(till: Till, work: Callable[[Desk], Done], *, at: str = "2027-01-05 11:00") -> Done:
    """Let a person act an hour later, at whose desk it is known what the provider can do."""
    till.comes(at)

    def locked(connection: Connection[object]) -> Done:
        lock(connection, ["atelier"])
        return work(Desk(connection, "atelier", till.now, "olga", till.cards))

    return transact(till.engine, locked)


def told(done: Done) -> list[str]:
    return [line["text"] for line in done.lines if line["kind"] == "alert"]


NOTHING = Capability.REFUNDS, "it gives no money back"
ONLY_ALL = Capability.PARTIAL_REFUNDS, "it gives back only all of a payment"


@pytest.mark.parametrize(("lacking", "why"), [NOTHING, ONLY_ALL])
def test_what_a_provider_can_not_give_back_the_act_itself_says(till: Till, lacking: Capability, why: str) -> None:
    till.cards.capabilities = frozenset(Capability) - {lacking}
    done = acts(till, lambda desk: refund_document(desk, till.invoice, Sum(1500, "EUR")))
    (text,) = told(done)
    assert text.startswith("The card provider does not give back 15.00 EUR of payment ")
    assert text.endswith(f": {why}. Pay it out otherwise.")
    assert refunds(till) == [(1500, "recorded", False)]
    works(till, "2027-01-05 11:00")
    assert till.cards.calls == []
    assert till.alerts() == ["refund_to_pay_out"]


@pytest.mark.parametrize(("lacking", "why"), [NOTHING, ONLY_ALL])
def test_what_upstream_cancels_is_left_to_the_owner_too(till: Till, lacking: Capability, why: str) -> None:
    till.cards.capabilities = frozenset(Capability) - {lacking}
    cancels(till, {"amount": 1500, "currency": "EUR"})
    works(till, "2027-01-05 11:00")
    assert refunds(till) == [(1500, "recorded", False)]
    assert till.cards.calls == []
    ((text,),) = till.sql("SELECT text FROM alerts WHERE reason = 'refund_to_pay_out'")
    assert why in text


def test_who_can_give_back_only_all_gives_back_all(till: Till) -> None:
    till.cards.capabilities = frozenset(Capability) - {Capability.PARTIAL_REFUNDS}
    done = acts(till, lambda desk: cancel_booking(desk, "o1-b1", Cancelling("full")))
    assert told(done) == []
    works(till, "2027-01-05 11:00")
    assert refunds(till) == [(4500, "paid_out", True)]


def test_an_act_that_cancels_says_it_as_well(till: Till) -> None:
    till.cards.capabilities = frozenset(Capability) - {Capability.REFUNDS}
    assert len(told(acts(till, lambda desk: cancel_booking(desk, "o1-b1", Cancelling("full"))))) == 1
    assert refunds(till) == [(4500, "recorded", False)]


@pytest.mark.parametrize(
    ("cards", "now"),
    [
        ("NULL", "Atelier Lumière takes no cards any more"),
        ("""'{"provider": "stripe"}'""", "Atelier Lumière takes cards through stripe now"),
    ],
)
def test_money_by_card_that_can_not_go_back_there_any_more_is_refused_before_unless_a_person_pays_it_out(
    till: Till, cards: str, now: str
) -> None:
    ((payment,),) = till.sql("SELECT id FROM payments")
    till.sql(f"UPDATE businesses SET cards = {cards}")  # noqa: S608  # ours
    for back in (Sum(), Sum(1500, "EUR")):
        for give_back, name in ((refund_payment, payment), (refund_document, till.invoice), (refund_order, "o1")):
            with pytest.raises(RefusedError) as refused:
                acts(till, lambda desk, to=give_back, name=name, back=back: to(desk, name, back))  # type: ignore[misc]
            assert f"Payment {payment} came by card through sandbox, and {now}: it can't go back" in str(refused.value)
            assert "Write `cards: {provider: sandbox}` under `business` in its shop file" in str(refused.value)
            assert "pay it out yourself, which --by-hand notes." in str(refused.value)
    assert (refunds(till), till.alerts()) == ([], [])
    acts(till, lambda desk: refund_document(desk, till.invoice, Sum(1500, "EUR"), GivingBack(by_hand=True)))
    assert refunds(till) == [(1500, "recorded", False)]
    assert till.alerts() == ["refund_to_pay_out"]
    till.sql("""UPDATE businesses SET cards = '{"provider": "sandbox"}'""")
    acts(till, lambda desk: refund_order(desk, "o1", Sum()), at="2027-01-05 12:00")
    assert sorted(row[:2] for row in refunds(till)) == [(1500, "recorded"), (3000, "prepared")]
