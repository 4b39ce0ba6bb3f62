"""The way out that every marketing message carries: a link for people, headers for mail programs (R19, RFC 8058)."""

from typing import NamedTuple

from models.consents import Channel
from models.date_forms import known_locale
from models.errors import BadInputError
from models.message import Message, MessagePurpose
from models.pages import LIFETIME, Page
from models.periods import local_date
from models.shop import Shop


class WayOut(NamedTuple):
    """What stands under a text, and in the head of its mail."""

    text: str
    headers: tuple[tuple[str, str], ...]


_LINK = {"fr": "Ne plus recevoir ces messages : {}", "en": "To get no more of these messages: {}"}
_BRIEF = {"fr": "Stop : {}", "en": "Stop: {}"}
"""Under an SMS."""
_REPLY = {
    "fr": "Pour ne plus recevoir ces messages, écrivez à {}.",
    "en": "To get no more of these messages, write to {}.",
}


def way_out_of(shop: Shop, message: Message, locale: str) -> WayOut | None:
    """Return the way out of a marketing message: a page of ours, else the business's address; briefly under an SMS.

    One that has neither is not sent.
    """
    if message.purpose != MessagePurpose.MARKETING:
        return None
    until = local_date(message.created_at, shop.zone) + LIFETIME
    url = shop.pages.url(Page.UNSUBSCRIBE, shop.id, message.id, until)
    language = known_locale(locale).partition("_")[0]
    if message.channel == Channel.SMS and (where := url or shop.business.email):
        return WayOut(_BRIEF.get(language, _BRIEF["en"]).format(where), ())
    if url:
        one_click = ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        return WayOut(_under(_LINK, language, url), (("List-Unsubscribe", f"<{url}>"), one_click))
    address = shop.business.email
    if not address:
        raise BadInputError("Marketing needs a way out: set RELANCE_WEB_URL, or the business's e-mail address.")
    mailto = f"<mailto:{address}?subject=unsubscribe>"
    return WayOut(_under(_REPLY, language, address), (("List-Unsubscribe", mailto),))


def _under(words: dict[str, str], language: str, where: str) -> str:
    return f"\n\n---\n{words.get(language, words['en']).format(where)}\n"
