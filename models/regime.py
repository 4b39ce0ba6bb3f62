"""How a seller stands to VAT, and since when: bearing it or not, and what makes it fall due (R18, R24)."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class VatRegime(StrEnum):
    """How the seller stands to VAT (law pack of its country)."""

    NORMAL = "normal"
    FRANCHISE = "franchise"
    EXEMPT = "exempt"


class VatDueOn(StrEnum):
    """When VAT on services falls due: with the money, or by option with the invoice."""

    RECEIPTS = "receipts"
    DEBITS = "debits"


class Regime(NamedTuple):
    """How a seller stands to VAT on one day."""

    vat: VatRegime = VatRegime.NORMAL
    due_on: VatDueOn = VatDueOn.RECEIPTS

    @property
    def exempt(self) -> bool:
        """Whether what it sells bears no VAT: by franchise, or because what it does is exempt."""
        return self.vat != VatRegime.NORMAL

    @property
    def on_receipt(self) -> bool:
        """Whether VAT falls due with the money."""
        return self.due_on == VatDueOn.RECEIPTS


def regime_on(day: date, ever: Regime, dated: Iterable[Mapping[str, str]]) -> Regime:
    """Return the newest of dated regimes, given oldest first, that has begun on a day; before them all `ever`."""
    found = ever
    for one in dated:
        if one["from"] <= day.isoformat():
            found = Regime(VatRegime(one["vat_regime"]), VatDueOn(one["vat_due_on"]))
    return found
