"""Number series: which prefix a document's number has, by its kind, its payer's tags and what it bills (R9, R13)."""

from collections.abc import Mapping
from typing import Any

from models.business import Business
from models.charge import Charge
from models.contact import Contact
from models.invoice import DocumentKind
from models.shop import Shop

LETTERS: Mapping[str, str] = {
    DocumentKind.INVOICE: "",
    DocumentKind.CREDIT_NOTE: "A",
    DocumentKind.DEPOSIT: "",
    DocumentKind.RECEIPT: "R",
    DocumentKind.FORMAL_NOTICE: "M",
}
"""What stands before the year, by kind of document, where the business says nothing: `2027-0001`, `A2027-0001` …"""
NAMES: Mapping[str, str] = {
    "invoice": DocumentKind.INVOICE,
    "credit_note": DocumentKind.CREDIT_NOTE,
    "deposit": DocumentKind.DEPOSIT,
    "receipt": DocumentKind.RECEIPT,
    "formal_notice": DocumentKind.FORMAL_NOTICE,
}
"""The kinds as shop files name them."""
EVER = 0
"""The year of counters that no new year resets."""


def series_of(business: Business, kind: str, own: str) -> str:
    """Return the series of a document: the business's prefix, its group's own, that of its kind."""
    if business.series is None:
        return f"{business.series_prefix}{own}{LETTERS.get(kind, '')}"
    kinds = _settings(business).get("kinds", {})
    name = next((name for name, known in NAMES.items() if known == kind), "")
    return f"{business.series_prefix}{own}{kinds.get(name, LETTERS.get(kind, ''))}"


def own_series(shop: Shop, payer: Contact, charge: Charge | None) -> str:
    """Return the prefix of a payer's tag, else of the charge's service; none where the business has no such series."""
    if shop.business.series is None:
        return ""
    settings = _settings(shop.business)
    tags: Mapping[str, str] = settings.get("tags", {})
    for tag, prefix in tags.items():
        if tag in payer.tags:
            return prefix
    return str(settings.get("services", {}).get(_service_of(shop, charge), ""))


def resets(business: Business) -> bool:
    """Whether numbers begin anew each year."""
    return business.series is None or bool(_settings(business).get("reset", "yearly") == "yearly")


def all_series(business: Business) -> set[str]:
    """Return every series that a business may number documents in."""
    settings = _settings(business)
    own = {"", *settings.get("tags", {}).values(), *settings.get("services", {}).values()}
    return {series_of(business, kind, one) for kind in NAMES.values() for one in own}


def _settings(business: Business) -> Mapping[str, Any]:
    return business.series if isinstance(business.series, dict) else {}


def _service_of(shop: Shop, charge: Charge | None) -> str | None:
    booking = shop.bookings.get(charge.booking_id) if charge and charge.booking_id else None
    session = shop.sessions.get(booking.session_id) if booking and booking.session_id else None
    return session.service_id if session else None
