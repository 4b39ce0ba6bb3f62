"""`relance links`: for an amount and a purpose, or for all that a client owes; listed, shown, taken back (R17)."""

from collections.abc import Callable

import pytest

from tests.database.conftest import Relance, url_after
from tests.scenarios.story import ASK, Databases, Story


def tell(story: Story) -> None:
    """Zoé owes an invoice and a charge that no invoice asks for; Ada owes nothing."""
    story.automation("ask", "session.booked", ASK)
    story.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    story.owes("zoe", 1200, at="2027-01-06 10:00", description="Shampoing")
    story.run()


@pytest.fixture
def at(command: Callable[[str], Relance], databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Relance:
    monkeypatch.setenv("RELANCE_WEB_URL", "https://pay.salon.example")
    monkeypatch.setenv("RELANCE_WEB_SECRET", "a secret that nobody knows but us")
    return command(url_after(databases, tell))


def test_a_link_for_an_amount_and_a_purpose_makes_a_charge_and_no_invoice(at: Relance) -> None:
    made = at("links", "create", "ada", "30.00", "--for", "Bon cadeau", "--send", "--json")
    assert [line.get("kind") for line in made.lines] == [None, "payment_link", "message"]
    (listed,) = at("links", "list", "--json").lines
    assert (listed["contact"], listed["purpose"], listed["amount_due"], listed["standing"]) == (
        "ada",
        "Bon cadeau",
        3000,
        "open",
    )
    assert listed["url"].startswith("https://pay.salon.example/pay/")
    shown = at("links", "show", listed["id"], "--json").line
    assert [(line["description"], line["net"], line["tax"], line["gross"]) for line in shown["note"]] == [
        ("Bon cadeau", 2500, 500, 3000)
    ]
    assert at("books", "verify").code == 0


def test_a_link_over_all_that_a_client_owes_asks_for_invoices_and_charges_alike(at: Relance) -> None:
    first = at("links", "create", "zoe")
    assert first.code == 0
    assert "https://pay.salon.example/pay/" in first.out
    (link,) = at("links", "list", "--json", "--contact", "zoe").lines
    assert (link["amount_due"], len(link["charges"])) == (5700, 2)
    assert " 2 charges " in at("links", "list").out
    assert at("links", "create", "zoe", "--json").code == 0
    assert [line["standing"] for line in at("links", "list", "--json").lines] == ["superseded", "open"]
    assert len(at("links", "list", "--json", "--status", "open").lines) == 1


def test_a_link_that_is_taken_back_asks_for_nothing_and_its_own_charge_ends(at: Relance) -> None:
    at("links", "create", "ada", "30", "--for", "Bon cadeau")
    (link,) = at("links", "list", "--json").lines
    assert at("links", "revoke", link["id"]).code == 2
    assert at("links", "revoke", link["id"], "--yes", "--by", "olga").code == 0
    (after,) = at("links", "list", "--json").lines
    assert (after["standing"], after["amount_due"]) == ("revoked", 0)
    assert "taken back before" in at("links", "revoke", link["id"], "--yes").err
    told = [line for line in at("changes", "--json").lines if line["act"] == "revoked"]
    assert [line["actor"] for line in told] == ["olga"]


def test_what_was_paid_in_part_is_still_owed_when_its_link_is_taken_back(at: Relance) -> None:
    at("links", "create", "ada", "30", "--for", "Bon cadeau")
    (link,) = at("links", "list", "--json").lines
    at("payments", "record", "--yes", "10", "--charge", link["charges"][0])
    assert at("links", "revoke", link["id"], "--yes").code == 0
    invoice = at("invoices", "create", "--contact", "ada", "--json").lines[1]
    assert (invoice["total"], invoice["amount_due"]) == (3000, 2000)


def test_a_link_that_is_paid_is_not_taken_back(at: Relance) -> None:
    made = at("links", "create", "ada", "30", "--for", "Bon cadeau").out
    assert made.startswith("ada: given a payment link.")
    assert "asked to pay by link" in at("links", "create", "ada", "5", "--for", "Thé", "--send").out
    link, _ = at("links", "list", "--json").lines
    at("payments", "record", "--yes", "30", "--charge", link["charges"][0])
    assert "is paid: nothing is to be taken back" in at("links", "revoke", link["id"], "--yes").error
    assert at("links", "list", "--json").lines[0]["standing"] == "paid"


def test_what_can_not_be_linked_is_refused_in_a_sentence(at: Relance) -> None:
    assert "owes nothing" in at("links", "create", "ada").err
    assert "An amount needs its purpose" in at("links", "create", "ada", "30").err
    assert "Did you mean" in at("links", "create", "zo", "30", "--for", "x").err
    assert "no amount" in at("links", "create", "ada", "nothing", "--for", "x").err
    assert "relance links list" in at("links", "revoke", "lnk_nope", "--yes").err
    assert at("links", "list").out == "There are no such payment links.\n"
