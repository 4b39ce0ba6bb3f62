"""What a client answers by SMS: STOP ends all SMS to that number, anything else is for the owner to read (R19)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.consents import About, Channel, Word, take_word
from models.contact import Contact
from models.searching import plain
from models.shop import Shop, tell_owner

STOP = frozenset({"stop", "arret", "desabonner", "desabonnement", "desinscription", "unsubscribe", "end", "quit"})
"""Words that alone mean STOP; that one means it also where more follows."""
STOPPED = "STOP"
"""The text version of a no that was said so."""
ANSWERED = "sms_reply"
"""Why the owner is told of any other answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One SMS of a client, as the gateway tells it: its name there, from which number, when."""

    id: str
    sender: str
    text: str
    at: datetime

    @property
    def source(self) -> str:
        """Where what it says was said."""
        return f"sms {self.id}"


def says_stop(text: str) -> bool:
    """Whether somebody wants no more SMS."""
    words = re.findall(r"\w+", plain(text))
    return words[:1] == ["stop"] or (len(words) == 1 and words[0] in STOP)


def take_reply(shop: Shop, clients: Sequence[Contact], reply: Reply) -> None:
    """Record what was answered from a number, for every client who has it.

    What was said stands in the alert's `data`, with the ids of those `clients`: from there their cards show it.
    """
    shop.begin(reply.source)
    if says_stop(reply.text):
        for client in clients:
            for about in About:
                take_word(shop, client, Word(about, Channel.SMS, False, reply.source, STOPPED, reply.at))
        return
    who = " or ".join(client.name or client.id for client in clients) or "Somebody who is no client"
    client_id = clients[0].id if len(clients) == 1 else None
    told = f"{who} ({reply.sender}) answers by SMS: {reply.text}"
    answer = {
        "said": reply.text,
        "sender": reply.sender,
        "at": reply.at.isoformat(),
        "clients": [c.id for c in clients],
    }
    tell_owner(shop, ANSWERED, told, contact_id=client_id, reply=reply.source, **answer)
