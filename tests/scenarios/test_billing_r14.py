"""R14 in billing: a draft claims its charges, so that the next date leaves them alone; it waits for a person."""

import pytest

from tests.scenarios.billing import bill, billed
from tests.scenarios.story import Story

FIRST, SECOND, LATER = "2027-02-01 08:00", "2027-03-01 08:00", "2027-02-03 10:00"


@pytest.fixture
def drafted(shop: Story) -> Story:
    """Zoé owes 10 € and 20 €, of which a draft was made on 1 February."""
    bill(shop, mode="draft", payment_terms={"days": 10})
    shop.owes("zoe", 1000, at="2027-01-05 10:00")
    shop.owes("zoe", 2000, at="2027-01-06 10:00")
    shop.span("2027-01-01 00:00", "2027-03-15 00:00")
    return shop


def test_the_next_date_leaves_alone_what_a_draft_claims(drafted: Story) -> None:
    drafted.owes("zoe", 500, at="2027-02-10 10:00")
    assert billed(drafted.run()) == [(FIRST, 3000), (SECOND, 500)]


def test_with_nothing_new_the_next_date_makes_no_second_draft(drafted: Story) -> None:
    assert billed(drafted.run()) == [(FIRST, 3000)]


def test_what_is_taken_off_a_draft_is_taken_by_the_next_date(drafted: Story) -> None:
    drafted.does("edit_draft", at=LATER, contact="zoe", remove=["c1"])
    assert billed(drafted.run()) == [(FIRST, 3000), (SECOND, 1000)]


def test_what_a_deleted_draft_held_is_taken_by_the_next_date(drafted: Story) -> None:
    drafted.does("delete_draft", at=LATER, contact="zoe")
    assert billed(drafted.run()) == [(FIRST, 3000), (SECOND, 3000)]


def test_confirmed_it_has_number_and_dates_of_that_day_and_the_client_is_told_once(drafted: Story) -> None:
    drafted.does("confirm_draft", at=LATER, contact="zoe")
    drafted.does("confirm_draft", at="2027-02-03 11:00", contact="zoe")
    lines = drafted.run()
    invoice = lines.one("invoice", "zoe", status="issued")
    assert (invoice["number"], invoice["issued_on"], invoice["due_on"]) == ("2027-0001", "2027-02-03", "2027-02-13")
    assert lines.times("message", "zoe") == [LATER]


def test_what_was_paid_meanwhile_is_dropped_and_the_owner_told(drafted: Story) -> None:
    drafted.pays("zoe", 1000, at="2027-02-02 10:00", charges=["c1"])
    drafted.does("confirm_draft", at=LATER, contact="zoe")
    lines = drafted.run()
    assert lines.one("invoice", "zoe", status="issued")["total"] == 2000
    assert "c1 (paid)" in lines.one("alert", reason="draft_changed")["text"]


def test_what_was_cancelled_meanwhile_is_dropped_and_not_billed_later(drafted: Story) -> None:
    drafted.owes_no_more("c1", at="2027-02-02 10:00")
    drafted.does("confirm_draft", at=LATER, contact="zoe")
    lines = drafted.run()
    assert lines.of("invoice", "zoe").each("total") == [3000, 2000]
    assert "c1 (cancelled)" in lines.one("alert", reason="draft_changed")["text"]


def test_the_owner_is_reminded_of_a_forgotten_draft(drafted: Story) -> None:
    lines = drafted.run(until="2027-02-16 00:00")
    assert lines.times("alert", reason="draft_forgotten") == ["2027-02-08 08:00", "2027-02-15 08:00"]


def test_a_draft_confirms_itself_after_so_many_days(drafted: Story) -> None:
    bill(drafted, mode="draft", confirm_after=3)
    lines = drafted.run(until="2027-02-20 00:00")
    assert lines.times("message", "zoe") == ["2027-02-04 08:00"]
    assert lines.one("invoice", "zoe", status="issued")["issued_on"] == "2027-02-04"


def test_confirm_after_is_the_client_s_before_the_business_s(drafted: Story) -> None:
    bill(drafted, mode="draft", confirm_after=3)
    drafted.client("zoe", billing={"confirm_after": 5})
    assert drafted.run(until="2027-02-20 00:00").times("message", "zoe") == ["2027-02-06 08:00"]


def test_while_a_draft_waits_nobody_asks_for_it(drafted: Story) -> None:
    drafted.automation("overdue", "invoice.overdue", {"send_reminder": {}})
    lines = drafted.run()
    assert not lines.of("message", "zoe")


def test_a_client_of_a_group_is_drafted_where_the_others_are_invoiced(shop: Story) -> None:
    bill(shop, groups={"check": {"mode": "draft"}})
    shop.client("zoe", tags=["check"])
    for client in ("zoe", "ada"):
        shop.owes(client, 1000, at="2027-01-05 10:00")
    lines = shop.run()
    assert lines.one("invoice", "zoe")["status"] == "draft"
    assert lines.one("invoice", "ada")["status"] == "issued"


def test_what_was_paid_with_an_invoice_of_its_own_is_not_invoiced_again_when_the_money_is_taken_back(
    drafted: Story,
) -> None:
    drafted.client("zoe", kind="business")
    paid = drafted.pays("zoe", 1000, at="2027-02-02 10:00", charges=["c1"])
    drafted.bounces(paid, at="2027-02-02 11:00")
    drafted.does("confirm_draft", at=LATER, contact="zoe")
    lines = drafted.run()
    assert [(one["total"], one["status"]) for one in lines.of("invoice", "zoe") if one["number"]] == [
        (1000, "paid"),
        (2000, "issued"),
    ]


def test_the_confirmed_draft_of_a_merged_client_is_the_document_of_the_one_that_is_left(drafted: Story) -> None:
    drafted.event("contact.merged", "2027-02-02 10:00", {"contact": {"id": "zoe"}, "into": "ada"})
    drafted.does("confirm_draft", at=LATER, contact="zoe")
    drafted.does("void", at="2027-02-04 10:00", contact="ada")
    lines = drafted.run()
    assert lines.one("invoice", number="2027-0001")["contact"] == "ada"
    assert lines.one("credit_note")["total"] == 3000
