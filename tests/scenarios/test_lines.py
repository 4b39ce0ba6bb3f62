"""The lines of a simulation, key by key, and what is told of every end without an effect."""

from datetime import datetime

import pytest

from models.yamlfile import BadFileError
from tests.scenarios.story import ASK, Lines, Story, euros, holds, mail, remind, seat, wait
from tests.scenarios.story import when as given

NOW = "2027-01-05 10:00"
THERE = "2027-02-12 14:00"


def asked(shop: Story) -> None:
    """Let zoe get invoice 2027-0001 over 45 € on 5 January."""
    shop.business["partial_payments"] = {"allowed": True}
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at=NOW, when=THERE)


def test_an_invoice_line(shop: Story) -> None:
    shop.service("tea", 250, tax_rate="5.5", name="Thé")
    shop.automation("ask", "session.booked", {"id": "bill"} | ASK)
    shop.books("zoe", seat("cut", THERE, quantity=3), seat("tea", THERE), at=NOW)
    line = shop.run().one("invoice")
    run = line["cause"].pop("run")
    assert run
    assert line == {
        "at": "2027-01-05T10:00:00+01:00",
        "kind": "invoice",
        "contact": "zoe",
        "cause": {"automation": "ask", "step": "bill"},
        "number": "2027-0001",
        "type": "380",
        "status": "issued",
        "total": 13750,
        "net": 11487,
        "tax": 2263,
        "taxes": [{"rate": "5.5", "net": 237, "tax": 13}, {"rate": "20", "net": 11250, "tax": 2250}],
        "amount_due": 13750,
        "currency": "EUR",
        "issued_on": "2027-01-05",
        "due_on": "2027-01-05",
        "lines": [
            {"description": "Coupe", "quantity": 3, "amount": 13500, "tax_rate": "20"},
            {"description": "Thé", "quantity": 1, "amount": 250, "tax_rate": "5.5"},
        ],
        "charges": ["o1-b1", "o1-b2"],
    } | {"taxes": line["taxes"]}
    assert sorted(line["taxes"], key=lambda group: float(group["rate"])) == [
        {"rate": "5.5", "net": 237, "tax": 13},
        {"rate": "20", "net": 11250, "tax": 2250},
    ]


def test_a_message_line_shares_the_cause_of_its_document(shop: Story) -> None:
    asked(shop)
    lines = shop.run()
    message = lines.one("message")
    assert message["cause"] == lines.one("invoice")["cause"]
    assert message.keys() >= {"channel", "to", "subject", "text", "template", "purpose"}
    assert (message["channel"], message["to"], message["purpose"]) == ("email", "zoe@example.org", "legal")


def test_a_payment_line_names_the_documents_that_it_went_to(shop: Story) -> None:
    asked(shop)
    shop.pays("zoe", 5000, at="2027-01-06 10:00", invoice="2027-0001", method="transfer")
    payment = shop.run().one("payment")
    assert {key: payment[key] for key in ("at", "contact", "amount", "currency", "method", "documents")} == {
        "at": "2027-01-06T10:00:00+01:00",
        "contact": "zoe",
        "amount": 5000,
        "currency": "EUR",
        "method": "transfer",
        "documents": ["2027-0001"],
    }
    assert "cause" not in payment


@pytest.mark.parametrize("act", ["pay", "mark_paid"])
def test_what_a_person_did_has_the_act_as_its_cause(shop: Story, act: str) -> None:
    asked(shop)
    shop.does(act, at="2027-01-06 10:00", contact="zoe")
    lines = shop.run()
    assert lines.one("payment")["cause"] == {"act": act}
    assert lines.one("event", type="invoice.paid")["cause"] == {"act": act}


def test_a_credit_note_and_a_refund_line(shop: Story) -> None:
    asked(shop)
    shop.pays("zoe", 4500, at="2027-01-06 10:00", order="o1")
    shop.cancels("o1-b1", at="2027-01-07 10:00", refund="full")
    lines = shop.run()
    note = lines.one("credit_note")
    assert (note["of"], note["total"], note["net"], note["tax"], note["contact"]) == (
        "2027-0001",
        4500,
        3750,
        750,
        "zoe",
    )
    refund = lines.one("refund")
    assert (refund["amount"], refund["currency"], refund["contact"]) == (4500, "EUR", "zoe")
    assert (refund["method"], refund["documents"]) == ("card", ["2027-0001"])


def test_voiding_has_the_act_as_its_cause(shop: Story) -> None:
    asked(shop)
    shop.does("void", at="2027-01-06 10:00", number="2027-0001")
    lines = shop.run()
    assert lines.one("credit_note")["cause"] == {"act": "void"}
    assert lines.one("event", type="invoice.voided")["cause"] == {"act": "void"}


def test_a_receipt_line_for_a_deposit(shop: Story) -> None:
    shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.pays("zoe", 1000, at="2027-01-06 10:00", order="o1")
    lines = shop.run()
    receipt = lines.one("receipt")
    assert (receipt["amount"], receipt["currency"], receipt["contact"]) == (1000, "EUR", "zoe")
    assert receipt.keys() >= {"number", "of"}
    message = lines.one("message")
    assert (message["template"], message["purpose"]) == ("receipt", "legal")


def test_lines_for_the_owner_have_no_contact(shop: Story) -> None:
    shop.client("zoe", email=None)
    asked(shop)
    alert = shop.run().one("alert")
    assert alert["contact"] is None
    assert alert["reason"]
    assert alert["text"]


@pytest.mark.parametrize(
    "act",
    [
        {"do": "pay", "contact": "nobody"},
        {"do": "mark_paid", "number": "2027-0099"},
        {"do": "void", "contact": "ada"},
        {"do": "hold", "contact": "ada", "kind": "dispute"},
        {"do": "set_due", "contact": "ada", "due_on": "2027-02-01"},
        {"do": "set_due", "contact": "zoe", "due_on": "2026-01-01"},
        {"do": "pay", "contact": "zoe", "amount": euros(4500, "USD")},
    ],
)
def test_an_act_that_finds_nothing_or_is_refused_is_one_skipped_line(shop: Story, act: dict[str, object]) -> None:
    asked(shop)
    name = str(act["do"])
    shop.does(name, at="2027-01-06 10:00", **{key: act[key] for key in act if key != "do"})
    skipped = shop.run().one("skipped")
    assert skipped["cause"] == {"act": name}
    assert skipped["at"] == "2027-01-06T10:00:00+01:00"


def test_instants_are_in_the_zone_of_the_shop(shop: Story) -> None:
    shop.business["timezone"] = "Pacific/Auckland"
    shop.automation("hello", "session.booked", mail("Bonjour"))
    shop.books("zoe", seat("cut", "2027-02-12T01:00:00Z"), at="2027-01-05T10:00:00Z")
    assert shop.run().one("message")["at"] == "2027-01-05T23:00:00+13:00"


def reasons_of(lines: Lines, automation: str) -> list[str]:
    return lines.of_automation(automation).reasons()


def test_every_end_without_an_effect_is_told_exactly_once(shop: Story) -> None:
    """One automation for each way to end, all about one booking."""
    big = holds("order.total", "greater_than", 1000)
    later = wait(days=2)
    shop.client("zoe", email="zoe@example.org")
    shop.automation("limit", "session.booked", mail("limit"), limit={"per": "ever"})
    shop.automation("goal", "session.booked", later, mail("goal"), stop_when=["order.paid"])
    shop.automation("cancelled", "session.booked", wait(days=9), mail("cancelled"))
    shop.automation("stale", "session.booked", wait(until="2027-01-01"), mail("stale"))
    shop.automation("condition", "session.booked", given(big, mail("condition")))
    shop.automation("nothing", "session.booked", later, ASK)
    shop.automation("paused", "session.booked", later, mail("paused"), late={"tolerance": "1h"})
    shop.automation("superseded", "session.booked", wait(days=9), mail("superseded"))
    shop.automation("effect", "session.booked", mail("effect"))
    shop.books("zoe", "cut", at=NOW, when=THERE)
    shop.books("zoe", seat("cut", THERE, payment="free"), at=NOW)
    shop.pays("zoe", 4500, at="2027-01-06 10:00", order="o1")
    shop.does("pause_automation", at="2027-01-06 10:00", automation="paused")
    shop.does("resume_automation", at="2027-01-08 10:00", automation="paused")
    shop.does("publish", at="2027-01-08 10:00", file=changed("superseded"), waiting="cancel")
    shop.cancels("o1-b1", at="2027-01-09 10:00")
    shop.cancels("o2-b1", at="2027-01-09 10:00")
    lines = shop.run()
    assert reasons_of(lines, "limit") == ["limit"]
    assert reasons_of(lines, "goal") == ["goal"]
    assert reasons_of(lines, "cancelled") == ["cancelled", "cancelled"]
    assert reasons_of(lines, "stale") == ["stale", "stale"]
    assert reasons_of(lines, "condition") == ["condition", "condition"]
    assert reasons_of(lines, "nothing") == ["nothing_due", "nothing_due"]
    assert reasons_of(lines, "paused") == ["stale", "stale"]
    assert reasons_of(lines, "superseded") == ["superseded", "superseded"]
    assert reasons_of(lines, "effect") == []
    assert sorted(lines.of("message").each("template")) == [
        "receipt",
        "send_email",
        "send_email",
        "send_email",
        "send_email",
    ]


def changed(name: str) -> dict[str, object]:
    """Return another version of an automation."""
    return {"automation": name, "trigger": {"on": "session.booked"}, "steps": [mail("other")]}


def test_skips_come_at_the_instant_at_which_they_are_decided(shop: Story) -> None:
    asked(shop)
    shop.automation("dun", "invoice.overdue", wait(days=5), remind("1"), stop_when=["invoice.paid"])
    shop.pays("zoe", 4500, at="2027-01-07 12:34:56", order="o1")
    assert shop.run().one("skipped")["at"] == "2027-01-07T12:34:56+01:00"


def test_the_order_of_a_file_matters_only_between_equal_instants(shop: Story) -> None:
    shop.automation("hello", "session.booked", mail("{{ order.id }}"))
    shop.books("zoe", "cut", at="2027-01-07 10:00", when=THERE)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when=THERE)
    shop.books("zoe", "cut", at="2027-01-06 10:00", when=THERE)
    assert shop.run().of("message").each("subject") == ["o2", "o3", "o1"]


def test_two_equal_events_without_ids_are_two_events(shop: Story) -> None:
    shop.automation("told", "note.taken", mail("noté"))
    for _ in range(2):
        shop.event("note.taken", NOW, {"contact": {"id": "zoe"}})
    assert len(shop.run().of("message")) == 2


def test_two_equal_events_with_one_id_are_one(shop: Story) -> None:
    shop.automation("told", "note.taken", mail("noté"))
    for _ in range(2):
        shop.event("note.taken", NOW, {"contact": {"id": "zoe"}}, id="n1", time=NOW)
    assert len(shop.run().of("message")) == 1


def test_many_events_at_one_instant_are_all_decided(shop: Story) -> None:
    shop.business["daily_cap"] = 1000
    shop.automation("ask", "session.booked", ASK)
    for number in range(12):
        shop.books("zoe" if number % 2 else "ada", "cut", at=NOW, when=THERE)
        shop.pays("zoe" if number % 2 else "ada", 1000, at=NOW, order=f"o{number + 1}")
    lines = shop.run(until="2027-01-06 00:00")
    assert lines.of("invoice").each("number") == [f"2027-{number:04}" for number in range(1, 13)]
    assert len(lines.of("message")) == 12
    assert len(lines.of("payment")) == 12
    assert len(lines.of("event", type="invoice.partially_paid")) == 12


def test_the_same_file_gives_the_same_lines(shop: Story) -> None:
    asked(shop)
    shop.automation("dun", "invoice.overdue", remind("1"), wait(days=3), remind("2"))
    first, second = shop.run(), shop.run()
    key = lambda line: (datetime.fromisoformat(line["at"]), str(line))  # noqa: E731
    assert sorted(first, key=key) == sorted(second, key=key)


def test_a_scenario_that_is_wrong_is_refused_with_its_line(shop: Story) -> None:
    shop.automation("hello", "session.bookd", mail("?"))
    with pytest.raises(BadFileError, match=r"session\.booked"):
        shop.run()
