"""Billing by cycles: schedules are planned, come to their dates, and bill their clients portion by portion (R1-R3, R9).

What was missed is made up for once: the latest date stands for those before it, and takes everything (R3).
"""

from collections.abc import Iterable
from datetime import date, datetime

from models.billing import BillingPlan, Settings, plan_of, possible_cycles, settings_of
from models.billing_cycle import cycle_of
from models.billing_rows import BY_HAND, BillingOccurrence, BillingOutcome, BillingSchedule, Portion
from models.charge import Charge, ChargeState
from models.consolidating import Terms, bill_client, worth
from models.contact import Contact
from models.events import Fact
from models.facts import raise_fact
from models.payer import known_contact, payer_of
from models.periods import at_local, local_date
from models.schedules import next_occurrence, occurrences_due
from models.shop import Cause, Shop, tell_owner

ENDLESS = 10**18
"""More than any amount."""


def plan_schedules(shop: Shop, overrides: Iterable[Settings]) -> None:
    """Let a business have a schedule for each cycle by which anybody is billed; a new one begins strictly after now.

    One that goes on keeps the date that it comes to next, at that date's instant in the zone of today (R2).
    """
    cycles = {cycle.id: cycle for cycle in possible_cycles(shop.business, overrides)}
    for schedule in [one for one in shop.schedules if one.id not in cycles]:
        shop.schedules.drop(schedule)
    for id_, cycle in sorted(cycles.items()):
        known = shop.schedules.get(id_)
        if known is None:
            day, at = next_occurrence(cycle.anchor, shop.now, shop.zone, cycle.at)
            shop.schedules.add(BillingSchedule(shop.id, id_, cycle.settings, shop.now, day, at))
        else:
            _come_to(known, known.day, at_local(known.day, cycle.at, shop.zone))


def _come_to(schedule: BillingSchedule, day: date, at: datetime) -> None:
    """Let a schedule come to a date next, or wait for it if it is held."""
    schedule.day = day
    if schedule.held_at is not None:
        schedule.held_at = at
    elif schedule.next_at != at:
        schedule.next_at = at


def hold_billing(shop: Shop, row: BillingSchedule | BillingOccurrence) -> bool:
    """Let what is due wait while a pause holds billing; tell whether one does."""
    stops = shop.stops
    if not (stops.everything or stops.money or stops.billing):
        return False
    row.held_at, row.next_at = row.next_at, None
    return True


def open_cycle(shop: Shop, schedule: BillingSchedule) -> None:
    """Open the occurrence of a schedule's date; of several dates that came, the latest stands for all (R3)."""
    cycle = cycle_of([schedule.cycle])
    first = schedule.day, at_local(schedule.day, cycle.at, shop.zone)
    later = occurrences_due(cycle.anchor, first[1], shop.now, shop.zone, cycle.at)
    *missed, last = [first, *later]
    for day, at in missed:
        _add(shop, schedule.id, day, at, BillingOutcome.MERGED)
    _add(shop, schedule.id, *last)
    _come_to(schedule, *next_occurrence(cycle.anchor, last[1], shop.zone, cycle.at))


def _add(shop: Shop, schedule_id: str, day: date, at: datetime, outcome: BillingOutcome | None = None) -> None:
    """Add an occurrence that ended at once, or is looked after from now on; a period that was billed stays so (R2)."""
    id_ = f"{schedule_id} {day}"
    if id_ not in shop.billings:
        ended = shop.now if outcome else None
        due = None if outcome else shop.now
        before = _before(at, shop.now)
        shop.billings.add(
            BillingOccurrence(shop.id, id_, schedule_id, day, at, before, next_at=due, outcome=outcome, ended_at=ended)
        )


def _before(at: datetime, now: datetime) -> datetime:
    """Return before when charges were recorded that an occurrence takes.

    One that is late also takes what is heard of at the first instant at which we run again: events go first (R3).
    """
    return now if now <= at else now + datetime.resolution


def bill_next(shop: Shop, occurrence: BillingOccurrence) -> bool:
    """Bill the next clients of an occurrence; tell whether more may be left, else it has ended."""
    portion = shop.portions.get(occurrence.id)
    with shop.caused_by(Cause(billing=occurrence.id)):
        for contact_id, payer in _payers(shop, occurrence, portion):
            if is_bounded(shop, occurrence):
                _park(shop, occurrence)
                return False
            _bill(shop, occurrence, payer)
            occurrence.reached = contact_id
        if portion is not None and portion.more:
            occurrence.reached, occurrence.next_at = portion.last, shop.now
            return True
        end(shop, occurrence)
    return False


def _payers(shop: Shop, occurrence: BillingOccurrence, portion: Portion | None) -> list[tuple[str, Contact]]:
    """Return who is billed now, each at the place of the first client for whom it pays; nobody comes in two portions.

    They come in the order of their portion, which is that of the database; without one all come, by their ids.
    """
    owing = {
        charge.contact_id for charge in shop.charges if charge.state == ChargeState.DUE and takes(occurrence, charge)
    }
    first: dict[str, str] = {}
    for contact_id in sorted(owing):
        first.setdefault(payer_of(shop, contact_id).id, contact_id)
    payers = {contact_id: payer for payer, contact_id in first.items()}
    clients = sorted(id_ for id_ in owing if id_ > occurrence.reached) if portion is None else portion.clients
    return [(id_, known_contact(shop, payers[id_])) for id_ in clients if id_ in payers]


def takes(occurrence: BillingOccurrence, charge: Charge) -> bool:
    """Whether a charge was there before an occurrence and is due by its date."""
    return charge.recorded_at < occurrence.before and charge.due_on <= occurrence.day


def bills(occurrence: BillingOccurrence, plan: BillingPlan) -> bool:
    """Whether an occurrence is one of those by which a plan is billed."""
    return plan.enabled and occurrence.schedule_id in {plan.cycle.id, BY_HAND}


def is_bounded(shop: Shop, occurrence: BillingOccurrence) -> bool:
    """Whether as much has been made on the day of an occurrence as its business lets be made without a person."""
    room = room_on_day(shop, occurrence)
    return room is not None and min(room) <= 0


def room_on_day(shop: Shop, occurrence: BillingOccurrence) -> tuple[int, int] | None:
    """Return how many documents, and for what amount, may still be made on its day without a person; None: no bound."""
    cap = settings_of(shop.business).get("daily_cap")
    if not cap or occurrence.allowed_at is not None:
        return None
    day = local_date(occurrence.before, shop.zone)
    made = [one for one in shop.billings if local_date(one.before, shop.zone) == day]
    amounts = (one.amounts.get(shop.business.currency, 0) for one in made if isinstance(one.amounts, dict))
    documents = sum(one.documents for one in made)
    return int(cap.get("documents", ENDLESS)) - documents, int(cap.get("amount", ENDLESS)) - sum(amounts)


def _park(shop: Shop, occurrence: BillingOccurrence) -> None:
    """Let an occurrence wait for a person, and tell the owner."""
    occurrence.parked_at, occurrence.next_at = shop.now, None
    tell_owner(
        shop,
        "billing_parked",
        f"Billing of {occurrence.day} has stopped after {occurrence.documents} documents: that is the bound of a day. "
        "`relance billing status` shows it, `relance billing resume` lets it go on.",
        occurrence=occurrence.id,
    )


def _bill(shop: Shop, occurrence: BillingOccurrence, payer: Contact) -> None:
    """Bill one client, if it is billed by this schedule as things are now, and count what came of it."""
    plan = plan_of(shop.business, payer)
    if not bills(occurrence, plan):
        return
    made = bill_client(shop, payer, Terms(occurrence.id, occurrence.before, occurrence.day, plan))
    count(occurrence, bool(made), len(made), ((one.currency, worth(one)) for one in made))


def count(occurrence: BillingOccurrence, clients: int, documents: int, amounts: Iterable[tuple[str, int]]) -> None:
    """Note what was made for some clients."""
    occurrence.clients += clients
    occurrence.documents += documents
    totals = dict(occurrence.amounts) if isinstance(occurrence.amounts, dict) else {}
    for currency, amount in amounts:
        totals[currency] = totals.get(currency, 0) + amount
    occurrence.amounts = totals or None


def end(shop: Shop, occurrence: BillingOccurrence) -> None:
    """End an occurrence; where anybody was billed, the fact is raised."""
    occurrence.outcome, occurrence.ended_at, occurrence.next_at = BillingOutcome.BILLED, shop.now, None
    if occurrence.clients:
        data = {"clients": occurrence.clients, "documents": occurrence.documents, "amounts": occurrence.amounts}
        raise_fact(shop, Fact.BILLING_COMPLETED, contact_id=None, data=data, billing=occurrence.id)
