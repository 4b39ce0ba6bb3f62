"""The nightly look at the books: business by business, the one not looked at for longest first (docs/books.md)."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from psycopg import Connection

from models.business import Alert
from models.db import raw, transact
from models.identifiers import key
from models.pausing import Scope
from tasks.books import Breach, check_books
from tasks.engine import lock
from tasks.pauses import pause
from tasks.registry import Counts, task
from tasks.shell import Shell
from tasks.writing import copy

NIGHTLY = timedelta(hours=20)
"""A business is looked at again after so long."""
PATIENCE = timedelta(seconds=30)
"""A task goes on to another business for so long."""
TOLD = 20
"""So many breaches an alert spells out."""


@task("books.check", queue="housekeeping")
def check(shell: Shell) -> Counts:
    """Ask whether the books of each business balance; one whose books do not is stopped, and its owner told."""
    began = shell.clock.now()
    counts = {"checked": 0, "breaches": 0, "more": 0}
    while (found := _next(shell, shell.clock.now())) is not None:
        if shell.clock.now() - began > PATIENCE:
            counts["more"] = 1
            break
        breaches = _look(shell, found)
        conclude = partial(_conclude, business_id=found, breaches=breaches, now=shell.clock.now())
        transact(shell.database, conclude)
        counts["checked"] += 1
        counts["breaches"] += len(breaches)
    return counts


def _next(shell: Shell, now: datetime) -> str | None:
    """Return the business that was not looked at for longest, if it is time."""
    with shell.database.connect() as connection:
        row = (
            raw(connection)
            .execute(
                "SELECT b.id FROM businesses b LEFT JOIN book_checks k ON k.business_id = b.id"
                " WHERE k.checked_at IS NULL OR k.checked_at < %s ORDER BY k.checked_at NULLS FIRST, b.id LIMIT 1",
                (now - NIGHTLY,),
            )
            .fetchone()
        )
    return row[0] if row else None


def _look(shell: Shell, business_id: str) -> list[Breach]:
    """Check the books as they are at one instant."""
    with shell.database.connect() as connection:
        still = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return check_books(raw(still), business_id)


def _conclude(connection: Connection[Any], business_id: str, breaches: list[Breach], now: datetime) -> None:
    connection.execute(
        "INSERT INTO book_checks (business_id, checked_at, breaches) VALUES (%(business)s, %(now)s, %(many)s)"
        " ON CONFLICT (business_id) DO UPDATE SET checked_at = %(now)s, breaches = %(many)s",
        {"business": business_id, "now": now, "many": len(breaches)},
    )
    if breaches:
        lock(connection, [business_id])
        pause(connection, business_id, Scope.EVERYTHING, None, now, until=None, actor="books")
        copy(connection, Alert, [_alert(business_id, breaches, now)])


def _alert(business_id: str, breaches: list[Breach], now: datetime) -> Alert:
    told = " ".join(breach.text for breach in breaches[:TOLD])
    more = f" And {len(breaches) - TOLD} more." if len(breaches) > TOLD else ""
    text = (
        f"The books do not balance, so everything of this business is paused: {told}{more}"
        " `relance books verify` names every breach; `relance resume` goes on when they are mended."
    )
    return Alert(business_id, key("alr", now, business_id, "books"), now, "books", text)
