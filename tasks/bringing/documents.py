"""Documents with their lines and VAT groups, and the charges on them."""

from models.charge import MULTI_PURPOSE, Charge
from models.invoice import DocumentStatus, Invoice, InvoiceLine, InvoiceTax
from models.payment import Allocation, Payment, Refund
from models.vouchers import bought_with
from tasks.arrays import pairs_sql, spread
from tasks.bringing.people import People
from tasks.seeds import Seeds

_CLOSED = (
    "SELECT business_id, id FROM invoices d WHERE business_id = k.b AND contact_id = k.c AND kind = '380'"
    " AND status NOT IN ('issued', 'draft', 'void')"
)

_NEWEST_OF_CLIENT = (
    "(t.business_id, t.id) IN (SELECT i.business_id, i.id FROM"  # noqa: S608  # names are ours
    f" (SELECT * FROM {pairs_sql()}) AS k(b, c) CROSS JOIN LATERAL"
    " ((SELECT business_id, id FROM invoices WHERE business_id = k.b AND contact_id = k.c"
    " AND status IN ('issued', 'draft'))"
    f" UNION ({_CLOSED} ORDER BY created_at DESC, number DESC LIMIT 2)"
    f" UNION ({_CLOSED} AND EXISTS (SELECT FROM invoice_lines l JOIN charges c ON c.business_id = l.business_id"
    " AND c.id = l.charge_id AND c.invoice_id = l.invoice_id AND c.settled > 0 WHERE l.business_id = d.business_id"
    " AND l.invoice_id = d.id) ORDER BY created_at DESC, number DESC LIMIT 4)) i)"
)
"""The open documents of a client, its newest closed ones, and the newest of these on which there is money (R28)."""


class Documents(People):
    """Brings documents: those that are named, those that are open, those that hold charges."""

    def _newest_of_clients(self, seeds: Seeds) -> None:
        """Name the documents among which an act looks for a client's newest."""
        asked = self._asked.setdefault(("invoices", "newest"), set())
        unasked = seeds.clients - asked
        if unasked:
            asked |= unasked
            businesses, ids = zip(*unasked, strict=True)
            self._shelve(Invoice, "invoices", _NEWEST_OF_CLIENT, spread(businesses), spread(ids))
        for name, client in seeds.clients:
            seeds.add("invoices", name, (one.id for one in self.shops[name].invoices.by("contact_id", client)))
        seeds.clients.clear()

    def _debts(self, seeds: Seeds) -> None:
        """Name the open documents of payers whose money has no target (R16)."""
        if seeds.payers:
            payers = self._acquaint(seeds.payers)
            self._by(Invoice, "invoices", "contact_id", payers, " AND t.status = 'issued' AND t.amount_due > 0")
            owed = (one for one in self._everything("invoices") if one[1].status == DocumentStatus.ISSUED)
            seeds.pairs["invoices"].update((name, invoice.id) for name, invoice in owed if invoice.amount_due > 0)

    def _documents_named(self, seeds: Seeds) -> None:
        """Take documents by id or number, with the charges on them, and the charges of named bookings."""
        known = seeds.pairs
        self._by(Invoice, "invoices", "id", known["invoices"])
        self._by(Invoice, "invoices", "number", {pair for pair in known["invoices"] if not pair[1].startswith("inv_")})
        known["invoices"] |= self._all("invoices", "id")
        self._by(Charge, "charges", "invoice_id", known["invoices"])
        drafts = {(b, one.id) for b, one in self._everything("invoices") if one.status == DocumentStatus.DRAFT}
        self._by(Charge, "charges", "draft_id", drafts)
        self._by(InvoiceLine, "lines", "invoice_id", drafts)
        self._by(Charge, "charges", "id", known["charges"])
        known["orders"] |= self._all("charges", "order_id")
        known["bookings"] |= self._all("charges", "booking_id")

    def _documents(self) -> None:
        """Take the documents that hold the charges with their VAT groups, and the money that is on the charges."""
        self._by(Invoice, "invoices", "id", self._all("charges", "invoice_id"))
        self._by(InvoiceTax, "taxes", "invoice_id", self._all("invoices", "id"))
        charges = list(self._everything("charges"))
        vouchers = {(name, bought_with(charge)) for name, charge in charges if charge.voucher_purpose == MULTI_PURPOSE}
        self._by(Payment, "payments", "id", vouchers)
        ended = {(name, charge.id) for name, charge in charges if charge.kept is not None}
        paid = ended | {(name, charge.id) for name, charge in charges if charge.settled}
        self._by(Allocation, "allocations", "charge_id", paid)
        self._by(Invoice, "invoices", "id", self._all("allocations", "invoice_id"))
        self._by(InvoiceTax, "taxes", "invoice_id", self._all("invoices", "id"))
        self._by(Payment, "payments", "id", self._all("allocations", "payment_id"))
        if ended:
            self._by(Refund, "refunds", "payment_id", self._all("payments", "id"))

    def _to_be_written(self) -> None:
        """Take the lines and VAT groups of the documents that messages without words yet will speak of."""
        unwritten = [(name, message) for name, message in self._everything("messages") if message.text is None]
        documents = {
            (name, id_) for name, message in unwritten for id_ in (*message.documents, message.invoice_id) if id_
        }
        self._by(InvoiceLine, "lines", "invoice_id", documents)
        self._by(InvoiceTax, "taxes", "invoice_id", documents)
