"""The daily cap: how many messages of automations a client gets in a local day, whatever sends them (R21)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from models.automation import DailyCount
from models.message import Message, MessagePurpose
from models.periods import local_date
from models.shop import Shop


def too_many(shop: Shop, contact_id: str, instants: Iterable[datetime]) -> bool:
    """Whether messages to a client at these instants would be more than may be on one of their local days."""
    days = Counter(_day(shop, at) for at in instants)
    known = {day: count.messages for day in days if (count := shop.daily.get((contact_id, day)))}
    return any(known.get(day, 0) + more > shop.business.daily_cap for day, more in days.items())


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
