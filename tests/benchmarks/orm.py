"""The same billing as most systems do it: client by client, object by object, by SQLAlchemy's ORM, in one process.

The rules are ours, so that the result is the same; loading and writing are the ORM's.
"""

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, registry

from models.billing import plan_of
from models.business import Business
from models.charge import Charge
from models.consolidating import Terms, bill_client
from models.contact import Contact
from models.invoice import Counter, Invoice, InvoiceLine, InvoiceTax
from models.journal import JournalEntry, JournalHead
from models.message import Message
from models.rows import columns_of, table_of
from models.rulebook import Rulebook
from models.shelf import Shelf
from models.shop import Cause, Shop
from tests.benchmarks import debts
from tests.benchmarks.stage import Stage

SHOP = "by-orm"
CHARGES = 5
ROWS = (Business, Contact, Charge, Counter, Invoice, InvoiceLine, InvoiceTax, JournalEntry, JournalHead, Message)


def measure(stage: Stage, clients: int, month: date) -> dict[str, Any]:
    """Return what billing so many clients takes."""
    debts.open_shops(stage.engine, [SHOP], {})
    recorded = datetime.now(UTC) - timedelta(days=1)
    with stage.engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        debts.let_owe(driver, [SHOP], clients, CHARGES, month, recorded)
    stage.order("VACUUM ANALYZE charges")
    mapped: dict[type, type] = {cls: _map(cls) for cls in ROWS}
    now = datetime.now(UTC)
    began = time.perf_counter()
    for number in range(1, clients + 1):
        _bill(stage.engine, mapped, f"c{number:07}", now)
    seconds = time.perf_counter() - began
    rows = int(stage.query(f"SELECT count(*) FROM invoices WHERE business_id = '{SHOP}'")[0])  # noqa: S608  # ours
    return {
        "benchmark": "billing_by_orm",
        "clients": clients,
        "invoices": rows,
        "seconds": round(seconds, 1),
        "us_per_client": round(seconds / clients * 1e6, 1),
    }


def _map(cls: type) -> type:
    made = type(cls.__name__, (), {})
    registry().map_imperatively(made, table_of(cls))
    return made


def _bill(engine: Engine, mapped: dict[type, type], client: str, now: datetime) -> None:
    """Bill one client in a transaction of its own, as a handler of a request would."""
    with Session(engine) as session:
        business = _row(Business, session.get(mapped[Business], SHOP, with_for_update=True))
        shop = Shop(business, Rulebook((), ()), now)
        found = [*_of(session, mapped, JournalHead), *_of(session, mapped, Counter)]
        found += [(Contact, session.get(mapped[Contact], (SHOP, client)))]
        charge: Any = mapped[Charge]
        due = (charge.business_id == SHOP, charge.contact_id == client, charge.state == "due")
        found += [(Charge, one) for one in session.scalars(select(charge).where(*due))]
        shelves = {shelf.cls: shelf for shelf in shop.shelves()}
        objects = {}
        for cls, one in found:
            values = tuple(getattr(one, name) for name in columns_of(cls))
            shelves[cls].load(values)
            objects[cls, _key(shelves[cls], values)] = one
        with shop.caused_by(Cause(billing="by orm")):
            contact = shop.contacts[client]
            bill_client(shop, contact, Terms("by orm", now, now.date(), plan_of(business, contact)))
        _keep(session, mapped, shelves, objects)
        session.commit()


def _of(session: Session, mapped: dict[type, type], cls: type) -> list[tuple[type, Any]]:
    made: Any = mapped[cls]
    return [(cls, one) for one in session.scalars(select(made).where(made.business_id == SHOP))]


def _row(cls: type, one: Any) -> Any:
    return cls(*(getattr(one, name) for name in columns_of(cls)))


def _key(shelf: Shelf[Any], values: Iterable[Any]) -> tuple[Any, ...]:
    named = dict(zip(columns_of(shelf.cls), values, strict=True))
    return tuple(named[name] for name in shelf.key_columns)


def _keep(session: Session, mapped: dict[type, type], shelves: dict[type, Shelf[Any]], objects: dict[Any, Any]) -> None:
    """Add what is new, and set what has changed, on the session's objects."""
    for cls, shelf in shelves.items():
        for row in shelf.fresh:
            made = mapped[cls]()
            for name in columns_of(cls):
                if getattr(row, name) is not None:
                    setattr(made, name, getattr(row, name))
            session.add(made)
        for row in shelf.changed():
            one = objects[cls, tuple(getattr(row, name) for name in shelf.key_columns)]
            for name in columns_of(cls):
                if getattr(one, name) != getattr(row, name):
                    setattr(one, name, getattr(row, name))
