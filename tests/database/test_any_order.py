"""R20: the same events in any order, any number of times, end in the same state and the same sum owed."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.local.postgres import Postgres
from models.db import make_engine
from tests.database.conftest import EMPTY
from tests.database.endings import differences, endings
from tests.database.histories import Asking, Data, History, histories
from tests.database.town import Batches, Town, shop_in

SHOP = """
business: {id: shop, name: Shop, timezone: Europe/Paris, currency: EUR, country: FR, tax_rate: "20"}
contacts: [{id: zoe, name: Zoé}, {id: ada, name: Ada}, {id: kid, name: Kid, bill_to: ada}]
start: 2027-01-01T00:00:00Z
until: 2027-04-01T00:00:00Z
events: []
"""
ASKING = """
automations:
  - {automation: order, name: Order, trigger: {on: session.booked}, steps: [request_payment: {}]}
  - {automation: charge, name: Charge, trigger: {on: charge.added}, steps: [request_payment: {}]}
"""
PLAIN, BILLING = shop_in(SHOP), shop_in(SHOP + ASKING)

profile = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def town(server: Postgres) -> Iterator[Town]:
    engine = make_engine(server.create_database("town", EMPTY))
    yield Town(engine)
    engine.dispose()


@st.composite
def arrivals(draw: st.DrawFn, events: tuple[Data, ...]) -> Batches:
    """Draw batches of any sizes with all events in any order, some of them more than once."""
    order = draw(st.permutations(events))
    for event in draw(st.lists(st.sampled_from(events), max_size=3)):
        order.insert(draw(st.integers(0, len(order))), event)
    sizes = draw(st.lists(st.integers(1, 6), min_size=len(order), max_size=len(order)))
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    return [order[start : start + size] for start, size in zip(starts, sizes, strict=True) if start < len(order)]


@st.composite
def tales(draw: st.DrawFn) -> tuple[History, list[Batches]]:
    """Draw what happened, and two ways in which it is heard of."""
    history = draw(histories())
    return history, [draw(arrivals(history.events)) for _ in range(2)]


def check_tale(town: Town, history: History, ways: list[Batches]) -> None:
    """Let one shop hear of everything in order of time, one event after the other, and others in any order."""
    billed = history.asking is not Asking.NOTHING
    shop = BILLING if billed else PLAIN
    first, *others = [town.opens(shop) for _ in range(3)]
    heard = dict(zip(others, ways, strict=True))
    if billed:
        heard[first] = [[event] for event in history.events]
    else:
        town.lives(first, history.events)
    town.hears(heard)
    ended = endings(town, shop, [first, *others])
    documented = billed or any(has_documents_at_once(event) for event in history.events)
    for name, batches in zip(others, ways, strict=True):
        found = list(differences(ended[first], ended[name], billed=documented))
        heard_as = " | ".join(" ".join(event["id"] for event in batch) for batch in batches)
        assert not found, "\n".join([*found, str(history), heard_as])


def has_documents_at_once(event: Data) -> bool:
    """Whether an event tells of a professional: what they pay has its document at once, and that is history (R26)."""
    return bool(event["data"].get("contact", {}).get("kind") == "business")


@settings(profile, max_examples=25, derandomize=True)
@given(tale=tales())
def test_any_order_ends_alike(town: Town, tale: tuple[History, list[Batches]]) -> None:
    check_tale(town, *tale)


@pytest.mark.faults
@settings(profile, max_examples=1_500)
@given(tale=tales())
def test_any_order_ends_alike_in_long_runs(town: Town, tale: tuple[History, list[Batches]]) -> None:
    check_tale(town, *tale)
