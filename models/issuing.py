"""Issuing documents: which charges stand together, what the lines and the VAT are, and the number (R8-R10, R13, R18).

Nothing here can fail for reasons of its own: a charge was checked when it was made, so a number is never lost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from models.bookkeeping import enter
from models.charge import Charge
from models.contact import Contact, PayerKind
from models.deposits import deduction, less, taken_back, words_of
from models.exchange import state_tax, state_tax_of_credit
from models.identifiers import invoice_number
from models.invoice import Counter, DocumentKind, DocumentStatus, Invoice, InvoiceLine, InvoiceTax
from models.mentions import NOTHING_SAID, Exemption, exemption, mentions
from models.payer import language_of, payer_of, payer_snapshot, seller_snapshot
from models.periods import start_of_day
from models.regime import Regime
from models.series import EVER, own_series, resets, series_of
from models.shop import Shop
from models.tax import EXEMPT, OUTSIDE_VAT, Priced, TaxGroup, Totals, compute
from models.taxing import regime_of

SAYS = frozenset({DocumentKind.INVOICE, DocumentKind.DEPOSIT, DocumentKind.FORMAL_NOTICE})
"""The kinds of documents that say on which terms they are to be paid."""
KEPT_OF_DRAFT = frozenset({"business_id", "id", "created_at", "revision"})
"""What a draft keeps when it becomes the document that is issued."""


OF_REGIME = ("vat_exempt", "tax_registration")
"""What a document says of its seller because of how that stands to VAT."""


@dataclass(frozen=True, slots=True)
class Group:
    """What may stand on one document (R9): one payer, one currency, one tax scope, one number series."""

    payer_id: str
    currency: str
    scope: str
    series: str


def group_charges(shop: Shop, charges: Iterable[Charge]) -> dict[Group, list[Charge]]:
    """Part charges by the document that each belongs on, in the order of service."""
    groups: dict[Group, list[Charge]] = {}
    for charge in sorted(charges, key=_by_service):
        payer = payer_of(shop, charge.contact_id)
        group = Group(payer.id, charge.currency, tax_scope(shop, charge), own_series(shop, payer, charge))
        groups.setdefault(group, []).append(charge)
    return groups


def tax_scope(shop: Shop, charge: Charge) -> str:
    """Return what may not stand with others: what is outside VAT, and each reason for which a seller is exempt."""
    if charge.tax_category == EXEMPT:
        return f"{EXEMPT} {regime_of(shop, charge).vat}"
    return OUTSIDE_VAT if charge.tax_category == OUTSIDE_VAT else "vat"


def _by_service(charge: Charge) -> tuple[date, int, str]:
    return charge.service_from or charge.due_on, charge.position, charge.id


def take_number(shop: Shop, series: str) -> tuple[str, int, int, date]:
    """Give the next number of a series and its date: the local date, never before the last one given (R13)."""
    latest = max((c.last_on for c in shop.counters if c.series == series), default=shop.today)
    issued_on = max(shop.today, latest)
    year = issued_on.year if resets(shop.business) else EVER
    counter = shop.counters.get((series, year))
    if counter is None:
        counter = shop.counters.add(Counter(shop.id, series, year, 0, issued_on))
    counter.last += 1
    counter.last_on = issued_on
    return invoice_number(series, year, counter.last), year, counter.last, issued_on


def totals_of(charges: Sequence[Charge]) -> Totals:
    """Return the figures of an invoice for these charges."""
    return compute([_priced(charge) for charge in charges])


def issue(
    shop: Shop,
    payer: Contact,
    charges: Sequence[Charge],
    totals: Totals,
    *,
    terms_days: int,
    order_id: str | None,
    draft: Invoice | None = None,
) -> Invoice:
    """Issue one invoice for charges of one group, with number, lines and VAT; all of it is to be paid.

    Deposits of the charges are taken back, line by VAT group, each with its number and date (R26). A draft becomes it.
    """
    deposits = taken_back(shop, charges)
    totals = less(totals, deposits) if deposits else totals
    invoice = _numbered(
        shop, payer, charges[0].currency, totals, kind=DocumentKind.INVOICE, cause_id=charges[0].id, charge=charges[0]
    )
    invoice.amount_due = totals.total
    invoice.terms_days = terms_days
    invoice.due_on = _issued_on(invoice) + timedelta(days=terms_days)
    invoice.order_id = order_id
    _date_service(invoice, charges)
    invoice.check_at = next_check(shop, invoice)
    invoice = shop.invoices.add(invoice) if draft is None else _become(shop, draft, invoice)
    _write_lines(shop, invoice, charges, totals)
    for position, (deposit, group) in enumerate(deposits, start=len(charges) + 1):
        shop.lines.add(deduction(shop, invoice, deposit, group, position))
    invoice.preceding = [{"number": deposit.number, "date": str(deposit.issued_on)} for deposit, _ in deposits]
    _write_taxes(shop, invoice, totals, charges[0], closed=False)
    state_tax(shop, invoice)
    return invoice


def _date_service(document: Invoice, charges: Sequence[Charge]) -> None:
    document.service_from = min(charge.service_from or charge.due_on for charge in charges)
    document.service_to = max(charge.service_to or charge.due_on for charge in charges)


def _become(shop: Shop, draft: Invoice, issued: Invoice) -> Invoice:
    """Let a draft be the document that was issued for it, under its own id (R14)."""
    names = (field.name for field in fields(Invoice) if field.name not in KEPT_OF_DRAFT)
    shop.invoices.rewrite(draft, {name: getattr(issued, name) for name in names})
    shop.confirmed[draft.id] = draft
    return draft


def sketch(shop: Shop, payer: Contact, charges: Sequence[Charge], *, terms_days: int, order_id: str | None) -> Invoice:
    """Make a draft for charges of one group: as they are today, without number and dates (R14)."""
    draft = Invoice(
        business_id=shop.id,
        id=shop.key("inv", charges[0].id, "draft", shop.next_serial()),
        kind=DocumentKind.INVOICE,
        status=DocumentStatus.DRAFT,
        contact_id=payer.id,
        payer_kind=payer.kind or PayerKind.CONSUMER,
        currency=charges[0].currency,
        created_at=shop.now,
        net=0,
        tax=0,
        total=0,
        amount_due=0,
        language=language_of(shop, payer),
        payer=payer_snapshot(payer),
        terms_days=terms_days,
        order_id=order_id,
        cause=shop.cause.plain() if shop.cause else None,
    )
    sketch_lines(shop, shop.invoices.add(draft), charges)
    return draft


def sketch_lines(shop: Shop, draft: Invoice, charges: Sequence[Charge]) -> None:
    """Write the lines, the VAT and the sums of a draft as its charges are today; all of it is to be paid."""
    totals = totals_of(charges)
    draft.net, draft.tax, draft.total, draft.amount_due = totals.net, totals.tax, totals.total, totals.total
    draft.service_from = draft.service_to = None
    if charges:
        _date_service(draft, charges)
    _write_lines(shop, draft, charges, totals)
    for position, group in enumerate(totals.groups, start=1):
        figures = position, group.category, group.rate, group.net, group.tax
        shop.taxes.add(InvoiceTax(shop.id, draft.id, *figures))


def _numbered(
    shop: Shop,
    payer: Contact,
    currency: str,
    totals: Totals,
    *,
    kind: DocumentKind,
    cause_id: str,
    charge: Charge | None = None,
) -> Invoice:
    """Return a document with its number, in the series of its kind, payer and charges."""
    series = series_of(shop.business, kind, own_series(shop, payer, charge))
    number, year, sequence, issued_on = take_number(shop, series)
    payer_kind, language = payer.kind or PayerKind.CONSUMER, language_of(shop, payer)
    regime = _regime(shop, charge, issued_on)
    said = mentions(shop, payer_kind, language, issued_on, regime) if kind in SAYS else NOTHING_SAID
    return Invoice(
        business_id=shop.id,
        id=shop.key("inv" if kind == DocumentKind.INVOICE else "doc", cause_id, number),
        kind=kind,
        status=DocumentStatus.ISSUED,
        contact_id=payer.id,
        payer_kind=payer_kind,
        currency=currency,
        created_at=shop.now,
        net=totals.net,
        tax=totals.tax,
        total=totals.total,
        amount_due=0,
        series=series,
        year=year,
        sequence=sequence,
        number=number,
        issued_on=issued_on,
        issued_at=shop.now,
        language=language,
        seller=seller_snapshot(shop, regime),
        payer=payer_snapshot(payer),
        notes=said.notes,
        law_ids=said.law_ids,
        order_reference=payer.order_reference,
        cause=shop.cause.plain() if shop.cause else None,
    )


def _regime(shop: Shop, charge: Charge | None, issued_on: date) -> Regime:
    """Return how a document's seller stands to VAT: as at its charges' tax point, due as on its own day (R18)."""
    on_that_day = shop.business.regime_on(issued_on)
    return on_that_day if charge is None else Regime(regime_of(shop, charge).vat, on_that_day.due_on)


def issue_receipt(shop: Shop, payer: Contact, amount: int, currency: str, *, order_id: str | None, of: str) -> Invoice:
    """Issue a receipt for money received before its invoice (R26)."""
    nothing = Totals((), (), 0, 0, amount)
    receipt = _numbered(shop, payer, currency, nothing, kind=DocumentKind.RECEIPT, cause_id=of)
    receipt.status = DocumentStatus.PAID
    receipt.due_on = receipt.issued_on
    receipt.order_id = order_id
    receipt.of_number = of
    shop.invoices.add(receipt)
    enter(shop, "receipt", receipt.id, number=receipt.number, amount=amount, currency=currency)
    return receipt


def issue_deposit(shop: Shop, payer: Contact, charge: Charge, amount: int, *, of: str) -> Invoice:
    """Issue the invoice for money of a professional that came before its invoice and leaves the charge open (R26)."""
    totals = compute([Priced(amount, True, charge.tax_category, charge.tax_rate)])
    deposit = _numbered(
        shop, payer, charge.currency, totals, kind=DocumentKind.DEPOSIT, cause_id=f"{of} {charge.id}", charge=charge
    )
    deposit.status = DocumentStatus.PAID
    deposit.due_on = deposit.issued_on
    deposit.order_id, deposit.prepaid = charge.order_id, amount
    deposit.service_from, deposit.service_to = charge.service_from or charge.due_on, charge.service_to or charge.due_on
    shop.invoices.add(deposit)
    _write_lines(shop, deposit, [charge], totals, words_of(deposit.language)[0])
    _write_taxes(shop, deposit, totals, charge, closed=True)
    state_tax(shop, deposit)
    figures = {"total": deposit.total, "net": deposit.net, "tax": deposit.tax}
    enter(shop, "deposit", deposit.id, number=deposit.number, currency=deposit.currency, **figures)
    return deposit


def issue_notice(shop: Shop, payer: Contact, documents: Sequence[Invoice], *, due_on: date) -> Invoice:
    """Issue a formal notice over what is open of documents; it is no debt of its own, and names them (R25)."""
    open_ = sum(document.amount_due for document in documents)
    totals = Totals((), (), 0, 0, open_)
    first = documents[0]
    notice = _numbered(shop, payer, first.currency, totals, kind=DocumentKind.FORMAL_NOTICE, cause_id=first.id)
    notice.status, notice.due_on = DocumentStatus.PAID, due_on
    notice.of_id, notice.of_number, notice.of_date = first.id, first.number, first.issued_on
    notice.preceding = [{"number": one.number, "date": str(one.issued_on), "due": one.amount_due} for one in documents]
    shop.invoices.add(notice)
    enter(shop, "formal_notice", notice.id, number=notice.number, amount=open_, currency=notice.currency)
    return notice


def issue_credit_note(shop: Shop, invoice: Invoice, charges: Sequence[Charge], totals: Totals) -> Invoice:
    """Issue a credit note on an invoice for parts of its charges; it names number and date of the invoice."""
    payer = shop.contacts.get(invoice.contact_id) or Contact(shop.id, invoice.contact_id)
    note = _numbered(
        shop, payer, invoice.currency, totals, kind=DocumentKind.CREDIT_NOTE, cause_id=invoice.id, charge=charges[0]
    )
    note.payer, note.payer_kind, note.language = invoice.payer, invoice.payer_kind, invoice.language
    note.seller = _with_regime_of(invoice, note)
    note.of_id, note.of_number, note.of_date = invoice.id, invoice.number, invoice.issued_on
    note.preceding = [{"number": invoice.number, "date": str(invoice.issued_on)}]
    note.due_on = note.issued_on
    note.status = DocumentStatus.PAID
    note.order_id = invoice.order_id
    shop.invoices.add(note)
    _write_lines(shop, note, charges, totals)
    _write_taxes(shop, note, totals, charges[0], closed=True)
    state_tax_of_credit(note, invoice, shop.taxes.by("invoice_id", invoice.id))
    enter(
        shop,
        "credit_note",
        note.id,
        number=note.number,
        of=invoice.number,
        total=note.total,
        net=note.net,
        tax=note.tax,
        currency=note.currency,
    )
    return note


def _with_regime_of(invoice: Invoice, note: Invoice) -> dict[str, Any]:
    """Return the seller of a correction as it stood to VAT on what it corrects (R18)."""
    original: Any = invoice.seller
    seller: Any = note.seller
    kept = {name: original[name] for name in OF_REGIME if name in original}
    return {name: value for name, value in seller.items() if name not in OF_REGIME} | kept


def _priced(charge: Charge) -> Priced:
    """Return a charge as a line: as agreed, or what is kept of it with the tax in it (R28)."""
    if charge.kept is not None:
        return Priced(charge.kept, True, charge.tax_category, charge.tax_rate)
    return Priced(charge.amount, charge.tax_included, charge.tax_category, charge.tax_rate)


def _issued_on(invoice: Invoice) -> date:
    assert invoice.issued_on is not None
    return invoice.issued_on


def _write_lines(
    shop: Shop, document: Invoice, charges: Sequence[Charge], totals: Totals, words: str = "{what}"
) -> None:
    """Write a line for each charge: as agreed where it stands there whole, else one unit of its part with tax."""
    for position, (charge, share) in enumerate(zip(charges, totals.lines, strict=True), start=1):
        billed = document.kind == DocumentKind.INVOICE
        whole = charge.kept is None if billed else share.gross == charge.owed
        shop.lines.add(
            InvoiceLine(
                shop.id,
                document.id,
                position,
                words.format(what=charge.description),
                charge.quantity if whole else Decimal(1),
                charge.unit,
                charge.unit_price if whole else share.gross,
                charge.amount if whole else share.gross,
                charge.tax_included if whole else True,
                share.net,
                share.tax,
                share.gross,
                charge.tax_category,
                charge.tax_rate,
                charge.id,
                charge.service_from or charge.due_on,
                charge.service_to or charge.due_on,
                charge.place,
                charge.participant_id,
                charge.nature,
                charge.discount if whole else 0,
                charge.discount_reason if whole else None,
            )
        )


def _write_taxes(shop: Shop, document: Invoice, totals: Totals, charge: Charge, *, closed: bool) -> None:
    for position, group in enumerate(totals.groups, start=1):
        why = _why_exempt(shop, document, group, charge)
        settled = group.net + group.tax if closed else 0
        figures = position, group.category, group.rate, group.net, group.tax
        shop.taxes.add(InvoiceTax(shop.id, document.id, *figures, why.code, why.text, settled))
        if why.law_id is not None:
            document.law_ids = [*document.law_ids, why.law_id]


def _why_exempt(shop: Shop, document: Invoice, group: TaxGroup, charge: Charge) -> Exemption:
    """Return why a group bears no VAT: what the law says of its seller, or on a credit note what its invoice said."""
    if document.of_id is None:
        regime = _regime(shop, charge, _issued_on(document))
        return exemption(shop, group.category, document.language, _issued_on(document), regime)
    said = shop.taxes.by("invoice_id", document.of_id)
    found = ((one.exemption_code, one.exemption_text) for one in said if one.category == group.category)
    return Exemption(*next(found, (None, None)))


def next_check(shop: Shop, invoice: Invoice) -> datetime | None:
    """Return the next instant at which the due date matters (R11), or None when nothing is left to happen."""
    if invoice.status != DocumentStatus.ISSUED or invoice.due_on is None or invoice.kind != DocumentKind.INVOICE:
        return None
    soon = start_of_day(invoice.due_on - timedelta(days=shop.business.due_soon_days), shop.zone)
    if invoice.due_soon_for != invoice.due_on and soon > shop.now:
        return soon
    if invoice.overdue_for == invoice.due_on:
        return None
    return start_of_day(invoice.due_on + timedelta(days=1), shop.zone)


def describe(invoice: Invoice) -> dict[str, Any]:
    """Return what a fact tells of a document."""
    return {"number": invoice.number, "total": invoice.total, "currency": invoice.currency}
