"""What was done to things, as people say it, in French and English."""

from collections.abc import Mapping

from models.languages import Language, Words, words

ACTS: Mapping[str, Words] = {
    "added": words("ajouté", "added"),
    "approval asked for": words("accord demandé", "approval asked for"),
    "approved": words("accordé", "approved"),
    "archived": words("archivé", "archived"),
    "changed": words("modifié", "changed"),
    "closed": words("clos", "closed"),
    "created": words("créé", "created"),
    "draft dropped": words("brouillon abandonné", "draft dropped"),
    "draft saved": words("brouillon enregistré", "draft saved"),
    "duplicated": words("dupliqué", "duplicated"),
    "parked": words("arrêté d'office", "parked"),
    "paused": words("mis en pause", "paused"),
    "published": words("publié", "published"),
    "refused": words("refusé", "refused"),
    "renamed": words("renommé", "renamed"),
    "resumed": words("repris", "resumed"),
    "started": words("démarré", "started"),
    "due now": words("avancé", "due now"),
    "cancelled": words("annulé", "cancelled"),
    "consent taken": words("consentement noté", "consent taken"),
    "unsubscribed": words("désabonné", "unsubscribed"),
    "written to": words("message écrit", "written to"),
    "merged": words("fusionné", "merged"),
    "note written": words("note ajoutée", "note written"),
    "note removed": words("note retirée", "note removed"),
    "file added": words("fichier ajouté", "file added"),
    "file removed": words("fichier retiré", "file removed"),
    "allocated": words("affecté", "allocated"),
    "asked to pay by link": words("sollicité par lien", "asked to pay by link"),
    "charged to the saved card": words("débité sur la carte enregistrée", "charged to the saved card"),
    "planned to be charged to the saved card": words(
        "débit prévu sur la carte enregistrée", "planned to be charged to the saved card"
    ),
    "credited": words("avoir émis", "credited"),
    "discounted": words("remisé", "discounted"),
    "drafted": words("mis en brouillon", "drafted"),
    "due date set": words("échéance fixée", "due date set"),
    "erased": words("effacé", "erased"),
    "exported": words("exporté", "exported"),
    "formally noticed": words("mis en demeure", "formally noticed"),
    "given a new address": words("nouvelle adresse donnée", "given a new address"),
    "given a payment link": words("lien de paiement créé", "given a payment link"),
    "held": words("suspendu", "held"),
    "invoiced": words("facturé", "invoiced"),
    "marked as paid": words("marqué comme payé", "marked as paid"),
    "put back": words("remis en file", "put back"),
    "quoted": words("devis fait", "quoted"),
    "recorded": words("enregistré", "recorded"),
    "refunded": words("remboursé", "refunded"),
    "released": words("suspension levée", "released"),
    "reminded": words("relancé", "reminded"),
    "rescheduled": words("déplacé", "rescheduled"),
    "reversed": words("contre-passé", "reversed"),
    "revoked": words("retiré", "revoked"),
    "sent": words("envoyé", "sent"),
    "accepted": words("accepté", "accepted"),
    "begun": words("commencé", "begun"),
    "billing changed": words("facturation modifiée", "billing changed"),
    "booked": words("réservé", "booked"),
    "card forgotten by its provider": words("carte oubliée par le prestataire", "card forgotten by its provider"),
    "checked_in": words("présent", "checked in"),
    "confirmed": words("confirmé", "confirmed"),
    "declined": words("refusé", "declined"),
    "deleted": words("supprimé", "deleted"),
    "edited": words("modifié", "edited"),
    "let go on": words("laissé repartir", "let go on"),
    "no_show": words("absent", "no show"),
    "placed": words("passé", "placed"),
    "voided": words("annulé par avoir", "voided"),
    "written off": words("passé en perte", "written off"),
}

POSTPONED = "postponed to "
POSTPONED_TO = words("reporté au", "postponed to")
"""What is done to a run says until when."""

KINDS: Mapping[str, Words] = {
    "automation": words("automation", "automation"),
    "billing": words("facturation", "billing"),
    "booking": words("rendez-vous", "booking"),
    "charge": words("créance", "charge"),
    "coupon": words("coupon", "coupon"),
    "draft": words("brouillon", "draft"),
    "drafts": words("brouillons", "drafts"),
    "invoice": words("facture", "invoice"),
    "order": words("commande", "order"),
    "payment": words("paiement", "payment"),
    "payment_link": words("lien de paiement", "payment link"),
    "quote": words("devis", "quote"),
    "recurring_payment": words("paiement récurrent", "recurring payment"),
    "session": words("séance", "session"),
    "books": words("comptes", "books"),
    "business": words("entreprise", "business"),
    "contact": words("client", "contact"),
    "pause": words("pause", "pause"),
    "run": words("exécution", "run"),
    "webhook": words("message du prestataire", "webhook"),
}

DETAILS: Mapping[str, Words] = {
    "amount": words("montant", "amount"),
    "contact": words("client", "contact"),
    "description": words("libellé", "description"),
    "documents": words("documents", "documents"),
    "due_on": words("échéance", "due on"),
    "keys": words("données", "values"),
    "method": words("moyen", "method"),
    "note": words("note", "note"),
    "payment": words("paiement", "payment"),
    "purpose": words("objet", "purpose"),
    "received_at": words("reçu le", "received at"),
    "refund": words("remboursement", "refund"),
    "version": words("version", "version"),
    "was": words("avant", "was"),
    "name": words("nom", "name"),
    "of": words("copie de", "of"),
    "reason": words("raison", "reason"),
    "runs": words("exécutions", "runs"),
    "until": words("jusqu'au", "until"),
    "waiting": words("en attente", "waiting"),
    "asked_by": words("demandé par", "asked by"),
    "contacts": words("clients", "contacts"),
    "settings": words("réglages", "settings"),
    "services": words("prestations", "services"),
    "automations": words("automations", "automations"),
}

HEADINGS: Mapping[str, Words] = {
    "at": words("quand", "at"),
    "by": words("par", "by"),
    "what": words("quoi", "what"),
    "did": words("fait", "did"),
    "how": words("comment", "how"),
}


def said(table: Mapping[str, Words], code: str, language: Language) -> str:
    """Return what people call a code; one without a name is said as it is."""
    if code.startswith(POSTPONED):
        return f"{POSTPONED_TO[language]} {code.removeprefix(POSTPONED)}"
    return table[code][language] if code in table else code
