"""Conditions: every operator on every kind of value, missing values, all and any nested, the two ways of an if."""

from typing import Any

import pytest

from tests.scenarios.story import ASK, Data, Story, euros, holds, mail, seat, wait
from tests.scenarios.story import when as given

NOW = "2027-01-05 10:00"
DATA: Data = {
    "text": "Coupe d'Été",
    "decomposed": "cafe\u0301",
    "blank": "  ",
    "number": 7,
    "fraction": 2.5,
    "price": euros(5000),
    "yen": euros(50, "JPY"),
    "dinar": euros(50_500, "KWD"),
    "yes": True,
    "no": False,
    "null": None,
    "list": ["Gold", "new"],
    "empty": [],
    "day": "2027-01-10",
    "late": "2027-01-09T23:30:00Z",
    "soon": "2027-01-05T12:00:00+01:00",
    "gone": "2027-01-05T08:00:00+01:00",
    "deep": {"er": {"est": "here"}},
}
TRUE: list[tuple[str, str, Any]] = [
    ("text", "equals", "coupe d'ÉTÉ"),
    ("text", "not_equals", "Couleur"),
    ("text", "contains", "D'É"),
    ("text", "not_contains", "brush"),
    ("text", "starts_with", "COUPE"),
    ("text", "ends_with", "été"),
    ("text", "one_of", ["Couleur", "coupe d'été"]),
    ("text", "is_not_empty", None),
    ("decomposed", "equals", "CAFÉ"),
    ("decomposed", "contains", "fé"),
    ("blank", "is_empty", None),
    ("number", "equals", 7),
    ("number", "not_equals", 8),
    ("number", "greater_than", 6),
    ("number", "greater_or_equal", 7),
    ("number", "less_than", 7.5),
    ("number", "less_or_equal", 7),
    ("number", "between", [7, 9]),
    ("number", "between", [5, 7]),
    ("number", "one_of", [1, 7]),
    ("fraction", "equals", 2.5),
    ("fraction", "greater_than", 2),
    ("price", "greater_or_equal", 50),
    ("price", "equals", 50),
    ("price", "between", [50, 50]),
    ("price", "less_than", 50.01),
    ("yen", "equals", 50),
    ("dinar", "equals", 50.5),
    ("yes", "is_true", None),
    ("yes", "equals", True),
    ("no", "is_not_true", None),
    ("list", "includes", "GOLD"),
    ("list", "excludes", "old"),
    ("list", "is_not_empty", None),
    ("empty", "is_empty", None),
    ("empty", "excludes", "x"),
    ("day", "on", "2027-01-10"),
    ("day", "before", "2027-01-11"),
    ("day", "after", "2027-01-09"),
    ("day", "within_next", {"days": 5}),
    ("late", "on", "2027-01-10"),
    ("late", "before", "2027-01-10T00:31:00+01:00"),
    ("late", "after", "2027-01-09"),
    ("soon", "within_next", {"hours": 2}),
    ("gone", "within_last", {"hours": 2}),
    ("gone", "within_last", {"minutes": 120}),
    ("deep.er.est", "equals", "here"),
    ("list.0", "equals", "gold"),
]
FALSE: list[tuple[str, str, Any]] = [
    ("text", "equals", "Coupe"),
    ("text", "not_equals", "COUPE D'ÉTÉ"),
    ("text", "contains", "hiver"),
    ("text", "not_contains", "été"),
    ("text", "starts_with", "été"),
    ("text", "ends_with", "Coupe"),
    ("text", "one_of", ["Coupe"]),
    ("text", "is_empty", None),
    ("text", "greater_than", 1),
    ("blank", "is_not_empty", None),
    ("number", "greater_than", 7),
    ("number", "less_than", 7),
    ("number", "between", [8, 9]),
    ("price", "greater_than", 50),
    ("price", "equals", 5000),
    ("yen", "equals", 0.5),
    ("dinar", "equals", 505),
    ("no", "is_true", None),
    ("yes", "is_not_true", None),
    ("list", "includes", "old"),
    ("list", "excludes", "new"),
    ("empty", "is_not_empty", None),
    ("empty", "includes", "x"),
    ("day", "on", "2027-01-09"),
    ("day", "before", "2027-01-10"),
    ("day", "after", "2027-01-10"),
    ("day", "within_next", {"days": 4}),
    ("late", "on", "2027-01-09"),
    ("soon", "within_next", {"minutes": 119}),
    ("soon", "within_last", {"days": 1}),
    ("gone", "within_last", {"minutes": 119}),
    ("gone", "within_next", {"days": 1}),
]
VALUES: dict[str, Any] = {
    "equals": "x",
    "not_equals": "x",
    "contains": "x",
    "not_contains": "x",
    "starts_with": "x",
    "ends_with": "x",
    "one_of": ["x"],
    "is_empty": None,
    "is_not_empty": None,
    "greater_than": 1,
    "greater_or_equal": 1,
    "less_than": 1,
    "less_or_equal": 1,
    "between": [0, 1],
    "before": "2027-01-01",
    "after": "2027-01-01",
    "on": "2027-01-01",
    "within_next": {"days": 1},
    "within_last": {"days": 1},
    "is_true": None,
    "is_not_true": None,
    "includes": "x",
    "excludes": "x",
}
TRUE_WHEN_MISSING = {"is_empty", "is_not_true", "excludes", "not_equals", "not_contains"}


def written(name: str, operator: str, value: Any) -> Data:
    return holds(name, operator) if value is None else holds(name, operator, value)


def matching(shop: Story, conditions: dict[str, Data]) -> set[str]:
    """Return the names of the conditions that hold when zoe sends DATA."""
    for name, condition in conditions.items():
        shop.automation(name, "probe.sent", mail(name), where=condition)
    shop.business["daily_cap"] = 1000
    shop.event("probe.sent", NOW, {"contact": {"id": "zoe"}} | DATA)
    return set(shop.run().of("message").each("subject"))


def test_every_operator_on_every_kind_of_value(shop: Story) -> None:
    cases = {
        f"{outcome}-{number}": written(f"event.data.{name}", operator, value)
        for outcome, rows in (("true", TRUE), ("false", FALSE))
        for number, (name, operator, value) in enumerate(rows)
    }
    found = matching(shop, cases)
    wrong = {name: cases[name] for name in cases if (name in found) is not name.startswith("true")}
    assert not wrong


def test_a_missing_value_is_empty_not_true_and_equals_nothing(shop: Story) -> None:
    missing = ("event.data.nothing", "event.data.null", "event.data.text.deeper", "contact.custom.vip")
    cases = {
        f"{number}-{operator}": written(name, operator, value)
        for number, name in enumerate(missing)
        for operator, value in VALUES.items()
    }
    found = matching(shop, cases)
    assert found == {f"{number}-{operator}" for number in range(4) for operator in TRUE_WHEN_MISSING}


def test_all_and_any_nest(shop: Story) -> None:
    yes, no = holds("event.data.yes", "is_true"), holds("event.data.no", "is_true")
    cases = {
        "all-yes": {"all": [yes, yes]},
        "all-no": {"all": [yes, no]},
        "any-yes": {"any": [no, yes]},
        "any-no": {"any": [no, no]},
        "nested-yes": {"all": [yes, {"any": [no, {"all": [yes, {"any": [no, yes]}]}]}]},
        "nested-no": {"any": [no, {"all": [yes, {"any": [no, no]}]}]},
    }
    assert matching(shop, cases) == {name for name in cases if name.endswith("yes")}


def test_the_properties_of_the_contact(shop: Story) -> None:
    shop.client(
        "zoe",
        phone="+33612345678",
        locale="fr",
        kind="consumer",
        tags=["vip"],
        custom={"size": 42, "club": {"level": "Gold"}},
    )
    cases = {
        name: written(f"contact.{name}", operator, value)
        for name, operator, value in [
            ("id", "equals", "zoe"),
            ("name", "equals", "zoé"),
            ("email", "ends_with", "@example.org"),
            ("phone", "starts_with", "+33"),
            ("locale", "equals", "fr"),
            ("kind", "equals", "consumer"),
            ("tags", "includes", "VIP"),
            ("custom.size", "greater_than", 41),
            ("custom.club.level", "equals", "gold"),
        ]
    }
    named = {name.replace(".", "-"): condition for name, condition in cases.items()}
    named["business"] = holds("business.name", "equals", "Atelier Lumière")
    named["zone"] = holds("business.timezone", "equals", "Europe/Paris")
    assert matching(shop, named) == set(named)


def test_the_properties_of_a_booking(shop: Story) -> None:
    cases = [
        ("service.id", "equals", "cut"),
        ("service.name", "equals", "Coupe"),
        ("service.category", "equals", "hair"),
        ("session.id", "equals", "o1-s1"),
        ("session.kind", "equals", "appointment"),
        ("session.place", "contains", "paris"),
        ("session.starts_at", "on", "2027-01-12"),
        ("session.ends_at", "after", "2027-01-12T14:30:00+01:00"),
        ("session.starts_at", "within_next", {"days": 10}),
        ("booking.id", "equals", "o1-b1"),
        ("booking.status", "equals", "booked"),
        ("booking.attendance", "equals", "booked"),
        ("booking.quantity", "equals", 2),
        ("booking.cancellation_reason", "is_empty", None),
        ("order.id", "equals", "o1"),
        ("order.total", "equals", 90),
        ("order.paid", "equals", 0),
        ("order.amount_due", "equals", 90),
    ]
    shop.service("cut", 4500, category="hair")
    for number, (name, operator, value) in enumerate(cases):
        shop.automation(f"a{number}", "session.booked", mail(f"a{number}"), where=written(name, operator, value))
    shop.business["daily_cap"] = 1000
    place = {"place": "3, rue de Paris", "kind": "appointment"}
    shop.books("zoe", seat("cut", "2027-01-12 14:00", session=place, quantity=2), at=NOW)
    sent = set(shop.run().of("message").each("subject"))
    assert [case for number, case in enumerate(cases) if f"a{number}" not in sent] == []


def test_the_properties_of_a_document(shop: Story) -> None:
    cases = [
        ("invoice.number", "equals", "2027-0001"),
        ("invoice.total", "equals", 45),
        ("invoice.amount_due", "equals", 30),
        ("invoice.issued_on", "on", "2027-01-05"),
        ("invoice.due_on", "before", "2027-01-20"),
        ("invoice.days_overdue", "equals", 1),
    ]
    shop.business["payment_terms"] = {"days": 14}
    shop.automation("ask", "session.booked", ASK)
    for number, (name, operator, value) in enumerate(cases):
        shop.automation(f"a{number}", "invoice.overdue", mail(f"a{number}"), where=written(name, operator, value))
    shop.books("zoe", "cut", at=NOW, when="2027-02-20 10:00")
    shop.pays("zoe", 1500, at="2027-01-06 10:00", order="o1")
    sent = set(shop.run().of("message").each("subject"))
    assert [case for number, case in enumerate(cases) if f"a{number}" not in sent] == []


# The two ways of an if


@pytest.mark.parametrize(("amount", "way"), [(60, "then"), (40, "else")])
def test_after_either_way_the_run_goes_on_behind_the_if(shop: Story, amount: int, way: str) -> None:
    big = holds("order.total", "greater_than", 50)
    shop.automation(
        "a", "session.booked", given(big, mail("then"), otherwise=[mail("else")]), wait(hours=1), mail("after")
    )
    shop.service("cut", amount * 100)
    shop.books("zoe", "cut", at=NOW, when="2027-02-20 10:00")
    lines = shop.run()
    assert lines.of("message").each("subject") == [way, "after"]
    assert lines.of("skipped") == []


def test_without_an_else_the_run_goes_on_too(shop: Story) -> None:
    shop.automation("a", "session.booked", given(holds("order.total", "greater_than", 50), mail("then")), mail("after"))
    shop.books("zoe", "cut", at=NOW, when="2027-02-20 10:00")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["after"]
    assert lines.of("skipped") == []


def test_a_run_without_any_effect_because_of_its_conditions_is_skipped_once(shop: Story) -> None:
    big = holds("order.total", "greater_than", 50)
    shop.automation("a", "session.booked", given(big, mail("then")), wait(days=1), given(big, mail("again")))
    shop.books("zoe", "cut", at=NOW, when="2027-02-20 10:00")
    lines = shop.run()
    skipped = lines.one("skipped", "zoe")
    assert (skipped["reason"], skipped["at"]) == ("condition", "2027-01-06T10:00:00+01:00")
    assert skipped["cause"]["automation"] == "a"


def test_a_condition_that_ends_the_run_before_its_effects_is_a_skip_too(shop: Story) -> None:
    small = holds("order.total", "less_than", 50)
    shop.automation("a", "session.booked", given(small, {"end": None}), mail("after"))
    shop.books("zoe", "cut", at=NOW, when="2027-02-20 10:00")
    lines = shop.run()
    assert lines.of("message") == []
    assert lines.reasons() == ["condition"]


def test_a_condition_before_a_last_delay_is_remembered(shop: Story) -> None:
    big = holds("order.total", "greater_than", 50)
    shop.automation("a", "session.booked", given(big, mail("then"), otherwise=[wait(days=1)]))
    shop.books("zoe", "cut", at=NOW, when="2027-02-20 10:00")
    lines = shop.run()
    assert lines.reasons() == ["condition"]


def test_end_ends_the_run(shop: Story) -> None:
    big = holds("order.total", "greater_than", 50)
    shop.automation("a", "session.booked", mail("first"), given(big, {"end": None}), mail("last"))
    shop.books("zoe", "cut", at=NOW, when="2027-02-20 10:00")
    shop.books("ada", "colour", at=NOW, when="2027-02-20 10:00")
    lines = shop.run()
    assert sorted(lines.of("message", "zoe").each("subject")) == ["first", "last"]
    assert lines.of("message", "ada").each("subject") == ["first"]
    assert lines.of("skipped") == []


def test_conditions_nest_to_depth_eight(shop: Story) -> None:
    big = holds("order.total", "greater_than", 5)
    step: Data = mail("deep")
    for _ in range(8):
        step = given(big, step)
    shop.automation("a", "session.booked", step)
    shop.books("zoe", "cut", at=NOW, when="2027-02-20 10:00")
    message = shop.run().one("message")
    assert message["cause"]["step"] == "0" + ".then.0" * 8


def test_a_step_has_its_id_or_its_path_as_its_name(shop: Story) -> None:
    big = holds("order.total", "greater_than", 5)
    steps = (wait(hours=1), given(big, mail("path"), {"id": "named"} | mail("id"), otherwise=[mail("no")]))
    shop.automation("a", "session.booked", *steps)
    shop.books("zoe", "cut", at=NOW, when="2027-02-20 10:00")
    lines = shop.run()
    assert lines.one("message", subject="path")["cause"]["step"] == "1.then.0"
    assert lines.one("message", subject="id")["cause"]["step"] == "named"


def test_a_trigger_that_its_filter_stops_is_told_only_on_demand(shop: Story) -> None:
    shop.automation("a", "session.booked", mail("a"), services=["colour"])
    shop.automation("b", "session.booked", mail("b"), where=holds("order.total", "greater_than", 50))
    shop.books("zoe", "cut", at=NOW, when="2027-02-20 10:00")
    assert shop.run().of("skipped") == []
    everything = shop.run(everything=True)
    assert everything.of("skipped").each("reason") == ["filter", "filter"]
    assert sorted(line["cause"]["automation"] for line in everything.of("skipped")) == ["a", "b"]
