"""What the help page on clients with appointments says of a client's card, sentence by sentence."""

from pathlib import Path
from typing import Any

import pytest

from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream
from tests.samples import booking, session


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk."""
    return FrontDesk(relance, upstream, tmp_path)


def card(desk: FrontDesk, who: str = "zoe") -> dict[str, Any]:
    return desk.says("contacts", "show", who, "--json").line


def past(name: str) -> dict[str, Any]:
    """Return a seat in a session of long ago."""
    times = {"starts_at": "2020-03-02T09:00:00+01:00", "ends_at": "2020-03-02T10:00:00+01:00"}
    return booking(name, session=session(f"s-{name}") | times)


def test_the_card_of_a_client_shows_previous_bookings_and_those_to_come(desk: FrontDesk) -> None:
    desk.books("zoe", past("b-old"))
    coming = desk.books("zoe")
    found = card(desk)
    assert [one["id"] for one in found["bookings_past"]] == ["b-old"]
    assert [one["id"] for one in found["bookings_coming"]] == [f"{coming}-b1"]
    shown = desk.says("contacts", "show", "zoe").out
    assert "Bookings past" in shown
    assert "b-old" in shown
    assert "Payments" not in shown


def test_the_card_says_how_the_money_of_each_booking_payment_and_document_stands(desk: FrontDesk) -> None:
    desk.books("zoe", booking("b-due"))
    desk.books("zoe", booking("b-part"), paid=2000)
    desk.books("zoe", booking("b-paid"), paid=4500)
    desk.books("zoe", booking("b-back"), paid=4500)
    desk.does("bookings", "cancel", "b-back", "--refund", "full", "--yes")
    number = desk.invoices("zoe")
    found = card(desk)
    assert {one["id"]: one["standing"] for one in found["bookings_coming"] + found["bookings_past"]} == {
        "b-due": "due",
        "b-part": "partially_paid",
        "b-paid": "paid",
        "b-back": "refunded",
        "o5-b1": "due",
    }
    assert sorted(one["standing"] for one in found["payments"]) == ["paid", "paid", "refunded"]
    (invoice,) = [one for one in found["documents"] if one["number"] == number]
    assert (invoice["kind"], invoice["standing"]) == ("invoice", "pending")


def test_the_card_shows_the_messages_that_were_sent_as_a_chat(desk: FrontDesk) -> None:
    desk.invoices("zoe")
    (message,) = card(desk)["messages"]
    assert (message["to"], message["template"]) == ("zoe@example.org", "request_payment")


def test_a_client_is_found_by_words_and_by_tag(desk: FrontDesk) -> None:
    desk.tells("contact.updated", {"contact": {"id": "ada", "tags": ["vip"]}})
    assert [one["id"] for one in desk.listed("contacts", "list", "--search", "zoe EXAMPLE")] == ["zoe"]
    assert [one["id"] for one in desk.listed("contacts", "list", "--tag", "vip")] == ["ada"]
    assert desk.says("contacts", "list", "--tag", "none").out == "There are no such contacts.\n"


def test_the_card_of_a_merged_client_shows_what_both_booked(desk: FrontDesk) -> None:
    desk.books("zoe", past("b-zoe"))
    desk.books("ada", past("b-ada"))
    desk.tells("contact.merged", {"contact": {"id": "ada"}, "into": "zoe"})
    assert {one["id"] for one in card(desk)["bookings_past"]} == {"b-zoe", "b-ada"}
    assert {one["id"] for one in desk.listed("bookings", "list", "--contact", "zoe")} == {"b-zoe", "b-ada"}
