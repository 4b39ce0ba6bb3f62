"""Starting late: runs that a person asks for, for facts that have been true for a while (by hand, or filled in)."""

from dataclasses import dataclass

from models.ending import nothing_left
from models.event_rows import FactRow
from models.matching import consider, let_through, new_run
from models.rulebook import Published
from models.shop import Cause, Shop
from models.tracing import note


@dataclass(frozen=True, slots=True)
class Started:
    """What became of one fact: the run that began, or the reason (`models.explanations`) why none did."""

    contact: str | None
    fact: FactRow
    run: str | None = None
    reason: str | None = None


def start_late(shop: Shop, published: Published, fact: FactRow) -> Started:
    """Begin the run that an automation would have begun for a fact; its filters, conditions and limit hold as ever."""
    scope = let_through(shop, published, fact)
    if scope is None:
        return Started(fact.contact_id, fact, reason="filter")
    if nothing_left(shop, new_run(shop, published, fact, scope.subjects)) and not published.automation.keep_on_cancel:
        return Started(fact.contact_id, fact, reason="cancelled")
    runs, decisions = len(shop.runs.fresh), len(shop.decisions.fresh)
    with shop.caused_by(Cause(act="start")):
        consider(shop, published, fact, scope)
    for run in list(shop.runs.fresh)[runs:]:
        note(run, shop.now, "by hand")
        return Started(fact.contact_id, fact, run=run.id)
    return Started(fact.contact_id, fact, reason=list(shop.decisions.fresh)[decisions].reason)
