"""What the provider does: pages, charges, refunds, removals - each once for its key - and the messages about them."""

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.local.provider.store import Store, Thing
from deploy.local.provider.test_cards import LOST, NUMBER, STRONG, YES, TestCard, Verdict, card_of

PAGE_LASTS = timedelta(hours=24)
SAME = ("amount", "currency", "card", "charge")
"""What may not differ between two calls with one key."""


class RefusedError(Exception):
    """A call that can't be carried out; `code` says why in one word."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Bank:
    """The provider's work on one store. Every method that changes something is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open_page(self, base: str, account: str, key: str, wish: dict[str, Any]) -> Thing:
        """Open a page on which a client can pay."""
        with self._store.alone():
            if known := self._known("checkout", account, key, wish):
                return known
            page = self._store.add("checkout", account, key, status="open", card=None, code=None, reason=None, **wish)
            expires = datetime.now(UTC) + PAGE_LASTS
            return self._store.keep(page | {"url": f"{base}pay/{page['id']}", "expires_at": expires.isoformat()})

    def charge(self, account: str, key: str, wish: dict[str, Any]) -> Thing:
        """Charge a saved card."""
        with self._store.alone():
            if known := self._known("charge", account, key, wish):
                return known
            card = card_of(self._saved(account, wish)["number"])
            charge = self._store.add("charge", account, key, **wish, **_told(card.later if card else LOST))
            self._tell(charge, card)
            return charge

    def remove(self, account: str, key: str, wish: dict[str, Any]) -> Thing:
        """Forget a saved card: it can't be charged any more."""
        with self._store.alone():
            if known := self._known("removal", account, key, wish):
                return known
            self._store.keep(self._saved(account, wish) | {"number": "", "label": ""})
            return self._store.add("removal", account, key, **wish, **_told(YES))

    def _saved(self, account: str, wish: dict[str, Any]) -> Thing:
        saved = self._store.find(str(wish["card"]))
        if saved is None or saved["kind"] != "card" or saved["account"] != account or not saved["number"]:
            raise RefusedError("no_such_card", "There is no such saved card.")
        return saved

    def refund(self, account: str, key: str, wish: dict[str, Any]) -> Thing:
        """Give back of what a page or a charge brought, at most all of it."""
        with self._store.alone():
            if known := self._known("refund", account, key, wish):
                return known
            taken = self._store.find(str(wish["charge"]))
            if taken is None or taken["account"] != account or taken["status"] != "succeeded":
                raise RefusedError("no_such_charge", "There is no such charge.")
            given = sum(back["amount"] for back in self._store.all("refund", account) if back["charge"] == taken["id"])
            if wish["currency"] != taken["currency"] or not 0 < wish["amount"] <= taken["amount"] - given:
                raise RefusedError("over_refunded", f"Of this charge {taken['amount'] - given} can be given back.")
            refund = self._store.add("refund", account, key, **wish, **_told(YES))
            self._tell(refund, None)
            return refund

    def _known(self, kind: str, account: str, key: str, wish: dict[str, Any]) -> Thing | None:
        known = self._store.by_key(kind, account, key)
        if known and any(known.get(name) != wish[name] for name in SAME if name in wish):
            raise RefusedError("key_reused", "This key stands for another call already.")
        return known

    def pay(self, page_id: str, number: str, *, save: bool, confirmed: bool | None = None) -> tuple[Thing, Verdict]:
        """Pay on a page with a card; return the page as it is then, and what the bank says.

        `confirmed` is what the cardholder says to 3-D Secure, None before he is asked. A page is paid once.
        """
        with self._store.alone():
            page = self.page(page_id)
            card = card_of(number)
            if page["status"] != "open" or card is None:
                return page, NUMBER
            verdict = card.on_page
            if card.secure and confirmed is not True:
                return page, STRONG if confirmed is None else Verdict("authentication_failed", "It was not confirmed.")
            if verdict.code is not None:
                return self._store.keep(page | {"code": verdict.code, "reason": verdict.reason}), verdict
            kept = self._save(page, card) if save and page["save_card"] else None
            paid = self._store.keep(page | {"status": "succeeded", "card": kept, "code": None, "reason": None})
            self._tell(paid, card)
            return paid, verdict

    def _save(self, page: Thing, card: TestCard) -> dict[str, str]:
        kept = self._store.add("card", page["account"], page["key"], number=card.number, label=card.label)
        return {"id": kept["id"], "label": kept["label"]}

    def page(self, page_id: str) -> Thing:
        """Return a page, expired when its time is over."""
        page = self._store.find(page_id)
        if page is None or page["kind"] != "checkout":
            raise RefusedError("no_such_page", "There is no such page.")
        if page["status"] == "open" and datetime.fromisoformat(page["expires_at"]) <= datetime.now(UTC):
            return self._store.keep(page | {"status": "expired"})
        return page

    def expire(self, page_id: str) -> Thing:
        """Close a page on which nobody paid."""
        with self._store.alone():
            page = self.page(page_id)
            if page["status"] == "open":
                page = self._store.keep(page | {"status": "expired"})
                self._tell(page, None)
            return page

    def _tell(self, thing: Thing, card: TestCard | None) -> None:
        """Let a message about a thing go out, as its card says: late, twice, or never."""
        event = f"evt_{secrets.token_hex(12)}"
        told = {"id": event, "type": f"{thing['kind']}.{thing['status']}", "account": thing["account"], "object": thing}
        due = time.time() + (card.delay_seconds if card else 0)
        for _ in range(card.times if card else 1):
            self._store.post(event, thing["account"], json.dumps(told).encode(), due)


def _told(verdict: Verdict) -> dict[str, Any]:
    return {"status": verdict.status, "code": verdict.code, "reason": verdict.reason}
