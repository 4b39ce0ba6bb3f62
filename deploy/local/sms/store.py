"""The SMS that were given to the gateway, in one SQLite file, and the faults that were ordered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deploy.local.sqlite_file import SqliteFile
from models.sms_text import Measure, measure

SCHEMA = """
CREATE TABLE IF NOT EXISTS sms (
    id INTEGER PRIMARY KEY AUTOINCREMENT, received_at TEXT NOT NULL, business TEXT NOT NULL, key TEXT NOT NULL,
    sender TEXT NOT NULL, recipient TEXT NOT NULL, text TEXT NOT NULL, status TEXT NOT NULL, calls INTEGER NOT NULL,
    UNIQUE (business, key)
);
CREATE TABLE IF NOT EXISTS reply (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sms INTEGER NOT NULL, at TEXT NOT NULL, text TEXT NOT NULL,
    taken INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS turned_away (key TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS fault (id INTEGER PRIMARY KEY AUTOINCREMENT, fault TEXT NOT NULL);
"""
COLUMNS = "id, received_at, business, key, sender, recipient, text, status, calls"
ACCEPTED, REFUSED = "accepted", "refused"


@dataclass(frozen=True, slots=True)
class StoredSms:
    """One SMS as it came; `calls` counts how often it was handed over under its key."""

    id: int
    received_at: str
    business: str
    key: str
    sender: str
    recipient: str
    text: str
    status: str
    calls: int

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.received_at)

    @property
    def measured(self) -> Measure:
        return measure(self.text)

    def as_json(self) -> dict[str, Any]:
        """Return what programs are told of it."""
        return {
            "id": f"sms_{self.id}",
            "received_at": self.received_at,
            "business": self.business,
            "key": self.key,
            "from": self.sender,
            "to": self.recipient,
            "text": self.text,
            "alphabet": str(self.measured.alphabet),
            "segments": self.measured.segments,
            "status": self.status,
            "calls": self.calls,
        }


@dataclass(frozen=True, slots=True)
class StoredReply:
    """What somebody answered to an SMS."""

    id: int
    sms: int
    at: str
    text: str
    taken: bool


class Store(SqliteFile):
    """The SMS; one that was added survives the end of the process."""

    schema = SCHEMA

    def take(self, wish: dict[str, str], status: str) -> StoredSms:
        """Keep an SMS, once for its key; return it as it is kept, which tells whether it came before."""
        row = {**wish, "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "status": status}
        found = self._connection.execute(
            "INSERT INTO sms (received_at, business, key, sender, recipient, text, status, calls)"  # noqa: S608  # ours
            " VALUES (:at, :business, :key, :sender, :to, :text, :status, 1)"
            f" ON CONFLICT (business, key) DO UPDATE SET calls = calls + 1 RETURNING {COLUMNS}",
            row,
        ).fetchone()
        return StoredSms(*found)

    def by_key(self, business: str, key: str) -> StoredSms | None:
        """Return the SMS that a call with this key brought."""
        return next(self._all("WHERE business = ? AND key = ?", business, key), None)

    def newest(self, count: int, before: int) -> list[StoredSms]:
        """Return the newest SMS with a number below `before`, newest first."""
        return list(self._all("WHERE id < ? ORDER BY id DESC LIMIT ?", before, count))

    def oldest_first(self) -> Iterator[StoredSms]:
        """Read all, one in memory at a time."""
        return self._all("ORDER BY id")

    def find(self, number: int) -> StoredSms | None:
        """Return one SMS."""
        return next(self._all("WHERE id = ?", number), None)

    def add_reply(self, sms: int, text: str) -> StoredReply:
        """Keep what somebody answers to an SMS; nobody has taken it yet."""
        row = self._connection.execute(
            "INSERT INTO reply (sms, at, text, taken) VALUES (?, ?, ?, 0) RETURNING id, sms, at, text, taken",
            (sms, datetime.now(UTC).isoformat(timespec="milliseconds"), text),
        ).fetchone()
        return StoredReply(*row)

    def taken(self, reply: int) -> None:
        """Note that a reply was taken."""
        self._connection.execute("UPDATE reply SET taken = 1 WHERE id = ?", (reply,))

    def replies(self) -> dict[int, list[StoredReply]]:
        """Return all replies, by the SMS that they answer."""
        found: dict[int, list[StoredReply]] = {}
        for row in self._connection.execute("SELECT id, sms, at, text, taken FROM reply ORDER BY id"):
            found.setdefault(row[1], []).append(StoredReply(*row))
        return found

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM sms").fetchone()[0])

    def clear(self) -> int:
        """Throw all away and return how many there were."""
        self._connection.execute("DELETE FROM reply")
        return self._connection.execute("DELETE FROM sms").rowcount

    def plan(self, faults: Sequence[str]) -> None:
        """Let the next calls go wrong so, one after the other."""
        self._connection.executemany("INSERT INTO fault (fault) VALUES (?)", [(one,) for one in faults])

    def next_fault(self) -> str | None:
        """Return how this call is to go wrong, once."""
        row = self._connection.execute(
            "DELETE FROM fault WHERE id = (SELECT min(id) FROM fault) RETURNING fault"
        ).fetchone()
        return row[0] if row else None

    def turns_away(self, key: str) -> bool:
        """Whether a key is here for the first time; it is remembered."""
        return self._connection.execute("INSERT OR IGNORE INTO turned_away VALUES (?)", (key,)).rowcount == 1

    def _all(self, where: str, *values: object) -> Iterator[StoredSms]:
        for row in self._connection.execute(f"SELECT {COLUMNS} FROM sms {where}", values):  # noqa: S608  # ours
            yield StoredSms(*row)
