"""Everything that is held of a client, as a folder: `client.json` and the files that the client shared."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, LiteralString

import msgspec
from psycopg import sql

from models.client_record import ClientFile
from models.errors import BadInputError
from models.rows import columns_of, row_classes, table_of
from tasks.desk.acting import Desk, Done, act, noted
from tasks.desk.documents import contact_named
from tasks.desk.emptying import TELLS
from tasks.desk.erasing import client_rows, search_values
from tasks.seeds import Seeds

FORMAT = "relance client 1"
"""The first key of `client.json` says how the others are to be read."""
_SECRET = frozenset({"content", "lease", "reference"})
"""Columns that are not written: bytes lie in files, a saved card's reference is the provider's secret."""
_OF_DOCUMENT = ("invoice_lines", "invoice_taxes")


def export_client(desk: Desk, contact_id: str, folder: Path) -> Done:
    """Write all that is held of a client to a folder that is not there yet, and note that it was."""
    id_ = contact_named(desk, contact_id)
    values = search_values(desk, client_rows(desk, contact_id))
    held = {"format": FORMAT, "client": id_, "at": desk.now} | dict(_tables(desk, values))
    try:
        folder.mkdir()
        (folder / "client.json").write_bytes(msgspec.json.format(msgspec.json.encode(held, enc_hook=_plain), indent=2))
        for file_name, content in _files(desk, values):
            (folder / file_name).write_bytes(content)
    except OSError as error:
        raise BadInputError(f"{folder} can't be written: {error.strerror}. Name a folder that is not there.") from error

    def name(seeds: Seeds) -> None:
        seeds.add("contacts", desk.business_id, [id_])

    return act(desk, "export", noted("contact", id_, "exported"), name, lambda _: None)


def _tables(desk: Desk, values: Mapping[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield, by its table, every row that is about a client."""
    for table, cls in sorted(row_classes().items()):
        where = _where(table, set(columns_of(cls)))
        if where is not None and (rows := _rows(desk, cls, where, values)):
            yield table, rows


def _where(table: str, columns: set[str]) -> sql.Composable | None:
    """Return which rows of a table are a client's, or None where none can be."""
    if table in _NAMING:
        return sql.SQL(_NAMING[table])
    if "contact_id" in columns:
        return sql.SQL("contact_id = ANY(%(ids)s)")
    if table in _BELONGING:
        column, owner = _BELONGING[table]
        mine = "{} IN (SELECT id FROM {} WHERE business_id = %(tenant)s AND contact_id = ANY(%(ids)s))"
        return sql.SQL(mine).format(sql.Identifier(column), sql.Identifier(owner))
    return None


_NAMING: Mapping[str, LiteralString] = {
    "alerts": "(contact_id = ANY(%(ids)s) OR jsonb_exists_any(data -> 'clients', %(ids)s))",
    "changes": "kind = 'contact' AND subject = ANY(%(ids)s)",
    "contacts": "id = ANY(%(ids)s)",
    "inbox": "EXISTS (SELECT FROM unnest(%(needles)s::text[]) n WHERE strpos(lower(raw), n) > 0)",
    "webhooks": f"id IN (SELECT w.id FROM webhooks w WHERE w.business_id = %(tenant)s AND ({TELLS}))",  # noqa: S608  # ours
}
"""Rows that are a client's by what they say of themselves: the condition."""
_BELONGING: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(_OF_DOCUMENT, ("invoice_id", "invoices")),
    "write_offs": ("invoice_id", "invoices"),
    "allocations": ("payment_id", "payments"),
    "attendances": ("booking_id", "bookings"),
}
"""Rows that are a client's by what they belong to: the column that names it, and its table."""


def _rows(desk: Desk, cls: type, where: sql.Composable, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = [name for name in columns_of(cls) if name not in _SECRET]
    query = sql.SQL("SELECT {} FROM {} WHERE business_id = %(tenant)s AND {} ORDER BY {}").format(
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.Identifier(table_of(cls).name),
        where,
        sql.SQL(", ").join(sql.Identifier(one.name) for one in table_of(cls).primary_key.columns),
    )
    return [dict(zip(names, row, strict=True)) for row in desk.connection.execute(query, values)]


def _files(desk: Desk, values: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a client under names that are told apart by their ids."""
    query = f"SELECT id, name, content FROM {table_of(ClientFile).name} WHERE business_id = %(tenant)s"  # noqa: S608  # ours
    for id_, name, content in desk.connection.execute(f"{query} AND contact_id = ANY(%(ids)s)".encode(), values):
        yield f"{id_}-{name}", content


def _plain(value: Any) -> Any:
    """Write what JSON has no form for."""
    return b64encode(value).decode() if isinstance(value, bytes | memoryview) else str(value)
