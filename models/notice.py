"""One notice of several documents: what each is about, what they come to, where each is seen and paid (R9)."""

from collections.abc import Iterable, Sequence

from models.addressing import address_of
from models.date_forms import known_locale, show_date
from models.document_text import details
from models.invoice import DocumentKind, DocumentStatus, Invoice
from models.languages import Language, Words, language_of, words
from models.money import format_money
from models.shop import Shop

FEW = 8
"""An SMS leads to each of so many documents; of more it says what they are."""
OPEN = words(
    "– {number} du {issued} : {total}, reste à payer {due}, échéance le {by}",
    "– {number} of {issued}: {total}, left to pay {due}, due on {by}",
)
PAID = words("– {number} du {issued} : {total}, payée", "– {number} of {issued}: {total}, paid")
BRIEF = words("{number} : {due}, le {by}", "{number}: {due}, by {by}")
BRIEF_PAID = words("{number} : {total}, payée", "{number}: {total}, paid")
AND = words(" et ", " and ")


def listed(shop: Shop, documents: Sequence[Invoice]) -> str:
    """Return an entry for each document, with its address under it."""
    return "\n".join(_entry(shop, one, OPEN if one.amount_due > 0 else PAID, linked=True) for one in documents)


def listed_briefly(shop: Shop, documents: Sequence[Invoice]) -> str:
    """Return the same for an SMS."""
    linked = len(documents) <= FEW
    return "\n".join(_entry(shop, one, BRIEF if one.amount_due > 0 else BRIEF_PAID, linked=linked) for one in documents)


def summed(documents: Iterable[Invoice]) -> str:
    """Return what is left to pay of documents, by currency."""
    sums: dict[str, int] = {}
    language, locale = Language.EN, "en"
    for document in documents:
        sums[document.currency] = sums.get(document.currency, 0) + document.amount_due
        language, locale = language_of(document.language), known_locale(document.language)
    return AND[language].join(format_money(amount, currency, locale) for currency, amount in sums.items())


def in_full(shop: Shop, documents: Iterable[Invoice]) -> str:
    """Return all documents as text, one after the other."""
    return "\n\n---\n\n".join(details(shop, document) for document in documents)


def address_of_document(shop: Shop, document: Invoice) -> str | None:
    """Return where an invoice is seen, and paid as long as anything is to be paid on it."""
    if document.kind != DocumentKind.INVOICE or document.status == DocumentStatus.DRAFT:
        return None
    return address_of(shop, document)


def _entry(shop: Shop, document: Invoice, form: Words, *, linked: bool) -> str:
    locale = known_locale(document.language)
    text = form[language_of(document.language)].format(
        number=document.number,
        issued=show_date(document.issued_on, "medium", locale, shop.zone) if document.issued_on else "",
        by=show_date(document.due_on, "medium", locale, shop.zone) if document.due_on else "",
        total=format_money(document.total, document.currency, locale),
        due=format_money(document.amount_due, document.currency, locale),
    )
    url = address_of_document(shop, document) if linked else None
    return f"{text}\n{url}" if url else text
