"""What a person does with clients: write to one, let one go on as another (R19, R20)."""

from models.by_hand import Said, write_by_hand
from models.coupon import code_of
from models.refusals import RefusedError
from tasks.desk.acting import Desk, Done, act, noted, tell
from tasks.desk.documents import contact_named
from tasks.seeds import Seeds


def write_to(desk: Desk, contact_id: str, said: Said) -> Done:
    """Write to a client: words, the link of a service, a coupon."""
    id_ = contact_named(desk, contact_id)

    def name(seeds: Seeds) -> None:
        seeds.add("contacts", desk.business_id, [id_])
        seeds.add("services", desk.business_id, [said.service])
        seeds.add("coupons", desk.business_id, [code_of(said.coupon) if said.coupon else None])

    note = noted("contact", id_, "written to", service=said.service, coupon=said.coupon)
    return act(desk, "write", note, name, lambda shop: write_by_hand(shop, shop.contacts[id_], said))


def merge_clients(desk: Desk, contact_id: str, into: str) -> Done:
    """Let one client go on as another: debts, credit, saved cards, consents and its record; it can't be undone."""
    left, gone = contact_named(desk, into), contact_named(desk, contact_id)
    if gone != contact_id:
        raise RefusedError(f"{contact_id} has been merged into {gone} already, which can't be undone.")
    if into == contact_id:
        raise RefusedError(f"{contact_id} can't be merged into itself: name two clients.")
    if gone == left:
        raise RefusedError(f"{into} has been merged into {contact_id} already: {contact_id} is the client who is left.")
    note = noted("contact", gone, "merged", into=left)
    id_ = f"merge {gone} {left} {desk.now.isoformat()}"[:256]
    return tell(desk, "merge", note, "contact.merged", id_, {"contact": {"id": gone}, "into": left})
