"""R11: due soon and overdue at local midnight, each once per due date, as long as a balance is open."""

import pytest

from tests.scenarios.story import Data, Story

REQUEST: Data = {"request_payment": {"due_in": {"days": 14}}}
NOW = "2027-01-05 10:00"


def invoiced(shop: Story) -> None:
    """Issue an invoice on 5 January that is due on the 19th."""
    shop.automation("request", "session.booked", REQUEST)
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")


def test_overdue_at_midnight_after_the_due_date_and_due_soon_three_days_before(shop: Story) -> None:
    invoiced(shop)
    lines = shop.run()
    assert lines.one("invoice")["due_on"] == "2027-01-19"
    assert lines.times("event", "zoe", type="invoice.due_soon") == ["2027-01-16 00:00"]
    assert lines.times("event", "zoe", type="invoice.overdue") == ["2027-01-20 00:00"]


def test_the_businesss_terms_hold_where_a_step_has_none(shop: Story) -> None:
    shop.business["payment_terms"] = {"days": 10}
    shop.business["due_soon"] = {"days": 5}
    shop.automation("request", "session.booked", {"request_payment": {}})
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.one("invoice")["due_on"] == "2027-01-15"
    assert lines.times("event", type="invoice.due_soon") == ["2027-01-10 00:00"]
    assert lines.times("event", type="invoice.overdue") == ["2027-01-16 00:00"]


def test_without_terms_an_invoice_is_due_at_once_and_overdue_the_next_day(shop: Story) -> None:
    shop.automation("request", "session.booked", {"request_payment": {}})
    shop.books("zoe", "cut", at=NOW, when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.one("invoice")["due_on"] == "2027-01-05"
    assert lines.times("event", type="invoice.overdue") == ["2027-01-06 00:00"]
    assert not lines.of("event", type="invoice.due_soon")


def test_what_is_due_soon_on_its_last_day_is_overdue_on_the_next(shop: Story) -> None:
    shop.business["due_soon"] = {"days": 0}
    invoiced(shop)
    lines = shop.run()
    assert lines.times("event", type="invoice.due_soon") == ["2027-01-19 00:00"]
    assert lines.times("event", type="invoice.overdue") == ["2027-01-20 00:00"]


def test_midnight_is_the_sellers(shop: Story) -> None:
    shop.business["timezone"] = "America/Sao_Paulo"
    shop.span("2027-01-01 00:00", "2027-02-01 00:00")
    invoiced(shop)
    overdue = shop.run().one("event", type="invoice.overdue")
    assert overdue["at"] == "2027-01-20T00:00:00-03:00"


@pytest.mark.parametrize("act", ["mark_paid", "pay"])
def test_what_is_paid_never_falls_overdue(shop: Story, act: str) -> None:
    invoiced(shop)
    shop.does(act, at="2027-01-19 23:59:59", contact="zoe")
    lines = shop.run()
    assert not lines.of("event", type="invoice.overdue")
    assert len(lines.of("event", type="invoice.due_soon")) == 1


def test_a_part_does_not_stop_it(shop: Story) -> None:
    invoiced(shop)
    shop.pays("zoe", 4499, at="2027-01-10 10:00", invoice="2027-0001")
    assert len(shop.run().of("event", type="invoice.overdue")) == 1


def test_a_moved_due_date_that_passes_again_is_overdue_again(shop: Story) -> None:
    invoiced(shop)
    shop.does("set_due", at="2027-01-25 10:00", number="2027-0001", due_on="2027-02-10")
    lines = shop.run()
    assert lines.times("event", type="invoice.overdue") == ["2027-01-20 00:00", "2027-02-11 00:00"]
    assert lines.times("event", type="invoice.due_soon") == ["2027-01-16 00:00", "2027-02-07 00:00"]


def test_a_due_date_moved_before_it_passes_is_overdue_once(shop: Story) -> None:
    invoiced(shop)
    shop.does("set_due", at="2027-01-10 10:00", number="2027-0001", due_on="2027-02-10")
    lines = shop.run()
    assert lines.times("event", type="invoice.overdue") == ["2027-02-11 00:00"]
    assert lines.times("event", type="invoice.due_soon") == ["2027-02-07 00:00"]


def test_the_same_due_date_set_again_says_nothing_new(shop: Story) -> None:
    invoiced(shop)
    shop.does("set_due", at="2027-01-25 10:00", number="2027-0001", due_on="2027-01-19")
    assert shop.run().times("event", type="invoice.overdue") == ["2027-01-20 00:00"]


def test_a_due_date_brought_forward_into_the_past_is_overdue_at_once(shop: Story) -> None:
    invoiced(shop)
    shop.does("set_due", at="2027-01-12 10:00", number="2027-0001", due_on="2027-01-10")
    assert shop.run().times("event", type="invoice.overdue") == ["2027-01-12 10:00"]


def test_a_due_date_before_the_issue_date_is_refused(shop: Story) -> None:
    invoiced(shop)
    shop.does("set_due", at="2027-01-12 10:00", number="2027-0001", due_on="2027-01-04")
    lines = shop.run()
    assert [line["cause"] for line in lines.of("skipped")] == [{"act": "set_due"}]
    assert lines.times("event", type="invoice.overdue") == ["2027-01-20 00:00"]


def test_a_due_date_on_the_issue_date_is_taken(shop: Story) -> None:
    invoiced(shop)
    shop.does("set_due", at="2027-01-12 10:00", number="2027-0001", due_on="2027-01-05")
    lines = shop.run()
    assert not lines.of("skipped")
    assert lines.times("event", type="invoice.overdue") == ["2027-01-12 10:00"]


def test_a_held_document_does_not_fall_overdue_until_the_hold_ends(shop: Story) -> None:
    invoiced(shop)
    shop.does("hold", at="2027-01-12 10:00", number="2027-0001", kind="promise", until="2027-01-31")
    assert shop.run().times("event", type="invoice.overdue") == ["2027-02-01 00:00"]


def test_a_hold_until_today_holds_today(shop: Story) -> None:
    """R5, R25."""
    invoiced(shop)
    shop.automation("remind", "invoice.overdue", {"delay": {"hours": 12}}, {"send_reminder": {}})
    shop.does("hold", at="2027-01-20 10:00", number="2027-0001", kind="promise", until="2027-01-20")
    lines = shop.run()
    assert lines.reasons("zoe") == ["held"]
    assert not lines.of("message", template="send_reminder")


def test_an_outage_over_midnight_makes_it_late_and_not_twice(shop: Story) -> None:
    invoiced(shop)
    shop.does("outage", at="2027-01-19 20:00", hours=10)
    assert shop.run().times("event", type="invoice.overdue") == ["2027-01-20 06:00"]


def test_a_voided_invoice_never_falls_overdue(shop: Story) -> None:
    invoiced(shop)
    shop.does("void", at="2027-01-12 10:00", number="2027-0001")
    lines = shop.run()
    assert not lines.of("event", type="invoice.overdue")
    assert lines.times("event", type="invoice.voided") == ["2027-01-12 10:00"]
