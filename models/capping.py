"""The daily cap: how many messages of automations a client gets in a local day, whatever sends them (R21)."""

from datetime import datetime

from models.automation import DailyCount
from models.message import Message, MessagePurpose
from models.periods import local_date
from models.shop import Shop


def is_full(shop: Shop, contact_id: str, at: datetime) -> bool:
    """Whether a client gets as many messages as may be on the local day of an instant."""
    known = shop.daily.get((contact_id, _day(shop, at)))
    return known is not None and known.messages >= shop.business.daily_cap


def count(shop: Shop, message: Message) -> None:
    """Count a message of an automation to a client for the day on which it is to go, unless it is legal."""
    if message.automation_id is None or message.contact_id is None or message.purpose == MessagePurpose.LEGAL:
        return
    day = _day(shop, message.next_attempt_at or shop.now)
    known = shop.daily.get((message.contact_id, day))
    if known is None:
        known = shop.daily.add(DailyCount(shop.id, message.contact_id, day, 0))
    known.messages += 1


def _day(shop: Shop, at: datetime) -> str:
    return local_date(at, shop.zone).isoformat()
