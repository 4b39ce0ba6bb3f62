"""The words of an SMS where an automation brings none of its own, by template and language: short, and who writes.

The link to what it is about is put under them (`models.letters`). To a consumer they say of money what is owed and by
when, never fees, penalties or threats (R24, R25).
"""

from collections.abc import Mapping

from models.default_wordings import VOUCHER_RECEIPT
from models.languages import Language, Words, language_of, words


def sms_wording(template: str, locale: str) -> str:
    """Return the wording of a template in the language of a locale, or in English."""
    return SMS_WORDINGS[template][Language(language_of(locale))]


_CALL = words(
    "{{ business.name }} : merci de nous contacter.",
    "{{ business.name }}: please get in touch with us.",
)
_TELL = words("Déjà payé, ou pas d'accord ? Répondez-nous.", "Paid already, or disagree? Tell us.")


def _objecting(french: str, english: str) -> Words:
    """Return words that also say how to object."""
    return words(french + _TELL[Language.FR], english + _TELL[Language.EN])


SMS_WORDINGS: Mapping[str, Words] = {
    "request_payment": words(
        "{{ business.name }} : facture {{ invoice.number }}, {{ invoice.amount_due | money }} à régler au plus tard le "
        "{{ invoice.due_on | date: 'short' }}.{% if invoice.pay_by %} Réservation gardée jusqu'au "
        "{{ invoice.pay_by | date: '%d/%m %H:%M' }}.{% endif %}",
        "{{ business.name }}: invoice {{ invoice.number }}, {{ invoice.amount_due | money }} to pay by "
        "{{ invoice.due_on | date: 'short' }}.{% if invoice.pay_by %} Booking kept until "
        "{{ invoice.pay_by | date: '%d/%m %H:%M' }}.{% endif %}",
    ),
    "request_payment_many": words(
        "{{ business.name }} : {{ notice.count }} factures, {{ notice.amount_due }} à régler.\n{{ notice.brief }}",
        "{{ business.name }}: {{ notice.count }} invoices, {{ notice.amount_due }} to pay.\n{{ notice.brief }}",
    ),
    "request_payment_link": words(
        "{{ business.name }} vous demande de régler {{ payment_link.amount_due | money }}."
        "{% if payment_link.pay_by %} Réservation gardée jusqu'au "
        "{{ payment_link.pay_by | date: '%d/%m %H:%M' }}.{% endif %}",
        "{{ business.name }} asks you to pay {{ payment_link.amount_due | money }}."
        "{% if payment_link.pay_by %} Booking kept until {{ payment_link.pay_by | date: '%d/%m %H:%M' }}.{% endif %}",
    ),
    "issue_paid_invoice": words(
        "{{ business.name }} : votre facture {{ invoice.number }} de {{ invoice.total | money }}, payée.",
        "{{ business.name }}: your invoice {{ invoice.number }} for {{ invoice.total | money }}, paid.",
    ),
    "issue_paid_invoice_many": words(
        "{{ business.name }} : {{ notice.count }} factures payées.\n{{ notice.brief }}",
        "{{ business.name }}: {{ notice.count }} invoices, paid.\n{{ notice.brief }}",
    ),
    "send_reminder": _objecting(
        "Rappel de {{ business.name }} : facture {{ invoice.number }}, reste à payer "
        "{{ invoice.amount_due | money }}, échéance le {{ invoice.due_on | date: 'short' }}. ",
        "Reminder from {{ business.name }}: invoice {{ invoice.number }}, left to pay "
        "{{ invoice.amount_due | money }}, due on {{ invoice.due_on | date: 'short' }}. ",
    ),
    "send_reminder_all": _objecting(
        "Rappel de {{ business.name }} : reste à payer en tout {{ payment_link.amount_due | money }}.\n"
        "{{ payment_link.invoices }}\n",
        "Reminder from {{ business.name }}: left to pay in all {{ payment_link.amount_due | money }}.\n"
        "{{ payment_link.invoices }}\n",
    ),
    "send_reminder_link": _objecting(
        "Rappel de {{ business.name }} : {{ payment_link.amount_due | money }} à régler. ",
        "Reminder from {{ business.name }}: {{ payment_link.amount_due | money }} to pay. ",
    ),
    "formal_notice": words(
        "{{ business.name }} vous a adressé la mise en demeure {{ invoice.number }}.",
        "{{ business.name }} has sent you the formal notice {{ invoice.number }}.",
    ),
    "receipt": words(
        "{{ business.name }} : paiement de {{ invoice.total | money }} enregistré, justificatif {{ invoice.number }}.",
        "{{ business.name }}: we received {{ invoice.total | money }} (receipt {{ invoice.number }}).",
    ),
    VOUCHER_RECEIPT: words(
        "{{ business.name }} : bon de {{ invoice.total | money }} enregistré, justificatif {{ invoice.number }}.",
        "{{ business.name }}: we received {{ invoice.total | money }} for your voucher (receipt {{ invoice.number }}).",
    ),
    "deposit": words(
        "{{ business.name }} : paiement de {{ invoice.total | money }} enregistré, acompte {{ invoice.number }}.",
        "{{ business.name }}: we received {{ invoice.total | money }} (deposit invoice {{ invoice.number }}).",
    ),
    "credit_note": words(
        "{{ business.name }} vous a adressé l'avoir {{ invoice.number }} de {{ invoice.total | money }}.",
        "{{ business.name }} has sent you the credit note {{ invoice.number }} for {{ invoice.total | money }}.",
    ),
    "unpaid_duplicate": words(
        "{{ business.name }} vous a adressé le duplicata de la facture {{ invoice.number }}.",
        "{{ business.name }} has sent you the duplicate of invoice {{ invoice.number }}.",
    ),
    "quote": words(
        "{{ business.name }} : devis {{ quote.title }}, {{ quote.total | money }}.",
        "{{ business.name }}: quote {{ quote.title }}, {{ quote.total | money }}.",
    ),
    "booking_cancelled": words(
        "{{ business.name }} : votre rendez-vous du {{ session.starts_at | date: '%d/%m %H:%M' }} est annulé.",
        "{{ business.name }}: your booking of {{ session.starts_at | date: '%d/%m %H:%M' }} is cancelled.",
    ),
    "booking_released": words(
        "{{ business.name }} : votre réservation du {{ session.starts_at | date: '%d/%m %H:%M' }} n'a pas été réglée à "
        "temps : elle est annulée.",
        "{{ business.name }}: your booking of {{ session.starts_at | date: '%d/%m %H:%M' }} was not paid in time: it "
        "is cancelled.",
    ),
    "refund": words(
        "{{ business.name }} vous rembourse {{ refund.amount | money }}.",
        "{{ business.name }} refunds {{ refund.amount | money }}.",
    ),
    "send_sms": _CALL,
    "send_email": _CALL,
}
