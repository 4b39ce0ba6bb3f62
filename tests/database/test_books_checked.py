"""The nightly look at the books: each business once a night; one whose books do not balance is stopped and told."""

from collections.abc import Iterator

import pytest

from models.db import raw
from tasks.books import check_books
from tests.database.at_work import AtWork
from tests.scenarios.story import ASK, Databases, Story

NOON, LATER, NEXT_DAY = "2027-01-05 12:00", "2027-01-05 20:00", "2027-01-06 12:00"


@pytest.fixture
def work(databases: Databases) -> Iterator[AtWork]:
    """Return a shop with an invoice, and a worker."""
    with databases() as engine:
        story = Story(databases)
        story.automation("ask", "session.booked", ASK)
        story.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
        work = AtWork(engine, story)
        work.drains(NOON)
        yield work


def spoil(work: AtWork) -> None:
    """Let a balance be wrong, as no rule of ours would."""
    work.sql("UPDATE invoices SET amount_due = amount_due - 1")


def test_balanced_books_are_looked_at_once_a_night(work: AtWork) -> None:
    assert work.rings("books.check") == {"checked": 1, "breaches": 0, "more": 0}
    work.comes(LATER)
    assert work.rings("books.check")["checked"] == 0
    work.comes(NEXT_DAY)
    assert work.rings("books.check")["checked"] == 1
    assert not work.sql("SELECT FROM pauses")


def test_a_breach_stops_the_business_and_tells_its_owner(work: AtWork) -> None:
    spoil(work)
    assert work.rings("books.check")["breaches"] >= 1
    assert work.sql("SELECT business_id, scope, ended_at FROM pauses") == [("atelier", "everything", None)]
    ((text,),) = work.sql("SELECT text FROM alerts WHERE reason = 'books'")
    assert "2027-0001" in text
    assert "`relance resume`" in text


def test_nothing_goes_out_of_a_business_whose_books_do_not_balance(work: AtWork) -> None:
    spoil(work)
    work.rings("books.check")
    work.rings("messages.deliver")
    assert not work.mail.arrived


def test_a_breach_that_stays_is_told_each_night(work: AtWork) -> None:
    spoil(work)
    work.rings("books.check")
    work.comes(NEXT_DAY)
    work.rings("books.check")
    assert work.sql("SELECT count(*) FROM alerts WHERE reason = 'books'") == [(2,)]
    assert work.sql("SELECT count(*) FROM pauses") == [(1,)]


def test_lines_of_no_document_are_found(work: AtWork) -> None:
    """No foreign key asks for the document of a line: the books do."""
    for table in ("invoice_lines", "invoice_taxes"):
        astray = '(jsonb_populate_record(t, \'{"invoice_id": "inv_nowhere"}\')).*'
        work.sql(f"INSERT INTO {table} SELECT {astray} FROM {table} t")  # noqa: S608  # ours
    with work.engine.connect() as connection:
        found = [breach.text for breach in check_books(raw(connection)) if breach.rule == "lines_document"]
    assert found == [
        "Line 1 of inv_nowhere (a line) belongs to no document.",
        "Line 1 of inv_nowhere (a VAT group) belongs to no document.",
    ]


def test_a_draft_lets_go_of_what_got_an_invoice_of_its_own(databases: Databases) -> None:
    """What was paid meanwhile is invoiced at once: the draft still shows it, but will not bill it (R14)."""
    with databases() as engine:
        story = Story(databases)
        story.client("zoe", kind="business")
        draft = {"request_payment": {"document": "draft"}}
        story.automation("ask", "session.booked", draft)
        order = story.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
        story.pays("zoe", 4500, at="2027-01-05 11:00", order=order.id)
        work = AtWork(engine, story)
        work.drains(NOON)
        assert work.sql("SELECT status, count(*) FROM invoices WHERE kind = '380' GROUP BY status ORDER BY status") == [
            ("draft", 1),
            ("paid", 1),
        ]
        with engine.connect() as connection:
            assert check_books(raw(connection)) == []


def test_a_total_that_the_journal_does_not_tell_is_found(work: AtWork) -> None:
    work.sql("ALTER TABLE journal DISABLE TRIGGER USER")
    work.sql("UPDATE journal SET row_id = 'elsewhere' WHERE kind = 'invoice'")
    with work.engine.connect() as connection:
        found = [breach.text for breach in check_books(raw(connection)) if breach.rule == "journal_complete"]
    assert [text.split(" of ")[0] for text in found] == ["The journal says 0"]


def test_a_debt_given_up_without_its_entry_is_found(work: AtWork) -> None:
    work.sql("UPDATE invoices SET status = 'written_off', check_at = NULL")
    with work.engine.connect() as connection:
        found = [breach.text for breach in check_books(raw(connection)) if breach.rule == "given_up"]
    assert found == ["2027-0001 is written_off with 4500 left to pay, but 0 of it counts as given up."]
