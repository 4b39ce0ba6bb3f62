"""The words of the pages, in French and English."""

from collections.abc import Mapping

from models.languages import Language, Words, words

WORDS: Mapping[str, Words] = {
    "invoice": words("Facture {number}", "Invoice {number}"),
    "request": words("Demande de paiement", "Payment request"),
    "unsubscribe": words("Ne plus recevoir nos offres", "No more offers"),
    "unsubscribe_how": words(
        "Vous recevrez toujours les factures et les messages sur vos rendez-vous.",
        "You will still get invoices and messages about your appointments.",
    ),
    "unsubscribe_now": words("Ne plus rien recevoir", "Send me no more"),
    "unsubscribed": words("C'est noté.", "Done."),
    "unsubscribed_how": words("Vous ne recevrez plus nos offres.", "You will get no more offers from us."),
    "for": words("pour {name}", "for {name}"),
    "issued": words("Émise le {date}", "Issued on {date}"),
    "due": words("À régler au plus tard le {date}", "Due by {date}"),
    "kept": words(
        "À régler au plus tard le {at} : sans paiement d'ici là, la réservation est annulée.",
        "Pay by {at}: without payment by then the booking is cancelled.",
    ),
    "what": words("Prestation", "Item"),
    "when": words("Date", "Date"),
    "net": words("HT", "Net"),
    "vat": words("TVA", "VAT"),
    "gross": words("TTC", "Total"),
    "total": words("Total TTC", "Total with VAT"),
    "of_which": words("dont TVA", "of which VAT"),
    "credited": words("Annulé par avoir", "Credited"),
    "cancelled": words("Annulé depuis la demande", "Cancelled since it was asked for"),
    "paid": words("Déjà réglé", "Already paid"),
    "left": words("Reste à payer", "Left to pay"),
    "amount": words("Montant à payer", "Amount to pay"),
    "least": words("Au moins {amount}.", "At least {amount}."),
    "save": words("Enregistrer ma carte pour mes prochains paiements", "Keep my card for later payments"),
    "pay": words("Payer {amount}", "Pay {amount}"),
    "pay_part": words("Payer", "Pay"),
    "page": words("Page de paiement sécurisée", "Secure payment page"),
    "thanks": words("Merci, votre paiement est bien arrivé.", "Thank you, your payment has arrived."),
    "too_late": words(
        "Votre réservation a été annulée, faute de paiement dans les temps. Votre paiement vous est rendu.",
        "Your booking was cancelled, as it was not paid in time. Your payment goes back to you.",
    ),
    "failed": words(
        "Le paiement n'a pas abouti. Rien n'a été débité : vous pouvez réessayer.",
        "The payment did not go through. Nothing was taken: you can try again.",
    ),
    "waiting": words(
        "Votre paiement est en cours de confirmation. Cette page se met à jour toute seule.",
        "Your payment is being confirmed. This page refreshes by itself.",
    ),
    "abandoned": words("Vous n'avez pas encore payé.", "You have not paid yet."),
    "all_paid": words("Tout est réglé. Merci !", "Everything is paid. Thank you!"),
    "partly_cancelled": words(
        "Il ne reste rien à payer : {paid} réglés, {cancelled} annulés ou remboursés.",
        "Nothing is left to pay: {paid} was paid, {cancelled} was cancelled or refunded.",
    ),
    "nothing_due": words("Il n'y a rien à payer ici.", "There is nothing to pay here."),
    "void": words("Cette facture a été annulée : il n'y a rien à payer.", "This invoice was cancelled."),
    "expired": words(
        "Cette adresse n'est plus valable. Demandez-en une nouvelle à {name}.",
        "This address is no longer valid. Ask {name} for a new one.",
    ),
    "address_revoked": words(
        "Cette adresse a été désactivée par {name}. Demandez-lui la nouvelle.",
        "This address was revoked by {name}. Ask them for the new one.",
    ),
    "revoked": words("Cette demande a été retirée par {name}.", "This request was withdrawn by {name}."),
    "no_cards": words(
        "Le paiement en ligne n'est pas disponible ici. Pour régler, écrivez à {name}{email}.",
        "Online payment is not available here. To pay, write to {name}{email}.",
    ),
    "away": words(
        "La page de paiement ne répond pas pour le moment. Réessayez dans quelques minutes.",
        "The payment page does not answer at the moment. Try again in a few minutes.",
    ),
    "in_doubt": words(
        "Un paiement est déjà en cours. Revenez dans quelques minutes.",
        "A payment is already under way. Come back in a few minutes.",
    ),
    "bad_amount": words("Écrivez un montant, comme 45,00.", "Write an amount, as in 45.00."),
    "too_little": words("Trop petit : au moins {amount}.", "Too small: at least {amount}."),
    "too_much": words("Trop grand : au plus {amount}.", "Too large: at most {amount}."),
    "missing": words("Ce champ est obligatoire.", "This field is required."),
    "bad_email": words("Écrivez une adresse comme nom@exemple.fr.", "Write an address as in name@example.com."),
    "bad_value": words("Cette valeur n'est pas valable.", "This value is not valid."),
    "leaving": words("Vous allez être dirigé vers la page de paiement…", "You are being taken to the payment page…"),
    "go_on": words("Continuer vers le paiement", "Continue to payment"),
    "direct": words("Payer {name}", "Pay {name}"),
    "purpose": words("Motif du paiement", "What the payment is for"),
    "your_name": words("Votre nom", "Your name"),
    "your_email": words("Votre adresse e-mail", "Your e-mail address"),
    "direct_how": words(
        "Indiquez le montant et le motif ; vous recevrez un reçu par e-mail.",
        "Say how much and what for; you will get a receipt by e-mail.",
    ),
    "yes": words("Oui", "Yes"),
    "choose": words("Choisissez…", "Choose…"),
    "unknown": words("Cette page n'existe pas.", "There is no such page."),
    "unknown_how": words(
        "Vérifiez l'adresse, ou reprenez le lien de votre message.",
        "Check the address, or follow your message's link.",
    ),
    "too_often": words("Trop d'essais. Réessayez dans une minute.", "Too many tries. Try again in a minute."),
    "forged": words(
        "Ce formulaire a expiré. Revenez à la page et réessayez.", "This form has expired. Go back and try again."
    ),
    "broken": words("Une erreur s'est produite. Réessayez plus tard.", "Something went wrong. Try again later."),
    "quote": words("Devis : {title}", "Quote: {title}"),
    "valid_until": words("Valable jusqu'au {date}", "Valid until {date}"),
    "accept": words("Accepter le devis", "Accept the quote"),
    "decline": words("Refuser", "Decline"),
    "accepted": words("Vous avez accepté ce devis. Merci !", "You have accepted this quote. Thank you!"),
    "declined": words("Vous avez refusé ce devis.", "You have declined this quote."),
    "quote_over": words("Ce devis n'est plus valable.", "This quote is no longer valid."),
    "optional": words("(facultatif)", "(optional)"),
}
"""Sentences and labels by name; braces are filled in."""


def say(text: str, language: Language, **values: object) -> str:
    """Return a text of the pages."""
    return WORDS[text][language].format(**values)
