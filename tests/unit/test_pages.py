"""Tokens of pages: nobody guesses them, they name one thing, and they are ours or nothing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import key
from models.pages import NOWHERE, Named, Page, Pages

PAGES = Pages("https://pay.salon.example", "a secret of ours")
LINK = key("lnk", datetime(2027, 1, 5, tzinfo=UTC), "zoe")
UNTIL = date(2028, 2, 29)
TOKEN = PAGES.token(Page.PAY, "atelier", LINK, UNTIL)


@given(
    st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=30),
    st.binary(min_size=16, max_size=16),
    st.dates(date(2000, 1, 1), date(2150, 1, 1)),
    st.integers(0, 2**63),
)
def test_a_token_names_what_it_was_made_for(business: str, id_: bytes, until: date, serial: int) -> None:
    named = Named(business, f"inv_{id_.hex()}", until, serial)
    assert PAGES.read(Page.INVOICE, PAGES.token(Page.INVOICE, *named)) == named


@given(st.integers(0), st.integers(0, 5))
def test_a_token_that_was_changed_anywhere_opens_nothing(place: int, bit: int) -> None:
    raw = bytearray(urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4)))
    raw[place % len(raw)] ^= 1 << bit
    assert PAGES.read(Page.PAY, urlsafe_b64encode(raw).rstrip(b"=").decode()) is None


@pytest.mark.parametrize("token", ["", "x", "é", TOKEN[:-1], TOKEN + "A", TOKEN + "=", "A" * 1000, TOKEN.lower()])
def test_what_is_no_token_of_ours_opens_nothing(token: str) -> None:
    assert PAGES.read(Page.PAY, token) is None


def test_a_token_opens_only_the_page_it_was_made_for_and_only_under_its_secret() -> None:
    assert PAGES.read(Page.INVOICE, TOKEN) is None
    assert Pages("https://pay.salon.example", "another").read(Page.PAY, TOKEN) is None


def test_an_address_holds_the_page_and_its_token_and_is_none_where_there_are_no_pages() -> None:
    assert PAGES.url(Page.PAY, "atelier", LINK, UNTIL) == f"https://pay.salon.example/pay/{TOKEN}"
    assert NOWHERE.url(Page.PAY, "atelier", LINK, UNTIL) is None
    assert len(TOKEN) < 60
