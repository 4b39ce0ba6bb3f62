"""What the payment page says, in French and English."""

from dataclasses import dataclass

from deploy.local.provider.test_cards import Verdict
from models.languages import Language, language_of


@dataclass(frozen=True, slots=True)
class PageWords:
    """The texts of the page in one language."""

    language: str
    title: str
    number: str
    save: str
    pay: str
    back: str
    sandbox: str
    test_cards: str
    done: str
    expired: str
    confirm: str
    confirm_text: str
    yes: str
    no: str
    refusals: dict[str, str]

    def refusal(self, verdict: Verdict) -> str:
        """Return why a card was not taken."""
        return self.refusals.get(verdict.code or "", verdict.reason or "")


_WORDS = {
    Language.FR: PageWords(
        language="fr",
        title="Paiement",
        number="Numéro de carte",
        save="Enregistrer cette carte : elle pourra être débitée plus tard pour ce que je dois",
        pay="Payer",
        back="Revenir sans payer",
        sandbox="Ceci est un essai : aucune somme n'est débitée.",
        test_cards="Cartes d'essai",
        done="C'est payé. Merci.",
        expired="Cette page n'est plus valable.",
        confirm="Confirmation par votre banque",
        confirm_text="Votre banque vous demande de confirmer ce paiement (3-D Secure).",
        yes="Confirmer",
        no="Refuser",
        refusals={
            "insufficient_funds": "La carte a été refusée : provision insuffisante.",
            "lost_card": "La carte a été refusée : elle est déclarée perdue.",
            "authentication_failed": "Le paiement n'a pas été confirmé.",
            "incorrect_number": "Ce n'est pas une des cartes d'essai.",
        },
    ),
    Language.EN: PageWords(
        language="en",
        title="Payment",
        number="Card number",
        save="Keep this card: it may be charged later for what I owe",
        pay="Pay",
        back="Go back without paying",
        sandbox="This is a try-out: no money is moved.",
        test_cards="Test cards",
        done="It is paid. Thank you.",
        expired="This page is no longer valid.",
        confirm="Confirmation by your bank",
        confirm_text="Your bank asks you to confirm this payment (3-D Secure).",
        yes="Confirm",
        no="Refuse",
        refusals={
            "insufficient_funds": "The card was declined: not enough money.",
            "lost_card": "The card was declined: it was reported lost.",
            "authentication_failed": "The payment was not confirmed.",
            "incorrect_number": "This is none of the test cards.",
        },
    ),
}


def words_of(locale: str) -> PageWords:
    """Return the texts in the language of a locale."""
    return _WORDS[language_of(locale)]
