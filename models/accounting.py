"""From facts of money to an accountant's entries: double entry in the French chart, in the columns of the FEC.

Each fact is one balanced entry. Received money stands as the client's advance (419) until it is allocated to a
document; where VAT falls due on receipt it waits (44574) and becomes due (44571) with each allocation (R27).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from models.money import minor_digits

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
"""The columns of a French accounting file, in the order of article A47 A-1 of the LPF."""

EURO = "EUR"
"""The currency of French accounts; what is in another says so."""

CLIENTS = ("411000", "Clients")
ADVANCES = ("419100", "Clients, avances et acomptes reçus")
SERVICES = ("706000", "Prestations de services")
GOODS = ("707000", "Ventes de marchandises")
VAT_DUE = ("445710", "TVA collectée")
VAT_WAITING = ("445740", "TVA sur encaissements, en attente")
LOSSES = ("654000", "Pertes sur créances irrécouvrables")
CASH = ("530000", "Caisse")
BANK = ("512000", "Banque")
CHEQUES = ("511200", "Chèques à encaisser")
CARDS = ("511500", "Cartes à encaisser")

SALES_JOURNAL = ("VE", "Ventes")
BANK_JOURNAL = ("BQ", "Banque")
CASH_JOURNAL = ("CA", "Caisse")
OTHER_JOURNAL = ("OD", "Opérations diverses")

_TREASURY = {"cash": CASH, "card": CARDS, "cheque": CHEQUES, "upstream": CARDS}

Account = tuple[str, str]
Client = tuple[str, str]
"""Id and name: an account of its own under those of all clients."""
NOBODY: Client = ("", "")


@dataclass(frozen=True, slots=True)
class Side:
    """One line of an entry: an account and an amount in minor units, positive for debit, negative for credit."""

    account: Account
    amount: int
    client: Client = NOBODY


@dataclass(frozen=True, slots=True)
class Entry:
    """One balanced entry about one document or payment."""

    journal: tuple[str, str]
    day: date
    piece: str
    piece_day: date
    text: str
    currency: str
    sides: tuple[Side, ...]


class Sale(NamedTuple):
    """A document as it was issued: what its lines sum to, by nature, and its VAT; of a credit note all less than 0."""

    day: date
    id: str
    kind: str
    number: str
    client: str
    client_name: str
    currency: str
    services: int
    goods: int
    tax: int


class Receipt(NamedTuple):
    """Money in (positive) or out, by one method."""

    day: date
    id: str
    what: str
    method: str
    client: str
    client_name: str
    currency: str
    amount: int


class Use(NamedTuple):
    """Money that went to a document, or away from it (negative), and the VAT in it; whose it was may be another."""

    day: date
    id: str
    number: str
    issued_on: date
    client: str
    client_name: str
    giver: str
    giver_name: str
    currency: str
    amount: int
    tax: int


class Loss(NamedTuple):
    """A debt that was given up, or what came back of one (less than 0)."""

    day: date
    id: str
    number: str
    issued_on: date
    client: str
    client_name: str
    currency: str
    net: int
    tax: int


def of_sale(sale: Sale, *, on_receipt: bool) -> Entry:
    """Enter a document: the client owes it, the turnover and the VAT are made."""
    vat = VAT_WAITING if on_receipt else VAT_DUE
    parts = ((SERVICES, sale.services), (GOODS, sale.goods), (vat, sale.tax))
    total = sale.services + sale.goods + sale.tax
    client = (sale.client, sale.client_name)
    sides = [Side(CLIENTS, total, client), *(Side(account, -part) for account, part in parts)]
    label = {"381": "Avoir", "386": "Facture d'acompte"}.get(sale.kind, "Facture")
    return _entry(SALES_JOURNAL, sale.day, sale.number, sale.day, f"{label} {sale.number}", sale.currency, sides)


def of_receipt(receipt: Receipt) -> Entry:
    """Enter money: it is the client's until it is allocated."""
    treasury = _TREASURY.get(receipt.method, BANK)
    journal = CASH_JOURNAL if treasury is CASH else BANK_JOURNAL
    client = (receipt.client, receipt.client_name)
    sides = [Side(treasury, receipt.amount), Side(ADVANCES, -receipt.amount, client)]
    text = f"{receipt.what} {receipt.method}"
    return _entry(journal, receipt.day, receipt.id, receipt.day, text, receipt.currency, sides)


def of_use(use: Use, *, on_receipt: bool) -> Entry:
    """Enter an allocation: the document is paid by so much, and the VAT in it falls due."""
    giver, client = (use.giver, use.giver_name), (use.client, use.client_name)
    sides = [Side(ADVANCES, use.amount, giver), Side(CLIENTS, -use.amount, client)]
    if on_receipt:
        sides += [Side(VAT_WAITING, use.tax), Side(VAT_DUE, -use.tax)]
    text = f"Règlement de {use.number}" if use.amount >= 0 else f"Règlement de {use.number} repris"
    return _entry(OTHER_JOURNAL, use.day, use.number, use.issued_on, text, use.currency, sides)


def of_loss(loss: Loss, *, on_receipt: bool) -> Entry:
    """Enter a write-off: the debt is lost, and the VAT on it with it. What comes back is owed again, with its VAT."""
    vat = VAT_WAITING if on_receipt else VAT_DUE
    client = (loss.client, loss.client_name)
    sides = [Side(LOSSES, loss.net), Side(vat, loss.tax), Side(CLIENTS, -(loss.net + loss.tax), client)]
    text = f"Créance irrécouvrable {loss.number}" + ("" if loss.net + loss.tax >= 0 else ", perte reprise")
    return _entry(OTHER_JOURNAL, loss.day, loss.number, loss.issued_on, text, loss.currency, sides)


def _entry(
    journal: tuple[str, str],
    day: date,
    piece: str,
    piece_day: date,
    text: str,
    currency: str,
    sides: Iterable[Side],
) -> Entry:
    return Entry(journal, day, piece, piece_day, text, currency, tuple(one for one in sides if one.amount))


def fec_lines(entries: Iterable[Entry]) -> Iterator[Sequence[str]]:
    """Yield the lines of an accounting file, its heading first; entries of one currency, numbered in order.

    Nothing is converted: each line in another currency than the euro names it, with its amount, below 0 for credit.
    """
    yield COLUMNS
    for number, entry in enumerate((entry for entry in entries if entry.sides), start=1):
        for side in entry.sides:
            yield _line(number, entry, side)


def _line(number: int, entry: Entry, side: Side) -> Sequence[str]:
    debit, credit = (side.amount, 0) if side.amount > 0 else (0, -side.amount)
    return [
        *entry.journal,
        str(number),
        f"{entry.day:%Y%m%d}",
        *side.account,
        *(_clean(part) for part in side.client),
        _clean(entry.piece),
        f"{entry.piece_day:%Y%m%d}",
        _clean(entry.text),
        _amount(debit, entry.currency),
        _amount(credit, entry.currency),
        "",
        "",
        f"{entry.day:%Y%m%d}",
        *(("", "") if entry.currency == EURO else (_amount(side.amount, entry.currency), entry.currency)),
    ]


def _amount(minor: int, currency: str) -> str:
    """Return an amount as the file writes it: a decimal comma, the currency's own digits."""
    digits = minor_digits(currency)
    sign, whole = ("-" if minor < 0 else ""), abs(minor)
    if not digits:
        return f"{sign}{whole}"
    return f"{sign}{whole // 10**digits},{whole % 10**digits:0{digits}d}"


def _clean(text: str) -> str:
    """Return a text without what would break a line or a column."""
    return " ".join(text.split())
