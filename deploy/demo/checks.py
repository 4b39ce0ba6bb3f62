"""What must be true after the demo's day, each a sentence with what was found instead."""

from dataclasses import dataclass

from deploy.demo import day


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that the mailbox caught, with the document that its row names."""

    to: str
    subject: str
    text: str
    received_at: str
    document: str | None
    total: str
    due: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Mailbox and books at one moment."""

    mails: list[Mail]
    dead: int
    taken: int
    noted: int
    cancelled: bool
    invoices: int
    numbers: list[str]


@dataclass(frozen=True, slots=True)
class Check:
    """One sentence, whether it holds, and what was found."""

    sentence: str
    holds: bool
    found: object = ""


def count(seen: Seen, expected: day.Expected) -> int:
    """Return how many mails fit."""
    return sum(mail.to.startswith(f"{expected.to}@") and mail.subject.startswith(expected.words) for mail in seen.mails)


def of_today(seen: Seen) -> list[Check]:
    """Return what must hold after the live day."""
    mails = [
        Check(expected.sentence, count(seen, expected) == expected.count, f"{count(seen, expected)} mails")
        for expected in (*day.FIRST, *day.THEN)
    ]
    years = sorted({number.partition("-")[0] for number in seen.numbers})
    gapless = all(_counts_up([n for n in seen.numbers if n.startswith(f"{year}-")]) for year in years)
    return [
        *mails,
        Check(
            "A second booking within 24 hours is merged: no mail now, its charge is noted.", seen.noted == 1, seen.noted
        ),
        Check("A cancelled booking ends its run: nothing more is sent.", seen.cancelled, "no run ended"),
        Check("Each event was taken once, also the one that came twice.", seen.taken == day.DIFFERENT, seen.taken),
        Check("The broken event is kept as a dead letter.", seen.dead == 1, seen.dead),
        Check("Invoice numbers run without a gap.", gapless, seen.numbers),
        Check("There are eight invoices and no more.", seen.invoices == 8, seen.invoices),
        Check("No mail went out twice.", len({(m.to, m.subject) for m in seen.mails}) == len(seen.mails)),
    ]


def _counts_up(numbers: list[str]) -> bool:
    return [int(number.rpartition("-")[2]) for number in numbers] == list(range(1, len(numbers) + 1))
