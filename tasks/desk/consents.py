"""A client's yes or no, as a person records it or as the client clicks it (R19)."""

from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection

from models.consents import About, Channel, Word, take_word
from models.pages import Page, Pages
from models.periods import local_date, zone
from models.refusals import RefusedError
from tasks.desk.acting import Desk, Done, Noted, act, noted
from tasks.desk.documents import contact_named
from tasks.seeds import Seeds

CLIENT = "client"
"""Who acts where the client did it."""


def record_consent(desk: Desk, contact_id: str, word: Word) -> Done:
    """Record what a client said about a purpose and a channel."""
    if word.at > desk.now:
        raise RefusedError(f"{word.at.isoformat()} has not come yet: a consent is given at some time before now.")
    id_ = contact_named(desk, contact_id)
    state = "yes" if word.agrees else "no"
    detail = {"purpose": str(word.purpose), "channel": str(word.channel), "said": state, "source": word.source}
    return _take(desk, noted("contact", id_, "consent taken", **detail), word)


class Subscribed(NamedTuple):
    """Whom a way out is for, and by what he was written to."""

    business_id: str
    contact_id: str
    channel: Channel
    message_id: str


def subscribed(connection: Connection[Any], pages: Pages, token: str, now: datetime) -> Subscribed | None:
    """Return whom the way out with a token is for, or None where it opens nothing (any more)."""
    named = pages.read(Page.UNSUBSCRIBE, token)
    row = (
        named
        and connection.execute(
            "SELECT m.contact_id, m.channel, b.timezone FROM messages m JOIN businesses b ON b.id = m.business_id"
            " WHERE m.business_id = %s AND m.id = %s AND m.contact_id IS NOT NULL",
            (named.business_id, named.id),
        ).fetchone()
    )
    if not named or not row or local_date(now, zone(row[2])) > named.until:
        return None
    return Subscribed(named.business_id, row[0], Channel(row[1]), named.id)


def unsubscribe(connection: Connection[Any], whom: Subscribed, now: datetime) -> Done:
    """Let a client get no more marketing on a channel; the tenant's lock is held."""
    desk = Desk(connection, whom.business_id, now, CLIENT)
    word = Word(About.MARKETING, whom.channel, False, f"message {whom.message_id}", "way out", now)
    note = noted("contact", contact_named(desk, whom.contact_id), "unsubscribed", channel=str(whom.channel))
    return _take(desk, note, word)


def _take(desk: Desk, note: Noted, word: Word) -> Done:
    def name(seeds: Seeds) -> None:
        seeds.add("contacts", desk.business_id, [note.subject])

    return act(desk, note.act, note, name, lambda shop: _ignore(take_word(shop, shop.contacts[note.subject], word)))


def _ignore(_value: object) -> None:
    return None
