"""What clients answer by SMS, decided under the tenant's lock; a reply that is told twice counts once (R19)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from models.consents import Channel
from models.errors import BadInputError
from models.replies import Reply, says_stop, take_reply
from models.shop import Shop
from tasks.desk.acting import Desk, act, noted
from tasks.desk.consents import CLIENT
from tasks.engine import lock
from tasks.gateways.signatures import is_signed
from tasks.seeds import Seeds

SIGNATURE = "sms-signature"
KNOWN = (
    "SELECT EXISTS (SELECT FROM consents WHERE business_id = %(tenant)s AND source = %(source)s)"
    " OR EXISTS (SELECT FROM alerts WHERE business_id = %(tenant)s AND reason = 'sms_reply'"
    " AND data ->> 'reply' = %(source)s)"
)


class ForgedReplyError(BadInputError):
    """A reply that the gateway did not sign, or signed too long ago."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A reply as it came, and what proves that the gateway sent it."""

    raw: bytes
    signature: str


def read_reply(signed: Signed, key: str, now: datetime) -> Reply:
    """Return what the gateway tells; its signature is verified on the raw bytes before all else."""
    if not is_signed(key, signed.raw, signed.signature, now):
        raise ForgedReplyError("The reply is not signed by the SMS gateway, or was signed too long ago.")
    try:
        told = json.loads(signed.raw)
        reply = Reply(str(told["id"]), str(told["from"]), str(told["text"]), datetime.fromisoformat(told["at"]))
    except (ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"The reply can't be read: {error!r}. Send id, from, text and at.") from error
    if reply.at.tzinfo is None:
        raise BadInputError("`at` has no offset. Write an instant as in 2027-01-05T10:00:00Z.")
    return reply


def record_reply(connection: Connection[Any], business_id: str, reply: Reply, now: datetime) -> bool:
    """Take a reply, once; return whether it was news. The caller commits."""
    lock(connection, [business_id])
    known = connection.execute(KNOWN, {"tenant": business_id, "source": reply.source}).fetchone()
    if known and known[0]:
        return False
    rows = connection.execute(
        "SELECT id FROM contacts WHERE business_id = %s AND mobile = %s AND merged_into IS NULL ORDER BY id",
        (business_id, reply.sender),
    )
    clients = [row[0] for row in rows.fetchall()]

    def name(seeds: Seeds) -> None:
        seeds.add("contacts", business_id, clients)

    def take(shop: Shop) -> None:
        take_reply(shop, [shop.contacts[id_] for id_ in clients], reply)

    said = "stopped" if says_stop(reply.text) else "answered"
    note = noted("contact", clients[0] if clients else reply.sender, said, channel=str(Channel.SMS))
    act(Desk(connection, business_id, now, CLIENT), "sms_reply", note, name, take)
    return True
