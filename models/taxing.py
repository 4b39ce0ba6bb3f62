"""What tax a charge bears: that of its seller's regime at its tax point, looked at again when it is billed (R18)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from models.charge import Charge
from models.deposits import deposits_on
from models.invoice import Invoice
from models.payment import Payment
from models.periods import local_date
from models.pricing import owed
from models.refusals import show
from models.regime import Regime
from models.shop import Shop, tell_owner
from models.tax import EXEMPT, OUTSIDE_VAT, rate_text


class Borne(NamedTuple):
    """The VAT rate and the category of EN 16931 under which something is billed."""

    rate: Decimal
    category: str


def borne(regime: Regime, rate: Decimal) -> Borne:
    """Return what a seller of a regime bills at a rate: nothing and E if exempt, else Z for a zero rate and S."""
    if regime.exempt:
        return Borne(Decimal(0), EXEMPT)
    return Borne(rate, "S" if rate else "Z")


def tax_point(shop: Shop, charge: Charge, service_on: date | None = None, *, without: str | None = None) -> date:
    """Return the day whose regime taxes a charge: its service's, or its first money's if that makes VAT fall due.

    `without` is a payment that is left out.
    """
    day = service_on or charge.service_from or charge.due_on
    if shop.business.regimes is None:
        return day
    paid = [on for id_, on in _paid_on(shop, charge) if id_ != without and shop.business.regime_on(on).on_receipt]
    return min([day, *paid])


def _paid_on(shop: Shop, charge: Charge) -> Iterable[tuple[str, date]]:
    """Yield payments that are on a charge with their local dates; credit of the client counts when it is used."""
    left: dict[str, int] = {}
    for one in shop.allocations.by("charge_id", charge.id):
        left[one.payment_id] = left.get(one.payment_id, 0) + one.amount
    for one in shop.allocations.by("charge_id", charge.id):
        payment = shop.payments.get(one.payment_id)
        if payment is not None and left[one.payment_id] > 0:
            yield payment.id, one.on_date if one.credit else local_date(payment.received_at, shop.zone)


def regime_of(shop: Shop, charge: Charge) -> Regime:
    """Return the seller's regime at the tax point of a charge."""
    return shop.business.regime_on(tax_point(shop, charge))


def tax_of(shop: Shop, charge: Charge, rate: Decimal, service_on: date) -> Borne:
    """Return what a charge bears at its agreed rate; one on a document stays as it is there unless its day moves."""
    stands = charge.invoice_id is not None and charge.service_from == service_on
    if stands and charge.tax_category == EXEMPT:
        return Borne(Decimal(0), EXEMPT)
    regime = Regime() if stands else shop.business.regime_on(tax_point(shop, charge, service_on))
    return borne(regime, rate)


def bear(shop: Shop, charge: Charge, rate: Decimal) -> None:
    """Let a new charge bear what its seller bills at a rate on the day of its service."""
    charge.full_rate = rate
    charge.tax_rate, charge.tax_category = tax_of(shop, charge, rate, charge.service_from or charge.due_on)


def tax_again(shop: Shop, charges: Iterable[Charge]) -> None:
    """Tax charges that go onto a document now at their tax points; what changed is told to the owner (R18).

    A price with tax in it stays what it is, one without it as well. What a deposit invoice taxed stays so (R26).
    """
    if shop.business.regimes is None:
        return
    for charge in charges:
        if charge.tax_category == OUTSIDE_VAT or deposits_on(shop, charge):
            continue
        before = Borne(charge.tax_rate, charge.tax_category)
        now = borne(regime_of(shop, charge), _agreed_rate(shop, charge))
        if now != before:
            charge.tax_rate, charge.tax_category = now
            charge.owed = owed(charge)
            _tell(shop, charge, before, now)


def tax_paid(shop: Shop, charges: Iterable[Charge]) -> None:
    """Tax charges again whose money may have moved their tax point; one without tax in its price waits for its bill."""
    tax_again(shop, (charge for charge in charges if charge.invoice_id is None and charge.tax_included))


def tell_of_early_money(shop: Shop, payment: Payment, charge: Charge, invoice: Invoice, amount: int) -> None:
    """Tell the owner of money that came before the service of an issued document, where it moves the tax point (R18).

    The document keeps its tax, as everything that was issued; the owner may take it back and bill anew.
    """
    if shop.business.regimes is None or charge.tax_category == OUTSIDE_VAT or deposits_on(shop, charge):
        return
    before, now = (tax_point(shop, charge, without=payment.id), tax_point(shop, charge))
    due = borne(shop.business.regime_on(now), _agreed_rate(shop, charge))
    if now == before or due == Borne(charge.tax_rate, charge.tax_category):
        return
    was, is_ = shop.business.regime_on(before).vat, shop.business.regime_on(now).vat
    tell_owner(
        shop,
        "tax_kept",
        f"{show(amount, payment.currency)} of payment {payment.id} came on {now}, before the service of "
        f"{invoice.number} on {charge.service_from or charge.due_on}. Your VAT regime was {is_} that day, the document "
        f"was issued under {was}: charge {charge.id} keeps its {rate_text(charge.tax_rate)} % VAT, where "
        f"{rate_text(due.rate)} % fell due with the money. To correct it, void the document and bill anew.",
        contact_id=charge.contact_id,
        invoice=invoice.id,
        payment=payment.id,
        charge=charge.id,
    )


def _agreed_rate(shop: Shop, charge: Charge) -> Decimal:
    """Return the rate of a charge where VAT is borne; the business's if it was agreed before rates were kept."""
    if charge.full_rate is not None:
        return charge.full_rate
    return shop.business.tax_rate if charge.tax_category == EXEMPT else charge.tax_rate


def _tell(shop: Shop, charge: Charge, before: Borne, now: Borne) -> None:
    price = "with tax in it" if charge.tax_included else "without tax"
    tell_owner(
        shop,
        "tax_changed",
        f"Charge {charge.id} was agreed at {rate_text(before.rate)} % VAT and is billed at {rate_text(now.rate)} %: on "
        f"{tax_point(shop, charge)}, when its VAT falls due, your regime is another. Its price {price} stays the same.",
        contact_id=charge.contact_id,
        charge=charge.id,
    )
