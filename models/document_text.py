"""A document as words: who sells what to whom, when, with which VAT, and what the law wants said (R13, R17, R24).

All of it is frozen on the document's rows; only what is left to pay is read as it is now.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from models.balancing import open_of
from models.date_forms import known_locale, show_date
from models.invoice import DocumentKind, DocumentStatus, Invoice, InvoiceLine, InvoiceTax
from models.mentions import mark_of_unpaid
from models.money import format_money
from models.payer import known_contact
from models.shop import Shop
from models.tax import rate_text

WORDS = {
    "fr": {
        "vat": "TVA {rate} %", "net": "HT", "total": "Total TTC", "paid": "Déjà réglé", "due": "Reste à payer",
        "to": "Client", "of": "Avoir {own} du {day} sur la facture {number} du {date}", "siren": "SIREN",
        "number": "N° TVA", "capital": "au capital de", "register": "RCS", "reference": "Votre référence",
        "quantity": "{quantity} × {price}", "tax_number": "Identifiant fiscal", "for": "pour {name}",
        "converted": "TVA : {tax} (1 {currency} = {rate} {into}, {source}, {date})",
    },
    "en": {
        "vat": "VAT {rate} %", "net": "net", "total": "Total with VAT", "paid": "Already paid", "due": "Left to pay",
        "to": "Client", "of": "Credit note {own} of {day} on invoice {number} of {date}", "siren": "SIREN",
        "number": "VAT number", "capital": "with a capital of", "register": "RCS", "reference": "Your reference",
        "quantity": "{quantity} × {price}", "tax_number": "Tax registration", "for": "for {name}",
        "converted": "VAT: {tax} (1 {currency} = {rate} {into}, {source}, {date})",
    },
}  # fmt: skip
"""The few words of the layout; what the law wants said comes from the document."""

BALANCE = {
    "fr": "– {number} du {issued}, échéance le {due} : {amount}",
    "en": "– {number} of {issued}, due on {due}: {amount}",
}

NOTES = ("AAI", "TXD", "PMD", "PMT", "AAB")
"""Notes in the order in which they are printed."""


LATE = ("PMD", "PMT")
"""Notes that tell a professional what being late costs; a consumer's documents have none (R24, R25)."""


def late_terms(document: Invoice) -> str | None:
    """Return what a document says of being late, as it was frozen there; None where it says nothing."""
    notes = document.notes if isinstance(document.notes, dict) else {}
    return " ".join(str(notes[code]) for code in LATE if code in notes) or None


def balance_line(shop: Shop, document: Invoice) -> str:
    """Return one line about what is left to pay of a document, in its own language."""
    locale = known_locale(document.language)
    form = BALANCE["fr" if locale.startswith("fr") else "en"]
    return form.format(
        number=document.number,
        issued=show_date(document.issued_on, "medium", locale, shop.zone) if document.issued_on else "",
        due=show_date(document.due_on, "medium", locale, shop.zone) if document.due_on else "",
        amount=format_money(document.amount_due, document.currency, locale),
    )


def details(shop: Shop, document: Invoice) -> str:
    """Return a document as text, in its own language."""
    return "\n".join(_Text(shop, document).lines())


def attendee(shop: Shop, line: InvoiceLine, payer_id: str) -> str | None:
    """Return the name of who takes part in what a line is for, where that is not who pays."""
    if line.participant is None or line.participant not in shop.contacts:
        return None
    person = known_contact(shop, line.participant)
    return person.name if person.id not in {payer_id, known_contact(shop, payer_id).id} else None


class _Text:
    """A document being put into words."""

    def __init__(self, shop: Shop, document: Invoice) -> None:
        self.shop, self.document = shop, document
        self.locale = known_locale(document.language)
        self.words = WORDS.get(self.locale.partition("_")[0], WORDS["en"])
        self.french = self.words is WORDS["fr"]
        self.colon = " :" if self.french else ":"

    def lines(self) -> Iterator[str]:
        document = self.document
        lines = sorted(self.shop.lines.by("invoice_id", document.id), key=lambda line: line.position)
        groups = sorted(self.shop.taxes.by("invoice_id", document.id), key=lambda group: group.position)
        yield from self._unpaid(groups)
        yield from self._seller(_plain(document.seller))
        yield self._labelled("to", self._payer(_plain(document.payer)))
        if document.order_reference:
            yield self._labelled("reference", document.order_reference)
        yield from self._of()
        yield from (self._line(line) for line in lines)
        yield from self._groups(groups)
        yield self._labelled("total", self._money(document.total))
        yield from self._converted()
        yield from self._paid()
        yield from self._said(groups)

    def _unpaid(self, groups: Sequence[InvoiceTax]) -> Iterator[str]:
        """Yield the mark of a duplicate, on a document whose debt was given up (R13)."""
        document = self.document
        if document.status == DocumentStatus.WRITTEN_OFF:
            mark = mark_of_unpaid(self.shop, document, *open_of(groups, document.amount_due))
            yield from [mark] if mark else []

    def _labelled(self, word: str, text: str) -> str:
        return f"{self.words[word]}{self.colon} {text}"

    def _seller(self, seller: dict[str, Any]) -> Iterator[str]:
        """Yield who sells: name and form, address, registrations."""
        words = self.words
        form = " ".join(filter(None, (seller.get("form"), self._capital(seller))))
        yield ", ".join(filter(None, (seller.get("name"), form)))
        if address := address_text(seller.get("address")):
            yield address
        known = [f"{words['siren']} {seller['siren']}"] if seller.get("siren") else []
        known += [f"{words['register']} {seller['register_city']}"] if seller.get("register_city") else []
        known += [f"{words['number']} {seller['vat_number']}"] if seller.get("vat_number") else []
        if seller.get("tax_registration") and seller["tax_registration"] != seller.get("siren"):
            known.append(f"{words['tax_number']} {seller['tax_registration']}")
        if known:
            yield " - ".join(known)

    def _capital(self, seller: dict[str, Any]) -> str | None:
        return f"{self.words['capital']} {seller['capital']}" if seller.get("capital") else None

    def _payer(self, payer: dict[str, Any]) -> str:
        """Return who pays; of a professional also the numbers and the address."""
        parts = [payer.get("name") or payer.get("id")]
        if payer.get("kind") != "consumer":
            parts += [f"{self.words['siren']} {payer['siren']}"] if payer.get("siren") else []
            parts += [f"{self.words['number']} {payer['vat_number']}"] if payer.get("vat_number") else []
        parts.append(address_text(payer.get("address")))
        return ", ".join(filter(None, parts))

    def _of(self) -> Iterator[str]:
        """Yield what a credit note is, and on which invoice."""
        note = self.document
        if note.of_number and note.of_date and note.kind == DocumentKind.CREDIT_NOTE:
            own, day = note.number, self._date(note.issued_on)
            yield self.words["of"].format(own=own, day=day, number=note.of_number, date=self._date(note.of_date))

    def _line(self, line: InvoiceLine) -> str:
        when = self._period(line)
        priced = self.words["quantity"].format(quantity=_number(line.quantity), price=self._money(line.unit_price))
        who = attendee(self.shop, line, self.document.contact_id)
        what = f"{line.description} {self.words['for'].format(name=who)}" if who else line.description
        place = f" ({line.place})" if line.place else ""
        less = f" - {self._money(line.discount)} {line.discount_reason or ''}".rstrip() if line.discount else ""
        taxed = f"{self._money(line.net)} {self.words['net']}, " if line.tax else ""
        vat = f"{self.words['vat'].format(rate=self._rate(line.rate))}, " if line.tax else ""
        return f"{when} {what}{place}, {priced}{less}{self.colon} {taxed}{vat}{self._money(line.gross)}"

    def _period(self, line: InvoiceLine) -> str:
        days = [self._date(day) for day in (line.service_from, line.service_to) if day is not None]
        return " - ".join(dict.fromkeys(days))

    def _groups(self, groups: Iterable[InvoiceTax]) -> Iterator[str]:
        for group in groups:
            if group.tax:
                vat = self.words["vat"].format(rate=self._rate(group.rate))
                yield f"{self._money(group.net)} {self.words['net']}, {vat}{self.colon} {self._money(group.tax)}"

    def _converted(self) -> Iterator[str]:
        """Yield the VAT in the seller's currency, with its rate, who says so and since when (R9)."""
        document = self.document
        if document.tax_currency is None or document.tax_in_currency is None or document.exchange_rate is None:
            return
        tax = format_money(document.tax_in_currency, document.tax_currency, document.language)
        yield self.words["converted"].format(
            tax=tax,
            currency=document.currency,
            rate=self._rate(document.exchange_rate),
            into=document.tax_currency,
            source=document.exchange_source,
            date=self._date(document.exchange_date),
        )

    def _paid(self) -> Iterator[str]:
        document = self.document
        if document.kind not in {DocumentKind.INVOICE, DocumentKind.DEPOSIT}:
            return
        paid = document.total - document.credited - document.amount_due
        if paid:
            yield self._labelled("paid", self._money(paid))
        if document.amount_due > 0:
            yield self._labelled("due", self._money(document.amount_due))

    def _said(self, groups: Iterable[InvoiceTax]) -> Iterator[str]:
        """Yield what the law wants said: why no VAT, then the notes."""
        yield from dict.fromkeys(group.exemption_text for group in groups if group.exemption_text)
        notes = _plain(self.document.notes)
        yield from (notes[code] for code in NOTES if code in notes)

    def _money(self, amount: int) -> str:
        return format_money(amount, self.document.currency, self.document.language)

    def _rate(self, rate: Decimal) -> str:
        return rate_text(rate).replace(".", ",") if self.french else rate_text(rate)

    def _date(self, day: Any) -> str:
        return show_date(day, "short" if self.french else "medium", self.locale, self.shop.zone)


PLACES = ("postcode", "city", "region", "country")
"""Parts of an address that stand behind all others, in this order; the database keeps no order of keys."""


def address_text(address: Any) -> str:
    """Return an address in one line: a text or a list of lines as given, a mapping from the street to the country."""
    if isinstance(address, dict):
        rest = [key for key in sorted(address) if key not in {"street", *PLACES}]
        town = " ".join(str(address[key]) for key in PLACES[:2] if address.get(key))
        address = [*(address.get(key) for key in ("street", *rest)), town, *(address.get(key) for key in PLACES[2:])]
    if isinstance(address, list):
        return ", ".join(str(part) for part in address if part)
    return str(address or "")


def _plain(snapshot: Any) -> dict[str, Any]:
    return snapshot if isinstance(snapshot, dict) else {}


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
