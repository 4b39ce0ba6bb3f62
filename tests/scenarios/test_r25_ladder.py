"""R25: at most one reminder to a payer in three days, across automations; a professional also reads the terms."""

import pytest

from tests.scenarios.story import ASK, REMIND, Story, wait

BOOKED = "2027-01-05 10:00"


def owing(shop: Story, *days: int, **client: object) -> None:
    """Let zoe owe an invoice that is overdue on the 6th, and remind of it some days after that."""
    shop.client("zoe", **client)
    shop.automation("request", "session.booked", ASK)
    for number, after in enumerate(days, 1):
        steps = [wait(days=after)] if after else []
        shop.automation(f"remind-{number}", "invoice.overdue", *steps, REMIND)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")


def test_two_automations_remind_once_in_three_days(shop: Story) -> None:
    owing(shop, 0, 2, 3)
    lines = shop.run()
    assert lines.times("message", template="send_reminder") == ["2027-01-06 00:00", "2027-01-09 00:00"]
    skipped = lines.one("skipped")
    assert (skipped["reason"], skipped["cause"]["automation"]) == ("reminded", "remind-2")


def test_three_days_are_local_ones_also_where_clocks_change(shop: Story) -> None:
    """R2."""
    shop.automation("request", "session.booked", ASK)
    shop.automation("remind", "invoice.overdue", REMIND, wait(days=3), REMIND)
    shop.books("zoe", "cut", at="2027-03-26 10:00", when="2027-04-12 14:00")
    lines = shop.run(until="2027-04-01 00:00")
    assert lines.times("message", template="send_reminder") == ["2027-03-27 00:00", "2027-03-30 00:00"]


def test_the_reminder_of_another_document_of_the_same_payer_counts(shop: Story) -> None:
    owing(shop, 0)
    shop.books("zoe", "colour", at="2027-01-06 10:00", when="2027-01-12 16:00")
    lines = shop.run()
    assert lines.times("message", template="send_reminder") == ["2027-01-06 00:00"]
    assert lines.reasons() == ["reminded"]


def test_other_payers_are_reminded(shop: Story) -> None:
    owing(shop, 0)
    shop.books("ada", "cut", at=BOOKED, when="2027-01-12 15:00")
    assert shop.run().times("message", template="send_reminder") == ["2027-01-06 00:00"] * 2


def test_a_client_without_an_address_is_reminded_by_nobody_and_waits_for_none(shop: Story) -> None:
    owing(shop, 0, 1, email=None)
    assert set(shop.run().reasons()) == {"no_channel"}


def test_a_professional_reads_of_penalties_and_recovery_and_a_consumer_never(shop: Story) -> None:
    owing(shop, 0, kind="business")
    shop.books("ada", "cut", at=BOOKED, when="2027-01-12 15:00")
    lines = shop.run()
    to_business = lines.one("message", "zoe", template="send_reminder")["text"]
    to_consumer = lines.one("message", "ada", template="send_reminder")["text"]
    assert "40,00" in to_business
    assert "recouvrement" in to_business
    assert not any(word in to_consumer for word in ("40,00", "indemnité", "pénalité", "recouvrement"))


def test_a_late_business_owes_its_recovery_once_for_each_invoice_on_a_document_of_its_own(shop: Story) -> None:
    owing(shop, 0, 3, kind="business")
    lines = shop.run(until="2027-01-20 00:00")
    claim = lines.of("invoice", "zoe")[1]
    assert (claim["at"][:10], claim["total"], claim["tax"], claim["due_on"]) == ("2027-01-06", 4000, 0, "2027-01-06")
    (said,) = [line["description"] for line in claim["lines"]]
    assert said == "Indemnité forfaitaire pour frais de recouvrement en cas de retard (2027-0001)"
    assert len(lines.of("invoice", "zoe")) == 2
    assert len(lines.of("message", "zoe", template="request_payment")) == 2
    assert "2027-01-09 00:00" in lines.times("message", "zoe", template="send_reminder")
    assert not lines.of("skipped", reason="failed")
    assert lines.of("invoice")[0]["total"] == 4500


def test_who_is_reminded_on_the_due_day_owes_nothing_for_recovery(shop: Story) -> None:
    shop.client("zoe", kind="business")
    shop.automation("request", "session.booked", ASK, wait(hours=2), REMIND)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.times("message", template="send_reminder") == ["2027-01-05 12:00"]
    assert lines.of("invoice").each("total") == [4500]


def test_a_reminder_before_the_due_day_is_not_the_first_of_a_late_invoice(shop: Story) -> None:
    shop.client("zoe", kind="business")
    shop.automation("request", "session.booked", {"request_payment": {"due_in": {"days": 14}}})
    shop.automation("soon", "invoice.due_soon", REMIND)
    shop.automation("late", "invoice.overdue", REMIND)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    lines = shop.run(until="2027-01-21 00:00")
    assert lines.times("message", template="send_reminder") == ["2027-01-16 00:00", "2027-01-20 00:00"]
    assert lines.times("invoice") == [BOOKED, "2027-01-20 00:00"]


def test_nothing_is_owed_for_the_recovery_of_what_recovery_costs(shop: Story) -> None:
    shop.client("zoe", kind="business")
    shop.automation("request", "session.booked", ASK)
    shop.automation("remind", "invoice.overdue", REMIND, wait(days=4), REMIND)
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    shop.pays("zoe", 4500, at="2027-01-08 10:00", invoice="2027-0001")
    lines = shop.run()
    assert lines.times("message", template="send_reminder") == ["2027-01-06 00:00", "2027-01-11 00:00"]
    assert lines.of("invoice").each("total") == [4500, 4000]


@pytest.mark.parametrize("kind", ["consumer", "public"])
def test_nobody_else_owes_for_recovery(shop: Story, kind: str) -> None:
    owing(shop, 0, kind=kind)
    assert len(shop.run().of("invoice")) == 1


def test_a_country_whose_law_says_nothing_of_recovery_claims_nothing(shop: Story) -> None:
    shop.business["country"] = "DE"
    owing(shop, 0, kind="business")
    assert len(shop.run().of("invoice")) == 1
