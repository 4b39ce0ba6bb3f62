"""Stories thrown together from a few clients, services and days, so that much falls together.

Instants coincide, clients share sessions and payers, limits fill, things are cancelled, moved, paid twice and bounced
in between, also before they are there; nothing runs for hours; automations stop and go on.
"""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.scenarios.story import ASK, REMIND, Data, Story, holds, mail, remind, seat, wait, when

CLIENTS = ("zoe", "ada", "leo")
SERVICES = ("cut", "colour", "yoga")
MORNING = datetime.fromisoformat("2027-01-05 09:00")
LIMITS: list[Data | None] = [None, {"per": "24h"}, {"per": "7d", "times": 2}, {"per": "day", "over": "defer"}]
MERGING: list[Data | None] = [None, {"per": "24h"}, {"per": "day", "over": "merge"}, {"per": "day", "over": "skip"}]
TO_TOLD = when(holds("contact.tags", "includes", "told"), mail("Encore vous"), otherwise=[mail("Vous")])
BOOKED = ("session.booked", "session.started", "session.ended", "booking.cancelled", "booking.rescheduled")
DOCUMENT = ("invoice.overdue", "invoice.due_soon", "invoice.sent", "invoice.partially_paid")

Automation = tuple[str, list[Any], Data | None]
Thing = tuple[int, str, int, int]


def _asking() -> st.SearchStrategy[list[Any]]:
    first = st.sampled_from([[], [wait(hours=1)], [wait(until="session.starts_at", minus={"hours": 2})]])
    then = st.sampled_from([[], [wait(days=2), REMIND], [wait(minutes=30), mail("Merci")]])
    return st.builds(lambda before, after: [*before, ASK, *after], first, then)


def _telling() -> st.SearchStrategy[list[Any]]:
    delays = [wait(hours=1), wait(days=1), wait(minutes=30), wait(until="10:00")]
    told: Data = {"add_tag": {"tag": "told"}}
    return st.one_of(st.sampled_from(delays).map(lambda delay: [delay, mail("Bonjour"), told]), st.just([TO_TOLD]))


def _reminding() -> st.SearchStrategy[list[Any]]:
    return st.sampled_from([[REMIND], [wait(days=1), REMIND, wait(hours=3), remind("Encore")], [mail("En retard")]])


def automations() -> st.SearchStrategy[list[Automation]]:
    """Throw up to five automations together: what starts each, its steps, its limit."""
    limit = st.sampled_from(LIMITS)
    one: st.SearchStrategy[Automation] = st.one_of(
        st.tuples(st.sampled_from(BOOKED), _asking(), st.sampled_from(MERGING)),
        st.tuples(st.sampled_from(BOOKED), _telling(), limit),
        st.tuples(st.sampled_from(DOCUMENT), _reminding(), limit),
        st.tuples(st.sampled_from(["invoice.paid", "payment.succeeded", "message.sent"]), st.just([TO_TOLD]), limit),
        st.tuples(st.just("order.paid"), st.just([{"issue_paid_invoice": {}}]), st.none()),
    )
    return st.lists(one, min_size=1, max_size=5)


def things() -> st.SearchStrategy[list[Thing]]:
    """Throw things together that happen: when, what, to whom, to which of theirs."""
    what = st.sampled_from([*VERBS, "books", "books", "classes", "acts", "pays"])
    return st.lists(st.tuples(st.integers(0, 60), what, st.integers(0, 2), st.integers(0, 5)), min_size=2, max_size=14)


def thrown(story: Story, found: list[Automation], happening: list[Thing], due_days: int) -> Story:
    """Return the story of some automations and things."""
    story.client("leo", bill_to="ada")
    story.business["payment_terms"] = {"days": due_days}
    story.business["quiet_hours"] = {"from": "16:30", "to": "08:00"}
    for number, (on, steps, limit) in enumerate(found):
        story.automation(f"a{number}", on, *steps, **({"limit": limit} if limit else {}))
    for hour, what, who, which in sorted(happening):
        VERBS[what](story, hour, CLIENTS[who], which)
    return story


def _at(hour: int) -> str:
    """Return a wall time; a day has eight hours, nights are left out."""
    return (MORNING + timedelta(days=hour // 8, hours=hour % 8)).isoformat(" ")


def _order(which: int) -> str:
    return f"o{1 + which}"


def _books(story: Story, hour: int, who: str, which: int) -> None:
    story.books(who, seat(SERVICES[which % 2], _at(hour + 3 + which * 4)), at=_at(hour))


def _joins(story: Story, hour: int, who: str, which: int) -> None:
    place = seat("yoga", _at(30 + which), session={"id": f"class-{which}", "kind": "class"})
    story.books(who, place, *([seat("yoga", _at(31))] if which == 5 else []), at=_at(hour))


def _acts(story: Story, hour: int, who: str, which: int) -> None:
    act = ("pay", "mark_paid", "void", "hold", "refund", "set_due")[which]
    more = {"hold": {"kind": "pause", "until": "2027-01-09"}, "set_due": {"due_on": "2027-01-20"}}
    story.does(act, at=_at(hour), contact=who, **more.get(act, {}))


def _pauses(story: Story, hour: int, _who: str, which: int) -> None:
    story.does("pause_automation", at=_at(hour), automation="a0")
    story.does("resume_automation", at=_at(hour + which), automation="a0")


def _renames(story: Story, hour: int, who: str, which: int) -> None:
    changed = {"name": f"{who} {which}", "bill_to": CLIENTS[which % 3] if which < 3 else None}
    story.event("contact.updated", _at(hour), {"contact": {"id": who, **changed}})


def _prices(story: Story, hour: int, _who: str, which: int) -> None:
    told = {"id": SERVICES[which % 3], "name": "Autre", "price": {"amount": 5000 + which, "currency": "EUR"}}
    story.event("service.updated", _at(hour), {"service": told})


VERBS: dict[str, Any] = {
    "books": _books,
    "classes": _joins,
    "cancels": lambda s, h, who, which: s.cancels(
        f"{_order(which)}-b1", at=_at(h), refund="full" if who == "ada" else "none"
    ),
    "moves": lambda s, h, who, which: s.moves(f"{_order(which)}-b1", to=_at(h + 2 + len(who)), at=_at(h)),
    "pays": lambda s, h, who, which: s.pays(who, 1500 * (1 + which), at=_at(h), order=_order(which)),
    "pays_all": lambda s, h, who, _: s.pays(who, 20_000, at=_at(h)),
    "paid": lambda s, h, _, which: s.was_paid_upstream(_order(which), at=_at(h)),
    "bounces": lambda s, h, _, which: s.bounces(f"p{1 + which % 3}", at=_at(h)),
    "stays_away": lambda s, h, _, which: s.attends(f"{_order(which)}-b1", "no_show", at=_at(h)),
    "acts": _acts,
    "renames": _renames,
    "prices": _prices,
    "outage": lambda s, h, _, which: s.does("outage", at=_at(h), hours=2 + 7 * which),
    "pauses": _pauses,
}
"""What may happen, by its verb: it may be about something that is not there (yet)."""
