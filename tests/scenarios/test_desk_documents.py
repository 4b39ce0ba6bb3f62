"""R10, R13, R18, R25: what a person does to a document - credits a part, gives it up, holds and releases it."""

import pytest

from tests.scenarios.story import ASK, REMIND, Story, euros

BOOKED = "2027-01-05 10:00"
LATER = "2027-01-08 10:00"


def invoiced(shop: Story, *services: str) -> None:
    """Issue an invoice at once for what zoe books, due on the same day."""
    shop.automation("request", "session.booked", ASK)
    shop.books("zoe", *(services or ("cut",)), at=BOOKED, when="2027-01-12 14:00")


def test_a_part_is_credited_on_what_is_open(shop: Story) -> None:
    invoiced(shop)
    shop.does("credit", at=LATER, number="2027-0001", amount=euros(1500))
    shop.does("mark_paid", at="2027-01-09 10:00", number="2027-0001")
    lines = shop.run()
    note = lines.one("credit_note")
    assert (note["of"], note["total"], note["cause"]) == ("2027-0001", 1500, {"act": "credit"})
    assert lines.one("payment")["amount"] == 3000
    assert not lines.of("refund")


def test_credit_of_what_was_paid_is_the_clients_for_the_next_document(shop: Story) -> None:
    invoiced(shop)
    shop.does("mark_paid", at="2027-01-06 10:00", number="2027-0001")
    shop.does("credit", at=LATER, number="2027-0001", amount=euros(1500))
    shop.books("zoe", "cut", at="2027-01-20 10:00", when="2027-01-22 14:00")
    lines = shop.run()
    assert lines.one("credit_note")["total"] == 1500
    assert lines.one("payment", method="credit")["amount"] == 1500
    assert lines.of("invoice")[1]["amount_due"] == 3000
    assert not lines.of("refund")


def test_parts_give_back_exactly_the_whole(shop: Story) -> None:
    shop.service("odd", 10001, tax_included=False)
    invoiced(shop, "odd")
    for day in ("08", "09", "10"):
        shop.does("credit", at=f"2027-01-{day} 10:00", number="2027-0001", amount=euros(4000))
    shop.does("credit", at="2027-01-11 10:00", number="2027-0001")
    lines = shop.run()
    invoice = lines.one("invoice")
    assert sum(note["tax"] for note in lines.of("credit_note")) == invoice["tax"]
    assert sum(note["net"] for note in lines.of("credit_note")) == invoice["net"]
    assert lines.times("event", type="invoice.voided") == ["2027-01-11 10:00"]


def test_more_than_is_left_is_not_credited(shop: Story) -> None:
    invoiced(shop)
    shop.does("credit", at=LATER, number="2027-0001", amount=euros(4501))
    refused = shop.run().one("skipped")
    assert refused["reason"] == "refused"
    assert refused["detail"]["text"] == (
        "45.01 EUR of 2027-0001 can't be credited: 45.00 EUR of it can still be credited."
    )


def test_a_debt_given_up_is_reminded_of_no_more_and_stays_a_debt(shop: Story) -> None:
    invoiced(shop)
    shop.automation("remind", "invoice.overdue", {"delay": {"days": 5}}, REMIND)
    shop.does("write_off", at=LATER, number="2027-0001")
    shop.pays("zoe", 4500, at="2027-02-01 10:00", invoice="2027-0001")
    lines = shop.run()
    assert lines.times("event", type="invoice.written_off") == [LATER]
    assert not lines.of("message", template="send_reminder")
    assert lines.times("event", type="invoice.paid") == ["2027-02-01 10:00"]


def test_a_part_that_comes_after_all_leaves_the_rest_given_up(shop: Story) -> None:
    invoiced(shop)
    shop.does("write_off", at="2027-01-05 12:00", number="2027-0001")
    shop.pays("zoe", 1000, at="2027-01-05 15:00", invoice="2027-0001")
    lines = shop.run()
    assert lines.times("event", type="invoice.partially_paid") == ["2027-01-05 15:00"]
    assert not lines.of("event", type="invoice.overdue")


def test_what_is_paid_is_not_given_up(shop: Story) -> None:
    invoiced(shop)
    shop.does("mark_paid", at="2027-01-06 10:00", number="2027-0001")
    shop.does("write_off", at=LATER, number="2027-0001")
    assert shop.run().one("skipped")["detail"]["text"] == (
        "2027-0001 can't be written off: it is paid, not an open debt."
    )


@pytest.mark.parametrize(
    ("released", "told"), [(None, ["2027-02-01 00:00"]), ("2027-01-10 10:00", ["2027-01-10 10:00"])]
)
def test_a_hold_ends_on_its_last_day_or_when_it_is_released(shop: Story, released: str | None, told: list[str]) -> None:
    invoiced(shop)
    shop.does("hold", at="2027-01-05 12:00", number="2027-0001", kind="dispute", until="2027-01-31")
    if released:
        shop.does("release", at=released, number="2027-0001")
    assert shop.run().times("event", type="invoice.overdue") == told


def test_releasing_what_is_not_held_is_refused(shop: Story) -> None:
    invoiced(shop)
    shop.does("release", at=LATER, number="2027-0001")
    assert shop.run().one("skipped")["detail"]["text"] == "There is no hold to release."
