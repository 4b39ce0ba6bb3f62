"""What clients answer by SMS, told to a page of ours by the gateway: STOP ends all SMS, the rest is for the owner."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.pages import Pages
from tasks.gateways.cards import Providers
from tasks.gateways.signatures import sign
from tests.database.at_work import AtWork
from tests.database.visitor import Visitor
from tests.scenarios.story import Databases, Story
from web.app import site
from web.room import Room

ZOE, KEY = "+33612345678", "the gateway's key"
HERE = "/webhooks/sms/atelier"


class Salon(AtWork):
    """A salon that texts everybody who books."""

    def room(self, key: str | None = KEY) -> Visitor:
        pages = Pages("https://salon.example", "secret")
        return Visitor(site(Room(self.engine, self.clock, pages, Providers({}), self.shell.bells, sms_key=key)))

    def hears(self, text: str, name: str = "1", at: datetime | None = None, to: str = HERE, key: str = KEY) -> int:
        """Be told of an answer of Zoe's by the gateway; return the status."""
        told = {"id": name, "from": ZOE, "to": "ATELIER", "text": text, "at": (at or self.clock.at).isoformat()}
        return self.is_told(json.dumps(told).encode(), to, key)

    def is_told(self, raw: bytes, to: str = HERE, key: str = KEY) -> int:
        return self.room().tells(to, raw, {"sms-signature": sign(key, raw, self.clock.at)}).status

    def channels(self, instant: str) -> list[str]:
        """Let an instant come; return by which channels what it brought has gone."""
        self.drains(instant)
        self.rings("messages.deliver")
        rows = self.sql("SELECT channel FROM messages WHERE contact_id = 'zoe' AND sent_at >= %s", self.clock.at)
        return [row[0] for row in rows]


@pytest.fixture
def salon(databases: Databases) -> Iterator[Salon]:
    story = Story(databases)
    story.client("zoe", phone=ZOE)
    story.client("kid", phone="06 12 34 56 78")
    story.automation("tell", "session.booked", {"send_sms": {"message": "Bonjour"}})
    for day in (2, 3, 4):
        story.books("zoe", "cut", at=f"2027-01-0{day} 10:00", when="2027-02-06 10:00")
    with databases() as engine:
        yield Salon(engine, story)


def words(salon: Salon) -> list[tuple[Any, ...]]:
    return salon.sql("SELECT contact_id, purpose, channel, state, source FROM consents ORDER BY 1, 2")


def test_stop_ends_all_sms_to_a_number_whoever_has_it(salon: Salon) -> None:
    assert salon.channels("2027-01-02 10:00") == ["sms"]
    assert salon.hears("Stop !") == 204
    assert words(salon) == [
        (who, purpose, "sms", "no", "sms 1") for who in ("kid", "zoe") for purpose in ("marketing", "service")
    ]
    assert salon.channels("2027-01-03 10:00") == ["email"]
    assert salon.sql("SELECT actor, act FROM changes WHERE kind = 'contact'") == [("client", "stopped")]


def test_what_is_told_twice_counts_once(salon: Salon) -> None:
    salon.channels("2027-01-02 10:00")
    for text, name in (("STOP", "1"), ("À demain", "2")):
        assert [salon.hears(text, name), salon.hears(text, name)] == [204, 204]
    assert len(words(salon)) == 4
    assert salon.sql("SELECT count(*) FROM alerts") == [(1,)]


def test_any_other_answer_is_for_the_owner(salon: Salon) -> None:
    salon.channels("2027-01-02 10:00")
    assert salon.hears("J'ai déjà payé") == 204
    ((reason, text),) = salon.sql("SELECT reason, text FROM alerts")
    assert (reason, text) == ("sms_reply", f"Kid or Zoé ({ZOE}) answers by SMS: J'ai déjà payé")
    assert words(salon) == []
    assert salon.channels("2027-01-03 10:00") == ["sms"]


def test_an_older_stop_than_a_newer_yes_changes_nothing(salon: Salon) -> None:
    salon.channels("2027-01-02 10:00")
    assert salon.hears("STOP", at=salon.clock.at - timedelta(days=1)) == 204
    salon.sql(
        "UPDATE contacts SET choices = %s WHERE id = 'zoe'",
        json.dumps({"service sms": [salon.clock.at.isoformat(), "yes", "con_1"]}),
    )
    assert salon.hears("STOP", "2", at=salon.clock.at - timedelta(hours=1)) == 204
    assert salon.channels("2027-01-03 10:00") == ["sms"]


def test_what_the_gateway_did_not_sign_or_nobody_can_read_is_refused(salon: Salon) -> None:
    salon.channels("2027-01-02 10:00")
    assert salon.hears("STOP", key="guessed") == 400
    assert salon.is_told(b"nonsense") == 422
    assert salon.is_told(b'{"id": "1"}') == 422
    assert salon.hears("STOP", to="/webhooks/sms/nobody") == 404
    assert salon.room(None).tells(HERE, b"{}", {}).status == 503
    assert words(salon) == []
