"""One SQLite file in which a stand-in keeps what it was given."""

import sqlite3
from pathlib import Path
from typing import ClassVar, Self


class SqliteFile:
    """A connection of one thread; what was committed survives the end of the process."""

    schema: ClassVar[str]

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(self.schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
