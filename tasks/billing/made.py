"""What came of billing some clients."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Made:
    """How many clients got anything, how many documents were made, and what they come to by currency (minor units)."""

    clients: int = 0
    documents: int = 0
    amounts: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: "Made") -> "Made":
        """Return both together."""
        amounts = dict(self.amounts)
        for currency, amount in other.amounts.items():
            amounts[currency] = amounts.get(currency, 0) + amount
        return Made(self.clients + other.clients, self.documents + other.documents, amounts)
