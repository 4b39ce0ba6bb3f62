"""Dead letters: what could not be understood, why, and the bytes themselves of one at a time (R22)."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from models.errors import NotFoundError
from models.event_rows import DeadLetter
from models.rows import table_of
from tasks.reading.office import Line, columns


def dead_letters(
    connection: Connection, *, business: str | None = None, replayed: bool = False, limit: int | None = None
) -> list[Line]:
    """Return the latest dead letters in the order of arrival; those of other businesses and of none are left out.

    Without a business all are there; those that were replayed only where it is asked for.
    """
    about = columns(DeadLetter)
    query = select(table_of(DeadLetter)).order_by(about.arrived_at.desc(), about.id.desc()).limit(limit)
    if business is not None:
        query = query.where(about.business_id == business)
    if not replayed:
        query = query.where(about.replayed_at.is_(None))
    return [_line(DeadLetter(*row)) for row in connection.execute(query)][::-1]


def dead_letter(connection: Connection, id_: int) -> Line:
    """Return one dead letter with what arrived: as text, and in base64 where it is none."""
    (letter,) = letters(connection, [id_])
    return _line(letter) | _raw(letter.raw)


def letters(connection: Connection, ids: Sequence[int]) -> list[DeadLetter]:
    """Return dead letters by their ids, in this order; an unknown one is an error."""
    query = select(table_of(DeadLetter)).where(columns(DeadLetter).id.in_(list(ids)))
    found = {row.id: DeadLetter(*row) for row in connection.execute(query)}
    missing = [str(id_) for id_ in ids if id_ not in found]
    if missing:
        raise NotFoundError(f"There is no dead letter {', '.join(missing)}. `relance events dead list` shows them all.")
    return [found[id_] for id_ in ids]


def _line(letter: DeadLetter) -> Line:
    return {
        "id": letter.id,
        "arrived_at": letter.arrived_at,
        "business": letter.business_id,
        "source": letter.source,
        "event_id": letter.event_id,
        "type": letter.type,
        "code": letter.code,
        "reason": letter.reason,
        "replayed_at": letter.replayed_at,
    }


def _raw(raw: bytes) -> dict[str, Any]:
    try:
        return {"raw": raw.decode()}
    except UnicodeDecodeError:
        return {"raw": raw.decode(errors="backslashreplace"), "raw_base64": b64encode(raw).decode()}
