"""Coupons applied: to an order that names one, or by a person to a charge; allowances of their lines (R10, R18)."""

from collections.abc import Iterable

from models.booking import Order
from models.charge import MULTI_PURPOSE, Charge
from models.coupon import Coupon, CouponUse, code_of
from models.money import times
from models.periods import local_date
from models.pricing import owed
from models.reckoning import take_off
from models.refusals import RefusedError
from models.settling import restate_charge
from models.shop import Shop, tell_owner


def discount_order(shop: Shop, order: Order, charges: Iterable[Charge]) -> None:
    """Take the coupon of an order off its charges that no document holds; where it does not hold the owner is told."""
    if order.coupon is None or order.coupon_refused is not None:
        return
    charges = sorted(charges, key=lambda charge: (charge.position, charge.id))
    coupon = shop.coupons.get(order.coupon)
    subject = f"order:{order.id}"
    eligible = [charge for charge in charges if coupon and _suits(shop, coupon, charge)]
    reason = _why_not(shop, coupon, subject, order.contact_id or "", order) or (None if eligible else "suits nothing")
    if coupon is None or reason:
        order.coupon_refused = reason
        _tell_refused(shop, order, reason or "")
        return
    left = coupon.amount
    for charge in eligible:
        if charge.invoice_id is None:
            _take_off(charge, coupon, left)
        left = None if left is None else left - charge.discount
    _note(shop, coupon, subject, order.contact_id or "", sum(charge.discount for charge in eligible))


def note_coupon(shop: Shop, order: Order, told: str | None) -> None:
    """Remember the coupon that an order is told to have; one that it had before is given back, to be used elsewhere."""
    code = code_of(told) if told else None
    if code == order.coupon:
        return
    if use := shop.coupon_uses.get((order.coupon or "", f"order:{order.id}")):
        shop.coupon_uses.drop(use)
        shop.coupons[use.coupon_id].used -= 1
        _give_back(shop, shop.charges.by("order_id", order.id), use.coupon_id)
    order.coupon, order.coupon_refused = code, None


def _give_back(shop: Shop, charges: Iterable[Charge], code: str) -> None:
    """Let charges cost again what a coupon took off them; one that a document holds is taken off it first (R20)."""
    for charge in [charge for charge in charges if charge.discount_reason == code]:
        if (code, f"charge:{charge.id}") in shop.coupon_uses:
            continue
        if charge.invoice_id is not None:
            take_off(shop, charge)
        charge.amount += charge.discount
        charge.discount, charge.discount_reason = 0, None
        charge.owed = owed(charge)
        restate_charge(charge)


def discount_charge(shop: Shop, charge: Charge, coupon: Coupon | None, code: str) -> None:
    """Take a coupon off a due charge, as a person asks; the caller reckons what that changes."""
    if charge.invoice_id is not None:
        raise RefusedError(f"{charge.id} is on a document already: credit a part of that instead.")
    if charge.discount or charge.kept is not None or charge.worth <= 0:
        raise RefusedError(f"{charge.id} can't have a coupon: it has one, is cancelled, or costs nothing.")
    subject = f"charge:{charge.id}"
    reason = _why_not(shop, coupon, subject, charge.contact_id, None)
    if coupon is None or reason:
        raise RefusedError(f"Coupon {code} {reason}.")
    if unfit := _unfit(shop, coupon, charge):
        raise RefusedError(f"Coupon {code} is not for {charge.description}: {unfit}.")
    _take_off(charge, coupon, coupon.amount)
    _note(shop, coupon, subject, charge.contact_id, charge.discount)


def _why_not(shop: Shop, coupon: Coupon | None, subject: str, client: str, order: Order | None) -> str | None:
    """Return why a coupon does not hold for what asks for it; one that it had already stays."""
    if coupon is None:
        return "is unknown"
    if (coupon.id, subject) in shop.coupon_uses:
        return None
    on = local_date(order.placed_at, shop.zone) if order and order.placed_at else shop.today
    had = sum(use.coupon_id == coupon.id for use in shop.coupon_uses.by("contact_id", client))
    hindrances = (
        (coupon.revoked_at is not None, "is revoked"),
        (on < (coupon.valid_from or on), f"holds from {coupon.valid_from} on"),
        (on > (coupon.expires_on or on), f"has expired on {coupon.expires_on}"),
        (_reached(coupon.most_uses, coupon.used), "is used up"),
        (_reached(coupon.most_per_client, had), "was used by this client as often as it may be"),
    )
    return next((reason for hinders, reason in hindrances if hinders), None)


def _reached(most: int | None, count: int) -> bool:
    return most is not None and count >= most


def _suits(shop: Shop, coupon: Coupon, charge: Charge) -> bool:
    """Whether a coupon is for a charge."""
    return _unfit(shop, coupon, charge) is None


def _unfit(shop: Shop, coupon: Coupon, charge: Charge) -> str | None:
    """Return why a charge is none that a coupon is for: of another currency or service, or nothing that has a price."""
    if coupon.currency not in {None, charge.currency}:
        return f"that is in {charge.currency}, the coupon in {coupon.currency}"
    if charge.package_id is not None:
        return "that is taken from a package and costs nothing"
    if charge.voucher_purpose == MULTI_PURPOSE:
        return "a voucher for anything is money, of which nothing is taken off; what it pays for can have a coupon"
    booking = shop.bookings.get(charge.booking_id) if charge.booking_id else None
    session = shop.sessions.get(booking.session_id) if booking and booking.session_id else None
    if coupon.services and (session is None or session.service_id not in coupon.services):
        return f"it is for {', '.join(coupon.services)} only"
    return None


def _take_off(charge: Charge, coupon: Coupon, left: int | None) -> None:
    """Make a charge cheaper by what a coupon takes off, at most what is left of its amount."""
    whole = times(charge.unit_price, charge.quantity)
    charge.discount = coupon.off(whole) if left is None else max(0, min(left, whole))
    charge.discount_reason = coupon.id
    charge.amount = whole - charge.discount
    charge.owed = owed(charge)


def _note(shop: Shop, coupon: Coupon, subject: str, client: str, amount: int) -> None:
    known = shop.coupon_uses.get((coupon.id, subject))
    if known is not None:
        known.amount = amount
        shop.coupon_uses.rehang(known, "contact_id", client)
        return
    shop.coupon_uses.add(CouponUse(shop.id, coupon.id, subject, client, shop.now, amount))
    coupon.used += 1


def _tell_refused(shop: Shop, order: Order, reason: str) -> None:
    tell_owner(
        shop,
        "coupon_refused",
        f"Order {order.id} came with the coupon {order.coupon}, which {reason}: it costs what it would without. "
        f"`relance coupons apply` takes one off a charge all the same.",
        contact_id=order.contact_id,
        order=order.id,
    )
