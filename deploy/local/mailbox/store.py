"""The mails that were caught: raw, in one SQLite file, understood only when somebody reads them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from deploy.local.sqlite_file import SqliteFile

SCHEMA = """
CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT, received_at TEXT NOT NULL, recipients TEXT NOT NULL, raw BLOB NOT NULL
)
"""
COLUMNS = "id, received_at, recipients, raw"
Row = tuple[int, str, str, bytes]


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One mail as it came."""

    id: int
    received_at: datetime
    recipients: tuple[str, ...]
    raw: bytes

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(row[0], datetime.fromisoformat(row[1]), tuple(json.loads(row[2])), row[3])


class Store(SqliteFile):
    """The mails; a mail that was added survives the end of the process."""

    schema = SCHEMA

    def add(self, recipients: list[str], raw: bytes) -> int:
        """Keep a mail and return its number."""
        row = (datetime.now(UTC).isoformat(timespec="milliseconds"), json.dumps(recipients), raw)
        added = self._connection.execute("INSERT INTO mail (received_at, recipients, raw) VALUES (?, ?, ?)", row)
        assert added.lastrowid is not None
        return added.lastrowid

    def oldest_first(self) -> Iterator[StoredMail]:
        """Read all mails, one in memory at a time."""
        for row in self._connection.execute(f"SELECT {COLUMNS} FROM mail ORDER BY id"):  # noqa: S608  # a constant
            yield StoredMail.of(row)

    def newest(self, count: int, before: int) -> list[StoredMail]:
        """Read the newest mails with a number below `before`, newest first."""
        query = f"SELECT {COLUMNS} FROM mail WHERE id < ? ORDER BY id DESC LIMIT ?"  # noqa: S608  # a constant
        return [StoredMail.of(row) for row in self._connection.execute(query, (before, count))]

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM mail").fetchone()[0])

    def find(self, number: int) -> StoredMail | None:
        """Read one mail."""
        return next((mail for mail in self.newest(1, number + 1) if mail.id == number), None)

    def clear(self) -> int:
        """Throw all mails away and return how many there were."""
        return self._connection.execute("DELETE FROM mail").rowcount
