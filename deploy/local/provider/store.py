"""What the provider knows, in one SQLite file: things of every kind, and messages that wait to be sent."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deploy.local.sqlite_file import SqliteFile

SCHEMA = """
CREATE TABLE IF NOT EXISTS thing (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, account TEXT NOT NULL, key TEXT NOT NULL, content TEXT NOT NULL,
    UNIQUE (kind, account, key)
);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, account TEXT NOT NULL, body BLOB NOT NULL,
    due REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS fault (id INTEGER PRIMARY KEY AUTOINCREMENT, call TEXT NOT NULL, fault TEXT NOT NULL);
"""
Thing = dict[str, Any]


class Store(SqliteFile):
    """What the provider knows."""

    schema = SCHEMA

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else write while the block runs; what fails in it leaves nothing behind."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def add(self, kind: str, account: str, key: str, **content: Any) -> Thing:
        """Keep a new thing."""
        thing = {"id": f"{kind[:2]}_{secrets.token_hex(12)}", "kind": kind, "account": account, "key": key} | content
        self._connection.execute(
            "INSERT INTO thing VALUES (?, ?, ?, ?, ?)", (thing["id"], kind, account, key, json.dumps(thing))
        )
        return thing

    def keep(self, thing: Thing) -> Thing:
        """Keep a thing as it is now."""
        self._connection.execute("UPDATE thing SET content = ? WHERE id = ?", (json.dumps(thing), thing["id"]))
        return thing

    def find(self, id_: str) -> Thing | None:
        """Return a thing."""
        return self._one("SELECT content FROM thing WHERE id = ?", id_)

    def by_key(self, kind: str, account: str, key: str) -> Thing | None:
        """Return the thing that a call with this key made."""
        return self._one("SELECT content FROM thing WHERE kind = ? AND account = ? AND key = ?", kind, account, key)

    def all(self, kind: str, account: str) -> list[Thing]:
        """Return all things of a kind, oldest first."""
        rows = self._connection.execute(
            "SELECT content FROM thing WHERE kind = ? AND account = ? ORDER BY rowid", (kind, account)
        )
        return [json.loads(row[0]) for row in rows]

    def _one(self, query: str, *values: str) -> Thing | None:
        row = self._connection.execute(query, values).fetchone()
        return json.loads(row[0]) if row else None

    def post(self, event: str, account: str, body: bytes, due: float) -> None:
        """Let a message be sent at an instant."""
        self._connection.execute(
            "INSERT INTO message (event, account, body, due) VALUES (?, ?, ?, ?)", (event, account, body, due)
        )

    def due(self, now: float) -> list[tuple[int, str, bytes, int]]:
        """Return messages that are due: number, account, body, how often they were tried."""
        rows = self._connection.execute(
            "SELECT id, account, body, tries FROM message WHERE due <= ? ORDER BY due LIMIT 50", (now,)
        )
        return rows.fetchall()

    def sent(self, number: int) -> None:
        """Forget a message."""
        self._connection.execute("DELETE FROM message WHERE id = ?", (number,))

    def put_off(self, number: int, due: float) -> None:
        """Try a message again later."""
        self._connection.execute("UPDATE message SET due = ?, tries = tries + 1 WHERE id = ?", (due, number))

    def plan(self, call: str, faults: list[str]) -> None:
        """Let the next calls of a kind go wrong so, one after the other."""
        self._connection.executemany("INSERT INTO fault (call, fault) VALUES (?, ?)", [(call, one) for one in faults])

    def next_fault(self, call: str) -> str | None:
        """Return how this call is to go wrong, once."""
        row = self._connection.execute(
            "DELETE FROM fault WHERE id = (SELECT min(id) FROM fault WHERE call = ?) RETURNING fault", (call,)
        ).fetchone()
        return row[0] if row else None
