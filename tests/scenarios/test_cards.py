"""Saved cards: charged for what is owed and no more, tried again when they are declined for now, never twice."""

from typing import Any

import pytest

from tests.scenarios.story import ASK, REMIND, Lines, Story, mail, wait

CHARGE = {"charge_card": None}
BOOKED = "2027-01-05 10:00"


def card(shop: Story, contact: str, card: str, at: str = "2027-01-01 00:00") -> None:
    """Let a client have a card of which is known what becomes of charges."""
    shop.file["events"].append({"at": shop.instant(at), "do": "save_card", "contact": contact, "card": card})


def charges(lines: Lines) -> list[tuple[str, str, int, str | None]]:
    """Return when a card was charged, what became of it, how much, and why not."""
    found = lines.of("card_charge")
    parts = zip(lines.times("card_charge"), *(found.each(key) for key in ("status", "amount", "reason")), strict=True)
    return [*parts]


def test_a_step_charges_the_card_for_the_invoice_of_its_run(shop: Story) -> None:
    shop.automation("collect", "session.booked", ASK, CHARGE)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    lines = shop.run()
    assert charges(lines) == [(BOOKED, "succeeded", 4500, None)]
    charged, paid = lines.one("card_charge"), lines.one("payment")
    assert charged["documents"] == paid["documents"] == ["2027-0001"]
    assert (charged["method"], paid["method"]) == ("card", "card")
    assert charged["cause"]["automation"] == paid["cause"]["automation"] == "collect"
    assert lines.one("event", type="invoice.paid")["at"] == charged["at"]


def test_a_card_is_charged_for_what_no_document_holds_and_the_consumer_gets_a_receipt(shop: Story) -> None:
    shop.automation("collect", "session.booked", CHARGE)
    shop.books("zoe", "cut", "colour", at=BOOKED, when="2027-01-12 14:00")
    lines = shop.run()
    assert charges(lines) == [(BOOKED, "succeeded", 12500, None)]
    assert lines.one("receipt")["amount"] == 12500
    assert lines.of("invoice") == []
    assert lines.one("event", type="order.paid")


def test_no_more_is_charged_than_is_still_open_when_the_card_is_charged(shop: Story) -> None:
    card(shop, "zoe", "no_funds")
    shop.automation("collect", "session.booked", ASK, CHARGE)
    order = shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    shop.pays("zoe", 1500, at="2027-01-05 20:00", method="cash", order=order.id)
    card(shop, "zoe", "ok", at="2027-01-05 21:00")
    lines = shop.run()
    assert charges(lines) == [
        (BOOKED, "failed", 4500, "insufficient_funds"),
        ("2027-01-06 10:00", "succeeded", 3000, None),
    ]


def test_a_card_that_is_declined_for_now_is_tried_again_on_the_schedule_and_then_no_more(shop: Story) -> None:
    card(shop, "zoe", "no_funds")
    shop.automation("collect", "session.booked", ASK, CHARGE)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    lines = shop.run()
    failed = [(at, "failed", 4500, "insufficient_funds") for at in (BOOKED, *_days(6, 9, 14))]
    assert charges(lines) == failed
    assert len(lines.of("event", type="payment.failed")) == 4
    assert lines.of("payment") == []


def _days(*days: int) -> list[str]:
    return [f"2027-01-{day:02d} 10:00" for day in days]


def test_the_schedule_is_the_business_s_own(shop: Story) -> None:
    shop.business["cards"] = {"provider": "sandbox", "retry_days": [2]}
    card(shop, "zoe", "no_funds")
    shop.automation("collect", "session.booked", ASK, CHARGE)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    assert [at for at, *_ in charges(shop.run())] == [BOOKED, "2027-01-07 10:00"]


def test_a_card_that_is_declined_for_good_is_not_tried_again(shop: Story) -> None:
    card(shop, "zoe", "lost")
    shop.automation("collect", "session.booked", ASK, CHARGE)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    assert charges(shop.run()) == [(BOOKED, "failed", 4500, "lost_card")]


def test_what_was_paid_otherwise_before_a_new_try_is_not_charged(shop: Story) -> None:
    card(shop, "zoe", "no_funds")
    shop.automation("collect", "session.booked", ASK, CHARGE)
    order = shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    shop.pays("zoe", 4500, at="2027-01-05 20:00", method="cash", order=order.id)
    lines = shop.run()
    assert [at for at, *_ in charges(lines)] == [BOOKED]
    assert lines.of("alert") == []


def test_a_client_is_told_why_and_how_much_and_charged_again_by_the_automation(shop: Story) -> None:
    shop.business["cards"] = {"provider": "sandbox", "retry_days": []}
    card(shop, "zoe", "no_funds")
    words = "{{ payment.amount | money }} {{ payment.failure_reason }} {{ payment.method }}"
    shop.automation("collect", "session.booked", ASK, CHARGE)
    shop.automation("failed", "payment.failed", mail(words), wait(days=2), CHARGE, limit=_once())
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    card(shop, "zoe", "ok", at="2027-01-06 12:00")
    lines = shop.run()
    text = lines.of_automation("failed").one("message", "zoe")["text"]
    assert "45,00\xa0€ There is not enough money on the account. card" in text
    assert charges(lines) == [
        (BOOKED, "failed", 4500, "insufficient_funds"),
        ("2027-01-07 10:00", "succeeded", 4500, None),
    ]


def _once() -> dict[str, object]:
    return {"times": 1, "per": "7d", "over": "skip"}


def test_a_new_try_that_waits_is_brought_forward_and_none_is_added(shop: Story) -> None:
    card(shop, "zoe", "no_funds")
    shop.automation("collect", "session.booked", ASK, CHARGE)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    card(shop, "zoe", "ok", at="2027-01-05 12:00")
    shop.does("charge_card", at="2027-01-05 13:00", contact="zoe")
    assert charges(shop.run())[1:] == [("2027-01-05 13:00", "succeeded", 4500, None)]


def test_nobody_is_reminded_while_a_card_charge_is_planned(shop: Story) -> None:
    card(shop, "zoe", "no_funds")
    shop.automation("collect", "session.booked", ASK, CHARGE)
    shop.automation("remind", "invoice.overdue", REMIND, wait(days=20), REMIND)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    lines = shop.run()
    assert list(zip(lines.times("skipped"), lines.reasons(), strict=True)) == [("2027-01-06 00:00", "card_planned")]
    assert lines.of_automation("collect").times("message", "zoe") == [BOOKED]
    assert lines.of_automation("remind").times("message", "zoe") == ["2027-01-26 00:00"]


@pytest.mark.parametrize(("kind", "reason"), [("none", "no_card")])
def test_a_client_without_a_card_is_not_charged_and_the_run_says_why(shop: Story, kind: str, reason: str) -> None:
    card(shop, "zoe", kind)
    shop.automation("collect", "session.booked", ASK, CHARGE)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.reasons() == [reason]
    assert charges(lines) == []


def test_what_is_paid_held_or_void_is_not_charged(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("collect", "invoice.overdue", CHARGE)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    shop.books("ada", "cut", at=BOOKED, when="2027-01-12 14:00")
    shop.does("charge_card", at="2027-01-05 11:00", contact="zoe")
    shop.does("charge_card", at="2027-01-05 12:00", contact="zoe")
    shop.does("hold", at="2027-01-05 12:00", contact="ada", kind="dispute")
    shop.does("charge_card", at="2027-01-05 13:00", contact="ada")
    lines = shop.run()
    assert [at for at, *_ in charges(lines)] == ["2027-01-05 11:00"]
    assert lines.reasons() == ["refused", "refused"]


def test_a_pause_of_money_holds_charges_and_lets_them_go_once(shop: Story) -> None:
    shop.business["cards"] = {"provider": "sandbox", "retry_days": [1]}
    card(shop, "zoe", "no_funds")
    shop.automation("collect", "session.booked", ASK, CHARGE)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    shop.file["events"] += [
        {"at": shop.instant("2027-01-05 12:00"), "do": "pause", "money": True},
        {"at": shop.instant("2027-01-08 12:00"), "do": "resume", "money": True},
    ]
    card(shop, "zoe", "ok", at="2027-01-08 10:00")
    assert [at for at, *_ in charges(shop.run())] == [BOOKED, "2027-01-08 12:00"]


def test_what_was_invoiced_before_an_agreement_is_collected_by_card_is_not_charged_to_it(shop: Story) -> None:
    shop.subscribes("zoe", 2500, at="2027-01-05 10:00", every="week")
    shop.subscribes("zoe", 2500, at="2027-01-13 10:00", every="week", collect="card")
    lines = shop.run(until="2027-01-21 00:00")
    assert lines.times("invoice") == ["2027-01-05 10:00", "2027-01-12 00:00"]
    assert [(at, amount) for at, _, amount, _ in charges(lines)] == [("2027-01-19 00:00", 2500)]


def test_to_tell_of_an_agreement_anew_charges_no_card_again_that_was_declined(shop: Story) -> None:
    card(shop, "zoe", "lost")
    shop.subscribes("zoe", 2500, at="2027-01-05 10:00", collect="card")
    shop.subscribes("zoe", 2500, at="2027-01-06 10:00", collect="card", description="Autrement dit")
    shop.subscribes("zoe", 2700, at="2027-01-05 09:00", collect="card")
    lines = shop.run(until="2027-01-21 00:00")
    assert [status for _, status, _, _ in charges(lines)] == ["failed"]


def test_a_recurring_payment_collected_by_card_charges_it_on_each_date(shop: Story) -> None:
    price = {"amount": 3000, "currency": "EUR"}
    agreed = {"id": "abo", "description": "Abonnement", "price": price, "every": "month", "collect": "card"}
    shop.event(
        "recurring_payment.started",
        "2027-01-05 10:00",
        {"contact": {"id": "zoe"}, "recurring_payment": agreed | {"anchor": 31, "starts_on": "2027-01-05"}},
    )
    lines = shop.run()
    assert charges(lines) == [
        ("2027-01-31 00:00", "succeeded", 3000, None),
        ("2027-02-28 00:00", "succeeded", 3000, None),
    ]
    assert lines.of("card_charge").each("cause") == [{"recurring": "abo"}] * 2


def test_a_recurring_payment_whose_card_is_missing_tells_the_owner(shop: Story) -> None:
    card(shop, "zoe", "none")
    price = {"amount": 3000, "currency": "EUR"}
    agreed = {"id": "abo", "description": "Abonnement", "price": price, "every": "month", "collect": "card"}
    shop.event(
        "recurring_payment.started",
        "2027-01-05 10:00",
        {"contact": {"id": "zoe"}, "recurring_payment": agreed | {"anchor": 10, "ends_on": "2027-01-31"}},
    )
    lines = shop.run()
    assert lines.of("alert").each("reason") == ["card_not_charged"]
    assert charges(lines) == []


def gym(shop: Story, **more: Any) -> None:
    """Let zoe pay 30 € by card on the tenth of each month."""
    price = {"amount": 3000, "currency": "EUR"}
    agreed = {"id": "abo", "description": "Abonnement", "price": price, "every": "month", "collect": "card"}
    shop.event(
        "recurring_payment.started",
        "2027-01-05 10:00",
        {"contact": {"id": "zoe"}, "recurring_payment": agreed | {"anchor": 10} | more},
    )


def test_the_owner_is_told_of_a_recurring_payment_whose_card_is_declined_for_good_and_of_every_date_after(
    shop: Story,
) -> None:
    card(shop, "zoe", "lost")
    gym(shop)
    card(shop, "zoe", "ok", at="2027-02-20 10:00")
    lines = shop.run(until="2027-03-20")
    assert lines.of("alert").each("reason") == ["card_declined", "card_not_charged"]
    declined, after = lines.of("alert").each("text")
    assert declined == (
        "30.00 EUR of recurring payment abo (Abonnement) could not be charged to the card of client zoe, and is not "
        "tried again: The card was reported lost. Ask for it by a link (`relance links create zoe --send`): who pays "
        "by card on its page can let the card be kept for next time."
    )
    assert after.startswith(
        "The saved card of client zoe is charged no more: The card was reported lost. Ask for it by"
    )
    assert charges(lines) == [
        ("2027-01-10 00:00", "failed", 3000, "lost_card"),
        ("2027-03-10 00:00", "succeeded", 3000, None),
    ]


def test_a_planned_try_fails_and_is_told_of_where_the_card_in_its_place_is_dead_by_then(shop: Story) -> None:
    shop.business["cards"] = {"provider": "sandbox", "retry_days": [5]}
    card(shop, "zoe", "no_funds")
    gym(shop, ends_on="2027-01-31")
    card(shop, "zoe", "lost", at="2027-01-11 09:00")
    shop.automation("collect", "session.booked", ASK, {"charge_card": {}})
    shop.books("zoe", "colour", at="2027-01-12 10:00", when="2027-01-25 14:00")
    lines = shop.run()
    assert "card_declined" in lines.of("alert").each("reason")
    assert len(lines.times("event", type="payment.failed")) == 3


def test_the_owner_is_told_once_of_a_recurring_payment_whose_tries_are_used_up(shop: Story) -> None:
    shop.business["cards"] = {"provider": "sandbox", "retry_days": [1]}
    card(shop, "zoe", "no_funds")
    gym(shop, ends_on="2027-01-31")
    lines = shop.run()
    assert [at for at, *_ in charges(lines)] == ["2027-01-10 00:00", "2027-01-11 00:00"]
    (alert,) = lines.of("alert")
    assert (alert["reason"], alert["at"][:10]) == ("card_declined", "2027-01-11")


def test_what_was_charged_goes_back_to_the_card_when_the_booking_is_cancelled(shop: Story) -> None:
    shop.automation("collect", "session.booked", ASK, CHARGE)
    order = shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    shop.cancels(order.booking, at="2027-01-06 10:00", refund="full")
    lines = shop.run()
    assert lines.one("refund", "zoe")["amount"] == 4500
    assert lines.one("credit_note")["total"] == 4500
    assert lines.of("alert") == []
