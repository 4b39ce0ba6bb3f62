"""Money: payments and what they are for, cards and links by which they are made, credit and coupons."""

from models.card import CardAttempt
from models.charge import Charge
from models.contact import Mandate
from models.coupon import Coupon, CouponUse
from models.payment import Allocation, Payment, PaymentCharge, Refund
from models.payment_link import PaymentLink
from models.quote_row import Quote
from models.recurrence import RecurringPayment, charge_id, occurrences_due
from tasks.arrays import pairs_sql, spread
from tasks.bringing.diary import Diary
from tasks.seeds import Seeds

_NEWEST_LINKS = (
    "(t.business_id, t.id) IN (SELECT l.business_id, l.id FROM"  # noqa: S608  # names are ours
    f" (SELECT * FROM {pairs_sql()}) AS k(b, c) CROSS JOIN LATERAL"
    " (SELECT business_id, id FROM payment_links WHERE business_id = k.b AND contact_id = k.c AND NOT direct"
    " AND state <> 'revoked' ORDER BY created_at DESC LIMIT 20) l)"
)


class Money(Diary):
    """Brings payments, and whatever asks for them or names them."""

    def _attempts_named(self, seeds: Seeds) -> None:
        """Take named attempts at moving money by card, with what they are for."""
        known = seeds.pairs
        if not known["attempts"]:
            return
        self._by(CardAttempt, "attempts", "id", known["attempts"])
        for name, attempt in self._everything("attempts"):
            seeds.add("contacts", name, [attempt.contact_id])
            seeds.add("invoices", name, [attempt.invoice_id])
            seeds.add("charges", name, attempt.charge_ids)
            seeds.add("payments", name, [attempt.payment_id])
            seeds.add("links", name, [attempt.link_id])
            kind, _, target = (attempt.target or "").partition(":")
            seeds.add("orders", name, [target] if kind == "order" else ())
            if attempt.target is None and attempt.contact_id:
                seeds.payers.add((name, attempt.contact_id))
        self._by(Mandate, "mandates", "id", self._all("attempts", "mandate_id"))
        self._by(Refund, "refunds", "id", self._all("attempts", "refund_id"))

    def _links_named(self, seeds: Seeds) -> None:
        """Take quotes and payment links, those to which links lead, and what they ask for."""
        known = seeds.pairs
        self._by(Quote, "quotes", "id", known["quotes"])
        known["contacts"] |= self._all("quotes", "contact_id")
        if seeds.linked:
            businesses, ids = zip(*seeds.linked, strict=True)
            rows = self._shelve(PaymentLink, "links", _NEWEST_LINKS, spread(businesses), spread(ids))
            known["links"] |= {(values[0], values[1]) for values in rows}
            seeds.linked.clear()
        while known["links"]:
            self._by(PaymentLink, "links", "id", known["links"])
            later = self._all("links", "superseded_by") - known["links"]
            if not later:
                break
            known["links"] |= later
        for name, link in self._everything("links"):
            seeds.add("charges", name, link.charge_ids)
            seeds.add("contacts", name, [link.contact_id])

    def _agreements_named(self, seeds: Seeds) -> None:
        """Take payments, and recurring payments with whoever had or has them; of those told anew what they closed."""
        known = seeds.pairs
        self._by(Payment, "payments", "id", known["payments"])
        self._by(RecurringPayment, "recurring", "id", known["recurring"])
        self._by(Charge, "charges", "recurring_id", seeds.retold)
        for name, agreement in self._everything("recurring"):
            due = occurrences_due(agreement, self.now, self.shops[name].zone)
            seeds.add("charges", name, [charge_id(agreement, one.day) for one in due])
            seeds.add("contacts", name, [agreement.contact_id, *(told["contact"] for told in agreement.tellings)])
        for name, payment in self._everything("payments"):
            kind, _, target = (payment.target or "").partition(":")
            seeds.add("invoices", name, [target] if kind == "invoice" else ())
        told_before = {(name, id_) for name, id_ in seeds.followed if id_ in self.shops[name].payments}
        self._by(Allocation, "allocations", "payment_id", told_before)
        known["contacts"] |= self._all("payments", "contact_id")
        known["charges"] |= self._all("allocations", "charge_id")
        known["invoices"] |= self._all("allocations", "invoice_id")

    def _together(self, seeds: Seeds) -> None:
        """Take orders whole, the payments that name something of them, and what else these name or are used for."""
        known, before = seeds.pairs, -1
        while before < (before := len(known["orders"]) + len(self._found.get("charges", ()))):
            self._orders(seeds)
            self._by(Payment, "payments", "target", {(name, f"order:{id_}") for name, id_ in known["orders"]})
            named = known["charges"] | self._all("charges", "id") | self._all("bookings", "id")
            self._by(PaymentCharge, "named", "charge_id", named)
            self._by(Payment, "payments", "id", self._all("named", "payment_id"))
            naming = [(name, payment) for name, payment in self._everything("payments") if payment.target]
            self._by(Allocation, "allocations", "payment_id", {(name, payment.id) for name, payment in naming})
            others = {(name, id_) for name, payment in naming for id_ in payment.charge_ids}
            self._by(Charge, "charges", "id", others | self._all("allocations", "charge_id"))
            targets = ((name, payment.target.partition(":")) for name, payment in naming)
            known["orders"] |= {(name, id_) for name, (kind, _, id_) in targets if kind == "order"}
            known["orders"] |= self._all("charges", "order_id")
        self._followed = list(self._everything("payments"))

    def _money(self) -> None:
        """Take the payers' credit."""
        self._by(Payment, "payments", "contact_id", self._all("contacts", "id"), " AND t.available > 0")

    def _coupons(self, seeds: Seeds) -> None:
        """Take the coupons with which orders came or off named charges, and how often these clients had which."""
        named = [(name, self.shops[name].charges.get(id_)) for name, id_ in seeds.pairs["charges"]]
        off = {(name, charge.discount_reason) for name, charge in named if charge and charge.discount_reason}
        codes = seeds.pairs["coupons"] | self._all("orders", "coupon") | off
        if codes:
            self._by(Coupon, "coupons", "id", codes)
            self._by(CouponUse, "coupon_uses", "contact_id", self._all("contacts", "id"))
