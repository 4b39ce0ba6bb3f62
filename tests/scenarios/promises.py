"""What holds for every story: the line format of the contract, that nothing goes out twice, and balanced books.

Every run of a story is checked, whatever it is about.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from models.db import raw
from tasks.books import check_books
from tests.scenarios.accounts import check_accounts

DOCUMENT = frozenset({
    "number", "type", "status", "total", "net", "tax", "taxes", "amount_due", "currency", "issued_on", "due_on",
    "lines", "charges",
})  # fmt: skip
MONEY = frozenset({"amount", "currency", "method", "documents"})
KEYS = {
    "invoice": DOCUMENT,
    "credit_note": DOCUMENT | {"of"},
    "receipt": frozenset({"number", "amount", "currency", "of"}),
    "payment_link": frozenset({"amount", "currency", "charges"}),
    "message": frozenset({"channel", "to", "subject", "text", "template", "purpose"}),
    "payment": MONEY,
    "refund": MONEY,
    "card_charge": MONEY,
    "event": frozenset({"type"}),
    "skipped": frozenset({"reason"}),
    "webhook": frozenset({"url", "type"}),
    "alert": frozenset({"reason", "text"}),
}
"""The kinds of lines and the keys that each has at least."""


def check_balance(engine: Engine) -> None:
    """Assert that books and accounts balance after a story, and that no event of it failed."""
    with engine.connect() as connection:
        breaches = check_books(raw(connection))
        check_accounts(raw(connection))
        failed = raw(connection).execute("SELECT reason FROM dead_letters WHERE code = 'poison'").fetchall()
    assert not failed, "\n".join(reason for (reason,) in failed)
    assert not breaches, "\n".join(breach.text for breach in breaches)


def check_decided(engine: Engine) -> None:
    """Assert that no event of a story could not be decided."""
    with engine.connect() as connection:
        found = raw(connection).execute("SELECT type, reason FROM dead_letters WHERE code = 'poison'").fetchall()
    assert not found, found


def check_lines(lines: Sequence[dict[str, Any]], zone: ZoneInfo) -> None:
    """Assert what the contract promises of any line, and of all lines together."""
    for line in lines:
        assert {"at", "kind", "contact"} <= line.keys(), line
        assert line["kind"] in KEYS, line
        assert KEYS[line["kind"]] <= line.keys(), (KEYS[line["kind"]] - line.keys(), line)
        _check_instant(line, zone)
        _check_cause(line)
        if line["kind"] in {"invoice", "credit_note"}:
            _check_document(line)
    instants = [datetime.fromisoformat(line["at"]) for line in lines]
    assert instants == sorted(instants), "The lines are not in order of time."
    _check_skips(lines)


def _check_instant(line: dict[str, Any], zone: ZoneInfo) -> None:
    at = datetime.fromisoformat(line["at"])
    assert line["at"] == at.astimezone(zone).isoformat(timespec="seconds"), line


def _check_cause(line: dict[str, Any]) -> None:
    cause = line.get("cause")
    single = {"act", "billing", "recurring"}
    assert cause is None or cause.keys() == {"automation", "run", "step"} or cause.keys() & single, line


def _check_document(line: dict[str, Any]) -> None:
    assert line["net"] + line["tax"] == line["total"], line
    for key in ("net", "tax"):
        assert sum(group[key] for group in line["taxes"]) == line[key], line
    assert len(line["lines"]) == len(line["charges"]), line
    assert all(entry.keys() >= {"description", "quantity", "amount", "tax_rate"} for entry in line["lines"]), line
    assert isinstance(line["total"], int), line
    assert isinstance(line["amount_due"], int), line


def _check_skips(lines: Sequence[dict[str, Any]]) -> None:
    """Assert that no step of a run is told twice to have ended without its effect."""
    told = Counter(
        (line["cause"]["run"], line["cause"]["step"], line["reason"])
        for line in lines
        if line["kind"] == "skipped" and line.get("cause", {}).get("run")
    )
    assert all(times == 1 for times in told.values()), told
