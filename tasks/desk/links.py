"""What a person does with payment links: make one, for an amount or for what is due, send it, take it back (R17)."""

from models.linking import SETTLED, link_amount, link_charges, revoke, standing_of
from models.message import MessagePurpose
from models.messaging import queue
from models.money import Money
from models.payer import known_contact, payer_of
from models.payment_link import PaymentLink
from models.refusals import RefusedError
from models.shop import Shop
from tasks.desk.acting import Desk, Done, act, noted
from tasks.desk.documents import contact_named
from tasks.seeds import Seeds

_DUE = (
    "SELECT c.id FROM charges c JOIN contacts k ON k.business_id = c.business_id AND k.id = c.contact_id"
    " WHERE c.business_id = %s AND coalesce(k.bill_to, k.id) = %s AND c.state IN ('due', 'invoiced') ORDER BY c.id"
)


def create_link(desk: Desk, contact: str, asked: Money | None, purpose: str | None, *, send: bool) -> Done:
    """Make a link for an amount and a purpose, or without these over all that the client owes; mail it if wanted."""
    client = contact_named(desk, contact)
    due = [row[0] for row in desk.connection.execute(_DUE, (desk.business_id, client))] if asked is None else []
    note = noted("contact", client, "asked to pay by link" if send else "given a payment link", purpose=purpose)

    def name(seeds: Seeds) -> None:
        seeds.add("contacts", desk.business_id, [client])
        seeds.add("charges", desk.business_id, due)
        seeds.linked.add((desk.business_id, client))

    def make(shop: Shop) -> None:
        if asked is not None:
            link = link_amount(shop, known_contact(shop, client), asked.amount, asked.currency, purpose or "")
        else:
            link = _over_due(shop, client, due)
        if send:
            _send(shop, link)

    return act(desk, "link", note, name, make)


def _over_due(shop: Shop, client: str, due: list[str]) -> PaymentLink:
    payer = payer_of(shop, client)
    charges = [charge for id_ in due if (charge := shop.charges.get(id_)) and charge.open > 0]
    currencies = {charge.currency for charge in charges}
    if not charges:
        raise RefusedError(f"{client} owes nothing. Give an amount and --for, if you ask for something new.")
    if len(currencies) > 1:
        raise RefusedError(f"{client} owes in {', '.join(sorted(currencies))}: one link asks in one currency.")
    return link_charges(shop, payer, charges)


def _send(shop: Shop, link: PaymentLink) -> None:
    contact = known_contact(shop, link.contact_id)
    queue(
        shop,
        contact,
        template="request_payment",
        purpose=MessagePurpose.SERVICE,
        documents=[],
        subject_ids={"link": link.id},
    )


def revoke_link(desk: Desk, link_id: str, reason: str | None) -> Done:
    """Take a link back; what only it asked for is owed no more, as long as nothing of it was paid."""
    note = noted("payment_link", link_id, "revoked", reason=reason)

    def take_back(shop: Shop) -> None:
        link = shop.links.get(link_id)
        if link is None:
            raise RefusedError(f"There is no payment link {link_id}. `relance links list` shows them.")
        if standing_of(shop, link) in SETTLED:
            raise RefusedError(
                f"Payment link {link_id} is paid: nothing is to be taken back. `relance payments refund` gives the "
                "money back."
            )
        if not revoke(shop, link):
            raise RefusedError(f"Payment link {link_id} was taken back before.")

    return act(desk, "revoke", note, lambda seeds: seeds.add("links", desk.business_id, [link_id]), take_back)
