"""From facts to runs: which automations a fact starts, and what happens over the limit (R4, R7, R21)."""

from datetime import datetime
from typing import Any

from models.automation import Run, RunState
from models.booking import Booking
from models.charge import NotedCharge
from models.diary import service_id_of, starts_first
from models.ending import bind, hold, reach_goals
from models.event_rows import FactRow
from models.limits import group_key, next_free, take_slot
from models.parking import park
from models.requesting import scope_of_request, to_bill
from models.rulebook import CAP, Published
from models.running import advance
from models.scope import Scope
from models.shop import Shop, skip
from models.tracing import note_gates

DEEPEST = 10
"""A chain of automations causing each other longer than this is a loop (R21)."""


def work_off(shop: Shop) -> None:
    """Match every queued fact, and those that follow from it, until none is left."""
    while shop.queue:
        fact = shop.queue.popleft()
        reach_goals(shop, fact)
        if shop.rulebook.triggered_by(fact.type):
            _match(shop, fact)


def _match(shop: Shop, fact: FactRow) -> None:
    """Consider each automation that the fact's services let through; only those are looked at."""
    plain = Scope(shop, fact.contact_id, fact.subjects, [], fact.data, fact.type)
    filtered = shop.rulebook.filtered(fact.type)
    seats = _seats_by_service(shop, fact) if filtered else {}
    views = _views(shop, fact, filtered, seats, plain)
    for published in shop.rulebook.unfiltered(fact.type):
        where = published.program.where
        if where is None or where(plain):
            consider(shop, published, fact, plain)
        else:
            refuse(shop, published, fact, "where")
    for published, scope in views.values():
        where = published.program.where
        if where is None or where(scope):
            consider(shop, published, fact, scope)
        else:
            refuse(shop, published, fact, "where")
    note_gates(fact, shop.business.rules_version, plain, list(seats), views)
    if shop.keep_refusals:
        _refuse_unseen(shop, fact, set(views))


def _seats_by_service(shop: Shop, fact: FactRow) -> dict[str, list[Booking]]:
    """Return the bookings that a fact is about, by their services."""
    seats: dict[str, list[Booking]] = {}
    for seat in _seats(shop, fact.type, fact.subjects):
        service_id = service_id_of(shop, seat)
        if service_id is not None:
            seats.setdefault(service_id, []).append(seat)
    return seats


def _views(
    shop: Shop, fact: FactRow, filtered: dict[str, list[Published]], seats: dict[str, list[Booking]], plain: Scope
) -> dict[str, tuple[Published, Scope]]:
    """Return the automations whose service filter lets the fact through, with the fact as each of them sees it.

    A fact about an order is seen through its earliest live booking of a service that the filter names. Those that see
    the same see it together, so that each value is read once; where that is the whole fact, it is the `plain` scope.
    """
    scopes = {_mark(fact.subjects): plain}
    views: dict[str, tuple[Published, Scope]] = {}
    for service_id in seats:
        for published in filtered.get(service_id, ()):
            if published.id not in views:
                matching = [seat for name in seats if published.lets_service(name) for seat in seats[name]]
                subjects = _narrowed(shop, fact, matching)
                scope = scopes.get(_mark(subjects))
                if scope is None:
                    scope = Scope(shop, fact.contact_id, subjects, [], fact.data, fact.type)
                    scopes[_mark(subjects)] = scope
                views[published.id] = published, scope
    return views


def _mark(subjects: dict[str, Any]) -> tuple[Any, Any]:
    """Return by what subjects of one fact, narrowed or whole, can be told apart."""
    return subjects.get("booking"), subjects.get("session")


def _view_of(shop: Shop, published: Published, fact: FactRow) -> Scope | None:
    """Return a fact as one automation sees it, None where its service filter does not let it through."""
    services = published.automation.trigger.services
    plain = Scope(shop, fact.contact_id, fact.subjects, [], fact.data, fact.type)
    if services is None:
        return plain
    seats = _seats_by_service(shop, fact)
    views = _views(shop, fact, {service_id: [published] for service_id in services}, seats, plain)
    return views[published.id][1] if views else None


def let_through(shop: Shop, published: Published, fact: FactRow) -> Scope | None:
    """Return a fact as one automation sees it, None where its services or its condition do not let it through."""
    scope = _view_of(shop, published, fact)
    where = published.program.where
    return scope if scope is not None and (where is None or where(scope)) else None


def _narrowed(shop: Shop, fact: FactRow, matching: list[Booking]) -> dict[str, Any]:
    if not fact.type.startswith(("session.", "booking.", "order.")):
        return fact.subjects
    first = starts_first(shop, [seat for seat in matching if seat.live]) or matching[0]
    return fact.subjects | {"booking": first.id, "session": first.session_id}


def _refuse_unseen(shop: Shop, fact: FactRow, seen: set[str]) -> None:
    for published in shop.rulebook.triggered_by(fact.type):
        if published.automation.trigger.services is not None and published.id not in seen:
            refuse(shop, published, fact, "services")


def consider(shop: Shop, published: Published, fact: FactRow, scope: Scope, *, due: datetime | None = None) -> None:
    """Start a run of one automation for a fact that its filters let through, if its limit lets it (R6, R21).

    Its first step is due now, or was `due` before.
    """
    if shop.parked.get(published.id, CAP) != CAP or shop.rulebook.begins_nothing(published.id):
        _skip(shop, published, fact, "paused")
    elif fact.depth > DEEPEST:
        _park_loop(shop, published, fact)
    else:
        start(shop, published, fact, scope.subjects, scope, due=due or shop.now)


def refuse(shop: Shop, published: Published, fact: FactRow, gate: str) -> None:
    """Keep at which gate a trigger did not match; shown only on demand."""
    if shop.keep_refusals:
        _skip(shop, published, fact, "filter", outcome="refused", detail={"gate": gate})


def _skip(shop: Shop, published: Published, fact: FactRow, reason: str, **keys: Any) -> None:
    """Record why a fact began no run of an automation."""
    skip(
        shop,
        reason,
        contact_id=fact.contact_id,
        automation_id=published.id,
        version=published.version,
        fact_id=fact.id,
        **keys,
    )


def _seats(shop: Shop, type_: str, subjects: dict[str, Any]) -> list[Booking]:
    """Return the bookings that a fact is about."""
    if type_.startswith("invoice."):
        charges = shop.charges.by("invoice_id", subjects.get("invoice"))
        return [seat for charge in charges if (seat := shop.bookings.get(charge.booking_id))]
    if type_ == "session.booked" or type_.startswith("order."):
        seats = shop.bookings.by("order_id", subjects.get("order"))
        return [seat for seat in seats if seat.live] or seats
    seat = shop.bookings.get(subjects.get("booking"))
    return [seat] if seat else []


def start(
    shop: Shop, published: Published, fact: FactRow, subjects: dict[str, Any], scope: Scope, *, due: datetime
) -> None:
    """Start a run, or do what the limit says when it is full; while its automation is stopped the run is held."""
    run = new_run(shop, published, fact, subjects)
    if published.automation.limit is not None:
        key = group_key(published, scope)
        slot = take_slot(shop, published, run.contact_id, key, run.id)
        if slot is None:
            _over_limit(shop, published, fact, run, key)
            return
        run.slot_key, run.slot = key, slot.slot
    shop.runs.add(run)
    if shop.stopped(published.id):
        hold(shop, run, due)
    else:
        advance(shop, run, published, due)


def new_run(shop: Shop, published: Published, fact: FactRow, subjects: dict[str, Any]) -> Run:
    """Return a run at its first step; it belongs to the fact's subjects (R4)."""
    return Run(
        shop.id,
        shop.key("run", published.id, fact.id),
        published.id,
        published.version,
        fact.contact_id,
        RunState.WAITING,
        shop.now,
        fact.type,
        fact.id,
        subjects,
        depth=fact.depth,
        data=fact.data,
    )


def _over_limit(shop: Shop, published: Published, fact: FactRow, run: Run, key: str) -> None:
    limit = published.automation.limit
    assert limit is not None
    match limit.over:
        case "merge":
            _note(shop, published, fact, run, key)
        case "defer":
            run.state, run.due_at, run.slot_key = RunState.DEFERRED, next_free(shop, published, key), key
            shop.runs.add(run)
            bind(shop, run)
        case _:
            _skip(shop, published, fact, "limit", detail={"free_at": next_free(shop, published, key).isoformat()})


def _note(shop: Shop, published: Published, fact: FactRow, run: Run, key: str) -> None:
    """Keep the charges of a request over the limit for the next allowed one (R7)."""
    subjects = run.subjects
    charges = to_bill(scope_of_request(shop, fact.type, fact.contact_id, subjects))
    due_at = next_free(shop, published, key)
    for charge in charges:
        if (published.id, charge.id) not in shop.noted:
            shop.noted.add(
                NotedCharge(
                    shop.id,
                    published.id,
                    charge.id,
                    key,
                    fact.contact_id or charge.contact_id,
                    due_at,
                    fact.id,
                    published.version,
                    {"trigger": fact.type, **subjects},
                )
            )
    if charges:
        told = {"due_at": due_at.isoformat(), "charges": [charge.id for charge in charges]}
        _skip(shop, published, fact, "limit", outcome="noted", detail=told)
    else:
        _skip(shop, published, fact, "nothing_due")


def _park_loop(shop: Shop, published: Published, fact: FactRow) -> None:
    """Stop an automation that goes round in circles until a person resumes it (R21)."""
    _skip(shop, published, fact, "loop")
    why = f"it was started by a chain of more than {DEEPEST} automations. Change its trigger or add a condition, then "
    park(shop, published.id, "loop", f"{why}resume it.")


def park_broken(shop: Shop) -> None:
    """Stop the automations whose live text can't be read any more; what they would have begun is not begun (R21)."""
    for automation_id, reason in shop.rulebook.broken.items():
        park(shop, automation_id, "broken", f"its text can't be read any more. Publish another. {reason}")
