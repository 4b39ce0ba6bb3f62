"""In which language a page speaks, and how it writes money and dates."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from starlette.requests import Request

from models.date_forms import known_locale, show_date
from models.languages import SPOKEN, Language, language_of
from models.money import format_money
from models.tax import rate_text
from web.words import say


@dataclass(frozen=True, slots=True)
class Speech:
    """The voice of one page."""

    locale: str
    zone: ZoneInfo

    @property
    def language(self) -> Language:
        return language_of(self.locale)

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return str(self.language)

    @property
    def comma(self) -> bool:
        """Whether a comma stands before decimals."""
        return self.language is Language.FR

    def say(self, text: str, **values: object) -> str:
        return say(text, self.language, **values)

    def money(self, amount: int, currency: str) -> str:
        return format_money(amount, currency, self.locale)

    def day(self, day: date) -> str:
        return show_date(day, "long", self.locale, self.zone)

    def instant(self, at: datetime) -> str:
        """Return a day and time as they are in the business's zone."""
        return show_date(at, "long", self.locale, self.zone)

    def short(self, day: date) -> str:
        return show_date(day, "medium", self.locale, self.zone)

    def number(self, value: Decimal) -> str:
        """Return a number as people write it, without idle zeros."""
        text = rate_text(value)
        return text.replace(".", ",") if self.comma else text

    def rate(self, rate: Decimal) -> str:
        return f"{self.number(rate)} %" if self.language is Language.FR else f"{self.number(rate)}%"


def speech_for(request: Request, zone: ZoneInfo, *wishes: str | None) -> Speech:
    """Return the voice for a visitor: in the client's own locale, else as the browser asks, else the business's."""
    client, business = wishes if len(wishes) == 2 else (None, None)
    locale = client or wanted(request.headers.get("accept-language", "")) or business or "en"
    return Speech(known_locale(locale), zone)


def wanted(header: str) -> str | None:
    """Return the first language of an `Accept-Language` header that is spoken here, by its weights."""
    offers: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:200].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        if tag.partition("-")[0].lower() in SPOKEN:
            offers.append((-_number(weight), place, tag))
    return min(offers)[2] if offers else None


def _number(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
