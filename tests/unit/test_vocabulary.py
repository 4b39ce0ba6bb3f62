"""The vocabulary of automations covers every domain event, and nothing else triggers."""

import pytest

from models.events import INPUT_EVENTS, Fact
from models.flow import LATER
from models.steps import Document
from models.vocabulary import (
    ALWAYS,
    OFFERED,
    PROPERTIES,
    SUPPLIES,
    Action,
    Kind,
    trigger_complaint,
    vocabulary_of,
)


def test_every_domain_event_triggers_and_nothing_that_only_brings_data_does() -> None:
    assert set(SUPPLIES) == set(Fact)
    assert all(trigger_complaint(fact) is None for fact in Fact)
    assert all(trigger_complaint(name) for name in INPUT_EVENTS - set(Fact))


def test_every_trigger_supplies_the_contact_the_business_and_the_event() -> None:
    assert all(groups >= ALWAYS and groups <= set(PROPERTIES) for groups in SUPPLIES.values())


def test_every_group_is_supplied_by_some_trigger() -> None:
    assert set(PROPERTIES) == frozenset().union(*SUPPLIES.values())


@pytest.mark.parametrize(
    ("trigger", "name", "kind"),
    [
        ("invoice.paid", "payment.amount", Kind.MONEY),
        ("order.paid", "order.total", Kind.MONEY),
        ("session.booked", "session.starts_at", Kind.INSTANT),
        ("booking.no_show", "order.amount_due", Kind.MONEY),
        ("invoice.overdue", "invoice.due_on", Kind.DATE),
        ("invoice.overdue", "invoice.days_overdue", Kind.NUMBER),
        ("recurring_payment.started", "recurring_payment.amount", Kind.MONEY),
        ("message.failed", "contact.tags", Kind.LIST),
        ("com.example.thing", "event.data.a.b.c", Kind.ANY),
        ("com.example.thing", "contact.custom.shoe size", Kind.ANY),
        ("com.example.thing", "event.data.", None),
        ("com.example.thing", "event.data", None),
        ("charge.added", "order.total", None),
        ("invoice.overdue", "session.starts_at", None),
        ("payment.failed", "invoice.number", None),
        ("invoice.overdue", "invoice.total.amount", None),
    ],
)
def test_a_trigger_supplies_what_it_is_about(trigger: str, name: str, kind: Kind | None) -> None:
    assert vocabulary_of(trigger).kind(name) is kind


OWED = [
    fact for fact in Fact if fact.startswith(("session.", "booking.", "order.", "invoice."))
] + [Fact.CHARGE_ADDED, Fact.RECURRING_PAYMENT_STARTED, Fact.QUOTE_ACCEPTED]  # fmt: skip


@pytest.mark.parametrize("trigger", Fact)
def test_actions_are_offered_where_the_contract_says(trigger: Fact) -> None:
    words = vocabulary_of(trigger)
    assert words.offers("request_payment") is (trigger in OWED)
    assert words.offers("issue_paid_invoice") is (trigger == Fact.ORDER_PAID)
    assert words.offers("send_reminder") is trigger.startswith(("invoice.", "payment_link."))
    assert all(words.offers(action) for action in ("send_email", "send_sms", "notify_staff", "add_tag", "end"))


def test_an_action_that_is_refused_is_told_where_it_is_offered() -> None:
    words = vocabulary_of("contact.birthday")
    for action in Action:
        assert (
            words.offers(action) or "offer it: " in words.refusal(action) or "needs a document" in words.refusal(action)
        )
    assert set(OFFERED) <= set(Action)


def test_what_comes_later_is_something_that_files_can_say() -> None:
    assert set(LATER) <= {*Action, *Document}
