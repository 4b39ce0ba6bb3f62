"""Drafts: they claim their charges and wait for a person's yes; confirmed, they are issued as things are then (R14)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.billing import billing_setting
from models.charge import Charge, ChargeState
from models.contact import Contact
from models.facts import raise_fact
from models.invoice import DocumentStatus, Invoice
from models.invoicing import invoice_charges
from models.issuing import describe, group_charges, sketch, sketch_lines, tax_scope, totals_of
from models.message import MessagePurpose
from models.messaging import queue
from models.payer import known_contact
from models.periods import add_delay
from models.refusals import RefusedError
from models.settling import restate_charge
from models.shop import Shop, tell_owner
from models.taxing import tax_again

REMIND_DAYS = 7
"""A draft that nobody has looked at for so long is told to its owner, again after each such time."""
CONFIRM_AFTER = "confirm_after"
"""The setting of billing that confirms a draft by itself: after so many days."""


def draft_all(shop: Shop, charges: Iterable[Charge], *, terms_days: int, order_id: str | None = None) -> list[Invoice]:
    """Make one draft for each group of charges (R9), which claims them; lines that sum to zero make none (R10)."""
    made: list[Invoice] = []
    for group, members in group_charges(shop, charges).items():
        payer = known_contact(shop, group.payer_id)
        draft = draft_charges(shop, payer, members, terms_days=terms_days, order_id=order_id)
        made += [draft] if draft else []
    return made


def draft_charges(
    shop: Shop, payer: Contact, charges: Sequence[Charge], *, terms_days: int, order_id: str | None = None
) -> Invoice | None:
    """Make a draft for charges of one group, which claims them; None where its lines sum to zero (R10)."""
    if totals_of(charges).total == 0:
        return None
    draft = sketch(shop, payer, charges, terms_days=terms_days, order_id=order_id)
    for charge in charges:
        _claim(shop, charge, draft.id)
    draft.check_at = _next_look(shop, draft)
    raise_fact(
        shop, "invoice.drafted", contact_id=payer.id, data=describe(draft), invoice=draft.id, order=draft.order_id
    )
    return draft


def charges_of_draft(shop: Shop, draft: Invoice) -> list[Charge]:
    """Return the charges that a draft has claimed, in the order of its lines."""
    places = {line.charge_id: line.position for line in shop.lines.by("invoice_id", draft.id)}
    return sorted(shop.charges.by("draft_id", draft.id), key=lambda one: (places.get(one.id, len(places)), one.id))


def dropped_from(shop: Shop, draft: Invoice, charge: Charge) -> str | None:
    """Return why a charge will not be billed with its draft: `cancelled`, `paid` or `invoiced` since then (R14).

    What was paid may have got an invoice of its own (R17): there it stays, also if the money proves not to exist.
    """
    if charge.state == ChargeState.CANCELLED:
        return "cancelled"
    if charge.state == ChargeState.INVOICED or (charge.taken and charge.invoice_id):
        return "invoiced"
    uses = (one for one in shop.allocations.by("charge_id", charge.id) if one.amount > 0)
    paid = charge.state == ChargeState.SETTLED and any(one.at > draft.created_at for one in uses)
    return "paid" if paid else None


def confirm_draft(shop: Shop, draft: Invoice, *, notify: bool = True, seen: int | None = None) -> None:
    """Issue a draft: number and dates are of today, each charge is looked at again, the payer is told once.

    What was paid or cancelled meanwhile is dropped, what falls under another VAT regime by now goes onto a draft of its
    own (R18), and the owner is told; where nothing is left, the draft is thrown away. One that is confirmed already
    stays as it is.
    """
    if draft.number is not None:
        return
    require_seen(draft, seen)
    payer = known_contact(shop, draft.contact_id)
    gone = {one.id: why for one in charges_of_draft(shop, draft) if (why := dropped_from(shop, draft, one))}
    charges = [one for one in charges_of_draft(shop, draft) if one.id not in gone]
    words = _words(shop, draft)
    _empty(shop, draft)
    tax_again(shop, charges)
    charges, apart = _of_one_regime(shop, charges)
    terms, order = draft.terms_days, draft.order_id
    issued = invoice_charges(shop, payer, charges, terms_days=terms, order_id=order, draft=draft) if charges else None
    _reword(shop, draft, words)
    _tell_dropped(shop, draft, gone)
    _draft_apart(shop, draft, apart, words)
    if issued is None:
        _discard(draft)
    elif notify:
        _notify(shop, draft, payer)


def _of_one_regime(shop: Shop, charges: Sequence[Charge]) -> tuple[list[Charge], list[Charge]]:
    """Return the charges that may stand with the first one on a document, and those that may not, by their tax."""
    together = [one for one in charges if tax_scope(shop, one) == tax_scope(shop, charges[0])]
    return together, [one for one in charges if one not in together]


def _draft_apart(shop: Shop, draft: Invoice, charges: Sequence[Charge], words: Mapping[str, str]) -> None:
    """Draft anew what could not be issued with a draft, and tell the owner."""
    if not charges:
        return
    made = draft_all(shop, charges, terms_days=draft.terms_days, order_id=draft.order_id)
    for one in made:
        _reword(shop, one, words)
    tell_owner(
        shop,
        "draft_parted",
        f"Charges {', '.join(one.id for one in charges)} fall under another VAT regime than the rest of "
        f"{draft.number or draft.id}, with which they were drafted. They wait on a draft of their own: "
        f"{', '.join(one.id for one in made) or 'none, they come to nothing'}. `relance drafts confirm` sends it.",
        contact_id=draft.contact_id,
        invoice=draft.id,
    )


def _notify(shop: Shop, document: Invoice, payer: Contact) -> None:
    queue(
        shop,
        payer,
        template="request_payment" if document.amount_due > 0 else "issue_paid_invoice",
        purpose=MessagePurpose.LEGAL,
        documents=[document],
        subject_ids={"invoice": document.id, "order": document.order_id},
        channels=billing_setting(shop, payer, "channels"),
    )


def _tell_dropped(shop: Shop, draft: Invoice, gone: Mapping[str, str]) -> None:
    if not gone:
        return
    words = ", ".join(f"{id_} ({why})" for id_, why in gone.items())
    kept = f"{draft.number} was issued without them" if draft.number else "nothing was left to issue"
    tell_owner(
        shop,
        "draft_changed",
        f"Charges of draft {draft.id} were paid, cancelled or invoiced before it was confirmed: {words}; {kept}.",
        contact_id=draft.contact_id,
        invoice=draft.id,
    )


@dataclass(frozen=True, slots=True)
class Edit:
    """What is changed of a draft, by the ids of charges: lines that leave and join, and what lines are called."""

    remove: Sequence[str] = ()
    add: Sequence[str] = ()
    words: Mapping[str, str] = field(default_factory=dict)


def edit_draft(shop: Shop, draft: Invoice, edit: Edit, *, seen: int | None = None) -> None:
    """Change the lines of a draft; its figures are then those of today, and what was taken off is due again.

    `seen` is the revision that the editor saw: another one is a conflict, never overwritten (R14). Without a line the
    draft is thrown away.
    """
    require_seen(draft, seen)
    before = charges_of_draft(shop, draft)
    leaving = [_held(draft, before, id_) for id_ in edit.remove]
    joining = [_addable(shop, draft, id_) for id_ in edit.add]
    left = [charge for charge in before if charge not in leaving] + joining
    for id_ in edit.words:
        _held(draft, left, id_)
    words = _words(shop, draft) | dict(edit.words)
    _empty(shop, draft)
    for charge in left:
        _claim(shop, charge, draft.id)
    sketch_lines(shop, draft, left)
    _reword(shop, draft, words)
    draft.revision += 1
    draft.check_at = _next_look(shop, draft)
    if not left:
        _discard(draft)


def _held(draft: Invoice, charges: Sequence[Charge], id_: str) -> Charge:
    """Return a charge of a draft, or refuse."""
    found = next((charge for charge in charges if charge.id == id_), None)
    if found is None:
        raise RefusedError(
            f"Draft {draft.id} has no charge {id_!r}. `relance drafts show {draft.id}` lists those that it has."
        )
    return found


def _addable(shop: Shop, draft: Invoice, id_: str) -> Charge:
    """Return a charge that may join a draft: due, of its payer, and of the same document as its lines (R9)."""
    charge = shop.charges.get(id_)
    if charge is None or not charge.billable or charge.open <= 0:
        raise RefusedError(f"Charge {id_!r} can't join draft {draft.id}: nothing is due of it, or a document has it.")
    groups = group_charges(shop, [*charges_of_draft(shop, draft), charge])
    if len(groups) > 1 or next(iter(groups)).payer_id != known_contact(shop, draft.contact_id).id:
        raise RefusedError(
            f"Charge {id_} does not belong on draft {draft.id}: another client pays it, or its currency, VAT or "
            "series is another. It goes on a document of its own."
        )
    return charge


def delete_draft(shop: Shop, draft: Invoice, *, seen: int | None = None) -> None:
    """Throw a draft away: its charges are due again. It stays, void and without a number."""
    require_seen(draft, seen)
    _empty(shop, draft)
    _discard(draft)


def require_seen(draft: Invoice, seen: int | None) -> None:
    """Refuse what is no draft any more, or was edited since somebody saw its revision (R14)."""
    _require_draft(draft)
    if seen is not None and seen != draft.revision:
        raise RefusedError(
            f"Draft {draft.id} was edited meanwhile: you saw its revision {seen}, it is at {draft.revision}. "
            f"Look again with `relance drafts show {draft.id}`."
        )


def look_at_draft(shop: Shop, draft: Invoice) -> None:
    """Confirm a draft whose time has come by the settings, else remind its owner of it (R14)."""
    confirm_at = _confirms_at(shop, draft)
    if confirm_at is not None and confirm_at <= shop.now:
        confirm_draft(shop, draft)
        return
    days = (shop.now - draft.created_at).days
    tell_owner(
        shop,
        "draft_forgotten",
        f"Draft {draft.id} waits for {days} days. `relance drafts show {draft.id}` shows it, "
        "`relance drafts confirm` sends it, `relance drafts delete` frees what it holds.",
        contact_id=draft.contact_id,
        invoice=draft.id,
    )
    draft.check_at = _next_look(shop, draft)


def _confirms_at(shop: Shop, draft: Invoice) -> datetime | None:
    """Return when a draft confirms itself, if the settings of billing say so."""
    days = billing_setting(shop, known_contact(shop, draft.contact_id), CONFIRM_AFTER)
    return add_delay(draft.created_at, shop.zone, days=days) if isinstance(days, int) and days > 0 else None


def _next_look(shop: Shop, draft: Invoice) -> datetime:
    """Return when a draft is looked at again: its owner is reminded then, or it confirms itself."""
    remind = add_delay(shop.now, shop.zone, days=REMIND_DAYS)
    confirm = _confirms_at(shop, draft)
    return remind if confirm is None else max(min(confirm, remind), shop.now + timedelta(seconds=1))


def _require_draft(draft: Invoice) -> None:
    if draft.status != DocumentStatus.DRAFT:
        raise RefusedError(f"{draft.number or draft.id} is no draft any more: it is {draft.status}.")


def _claim(shop: Shop, charge: Charge, draft_id: str | None) -> None:
    """Let a draft claim a charge, or let it be free again."""
    shop.charges.rehang(charge, "draft_id", draft_id)
    restate_charge(charge)


def _empty(shop: Shop, draft: Invoice) -> None:
    """Take all lines off a draft; what it claimed is free again."""
    for charge in list(shop.charges.by("draft_id", draft.id)):
        _claim(shop, charge, None)
    for line in list(shop.lines.by("invoice_id", draft.id)):
        shop.lines.drop(line)
    for tax in list(shop.taxes.by("invoice_id", draft.id)):
        shop.taxes.drop(tax)


def _discard(draft: Invoice) -> None:
    """Let a draft without lines be void, without a number."""
    draft.status, draft.check_at = DocumentStatus.VOID, None
    draft.net = draft.tax = draft.total = draft.amount_due = 0


def _words(shop: Shop, draft: Invoice) -> dict[str, str]:
    """Return what the lines of a draft are called, by charge."""
    return {line.charge_id: line.description for line in shop.lines.by("invoice_id", draft.id) if line.charge_id}


def _reword(shop: Shop, draft: Invoice, words: Mapping[str, str]) -> None:
    """Let lines be called as the draft said."""
    for line in shop.lines.by("invoice_id", draft.id):
        line.description = words.get(line.charge_id or "", line.description)
