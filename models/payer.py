"""Who pays, in which language, and how they are called on a document."""

from typing import Any

from models.contact import Contact
from models.shop import Shop


def payer_of(shop: Shop, contact_id: str) -> Contact:
    """Return who gets the document for a contact's charges: the contact, or whom it names as `bill_to` (R8)."""
    contact = known_contact(shop, contact_id)
    if contact.bill_to is None:
        return contact
    return shop.contacts.get(contact.bill_to) or contact


def known_contact(shop: Shop, contact_id: str) -> Contact:
    """Return a contact; one that is only named so far is made, so that nothing is lost."""
    contact = shop.contacts.get(contact_id)
    if contact is None:
        contact = shop.contacts.add(Contact(shop.id, contact_id))
    return contact if contact.merged_into is None else known_contact(shop, contact.merged_into)


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


def seller_snapshot(shop: Shop) -> dict[str, Any]:
    """Return the seller as it is frozen on a document."""
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
        "tax_registration": b.tax_registration,
        "address": b.address,
        "country": b.country,
        "vat_exempt": b.vat_exempt or None,
    }
    return {name: value for name, value in facts.items() if value is not None}
