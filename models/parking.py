"""Parking: an automation that does harm is stopped, with an alert, until a person resumes it; others go on (R21)."""

from models.shop import Shop, tell_owner


def park(shop: Shop, automation_id: str, reason: str, text: str, *, contact_id: str | None = None) -> None:
    """Stop an automation and tell its owner why, once; `text` follows the words that it was parked."""
    if automation_id in shop.parked:
        return
    shop.parked[automation_id] = reason
    text = f"Automation {automation_id} was parked: {text}"
    tell_owner(shop, reason, text, contact_id=contact_id, automation=automation_id)
