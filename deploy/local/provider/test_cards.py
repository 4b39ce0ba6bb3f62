"""Test cards: the number tells what becomes of a payment, and of the message about it."""

from dataclasses import dataclass

from models.languages import Words, words


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the bank says: nothing against it, or a code; `soft` may be tried again later."""

    code: str | None = None
    reason: str | None = None
    soft: bool = False

    @property
    def status(self) -> str:
        """The state of a payment of which the bank says so."""
        if self.code is None:
            return "succeeded"
        return "declined" if self.soft else "refused"


YES = Verdict()
NO_FUNDS = Verdict("insufficient_funds", "There is not enough money on the account.", soft=True)
LOST = Verdict("lost_card", "The card was reported lost.")
STRONG = Verdict("authentication_required", "The bank wants the cardholder to confirm it (3-D Secure).")
NUMBER = Verdict("incorrect_number", "This is none of the test cards.")


@dataclass(frozen=True, slots=True)
class TestCard:
    """One card: what becomes of it on the page, what when it is charged later, and how its messages travel."""

    number: str
    means: Words
    on_page: Verdict = YES
    later: Verdict = YES
    secure: bool = False
    """Whether the page asks the cardholder to confirm it."""
    delay_seconds: float = 0
    times: int = 1

    @property
    def label(self) -> str:
        """What people call a saved one."""
        return f"Test {self.number[-4:]}"


CARDS = {
    card.number: card
    for card in (
        TestCard("4242424242424242", words("est acceptée", "succeeds")),
        TestCard(
            "4000000000009995",
            words("est refusée pour l'instant : provision insuffisante", "is declined for now: not enough money"),
            NO_FUNDS,
            NO_FUNDS,
        ),
        TestCard(
            "4000000000009987", words("est refusée pour de bon : perdue", "is declined for good: lost"), LOST, LOST
        ),
        TestCard(
            "4000002500003155",
            words(
                "demande 3-D Secure sur la page, est acceptée ensuite",
                "asks for 3-D Secure on the page, succeeds later",
            ),
            secure=True,
        ),
        TestCard(
            "4000002760003184",
            words("demande toujours 3-D Secure", "asks for 3-D Secure always"),
            later=STRONG,
            secure=True,
        ),
        TestCard(
            "4000000000000341",
            words(
                "est acceptée sur la page, refusée pour l'instant ensuite",
                "succeeds on the page, is declined for now later",
            ),
            later=NO_FUNDS,
        ),
        TestCard(
            "4000000000000259",
            words(
                "est acceptée sur la page, refusée pour de bon ensuite",
                "succeeds on the page, is declined for good later",
            ),
            later=LOST,
        ),
        TestCard(
            "4000000000000077",
            words(
                "est acceptée ; le message arrive 5 secondes plus tard",
                "succeeds; the message about it is 5 seconds late",
            ),
            delay_seconds=5,
        ),
        TestCard(
            "4000000000000085",
            words("est acceptée ; le message arrive deux fois", "succeeds; the message about it comes twice"),
            times=2,
        ),
        TestCard(
            "4000000000000093",
            words("est acceptée ; le message se perd", "succeeds; the message about it is lost"),
            times=0,
        ),
    )
}


def card_of(number: str) -> TestCard | None:
    """Return the test card of a number, written with or without spaces."""
    return CARDS.get("".join(number.split()))
