"""Why a line stands on a draft, and what has changed of its charge since it was written there (R14)."""

from collections.abc import Iterator

from models.charge import Charge, ChargeState
from models.invoice import InvoiceLine
from models.refusals import show


def where_from(charge: Charge) -> str:
    """Return what a charge is owed for, as `booking:ID`: the nearest thing that made it."""
    named = {"booking": charge.booking_id, "recurring": charge.recurring_id, "order": charge.order_id}
    kind, id_ = next(((kind, id_) for kind, id_ in named.items() if id_), ("charge", charge.id))
    return f"{kind}:{id_}"


def changes_since(line: InvoiceLine, charge: Charge) -> Iterator[str]:
    """Yield in what a charge differs from its line; a confirmed draft says what the charge says then."""
    if charge.state == ChargeState.CANCELLED:
        yield "cancelled"
        return
    if charge.amount != line.amount or charge.kept is not None:
        yield f"was {show(line.gross, charge.currency)}, is {show(charge.worth, charge.currency)}"
    if charge.settled:
        yield "paid" if charge.open <= 0 else f"{show(charge.settled, charge.currency)} paid"
    if (charge.service_from or charge.due_on) != line.service_from:
        yield f"moved to {charge.service_from or charge.due_on}"
