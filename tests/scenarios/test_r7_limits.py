"""R7: frequency limits: every window with its edges, what happens over them, and that no money is forgotten."""

from typing import Any

import pytest

from tests.scenarios.story import ASK, Lines, Story, euros, holds, mail, seat, wait
from tests.scenarios.story import when as given

LATER = "2027-12-20 10:00"


def limited(shop: Story, per: str, *steps: Any, on: str = "session.booked", **limit: Any) -> None:
    """Publish `hello`, once per window unless told otherwise."""
    shop.automation("hello", on, *(steps or (mail("Bonjour"),)), limit={"per": per} | limit)


def booked(shop: Story, *instants: str, contact: str = "zoe", service: str = "cut") -> None:
    """Book one appointment at each instant; o1, o2 … in this order."""
    shop.span("2027-01-01 00:00", "2028-01-01 00:00")
    for at in instants:
        shop.books(contact, service, at=at, when=LATER)


# Windows


WINDOWS = [
    ("24h", "2027-01-05 10:00", "2027-01-06 09:59:59", "2027-01-06 10:00"),
    ("24h", "2027-03-27 10:00", "2027-03-28 10:59:59", "2027-03-28 11:00"),
    ("24h", "2027-10-30 10:00", "2027-10-31 08:59:59", "2027-10-31 09:00"),
    ("7d", "2027-01-05 10:00", "2027-01-12 09:59:59", "2027-01-12 10:00"),
    ("7d", "2027-03-25 10:00", "2027-04-01 09:59:59", "2027-04-01 10:00"),
    ("7d", "2027-10-28 10:00", "2027-11-04 09:59:59", "2027-11-04 10:00"),
    ("day", "2027-01-05 00:00", "2027-01-05 23:59:59", "2027-01-06 00:00"),
    ("day", "2027-01-05 23:59:59", "2027-01-05 23:59:59", "2027-01-06 00:00"),
    ("day", "2027-03-28 00:00", "2027-03-28 23:59:59", "2027-03-29 00:00"),
    ("week", "2027-01-05 10:00", "2027-01-10 23:59:59", "2027-01-11 00:00"),
    ("week", "2027-01-10 23:00", "2027-01-10 23:59:59", "2027-01-11 00:00"),
    ("week", "2027-01-11 00:00", "2027-01-17 23:59:59", "2027-01-18 00:00"),
    ("month", "2027-01-31 10:00", "2027-01-31 23:59:59", "2027-02-01 00:00"),
    ("month", "2027-02-01 00:00", "2027-02-28 23:59:59", "2027-03-01 00:00"),
    # the limit, when its slot is taken, when it is still taken, when it is free again
]


def test_a_window_is_half_open(shop: Story) -> None:
    for number, (per, *instants) in enumerate(WINDOWS):
        shop.automation(f"a{number}", f"case.n{number}", mail(str(number)), limit={"per": per})
        for at in instants:
            shop.event(f"case.n{number}", at, {"contact": {"id": "zoe"}})
    shop.business["daily_cap"] = 1000
    lines = shop.run(until="2028-01-01 00:00")
    for number, (per, first, blocked, free) in enumerate(WINDOWS):
        own = lines.of_automation(f"a{number}")
        assert (per, own.times("message")) == (per, [first, free])
        assert (per, own.times("skipped", reason="limit")) == (per, [blocked])


def test_ever_never_ends(shop: Story) -> None:
    limited(shop, "ever")
    booked(shop, "2027-01-05 10:00", "2027-06-05 10:00", "2027-12-05 10:00")
    lines = shop.run()
    assert lines.times("message") == ["2027-01-05 10:00"]
    assert lines.reasons() == ["limit", "limit"]


def test_each_of_several_slots_has_its_own_end(shop: Story) -> None:
    limited(shop, "24h", times=2)
    booked(
        shop,
        "2027-01-05 10:00",
        "2027-01-05 14:00",
        "2027-01-05 15:00",
        "2027-01-06 10:00",
        "2027-01-06 11:00",
        "2027-01-06 14:00",
    )
    lines = shop.run()
    assert lines.times("message") == ["2027-01-05 10:00", "2027-01-05 14:00", "2027-01-06 10:00", "2027-01-06 14:00"]
    assert lines.times("skipped") == ["2027-01-05 15:00", "2027-01-06 11:00"]


def test_without_a_limit_every_trigger_counts(shop: Story) -> None:
    shop.automation("hello", "session.booked", mail("Bonjour"))
    booked(shop, "2027-01-05 10:00", "2027-01-05 10:00", "2027-01-05 10:01")
    assert len(shop.run().of("message")) == 3


def test_a_limit_counts_for_each_contact_and_each_automation(shop: Story) -> None:
    limited(shop, "ever")
    shop.automation("other", "session.booked", mail("Autre"), limit={"per": "ever"})
    booked(shop, "2027-01-05 10:00")
    booked(shop, "2027-01-05 11:00", contact="ada")
    assert len(shop.run().of("message")) == 4


def test_by_names_what_else_the_limit_counts_for(shop: Story) -> None:
    expected = {"contact": 1, "service": 2, "order": 4, "session": 3}
    for by in expected:
        shop.automation(by, "session.booked", mail(by), limit={"per": "ever", "by": [by]})
    shop.books("zoe", seat("cut", "2027-01-20 10:00", session={"id": "s1"}), at="2027-01-05 10:00")
    shop.books("zoe", seat("cut", "2027-01-20 10:00", session={"id": "s1"}), at="2027-01-05 11:00")
    shop.books("zoe", seat("cut", "2027-01-21 10:00", session={"id": "s2"}), at="2027-01-05 12:00")
    shop.books("zoe", seat("colour", "2027-01-22 10:00", session={"id": "s3"}), at="2027-01-05 13:00")
    lines = shop.run()
    assert {by: len(lines.of_automation(by).of("message")) for by in expected} == expected


def test_by_invoice_counts_for_each_document(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    limited(shop, "month", {"send_reminder": {}}, on="invoice.overdue", by=["invoice"])
    booked(shop, "2027-01-05 10:00", "2027-01-09 10:00")
    shop.does("set_due", at="2027-01-10 10:00", number="2027-0001", due_on="2027-01-12")
    lines = shop.run(until="2027-01-31 00:00")
    assert lines.times("message", template="send_reminder") == ["2027-01-06 00:00", "2027-01-10 00:00"]
    assert lines.times("skipped", reason="limit") == ["2027-01-13 00:00"]


# Slots that are given back


def test_a_run_without_any_effect_gives_its_slot_back(shop: Story) -> None:
    big = holds("order.total", "greater_than", 50)
    limited(shop, "ever", given(big, mail("Grand")))
    booked(shop, "2027-01-05 10:00")
    booked(shop, "2027-01-05 11:00", "2027-01-05 12:00", service="colour")
    lines = shop.run()
    assert lines.times("message") == ["2027-01-05 11:00"]
    assert lines.reasons() == ["condition", "limit"]


def test_a_cancelled_run_gives_its_slot_back(shop: Story) -> None:
    limited(shop, "ever", wait(days=1), mail("Demain"))
    booked(shop, "2027-01-05 10:00", "2027-01-05 11:00", "2027-01-05 13:00")
    shop.cancels("o1-b1", at="2027-01-05 12:00")
    lines = shop.run()
    assert lines.times("message") == ["2027-01-06 13:00"]
    assert lines.reasons() == ["limit", "cancelled"]


def test_a_goal_gives_the_slot_back(shop: Story) -> None:
    limited(shop, "ever", wait(days=1), mail("Payez"))
    shop.file["automations"][0]["stop_when"] = ["order.paid"]
    booked(shop, "2027-01-05 10:00", "2027-01-05 13:00")
    shop.pays("zoe", 4500, at="2027-01-05 12:00", order="o1")
    assert shop.run().times("message", subject="Payez") == ["2027-01-06 13:00"]


def test_a_message_that_had_no_channel_gives_the_slot_back(shop: Story) -> None:
    shop.client("zoe", email=None)
    limited(shop, "ever")
    booked(shop, "2027-01-05 10:00")
    shop.event("contact.updated", "2027-01-05 12:00", {"contact": {"id": "zoe", "email": "zoe@example.org"}})
    booked(shop, "2027-01-05 13:00")
    lines = shop.run()
    assert lines.times("message", "zoe") == ["2027-01-05 13:00"]
    assert lines.reasons() == ["no_channel"]


def test_a_run_with_an_effect_keeps_its_slot_also_when_it_is_cancelled(shop: Story) -> None:
    limited(shop, "ever", mail("1"), wait(days=1), mail("2"))
    booked(shop, "2027-01-05 10:00", "2027-01-05 13:00")
    shop.cancels("o1-b1", at="2027-01-05 12:00")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["1"]
    assert sorted(lines.reasons()) == ["cancelled", "limit"]


# Merging


def totals(lines: Lines) -> list[tuple[str, int]]:
    """Return when which invoices were made."""
    return list(zip(lines.times("invoice"), lines.of("invoice").each("total"), strict=True))


def test_merging_is_what_a_request_does_over_its_limit(shop: Story) -> None:
    limited(shop, "24h", ASK)
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00", "2027-01-05 23:00", "2027-01-06 09:00")
    lines = shop.run()
    assert totals(lines) == [("2027-01-05 10:00", 4500), ("2027-01-06 10:00", 13500)]
    assert lines.times("message") == ["2027-01-05 10:00", "2027-01-06 10:00"]
    assert lines.of("invoice")[1]["charges"] == ["o2-b1", "o3-b1", "o4-b1"]
    assert lines.of("skipped") == []
    assert lines.of("invoice")[1]["cause"]["automation"] == "hello"


@pytest.mark.parametrize(
    ("per", "end"),
    [
        ("day", "2027-01-06 00:00"),
        ("week", "2027-01-11 00:00"),
        ("month", "2027-02-01 00:00"),
        ("7d", "2027-01-12 10:00"),
    ],
)
def test_what_is_merged_goes_out_at_the_end_of_the_window(shop: Story, per: str, end: str) -> None:
    limited(shop, per, ASK, over="merge")
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00", "2027-01-05 23:00")
    assert totals(shop.run()) == [("2027-01-05 10:00", 4500), (end, 9000)]


def test_the_merged_request_takes_a_slot_of_the_next_window(shop: Story) -> None:
    limited(shop, "24h", ASK)
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00", "2027-01-06 11:00", "2027-01-07 09:00", "2027-01-08 11:00")
    assert totals(shop.run()) == [
        ("2027-01-05 10:00", 4500),
        ("2027-01-06 10:00", 4500),
        ("2027-01-07 10:00", 9000),
        ("2027-01-08 11:00", 4500),
    ]


def test_an_allowed_run_at_the_end_of_the_window_takes_along_what_was_noted(shop: Story) -> None:
    limited(shop, "24h", ASK)
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00", "2027-01-06 10:00")
    lines = shop.run()
    assert totals(lines) == [("2027-01-05 10:00", 4500), ("2027-01-06 10:00", 9000)]
    assert lines.of("skipped") == []


def test_a_run_that_still_waits_for_its_own_request_takes_along_what_was_noted(shop: Story) -> None:
    limited(shop, "24h", wait(hours=3), ASK)
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00")
    assert totals(shop.run()) == [("2027-01-05 13:00", 9000)]


def test_an_allowed_run_of_another_group_takes_along_what_was_noted(shop: Story) -> None:
    limited(shop, "24h", ASK, by=["service"])
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00")
    booked(shop, "2027-01-05 14:00", service="colour")
    assert totals(shop.run()) == [("2027-01-05 10:00", 4500), ("2027-01-05 14:00", 12500)]


def test_the_noted_charges_of_one_client_are_not_billed_to_another(shop: Story) -> None:
    limited(shop, "24h", ASK)
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00")
    booked(shop, "2027-01-05 14:00", contact="ada", service="colour")
    lines = shop.run()
    assert lines.of("invoice", "zoe").each("total") == [4500, 4500]
    assert lines.of("invoice", "ada").each("total") == [8000]


def test_noted_charges_of_two_clients_with_one_payer_are_never_billed_twice(shop: Story) -> None:
    shop.client("firm", kind="business", company={"name": "Firm"})
    shop.client("zoe", bill_to="firm")
    shop.client("ada", bill_to="firm")
    limited(shop, "24h", ASK)
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00")
    booked(shop, "2027-01-05 14:00", contact="ada", service="colour")
    lines = shop.run()
    assert sum(lines.of("invoice", "firm").each("total")) == 4500 + 4500 + 8000
    charges = [charge for line in lines.of("invoice") for charge in line["charges"]]
    assert sorted(charges) == ["o1-b1", "o2-b1", "o3-b1"]


def test_another_currency_has_a_document_of_its_own(shop: Story) -> None:
    shop.file["services"].append({"id": "spa", "name": "Spa", "price": euros(9000, "CHF")})
    limited(shop, "24h", ASK)
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00")
    booked(shop, "2027-01-05 13:00", service="spa")
    lines = shop.run()
    assert [(line["total"], line["currency"]) for line in lines.of("invoice")[:1]] == [(4500, "EUR")]
    assert sorted((line["total"], line["currency"]) for line in lines.of("invoice")[1:]) == [
        (4500, "EUR"),
        (9000, "CHF"),
    ]
    assert lines.times("invoice")[1:] == ["2027-01-06 10:00"] * 2


def test_noted_charges_leave_when_their_booking_is_cancelled(shop: Story) -> None:
    limited(shop, "24h", ASK)
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00", "2027-01-05 13:00")
    shop.cancels("o2-b1", at="2027-01-05 20:00")
    assert totals(shop.run()) == [("2027-01-05 10:00", 4500), ("2027-01-06 10:00", 4500)]


def test_when_all_noted_charges_have_left_nothing_goes_out_and_one_line_says_so(shop: Story) -> None:
    limited(shop, "24h", ASK)
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00", "2027-01-05 13:00")
    shop.cancels("o2-b1", at="2027-01-05 20:00")
    shop.cancels("o3-b1", at="2027-01-05 21:00")
    booked(shop, "2027-01-06 12:00")
    lines = shop.run()
    assert totals(lines) == [("2027-01-05 10:00", 4500), ("2027-01-06 12:00", 4500)]
    assert lines.times("skipped", reason="cancelled") == ["2027-01-05 20:00", "2027-01-05 21:00"]
    assert len(lines.of("skipped")) == 2


def test_noted_charges_that_were_paid_meanwhile_are_not_asked_for(shop: Story) -> None:
    limited(shop, "24h", ASK)
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00", "2027-01-05 13:00")
    shop.pays("zoe", 4500, at="2027-01-05 20:00", order="o2")
    shop.pays("zoe", 4500, at="2027-01-05 20:00", order="o3")
    lines = shop.run()
    assert lines.times("message", template="request_payment") == ["2027-01-05 10:00"]


def test_a_merged_order_brings_all_its_charges(shop: Story) -> None:
    limited(shop, "24h", ASK)
    booked(shop, "2027-01-05 10:00")
    shop.books("zoe", seat("cut", "2027-02-01 10:00"), seat("colour", "2027-02-02 10:00"), at="2027-01-05 12:00")
    lines = shop.run()
    assert lines.of("invoice").each("charges") == [["o1-b1"], ["o2-b1", "o2-b2"]]


def test_what_follows_the_request_is_done_once_for_what_was_merged(shop: Story) -> None:
    limited(shop, "24h", wait(hours=1), ASK, mail("Merci"))
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00", "2027-01-05 13:00")
    lines = shop.run()
    assert totals(lines) == [("2027-01-05 11:00", 4500), ("2027-01-06 10:00", 9000)]
    assert lines.times("message", subject="Merci") == ["2027-01-05 11:00", "2027-01-06 10:00"]


def test_classes_of_one_participant_are_merged(shop: Story) -> None:
    limited(shop, "day", ASK, on="session.ended")
    for number, hour in enumerate((9, 11, 18)):
        shop.books(
            "zoe",
            seat("yoga", f"2027-01-12 {hour:02}:00", session={"id": f"y{number}", "kind": "class"}),
            at="2027-01-05 09:00",
        )
    assert totals(shop.run()) == [("2027-01-12 10:00", 1500), ("2027-01-13 00:00", 3000)]


def test_an_overdue_invoice_over_the_limit_is_not_forgotten(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    limited(shop, "7d", ASK, on="invoice.overdue")
    booked(shop, "2027-01-05 10:00", "2027-01-05 11:00")
    lines = shop.run(until="2027-02-01 00:00")
    again = lines.of_automation("hello")
    assert again.times("message")[0] == "2027-01-06 00:00"
    assert len(again.of("message")) + len(again.of("skipped")) == 2


# Deferring


def test_deferred_runs_start_one_for_each_free_slot_in_order(shop: Story) -> None:
    limited(shop, "24h", mail("{{ order.id }}"), over="defer")
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00", "2027-01-05 13:00", "2027-01-05 14:00")
    lines = shop.run()
    assert [*zip(lines.times("message"), lines.of("message").each("subject"), strict=True)] == [
        ("2027-01-05 10:00", "o1"),
        ("2027-01-06 10:00", "o2"),
        ("2027-01-07 10:00", "o3"),
        ("2027-01-08 10:00", "o4"),
    ]
    assert lines.of("skipped") == []


def test_deferred_runs_come_before_new_ones_at_the_same_instant_or_after_them(shop: Story) -> None:
    limited(shop, "24h", mail("{{ order.id }}"), over="defer")
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00", "2027-01-06 10:00")
    lines = shop.run()
    assert lines.times("message") == ["2027-01-05 10:00", "2027-01-06 10:00", "2027-01-07 10:00"]
    assert sorted(lines.of("message").each("subject")) == ["o1", "o2", "o3"]


def test_a_deferred_request_bills_its_own_order(shop: Story) -> None:
    limited(shop, "day", wait(hours=2), ASK, over="defer")
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00")
    assert totals(shop.run()) == [("2027-01-05 12:00", 4500), ("2027-01-06 02:00", 4500)]


def test_a_deferred_run_ends_with_its_booking(shop: Story) -> None:
    limited(shop, "24h", mail("{{ order.id }}"), over="defer")
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00", "2027-01-05 13:00")
    shop.cancels("o2-b1", at="2027-01-05 20:00")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["o1", "o3"]
    assert lines.times("message") == ["2027-01-05 10:00", "2027-01-06 10:00"]
    assert lines.times("skipped", reason="cancelled") == ["2027-01-05 20:00"]


def test_a_slot_that_is_given_back_is_taken_by_the_next_that_asks(shop: Story) -> None:
    limited(shop, "24h", wait(hours=5), mail("{{ order.id }}"), over="defer")
    booked(shop, "2027-01-05 10:00", "2027-01-05 11:00")
    shop.cancels("o1-b1", at="2027-01-05 12:00")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["o2"]


def test_several_deferred_runs_start_together_when_several_slots_are_free(shop: Story) -> None:
    limited(shop, "day", mail("{{ order.id }}"), times=2, over="defer")
    booked(shop, *(f"2027-01-05 {hour:02}:00" for hour in range(8, 13)))
    lines = shop.run()
    assert lines.times("message") == [
        *("2027-01-05 08:00", "2027-01-05 09:00"),
        *("2027-01-06 00:00", "2027-01-06 00:00"),
        "2027-01-07 00:00",
    ]
    assert sorted(lines.of("message").each("subject")[2:4]) == ["o3", "o4"]


def test_skip_forgets_the_request_but_not_the_money(shop: Story) -> None:
    limited(shop, "24h", ASK, over="skip")
    booked(shop, "2027-01-05 10:00", "2027-01-05 12:00")
    lines = shop.run()
    assert totals(lines) == [("2027-01-05 10:00", 4500)]
    assert lines.reasons() == ["limit"]


# The same at an outage's end


def test_the_window_of_what_an_outage_delayed_begins_when_the_run_did(shop: Story) -> None:
    limited(shop, "24h", ASK)
    shop.does("outage", at="2027-01-05 09:00", hours=5)
    booked(shop, "2027-01-05 10:00", "2027-01-05 11:00")
    assert totals(shop.run()) == [("2027-01-05 14:00", 4500), ("2027-01-06 14:00", 4500)]


def test_merged_charges_that_were_due_in_an_outage_go_out_once_after_it(shop: Story) -> None:
    limited(shop, "24h", ASK)
    booked(shop, "2027-01-05 10:00", "2027-01-05 11:00", "2027-01-05 12:00")
    shop.does("outage", at="2027-01-06 09:00", hours=72)
    assert totals(shop.run()) == [("2027-01-05 10:00", 4500), ("2027-01-09 09:00", 9000)]
