"""The words used where an automation brings none of its own, by template and language.

To a consumer a reminder says who claims, what for, when it was due, what is left, how to pay and how to object; never
fees, penalties or threats (R24, R25). Every template is Liquid and takes the properties of `models.vocabulary`.
"""

from collections.abc import Mapping
from typing import NamedTuple

from models.date_forms import known_locale

FALLBACK = "en"
VOUCHER_RECEIPT = "voucher_receipt"
"""The wording of a receipt for a voucher for anything, which stands on no invoice (R10)."""


class DefaultWording(NamedTuple):
    """A subject and a message."""

    subject: str
    message: str


def default_wording(template: str, locale: str) -> DefaultWording:
    """Return the wording of a template in the language of a locale, or in English."""
    languages = WORDINGS[_SAME.get(template, template)]
    return languages.get(known_locale(locale).partition("_")[0]) or languages[FALLBACK]


_SAME = {"send_sms": "send_email"}
"""Templates of SMS that go by e-mail where nobody can be texted."""
_HELLO = "{% if contact.name %} {{ contact.name }}{% endif %},\n\n"
_FR_HELLO, _EN_HELLO = f"Bonjour{_HELLO}", f"Hello{_HELLO}"
_FR_PAY = "{% if invoice.pay_url %}Payer en ligne : {{ invoice.pay_url }}\n\n{% endif %}"
_EN_PAY = "{% if invoice.pay_url %}Pay online: {{ invoice.pay_url }}\n\n{% endif %}"
_FR_LINK = "{% if payment_link.url %}Payer en ligne : {{ payment_link.url }}\n\n{% endif %}"
_EN_LINK = "{% if payment_link.url %}Pay online: {{ payment_link.url }}\n\n{% endif %}"
_FR_KEPT = (
    "{% if PAY_BY %}Votre réservation est gardée jusqu'au {{ PAY_BY | date: 'long' }} : "
    "sans paiement d'ici là, elle est annulée.\n\n{% endif %}"
)
_EN_KEPT = (
    "{% if PAY_BY %}Your booking is kept until {{ PAY_BY | date: 'long' }}: "
    "without payment by then it is cancelled.\n\n{% endif %}"
)
_FR_KEPT_BY_INVOICE, _EN_KEPT_BY_INVOICE = (text.replace("PAY_BY", "invoice.pay_by") for text in (_FR_KEPT, _EN_KEPT))
_FR_KEPT_BY_LINK, _EN_KEPT_BY_LINK = (text.replace("PAY_BY", "payment_link.pay_by") for text in (_FR_KEPT, _EN_KEPT))
"""Until when a seat is kept that must be paid when it is booked."""
_NOTE = "{% if payment.details %}{{ payment.details }}\n\n{% endif %}"
_FR_RECEIPT = (
    _FR_HELLO + "Nous avons reçu {{ invoice.total | money }} le {{ invoice.issued_on | date: 'long' }} "
    "(reçu {{ invoice.number }}).\n\n" + _NOTE
)
_EN_RECEIPT = (
    _EN_HELLO + "We received {{ invoice.total | money }} on {{ invoice.issued_on | date: 'long' }} "
    "(receipt {{ invoice.number }}).\n\n" + _NOTE
)
_LATE = "{% if invoice.late_terms %}{{ invoice.late_terms }}\n\n{% endif %}"
"""What being late costs; said on a professional's documents only."""
_SIGNED = "{{ business.name }}\n"
_DOCUMENT = _SIGNED + "{% if invoice.details %}\n---\n\n{{ invoice.details }}\n{% endif %}"
"""The signature, and under it the document itself, where there is one: what a page or a file would show."""

_DOCUMENTS = _SIGNED + "{% if notice.details %}\n---\n\n{{ notice.details }}\n{% endif %}"
"""The same with all documents that go along, one after the other."""

WORDINGS: Mapping[str, Mapping[str, DefaultWording]] = {
    "request_payment": {
        "fr": DefaultWording(
            "Facture {{ invoice.number }} – {{ business.name }}",
            _FR_HELLO + "Voici votre facture {{ invoice.number }} du {{ invoice.issued_on | date: 'long' }}, "
            "d'un montant de {{ invoice.total | money }}.\n\n"
            "Reste à payer : {{ invoice.amount_due | money }}, "
            "au plus tard le {{ invoice.due_on | date: 'long' }}.\n\n" + _FR_KEPT_BY_INVOICE + _FR_PAY + _DOCUMENT,
        ),
        "en": DefaultWording(
            "Invoice {{ invoice.number }} – {{ business.name }}",
            _EN_HELLO + "Here is your invoice {{ invoice.number }} of {{ invoice.issued_on | date: 'long' }} "
            "for {{ invoice.total | money }}.\n\n"
            "Left to pay: {{ invoice.amount_due | money }}, by {{ invoice.due_on | date: 'long' }}.\n\n"
            + _EN_KEPT_BY_INVOICE
            + _EN_PAY
            + _DOCUMENT,
        ),
    },
    "request_payment_many": {
        "fr": DefaultWording(
            "Vos factures – {{ business.name }}",
            _FR_HELLO + "Voici vos factures :\n\n{{ notice.list }}\n\n"
            "Reste à payer en tout : {{ notice.amount_due }}.\n\n" + _DOCUMENTS,
        ),
        "en": DefaultWording(
            "Your invoices – {{ business.name }}",
            _EN_HELLO + "Here are your invoices:\n\n{{ notice.list }}\n\n"
            "Left to pay in all: {{ notice.amount_due }}.\n\n" + _DOCUMENTS,
        ),
    },
    "request_payment_link": {
        "fr": DefaultWording(
            "Demande de paiement – {{ business.name }}",
            _FR_HELLO + "{{ business.name }} vous demande de régler {{ payment_link.amount_due | money }} :\n\n"
            "{{ payment_link.details }}\n\n" + _FR_KEPT_BY_LINK + _FR_LINK + _SIGNED,
        ),
        "en": DefaultWording(
            "Payment request – {{ business.name }}",
            _EN_HELLO + "{{ business.name }} asks you to pay {{ payment_link.amount_due | money }}:\n\n"
            "{{ payment_link.details }}\n\n" + _EN_KEPT_BY_LINK + _EN_LINK + _SIGNED,
        ),
    },
    "issue_paid_invoice": {
        "fr": DefaultWording(
            "Facture {{ invoice.number }} – {{ business.name }}",
            _FR_HELLO + "Voici votre facture {{ invoice.number }} du {{ invoice.issued_on | date: 'long' }}, "
            "d'un montant de {{ invoice.total | money }}.\n\n"
            "Elle est payée : vous n'avez rien à régler.\n\n" + _DOCUMENT,
        ),
        "en": DefaultWording(
            "Invoice {{ invoice.number }} – {{ business.name }}",
            _EN_HELLO + "Here is your invoice {{ invoice.number }} of {{ invoice.issued_on | date: 'long' }} "
            "for {{ invoice.total | money }}.\n\n"
            "It is paid: there is nothing left to pay.\n\n" + _DOCUMENT,
        ),
    },
    "issue_paid_invoice_many": {
        "fr": DefaultWording(
            "Vos factures – {{ business.name }}",
            _FR_HELLO + "Voici vos factures :\n\n{{ notice.list }}\n\n"
            "Elles sont payées : vous n'avez rien à régler.\n\n" + _DOCUMENTS,
        ),
        "en": DefaultWording(
            "Your invoices – {{ business.name }}",
            _EN_HELLO + "Here are your invoices:\n\n{{ notice.list }}\n\n"
            "They are paid: there is nothing left to pay.\n\n" + _DOCUMENTS,
        ),
    },
    "send_reminder": {
        "fr": DefaultWording(
            "Rappel : facture {{ invoice.number }} – {{ business.name }}",
            _FR_HELLO + "Sauf erreur de notre part, la facture {{ invoice.number }} du "
            "{{ invoice.issued_on | date: 'long' }}, d'un montant de {{ invoice.total | money }}, "
            "n'est pas encore entièrement réglée.\n\n"
            "Reste à payer à {{ business.name }} : {{ invoice.amount_due | money }}, "
            "échéance le {{ invoice.due_on | date: 'long' }}.\n\n"
            + _FR_PAY
            + _LATE
            + "Si vous avez déjà payé, ou si vous contestez cette somme, répondez simplement à ce message.\n\n"
            + _SIGNED,
        ),
        "en": DefaultWording(
            "Reminder: invoice {{ invoice.number }} – {{ business.name }}",
            _EN_HELLO
            + "Unless we are mistaken, invoice {{ invoice.number }} of {{ invoice.issued_on | date: 'long' }} "
            "for {{ invoice.total | money }} has not been paid in full yet.\n\n"
            "Left to pay to {{ business.name }}: {{ invoice.amount_due | money }}, "
            "due on {{ invoice.due_on | date: 'long' }}.\n\n"
            + _EN_PAY
            + _LATE
            + "If you have paid already, or disagree with this amount, simply answer this message.\n\n"
            + _SIGNED,
        ),
    },
    "send_reminder_all": {
        "fr": DefaultWording(
            "Rappel : factures à régler – {{ business.name }}",
            _FR_HELLO + "Sauf erreur de notre part, ces factures ne sont pas encore entièrement réglées :\n\n"
            "{{ payment_link.invoices }}\n\n"
            "Reste à payer en tout à {{ business.name }} : {{ payment_link.amount_due | money }}.\n\n"
            + _FR_LINK
            + _LATE
            + "Si vous avez déjà payé, ou si vous contestez cette somme, répondez simplement à ce message.\n\n"
            + _SIGNED,
        ),
        "en": DefaultWording(
            "Reminder: invoices to pay – {{ business.name }}",
            _EN_HELLO + "Unless we are mistaken, these invoices have not been paid in full yet:\n\n"
            "{{ payment_link.invoices }}\n\n"
            "Left to pay in all to {{ business.name }}: {{ payment_link.amount_due | money }}.\n\n"
            + _EN_LINK
            + _LATE
            + "If you have paid already, or disagree with this amount, simply answer this message.\n\n"
            + _SIGNED,
        ),
    },
    "formal_notice": {
        "fr": DefaultWording(
            "Mise en demeure {{ invoice.number }} – {{ business.name }}",
            _FR_HELLO + "Sauf erreur de notre part, les sommes suivantes restent dues à {{ business.name }} :\n\n"
            "{{ payment_link.invoices }}\n\n"
            "Par cette lettre ({{ invoice.number }} du {{ invoice.issued_on | date: 'long' }}), nous vous mettons en "
            "demeure de régler {{ payment_link.amount_due | money }} au plus tard le "
            "{{ invoice.due_on | date: 'long' }}.\n\n"
            + _FR_LINK
            + _LATE
            + "Si vous avez déjà payé, ou si vous contestez cette somme, répondez simplement à ce message.\n\n"
            + _SIGNED,
        ),
        "en": DefaultWording(
            "Formal notice {{ invoice.number }} – {{ business.name }}",
            _EN_HELLO + "Unless we are mistaken, these sums are still owed to {{ business.name }}:\n\n"
            "{{ payment_link.invoices }}\n\n"
            "By this letter ({{ invoice.number }} of {{ invoice.issued_on | date: 'long' }}) we give you formal notice "
            "to pay {{ payment_link.amount_due | money }} by {{ invoice.due_on | date: 'long' }}.\n\n"
            + _EN_LINK
            + _LATE
            + "If you have paid already, or disagree with this amount, simply answer this message.\n\n"
            + _SIGNED,
        ),
    },
    "send_reminder_link": {
        "fr": DefaultWording(
            "Rappel : demande de paiement – {{ business.name }}",
            _FR_HELLO + "Sauf erreur de notre part, il reste {{ payment_link.amount_due | money }} à régler à "
            "{{ business.name }} :\n\n{{ payment_link.details }}\n\n"
            + _FR_LINK
            + "Si vous avez déjà payé, ou si vous contestez cette somme, répondez simplement à ce message.\n\n"
            + _SIGNED,
        ),
        "en": DefaultWording(
            "Reminder: payment request – {{ business.name }}",
            _EN_HELLO + "Unless we are mistaken, {{ payment_link.amount_due | money }} is left to pay to "
            "{{ business.name }}:\n\n{{ payment_link.details }}\n\n"
            + _EN_LINK
            + "If you have paid already, or disagree with this amount, simply answer this message.\n\n"
            + _SIGNED,
        ),
    },
    "send_email": {
        "fr": DefaultWording(
            "Message de {{ business.name }}",
            _FR_HELLO + "Une question ? Répondez simplement à ce message.\n\n" + _SIGNED,
        ),
        "en": DefaultWording(
            "Message from {{ business.name }}",
            _EN_HELLO + "Any question? Simply answer this message.\n\n" + _SIGNED,
        ),
    },
    "notify_staff": {
        "fr": DefaultWording(
            "{{ event.type | default: 'Automatisation' }}{% if contact.name %} : {{ contact.name }}{% endif %}",
            "Événement : {{ event.type | default: 'inconnu' }}\n"
            "{% if contact.name %}Client : {{ contact.name }}\n{% endif %}"
            "{% if contact.email %}E-mail : {{ contact.email }}\n{% endif %}"
            "{% if session.starts_at %}Séance : {{ session.starts_at | date: 'long' }}\n{% endif %}"
            "{% if invoice.number %}Facture : {{ invoice.number }}, "
            "reste à payer {{ invoice.amount_due | money }}\n{% endif %}",
        ),
        "en": DefaultWording(
            "{{ event.type | default: 'Automation' }}{% if contact.name %}: {{ contact.name }}{% endif %}",
            "Event: {{ event.type | default: 'unknown' }}\n"
            "{% if contact.name %}Client: {{ contact.name }}\n{% endif %}"
            "{% if contact.email %}Email: {{ contact.email }}\n{% endif %}"
            "{% if session.starts_at %}Session: {{ session.starts_at | date: 'long' }}\n{% endif %}"
            "{% if invoice.number %}Invoice: {{ invoice.number }}, "
            "left to pay {{ invoice.amount_due | money }}\n{% endif %}",
        ),
    },
    "receipt": {
        "fr": DefaultWording(
            "Reçu {{ invoice.number }} – {{ business.name }}",
            _FR_RECEIPT + "Ce montant sera déduit de votre facture.\n\n" + _SIGNED,
        ),
        "en": DefaultWording(
            "Receipt {{ invoice.number }} – {{ business.name }}",
            _EN_RECEIPT + "Your invoice will show it as already paid.\n\n" + _SIGNED,
        ),
    },
    VOUCHER_RECEIPT: {
        "fr": DefaultWording(
            "Reçu {{ invoice.number }} – {{ business.name }}",
            _FR_RECEIPT + "Dès qu'il est payé, votre bon est un crédit qui règle ce que vous réservez.\n\n" + _SIGNED,
        ),
        "en": DefaultWording(
            "Receipt {{ invoice.number }} – {{ business.name }}",
            _EN_RECEIPT + "Once it is paid, your voucher is credit that pays for what you book.\n\n" + _SIGNED,
        ),
    },
    "unpaid_duplicate": {
        "fr": DefaultWording(
            "Duplicata de la facture {{ invoice.number }} – {{ business.name }}",
            _FR_HELLO + "Voici le duplicata de la facture {{ invoice.number }} du "
            "{{ invoice.issued_on | date: 'long' }}, restée impayée.\n\n" + _DOCUMENT,
        ),
        "en": DefaultWording(
            "Duplicate of invoice {{ invoice.number }} – {{ business.name }}",
            _EN_HELLO + "Here is the duplicate of invoice {{ invoice.number }} of "
            "{{ invoice.issued_on | date: 'long' }}, which was not paid.\n\n" + _DOCUMENT,
        ),
    },
    "credit_note": {
        "fr": DefaultWording(
            "Avoir {{ invoice.number }} – {{ business.name }}",
            _FR_HELLO + "Voici notre avoir {{ invoice.number }} du {{ invoice.issued_on | date: 'long' }}, d'un "
            "montant de {{ invoice.total | money }}.\n\n" + _DOCUMENT,
        ),
        "en": DefaultWording(
            "Credit note {{ invoice.number }} – {{ business.name }}",
            _EN_HELLO + "Here is our credit note {{ invoice.number }} of {{ invoice.issued_on | date: 'long' }} for "
            "{{ invoice.total | money }}.\n\n" + _DOCUMENT,
        ),
    },
    "deposit": {
        "fr": DefaultWording(
            "Facture d'acompte {{ invoice.number }} – {{ business.name }}",
            _FR_HELLO + "Nous avons reçu {{ invoice.total | money }} le {{ invoice.issued_on | date: 'long' }} : voici "
            "votre facture d'acompte. Votre facture finale la déduira.\n\n" + _DOCUMENT,
        ),
        "en": DefaultWording(
            "Deposit invoice {{ invoice.number }} – {{ business.name }}",
            _EN_HELLO + "We received {{ invoice.total | money }} on {{ invoice.issued_on | date: 'long' }}: here is "
            "your deposit invoice. Your final invoice will deduct it.\n\n" + _DOCUMENT,
        ),
    },
    "quote": {
        "fr": DefaultWording(
            "Devis : {{ quote.title }} – {{ business.name }}",
            _FR_HELLO + "Voici notre devis « {{ quote.title }} » d'un montant de {{ quote.total | money }}, valable "
            "jusqu'au {{ quote.valid_until | date: 'long' }}.\n\n"
            "{% if quote.url %}Le voir, l'accepter ou le refuser : {{ quote.url }}\n\n{% endif %}" + _SIGNED,
        ),
        "en": DefaultWording(
            "Quote: {{ quote.title }} – {{ business.name }}",
            _EN_HELLO + 'Here is our quote "{{ quote.title }}" for {{ quote.total | money }}, valid until '
            "{{ quote.valid_until | date: 'long' }}.\n\n"
            "{% if quote.url %}See it, accept or decline it: {{ quote.url }}\n\n{% endif %}" + _SIGNED,
        ),
    },
    "booking_cancelled": {
        "fr": DefaultWording(
            "Rendez-vous annulé – {{ business.name }}",
            _FR_HELLO + "Votre rendez-vous{% if service.name %} ({{ service.name }}){% endif %} "
            "du {{ session.starts_at | date: 'long' }} est annulé.\n\n" + _DOCUMENTS,
        ),
        "en": DefaultWording(
            "Booking cancelled – {{ business.name }}",
            _EN_HELLO + "Your booking{% if service.name %} ({{ service.name }}){% endif %} "
            "of {{ session.starts_at | date: 'long' }} is cancelled.\n\n" + _DOCUMENTS,
        ),
    },
    "booking_released": {
        "fr": DefaultWording(
            "Réservation annulée faute de paiement – {{ business.name }}",
            _FR_HELLO + "Votre réservation{% if service.name %} ({{ service.name }}){% endif %} "
            "du {{ session.starts_at | date: 'long' }} n'a pas été réglée à temps : elle est annulée.\n\n"
            "{% if refund.amount %}Ce que vous aviez déjà payé ({{ refund.amount | money }}) vous est rendu.\n\n"
            "{% endif %}" + _DOCUMENTS,
        ),
        "en": DefaultWording(
            "Booking cancelled for want of payment – {{ business.name }}",
            _EN_HELLO + "Your booking{% if service.name %} ({{ service.name }}){% endif %} "
            "of {{ session.starts_at | date: 'long' }} was not paid in time: it is cancelled.\n\n"
            "{% if refund.amount %}What you had paid already ({{ refund.amount | money }}) goes back to you.\n\n"
            "{% endif %}" + _DOCUMENTS,
        ),
    },
    "refund": {
        "fr": DefaultWording(
            "Remboursement – {{ business.name }}",
            _FR_HELLO + "{% if booking.status == 'cancelled' %}À la suite de l'annulation de votre rendez-vous"
            "{% if service.name %} ({{ service.name }}){% endif %}, n{% else %}N{% endif %}ous vous remboursons "
            "{{ refund.amount | money }}.\n\n" + _DOCUMENTS,
        ),
        "en": DefaultWording(
            "Refund – {{ business.name }}",
            _EN_HELLO + "{% if booking.status == 'cancelled' %}After the cancellation of your booking"
            "{% if service.name %} ({{ service.name }}){% endif %}, we{% else %}We{% endif %} refund "
            "{{ refund.amount | money }}.\n\n" + _DOCUMENTS,
        ),
    },
}
