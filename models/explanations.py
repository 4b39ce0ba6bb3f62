"""What `relance explain` says, in French and English: one sentence for each verdict, reason, operator and state."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.date_forms import show_date
from models.languages import Language, Words, words
from models.money import format_money
from models.operators import moment_of, money_of

VERDICTS: Mapping[str, Words] = {
    "started": words("a démarré : exécution {run}", "started: run {run}"),
    "services": words(
        "n'a pas démarré : son filtre demande {wanted}, l'événement concerne {seen}",
        "did not start: its filter wants {wanted}, the event is about {seen}",
    ),
    "where": words("n'a pas démarré : sa condition n'était pas remplie", "did not start: its condition did not hold"),
    "limit": words(
        "n'a pas démarré : sa limite de fréquence était atteinte jusqu'au {free_at}",
        "did not start: its frequency limit was full until {free_at}",
    ),
    "noted": words(
        "n'a pas démarré : limite atteinte ; ce qui est dû part avec la prochaine demande, au plus tard le {due_at}",
        "did not start: its limit was full; what is owed goes out with the next request, at the latest on {due_at}",
    ),
    "nothing_due": words("n'a pas démarré : il n'y avait rien à payer", "did not start: there was nothing to pay"),
    "loop": words(
        "n'a pas démarré : trop d'automations se déclenchaient l'une l'autre, elle a été arrêtée",
        "did not start: too many automations had set each other off, it was parked",
    ),
    "cap": words(
        "attend : ce client avait déjà reçu tous les messages permis ce jour-là",
        "waits: this client had already been written to as often as one day allows",
    ),
    "draft": words("n'a pas démarré : elle n'était pas publiée", "did not start: it was not published"),
    "paused": words("n'a pas démarré : elle était en pause", "did not start: it was paused"),
    "parked": words("n'a pas démarré : elle avait été arrêtée d'office", "did not start: it had been parked"),
    "archived": words("n'a pas démarré : elle était archivée", "did not start: it was archived"),
    "later": words("n'a pas démarré : elle a été publiée plus tard", "did not start: it was published only later"),
    "stale": words("n'a pas démarré : l'événement arrivait trop tard", "did not start: the event came too late"),
    "unknown": words(
        "n'a pas démarré ; ce qu'elle avait vu a plus de {days} jours et n'est plus conservé",
        "did not start; what it saw is older than {days} days and no longer kept",
    ),
}
"""What became of an automation for an event."""

REASONS: Mapping[str, Words] = {
    "archived": words("l'automation a été archivée", "the automation was archived"),
    "cancelled": words("la réservation a été annulée", "the booking was cancelled"),
    "cap": words("le client a reçu assez de messages ce jour-là", "the client got enough messages that day"),
    "card_planned": words("la carte du client va être débitée", "the client's card is about to be charged"),
    "condition": words("sa condition n'était pas remplie", "its condition did not hold"),
    "failed": words("une erreur s'est répétée", "it failed again and again"),
    "filter": words("son filtre ne laisse pas passer cet événement", "its filter does not let this event through"),
    "goal": words("son but était atteint", "its goal was reached"),
    "held": words("le document est suspendu", "the document is on hold"),
    "in_doubt": words("on ne sait pas encore si la carte a été débitée", "it is not known yet if the card was charged"),
    "reminded": words(
        "le client a reçu une relance il y a moins de trois jours", "the client was reminded less than three days ago"
    ),
    "limit": words("la limite de fréquence était atteinte", "its frequency limit was full"),
    "loop": words("des automations se déclenchaient l'une l'autre", "automations set each other off"),
    "merged": words("une date plus récente en tient lieu", "a later date stands for it"),
    "missing_value": words("une valeur manquait", "a value was missing"),
    "no_card": words("le client n'a pas de carte enregistrée", "the client has no saved card"),
    "no_channel": words("le client n'a pas d'adresse utilisable", "the client has no address that can be used"),
    "opted_out": words("le client ne veut plus de ces messages", "the client wants no more such messages"),
    "no_consent": words("le client n'a pas consenti aux offres", "the client has not agreed to offers"),
    "no_policy": words("aucune politique acceptée ne le permet", "no accepted policy allows it"),
    "no_provider": words("l'entreprise n'encaisse pas de cartes", "the business takes no cards"),
    "nothing_due": words("il n'y avait rien à payer", "there was nothing to pay"),
    "nothing_paid": words("rien n'avait été payé", "nothing had been paid"),
    "over_cap": words("la somme dépasse ce que le client a permis", "it is more than the client allowed"),
    "paused": words("c'était en pause", "it was paused"),
    "refused": words("la demande a été refusée", "the request was refused"),
    "stale": words("il était trop tard", "it was too late"),
    "stopped": words("quelqu'un l'a arrêtée", "a person stopped it"),
    "superseded": words("une étape ou une version plus récente l'a remplacé", "a later step or version took its place"),
}
"""Why a run, a step or a message ended without its effect."""

OPERATORS: Mapping[str, Words] = {
    "equals": words("est égal à", "equals"),
    "not_equals": words("diffère de", "does not equal"),
    "contains": words("contient", "contains"),
    "not_contains": words("ne contient pas", "does not contain"),
    "starts_with": words("commence par", "starts with"),
    "ends_with": words("finit par", "ends with"),
    "one_of": words("est l'un de", "is one of"),
    "is_empty": words("est vide", "is empty"),
    "is_not_empty": words("n'est pas vide", "is not empty"),
    "greater_than": words("est supérieur à", "is greater than"),
    "greater_or_equal": words("est au moins", "is at least"),
    "less_than": words("est inférieur à", "is less than"),
    "less_or_equal": words("est au plus", "is at most"),
    "between": words("est entre", "is between"),
    "before": words("est avant", "is before"),
    "after": words("est après", "is after"),
    "on": words("tombe le", "is on"),
    "within_next": words("tombe dans les prochains", "is within the next"),
    "within_last": words("tombe dans les derniers", "is within the last"),
    "is_true": words("est vrai", "is true"),
    "is_not_true": words("n'est pas vrai", "is not true"),
    "includes": words("comprend", "includes"),
    "excludes": words("ne comprend pas", "excludes"),
}

TESTS: Mapping[str, Words] = {
    "held": words("✓ {question} ({seen})", "✓ {question} ({seen})"),
    "failed": words("✗ {question} : c'était {seen}", "✗ {question}: it was {seen}"),
    "missing": words("✗ {question} : la valeur manquait", "✗ {question}: the value was missing"),
    "missing_held": words("✓ {question} (la valeur manquait)", "✓ {question} (the value was missing)"),
    "unread": words("· {question} : pas regardé", "· {question}: not looked at"),
}
"""How one comparison came out."""

LINES: Mapping[str, Words] = {
    "event": words("Événement {id} ({type}) de {source}, du {time}", "Event {id} ({type}) of {source}, of {time}"),
    "arrived": words("arrivé le {at}", "arrived on {at}"),
    "waiting": words("enregistré, attend encore d'être traité", "stored, still waits to be decided"),
    "dead": words("incompris : {reason}", "not understood: {reason}"),
    "mended": words(
        "d'abord incompris : {reason} Rejoué le {at}.", "not understood at first: {reason} Replayed on {at}."
    ),
    "no_fact": words(
        "n'a rien déclenché : il ne rendait rien de nouveau vrai (plus ancien que ce qui était connu, ou sans suite)",
        "set nothing off: it made nothing newly true (older than what was known, or without consequence)",
    ),
    "fact": words("{type} le {at}", "{type} on {at}"),
    "no_automation": words("aucune automation n'a ce déclencheur", "no automation has this trigger"),
    "run": words(
        "Exécution {run} de {automation} v{version} : {state}", "Run {run} of {automation} v{version}: {state}"
    ),
    "began": words("commence : {trigger}", "begins: {trigger}"),
    "goes_on": words("continuera", "will go on"),
    "because": words("raison : {reason}", "because {reason}"),
    "waits": words("attend jusqu'au {until}", "waits until {until}"),
    "took_then": words("condition remplie : ALORS", "the condition held: THEN"),
    "took_else": words("condition non remplie : SINON", "the condition did not hold: ELSE"),
    "did": words("{act} : fait", "{act}: done"),
    "by hand": words("lancée à la main", "started by hand"),
    "run now": words("avancée à la main", "let go on by hand"),
    "postponed": words("reportée à la main", "put off by hand"),
    "replayed": words("reprise à la main", "replayed by hand"),
    "skipped": words("{act} : non, car {reason}", "{act}: not done, because {reason}"),
    "ends": words("se termine : {state}", "ends: {state}"),
    "next": words("prochaine étape le {due}", "next step on {due}"),
    "held": words("suspendue : l'automation est arrêtée ou en pause", "held: its automation is paused or parked"),
    "message": words("message « {subject} » à {to} : {state}", "message “{subject}” to {to}: {state}"),
    "document": words("document {number} : {status}, reste {due}", "document {number}: {status}, to pay {due}"),
    "contact": words("Client {id} : ce qui s'est passé", "Client {id}: what happened"),
    "forgotten": words(
        "plus ancien que {days} jours : les étapes ne sont plus conservées",
        "older than {days} days: its steps are no longer kept",
    ),
    "old": words(
        "Ce qui n'a pas été fait il y a plus de {days} jours n'est plus conservé.",
        "What was not done more than {days} days ago is no longer kept.",
    ),
    "no_changes": words("Il n'y a pas de tels changements.", "There are no such changes."),
    "no_past": words("Rien n'est connu de son passé.", "Nothing is known of its past."),
    "nothing": words("Rien n'est conservé à ce sujet.", "Nothing is kept about this."),
}

ACTS: Mapping[str, Words] = {
    "request_payment": words("demande de paiement", "request for payment"),
    "issue_paid_invoice": words("facture payée", "paid invoice"),
    "send_reminder": words("rappel", "reminder"),
    "send_email": words("e-mail", "e-mail"),
    "send_sms": words("SMS", "SMS"),
    "notify_staff": words("message à l'équipe", "message to the staff"),
    "charge_card": words("débit de la carte", "card charge"),
    "add_charge": words("frais ajoutés", "charge added"),
    "refund": words("remboursement", "refund"),
    "add_tag": words("étiquette", "tag"),
    "call_webhook": words("appel d'un autre système", "call to another system"),
}
"""What steps do."""

STATES: Mapping[str, Words] = {
    "waiting": words("en attente", "waiting"),
    "deferred": words("reportée", "deferred"),
    "done": words("terminée", "done"),
    "skipped": words("sans effet", "skipped"),
    "cancelled": words("annulée", "cancelled"),
    "failed": words("en échec", "failed"),
    "prepared": words("prêt à partir", "ready to go"),
    "sending": words("en cours d'envoi", "being sent"),
    "sent": words("envoyé", "sent"),
    "uncertain": words("incertain", "uncertain"),
    "draft": words("brouillon", "draft"),
    "issued": words("émis", "issued"),
    "paid": words("payé", "paid"),
    "void": words("annulé par un avoir", "void"),
    "written_off": words("passé en perte", "written off"),
}
"""States of runs, messages and documents."""


def say(table: Mapping[str, Words], code: str, language: Language, **values: Any) -> str:
    """Return a sentence in a language, its values filled in; a code without one is said as it is."""
    return table[code][language].format_map(values) if code in table else code


def shown(value: Any, language: Language, zone: ZoneInfo) -> str:
    """Return a kept value as a person reads it."""
    money = money_of(value)
    if money is not None:
        return format_money(money.amount, money.currency, language)
    if isinstance(value, list):
        return ", ".join(shown(item, language, zone) for item in value) or "–"
    if isinstance(value, dict):
        return " ".join(f"{amount} {unit}" for unit, amount in value.items() if amount)
    moment = moment_of(value) if isinstance(value, datetime) or _looks_like_a_moment(value) else None
    if moment is not None:
        return show_date(moment, "medium", language, zone)
    return "–" if value is None else str(value)


def _looks_like_a_moment(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= len("2027-01-01") and value[:4].isdigit() and value[4] == "-"
