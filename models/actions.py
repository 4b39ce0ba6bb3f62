"""What steps do. Each action returns None when it had its effect, else the reason why not ("" where it is recorded).

One that would write a message too many does nothing at all and returns `CAP` (R21).
"""

from collections.abc import Callable
from itertools import islice
from typing import Any

from models.asking import issue_all, template_of
from models.automation import Run
from models.card_charging import charge_for_run
from models.channels import ways_to
from models.charge import Charge
from models.collecting import planned_for
from models.consents import Channel, forbidden
from models.contact import Contact
from models.drafting import draft_all
from models.ending import key_of_made
from models.fees import add_charge
from models.flow import Act
from models.holding import holds_on
from models.invoice import DocumentStatus, Invoice
from models.ladder import climb, free_again
from models.linking import link_charges, silent_about_link
from models.message import MessagePurpose
from models.messaging import over_cap, queue, queue_to_owner
from models.payer import known_contact, payer_of
from models.payment_link import PaymentLink
from models.requesting import scope_of_request, to_bill
from models.returning import give_back
from models.rulebook import CAP, Published
from models.scope import Scope
from models.settling import live_documents
from models.shop import Shop
from models.steps import AddTag, Document, RequestPayment, SendEmail, SendSms, Wording


def act(shop: Shop, run: Run, published: Published, op: Act) -> str | None:
    """Do one action of a run."""
    return _ACTIONS[op.kind](shop, run, published, op)


def _request_payment(shop: Shop, run: Run, published: Published, op: Act) -> str | None:
    """Issue what is open (R8), one document per group (R9), and send it; about an invoice: send that one again."""
    if run.trigger.startswith("invoice."):
        return _send_again(shop, run, published, op)
    subjects = _subjects(run)
    charges = to_bill(scope_of_request(shop, run.trigger, run.contact_id, subjects))
    charges += _noted(shop, run, published, charges)
    charges += to_bill(added for id_ in run.merged if (added := shop.charges.get(id_)) and added not in charges)
    if isinstance(op.settings, RequestPayment) and op.settings.document is Document.PAYMENT_LINK:
        return _request_by_link(shop, run, published, op, charges)
    if isinstance(op.settings, RequestPayment) and op.settings.document is Document.DRAFT:
        return _draft(shop, run, op.settings, charges, subjects.get("order"))
    documents = _issue_all(shop, charges, op, subjects.get("order"))
    if not documents:
        return "nothing_due"
    run.made = [*run.made, *(document.id for document in documents)]
    for document in documents:
        _bring(shop, run, published, op, document, template_of(document))
    return None


def _draft(shop: Shop, run: Run, settings: RequestPayment, charges: list[Charge], order_id: str | None) -> str | None:
    """Draft what is open; a person confirms it, then the payer is told (R14)."""
    terms = shop.business.payment_terms_days if settings.due_in is None else settings.due_in
    drafts = draft_all(shop, charges, terms_days=terms, order_id=order_id)
    run.made = [*run.made, *(draft.id for draft in drafts)]
    return None if drafts else "nothing_due"


def _request_by_link(shop: Shop, run: Run, published: Published, op: Act, charges: list[Charge]) -> str | None:
    """Ask for charges by a payment link, one for each payer and currency; the charges stay due (R17)."""
    groups: dict[tuple[str, str], list[Charge]] = {}
    for charge in charges:
        groups.setdefault((payer_of(shop, charge.contact_id).id, charge.currency), []).append(charge)
    payers = {id_: known_contact(shop, id_) for id_, _ in groups}
    if not groups:
        return "nothing_due"
    if over_cap(shop, payers.values(), channels_of(op)):
        return CAP
    links = [link_charges(shop, payers[id_], members) for (id_, _), members in groups.items()]
    run.made = [*run.made, *(link.id for link in links)]
    sent = [_ask_by_link(shop, run, published, op, link) for link in links]
    return None if any(sent) else ""


def _ask_by_link(shop: Shop, run: Run, published: Published, op: Act, link: PaymentLink) -> bool:
    return _write(shop, run, published, op, known_contact(shop, link.contact_id), documents=[], link=link.id)


def _noted(shop: Shop, run: Run, published: Published, charges: list[Charge]) -> list[Charge]:
    """Return the charges noted over the limit that this request takes along: same payer, same currency (R7)."""
    wanted = set(run.merged)
    groups = {(payer_of(shop, charge.contact_id).id, charge.currency) for charge in charges}
    taken: list[Charge] = []
    for note in list(shop.noted.by("automation_id", published.id)):
        charge = shop.charges.get(note.charge_id)
        if charge is None:
            continue
        if charge in charges:
            shop.noted.drop(note)
        elif note.charge_id in wanted or (payer_of(shop, charge.contact_id).id, charge.currency) in groups:
            shop.noted.drop(note)
            taken.append(charge)
    return to_bill(taken)


def _issue_all(shop: Shop, charges: list[Charge], op: Act, order_id: str | None) -> list[Invoice]:
    terms = op.settings.due_in if isinstance(op.settings, RequestPayment) else None
    return issue_all(shop, charges, terms_days=terms, order_id=order_id)


def _send_again(shop: Shop, run: Run, published: Published, op: Act) -> str | None:
    document = shop.invoices.get(_subjects(run).get("invoice"))
    reason = silent_about(shop, document)
    if document is None or reason:
        return reason
    _bring(shop, run, published, op, document, "request_payment")
    return None


def silent_about(shop: Shop, document: Invoice | None) -> str | None:
    """Return why nothing asks for a document's money any more (R5), or None where it may be asked for."""
    if document is None or document.amount_due <= 0 or document.status != DocumentStatus.ISSUED:
        return "nothing_due"
    return "held" if holds_on(shop, document) else None


def not_reminded_of(shop: Shop, document: Invoice | None) -> str | None:
    """Return why nobody is reminded of a document (R5): nothing asks for it, or a card is about to pay it (R25)."""
    reason = silent_about(shop, document)
    planned = reason is None and document is not None and planned_for(shop, document)
    return "card_planned" if planned else reason


def _issue_paid_invoice(shop: Shop, run: Run, published: Published, op: Act) -> str | None:
    """Issue the invoice of a fully paid order, without asking for anything (R8)."""
    subjects = _subjects(run)
    charges = shop.charges.by("order_id", subjects.get("order"))
    if live_documents(shop, charges) or any(charge.open > 0 for charge in charges):
        return "nothing_due"
    documents = _issue_all(shop, [charge for charge in charges if charge.billable], op, subjects.get("order"))
    if not documents:
        return "nothing_due"
    run.made = [*run.made, *(document.id for document in documents)]
    for document in documents:
        _bring(shop, run, published, op, document, "issue_paid_invoice")
    return None


def _bring(shop: Shop, run: Run, published: Published, op: Act, document: Invoice, template: str) -> None:
    """Queue the message that brings a document to its payer; without a channel the document stands all the same."""
    queue(
        shop,
        known_contact(shop, document.contact_id),
        template=template,
        purpose=MessagePurpose.LEGAL,
        documents=[document],
        subject_ids=_subjects(run) | {"invoice": document.id},
        channels=channels_of(op),
        step=op.label,
        automation=(published.id, published.version),
        fact_id=run.fact_id,
    )


def _send_reminder(shop: Shop, run: Run, published: Published, op: Act) -> str | None:
    """Remind of the open documents of the run, in one message to each payer."""
    subjects = _subjects(run)
    ids = dict.fromkeys([subjects.get("invoice"), *run.made])
    documents = [document for id_ in ids if (document := shop.invoices.get(id_))]
    reasons = [not_reminded_of(shop, document) for document in documents]
    open_ = [document for document, reason in zip(documents, reasons, strict=True) if reason is None]
    links = [link for id_ in dict.fromkeys([subjects.get("link"), *run.made]) if (link := shop.links.get(id_))]
    if links and not open_:
        return _remind_of_links(shop, run, published, op, links)
    if not open_:
        return next((reason for reason in reasons if reason), "nothing_due")
    owed: dict[str, list[Invoice]] = {}
    for document in open_:
        owed.setdefault(document.contact_id, []).append(document)
    payers = {payer: known_contact(shop, payer) for payer in owed}
    payers = {payer: contact for payer, contact in payers.items() if free_again(shop, contact) is None}
    if not payers:
        return "reminded"
    if over_cap(shop, payers.values(), channels_of(op)):
        return CAP
    sent = [_remind(shop, run, published, op, contact, owed[payer]) for payer, contact in payers.items()]
    return None if any(sent) else ""


def _remind(shop: Shop, run: Run, published: Published, op: Act, payer: Contact, documents: list[Invoice]) -> bool:
    """Remind a payer of documents in one message; a rung of the ladder (R25)."""
    sent = _write(shop, run, published, op, payer, documents=documents, invoice=documents[0].id)
    if sent:
        climb(shop, payer, documents)
    return sent


def _remind_of_links(shop: Shop, run: Run, published: Published, op: Act, links: list[PaymentLink]) -> str | None:
    """Remind of the payment links of the run by which something is still to be paid."""
    reasons = [silent_about_link(shop, link) for link in links]
    open_ = [link for link, reason in zip(links, reasons, strict=True) if reason is None]
    if not open_:
        return reasons[0]
    if over_cap(shop, [known_contact(shop, link.contact_id) for link in open_], channels_of(op)):
        return CAP
    sent = [_ask_by_link(shop, run, published, op, link) for link in open_]
    return None if any(sent) else ""


def _send(shop: Shop, run: Run, published: Published, op: Act) -> str | None:
    """Write freely to the client, by e-mail or SMS."""
    if run.contact_id is None:
        return "no_channel"
    contact, purpose, wanted = known_contact(shop, run.contact_id), _purpose_of(op), channels_of(op) or []
    if not ways_to(shop, contact, purpose, wanted) and "no_consent" in {
        forbidden(contact, purpose, channel) for channel in wanted
    }:
        return "no_consent"
    if over_cap(shop, [contact], wanted, purpose):
        return CAP
    return None if _write(shop, run, published, op, contact, documents=[]) else ""


def _purpose_of(op: Act) -> MessagePurpose:
    """Return why a free message is written; all others are of service."""
    return op.settings.purpose if isinstance(op.settings, SendEmail | SendSms) else MessagePurpose.SERVICE


def _write(
    shop: Shop,
    run: Run,
    published: Published,
    op: Act,
    contact: Contact,
    *,
    documents: list[Invoice],
    **more: Any,
) -> bool:
    made = _last_made(run)
    messages = queue(
        shop,
        contact,
        template=op.kind,
        purpose=_purpose_of(op),
        documents=documents,
        subject_ids=made | _subjects(run) | more,
        channels=channels_of(op),
        step=op.label,
        automation=(published.id, published.version),
        fact_id=run.fact_id,
    )
    return bool(messages)


def _notify_staff(shop: Shop, run: Run, published: Published, op: Act) -> str | None:
    made = _last_made(run)
    subjects = made | _subjects(run) | {"contact": run.contact_id}
    queue_to_owner(
        shop, template=op.kind, subject_ids=subjects, step=op.label, automation=(published.id, published.version)
    )
    return None


def _add_charge(shop: Shop, run: Run, _published: Published, op: Act) -> str | None:
    return add_charge(shop, run, op, Scope(shop, run.contact_id, run.subjects, list(run.made), run.data, run.trigger))


def _refund(shop: Shop, run: Run, published: Published, op: Act) -> str | None:
    """Give money back and tell the client; credit notes go along."""
    client = known_contact(shop, run.contact_id) if run.contact_id else None
    if client and over_cap(shop, [client], channels_of(op)):
        return CAP
    before = len(shop.refunds.fresh)
    reckoned = give_back(shop, run, op)
    if reckoned is None:
        return "nothing_paid"
    notes = reckoned.documents()
    given = list(islice(shop.refunds.fresh, before, None))
    more: dict[str, Any] = {"invoice": notes[0].id} if notes else {}
    if given:
        more["refunded"] = {"amount": sum(one.amount for one in given), "currency": given[0].currency}
    if client:
        _write(shop, run, published, op, client, documents=notes, **more)
    return None


def _charge_card(shop: Shop, run: Run, published: Published, op: Act) -> str | None:
    """Charge the saved card for what is owed (R8); the client is told where the step says how."""
    reason = charge_for_run(shop, run)
    tells = isinstance(op.settings, Wording) and op.settings.message is not None
    if reason is None and tells and run.contact_id is not None:
        _write(shop, run, published, op, known_contact(shop, run.contact_id), documents=[])
    return reason


def _add_tag(shop: Shop, run: Run, _published: Published, op: Act) -> str | None:
    if run.contact_id is None:
        return "nothing_due"
    assert isinstance(op.settings, AddTag)
    contact = known_contact(shop, run.contact_id)
    if op.settings.tag not in contact.tags:
        contact.tags = [*contact.tags, op.settings.tag]
    return None


def channels_of(op: Act) -> list[str] | None:
    """Return the channels that a step names by its keys or by what it is called, or None for the business's."""
    channels = op.settings.channels if isinstance(op.settings, Wording) else None
    return _NAMED.get(op.kind) if channels is None else list(channels)


_NAMED: dict[str, list[str]] = {"send_email": [Channel.EMAIL], "send_sms": [Channel.SMS]}


def _last_made(run: Run) -> dict[str, Any]:
    """Return what the run made last, a document or a link, as a subject; the run's own goes before it."""
    if not run.made:
        return {}
    kind, _, made = key_of_made(run.made[-1]).partition(":")
    return {kind: made}


def _subjects(run: Run) -> dict[str, Any]:
    return run.subjects


_ACTIONS: dict[str, Callable[[Shop, Run, Published, Act], str | None]] = {
    "request_payment": _request_payment,
    "issue_paid_invoice": _issue_paid_invoice,
    "send_reminder": _send_reminder,
    "send_email": _send,
    "send_sms": _send,
    "notify_staff": _notify_staff,
    "add_charge": _add_charge,
    "refund": _refund,
    "charge_card": _charge_card,
    "add_tag": _add_tag,
}
