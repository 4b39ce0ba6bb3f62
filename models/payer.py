"""Who pays, in which language, and how they are called on a document."""

from typing import Any, Protocol

from models.contact import Contact
from models.regime import Regime
from models.shelf import Shelf
from models.shop import Shop

MERGED = "merged_into"
"""The aspect of a contact whose stamp says which merge is the newest."""


class Clients(Protocol):
    """The clients of a business, as a shop has them."""

    @property
    def id(self) -> str:
        """The business's id."""

    @property
    def contacts(self) -> Shelf[Contact]:
        """Those that are known, by their ids."""


def payer_of(shop: Clients, contact_id: str) -> Contact:
    """Return who gets the document for a contact's charges: the contact, or whom it names as `bill_to` (R8)."""
    contact = known_contact(shop, contact_id)
    payer = shop.contacts.get(contact.bill_to) if contact.bill_to else None
    return known_contact(shop, payer.id) if payer else contact


def known_contact(shop: Clients, contact_id: str) -> Contact:
    """Return a contact as it goes on since it was merged; one that is only named so far is made.

    Of contacts merged in a circle the one goes on that the newest merge names.
    """
    contact = _named(shop, contact_id)
    path = {contact.id: contact}
    while contact.merged_into is not None:
        contact = _named(shop, contact.merged_into)
        if contact.id in path:
            ids = list(path)
            circle = [path[id_] for id_ in ids[ids.index(contact.id) :]]
            newest = max(circle, key=lambda one: str(one.stamps.get(MERGED, "")))
            return path[newest.merged_into or newest.id]
        path[contact.id] = contact
    return contact


def _named(shop: Clients, contact_id: str) -> Contact:
    return shop.contacts.get(contact_id) or shop.contacts.add(Contact(shop.id, contact_id))


def language_of(shop: Shop, contact: Contact | None) -> str:
    """Return the locale in which a contact is spoken to."""
    return (contact.locale if contact else None) or shop.business.locale


def payer_snapshot(contact: Contact) -> dict[str, Any]:
    """Return the payer as it is frozen on a document."""
    facts = {
        "id": contact.id,
        "name": contact.legal_name or contact.name,
        "kind": contact.kind,
        "email": contact.email,
        "country": contact.country,
        "siren": contact.siren,
        "vat_number": contact.vat_number,
        "address": contact.address,
    }
    return {name: value for name, value in facts.items() if value is not None}


def seller_snapshot(shop: Shop, regime: Regime) -> dict[str, Any]:
    """Return the seller as it is frozen on a document that is taxed under a regime."""
    b = shop.business
    facts = {
        "name": b.legal_name or b.name,
        "trade_name": b.trade_name,
        "form": b.legal_form,
        "capital": b.capital,
        "siren": b.siren,
        "siret": b.siret,
        "register_city": b.register_city,
        "vat_number": b.vat_number,
        "tax_registration": b.tax_registration or (b.siren if regime.exempt else None),
        "address": b.address,
        "country": b.country,
        "vat_exempt": regime.exempt or None,
    }
    return {name: value for name, value in facts.items() if value is not None}
