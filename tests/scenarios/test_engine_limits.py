"""Limits where payers, versions and goals meet: nothing is due again and again, nothing is dropped (R5, R7, R8)."""

from tests.scenarios.story import ASK, Story, mail, wait

DAILY = {"times": 1, "per": "24h", "over": "skip"}


def test_a_limit_counts_for_a_payer_who_is_only_named_as_such(shop: Story) -> None:
    shop.client("acme")
    shop.client("zoe", bill_to="acme")
    shop.automation("receipt", "order.paid", {"issue_paid_invoice": {}})
    shop.automation("thanks", "invoice.paid", mail("Merci"), limit=DAILY)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00", paid=4500)
    shop.books("zoe", "cut", at="2027-01-05 11:00", when="2027-01-13 14:00", paid=4500)
    lines = shop.run()
    assert len(lines.of("message", "acme", template="send_email")) == 1
    assert lines.reasons("acme") == ["limit"]


def test_what_was_noted_and_is_paid_by_its_end_does_not_keep_the_rest_from_being_asked_for(shop: Story) -> None:
    shop.automation(
        "ask", "session.booked", ASK, limit={"times": 1, "per": "24h", "over": "merge"}, stop_when=["order.paid"]
    )
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    paid = shop.books("zoe", "cut", at="2027-01-05 11:00", when="2027-01-13 14:00")
    shop.books("zoe", "colour", at="2027-01-05 12:00", when="2027-01-14 14:00")
    shop.pays("zoe", 4500, at="2027-01-05 13:00", order=paid.id)
    lines = shop.run()
    assert [(line["at"][:16], line["total"]) for line in lines.of("invoice", "zoe") if line["amount_due"]] == [
        ("2027-01-05T10:00", 4500),
        ("2027-01-06T10:00", 8000),
    ]


def test_a_limit_that_became_narrower_counts_only_its_own_slots(shop: Story) -> None:
    limit = {"times": 3, "per": "24h", "over": "defer"}
    shop.automation("hello", "session.booked", mail("Bonjour"), limit=limit)
    narrower = {
        "automation": "hello",
        "trigger": {"on": "session.booked"},
        "limit": limit | {"times": 1},
        "steps": [mail("Bonjour")],
    }
    for hour in (8, 10, 12):
        shop.books("zoe", "cut", at=f"2027-01-05 {hour:02}:00", when="2027-01-20 14:00")
    shop.does("publish", at="2027-01-05 20:00", file=narrower)
    shop.books("zoe", "cut", at="2027-01-06 08:30", when="2027-01-21 14:00")
    shop.books("zoe", "cut", at="2027-01-06 13:00", when="2027-01-21 14:00")
    lines = shop.run()
    assert lines.times("message", "zoe") == [
        "2027-01-05 08:00",
        "2027-01-05 10:00",
        "2027-01-05 12:00",
        "2027-01-06 08:30",
        "2027-01-07 08:30",
    ]


def test_what_others_of_the_same_payer_owe_goes_out_with_an_earlier_request(shop: Story) -> None:
    shop.client("acme")
    shop.client("zoe", bill_to="acme")
    shop.client("ada", bill_to="acme")
    shop.automation("ask", "session.booked", ASK, limit={"times": 1, "per": "24h", "over": "merge"})
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.books("zoe", "colour", at="2027-01-05 11:00", when="2027-01-13 14:00")
    shop.books("ada", "cut", at="2027-01-05 12:00", when="2027-01-14 14:00")
    lines = shop.run()
    assert [(line["at"][:16], line["total"]) for line in lines.of("invoice", "acme")] == [
        ("2027-01-05T10:00", 4500),
        ("2027-01-05T12:00", 12500),
    ]


def test_a_run_of_many_reminders_of_a_payer_waits_for_its_slot_once(shop: Story) -> None:
    shop.automation("hello", "session.booked", wait(hours=1), mail("Bonjour"), limit=DAILY)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-12 14:00")
    shop.books("zoe", "cut", at="2027-01-06 10:00", when="2027-01-12 14:00")
    lines = shop.run()
    assert lines.times("message", "zoe") == ["2027-01-05 11:00", "2027-01-06 11:00"]
