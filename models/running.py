"""The step machine: a run goes on until it waits or ends; each step is decided at its own due instant (R3, R5)."""

from datetime import date, datetime, timedelta

from models.actions import act
from models.automation import Run, RunState
from models.automation_file import Then
from models.booking import Booking
from models.diary import service_id_of, starts_first
from models.ending import WAITS, about_order, bind, cut_short, end, hold, keys_of_booking, waiting_runs
from models.errors import StuckError
from models.flow import Act, Branch, Delay, End, Jump
from models.invoice import DocumentStatus, Invoice
from models.limits import next_free, take_slot
from models.operators import Span, moment_of
from models.parking import park
from models.periods import add_delay, next_time_of_day, start_of_day
from models.rulebook import CAP, Published
from models.scope import Scope
from models.shop import Cause, Shop, skip
from models.steps import For, UntilMoment, UntilProperty, UntilTime, Wait
from models.tracing import DID, had_effect, milliseconds, note_condition, note_step
from models.vocabulary import Action


def advance(shop: Shop, run: Run, published: Published, due: datetime) -> None:
    """Run the steps from the run's position on; `due` is the instant at which the step there was due."""
    ops = published.program.ops
    while run.position < len(ops):
        op = ops[run.position]
        match op:
            case Delay():
                run.position += 1
                until = wait_until(shop, run, op.wait, due)
                if until is not None and until > shop.now:
                    note_step(run, op, shop.now, "waits", milliseconds(until))
                    run.state, run.due_at = RunState.WAITING, until
                    bind(shop, run)
                    return
                due = until or due
            case Branch():
                scope = scope_of(shop, run)
                holds = op.condition(scope)
                note_condition(run, op, scope, result=holds)
                run.position = run.position + 1 if holds else op.on_false
            case Jump():
                run.position = op.index
            case End():
                break
            case Act() if had_effect(run, op):
                run.position += 1
            case Act():
                if shop.stops.hold_step(op.kind):
                    hold(shop, run, due)
                    return
                run.position += 1
                if not _act(shop, run, published, op, due):
                    return
    _finish(shop, run, published)


def _finish(shop: Shop, run: Run, published: Published) -> None:
    """End a run after its last step; one without any effect, of which no step has told why, its conditions ended."""
    if run.effects or run.reason or not any(isinstance(op, Branch) for op in published.program.ops):
        end(shop, run, RunState.DONE if run.effects else RunState.SKIPPED, None if run.effects else run.reason)
        return
    end(shop, run, RunState.SKIPPED, "condition")
    skip(
        shop,
        "condition",
        contact_id=run.contact_id,
        automation_id=published.id,
        version=published.version,
        run_id=run.id,
        fact_id=run.fact_id,
    )


def scope_of(shop: Shop, run: Run) -> Scope:
    """Return what a run sees now."""
    subjects = run.subjects
    return Scope(shop, run.contact_id, subjects, list(run.made), run.data, run.trigger)


def _act(shop: Shop, run: Run, published: Published, op: Act, due: datetime) -> bool:
    """Do one action, unless it comes too late or its goal is reached; what has no effect tells why.

    Tell whether the run goes on: it may have ended, or be held.
    """
    if goal_reached(shop, run, published):
        cut_short(shop, run, RunState.CANCELLED, "goal")
        return False
    reason = _too_late(shop, run, published, op, due)
    with shop.caused_by(Cause(published.id, run.id, op.label, depth=run.depth)):
        if reason is None:
            reason = act(shop, run, published, op)
        if reason is None:
            run.effects += 1
            note_step(run, op, shop.now, DID)
            run.reason = None if run.reason == CAP else run.reason
            return True
        told = reason == CAP and run.reason == CAP
        run.reason = reason or "no_channel"
        if not told:
            note_step(run, op, shop.now, "skipped", run.reason)
        if reason and not told:
            skip(
                shop,
                reason,
                contact_id=run.contact_id,
                automation_id=published.id,
                version=published.version,
                run_id=run.id,
                fact_id=run.fact_id,
                step=op.label,
            )
    if reason == CAP:
        _stop_flood(shop, run, published, due)
    return reason != CAP


def _stop_flood(shop: Shop, run: Run, published: Published, due: datetime) -> None:
    """Park the automation whose message was one too many for a client's day; its run waits at that step (R21)."""
    run.position -= 1
    hold(shop, run, due)
    cap = shop.business.daily_cap
    why = f"a client would have got more than {cap} messages in a day. See what writes so much, or raise daily_cap; "
    park(shop, published.id, CAP, f"{why}then resume it, and what waits goes on.", contact_id=run.contact_id)


def _too_late(shop: Shop, run: Run, published: Published, op: Act, due: datetime) -> str | None:
    """Return why a late step is skipped (R3): beyond the tolerance messages are stale, money is still asked for."""
    lateness = shop.now - due
    if lateness <= timedelta(0):
        return None
    late = published.automation.late
    then = late.then or (Then.SKIP if op.is_message else Then.RUN)
    if lateness > late.tolerance and then is Then.SKIP:
        return "stale"
    if op.kind is Action.SEND_REMINDER and _later_level_due(shop, run, published, due):
        return "superseded"
    return None


def _later_level_due(shop: Shop, run: Run, published: Published, due: datetime) -> bool:
    """Whether a later reminder of the same run is due by now as well: only the latest level is sent (R3)."""
    ops, position = published.program.ops, run.position
    while position < len(ops):
        op = ops[position]
        position += 1
        match op:
            case Delay():
                until = wait_until(shop, run, op.wait, due)
                if until is None or until > shop.now:
                    return False
                due = until
            case Branch():
                position = position if op.condition(scope_of(shop, run)) else op.on_false
            case Jump():
                position = op.index
            case Act(kind=Action.SEND_REMINDER):
                return True
            case End():
                return False
    return False


def goal_reached(shop: Shop, run: Run, published: Published) -> bool:
    """Whether a goal of the run is already true of one of its subjects or documents (R5)."""
    goals = published.program.goals
    if not goals:
        return False
    documents = documents_of(shop, run)
    order = scope_of(shop, run).order
    return (
        ("invoice.paid" in goals and any(document.status == DocumentStatus.PAID for document in documents))
        or ("invoice.voided" in goals and any(document.status == DocumentStatus.VOID for document in documents))
        or ("order.paid" in goals and order is not None and order.paid)
    )


def documents_of(shop: Shop, run: Run) -> list[Invoice]:
    """Return the documents that a run is about or has made."""
    subjects = run.subjects
    ids = dict.fromkeys([subjects.get("invoice"), *run.made])
    return [document for id_ in ids if (document := shop.invoices.get(id_))]


def wait_until(shop: Shop, run: Run, wait: Wait, due: datetime) -> datetime | None:
    """Return when a wait ends, counted from the instant `due`; None where what it waits for is unknown."""
    match wait:
        case For(span):
            return _moved(due, span, shop)
        case UntilTime(at, weekdays):
            return next_time_of_day(due, at, weekdays, shop.zone)
        case UntilMoment(moment):
            return _instant(moment, shop)
        case UntilProperty(name, span):
            anchor = moment_of(scope_of(shop, run).get(name))
            return None if anchor is None else _moved(_instant(anchor, shop), span, shop)


def _moved(instant: datetime, span: Span, shop: Shop) -> datetime:
    return add_delay(instant, shop.zone, days=span.days, hours=span.hours, minutes=span.minutes)


def _instant(moment: date, shop: Shop) -> datetime:
    """Return an instant as it is, and a date as its first instant."""
    return moment if isinstance(moment, datetime) else start_of_day(moment, shop.zone)


def retime_runs(shop: Shop, booking: Booking) -> None:
    """Follow a booking that was moved or cancelled: recompute the waits relative to a session, keep the fixed (R4)."""
    for run in waiting_runs(shop, keys_of_booking(booking)):
        published = shop.rulebook.version(run.automation_id, run.version)
        if published is not None:
            _follow(shop, run, published)
            _retime(shop, run, published)


def retime_runs_about(shop: Shop, invoice: Invoice) -> None:
    """Recompute the waits of runs that hang on a document's dates, those that made it and those it started (R4)."""
    for run in waiting_runs(shop, [f"invoice:{invoice.id}"]):
        published = shop.rulebook.version(run.automation_id, run.version)
        if published is not None:
            _retime(shop, run, published)


def _follow(shop: Shop, run: Run, published: Published) -> None:
    """Let a run about several sessions be about the earliest one still live, of the services that its filter names."""
    if not about_order(run):
        return
    live = [seat for seat in shop.bookings.by("order_id", run.subjects.get("order")) if seat.live]
    named = [seat for seat in live if published.lets_service(service_id_of(shop, seat))]
    first = starts_first(shop, named or live)
    if first is not None and run.subjects.get("booking") != first.id:
        run.subjects = run.subjects | {"booking": first.id, "session": first.session_id}
        bind(shop, run)


def _retime(shop: Shop, run: Run, published: Published) -> None:
    due = run.due_at or run.held_at
    if due is None or run.position == 0 or run.state != RunState.WAITING:
        return
    op = published.program.ops[run.position - 1]
    if not isinstance(op, Delay) or not isinstance(op.wait, UntilProperty):
        return
    until = wait_until(shop, run, op.wait, due) or due
    if run.held_at is not None:
        run.held_at = until
    else:
        run.due_at = until


def resume(shop: Shop, run: Run) -> None:
    """Take a due run on: a waiting one from its step, a deferred one from its start when it gets a slot (R7)."""
    if run.state not in WAITS or run.due_at is None:
        return
    due = run.due_at
    if shop.stopped(run.automation_id):
        run.held_at, run.due_at = due, None
        return
    published = shop.rulebook.version(run.automation_id, run.version)
    if published is None:
        raise StuckError(f"Run {run.id} is on version {run.version} of {run.automation_id}, which can't be read.")
    if run.state == RunState.DEFERRED:
        assert run.slot_key is not None
        slot = take_slot(shop, published, run.contact_id, run.slot_key, run.id)
        if slot is None:
            run.due_at = next_free(shop, published, run.slot_key)
            return
        run.slot, run.state, due = slot.slot, RunState.WAITING, shop.now
    run.due_at = None
    advance(shop, run, published, due)


def move_run(shop: Shop, run: Run, new: Published) -> bool:
    """Put a waiting run on another version: on at the step of the same id, with the wait it had (R6)."""
    old = shop.rulebook.version(run.automation_id, run.version)
    if old is None or run.state != RunState.WAITING:
        return False
    ahead, wait = old.program.ops[run.position], old.program.ops[max(0, run.position - 1)]
    position = new.program.index_of(ahead.id) if ahead.id else None
    if position is None and wait.id and (found := new.program.index_of(wait.id)) is not None:
        position = found + 1
    if position is None:
        return False
    run.version, run.position = new.version, position
    return True
