"""R13: a debt that is given up stays as it is; on debits a professional gets the duplicate with the mark of the law."""

import pytest

from tests.scenarios.story import ASK, Lines, Story


@pytest.fixture
def company(shop: Story) -> Story:
    """Let a company owe 45 euros of which 15 were paid, to a shop whose VAT is due on debits."""
    shop.business["legal"] = {"vat_due_on": "debits"}
    shop.client("zoe", kind="business")
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.pays("zoe", 1500, at="2027-01-06 10:00", invoice="2027-0001")
    shop.does("write_off", at="2027-01-20 10:00", number="2027-0001")
    return shop


def duplicates(lines: Lines) -> Lines:
    return lines.of("message", template="unpaid_duplicate")


def test_the_duplicate_says_what_was_left_unpaid_net_and_vat(company: Story) -> None:
    (message,) = duplicates(company.run())
    assert message["purpose"] == "legal"
    assert (
        "Facture demeurée impayée pour la somme de 25,00\xa0€ (prix net) et pour la somme de 5,00\xa0€"
        in message["text"]
    )
    assert "CGI, art. 272" in message["text"]
    assert "Coupe, 1 × 45,00" in message["text"]


def test_it_is_in_the_clients_language(company: Story) -> None:
    company.client("zoe", locale="en")
    (message,) = duplicates(company.run())
    assert "Invoice left unpaid for €25.00 (net price) and €5.00" in message["text"]


def test_a_consumer_gets_none(company: Story) -> None:
    company.client("zoe", kind="consumer")
    assert not duplicates(company.run())


def test_where_vat_is_due_on_receipts_there_is_none(company: Story) -> None:
    company.business["legal"] = {}
    assert not duplicates(company.run())


@pytest.mark.parametrize(("before", "after", "marked"), [("debits", "receipts", 1), ("receipts", "debits", 0)])
def test_when_vat_was_due_on_the_day_of_issue_decides(company: Story, before: str, after: str, marked: int) -> None:
    company.business["legal"] = {"vat_due_on": before, "regimes": [{"from": "2027-01-15", "vat_due_on": after}]}
    assert len(duplicates(company.run())) == marked


def test_what_was_given_up_can_be_taken_back(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.does("write_off", at="2027-01-20 10:00", number="2027-0001")
    shop.does("void", at="2027-01-21 10:00", number="2027-0001")
    lines = shop.run()
    assert lines.one("credit_note")["total"] == 4500
    assert lines.times("event", type="invoice.voided") == ["2027-01-21 10:00"]
