"""Saved cards: kept for a client by his own word, and in virtual time by a scenario's."""

import dataclasses
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.card_settings import CONSENT, VIRTUAL
from models.contact import Mandate
from models.identifiers import key
from models.shop_file import ShopFile
from tasks.engine import lock
from tasks.writing import copy


def save_card(
    connection: Connection[Any],
    business_id: str,
    contact_id: str,
    provider: str,
    reference: str,
    now: datetime,
    label: str | None = None,
) -> None:
    """Keep a card that a client lets us charge; it takes the place of the one before."""
    lock(connection, [business_id])
    connection.execute(
        "UPDATE mandates SET ended_at = %s WHERE business_id = %s AND contact_id = %s AND ended_at IS NULL",
        (now, business_id, contact_id),
    )
    id_ = key("man", now, business_id, contact_id, reference)
    copy(
        connection,
        Mandate,
        [Mandate(business_id, id_, contact_id, provider, reference, CONSENT, now, label=label)],
    )


def with_cards(shop_file: ShopFile) -> ShopFile:
    """Return a shop that takes cards as virtual time has them, on its own schedule of new tries."""
    business = shop_file.business
    told = business.cards if isinstance(business.cards, dict) else {}
    cards = {name: value for name, value in told.items() if name != "account"} | {"provider": VIRTUAL}
    return dataclasses.replace(shop_file, business=dataclasses.replace(business, cards=cards))
