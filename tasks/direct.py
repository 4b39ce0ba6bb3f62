"""Money that a client brings by himself, on a business's standing page: what for, and who he says he is.

Who is known is never told: whoever names an address is treated alike, and only the business sees what comes of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.business import Business
from models.collecting import Debt
from models.identifiers import key
from models.linking import link_direct
from models.rows import columns_of
from tasks.engine import lock
from tasks.gateways.addresses import BadAddressError, routable
from tasks.loading import Loader
from tasks.seeds import Seeds
from tasks.sheets import debt_of_link
from tasks.writing import write


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to pay; the amount is in minor units."""

    amount: int
    currency: str
    purpose: str
    name: str
    email: str
    locale: str
    answers: Mapping[str, str]


def business_of(connection: Connection[Any], business_id: str) -> Business | None:
    """Return a business, or None where there is none of this name."""
    columns = ", ".join(columns_of(Business))
    row = connection.execute(
        f"SELECT {columns} FROM businesses WHERE id = %s".encode(),  # noqa: S608  # names are ours
        (business_id,),
    ).fetchone()
    return Business(*row) if row else None


def is_address(text: str) -> bool:
    """Whether mail can be sent to a text."""
    try:
        routable(text)
    except BadAddressError:
        return False
    return True


def note_wish(connection: Connection[Any], business_id: str, wish: Wish, now: datetime) -> Debt:
    """Note what somebody wants to pay, and return it as a debt; nothing is owed by it."""
    lock(connection, [business_id])
    client = _known_by(connection, business_id, wish.email)
    contact_id = client or key("con", now, business_id, wish.email.casefold())
    seeds = Seeds()
    seeds.add("contacts", business_id, [client])
    shop = Loader(connection, now, [business_id]).load(seeds)[business_id]
    shop.begin(f"wish {wish.email} {wish.amount} {now.isoformat()}")
    payer = {"name": wish.name, "email": wish.email, "locale": wish.locale}
    link = link_direct(shop, contact_id, payer, wish.amount, wish.currency, wish.purpose)
    write(connection, [shop])
    return replace(debt_of_link(link, wish.amount), answers=dict(wish.answers) or None)


def _known_by(connection: Connection[Any], business_id: str, email: str) -> str | None:
    """Return the client who has an address; of several who share it the one that is known longest by its id."""
    row = connection.execute(
        "SELECT id FROM contacts WHERE business_id = %s AND lower(email) = lower(%s) AND merged_into IS NULL"
        " ORDER BY id LIMIT 1",
        (business_id, email),
    ).fetchone()
    return str(row[0]) if row else None
