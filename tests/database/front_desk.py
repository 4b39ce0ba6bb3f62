"""A shop at whose desk a person works: clients book and owe by events, the person types commands."""

from itertools import count
from pathlib import Path
from typing import Any

from tests.database.conftest import Answer, Relance
from tests.database.upstream import Upstream
from tests.samples import booking, encoded, order_placed, session

SHOP = """\
business: {id: atelier, name: Atelier, timezone: Europe/Paris, locale: fr, country: FR, tax_rate: "20"}
contacts:
  - {id: zoe, name: Zoé, email: zoe@example.org}
  - {id: ada, name: Ada, email: ada@example.org}
services: [{id: cut, name: Coupe, price: {amount: 4500, currency: EUR}}]
"""


class FrontDesk:
    """The desk of a shop; `says` runs a command, `does` also sees that it was done."""

    def __init__(self, relance: Relance, upstream: Upstream, folder: Path) -> None:
        self.says, self.upstream, self._orders = relance, upstream, count(1)
        self._events = count(1)
        self.number = ""
        path = folder / "shop.yaml"
        path.write_text(SHOP)
        assert relance("business", "apply", path, "--yes").code == 0

    def books(self, who: str = "zoe", *seats: dict[str, Any], paid: int | None = None, **keys: Any) -> str:
        """Let a client book a cut; return the order's id, with its booking `<id>-b1`."""
        id_ = f"o{next(self._orders)}"
        bookings = list(seats) or [booking(f"{id_}-b1", session=session(f"{id_}-s1"), **keys)]
        more = {"paid": {"amount": paid, "currency": "EUR"}} if paid else {}
        self.tells("order.placed", order_placed(id_, of=who, bookings=bookings, **more))
        return id_

    def invoices(self, who: str = "zoe", *, send: bool = True) -> str:
        """Let a client book a cut, and invoice it; return the number."""
        order = self.books(who)
        sending = "--send" if send else "--no-send"
        _, *lines = self.does("invoices", "create", "--booking", f"{order}-b1", sending)
        self.number = str(next(line["number"] for line in lines if line["kind"] == "invoice"))
        return self.number

    def tells(self, type_: str, data: dict[str, Any]) -> None:
        """Let upstream tell something."""
        raw = encoded(type_, data, id=f"e{next(self._events)}", time=None)
        assert self.upstream.sends(raw)["stored"] == 1

    def does(self, *arguments: object) -> list[dict[str, Any]]:
        """Act; return what was done, and what came of it."""
        return self.says(*arguments, "--json", "--by", "olga").lines

    def refused(self, *arguments: object) -> str:
        """Act in vain; return why."""
        return self.refused_plain(*arguments, "--yes")

    def refused_plain(self, *arguments: object) -> str:
        """Act in vain where nothing is asked; return why."""
        answer: Answer = self.says(*arguments)
        assert answer.code == 2, answer
        return answer.error

    def invoice(self, number: str) -> dict[str, Any]:
        """Return a document as it is now."""
        return self.says("invoices", "show", number, "--json").line

    def listed(self, *arguments: object) -> list[dict[str, Any]]:
        """Return what a command lists."""
        return self.says(*arguments, "--json").lines

    def balanced(self) -> bool:
        """Whether the books balance."""
        return self.says("books", "verify").code == 0

    def acts(self) -> list[tuple[str, str, str]]:
        """Return who did what to what."""
        return [
            (one["actor"], one["act"], one["subject"]) for one in self.listed("changes") if one["kind"] != "business"
        ]
