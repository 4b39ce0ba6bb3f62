"""The simulator itself: however much happens at one instant, all of it is decided at that instant."""

from tasks.events import ROUNDS
from tests.scenarios.story import ASK, Story, euros, mail

MANY = ROUNDS + 5
AT = "2027-01-05 10:00"


def test_more_events_at_one_instant_than_one_drain_decides(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    for number in range(MANY):
        shop.books("zoe", "cut", at=AT, when="2027-01-12 14:00", order=f"n{number}")
    lines = shop.run()
    assert lines.times("invoice", "zoe") == [AT] * MANY
    assert len(lines.of("event", type="invoice.overdue")) == MANY


def test_the_start_is_included_and_the_end_is_not(shop: Story) -> None:
    shop.automation("hello", "client.said_hello", mail("Bonjour"))
    shop.span("2027-01-05 10:00", "2027-01-06 10:00")
    for at in ("2027-01-05 09:59:59", "2027-01-05 10:00", "2027-01-06 09:59:59", "2027-01-06 10:00"):
        shop.event("client.said_hello", at, {"contact": {"id": "zoe"}})
    assert shop.run().times("message") == ["2027-01-05 10:00", "2027-01-06 09:59:59"]


def test_an_act_sees_every_event_before_it_at_its_instant(shop: Story) -> None:
    for number in range(MANY):
        shop.owes("zoe", 100 + number, at=AT)
    shop.automation("ask", "charge.added", ASK)
    shop.does("pay", at=AT, number=f"2027-{MANY:04}")
    assert shop.run().one("payment", "zoe")["amount"] == 100 + MANY - 1


def test_a_payment_by_link_finds_no_link(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at=AT, when="2027-01-12 14:00")
    shop.does("pay", at="2027-01-06 10:00", contact="zoe", document="link", amount=euros(4500))
    lines = shop.run()
    assert not lines.of("payment")
    assert lines.one("skipped")["cause"] == {"act": "pay"}
