"""The detailed note of what is paid: what, when, net, VAT and gross, line by line (R17)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from models.charge import Charge
from models.date_forms import known_locale, show_date
from models.issuing import totals_of
from models.money import format_money
from models.shop import Shop
from models.tax import rate_text


class NoteLine(NamedTuple):
    """One charge as a client reads of it; amounts are minor units. `attendee` is for whom it is, if not the payer."""

    description: str
    quantity: Decimal
    on: date
    net: int
    tax: int
    gross: int
    rate: Decimal
    paid: int
    currency: str
    attendee: str | None = None

    @property
    def open(self) -> int:
        """What is left to pay."""
        return self.gross - self.paid


def note_of(charges: Sequence[Charge]) -> list[NoteLine]:
    """Return the note of charges in one currency: each as agreed, or what is left of it, with its share of VAT."""
    return [
        NoteLine(
            charge.description,
            charge.quantity if charge.kept is None else Decimal(1),
            charge.service_from or charge.due_on,
            line.net,
            line.tax,
            line.gross,
            charge.tax_rate,
            charge.settled,
            charge.currency,
        )
        for charge, line in zip(charges, totals_of(charges).lines, strict=True)
    ]


_WORDS = {"fr": ("HT", "TVA", "TTC"), "en": ("net", "VAT", "total")}


def note_in_words(shop: Shop, lines: Sequence[NoteLine], locale: str) -> str:
    """Return a note as lines of text in the words of a locale."""
    locale = known_locale(locale)
    net, tax, gross = _WORDS.get(locale.partition("_")[0], _WORDS["en"])

    def told(line: NoteLine) -> str:
        times = f" × {rate_text(line.quantity)}" if line.quantity != 1 else ""
        money = [format_money(amount, line.currency, locale) for amount in (line.net, line.tax, line.gross)]
        when = show_date(line.on, "medium", locale, shop.zone)
        return (
            f"– {line.description}{times}, {when} : {net} {money[0]}, {tax} {rate_text(line.rate)} % {money[1]}, "
            f"{gross} {money[2]}"
        )

    return "\n".join(told(line) for line in lines)
