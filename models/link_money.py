"""Money that comes by a payment link: what it is for is made ready, then it is taken like any payment (R17)."""

from models.facts import raise_fact
from models.identifiers import stamp
from models.linking import PAYABLE, SETTLED, LinkStanding, charge_for, due_on, standing_of
from models.partial import require_part
from models.payer import known_contact
from models.paying import take
from models.payment import Payment
from models.payment_link import PaymentLink
from models.receiving import Told, aim, payment_of, receive
from models.refusals import RefusedError, show
from models.shop import Shop, tell_owner

PAGE = "/pay"
"""Where money that was paid by a link comes from, as the source of an event."""


def receive_by_link(shop: Shop, link: PaymentLink, amount: int, method: str) -> Payment:
    """Book money that was paid by a link."""
    id_ = shop.key("pay", link.id, shop.next_serial())
    payment = payment_of(shop, id_)
    make_ready(shop, link)
    aim(shop, payment, link.charge_ids)
    told = Told(link.contact_id, amount, link.currency, method, shop.now, stamp(shop.now, PAGE, id_))
    receive(shop, payment, told, target_of(link))
    raise_fact(shop, "payment.succeeded", contact_id=link.contact_id, payment=id_, link=link.id)
    alerts = len(shop.alerts)
    take(shop, payment)
    if payment.available and len(shop.alerts) == alerts:
        _tell_surplus(shop, link, payment)
    return payment


def pay_by_link(shop: Shop, link: PaymentLink, amount: int | None, currency: str | None, method: str) -> None:
    """Pay on the page of a link what is due at that moment, or a part of it (R16, R17)."""
    standing, due = standing_of(shop, link), due_on(shop, link)
    paid = amount if amount is not None else due or link.amount
    if currency not in {None, link.currency}:
        raise RefusedError(f"This payment link is in {link.currency}, not in {currency}.")
    if standing not in PAYABLE | SETTLED | {LinkStanding.NOTHING_DUE}:
        raise RefusedError(f"This payment link is {standing}: make a new one.")
    require_part(shop, "A payment link", paid, due, link.currency)
    receive_by_link(shop, link, paid, method)


def target_of(link: PaymentLink) -> str:
    """Return what a payment by a link is for."""
    return f"link:{link.id}"


def make_ready(shop: Shop, link: PaymentLink) -> None:
    """Let the client and the charge of a link from the standing page be there, now that it is paid."""
    if not link.direct or link.id in shop.charges:
        return
    payer = link.payer if isinstance(link.payer, dict) else {}
    contact = known_contact(shop, link.contact_id)
    contact.name, contact.email = contact.name or payer.get("name"), contact.email or payer.get("email")
    contact.locale = contact.locale or payer.get("locale")
    charge_for(shop, link.id, contact.id, link.amount, link.currency, link.purpose or "")


def _tell_surplus(shop: Shop, link: PaymentLink, payment: Payment) -> None:
    tell_owner(
        shop,
        "paid_twice",
        f"{show(payment.available, payment.currency)} came by payment link {link.id}, which asked for less: "
        "it is the client's credit now.",
        contact_id=link.contact_id,
        payment=payment.id,
    )
