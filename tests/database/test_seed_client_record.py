"""What the help page on clients with appointments says of a client's card, sentence by sentence."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.card import CardAttempt, CardKind, CardState
from models.contact import Mandate
from models.db import transact
from models.replies import Reply
from tasks.replies import record_reply
from tasks.writing import copy
from tests.database.conftest import Relance
from tests.database.front_desk import SHOP, FrontDesk
from tests.database.upstream import Upstream
from tests.samples import booking, money, order_placed, recurring_payment_cancelled, recurring_payment_started, session


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


def test_the_card_says_what_no_document_asks_for_yet_also_of_those_whose_payer_it_is(desk: FrontDesk) -> None:
    desk.tells("contact.updated", {"contact": {"id": "ada", "bill_to": "zoe"}})
    desk.books("ada", paid=1500)
    desk.invoices("zoe")
    found = card(desk)
    assert (found["owes"], found["unbilled"]) == ({"EUR": 4500}, {"EUR": 3000})
    assert card(desk, "ada")["unbilled"] == {}
    assert "30.00 EUR" in desk.says("contacts", "show", "zoe").out


def test_the_card_shows_recurring_payments_and_saved_cards(desk: FrontDesk) -> None:
    desk.tells("recurring_payment.started", recurring_payment_started("gym", starts_on="2099-01-31"))
    mandate = Mandate("atelier", "m1", "zoe", "sandbox", "card_1", "cards-1", datetime.now(UTC), label="Visa 4242")
    transact(desk.upstream.shell.database, lambda c: copy(c, Mandate, [mandate]))
    found = card(desk)
    (agreed,), (saved,) = found["recurring_payments"], found["saved_cards"]
    assert (agreed["id"], agreed["price"], agreed["next"][:10]) == ("gym", 4500, "2099-01-31")
    assert (saved["label"], "reference" in saved) == ("Visa 4242", False)
    desk.tells("recurring_payment.cancelled", recurring_payment_cancelled("gym", reason="moved away"))
    (agreed,) = card(desk)["recurring_payments"]
    assert (agreed["next"], agreed["reason"]) == (None, "moved away")


def test_the_card_shows_an_address_as_people_write_it(desk: FrontDesk) -> None:
    address = {"city": "Paris", "street": "1 rue du Lac", "postcode": "75011"}
    desk.tells("contact.updated", {"contact": {"id": "zoe", "address": address}})
    assert "1 rue du Lac, 75011 Paris" in desk.says("contacts", "show", "zoe").out


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


def test_a_day_its_report_and_attempts_know_the_client_who_is_left_of_two(desk: FrontDesk) -> None:
    desk.books("zoe", past("b-zoe"))
    desk.books("ada", past("b-ada"))
    desk.tells("contact.updated", {"contact": {"id": "eva", "bill_to": "ada"}})
    desk.books("eva", past("b-eva"))
    attempt = CardAttempt("atelier", "card_1", CardKind.CHARGE, "sandbox", 100, "EUR", datetime.now(UTC))
    attempt.contact_id, attempt.state = "ada", CardState.FAILED
    transact(desk.upstream.shell.database, lambda c: copy(c, CardAttempt, [attempt]))
    desk.tells("contact.merged", {"contact": {"id": "ada"}, "into": "zoe"})
    (on,) = {one["starts_at"][:10] for one in card(desk)["bookings_past"]}
    seats = {one["booking"]: one for one in desk.listed("bookings", "day", "--on", on)}
    who = ("participant", "participant_name", "payer", "payer_name")
    assert [seats["b-ada"][key] for key in who] == ["zoe", "Zoé", "zoe", "Zoé"]
    assert [seats["b-eva"][key] for key in who] == ["eva", None, "zoe", "Zoé"]
    report = ("bookings", "report", "--from", on, "--to", on)
    assert [(one["client"], one["booked"]) for one in desk.listed(*report)] == [("eva", 1), ("zoe", 2)]
    assert [(one["client"], one["booked"]) for one in desk.listed(*report, "--contact", "zoe")] == [("zoe", 2)]
    assert [one["booked"] for one in desk.listed(*report, "--contact", "zoe", "--per", "day")] == [2]
    (tried,) = desk.listed("payments", "attempts", "--contact", "zoe")
    assert (tried["id"], tried["contact"]) == ("card_1", "zoe")


def test_links_and_quotes_of_a_merged_client_are_listed_with_those_of_the_one_who_is_left(desk: FrontDesk) -> None:
    desk.does("links", "create", "ada", "20", "--for", "Deposit")
    desk.does("quotes", "create", "ada", "Wedding", "--line", "Hair=100.00")
    desk.does("contacts", "merge", "ada", "--into", "zoe", "--yes")
    for what in ("links", "quotes"):
        assert len(desk.listed(what, "list", "--contact", "zoe")) == 1


def test_important_documents_that_clients_shared_are_stored(desk: FrontDesk, tmp_path: Path) -> None:
    scan, back = tmp_path / "accord.pdf", tmp_path / "back.pdf"
    scan.write_bytes(b"%PDF-1.7 signed")
    desk.does("contacts", "file", "add", "zoe", scan)
    (kept,) = card(desk)["files"]
    assert (kept["name"], kept["media_type"], kept["size"]) == ("accord.pdf", "application/pdf", 15)
    assert desk.says("contacts", "file", "get", "zoe", kept["id"], "--out", back).code == 0
    assert back.read_bytes() == scan.read_bytes()
    assert "can't be written" in desk.refused_plain("contacts", "file", "get", "zoe", kept["id"], "--out", back)
    assert "has no file" in desk.refused_plain("contacts", "file", "get", "ada", kept["id"], "--out", tmp_path / "x")
    desk.does("contacts", "file", "remove", "zoe", kept["id"], "--yes")
    assert card(desk)["files"] == []
    assert [act for _, act, _ in desk.acts()] == ["file added", "file removed"]


def test_a_file_is_taken_for_what_its_bytes_are_and_only_up_to_a_size(
    desk: FrontDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, large = tmp_path / "scan.pdf", tmp_path / "large.pdf"
    program.write_bytes(b"\x7fELF\x02\x01")
    large.write_bytes(b"%PDF-" + bytes(1024 * 1024))
    assert "no document that is known here" in desk.refused_plain("contacts", "file", "add", "zoe", program)
    monkeypatch.setenv("RELANCE_FILE_MIB", "1")
    assert "at most 1 MiB" in desk.refused_plain("contacts", "file", "add", "zoe", large)
    monkeypatch.setenv("RELANCE_FILE_KINDS", "image,text")
    large.write_bytes(b"%PDF-")
    assert "Taken are image, text." in desk.refused_plain("contacts", "file", "add", "zoe", large)
    assert card(desk)["files"] == []


def test_notes_with_information_about_the_client_are_kept(desk: FrontDesk) -> None:
    desk.does("contacts", "note", "zoe", "Prefers mornings \x1b[31m")
    (note,) = card(desk)["notes"]
    assert (note["text"], note["actor"]) == ("Prefers mornings \x1b[31m", "olga")
    assert "\x1b" not in desk.says("contacts", "show", "zoe").out
    assert "between 1 and 10000" in desk.refused_plain("contacts", "note", "zoe", "  ")
    assert "Say --yes" in desk.says("contacts", "notes", "remove", "zoe", note["id"]).err
    assert "no such thing" in desk.refused("contacts", "notes", "remove", "ada", note["id"])
    desk.does("contacts", "notes", "remove", "zoe", note["id"], "--yes")
    assert desk.says("contacts", "notes", "list", "zoe").out == "There are no notes about this client.\n"
    assert all("mornings" not in str(one) for one in desk.listed("changes"))


def test_one_chats_with_a_client_and_what_was_said_stands_on_the_card(desk: FrontDesk) -> None:
    desk.does("contacts", "send", "zoe", "--text", "See you {{ tomorrow }}", "--subject", "Hello")
    (message,) = card(desk)["messages"]
    assert (message["subject"], message["template"], message["purpose"]) == ("Hello", "by_hand", "service")
    text = desk.says("messages", "show", message["id"], "--json").line["text"]
    assert text == "Bonjour Zoé,\n\nSee you {{ tomorrow }}\n\nAtelier"
    assert "nothing to send" in desk.refused_plain("contacts", "send", "zoe")


def answers(desk: FrontDesk, text: str, name: str, at: datetime) -> None:
    """Let a client answer by SMS from the number that zoe has."""
    reply = Reply(name, "+33612345678", text, at)
    assert transact(desk.upstream.shell.database, lambda c: record_reply(c, "atelier", reply, datetime.now(UTC)))


def test_what_the_client_answers_by_sms_stands_on_the_card_between_what_was_sent(desk: FrontDesk, file: Path) -> None:
    file.write_text(SHOP.replace("locale: fr", "locale: fr, channels: [sms]"))
    desk.says("business", "apply", file, "--yes")
    desk.does("contacts", "change", "zoe", "--phone", "06 12 34 56 78")
    desk.does("contacts", "send", "zoe", "--text", "À demain ?")
    answers(desk, "Oui, à demain", "1", datetime.now(UTC))
    desk.does("contacts", "send", "zoe", "--text", "Merci")
    answers(desk, "Stop !", "2", datetime.now(UTC))
    answers(desk, "Told late, said first", "0", datetime.now(UTC) - timedelta(hours=1))
    said = card(desk)["messages"]
    assert [(one["channel"], one["template"]) for one in said] == [
        ("sms", "answer"), ("sms", "by_hand"), ("sms", "answer"), ("sms", "by_hand"), ("sms", "answer"),
    ]  # fmt: skip
    assert [one.get("text") for one in said] == ["Told late, said first", None, "Oui, à demain", None, "STOP"]
    assert (said[2]["from"], said[2]["state"], said[3]["to"]) == ("+33612345678", "received", "+33612345678")
    shown = desk.says("contacts", "show", "zoe").out
    assert shown.index("Told late") < shown.index("Oui, à demain") < shown.index("STOP")
    assert card(desk, "ada")["messages"] == []


def test_an_answer_from_a_number_that_two_clients_have_stands_on_both_cards(desk: FrontDesk) -> None:
    for who in ("zoe", "ada"):
        desk.does("contacts", "change", who, "--phone", "+33612345678")
    answers(desk, "C'est moi", "1", datetime.now(UTC))
    desk.tells("contact.merged", {"contact": {"id": "ada"}, "into": "zoe"})
    assert [one["text"] for who in ("zoe", "ada") for one in card(desk, who)["messages"]] == ["C'est moi"] * 2


def test_links_of_services_and_coupons_are_sent(desk: FrontDesk) -> None:
    assert "has no link" in desk.refused_plain("contacts", "send", "zoe", "--service", "cut")
    desk.tells("service.updated", {"service": {"id": "cut", "name": "Coupe", "url": "https://salon.example/cut"}})
    desk.says("coupons", "create", "MERCI", "--percent", "10")
    desk.does("contacts", "send", "zoe", "--service", "cut", "--coupon", "merci")
    (message,) = card(desk)["messages"]
    text = desk.says("messages", "show", message["id"], "--json").line["text"]
    assert "Coupe : https://salon.example/cut" in text
    assert "Votre code : MERCI, 10 % de réduction" in text
    assert "has no coupon" in desk.refused_plain("contacts", "send", "zoe", "--coupon", "none")


def test_coupons_that_a_client_used_say_what_they_took_off(desk: FrontDesk) -> None:
    desk.says("coupons", "create", "MERCI", "--percent", "10")
    seat = booking("tea", session=session("s1"), price=money(3330, "JPY"))
    desk.tells("order.placed", order_placed("o9", of="zoe", bookings=[seat], coupon="MERCI"))
    (used,) = card(desk)["coupons"]
    assert (used["coupon"], used["of"], used["amount"], used["currency"]) == ("MERCI", "order:o9", 333, "JPY")
    assert "333 JPY" in desk.says("contacts", "show", "zoe").out


def test_an_offer_is_sent_only_to_who_agreed(desk: FrontDesk) -> None:
    offer = ("contacts", "send", "zoe", "--text", "Offer", "--marketing")
    assert "has not agreed to marketing" in desk.refused_plain(*offer)
    desk.does("contacts", "consent", "zoe", "--purpose", "marketing", "--channel", "email", "--yes")
    desk.does(*offer)
    assert [one["purpose"] for one in card(desk)["messages"]] == ["marketing"]
    (consent,) = card(desk)["consents"]
    assert (consent["purpose"], consent["channel"], consent["state"]) == ("marketing", "email", "yes")


def test_two_clients_are_merged_shown_before_and_their_records_follow(desk: FrontDesk) -> None:
    desk.does("contacts", "note", "ada", "Likes tea")
    desk.does("contacts", "consent", "ada", "--purpose", "marketing", "--channel", "email", "--yes")
    number = desk.invoices("ada")
    asked = desk.says("contacts", "merge", "ada", "--into", "zoe")
    assert asked.code == 2
    assert "ada@example.org" in asked.out
    assert card(desk, "ada")["merged_into"] is None
    desk.does("contacts", "merge", "ada", "--into", "zoe", "--yes")
    found = card(desk)
    assert [one["text"] for one in found["notes"]] == ["Likes tea"]
    assert [one["state"] for one in found["consents"]] == ["yes"]
    assert [(one["number"], one["contact"]) for one in found["documents"]] == [(number, "zoe")]
    desk.does("contacts", "send", "zoe", "--text", "Offer", "--marketing")
    assert ("olga", "merged", "ada") in desk.acts()
    again = desk.refused("contacts", "merge", "ada", "--into", "zoe")
    assert "ada has been merged into zoe already, which can't be undone." in again
    back = desk.refused("contacts", "merge", "zoe", "--into", "ada")
    assert "ada has been merged into zoe already: zoe is the client who is left." in back
    assert "zoe can't be merged into itself" in desk.refused("contacts", "merge", "zoe", "--into", "zoe")
    assert desk.balanced()
