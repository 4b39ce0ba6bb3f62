"""What the help page on managing clients with appointments lets a person do, sentence by sentence (R4, R15, R28)."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.database.conftest import Relance, Terminal
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream
from tests.samples import booking, contact, money, session, times

DAY = "2027-03-27"


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk."""
    return FrontDesk(relance, upstream, tmp_path)


def templates(lines: list[dict[str, object]]) -> list[object]:
    return [line["template"] for line in lines if line.get("kind") == "message"]


def attendance(desk: FrontDesk, id_: str = "o1-b1") -> str:
    return str(next(line for line in desk.listed("bookings", "list") if line["id"] == id_)["attendance"])


def journal(url: str) -> list[tuple[Any, ...]]:
    """Return the whole journal, in its order."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT * FROM journal ORDER BY sequence").fetchall()


def refunds(url: str) -> list[tuple[Any, ...]]:
    """Return what went back, to whom."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT contact_id, amount, currency FROM refunds ORDER BY at, id").fetchall()


# Who pays and who comes


def test_the_calendar_tells_who_pays_and_who_attends(desk: FrontDesk) -> None:
    desk.books("zoe", booking("b1", session=session("s1"), contact=contact("lea", name="Léa")), paid=1000)
    (seat,) = desk.listed("bookings", "day", "--on", DAY)
    assert (seat["participant_name"], seat["payer_name"]) == ("Léa", "Zoé")
    assert (seat["session"], seat["service"], seat["attendance"]) == ("s1", "cut", "booked")
    assert (seat["price"], seat["paid"], seat["open"], seat["document"]) == (4500, 1000, 3500, None)
    assert seat["starts_at"] == "2027-03-27T10:00:00+01:00"
    table = desk.says("bookings", "day", "--on", DAY).out
    assert all(word in table for word in ("10:00", "Léa", "Zoé", "45.00 EUR", "10.00 EUR", "35.00 EUR"))


def test_a_day_names_the_document_and_leaves_out_what_is_cancelled_and_other_days(desk: FrontDesk) -> None:
    number = desk.invoices()
    desk.books("ada")
    desk.does("bookings", "cancel", "o2-b1", "--yes")
    (seat,) = desk.listed("bookings", "day", "--on", DAY)
    assert (seat["booking"], seat["document"]) == ("o1-b1", number)
    assert desk.listed("bookings", "day", "--on", "2027-03-26") == []
    assert desk.says("bookings", "day").out == "Nobody is booked on that day.\n"


def test_whom_the_client_names_as_payer_pays(desk: FrontDesk) -> None:
    desk.tells("contact.updated", {"contact": {"id": "zoe", "bill_to": "ada"}})
    desk.books("zoe")
    (seat,) = desk.listed("bookings", "day", "--on", DAY)
    assert (seat["participant"], seat["payer"]) == ("zoe", "ada")


# Attendance


def test_who_has_booked_has_not_come_yet(desk: FrontDesk) -> None:
    desk.books()
    assert attendance(desk) == "booked"


@pytest.mark.parametrize("came", ["checked_in", "no_show"])
def test_who_comes_is_checked_in_and_who_does_not_is_a_no_show(desk: FrontDesk, came: str) -> None:
    desk.books()
    _, *lines = desk.does("bookings", "attendance", "o1-b1", came)
    assert [line["type"] for line in lines if line["kind"] == "event"] == [f"booking.{came}"]
    assert attendance(desk) == came


def test_attendance_is_followed_with_who_noted_what(desk: FrontDesk) -> None:
    desk.books()
    desk.tells("booking.attendance", {"booking": {"id": "o1-b1", "attendance": "no_show"}})
    desk.does("bookings", "attendance", "o1-b1", "checked_in")
    history = desk.listed("bookings", "attendance", "o1-b1")
    assert [(one["attendance"], one["by"]) for one in history] == [
        ("no_show", "/booking-service"),
        ("checked_in", "olga"),
    ]
    assert "is noted as checked_in already" in desk.refused_plain("bookings", "attendance", "o1-b1", "checked_in")
    assert "checked_in" in desk.says("bookings", "attendance", "o1-b1").out


def test_who_was_noted_by_mistake_has_not_come_yet_after_all_and_the_history_tells(desk: FrontDesk) -> None:
    desk.books()
    desk.does("bookings", "attendance", "o1-b1", "no_show")
    done, *_ = desk.does("bookings", "attendance", "o1-b1", "booked")
    assert (done["done"], done["was"]) == ("booked", "no_show")
    assert attendance(desk) == "booked"
    history = desk.listed("bookings", "attendance", "o1-b1")
    assert [(one["attendance"], one["by"]) for one in history] == [("no_show", "olga"), ("booked", "olga")]
    (line,) = desk.listed("bookings", "report", "--from", DAY, "--to", DAY)
    assert (line["booked"], line["no_show"]) == (1, 0)


def test_a_report_of_attendance_helps_to_decide(desk: FrontDesk) -> None:
    for who in ("zoe", "zoe", "ada"):
        desk.books(who)
    desk.does("bookings", "attendance", "o1-b1", "checked_in")
    desk.does("bookings", "attendance", "o2-b1", "no_show")
    desk.does("bookings", "cancel", "o3-b1", "--yes")
    period = ("--from", "2027-03-01", "--to", "2027-03-31")
    ada, zoe = desk.listed("bookings", "report", *period)
    assert (ada["client"], ada["booked"], ada["cancelled"], ada["came_percent"]) == ("ada", 0, 1, None)
    assert (zoe["checked_in"], zoe["no_show"], zoe["came_percent"]) == (1, 1, 50)
    (cut,) = desk.listed("bookings", "report", "--per", "service", "--contact", "zoe", *period)
    assert (cut["service"], cut["booked"]) == ("cut", 2)
    assert [line["month"] for line in desk.listed("bookings", "report", "--per", "month", *period)] == ["2027-03"]
    assert desk.listed("bookings", "report", "--per", "day", "--from", "2027-03-28", "--to", "2027-03-31") == []


def test_who_was_not_noted_is_told_apart(desk: FrontDesk) -> None:
    start = datetime.now(ZoneInfo("Europe/Paris")) - timedelta(hours=30)
    span = times(start.isoformat(), (start + timedelta(hours=1)).isoformat())
    desk.books("zoe", booking("b1", session=session("s1", **span)))
    (line,) = desk.listed("bookings", "report")
    assert (line["booked"], line["not_noted"]) == (1, 1)


# The status of a payment


def test_a_booking_is_charged_by_an_invoice(desk: FrontDesk) -> None:
    desk.books()
    _, *lines = desk.does("invoices", "create", "--booking", "o1-b1")
    assert templates(lines) == ["request_payment"]


def test_who_pays_in_person_is_marked_as_paid_and_that_cant_be_undone(desk: FrontDesk) -> None:
    number = desk.invoices()
    desk.does("payments", "mark-paid", number, "--method", "cash", "--yes")
    before = desk.invoice(number)
    assert before["status"] == "paid"
    assert "a payment is never taken away" in desk.refused_plain("payments", "unmark", number)
    assert desk.invoice(number) == before


def test_the_one_way_back_from_paid_is_an_entry_of_its_own_and_takes_nothing_away(desk: FrontDesk, url: str) -> None:
    number = desk.invoices()
    done, *_ = desk.does("payments", "mark-paid", number, "--method", "cheque", "--yes")
    (payment,), written = desk.listed("payments", "list"), journal(url)
    desk.does("payments", "reverse", done["payment"], "--reason", "bounced", "--yes")
    (reversed_,), grown = desk.listed("payments", "list"), journal(url)
    kept = ("id", "at", "contact", "amount", "currency", "method", "actor", "note", "for")
    assert {key: reversed_[key] for key in kept} == {key: payment[key] for key in kept}
    assert (payment["method"], payment["actor"], payment["amount"]) == ("cheque", "olga", 4500)
    assert (reversed_["status"], reversed_["reason"]) == ("reversed", "bounced")
    assert grown[: len(written)] == written, "the journal only grows"
    assert len(grown) > len(written)
    assert (desk.invoice(number)["status"], desk.invoice(number)["amount_due"]) == ("issued", 4500)
    assert desk.balanced()


def test_a_deposit_online_and_the_rest_in_person_marks_the_session_as_paid(desk: FrontDesk) -> None:
    desk.books(paid=1500)
    _, invoice, *_ = desk.does("invoices", "create", "--booking", "o1-b1")
    assert invoice["amount_due"] == 3000
    desk.does("payments", "mark-paid", invoice["number"], "--yes")
    (seat,) = desk.listed("bookings", "day", "--on", DAY)
    assert (seat["paid"], seat["open"]) == (4500, 0)


def test_an_appointment_without_an_invoice_is_marked_as_paid(desk: FrontDesk) -> None:
    desk.books(paid=1500)
    _, payment, *_ = desk.does("payments", "mark-paid", "--booking", "o1-b1", "--method", "cash", "--yes")
    assert payment["amount"] == 3000
    assert desk.listed("bookings", "day", "--on", DAY)[0]["open"] == 0
    assert "nothing of it is open" in desk.refused("payments", "mark-paid", "--booking", "o1-b1")
    assert "Say what was paid" in desk.refused_plain("payments", "mark-paid")


# Refunds


def test_a_session_is_cancelled_with_a_full_refund(desk: FrontDesk) -> None:
    desk.books(paid=4500)
    _, *lines = desk.does("bookings", "cancel", "o1-s1", "--session", "--refund", "full", "--yes")
    assert [line["amount"] for line in lines if line["kind"] == "refund"] == [4500]
    assert templates(lines) == []
    assert desk.listed("bookings", "list")[0]["status"] == "cancelled"
    assert desk.balanced()


def test_a_session_is_named_by_a_booking_in_it_and_cancelled_for_everyone(desk: FrontDesk) -> None:
    for who, id_ in (("zoe", "b1"), ("ada", "b2")):
        desk.books(who, booking(id_, session=session("class", kind="class")))
    done, *lines = desk.does("bookings", "cancel", "b2", "--session", "--notify-cancellation", "--yes")
    assert (done["session"], done["bookings"]) == ("class", 2)
    assert sorted(line["to"] for line in lines if line["kind"] == "message") == ["ada@example.org", "zoe@example.org"]


@pytest.mark.parametrize(
    ("flags", "mails"),
    [
        ([], []),
        (["--notify-cancellation"], ["booking_cancelled"]),
        (["--notify-refund"], ["refund"]),
        (["--notify-cancellation", "--notify-refund"], ["booking_cancelled", "refund"]),
    ],
)
def test_each_of_two_mails_goes_out_by_its_own_box(desk: FrontDesk, flags: list[str], mails: list[str]) -> None:
    desk.books(paid=4500)
    _, *lines = desk.does("bookings", "cancel", "o1-b1", "--refund", "full", *flags, "--yes")
    assert templates(lines) == mails


@pytest.mark.parametrize(
    ("language", "subject", "says"),
    [
        ("fr", "Rendez-vous annulé – Atelier", "Votre rendez-vous (Coupe) du 27 mars 2027, 10:00 est annulé."),
        ("en", "Booking cancelled – Atelier", "Your booking (Coupe) of March 27, 2027, 10:00\u202fAM is cancelled."),
    ],
)
def test_the_mail_of_a_cancellation_says_what_is_cancelled_when_and_by_whom(
    desk: FrontDesk, language: str, subject: str, says: str
) -> None:
    desk.does("contacts", "change", "zoe", "--language", language)
    desk.books("zoe")
    desk.does("bookings", "cancel", "o1-b1", "--notify-cancellation", "--yes")
    desk.upstream.delivers()
    (told,) = desk.listed("messages", "list")
    assert (told["to"], told["subject"]) == ("zoe@example.org", subject)
    text = desk.says("messages", "show", told["id"], "--json").line["text"]
    assert says in text
    assert text.rstrip().endswith("Atelier")


def test_upstreams_flags_send_the_same_mails(desk: FrontDesk) -> None:
    desk.books(paid=4500)
    notify = {"cancellation": True, "refund": True}
    desk.tells("booking.cancelled", {"booking": {"id": "o1-b1"}, "refund": "full", "notify": notify})
    desk.upstream.delivers()
    (told,) = [one for one in desk.listed("messages", "list") if one["template"] == "refund"]
    text = desk.says("messages", "show", told["id"], "--json").line["text"]
    assert "À la suite de l'annulation de votre rendez-vous (Coupe), nous vous remboursons 45,00\xa0€." in text
    assert sorted(line["template"] for line in desk.listed("messages", "list"))[-3:] == [
        "booking_cancelled",
        "receipt",
        "refund",
    ]


@pytest.mark.parametrize(
    "back",
    [
        ("bookings", "cancel", "o1-b1", "--refund", "full", "--notify-cancellation", "--notify-refund"),
        ("payments", "refund", "--order", "o1", "--notify"),
    ],
)
def test_money_goes_back_only_when_that_is_confirmed_and_exactly_what_was_shown(
    desk: FrontDesk, url: str, back: tuple[str, ...]
) -> None:
    desk.books(paid=4500)
    messages = desk.listed("messages", "list")
    asked = desk.says(*back)
    assert asked.code == 2
    assert "Nothing was changed" in asked.err
    (shown,) = [line for line in asked.out.splitlines() if line.split()[:1] == ["refund"]]
    assert all(words in shown for words in ("zoe", "45.00 EUR"))
    assert refunds(url) == []
    assert desk.listed("messages", "list") == messages
    (seat,) = desk.listed("bookings", "day", "--on", DAY)
    assert (seat["paid"], seat["booking"]) == (4500, "o1-b1")
    assert desk.acts() == []
    assert desk.says(*back, typed=Terminal("n\n")).code == 1
    assert refunds(url) == []
    assert desk.says(*back, typed=Terminal("y\n")).code == 0
    assert refunds(url) == [("zoe", 4500, "EUR")]
    assert [one["standing"] for one in desk.listed("payments", "list")] == ["refunded"]
    assert desk.balanced()


def test_without_a_refund_the_money_is_kept(desk: FrontDesk) -> None:
    desk.books(paid=4500)
    _, *lines = desk.does("bookings", "cancel", "o1-b1", "--yes")
    assert not [line for line in lines if line["kind"] == "refund"]


def test_a_part_goes_back_from_the_order_and_the_appointment_stays(desk: FrontDesk) -> None:
    order = desk.books(paid=4500)
    _, *lines = desk.does("payments", "refund", "--order", order, "--amount", "20,00", "--yes", "--notify")
    assert [line["amount"] for line in lines if line["kind"] == "refund"] == [2000]
    assert templates(lines) == ["refund"]
    (seat,) = desk.listed("bookings", "day", "--on", DAY)
    assert (seat["paid"], seat["open"]) == (2500, 0), "what went back is owed no more"


def test_more_than_was_paid_does_not_go_back(desk: FrontDesk) -> None:
    desk.books(paid=4500)
    told = desk.refused("bookings", "cancel", "o1-b1", "--refund", "45.01")
    assert "45.01 EUR can't be given back for booking o1-b1: 45.00 EUR was paid." in told
    assert desk.listed("bookings", "list")[0]["status"] == "booked"
    desk.does("bookings", "cancel", "o1-b1", "--refund", "10", "--reason", "ill", "--yes")
    assert "is cancelled already" in desk.refused("bookings", "cancel", "o1-b1")


def test_cancelling_is_asked_first(desk: FrontDesk) -> None:
    desk.books()
    assert "nobody can be asked" in desk.says("bookings", "cancel", "o1-b1").err
    assert desk.listed("bookings", "list")[0]["status"] == "booked"


# The client's bookings


def test_an_appointment_is_moved_and_keeps_its_length(desk: FrontDesk) -> None:
    desk.books()
    desk.does("bookings", "reschedule", "o1-b1", "--to", "2027-03-28T14:00:00+02:00")
    (seat,) = desk.listed("bookings", "day", "--on", "2027-03-28")
    assert (seat["starts_at"], seat["ends_at"]) == ("2027-03-28T14:00:00+02:00", "2027-03-28T14:45:00+02:00")
    assert ("olga", "rescheduled", "o1-b1") in desk.acts()


def test_a_time_that_is_past_is_asked_for_first(desk: FrontDesk) -> None:
    desk.books()
    to = ("bookings", "reschedule", "o1-b1", "--to", "2026-01-05T14:00:00+01:00")
    asked = desk.says(*to)
    assert asked.code == 2
    assert "nobody can be asked" in asked.err
    assert desk.listed("bookings", "day", "--on", "2026-01-05") == []
    desk.does(*to, "--yes")
    assert [seat["booking"] for seat in desk.listed("bookings", "day", "--on", "2026-01-05")] == ["o1-b1"]


@pytest.mark.parametrize(
    ("to", "why"),
    [
        (
            "2027-03-28T14:00",
            "--to '2027-03-28T14:00' says no UTC offset. In Europe/Paris write 2027-03-28T14:00+02:00.",
        ),
        ("2027-03-27 14:00", "In Europe/Paris write 2027-03-27T14:00+01:00."),
        (
            "2027-03-28",
            "--to '2027-03-28' says no time of day. In Europe/Paris write for example 2027-03-28T14:00+02:00.",
        ),
        ("tomorrow", "--to 'tomorrow' is no instant. Write 2027-03-01T08:00+01:00: day, time and UTC offset."),
    ],
)
def test_a_new_time_says_its_offset(desk: FrontDesk, to: str, why: str) -> None:
    desk.books()
    assert why in desk.refused_plain("bookings", "reschedule", "o1-b1", "--to", to)


def test_a_class_moves_for_everyone_in_it_only_if_that_is_said(desk: FrontDesk) -> None:
    for who, id_ in (("zoe", "b1"), ("ada", "b2")):
        desk.books(who, booking(id_, session=session("class", kind="class")))
    to = ("bookings", "reschedule", "b1", "--to", "2027-03-28T14:00:00+02:00")
    assert "Session class would move for 1 other as well. Say --everyone" in desk.refused_plain(*to)
    done, *lines = desk.does(*to, "--everyone")
    assert (done["session"], done["done"]) == ("class", "rescheduled")
    assert [line["type"] for line in lines if line["kind"] == "event"] == ["booking.rescheduled"] * 2
    assert [seat["booking"] for seat in desk.listed("bookings", "day", "--on", "2027-03-28")] == ["b1", "b2"]


def test_a_day_tells_until_when_a_seat_must_be_paid_and_how_many_are_taken(desk: FrontDesk, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(path.read_text().replace("tax_rate:", "payment_window: {hours: 2}, tax_rate:"))
    assert desk.says("business", "apply", path, "--yes").code == 0
    desk.books("zoe", booking("b1", session=session("s1"), payment="at_booking", quantity=2))
    (seat,) = desk.listed("bookings", "day", "--on", DAY)
    until = datetime.fromisoformat(seat["pay_by"]) - datetime.now(ZoneInfo("Europe/Paris"))
    assert seat["quantity"] == 2
    assert timedelta(hours=1, minutes=50) < until <= timedelta(hours=2)
    assert seat["pay_by"][:16].replace("T", " ") in desk.says("bookings", "day", "--on", DAY).out


def test_a_seat_is_moved_to_another_session(desk: FrontDesk) -> None:
    desk.books("zoe", booking("b1", session=session("monday", kind="class")))
    desk.books(
        "ada",
        booking(
            "b2",
            session=session("tuesday", kind="class", **times("2027-03-30T10:00:00+02:00", "2027-03-30T11:00:00+02:00")),
        ),
    )
    desk.does("bookings", "reschedule", "b1", "--session", "tuesday")
    assert [seat["booking"] for seat in desk.listed("bookings", "day", "--on", "2027-03-30")] == ["b1", "b2"]


def test_the_bookings_of_a_client_are_shown(desk: FrontDesk) -> None:
    desk.books()
    desk.books("ada")
    assert [line["id"] for line in desk.listed("bookings", "list", "--contact", "zoe")] == ["o1-b1"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["cancel", "b9", "--yes"], "has no booking 'b9'."),
        (["cancel", "s9", "--session", "--yes"], "has no session and no booking 's9'."),
        (["attendance", "b9", "no_show"], "has no booking 'b9'."),
        (["attendance", "b9"], "has no booking 'b9'."),
        (["reschedule", "b9", "--to", "2027-03-28"], "has no booking 'b9'."),
        (["reschedule", "b9"], "Say where it goes"),
        (["day", "--on", "someday"], "'someday' is no date."),
    ],
)
def test_what_is_not_there_is_one_message(desk: FrontDesk, arguments: list[str], why: str) -> None:
    assert why in desk.refused_plain("bookings", *arguments)


def test_a_sum_goes_back_to_everyone_in_a_session_or_nothing_is_done(desk: FrontDesk, url: str) -> None:
    for who, id_ in (("zoe", "b1"), ("ada", "b2"), ("zoe", "b3")):
        desk.books(who, booking(id_, session=session("class", kind="class")))
    desk.does("payments", "mark-paid", "--booking", "b1", "--yes")
    desk.does("payments", "record", "15", "--charge", "b2", "--yes")
    told = desk.refused("bookings", "cancel", "class", "--session", "--refund", "20")
    assert "20.00 EUR can't be given back to everyone in session class, so nothing was cancelled" in told
    assert "for booking b2 15.00 EUR was paid, for booking b3 0.00 EUR was paid. Cancel those alone first" in told
    assert {one["status"] for one in desk.listed("bookings", "list")} == {"booked"}
    assert refunds(url) == []
    for id_ in ("b2", "b3"):
        desk.does("bookings", "cancel", id_, "--yes")
    desk.does("bookings", "cancel", "class", "--session", "--refund", "20", "--yes")
    assert refunds(url) == [("zoe", 2000, "EUR")]
    assert desk.balanced()


def test_money_in_another_currency_goes_back_in_that(desk: FrontDesk, url: str) -> None:
    desk.books("zoe", booking("b1", session=session("s1"), price=money(5000, "JPY")))
    assert "0 JPY was paid" in desk.refused("bookings", "cancel", "b1", "--refund", "5000")
    desk.does("payments", "mark-paid", "--booking", "b1", "--yes")
    assert "5001 JPY can't be given back" in desk.refused("bookings", "cancel", "b1", "--refund", "5001")
    _, *lines = desk.does("bookings", "cancel", "b1", "--refund", "5000", "--yes")
    assert [(line["amount"], line["currency"]) for line in lines if line["kind"] == "refund"] == [(5000, "JPY")]
    assert refunds(url) == [("zoe", 5000, "JPY")]
    assert desk.balanced()
