"""What the help page on online payments lets a person do at a desk, sentence by sentence (R16, R17, R25)."""

import re
from pathlib import Path

import pytest

from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.front_door import ADDRESS, FrontDoor
from tests.database.test_desk_reminders import pass_by
from tests.database.upstream import Upstream
from tests.samples import booking, charge_added, money, session

DAY = "2027-03-27"


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk."""
    return FrontDesk(relance, upstream, tmp_path)


@pytest.fixture
def door(relance: Relance, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FrontDoor:
    """Open the desk and its pages."""
    return FrontDoor(relance, upstream, tmp_path, monkeypatch)


def test_a_payment_link_is_sent_to_a_client_chosen_from_the_list_with_what_is_to_be_paid(door: FrontDoor) -> None:
    (chosen,) = door.listed("contacts", "list", "--search", "zoe")
    _, link, message = door.does("links", "create", chosen["id"], "36", "--for", "Coffret et essai", "--send")
    assert (link["amount"], message["to"], message["template"]) == (3600, "zoe@example.org", "request_payment")
    mail = door.mailed()
    assert mail.recipient == "zoe@example.org"
    assert "vous demande de régler 36,00\xa0€" in mail.text
    assert "Coffret et essai" in mail.text


def test_the_mail_of_a_payment_link_leads_to_a_page_that_says_how_much_and_what_for(door: FrontDoor) -> None:
    door.does("links", "create", "zoe", "36", "--for", "Coffret et essai", "--send")
    mail = door.mailed()
    (url,) = re.findall(rf"{ADDRESS}/pay/\S+", mail.text)
    assert url in mail.html
    shown = door.opens(url)
    assert shown.status == 200
    for words in ("Coffret et essai", "Reste à payer 36,00 €", "Payer 36,00 €"):
        assert words in shown.text


def test_a_payment_link_is_tied_to_no_booking_and_no_invoice(door: FrontDoor) -> None:
    number = door.invoices()
    door.does("links", "create", "zoe", "36", "--for", "Coffret et essai")
    (link,) = door.listed("links", "list")
    assert "Merci, votre paiement est bien arrivé." in door.pays(link["url"]).text
    owes_as_before(door, number)
    assert door.listed("links", "list")[0]["standing"] == "paid"


def test_money_of_a_client_on_the_direct_link_goes_to_no_invoice_of_hers(door: FrontDoor) -> None:
    number = door.invoices()
    form = {"amount": "36", "purpose": "Coffret et essai", "name": "Zoé", "email": "zoe@example.org"}
    assert "Merci, votre paiement est bien arrivé." in door.pays("/p/atelier", **form).text
    owes_as_before(door, number)


def owes_as_before(door: FrontDoor, number: str) -> None:
    """See that zoe owes her invoice and her seat as before, and that 36.00 of hers paid a charge of its own."""
    assert [(one["number"], one["amount_due"]) for one in door.listed("invoices", "list")] == [(number, 4500)]
    (seat,) = door.listed("bookings", "day", "--on", DAY)
    assert (seat["document"], seat["open"], seat["paid"]) == (number, 4500, 0)
    own = door.listed("charges", "list", "--state", "settled")
    assert [(one["description"], one["total"], one["open"]) for one in own] == [("Coffret et essai", 3600, 0)]
    (payment,) = door.listed("payments", "list", "--contact", "zoe")
    assert (payment["amount"], payment["credit"]) == (3600, 0)
    assert number not in payment["documents"]
    assert door.alerts() == []
    assert door.balanced()


def test_the_direct_link_pay_is_put_into_a_website_or_a_signature_and_opens_the_form(door: FrontDoor) -> None:
    link = door.says("pages", "direct", "--html").out
    (url,) = re.findall(r'<a href="(\S+)">Payer en ligne</a>', link)
    assert door.opens(url).proof
    form = {"amount": "36", "purpose": "Coffret et essai", "name": "Noé", "email": "noe@example.org"}
    assert "Merci, votre paiement est bien arrivé." in door.pays(url, **form).text
    (payment,) = door.listed("payments", "list")
    assert (payment["amount"], payment["credit"]) == (3600, 0)


def test_for_a_service_that_is_booked_an_invoice_keeps_things_together(desk: FrontDesk) -> None:
    number = desk.invoices()
    (found,) = desk.listed("invoices", "list", "--linked-to", "booking:o1-b1")
    (seat,) = desk.listed("bookings", "day", "--on", DAY)
    assert (found["number"], seat["document"]) == (number, number)


def test_what_a_client_has_pending_or_overdue_is_found_and_reminded_of(desk: FrontDesk, url: str) -> None:
    def found(*options: str) -> list[str]:
        return [one["number"] for one in desk.listed("invoices", "list", "--contact", "zoe", *options)]

    late = desk.invoices()
    pass_by(url, 10)
    pending, _ = desk.invoices(), desk.invoices("ada")
    assert found() == [late, pending]
    assert found("--status", "overdue") == [late]
    assert found("--status", "pending") == [pending]
    _, message, *_ = desk.does("invoices", "remind", late)
    assert (message["template"], message["to"]) == ("send_reminder", "zoe@example.org")


PARTS = "partial_payments: {allowed: true, minimum: 1000}"


def test_a_deposit_is_paid_on_the_page_of_the_invoice_and_the_rest_in_cash(door: FrontDoor) -> None:
    door.sets(PARTS)
    number = door.invoices()
    url = door.says("pages", "address", number).out.strip()
    assert "Reste à payer 25,00 €" in door.pays(url, amount="20,00").text
    assert door.asked == (2000, "EUR")
    door.does("payments", "mark-paid", number, "--method", "cash", "--yes")
    paid_in_two(door, number)
    assert "Tout est réglé" in door.opens(url).text


def test_a_deposit_is_paid_by_link_before_any_invoice_which_then_asks_for_the_rest(door: FrontDoor) -> None:
    door.sets(PARTS)
    door.books("zoe")
    door.does("links", "create", "zoe")
    (link,) = door.listed("links", "list")
    door.pays(link["url"], amount="20,00")
    number = door.does("invoices", "create", "--booking", "o1-b1")[1]["number"]
    assert (door.invoice(number)["prepaid"], door.invoice(number)["amount_due"]) == (2000, 2500)
    door.does("payments", "mark-paid", number, "--method", "cash", "--yes")
    paid_in_two(door, number)
    (receipt,) = door.listed("invoices", "list", "--kind", "receipt")
    assert receipt["total"] == 2000


def paid_in_two(door: FrontDoor, number: str) -> None:
    """See that 20.00 by card and 25.00 in cash pay an invoice of 45.00 exactly."""
    found = door.invoice(number)
    assert (found["total"], found["amount_due"], found["status"]) == (4500, 0, "paid")
    money = [(one["amount"], one["method"], one["credit"], one["documents"]) for one in door.listed("payments", "list")]
    assert money == [(2000, "card", 0, [number]), (2500, "cash", 0, [number])]
    assert door.alerts() == []
    assert door.balanced()


def test_payments_for_which_an_invoice_was_issued_are_told_apart(desk: FrontDesk) -> None:
    number = desk.invoices()
    desk.tells("charge.added", charge_added("key"))
    desk.does("payments", "record", "--yes", "45", number, "--id", "billed")
    desk.does("payments", "record", "--yes", "25", "--charge", "key", "--id", "not-billed")
    assert {one["id"]: one["documents"] for one in desk.listed("payments", "list")} == {
        "billed": [number],
        "not-billed": [],
    }
    assert [one["number"] for one in desk.listed("invoices", "list", "--linked-to", "billed")] == [number]
    assert [one["id"] for one in desk.listed("payments", "list", "--invoiced")] == ["billed"]
    assert [one["id"] for one in desk.listed("payments", "list", "--not-invoiced")] == ["not-billed"]


def test_what_is_owed_or_was_paid_is_filtered_by_whether_an_invoice_was_issued(desk: FrontDesk) -> None:
    desk.invoices()
    desk.tells("charge.added", charge_added("key"))
    assert [one["id"] for one in desk.listed("charges", "list", "--invoiced")] == ["o1-b1"]
    assert [one["id"] for one in desk.listed("charges", "list", "--not-invoiced")] == ["key"]
    assert len(desk.listed("charges", "list")) == 2


def test_payment_at_booking_is_asked_for_service_by_service_and_case_by_case(desk: FrontDesk, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(path.read_text().replace("tax_rate:", "payment_window: {hours: 2}, tax_rate:"))
    assert desk.says("business", "apply", path, "--yes").code == 0
    desk.tells("service.updated", {"service": {"id": "spa", "price": money(6000), "payment": "at_booking"}})
    desk.books("zoe", booking("must", session=session("s1", service="spa")))
    desk.books("zoe", booking("later", session=session("s2", service="spa"), payment="later"))
    desk.books("zoe", booking("here", session=session("s3"), payment="at_booking"))
    seats = {seat["booking"]: seat["pay_by"] is not None for seat in desk.listed("bookings", "day", "--on", DAY)}
    assert seats == {"must": True, "later": False, "here": True}


def test_a_service_is_priced_and_paid_in_a_currency_of_its_own(desk: FrontDesk) -> None:
    desk.tells("service.updated", {"service": {"id": "tea", "price": money(3333, "JPY")}})
    desk.books("zoe", booking("b1", session=session("s1", service="tea")))
    number = desk.does("invoices", "create", "--booking", "b1")[1]["number"]
    desk.does("payments", "mark-paid", number, "--yes")
    found = desk.invoice(number)
    assert (found["currency"], found["total"], found["status"]) == ("JPY", 3333, "paid")
    assert desk.balanced()
