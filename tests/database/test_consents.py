"""What clients allow (R19): marketing goes only with their consent and carries the way out; an opt-out is honoured."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from models.consents import About, Channel, Word
from models.db import transact
from models.pages import Page, Pages
from tasks.desk.acting import Desk
from tasks.desk.consents import record_consent
from tasks.engine import lock
from tasks.gateways.cards import Providers
from tests.database.at_work import AtWork
from tests.database.visitor import Visitor
from tests.scenarios.story import Databases, Story, mail
from web.app import site
from web.room import Room

PAGES = Pages("https://salon.example", "secret")


class Salon(AtWork):
    """A salon that sends offers and thanks to everybody who books."""

    def says(self, who: str, *, agrees: bool, about: About = About.MARKETING, days_ago: int = 0) -> None:
        """Record what a client said."""
        at = self.clock.at - timedelta(days=days_ago)
        word = Word(about, Channel.EMAIL, agrees, "form", "v2", at)

        def work(connection: Connection[Any]) -> None:
            lock(connection, ["atelier"])
            record_consent(Desk(connection, "atelier", self.clock.at, "olga"), who, word)

        transact(self.engine, work)

    def comes_to_send(self, instant: str) -> list[str]:
        """Decide and send what is due at an instant; return the subjects that arrived since."""
        before = len(self.mail.arrived)
        self.drains(instant)
        self.rings("messages.deliver")
        return [one.subject for one in self.mail.arrived[before:]]

    def reasons(self) -> list[str]:
        return [row[0] for row in self.sql("SELECT reason FROM decisions WHERE contact_id = 'zoe' ORDER BY at, id")]


@pytest.fixture
def salon(databases: Databases) -> Iterator[Salon]:
    story = Story(databases)
    story.client("ada")
    story.automation("news", "session.booked", mail("Offer", purpose="marketing"))
    story.automation("thanks", "session.booked", mail("Thanks"))
    for day in (2, 3, 4):
        story.books("zoe", "cut", at=f"2027-01-0{day} 10:00", when="2027-02-06 10:00")
    story.event("contact.merged", "2027-01-05 10:00", {"contact": {"id": "zoe"}, "into": "ada"})
    story.books("ada", "cut", at="2027-01-06 10:00", when="2027-02-07 10:00")
    with databases() as engine:
        salon = Salon(engine, story)
        salon.comes("2027-01-01 12:00")
        yield salon


def test_marketing_goes_only_with_a_consent_which_stands_on_the_message(salon: Salon) -> None:
    assert salon.comes_to_send("2027-01-02 10:00") == ["Thanks"]
    assert salon.reasons() == ["no_consent"]
    salon.says("zoe", agrees=True)
    assert sorted(salon.comes_to_send("2027-01-03 10:00")) == ["Offer", "Thanks"]
    rows = salon.sql(
        "SELECT c.purpose, c.channel, c.state, c.source, c.text_version FROM messages m JOIN consents c"
        " ON c.id = m.consent_id WHERE m.purpose = 'marketing'"
    )
    assert rows == [("marketing", "email", "yes", "form", "v2")]


def test_the_newest_word_counts_whatever_is_recorded_last(salon: Salon) -> None:
    salon.says("zoe", agrees=False)
    salon.says("zoe", agrees=True, days_ago=1)
    assert salon.comes_to_send("2027-01-02 10:00") == ["Thanks"]
    assert len(salon.sql("SELECT id FROM consents")) == 2


def test_a_consent_taken_back_while_a_message_waits_keeps_it_back(salon: Salon) -> None:
    salon.says("zoe", agrees=True)
    salon.drains("2027-01-02 10:00")
    salon.says("zoe", agrees=False)
    salon.rings("messages.deliver")
    assert [one.subject for one in salon.mail.arrived] == ["Thanks"]
    assert salon.reasons() == ["no_consent"]


def test_marketing_carries_the_way_out_for_people_and_for_mail_programs(salon: Salon) -> None:
    salon.says("zoe", agrees=True)
    salon.comes_to_send("2027-01-02 10:00")
    offer, thanks = sorted(salon.mail.arrived, key=lambda one: one.subject)
    headers = dict(offer.headers)
    url = headers["List-Unsubscribe"].strip("<>")
    assert "/unsubscribe/" in url
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"Ne plus recevoir ces messages : {url}" in offer.text
    assert (thanks.headers, "/unsubscribe/" in thanks.text) == ((), False)


def test_one_click_unsubscribes_and_opening_the_page_alone_does_not(salon: Salon) -> None:
    salon.says("zoe", agrees=True)
    salon.comes_to_send("2027-01-02 10:00")
    ((message_id,),) = salon.sql("SELECT id FROM messages WHERE purpose = 'marketing'")
    until = salon.clock.at.date() + timedelta(days=400)
    page = f"/unsubscribe/{PAGES.token(Page.UNSUBSCRIBE, 'atelier', message_id, until)}"
    zoe = Visitor(site(Room(salon.engine, salon.clock, PAGES, Providers({}), salon.shell.bells)))
    assert "Ne plus rien recevoir" in zoe.opens(page).text
    assert sorted(salon.comes_to_send("2027-01-03 10:00")) == ["Offer", "Thanks"]
    assert "Vous ne recevrez plus nos offres" in zoe.tells(page, b"List-Unsubscribe=One-Click").text
    assert salon.comes_to_send("2027-01-04 10:00") == ["Thanks"]
    assert salon.sql("SELECT state, source FROM consents ORDER BY at DESC LIMIT 1") == [("no", f"message {message_id}")]
    assert salon.sql("SELECT actor, act FROM changes WHERE kind = 'contact' ORDER BY id DESC LIMIT 1") == [
        ("client", "unsubscribed")
    ]
    assert zoe.opens(page[:-1]).status == 404
    assert zoe.tells(page.replace("/unsubscribe/", "/unsubscribe/A"), b"").status == 404


def test_service_messages_honour_an_opt_out_and_the_owner_is_told(salon: Salon) -> None:
    salon.says("zoe", agrees=False, about=About.SERVICE)
    assert salon.comes_to_send("2027-01-02 10:00") == []
    assert sorted(salon.reasons()) == ["no_channel", "no_consent"]
    assert "wants no e-mails" in salon.sql("SELECT text FROM alerts WHERE reason = 'no_channel'")[0][0]


def test_a_consent_goes_on_with_the_client_into_whom_another_is_merged(salon: Salon) -> None:
    salon.says("zoe", agrees=True)
    salon.comes_to_send("2027-01-05 10:00")
    assert sorted(salon.comes_to_send("2027-01-06 10:00")) == ["Offer", "Thanks"]
