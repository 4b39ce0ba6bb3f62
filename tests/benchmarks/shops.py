"""Shops to measure with: one service, clients, and the automations that a benchmark wants."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Engine

from models.db import transact
from models.shop_file import automation_entry, read_shop
from models.yamlfile import decode
from tasks.opening import open_shop

CLIENTS = 200
"""Clients of every shop: `c0`, `c1` …"""


def open_shops(engine: Engine, prefix: str, tenants: int, automations: Sequence[dict[str, Any]]) -> None:
    """Open shops named `prefix-0`, `prefix-1` …, all alike."""
    now = datetime.now(UTC)
    for number in range(tenants):
        text = _shop_file(f"{prefix}-{number}", automations)
        read = decode(text, prefix, lambda node: read_shop(node, now, lambda item: automation_entry(item, _no_files)))
        transact(engine, lambda connection, read=read: open_shop(connection, read, now, actor="bench"))  # type: ignore[misc]


def _no_files(_node: Any, name: str) -> tuple[str, str]:
    return name, ""


def _shop_file(business_id: str, automations: Sequence[dict[str, Any]]) -> str:
    contacts = [{"id": f"c{n}", "name": f"Client {n}", "email": f"c{n}@clients.example"} for n in range(CLIENTS)]
    business = {
        "id": business_id,
        "name": business_id,
        "email": f"{business_id}@shops.example",
        "timezone": "Europe/Paris",
        "locale": "fr",
        "country": "FR",
        "tax_rate": "20",
        "daily_cap": 100_000,
    }
    services = [{"id": "cut", "name": "Coupe", "price": {"amount": 4500, "currency": "EUR"}}]
    return msgspec.json.encode(
        {"business": business, "contacts": contacts, "services": services, "automations": automations}
    ).decode()
