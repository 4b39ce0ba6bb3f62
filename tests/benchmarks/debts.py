"""Debts: shops with clients who owe something, made by the database itself, as many as wanted."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
from sqlalchemy import Engine

from models.business import Business
from models.db import transact
from models.shop_file import ShopFile
from tasks.opening import open_shop

SINCE = datetime(2027, 1, 2, tzinfo=UTC)
BILLING = {"enabled": True, "cycle": "monthly", "anchor": 1, "payment_terms": {"days": 30}}

CONTACTS = """
INSERT INTO contacts (business_id, id, name, email, kind, address, cc, tags, custom, email_bad, phone_bad, stamps,
 choices)
SELECT b, 'c' || lpad(n::text, 7, '0'), 'Client ' || n, 'c' || n || '@example.org',
 CASE WHEN n %% 5 = 0 THEN 'business' ELSE 'consumer' END,
 jsonb_build_object('line1', n || ' rue de la Paix', 'city', 'Paris', 'postal_code', '75002', 'country', 'FR'),
 '[]', '[]', '{}', false, false, '{}', '{}'
FROM unnest(%(businesses)s::text[]) b, generate_series(1, %(clients)s) n
"""
CHARGES = """
INSERT INTO charges (business_id, id, contact_id, kind, description, quantity, unit_price, currency, amount, owed,
 due_on, recorded_at, position, tax_included, tax_category, tax_rate, full_rate, nature, unit, service_from, service_to,
 state, closed, settled, discount, stamp, cancel_stamp, first_stamp)
SELECT b, 'k' || lpad(n::text, 7, '0') || '-' || m, 'c' || lpad(n::text, 7, '0'), 'booking', 'Séance ' || m, 1, p.price,
 'EUR', p.price, p.price, d.day, %(recorded)s, 0, true, 'S', CASE WHEN m %% 5 = 0 THEN 5.5 ELSE 20 END,
 CASE WHEN m %% 5 = 0 THEN 5.5 ELSE 20 END, 'services', 'C62', d.day, d.day, 'due', false, 0, 0, '1', '', '1'
FROM unnest(%(businesses)s::text[]) b, generate_series(1, %(clients)s) n, generate_series(1, %(charges)s) m,
 LATERAL (SELECT 1500 + (n * 37 + m * 991) %% 9000 AS price) p,
 LATERAL (SELECT %(month)s::date + (n * 7 + m) %% 28 AS day) d
"""


def open_shops(engine: Engine, names: Sequence[str], billing: dict[str, Any] | None = None) -> None:
    """Open shops that bill their clients each month."""
    for name in names:
        business = Business(name, f"Atelier {name}", "Europe/Paris", "fr", "EUR", "FR", SINCE, Decimal(20))
        business.billing = BILLING if billing is None else billing
        shop = ShopFile(business, (), (), ())
        transact(engine, lambda c, shop=shop: open_shop(c, shop, SINCE, actor="benchmark"))  # type: ignore[misc]


def let_owe(
    connection: psycopg.Connection[Any],
    names: Sequence[str],
    clients: int,
    charges: int,
    month: date,
    recorded: datetime,
) -> None:
    """Let each shop have so many clients, each of whom owes so many charges of a month."""
    named = {"businesses": list(names), "clients": clients, "charges": charges, "month": month, "recorded": recorded}
    connection.execute(CONTACTS, named)
    connection.execute(CHARGES.encode(), named)
