"""What a person does with coupons: create, revoke, take one off a charge (R10, R18)."""

from models.coupon import Coupon, code_of
from models.couponing import discount_charge
from models.errors import NotFoundError
from models.ordering import complete
from models.reckoning import reckon
from models.refusals import RefusedError
from models.shop import Shop
from models.suggestions import did_you_mean
from tasks.desk.acting import Desk, Done, act, noted
from tasks.seeds import Seeds


def create(desk: Desk, coupon: Coupon) -> Done:
    """Create a coupon; a code that is there already is refused."""

    def work(shop: Shop) -> None:
        if coupon.id in shop.coupons:
            raise RefusedError(f"There is a coupon {coupon.id} already. Choose another code, or revoke that one.")
        shop.coupons.add(coupon)

    note = noted("coupon", coupon.id, "created", percent=_text(coupon.percent), amount=coupon.amount)
    return act(desk, "create_coupon", note, lambda seeds: _named(seeds, desk, coupon.id), work)


def revoke(desk: Desk, code: str) -> Done:
    """Let a coupon hold no more; what it took off stays."""
    code = code_of(code)

    def work(shop: Shop) -> None:
        coupon = _known(desk, shop, code)
        if coupon.revoked_at is not None:
            raise RefusedError(f"Coupon {code} is revoked already.")
        coupon.revoked_at = shop.now

    return act(desk, "revoke_coupon", noted("coupon", code, "revoked"), lambda seeds: _named(seeds, desk, code), work)


def apply(desk: Desk, code: str, charge_id: str) -> Done:
    """Take a coupon off a due charge; money that paid for more becomes the client's credit."""
    code = code_of(code)

    def named(seeds: Seeds) -> None:
        _named(seeds, desk, code)
        seeds.add("charges", desk.business_id, [charge_id])

    def work(shop: Shop) -> None:
        charge = shop.charges.get(charge_id)
        if charge is None:
            raise NotFoundError(f"{desk.business_id} has no charge {charge_id!r}.")
        discount_charge(shop, charge, _known(desk, shop, code), code)
        if charge.order_id:
            complete(shop, shop.orders[charge.order_id])
        else:
            reckon(shop, [charge])

    return act(desk, "apply_coupon", noted("charge", charge_id, "discounted", coupon=code), named, work)


def _named(seeds: Seeds, desk: Desk, code: str) -> None:
    seeds.add("coupons", desk.business_id, [code])


def _known(desk: Desk, shop: Shop, code: str) -> Coupon:
    coupon = shop.coupons.get(code)
    if coupon is None:
        rows = desk.connection.execute("SELECT id FROM coupons WHERE business_id = %s LIMIT 5000", (desk.business_id,))
        near = did_you_mean(code, [row[0] for row in rows])
        raise NotFoundError(
            f"{desk.business_id} has no coupon {code!r}.{near or ' `relance coupons list` shows them.'}"
        )
    return coupon


def _text(value: object) -> str | None:
    return None if value is None else str(value)
