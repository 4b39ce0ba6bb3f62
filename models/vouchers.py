"""Vouchers for anything: what was paid for one is the client's credit, and no revenue until it is used (R10)."""

from collections.abc import Iterable

from models.charge import MULTI_PURPOSE, Charge
from models.payment import Payment, Purpose
from models.receiving import Told, payment_of, receive
from models.refusals import show
from models.shop import Shop, tell_owner

VOUCHER = "voucher"
"""The method of the credit that a voucher is."""
SPENT = "spent"
"""Why a voucher whose money went back is still some credit's origin."""


def bought_with(charge: Charge) -> str:
    """Return the id of the payment that is a voucher's credit."""
    return f"{VOUCHER}:{charge.id}"


def credit_vouchers(shop: Shop, charges: Iterable[Charge]) -> None:
    """Let paid vouchers be credit of who bought them; one whose money went back is none any more."""
    for charge in charges:
        if charge.voucher_purpose == MULTI_PURPOSE:
            worth = charge.worth if charge.settled >= charge.worth > 0 else 0
            known = shop.payments.get(bought_with(charge))
            if worth != (known.amount if known else 0):
                _be_worth(shop, charge, known or payment_of(shop, bought_with(charge)), worth)


def _be_worth(shop: Shop, charge: Charge, payment: Payment, worth: int) -> None:
    """Correct a voucher's credit; what of it is spent already stays spent, and the owner is told once."""
    spent = payment.amount - payment.available
    payment.purpose = Purpose.VOUCHER
    told = Told(charge.contact_id, max(worth, spent), charge.currency, VOUCHER, shop.now, charge.stamp)
    receive(shop, payment, told, None)
    if worth < spent and payment.reverse_reason is None:
        payment.reverse_reason = SPENT
        tell_owner(
            shop,
            "voucher_spent",
            f"The money for voucher {charge.id} went back, but {show(spent - worth, charge.currency)} of it "
            "was used already: ask for it.",
            contact_id=charge.contact_id,
            charge=charge.id,
        )
