"""Numbers for trying: what becomes of an SMS to them. Every other number takes all."""

from dataclasses import dataclass

from models.languages import Words, words


@dataclass(frozen=True, slots=True)
class Number:
    """One number; `fault` is what goes wrong with the first call about each SMS to it."""

    number: str
    means: Words
    fault: str | None = None
    unknown: bool = False
    """Whether nobody has this number: SMS to it are refused for good."""


NUMBERS = {
    one.number: one
    for one in (
        Number(
            "+33699009901",
            words("est refusé : ce numéro n'existe pas", "is refused: there is no such number"),
            unknown=True,
        ),
        Number("+33699009902", words("est refusé d'abord : occupé", "is refused at first: busy"), "busy"),
        Number("+33699009903", words("est pris après 5 secondes", "is taken after 5 seconds"), "slow"),
        Number(
            "+33699009904",
            words("est pris, mais la réponse est une erreur", "is taken, but the answer is an error"),
            "error_after",
        ),
        Number(
            "+33699009905",
            words("est pris, puis la connexion est coupée", "is taken, then the connection is cut"),
            "drop_after",
        ),
    )
}
