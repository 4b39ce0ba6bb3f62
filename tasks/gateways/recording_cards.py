"""A card provider that moves no money: it keeps what it was asked for, and answers as it is told (simulator, tests)."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.card_reports import CardOutcome, CardReport
from tasks.gateways.cards import Account, Capability, CardProvider, Debit, ForgedWebhookError, Page, Return

ABSENT = "The provider has never heard of it."


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """What becomes of one call; `lost` tells that it was carried out and the answer never came."""

    outcome: CardOutcome = CardOutcome.SUCCEEDED
    code: str | None = None
    reason: str | None = None
    lost: bool = False


TAKEN = CardAnswer()
NO_FUNDS = CardAnswer(CardOutcome.DECLINED, "insufficient_funds", "There is not enough money on the account.")
STOLEN = CardAnswer(CardOutcome.REFUSED, "lost_card", "The card was reported lost.")
AWAY = CardAnswer(CardOutcome.RETRY, None, "The provider can't be reached.")
TAKEN_UNSEEN = CardAnswer(lost=True)
"""The card was charged; the connection broke before the answer."""
NEVER_ARRIVED = CardAnswer(CardOutcome.UNKNOWN, None, "The connection broke before the provider had heard of it.")


VERDICTS = {"ok": TAKEN, "no_funds": NO_FUNDS, "lost": STOLEN}
"""What becomes of charges of cards that are called so."""


class RecordingCards:
    """One provider under every name. `moved` holds what succeeded, by key; a key succeeds once."""

    name = "recording"
    signature_header = "recording-signature"
    capabilities = frozenset(Capability)
    currencies: frozenset[str] | None = None

    def __init__(self) -> None:
        self.moved: dict[str, Page | Debit | Return] = {}
        self.calls: list[Page | Debit | Return] = []
        self.pages: dict[str, Page] = {}
        self.forgotten: list[str] = []
        self._said: dict[str, CardReport] = {}
        self._planned: defaultdict[str, deque[CardAnswer]] = defaultdict(deque)

    def of(self, _name: str) -> CardProvider:
        """Be the provider of any name."""
        return self

    def plan(self, card: str, *answers: CardAnswer) -> None:
        """Answer the next calls about a card (or a reference to give back to) so; then all succeed."""
        self._planned[card].extend(answers)

    def open_checkout(self, _account: Account, page: Page) -> CardReport:
        """Open a page that nobody sees."""
        self.calls.append(page)
        self.pages[page.key] = page
        report = CardReport(page.key, CardOutcome.OPEN, f"ref_{page.key}", url=f"https://pay.example/{page.key}")
        return self._said.setdefault(page.key, report)

    def pays(self, key: str, amount: int | None = None) -> CardReport:
        """Let a client pay on a page; return what the provider then tells."""
        page = self.pages[key]
        self.moved[key] = page
        self._said[key] = CardReport(
            key, CardOutcome.SUCCEEDED, f"ref_{key}", amount or page.amount, page.currency, event=f"evt_{key}"
        )
        return self._said[key]

    def charge(self, _account: Account, debit: Debit) -> CardReport:
        """Charge a card as planned."""
        return self._answer(debit, debit.card)

    def refund(self, _account: Account, back: Return) -> CardReport:
        """Give back as planned."""
        return self._answer(back, back.reference)

    def _answer(self, call: Debit | Return, card: str) -> CardReport:
        self.calls.append(call)
        if call.key in self._said:
            return self._said[call.key]
        answers = self._planned[card]
        answer = answers.popleft() if answers else VERDICTS.get(card, TAKEN)
        report = CardReport(
            call.key, answer.outcome, f"ref_{call.key}", call.amount, call.currency, answer.code, answer.reason
        )
        if answer.outcome not in {CardOutcome.RETRY, CardOutcome.UNKNOWN}:
            self._said[call.key] = report
        if answer.outcome is CardOutcome.SUCCEEDED:
            self.moved[call.key] = call
        return replace(report, outcome=CardOutcome.UNKNOWN) if answer.lost else report

    def forget_card(self, _account: Account, key: str, card: str) -> CardReport:
        """Forget a card, or go wrong as planned."""
        answer = self._planned[card].popleft() if self._planned[card] else TAKEN
        if answer.outcome is CardOutcome.SUCCEEDED:
            self.forgotten.append(card)
        return CardReport(key, CardOutcome.UNKNOWN if answer.lost else answer.outcome, reason=answer.reason)

    def look_up(self, _account: Account, _kind: str, key: str, _reference: str | None) -> CardReport:
        """Say what became of a call."""
        return self._said.get(key) or CardReport(key, CardOutcome.ABSENT, reason=ABSENT)

    def verify_webhook(self, _raw: bytes, _signature: str) -> str:
        """Refuse: nobody writes to it."""
        raise ForgedWebhookError("Nothing is taken from outside here.")

    def read_webhook(self, _raw: bytes) -> Sequence[CardReport]:
        """Tell nothing."""
        return []

    def ping(self) -> str | None:
        """Be there."""
        return None
