"""R18: any number of credit notes gives back exactly what was billed, to the cent of every VAT group."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.balancing import credit, restate
from models.contact import Contact
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.invoicing import invoice_charges
from models.pricing import owed
from models.shop import Shop
from models.tax import OverCreditError
from tests.unit.test_mentions import charge_of, shop_of


class Sold(NamedTuple):
    """A charge as agreed, and into how many parts of which weights it is credited."""

    amount: int
    included: bool
    rate: Decimal
    weights: Sequence[int]


sold = st.builds(
    Sold,
    st.integers(1, 1_000_000),
    st.booleans(),
    st.sampled_from([Decimal(rate) for rate in ("20", "10", "5.5", "2.1")]),
    st.lists(st.integers(1, 100), min_size=1, max_size=6),
)


def billed(shop: Shop, lines: Sequence[Sold], currency: str = "EUR") -> Invoice:
    """Return the invoice for charges as sold."""
    payer = shop.contacts.add(Contact(shop.id, "zoe", "Zoé"))
    charges = []
    for position, line in enumerate(lines):
        charge = charge_of(shop, line.amount, f"c{position}", tax_included=line.included, tax_rate=line.rate)
        charge.position, charge.currency = position, currency
        charge.owed = owed(charge)
        charges.append(charge)
    invoice = invoice_charges(shop, payer, charges, terms_days=0)
    assert invoice is not None
    return invoice


def parts_of(amount: int, weights: Sequence[int]) -> list[int]:
    """Return parts in about these proportions that sum to the amount."""
    parts = [amount * weight // sum(weights) for weight in weights]
    return [*parts[:-1], amount - sum(parts[:-1])]


@given(lines=st.lists(sold, min_size=1, max_size=4), dice=st.randoms(use_true_random=False))
def test_any_number_of_parts_gives_back_exactly_the_whole(lines: list[Sold], dice: st.DataObject) -> None:
    shop = shop_of()
    invoice = billed(shop, lines)
    whole = {charge.id: charge.owed for charge in shop.charges}
    steps = [
        (id_, part)
        for (id_, amount), line in zip(whole.items(), lines, strict=True)
        for part in parts_of(amount, line.weights)
    ]
    dice.shuffle(steps)  # type: ignore[attr-defined]  # it is a Random
    for id_, part in steps:
        credit(shop, invoice, [(shop.charges[id_], part)])
    restate(shop, invoice)
    notes = [one for one in shop.invoices if one.kind == DocumentKind.CREDIT_NOTE]
    assert (invoice.status, invoice.amount_due, invoice.credited) == (DocumentStatus.VOID, 0, invoice.total)
    assert sum(note.net for note in notes) == invoice.net
    assert sum(note.tax for note in notes) == invoice.tax
    for group in shop.taxes.by("invoice_id", invoice.id):
        assert (group.credited_net, group.credited_tax, group.settled) == (group.net, group.tax, group.net + group.tax)
    for note in notes:
        credited = shop.lines.by("invoice_id", note.id)
        assert (sum(line.net for line in credited), sum(line.tax for line in credited)) == (note.net, note.tax)


def test_thirds_of_a_net_price_give_back_its_vat_to_the_cent() -> None:
    shop = shop_of()
    invoice = billed(shop, [Sold(10_001, included=False, rate=Decimal(20), weights=[1])])
    assert (invoice.net, invoice.tax) == (10_001, 2_000)
    (charge,) = shop.charges
    notes = [credit(shop, invoice, [(charge, part)]) for part in (4_000, 4_000, 4_001)]
    assert sum(note.tax for note in notes if note) == 2_000


def test_more_than_is_left_is_refused() -> None:
    shop = shop_of()
    invoice = billed(shop, [Sold(4_500, included=True, rate=Decimal(20), weights=[1])])
    (charge,) = shop.charges
    credit(shop, invoice, [(charge, 4_000)])
    with pytest.raises(OverCreditError, match="501 is more than the 500"):
        credit(shop, invoice, [(charge, 501)])


@given(lines=st.lists(sold, min_size=1, max_size=3), dice=st.randoms(use_true_random=False))
def test_vat_in_the_sellers_currency_is_given_back_to_the_cent(lines: list[Sold], dice: st.DataObject) -> None:
    rate = {"currency": "USD", "rate": "0.9237", "on": "2027-01-01", "source": "BCE"}
    shop = shop_of(exchange_rates=[rate])
    invoice = billed(shop, lines, currency="USD")
    steps = [
        (charge.id, part)
        for charge, line in zip(list(shop.charges), lines, strict=True)
        for part in parts_of(charge.owed, line.weights)
    ]
    dice.shuffle(steps)  # type: ignore[attr-defined]  # it is a Random
    for id_, part in steps:
        credit(shop, invoice, [(shop.charges[id_], part)])
    notes = [one for one in shop.invoices if one.kind == DocumentKind.CREDIT_NOTE]
    assert invoice.tax_in_currency is None or invoice.tax_currency == "EUR"
    assert sum(note.tax_in_currency or 0 for note in notes) == (invoice.tax_in_currency or 0)
