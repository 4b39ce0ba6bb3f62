"""What the law says of a person who asks: everything that is held is handed over; all that no law keeps is emptied."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg
from psycopg import sql

from models.db import transact
from models.replies import Reply
from tasks.replies import record_reply
from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream
from tests.samples import booking, session

NAME, EMAIL, PHONE = "Zoé Quatrefages", "zoe.q@example.org", "+33611223344"
KEPT = {("invoices", "payer")}
"""Where the person may still be named: on documents as they were issued, for 10 years."""


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk, with a client of whom much is held and nothing is open."""
    desk = FrontDesk(relance, upstream, tmp_path)
    desk.tells("contact.updated", {"contact": {"id": "zoe", "name": NAME, "email": EMAIL, "phone": PHONE}})
    past = session("s-old", starts_at="2020-03-02T09:00:00+01:00", ends_at="2020-03-02T10:00:00+01:00")
    desk.books("zoe", booking("b-old", session=past))
    _, *lines = desk.does("invoices", "create", "--booking", "b-old", "--send")
    desk.number = str(next(line["number"] for line in lines if line["kind"] == "invoice"))
    desk.upstream.delivers()
    desk.does("payments", "mark-paid", desk.number, "--note", f"{NAME} paid at the counter", "--yes")
    desk.does("contacts", "note", "zoe", f"{NAME} prefers mornings")
    desk.does("contacts", "change", "zoe", "--address", f"chez {NAME}", "--tag", NAME)
    scan = tmp_path / "scan.txt"
    scan.write_text(f"signed {NAME} {EMAIL}")
    desk.does("contacts", "file", "add", "zoe", scan, "--name", "Quatrefages.txt")
    desk.does("contacts", "send", "zoe", "--text", f"Hello {NAME}", "--subject", NAME)
    desk.upstream.delivers()
    for channel, word in (("email", "--no"), ("sms", "--yes")):
        desk.does("contacts", "consent", "zoe", "--purpose", "marketing", "--channel", channel, word, "--source", EMAIL)
    dead = {"specversion": "1.0", "id": "x", "source": "/u", "type": "contact.updated", "business": "atelier"}
    raw = json.dumps(dead | {"data": {"contact": {"id": "zoe", "email": EMAIL, "name": 7}}}, ensure_ascii=False)
    assert desk.upstream.sends(raw.encode())["dead"] == 1
    return desk


def told_by_card(database: psycopg.Connection[Any]) -> None:
    """Let the client have paid by card: the provider told of it twice, and of somebody else."""
    database.execute(
        "INSERT INTO card_attempts (business_id, id, kind, provider, amount, currency, created_at, state, tries, calls,"
        " contact_id, charge_ids, reference, depth) VALUES ('atelier', 'card_1', 'checkout', 'sandbox', 100, 'EUR',"
        " now(), 'succeeded', 1, 0, 'zoe', '[]', 'pi_7', 0)"
    )
    bodies = {
        "evt_1": ("card_1", "Quatrefages"),
        "evt_2": ("pi_7", "Quatrefages"),
        "evt_3": (EMAIL,),
        "evt_4": ("ada",),
    }
    for event, words in bodies.items():
        database.execute(
            "INSERT INTO webhooks (business_id, id, provider, event_id, received_at, raw, headers, read_at,"
            " error, calls)"
            " VALUES ('atelier', %(event)s, 'sandbox', %(event)s, now(), %(raw)s, '{}', now(), %(error)s, 0)",
            {"event": event, "raw": json.dumps(words).encode(), "error": f"It is {words}"},
        )


@pytest.fixture
def database(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def naming(database: psycopg.Connection[Any], *words: str) -> set[tuple[str, str]]:
    """Return every column of every table that holds one of some words, in any case and form."""
    columns = database.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea')"
    ).fetchall()
    return {(table, column) for table, column in columns if _holds(database, table, column, words)}


def _holds(database: psycopg.Connection[Any], table: str, column: str, words: tuple[str, ...]) -> bool:
    query = sql.SQL("SELECT {0} FROM {1} WHERE {0} IS NOT NULL").format(sql.Identifier(column), sql.Identifier(table))
    for (value,) in database.execute(query):
        text = value.decode(errors="replace") if isinstance(value, bytes) else value
        text = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
        if any(form.lower() in text.lower() for word in words for form in (word, json.dumps(word)[1:-1])):
            return True
    return False


def test_erasure_empties_contact_notes_files_message_texts_and_raw_bytes_at_once(
    desk: FrontDesk, database: psycopg.Connection[Any]
) -> None:
    told_by_card(database)
    before = naming(database, NAME, EMAIL, PHONE, "Quatrefages")
    expected = {"contacts", "client_notes", "client_files", "messages", "inbox", "dead_letters", "payments", "invoices"}
    expected.add("webhooks")
    assert expected <= {table for table, _ in before}
    desk.does("contacts", "erase", "zoe", "--yes")
    assert naming(database, NAME, EMAIL, PHONE, "Quatrefages") == KEPT
    assert database.execute("SELECT event_id FROM webhooks WHERE raw <> ''").fetchall() == [("evt_4",)]
    assert desk.balanced()


def test_erasure_waits_for_what_the_card_provider_told_and_nobody_has_read(
    desk: FrontDesk, database: psycopg.Connection[Any]
) -> None:
    told_by_card(database)
    database.execute("UPDATE webhooks SET read_at = NULL, due_at = now() WHERE event_id IN ('evt_2', 'evt_4')")
    refused = desk.refused("contacts", "erase", "zoe")
    assert "message evt_2 of the card provider is not read yet" in refused
    assert "evt_4" not in refused


def test_what_erasure_empties_and_keeps_is_shown_first_and_it_asks(desk: FrontDesk) -> None:
    asked = desk.says("contacts", "erase", "zoe")
    assert asked.code == 2
    assert "1 notes" in asked.out
    assert "documents as issued" in asked.out
    assert desk.says("contacts", "show", "zoe", "--json").line["name"] == NAME
    tried = desk.does("contacts", "erase", "zoe", "--dry-run")
    assert {line["kind"] for line in tried[1:]} == {"emptied", "kept"}
    assert tried == [{"contact": "zoe", "would": "erased"}, *desk.does("contacts", "erase", "zoe", "--yes")[1:]]
    assert ("olga", "erased", "zoe") in desk.acts()


def test_erasure_keeps_the_documents_snapshots(desk: FrontDesk, database: psycopg.Connection[Any]) -> None:
    before = desk.invoice(desk.number) | {"messages": []}
    desk.does("contacts", "erase", "zoe", "--yes")
    payer = database.execute("SELECT payer ->> 'name' FROM invoices WHERE number = %s", (desk.number,)).fetchone()
    assert payer == (NAME,)
    assert desk.invoice(desk.number) | {"messages": []} == before
    assert desk.listed("contacts", "list", "--search", "Quatrefages") == []


def test_a_refusal_stays_as_proof_and_a_yes_goes(desk: FrontDesk, database: psycopg.Connection[Any]) -> None:
    desk.does("contacts", "erase", "zoe", "--yes")
    (left,) = desk.says("contacts", "show", "zoe", "--json").line["consents"]
    assert (left["channel"], left["state"], left["source"]) == ("email", "no", "")
    choices = database.execute("SELECT choices FROM contacts WHERE id = 'zoe'").fetchone()
    assert choices
    assert list(choices[0]) == ["marketing email"]


def test_a_late_event_does_not_bring_the_person_back_and_a_new_one_does(desk: FrontDesk) -> None:
    desk.does("contacts", "erase", "zoe", "--yes")
    late: dict[str, Any] = {"specversion": "1.0", "source": "/u", "type": "contact.updated", "business": "atelier"}
    late |= {"data": {"contact": {"id": "zoe", "name": NAME, "tags": ["vip"], "company": {"name": NAME}}}}
    desk.upstream.sends(json.dumps(late | {"id": "late", "time": "2026-01-01T00:00:00Z"}).encode())
    found = desk.says("contacts", "show", "zoe", "--json").line
    assert (found["name"], found["tags"], found["company"]["name"]) == (None, [], None)
    desk.upstream.sends(json.dumps(late | {"id": "new"}).encode())
    assert desk.says("contacts", "show", "zoe", "--json").line["name"] == NAME


def test_what_a_client_answered_by_sms_is_handed_over_and_forgotten_whoever_shares_the_number(
    desk: FrontDesk, database: psycopg.Connection[Any], tmp_path: Path
) -> None:
    desk.does("contacts", "change", "ada", "--phone", PHONE)
    reply = Reply("1", PHONE, "Je viens à vélo", datetime.now(UTC))
    transact(desk.upstream.shell.database, lambda c: record_reply(c, "atelier", reply, datetime.now(UTC)))
    desk.does("contacts", "change", "zoe", "--name", "Z.", "--phone", "")
    desk.does("contacts", "export", "zoe", "--to", tmp_path / "zoe")
    assert "Je viens à vélo" in (tmp_path / "zoe" / "client.json").read_text()
    desk.does("contacts", "erase", "zoe", "--yes")
    assert naming(database, "Je viens à vélo") == set()
    assert desk.says("contacts", "show", "ada", "--json").line["messages"] == []


def test_erasure_goes_through_all_that_were_merged(desk: FrontDesk, database: psycopg.Connection[Any]) -> None:
    desk.does("contacts", "note", "ada", "Likes tea with Quatrefages")
    desk.does("contacts", "merge", "zoe", "--into", "ada", "--yes")
    desk.does("contacts", "erase", "zoe", "--yes")
    assert naming(database, NAME, EMAIL, PHONE, "Quatrefages", "ada@example.org") == KEPT


def test_erasure_is_refused_while_money_is_open_or_a_booking_to_come_with_the_reason(desk: FrontDesk) -> None:
    order = desk.books("ada")
    refused = desk.refused("contacts", "erase", "ada")
    assert f"charge {order}-b1 is due" in refused
    assert f"booking {order}-b1 is to come" in refused
    number = desk.invoices("ada")
    assert f"document {number} is a draft or has an amount due" in desk.refused("contacts", "erase", "ada")
    assert desk.says("contacts", "show", "ada", "--json").line["name"] == "Ada"
    desk.does("payments", "record", "--yes", "10.00", "--contact", "zoe", "--method", "cash")
    assert "is left" in desk.refused("contacts", "erase", "zoe")


@pytest.mark.parametrize(
    "change",
    [
        "note = 'another'", "answers = '{}'", "amount = amount + 1", "actor = NULL", "provider = 'p', amount = 1",
        "note = NULL, method = 'cheque'", "note = NULL, recorded_at = now()",
    ],
)  # fmt: skip
def test_the_erasure_lets_nothing_else_of_a_payment_be_changed(
    desk: FrontDesk, database: psycopg.Connection[Any], change: str
) -> None:
    database.execute("UPDATE payments SET answers = '{\"why\": 1}' WHERE answers IS NULL")
    with database.transaction(force_rollback=True):
        database.execute("""SET LOCAL relance.erases = '{"business": "atelier", "clients": ["zoe"]}'""")
        with pytest.raises(pg.RestrictViolation):
            database.execute(b"UPDATE payments SET " + change.encode())
    assert desk.balanced()


@pytest.mark.parametrize(
    "whose", ["", '{"business": "atelier", "clients": ["ada"]}', '{"business": "other", "clients": ["zoe"]}', "{}"]
)
def test_a_payment_s_note_is_emptied_with_its_own_client_only(
    desk: FrontDesk, database: psycopg.Connection[Any], whose: str
) -> None:
    assert desk.balanced()
    with database.transaction(force_rollback=True):
        database.execute("SELECT set_config('relance.erases', %s, true)", (whose,))
        with pytest.raises(pg.RestrictViolation):
            database.execute("UPDATE payments SET note = NULL")


def test_everything_that_is_held_of_a_person_is_handed_over(
    desk: FrontDesk, database: psycopg.Connection[Any], tmp_path: Path
) -> None:
    folder = tmp_path / "zoe"
    told_by_card(database)
    desk.does("contacts", "export", "zoe", "--to", folder)
    held = json.loads((folder / "client.json").read_text())
    assert (held["format"], held["client"]) == ("relance client 1", "zoe")
    assert held["contacts"][0]["email"] == EMAIL
    assert [one["text"] for one in held["client_notes"]] == [f"{NAME} prefers mornings"]
    assert [one["number"] for one in held["invoices"]] == [desk.number]
    parts = {
        "bookings",
        "charges",
        "payments",
        "messages",
        "consents",
        "inbox",
        "invoice_lines",
        "allocations",
        "changes",
    }
    assert parts <= set(held)
    (file,) = held["client_files"]
    assert (folder / f"{file['id']}-Quatrefages.txt").read_text() == f"signed {NAME} {EMAIL}"
    assert [one["event_id"] for one in held["webhooks"]] == ["evt_1", "evt_2", "evt_3"]
    assert "ada@example.org" not in (folder / "client.json").read_text()
    assert ("olga", "exported", "zoe") in desk.acts()
    assert "can't be written" in desk.refused_plain("contacts", "export", "zoe", "--to", folder)
