"""`billing` in a file: what is read, and what each mistake is answered."""

import json
from textwrap import dedent
from typing import Any

import pytest

from models.billing import Mode, groups_of, plan_from
from models.billing_file import CHANNELS, KEYS, KINDS, MOST_GROUPS, read_billing, read_own_billing
from models.yamlfile import BadFileError, decode
from tests.unit.test_mentions import shop_of


def settings(text: str, known: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a business says in a file."""
    return decode(dedent(text), "shop.yaml", lambda node: read_billing(node, known or {}))


def own(text: str, business: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a client says."""
    return decode(dedent(text), "shop.yaml", lambda node: read_own_billing(node, business or {}))


def problems(text: str, *, client: bool = False, business: dict[str, Any] | None = None) -> list[str]:
    """Everything that is wrong, with the hint behind it."""
    with pytest.raises(BadFileError) as caught:
        (own if client else settings)(text, business)
    return [f"{one.message} {one.hint}".strip() for one in caught.value.problems]


# What is read


def test_what_is_said_is_read_and_nothing_filled_in() -> None:
    assert settings("enabled: true") == {"enabled": True}
    assert settings("""
        enabled: true
        mode: draft
        cycle: monthly
        anchor: [15, last]
        at: "18:30"
        channels: [sms, email, sms]
        minimum: 500
        payment_terms: {days: 30}
        exclude: {services: [yoga], kinds: [product, fee]}
        confirm_after: 3
        daily_cap: {documents: 500, amount: 1000000}
        """) == {
        "enabled": True,
        "mode": "draft",
        "cycle": "monthly",
        "anchor": [15, "last"],
        "at": "18:30",
        "channels": ["sms", "email"],
        "minimum": 500,
        "payment_terms": {"days": 30},
        "exclude": {"services": ["yoga"], "kinds": ["product", "fee"]},
        "confirm_after": 3,
        "daily_cap": {"documents": 500, "amount": 1000000},
    }  # fmt: skip


def test_weeks_are_counted_from_a_date() -> None:
    found = settings("{cycle: weekly, anchor: thu, every: 2, from: 2027-02-01}")
    assert found == {"cycle": "weekly", "anchor": "thu", "every": 2, "from": "2027-02-01"}


def test_every_week_needs_no_date() -> None:
    assert settings("{cycle: weekly, every: 1}") == {"cycle": "weekly", "every": 1}


@pytest.mark.parametrize("channel", CHANNELS)
def test_each_channel_may_be_wanted(channel: str) -> None:
    assert settings(f"channels: [{channel}]") == {"channels": [channel]}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_may_be_left_out(kind: str) -> None:
    assert settings(f"exclude: {{kinds: [{kind}]}}") == {"exclude": {"kinds": [kind]}}


def test_nothing_left_out_is_nothing_said() -> None:
    assert settings("exclude: {services: [], kinds: []}") == {"exclude": {}}


def test_an_anchor_is_checked_with_the_cycle_that_holds() -> None:
    business = {"cycle": "weekly", "anchor": "mon"}
    assert own("anchor: fri", business) == {"anchor": "fri"}
    assert own("{cycle: monthly, anchor: 31}", business) == {"cycle": "monthly", "anchor": 31}
    assert settings("{cycle: weekly, groups: {vip: {anchor: tue}}}")["groups"] == [["vip", {"anchor": "tue"}]]


def test_groups_keep_their_order_on_the_way_through_the_database() -> None:
    found = settings("groups: {zebra: {minimum: 1}, a: {minimum: 2}, middle: {minimum: 3}}")
    kept = json.loads(json.dumps(found, sort_keys=True))  # jsonb keeps no order of keys
    assert [tag for tag, _ in groups_of(kept)] == ["zebra", "a", "middle"]
    shop = shop_of(billing=kept)
    assert plan_from(shop.business, [own for _, own in groups_of(kept)]).minimum == 1


def test_ten_groups_may_say_when_they_are_billed() -> None:
    groups = ", ".join(f"g{number}: {{anchor: {number + 1}}}" for number in range(MOST_GROUPS))
    assert len(settings(f"groups: {{{groups}, others: {{minimum: 5}}}}")["groups"]) == MOST_GROUPS + 1


# What is refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("enable: true", "has no 'enable' Did you mean enabled?"),
        ("enabled: maybe", "enabled takes true or false, not 'maybe'"),
        ("mode: drafts", "mode takes one of draft, invoice, payment_link, not 'drafts' Did you mean draft?"),
        ("cycle: montly", "cycle takes one of daily, weekly, monthly, not 'montly' Did you mean monthly?"),
        ("at: 8", "at takes a time"),
        ("at: '25:00'", "at takes a time"),
        ("channels: [mail]", "takes one of email, sms, not 'mail'"),
        ("channels: []", "channels is empty Write [email], [sms] or [email, sms]."),
        ("channels: {email: true}", "channels takes a list"),
        ("minimum: -1", "minimum"),
        ("minimum: 2.50", "minimum"),
        ("payment_terms: 30", "payment_terms takes a mapping"),
        ("payment_terms: {}", "payment_terms lacks 'days'"),
        ("payment_terms: {days: 400}", "days"),
        ("exclude: [yoga]", "exclude takes a mapping"),
        ("exclude: {service: [yoga]}", "exclude has no 'service' Did you mean services?"),
        ("exclude: {kinds: [bookings]}", "'bookings' Did you mean booking?"),
        ("confirm_after: 0", "confirm_after"),
        ("confirm_after: 400", "confirm_after"),
        ("daily_cap: {documents: 0}", "documents"),
        ("daily_cap: {document: 5}", "daily_cap has no 'document' Did you mean documents?"),
        ("groups: {vip: {groups: {}}}", "vip has no 'groups'"),
        ("groups: {vip: {daily_cap: {documents: 5}}}", "vip has no 'daily_cap'"),
        ("groups: [vip]", "groups takes a mapping"),
        # anchors
        ("{cycle: daily, anchor: 1}", "anchor does not fit a daily cycle A daily cycle has no anchor."),
        ("{cycle: weekly, anchor: 1}", "anchor does not fit a weekly cycle Write one of mon, tue, wed,"),
        ("{cycle: weekly, anchor: [mon, tue]}", "anchor does not fit a weekly cycle"),
        ("{cycle: weekly, anchor: monday}", "anchor does not fit a weekly cycle"),
        ("anchor: mon", "anchor does not fit a monthly cycle Write a day from 1 to 31, last, or a list of them"),
        ("anchor: 0", "anchor does not fit a monthly cycle"),
        ("anchor: 32", "anchor does not fit a monthly cycle"),
        ("anchor: []", "anchor does not fit a monthly cycle"),
        ("anchor: [1, 32]", "anchor does not fit a monthly cycle"),
        ("anchor: [1, lst]", "anchor does not fit a monthly cycle"),
        ("anchor: true", "anchor does not fit a monthly cycle"),
        ("anchor: 1.5", "anchor does not fit a monthly cycle"),
        ("anchor: {day: 1}", "anchor does not fit a monthly cycle"),
        ("anchor: [[1]]", "anchor does not fit a monthly cycle"),
        ("groups: {vip: {anchor: mon}}", "anchor does not fit a monthly cycle"),
        ("{cycle: weekly, groups: {vip: {anchor: 5}}}", "anchor does not fit a weekly cycle"),
        # weeks to skip
        ("{cycle: weekly, every: 2}", "every lacks the date that it is counted from Write from: 2027-02-01 beside it."),
        ("{cycle: weekly, every: 0, from: 2027-02-01}", "every"),
        ("{cycle: weekly, every: 53, from: 2027-02-01}", "every"),
        ("{cycle: weekly, every: 2, from: soon}", "from takes a date"),
        ("{cycle: monthly, every: 2, from: 2027-02-01}", "every is of a weekly cycle, and this one is monthly"),
        ("{every: 2, from: 2027-02-01}", "every is of a weekly cycle, and this one is monthly Write cycle: weekly"),
        ("{cycle: weekly, from: 2027-02-01}", "from counts weeks, and every says no number Write every: 2 beside it."),
        ("{cycle: daily, from: 2027-02-01}", "from counts weeks, and every says no number"),
    ],
)  # fmt: skip
def test_a_mistake_is_answered_once_with_what_to_write(text: str, expected: str) -> None:
    (found,) = problems(text)
    assert expected in found


@pytest.mark.parametrize("key", ["groups", "daily_cap"])
def test_what_only_a_business_says_no_client_does(key: str) -> None:
    (found,) = problems(f"{key}: {{}}", client=True)
    assert f"has no {key!r}" in found


def test_a_client_s_anchor_must_fit_the_business_s_cycle() -> None:
    (found,) = problems("anchor: 15", client=True, business={"cycle": "weekly"})
    assert "anchor does not fit a weekly cycle" in found


def test_eleven_groups_that_say_when_are_too_many() -> None:
    groups = ", ".join(f"g{number}: {{at: '09:00'}}" for number in range(MOST_GROUPS + 1))
    (found,) = problems(f"groups: {{{groups}}}")
    assert found == "more than 10 groups say when they are billed Let some share their dates."


def test_all_that_is_wrong_is_told_at_once_with_its_line() -> None:
    with pytest.raises(BadFileError) as caught:
        settings("mode: drafts\ncycle: montly\nminimum: -1\n")
    assert [one.line for one in caught.value.problems] == [1, 2, 3]


def test_every_key_is_read() -> None:
    said = {
        "enabled": "true", "mode": "invoice", "cycle": "weekly", "anchor": "mon", "every": "2", "from": "2027-02-01",
        "at": "'08:00'", "channels": "[email]", "minimum": "0", "payment_terms": "{days: 1}", "exclude": "{}",
        "confirm_after": "1",
    }  # fmt: skip
    assert set(said) == set(KEYS)
    assert set(own("{" + ", ".join(f"{key}: {value}" for key, value in said.items()) + "}")) == set(KEYS)


def test_what_is_read_holds() -> None:
    said = settings("{enabled: true, mode: draft, payment_terms: {days: 5}, exclude: {kinds: [fee]}}")
    plan = plan_from(shop_of().business, [said])
    assert (plan.enabled, plan.mode, plan.terms_days, plan.without_kinds) == (True, Mode.DRAFT, 5, frozenset({"fee"}))
