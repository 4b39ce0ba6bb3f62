"""A desk whose clients pay on pages: a card provider that answers from memory, and visitors who need no JavaScript."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.pages import Pages
from tasks.gateways.mail import Mail
from tasks.gateways.recording import RecordingMail
from tasks.gateways.recording_cards import RecordingCards
from tests.database.conftest import Answer as Said
from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream
from tests.database.visitor import Answer, Visitor
from web.app import site
from web.room import Room

ADDRESS = "https://salon.example"
OURS = "a secret of this salon's pages, for tests"


class FrontDoor(FrontDesk):
    """The desk with its pages; `relance` knows where they are, as the workers do."""

    def __init__(self, relance: Relance, upstream: Upstream, folder: Path, settings: pytest.MonkeyPatch) -> None:
        settings.setenv("RELANCE_WEB_URL", ADDRESS)
        settings.setenv("RELANCE_WEB_SECRET", OURS)
        settings.setenv("RELANCE_SANDBOX_URL", "http://127.0.0.1:9")
        settings.setenv("RELANCE_SANDBOX_KEY", "unused")
        super().__init__(relance, upstream, folder)
        self._file = folder / "shop.yaml"
        self.sets("cards: {provider: sandbox}")
        self.cards, self._mail, pages = RecordingCards(), RecordingMail(), Pages(ADDRESS, OURS)
        upstream.shell = replace(upstream.shell, pages=pages, cards=self.cards, mail=self._mail)
        shell = upstream.shell
        self.site = site(Room(shell.database, shell.clock, pages, self.cards, shell.bells))

    def sets(self, *keys: str) -> Said:
        """Let the shop file say more of the business; return what applying it says."""
        return self.changes("tax_rate:", ", ".join([*keys, "tax_rate:"]))

    def changes(self, old: str, new: str) -> Said:
        """Let the shop file say something else; return what applying it says."""
        text = self._file.read_text()
        assert old in text
        self._file.write_text(text.replace(old, new))
        said = self.says("business", "apply", self._file, "--yes")
        assert said.code == 0, said
        return said

    def opens(self, url: str) -> Answer:
        """Let somebody open a page for the first time."""
        return Visitor(self.site).opens(url)

    def pays(self, url: str, **fields: str) -> Answer:
        """Let a client pay on a page: its form, the provider's page, and back; return what the page then says."""
        client = Visitor(self.site)
        left = client.sends(url, **fields)
        assert left.leads_to, left.text
        attempt = left.leads_to.rpartition("/")[2]
        self.cards.pays(attempt)
        return client.opens(self.cards.pages[attempt].return_url)

    @property
    def asked(self) -> tuple[int, str]:
        """What the provider was asked for last: minor units and currency."""
        page = list(self.cards.pages.values())[-1]
        return page.amount, page.currency

    def mailed(self) -> Mail:
        """Let workers send what waits; return the last mail that arrived."""
        self.upstream.delivers()
        return self._mail.arrived[-1]

    def alerts(self) -> list[dict[str, Any]]:
        """Return what the owner was told."""
        return self.listed("alerts")
