"""Charges by hand: added outside any order, listed, cancelled, by the same rules as events (R17, R18, R28)."""

from pathlib import Path

import psycopg
import pytest

from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream
from tests.samples import booking, charge_added, order_placed, session

ASKING = """\
automation: ask
trigger: {on: charge.added}
steps: [{request_payment: {}}]
"""


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk."""
    return FrontDesk(relance, upstream, tmp_path)


@pytest.fixture
def asking(desk: FrontDesk, tmp_path: Path) -> FrontDesk:
    """Open the desk of a shop that asks for every charge at once."""
    file = tmp_path / "ask.yaml"
    file.write_text(ASKING)
    assert desk.says("automations", "apply", file, "--publish").code == 0
    return desk


def sold(url: str, charge: str) -> tuple[object, ...]:
    """Return how the line of a charge stands on its document."""
    query = (
        "SELECT quantity, unit_price, amount, net, tax, category, rate, service_from::text, participant, discount,"
        " discount_reason FROM invoice_lines WHERE charge_id = %s"
    )
    with psycopg.connect(url) as connection:
        (line,) = connection.execute(query, (charge,)).fetchall()
    return tuple(line)


def test_a_session_from_a_package_is_settled_from_the_start_and_stands_on_a_document_beside_others(
    desk: FrontDesk, url: str
) -> None:
    taken = booking("b1", session=session("s1"), package="ten")
    desk.tells("order.placed", order_placed("o1", bookings=[taken, booking("b2", session=session("s2"))]))
    assert {one["id"]: one["state"] for one in desk.listed("charges", "list")} == {"b1": "settled", "b2": "due"}
    _, *lines = desk.does("invoices", "create", "--contact", "zoe", "--no-send")
    number = next(line["number"] for line in lines if line["kind"] == "invoice")
    assert sold(url, "b1")[2] == 0
    assert {one["id"]: one["state"] for one in desk.listed("charges", "list")} == {"b1": "settled", "b2": "invoiced"}
    desk.does("payments", "mark-paid", number, "--yes")
    assert {one["state"] for one in desk.listed("charges", "list")} == {"settled"}
    assert desk.balanced()


def test_a_charge_is_added_and_billed_as_said(desk: FrontDesk, url: str) -> None:
    done, charge, fact = desk.does(
        "charges", "add", "zoe", "Shampoing", "12,50", "--quantity", "2", "--kind", "product", "--tax-rate", "5.5",
        "--discount", "3", "--discount-reason", "fidélité", "--service-on", "2026-01-05", "--due", "2026-02-01",
        "--participant", "ada", "--id", "gel",
    )  # fmt: skip
    assert done == {"charge": "gel", "done": "added", "contact": "zoe", "description": "Shampoing"}
    assert charge | {"amount": 2200, "currency": "EUR", "due_on": "2026-02-01", "state": "due"} == charge
    assert (fact["kind"], fact["type"]) == ("event", "charge.added")
    desk.does("invoices", "create", "--contact", "zoe", "--no-send")
    assert sold(url, "gel") == (2, 1250, 2200, 2085, 115, "S", 5.5, "2026-01-05", "ada", 300, "fidélité")
    assert ("olga", "added", "gel") in desk.acts()
    assert desk.balanced()


def test_a_price_may_be_without_vat_and_in_another_currency(desk: FrontDesk) -> None:
    _, euros, *_ = desk.does("charges", "add", "zoe", "Conseil", "100", "--net")
    _, francs, *_ = desk.does("charges", "add", "zoe", "Conseil", "100", "--currency", "chf")
    assert [(one["amount"], one["currency"]) for one in (euros, francs)] == [(12000, "EUR"), (10000, "CHF")]


def test_an_indemnity_stands_outside_vat_and_a_price_kept_bears_it(desk: FrontDesk, url: str) -> None:
    desk.does("charges", "add", "zoe", "Indemnité", "30", "--fee", "indemnity", "--id", "i")
    desk.does("charges", "add", "zoe", "Séance due", "30", "--fee", "price_kept", "--id", "k")
    _, *lines = desk.does("invoices", "create", "--contact", "zoe", "--no-send")
    assert len([line for line in lines if line["kind"] == "invoice"]) == 2, "lines outside VAT stand alone (R9)"
    assert [sold(url, id_)[3:6] for id_ in "ik"] == [(3000, 0, "O"), (2500, 500, "S")]


def test_nothing_is_asked_where_nothing_is_sent(desk: FrontDesk) -> None:
    said = desk.says("charges", "add", "zoe", "Clé", "25")
    assert said.code == 0
    assert ": added." in said.out
    assert "25.00 EUR" in said.out


def test_what_would_be_sent_is_shown_and_asked_for_first(asking: FrontDesk) -> None:
    asked = asking.says("charges", "add", "zoe", "Clé", "25", "--id", "key")
    assert "nobody can be asked" in asked.err
    assert "request payment to zoe@example.org" in asked.out
    assert asking.listed("charges", "list") == []
    _, *lines = asking.does("charges", "add", "zoe", "Clé", "25", "--id", "key", "--yes")
    assert [line["total"] for line in lines if line["kind"] == "invoice"] == [2500]
    (listed,) = asking.listed("charges", "list", "--contact", "zoe", "--state", "invoiced")
    (invoice,) = asking.listed("invoices", "list")
    assert (listed["id"], listed["document"], listed["open"]) == ("key", invoice["number"], 2500)
    assert asking.listed("charges", "list", "--state", "due") == []


def test_charges_are_chosen_by_whether_they_stand_on_an_invoice_paid_or_not(desk: FrontDesk) -> None:
    def chosen(*options: str) -> list[str]:
        return [one["id"] for one in desk.listed("charges", "list", *options)]

    desk.does("charges", "add", "zoe", "Clé", "25", "--id", "billed")
    number = desk.does("invoices", "create", "--contact", "zoe", "--no-send")[1]["number"]
    desk.does("payments", "mark-paid", number, "--yes")
    desk.does("charges", "add", "zoe", "Clé", "25", "--id", "open")
    desk.does("charges", "add", "ada", "Clé", "25", "--id", "paid")
    desk.does("payments", "record", "25", "--charge", "paid", "--yes")
    assert (chosen("--invoiced"), chosen("--not-invoiced")) == (["billed"], ["open", "paid"])
    assert chosen("--not-invoiced", "--state", "settled", "--contact", "ada") == ["paid"]
    assert chosen("--invoiced", "--state", "due") == []


def test_a_dry_run_changes_nothing(desk: FrontDesk) -> None:
    would, charge, *_ = desk.does("charges", "add", "zoe", "Clé", "25", "--dry-run")
    assert (would["would"], charge["amount"]) == ("added", 2500)
    assert desk.listed("charges", "list") == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["zo", "Clé", "25"], "has no contact 'zo'. Did you mean zoe?"),
        (["zoe", "Clé", "25 EUR"], "without the currency, here EUR."),
        (["zoe", "Clé", "0"], "must be more than nothing"),
        (["zoe", "Clé", "2.505"], "more decimals than EUR has"),
        (["zoe", "Clé", "25", "--currency", "euro"], "'EURO' is not an ISO 4217 currency in use"),
        (["zoe", "Clé", "25", "--quantity", "two"], "is no quantity"),
        (["zoe", "Clé", "25", "--quantity", "0"], "quantity must be more than 0"),
        (["zoe", "Clé", "25", "--tax-rate", "19"], "is no VAT rate of a seller in FR"),
        (["zoe", "Clé", "25", "--tax-rate", "5.5", "--fee", "indemnity"], "an indemnity bears no VAT"),
        (["zoe", "Clé", "25", "--discount", "25.01"], "discount.amount is more than the charge comes to"),
        (["zoe", "Clé", "25", "--discount-reason", "x"], "say how much that is"),
        (["zoe", "Clé", "25", "--due", "soon"], "'soon' is no date. Write 2027-03-31."),
        (["zoe", "Clé", "25", "--participant", "ad"], "has no contact 'ad'. Did you mean ada?"),
        (["zoe", "", "25"], "description"),
    ],
)
def test_what_is_no_charge_is_refused(desk: FrontDesk, arguments: list[str], why: str) -> None:
    assert why in desk.refused_plain("charges", "add", *arguments)
    assert desk.listed("charges", "list") == []


def test_a_charge_of_ones_own_name_is_added_once(desk: FrontDesk) -> None:
    desk.does("charges", "add", "zoe", "Clé", "25", "--id", "key")
    assert "There is a charge key already." in desk.refused_plain("charges", "add", "zoe", "Clé", "30", "--id", "key")
    assert [one["total"] for one in desk.listed("charges", "list")] == [2500]


def test_a_charge_is_cancelled_after_asking_once(desk: FrontDesk) -> None:
    desk.does("charges", "add", "zoe", "Clé", "25", "--id", "key")
    desk.does("payments", "record", "--yes", "10", "--charge", "key")
    assert "nobody can be asked" in desk.says("charges", "cancel", "key").err
    done, charge, *_ = desk.does("charges", "cancel", "key", "--reason", "found", "--yes")
    assert (done["done"], done["reason"], charge["amount"]) == ("cancelled", "found", 1000), "what was paid is kept"
    assert "is cancelled already" in desk.refused("charges", "cancel", "key")
    assert desk.listed("charges", "list")[0]["open"] == 0
    assert desk.balanced()


def test_what_is_on_a_document_is_cancelled_by_a_credit_note(desk: FrontDesk) -> None:
    desk.does("charges", "add", "zoe", "Clé", "25", "--id", "key")
    number = desk.does("invoices", "create", "--contact", "zoe")[1]["number"]
    _, *lines = desk.does("charges", "cancel", "key", "--yes")
    assert [line["of"] for line in lines if line["kind"] == "credit_note"] == [number]
    assert desk.invoice(number)["status"] == "void"
    assert desk.balanced()


def test_a_bookings_charge_ends_with_its_booking(desk: FrontDesk) -> None:
    desk.books()
    assert "`relance bookings cancel o1-b1` ends both" in desk.refused("charges", "cancel", "o1-b1")
    assert "has no charge 'o1-b2'. Did you mean o1-b1?" in desk.refused("charges", "cancel", "o1-b2")


def test_a_coupon_stays_when_upstream_tells_the_charge_again(desk: FrontDesk) -> None:
    desk.does("charges", "add", "zoe", "Clé", "25", "--id", "key")
    desk.does("coupons", "create", "TEN", "--amount", "10")
    desk.does("coupons", "apply", "TEN", "--charge", "key")
    desk.tells("charge.added", charge_added("key", price={"amount": 3000, "currency": "EUR"}))
    assert desk.listed("charges", "list")[0]["total"] == 2000


def test_a_discount_ends_when_upstream_tells_the_charge_without_it(desk: FrontDesk) -> None:
    desk.does("charges", "add", "zoe", "Clé", "25", "--id", "key", "--discount", "10")
    number = desk.does("invoices", "create", "--contact", "zoe")[1]["number"]
    assert desk.listed("charges", "list")[0]["total"] == 1500
    desk.tells("charge.added", charge_added("key"))
    (charge,) = desk.listed("charges", "list")
    assert (charge["total"], charge["document"]) == (2500, None), "the document said less: it is billed anew"
    assert desk.invoice(number)["status"] == "void"
    assert desk.balanced()
