"""Addresses of pages: tokens that nobody can guess, that say what they open, until when, and that are ours.

A token is 16 bytes of a keyed hash over what it names, then that: the last day on which it opens anything, the row's
id, the business, and the row's serial if that is not 0. Nothing is stored, so nothing can be read out of a stolen
database. Addresses of one page are revoked by counting its row's serial up: those made before open nothing any more. A
new secret closes all pages.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import blake2b
from hmac import compare_digest
from typing import NamedTuple

_SIGNATURE = 16
_DAY_ONE = date(2000, 1, 1)
_ID = 16
_SERIAL = b"\0"
"""Stands before a serial; no business's id holds it."""
_LONGEST = 600


class Page(StrEnum):
    """What a page is about; the word stands in its address."""

    INVOICE = "invoice"
    PAY = "pay"
    QUOTE = "quote"
    UNSUBSCRIBE = "unsubscribe"


_PREFIXES = {Page.INVOICE: "inv_", Page.PAY: "lnk_", Page.QUOTE: "quo_", Page.UNSUBSCRIBE: "msg_"}
LIFETIME = timedelta(days=400)
"""How long the address of a document opens it, counted from the message that brings it."""


class Named(NamedTuple):
    """What a token names, the last day on which it opens that, and how often its page had been closed till then."""

    business_id: str
    id: str
    until: date
    serial: int = 0


@dataclass(frozen=True, slots=True)
class Pages:
    """Where pages are and by which secret their tokens are made; without an address there are none."""

    address: str | None = "https://pay.example"
    secret: str = ""

    def url(self, page: Page, business_id: str, id_: str, until: date, serial: int | None = None) -> str | None:
        """Return the address of a row's page, or None where there are no pages."""
        return self.address and f"{self.address}/{page}/{self.token(page, business_id, id_, until, serial)}"

    def token(self, page: Page, business_id: str, id_: str, until: date, serial: int | None = None) -> str:
        """Return the token of a row's page."""
        days = max(0, (until - _DAY_ONE).days).to_bytes(2, "big")
        named = days + bytes.fromhex(id_.removeprefix(_PREFIXES[page])) + business_id.encode()
        if serial:
            named += _SERIAL + str(serial).encode()
        return urlsafe_b64encode(self._sign(page, named) + named).rstrip(b"=").decode()

    def read(self, page: Page, token: str) -> Named | None:
        """Return what a token of ours names, None for anything else; the caller looks whether its day has come."""
        raw = _decoded(token)
        signature, named = raw[:_SIGNATURE], raw[_SIGNATURE:]
        if len(named) <= 2 + _ID or not compare_digest(signature, self._sign(page, named)):
            return None
        until = _DAY_ONE + timedelta(days=int.from_bytes(named[:2], "big"))
        business_id, _, serial = named[2 + _ID :].partition(_SERIAL)
        id_ = _PREFIXES[page] + named[2 : 2 + _ID].hex()
        return Named(business_id.decode(), id_, until, int(serial or 0))

    def seal(self, *parts: str) -> str:
        """Return a text that only who has the secret can make of these parts."""
        return self._sign("seal", "\x1f".join(parts).encode()).hex()

    def _sign(self, kind: str, named: bytes) -> bytes:
        key = blake2b(self.secret.encode()).digest()
        return blake2b(named, digest_size=_SIGNATURE, key=key, person=kind.encode()).digest()


def _decoded(token: str) -> bytes:
    """Return the bytes of a token as we write them, or none: of two spellings only ours counts."""
    if len(token) > _LONGEST:
        return b""
    try:
        raw = urlsafe_b64decode(f"{token}{'=' * (-len(token) % 4)}")
    except (NotBase64Error, ValueError):
        return b""
    return raw if urlsafe_b64encode(raw).rstrip(b"=").decode() == token else b""


NOWHERE = Pages(None)
"""No pages at all."""
