"""What triggers are called by people, in French and English, so that they can be found by a word of either."""

from collections.abc import Mapping, Sequence

from models.events import Fact
from models.languages import Words, words
from models.searching import plain
from models.vocabulary import SUPPLIES, Action, vocabulary_of

TRIGGERS: Mapping[str, Words] = {
    Fact.SESSION_BOOKED: words("Séance réservée", "Session booked"),
    Fact.SESSION_STARTED: words("Début de la séance", "Session starts"),
    Fact.SESSION_ENDED: words("Fin de la séance", "Session ends"),
    Fact.BOOKING_CANCELLED: words("Réservation annulée", "Booking cancelled"),
    Fact.BOOKING_RESCHEDULED: words("Réservation déplacée", "Booking rescheduled"),
    Fact.BOOKING_CHECKED_IN: words("Client arrivé", "Client checked in"),
    Fact.BOOKING_NO_SHOW: words("Non-présentation", "No-show"),
    Fact.ORDER_PAID: words("Commande entièrement payée", "Order fully paid"),
    Fact.CHARGE_ADDED: words("Somme due ajoutée", "Charge added"),
    Fact.INVOICE_DRAFTED: words("Brouillon de facture créé", "Invoice drafted"),
    Fact.INVOICE_SENT: words("Facture envoyée", "Invoice sent"),
    Fact.INVOICE_DUE_SOON: words("Facture bientôt à échéance", "Invoice due soon"),
    Fact.INVOICE_OVERDUE: words("Facture en retard", "Invoice overdue"),
    Fact.INVOICE_PARTIALLY_PAID: words("Facture payée en partie", "Invoice partially paid"),
    Fact.INVOICE_PAID: words("Facture payée", "Invoice paid"),
    Fact.INVOICE_VOIDED: words("Facture annulée", "Invoice voided"),
    Fact.INVOICE_WRITTEN_OFF: words("Facture passée en perte", "Invoice written off"),
    Fact.PAYMENT_LINK_SENT: words("Lien de paiement envoyé", "Payment link sent"),
    Fact.QUOTE_ACCEPTED: words("Devis accepté", "Quote accepted"),
    Fact.QUOTE_DECLINED: words("Devis refusé", "Quote declined"),
    Fact.PAYMENT_SUCCEEDED: words("Paiement reçu", "Payment received"),
    Fact.PAYMENT_FAILED: words("Paiement refusé", "Payment failed"),
    Fact.PAYMENT_REFUNDED: words("Paiement remboursé", "Payment refunded"),
    Fact.PAYMENT_REVERSED: words("Paiement revenu impayé", "Payment reversed"),
    Fact.RECURRING_PAYMENT_STARTED: words("Paiement récurrent démarré", "Recurring payment started"),
    Fact.RECURRING_PAYMENT_CANCELLED: words("Paiement récurrent annulé", "Recurring payment cancelled"),
    Fact.BILLING_COMPLETED: words("Facturation automatique terminée", "Automated billing completed"),
    Fact.MESSAGE_SENT: words("Message envoyé", "Message sent"),
    Fact.MESSAGE_FAILED: words("Message non remis", "Message failed"),
    Fact.SCHEDULE_DUE: words("Date d'un calendrier", "Date of a schedule"),
}


def triggers_that_speak_of(wanted: Sequence[str]) -> list[str]:
    """Return the triggers whose names hold all these words; case and accents don't count."""
    return [on for on in TRIGGERS if all(plain(word) in _haystack(on) for word in wanted)]


def _haystack(on: str) -> str:
    return plain(" ".join((on, *TRIGGERS[on].values())))


def supplied(on: str) -> list[str]:
    """Return the groups of properties that a trigger supplies."""
    return sorted(SUPPLIES[on])


def offered(on: str) -> list[str]:
    """Return the actions that a trigger offers to its first step."""
    first = vocabulary_of(on)
    return [str(action) for action in Action if first.offers(action)]
