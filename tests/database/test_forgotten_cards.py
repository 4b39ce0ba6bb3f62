"""Saved cards of erased clients, or replaced by others: the provider is told to forget them, until it has.

Only then we forget its names.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from models.card_reports import CardOutcome, CardReport, SavedCard
from models.contact import Mandate
from models.db import transact
from tasks.desk.acting import Desk
from tasks.desk.erasing import erase_client
from tasks.engine import lock
from tasks.gateways.cards import Account, Capability, Providers
from tasks.gateways.recording_cards import AWAY, TAKEN_UNSEEN, CardAnswer, RecordingCards
from tasks.writing import copy
from tests.database.conftest import Relance
from tests.database.till import Till
from tests.scenarios.story import Databases

BELL = "payments.forget_cards"
GONE = ("", False)
NO_SUCH = CardAnswer(CardOutcome.ABSENT, None, "There is no such card.")


class Vault(Till):
    """The till with a client who owes nothing and has two cards, the older one ended."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.keeps("ada", "card_1", ended_at=self.now)
        self.keeps("ada", "card_2")

    def keeps(self, client: str, card: str, **more: Any) -> None:
        id_ = f"man_{client}_{card}"
        mandate = Mandate("atelier", id_, client, "sandbox", card, "cards-1", self.now, label="Visa 4242", **more)
        transact(self.engine, lambda c: copy(c, Mandate, [mandate]))

    def erases(self, client: str = "ada") -> None:
        def work(connection: Connection[Any]) -> None:
            lock(connection, ["atelier"])
            erase_client(Desk(connection, "atelier", self.now, "olga"), client)

        transact(self.engine, work)

    def cards_of(self, client: str = "ada") -> list[tuple[Any, ...]]:
        """What we call the cards of a client, and whether the provider is to be told to forget them."""
        return self.sql(
            "SELECT reference, forget_at IS NOT NULL FROM mandates WHERE contact_id = %s ORDER BY id", client
        )

    def pays_by(self, card: str, amount: int) -> None:
        """Let zoe pay a part of her invoice on the provider's page, where she lets a card be kept."""
        opened = self.opens(self.debt(amount))
        self.tells(replace(self.cards.pays(opened.attempt_id), card=SavedCard(card, "Visa 1111")))

    def tells_provider(self, *, after: timedelta = timedelta(0)) -> dict[str, int]:
        self.clock.at += after
        return {name: count for name, count in self.rings(BELL).items() if count}


@pytest.fixture
def vault(databases: Databases) -> Iterator[Vault]:
    with databases() as engine:
        yield Vault(engine, databases)


def test_the_provider_is_told_of_every_card_before_its_name_is_emptied(vault: Vault) -> None:
    vault.erases()
    assert vault.cards_of() == [("card_1", True), ("card_2", True)]
    assert vault.sql("SELECT count(*) FROM mandates WHERE label IS NOT NULL OR ended_at IS NULL") == [(0,)]
    assert vault.tells_provider() == {"forgotten": 2}
    assert sorted(vault.cards.forgotten) == ["card_1", "card_2"]
    assert vault.cards_of() == [GONE, GONE]
    assert vault.tells_provider(after=timedelta(days=2)) == {}
    acts = vault.sql("SELECT actor, subject FROM changes WHERE act = 'card forgotten by its provider'")
    assert acts == [("relance", "ada")] * 2
    assert vault.alerts() == []


@pytest.mark.parametrize("answer", [AWAY, TAKEN_UNSEEN, CardAnswer(CardOutcome.REFUSED, None, "Not now.")])
def test_a_provider_that_does_not_answer_is_told_again_until_it_has_forgotten(vault: Vault, answer: CardAnswer) -> None:
    vault.cards.plan("card_2", *[answer] * 6)
    vault.erases()
    assert vault.tells_provider() == {"forgotten": 1, "later": 1}
    assert vault.cards_of() == [GONE, ("card_2", True)]
    for number in range(5):
        assert vault.tells_provider() == {}
        assert vault.tells_provider(after=timedelta(hours=4)) == {"later": 1}, number
    (alert,) = vault.sql("SELECT reason, text FROM alerts")
    assert alert[0] == "card_not_forgotten"
    assert "card_2 of a client who was erased" in alert[1]
    assert vault.tells_provider(after=timedelta(days=1)) == {"forgotten": 1}
    assert vault.cards_of() == [GONE, GONE]


def test_a_card_that_the_provider_does_not_know_is_gone(vault: Vault) -> None:
    vault.cards.plan("card_2", NO_SUCH)
    vault.erases()
    assert vault.tells_provider() == {"forgotten": 2}
    assert vault.cards_of() == [GONE, GONE]


def test_a_provider_that_is_not_set_up_where_it_is_told_is_waited_for(vault: Vault) -> None:
    vault.erases()
    cards = vault.shell.cards
    object.__setattr__(vault.shell, "cards", Providers({}))
    assert vault.tells_provider() == {"later": 2}
    object.__setattr__(vault.shell, "cards", cards)
    assert vault.tells_provider(after=timedelta(minutes=1)) == {"forgotten": 2}


def test_of_a_provider_that_can_forget_no_cards_the_owner_is_told_which_to_remove(vault: Vault) -> None:
    vault.cards.capabilities = frozenset(Capability) - {Capability.FORGET_CARDS}
    vault.erases()
    assert vault.tells_provider() == {"forgotten": 2}
    assert vault.cards_of() == [GONE, GONE]
    texts = [row[0] for row in vault.sql("SELECT text FROM alerts ORDER BY text")]
    assert [text.split(" of a client")[0][-6:] for text in texts] == ["card_1", "card_2"]
    assert all("it can't be told. Remove it there." in text for text in texts)


def test_a_card_that_another_client_lets_be_charged_too_stays_at_the_provider(vault: Vault) -> None:
    vault.keeps("zoe", "card_2")
    vault.erases()
    assert vault.tells_provider() == {"forgotten": 2}
    assert vault.cards.forgotten == ["card_1"]
    assert vault.cards_of("zoe") == [("card_2", False)]


class Deadly(RecordingCards):
    """A provider at which the worker dies: after the call, before its answer is recorded."""

    def forget_card(self, account: Account, key: str, card: str) -> CardReport:
        super().forget_card(account, key, card)
        raise SystemExit


def test_a_worker_that_dies_with_the_answer_leaves_the_card_to_be_told_of_again(vault: Vault) -> None:
    vault.erases()
    cards = vault.shell.cards
    object.__setattr__(vault.shell, "cards", Deadly())
    with pytest.raises(SystemExit):
        vault.rings(BELL)
    assert vault.cards_of() == [("card_1", True), ("card_2", True)]
    object.__setattr__(vault.shell, "cards", cards)
    assert vault.tells_provider() == {"forgotten": 2}


def test_what_the_command_says_is_emptied(vault: Vault, command: Callable[[str], Relance]) -> None:
    relance = command(vault.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    shown = relance("contacts", "erase", "ada", "--dry-run").out
    assert "2 saved cards ended" in shown


OVER = timedelta(minutes=1)
"""No call is under way any more that began before."""


def test_a_card_in_whose_place_the_client_puts_another_is_forgotten_too(vault: Vault) -> None:
    vault.keeps("zoe", "card_3")
    vault.pays_by("card_4", 1000)
    assert vault.cards_of("zoe") == [("card_4", False), ("card_3", True)]
    assert vault.tells_provider() == {}, "a call that charges it may be under way"
    assert vault.tells_provider(after=OVER) == {"forgotten": 1}
    assert vault.cards.forgotten == ["card_3"]
    assert vault.cards_of("zoe") == [("card_4", False), GONE]
    assert vault.sql("SELECT label FROM mandates WHERE contact_id = 'zoe' AND ended_at IS NULL") == [("Visa 1111",)]
    assert vault.alerts() == []


def test_a_provider_that_is_away_keeps_no_client_from_another_card(vault: Vault) -> None:
    vault.keeps("zoe", "card_3")
    vault.cards.plan("card_3", *[AWAY] * 5)
    vault.pays_by("card_4", 1000)
    assert vault.tells_provider(after=OVER) == {"later": 1}
    assert vault.payments() == [(1000, 0, "ref_" + next(iter(vault.cards.pages)))]
    for _ in range(4):
        vault.tells_provider(after=timedelta(hours=4))
    ((text,),) = vault.sql("SELECT text FROM alerts")
    assert "has not forgotten the saved card card_3 that client zoe has replaced" in text
    assert vault.tells_provider(after=timedelta(days=1)) == {"forgotten": 1}
    assert vault.cards.forgotten == ["card_3"]


def test_a_card_that_is_saved_again_is_not_forgotten(vault: Vault) -> None:
    vault.keeps("zoe", "card_3")
    vault.pays_by("card_3", 1000)
    assert vault.tells_provider(after=OVER) == {}
    vault.pays_by("card_4", 500)
    vault.pays_by("card_3", 500)
    assert vault.tells_provider(after=OVER) == {"forgotten": 2}
    assert vault.cards.forgotten == ["card_4"]
    assert ("card_3", False) in vault.cards_of("zoe")
