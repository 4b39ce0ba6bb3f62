"""What may happen in a shop, and what is drawn for it: clients, upstream, people, time."""

from typing import Any

from hypothesis import strategies as st

from tests.scenarios.story import euros

CLIENTS = st.sampled_from(("zoe", "ada", "kid", "acme"))
SERVICES = st.sampled_from(("cut", "yoga", "net", "gym"))
AMOUNTS = st.sampled_from((1, 500, 1500, 4500, 9999))
PLACES = st.integers(0, 30)
REFUNDS: st.SearchStrategy[Any] = st.one_of(st.sampled_from(("none", "full")), AMOUNTS.map(euros))
LATE = st.sampled_from((0, 0, 0, 0, 30, 24 * 60, 10 * 24 * 60))
"""Minutes by which an event may be heard of late: then it overtakes nothing, and others have overtaken it."""

BILLING: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    (
        {"enabled": True, "mode": "invoice"},
        {"enabled": True, "mode": "draft"},
        {"enabled": True, "mode": "payment_link"},
        {"enabled": False},
        {"cycle": "daily"},
        {"cycle": "monthly", "anchor": [15, "last"]},
        {"minimum": 0},
        {"minimum": 5000, "confirm_after": 20},
    )
)
"""What a person may change of how somebody is billed."""

Data = dict[str, Any]

STEPS: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {
    "time_passes": (5, {"days": st.integers(0, 45), "minutes": st.integers(1, 24 * 60)}),
    "books": (
        6,
        {
            "who": CLIENTS,
            "services": st.lists(SERVICES, min_size=1, max_size=3),
            "days": st.integers(-1, 20),
            "paid": st.one_of(st.none(), AMOUNTS),
            "at_booking": st.booleans(),
            "late": LATE,
        },
    ),
    "reschedules": (2, {"place": PLACES, "days": st.integers(-3, 20), "late": LATE}),
    "cancels": (3, {"place": PLACES, "refund": REFUNDS, "late": LATE}),
    "cancels_a_session": (1, {"place": PLACES, "refund": REFUNDS, "late": LATE}),
    "owes": (2, {"who": CLIENTS, "price": AMOUNTS, "late": LATE}),
    "owes_no_more": (1, {"place": PLACES, "late": LATE}),
    "pays": (
        6,
        {
            "who": CLIENTS,
            "amount": AMOUNTS,
            "kind": st.sampled_from(("order", "charges", "nothing", "invoice")),
            "place": PLACES,
            "late": LATE,
        },
    ),
    "bounces": (2, {"place": PLACES, "late": LATE}),
    "was_paid_upstream": (1, {"place": PLACES, "late": LATE}),
    "subscribes": (
        2,
        {
            "who": CLIENTS,
            "price": AMOUNTS,
            "every": st.sampled_from(("week", "month")),
            "again": st.booleans(),
            "late": LATE,
        },
    ),
    "unsubscribes": (1, {"place": PLACES, "late": LATE}),
    "merges": (1, {"one": CLIENTS, "other": CLIENTS}),
    "tells_twice": (1, {"place": PLACES}),
    "pays_on_the_page": (3, {"who": CLIENTS, "amount": st.one_of(st.none(), AMOUNTS)}),
    "is_marked_as_paid": (1, {"who": CLIENTS}),
    "gets_money_back": (2, {"who": CLIENTS, "amount": st.one_of(st.none(), AMOUNTS)}),
    "is_credited": (1, {"who": CLIENTS}),
    "is_credited_in_part": (1, {"who": CLIENTS, "amount": AMOUNTS}),
    "is_given_up": (1, {"who": CLIENTS}),
    "gets_more_time": (1, {"who": CLIENTS, "days": st.integers(0, 40)}),
    "pays_by_link": (1, {"who": CLIENTS, "amount": st.one_of(st.none(), AMOUNTS)}),
    "confirms_a_draft": (1, {"who": CLIENTS}),
    "throws_a_draft_away": (1, {"who": CLIENTS}),
    "takes_off_a_draft": (1, {"who": CLIENTS, "place": PLACES}),
    "bills_otherwise": (1, {"who": st.one_of(st.none(), CLIENTS), "billing": BILLING}),
    "bills_now": (1, {}),
    "holds_billing": (1, {"days": st.integers(0, 40)}),
    "bounds_billing": (1, {"cap": st.sampled_from(({"documents": 1}, {"amount": 5000}, {}))}),
    "lets_billing_go_on": (1, {}),
}
"""What may happen, how often beside the rest, and what is drawn for it: one rule, so that every history is a mix."""

STEP = st.one_of(
    [
        st.tuples(st.just(name), st.fixed_dictionaries(drawn))
        for name, (weight, drawn) in STEPS.items()
        for _ in range(weight)
    ]
)
