"""What the page of the local SMS gateway says, in French and English."""

from dataclasses import dataclass

from models.languages import Language, language_of


@dataclass(frozen=True, slots=True)
class PageWords:
    """The texts of the page in one language."""

    language: str
    title: str
    caught: str
    none: str
    to: str
    sender: str
    business: str
    received: str
    segments: str
    refused: str
    calls: str
    older: str
    reply: str
    answered: str
    not_taken: str
    test_numbers: str
    any_other: str


_WORDS = {
    Language.FR: PageWords(
        language="fr",
        title="SMS",
        caught="reçus, aucun envoyé",
        none="Aucun SMS pour l'instant.",
        to="À",
        sender="De",
        business="Entreprise",
        received="Reçu le",
        segments="segments :",
        refused="refusé : numéro inconnu",
        calls="demandé {} fois",
        older="SMS plus anciens",
        reply="Répondre",
        answered="Réponse",
        not_taken="non transmise",
        test_numbers="Numéros d'essai : un SMS vers",
        any_other="Tout autre numéro valable reçoit tout.",
    ),
    Language.EN: PageWords(
        language="en",
        title="SMS",
        caught="caught, none delivered",
        none="No SMS yet.",
        to="To",
        sender="From",
        business="Business",
        received="Received",
        segments="segments:",
        refused="refused: no such number",
        calls="asked for {} times",
        older="Older SMS",
        reply="Reply",
        answered="Reply",
        not_taken="not taken",
        test_numbers="Numbers for trying: an SMS to",
        any_other="Every other valid number takes all.",
    ),
}


def words_for(accepted: str) -> PageWords:
    """Return the texts in the first of a browser's languages (`Accept-Language`) that is one of ours."""
    for entry in accepted.split(","):
        tag = entry.partition(";")[0].strip().lower()
        if tag.partition("-")[0] in {"fr", "en"}:
            return _WORDS[language_of(tag[:2])]
    return _WORDS[Language.EN]
