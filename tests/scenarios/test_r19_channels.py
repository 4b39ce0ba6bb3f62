"""R19: which channel a message takes, what happens without one, and quiet hours."""

from tests.scenarios.story import ASK, Story, mail, remind, seat, wait

QUIET = {"from": "21:00", "to": "08:00"}


def test_without_an_address_the_document_is_made_and_the_owner_is_told(shop: Story) -> None:
    shop.client("zoe", email=None)
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-02-20 10:00")
    lines = shop.run()
    assert lines.one("invoice", "zoe")["total"] == 4500
    assert lines.of("message") == []
    assert lines.of("event", type="invoice.sent") == []
    skipped = lines.one("skipped", "zoe")
    assert (skipped["reason"], skipped["cause"]["automation"], skipped["cause"]["step"]) == ("no_channel", "ask", "0")
    alert = lines.one("alert")
    assert (alert["reason"], alert["contact"]) == ("no_channel", None)


def test_without_an_address_a_letter_is_skipped_and_the_run_goes_on(shop: Story) -> None:
    shop.client("zoe", email=None)
    shop.automation("hello", "session.booked", mail("1"), {"notify_staff": {"subject": "2", "message": "2"}})
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-02-20 10:00")
    lines = shop.run()
    assert lines.reasons("zoe") == ["no_channel"]
    assert lines.to_owner("message").each("subject") == ["2"]


def test_the_payer_gets_the_document_not_the_participant(shop: Story) -> None:
    shop.client("kid", email="kid@example.org")
    shop.automation("ask", "session.ended", ASK)
    shop.books("zoe", seat("yoga", "2027-01-12 18:00", contact={"id": "kid"}), at="2027-01-05 10:00")
    lines = shop.run()
    assert lines.one("message")["to"] == "zoe@example.org"
    assert lines.one("invoice")["contact"] == "zoe"


def test_whom_a_client_names_as_payer_gets_the_document(shop: Story) -> None:
    shop.client("firm", kind="business", company={"name": "Firm SARL"}, email="billing@firm.example")
    shop.client("zoe", bill_to="firm")
    shop.automation("ask", "session.booked", ASK)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-02-20 10:00")
    lines = shop.run()
    assert lines.one("message")["to"] == "billing@firm.example"
    assert lines.one("invoice")["contact"] == "firm"


def test_quiet_hours_hold_every_message_until_they_end_never_documents(shop: Story) -> None:
    expected = [
        ("2027-01-05 20:59:59", "2027-01-05 20:59:59"),
        ("2027-01-05 21:00", "2027-01-06 08:00"),
        ("2027-01-05 23:30", "2027-01-06 08:00"),
        ("2027-01-06 00:00", "2027-01-06 08:00"),
        ("2027-01-06 07:59:59", "2027-01-06 08:00"),
        ("2027-01-06 08:00", "2027-01-06 08:00"),
        ("2027-03-28 01:30", "2027-03-28 08:00"),
    ]
    shop.business["quiet_hours"] = QUIET
    shop.automation("ask", "session.booked", ASK, mail("Bonjour"), {"notify_staff": {}})
    for booked, _ in expected:
        shop.books("zoe", "cut", at=booked, when="2027-05-20 10:00")
    lines = shop.run(until="2027-05-01 00:00")
    assert lines.times("invoice") == [booked for booked, _ in expected]
    assert lines.times("event", type="invoice.sent") == [sent for _, sent in expected]
    assert lines.times("message", subject="Bonjour") == [sent for _, sent in expected]
    assert lines.times("message", template="notify_staff") == [sent for _, sent in expected]


def test_quiet_hours_within_one_day(shop: Story) -> None:
    shop.business["quiet_hours"] = {"from": "12:00", "to": "14:00"}
    shop.automation("hello", "session.booked", mail("Bonjour"))
    for hour in (11, 12, 13, 14):
        shop.books("zoe", "cut", at=f"2027-01-05 {hour}:00", when="2027-02-20 10:00")
    assert shop.run().times("message") == ["2027-01-05 11:00", *["2027-01-05 14:00"] * 3]


def test_quiet_hours_do_not_move_the_steps_behind(shop: Story) -> None:
    shop.business["quiet_hours"] = QUIET
    shop.automation("hello", "session.booked", mail("1"), wait(hours=12), mail("2"))
    shop.books("zoe", "cut", at="2027-01-05 22:00", when="2027-02-20 10:00")
    assert shop.run().times("message") == ["2027-01-06 08:00", "2027-01-06 10:00"]


def test_a_message_that_waits_for_the_morning_says_what_is_true_then(shop: Story) -> None:
    shop.business["quiet_hours"] = QUIET
    shop.automation("hello", "session.booked", mail("{{ session.starts_at | date: '%H:%M' }} {{ contact.name }}"))
    order = shop.books("zoe", "cut", at="2027-01-05 22:00", when="2027-01-20 10:00")
    shop.moves(order.booking, to="2027-01-20 16:00", at="2027-01-06 07:00")
    shop.event("contact.updated", "2027-01-06 07:30", {"contact": {"id": "zoe", "name": "Zoë"}})
    assert shop.run().one("message")["subject"] == "16:00 Zoë"


def test_a_message_that_waits_for_the_morning_is_not_sent_for_a_cancelled_booking(shop: Story) -> None:
    shop.business["quiet_hours"] = QUIET
    shop.automation("hello", "session.booked", mail("Bonjour"))
    shop.automation("kept", "session.booked", mail("Gardé"), keep_on_cancel=True)
    shop.automation("sorry", "booking.cancelled", mail("Annulé"))
    order = shop.books("zoe", "cut", at="2027-01-05 22:00", when="2027-01-20 10:00")
    shop.cancels(order.booking, at="2027-01-06 07:00")
    lines = shop.run()
    assert sorted(lines.of("message").each("subject")) == ["Annulé", "Gardé"]
    assert lines.reasons() == ["cancelled"]


def test_a_reminder_on_a_document_in_quiet_hours_shows_the_balance_of_the_morning(shop: Story) -> None:
    shop.business["quiet_hours"] = QUIET
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", remind("Reste {{ invoice.amount_due | money }}"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-20 10:00")
    shop.pays("zoe", 1000, at="2027-01-06 07:00", order="o1")
    lines = shop.run()
    assert lines.of_automation("dun").of("message").each("text") == ["Reste 35,00\xa0€"]


def test_the_purpose_of_each_message(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, mail("libre"), {"notify_staff": {}})
    shop.automation("dun", "invoice.overdue", remind("1"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-20 10:00")
    lines = shop.run()
    assert {line["template"]: line["purpose"] for line in lines.of("message")} == {
        "request_payment": "legal",
        "send_email": "service",
        "notify_staff": "service",
        "send_reminder": "service",
    }


def test_marketing_needs_a_consent(shop: Story) -> None:
    shop.automation("news", "session.booked", mail("Promo", purpose="marketing"), mail("Bonjour"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-20 10:00")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["Bonjour"]
    assert lines.reasons("zoe") == ["no_consent"]


def test_marketing_goes_from_a_yes_to_the_next_no(shop: Story) -> None:
    shop.automation("news", "session.booked", mail("Promo", purpose="marketing"))
    for day in (5, 7, 9):
        shop.books("zoe", "cut", at=f"2027-01-0{day} 10:00", when="2027-01-20 10:00")
    shop.does("consent", at="2027-01-06 10:00", contact="zoe", purpose="marketing", agrees=True)
    shop.does("consent", at="2027-01-08 10:00", contact="zoe", purpose="marketing", agrees=False)
    lines = shop.run()
    assert lines.times("message", "zoe") == ["2027-01-07 10:00"]
    assert lines.reasons("zoe") == ["no_consent", "no_consent"]


def test_who_wants_no_service_messages_gets_none_and_the_owner_is_told(shop: Story) -> None:
    shop.automation("hello", "session.booked", mail("Bonjour"))
    shop.does("consent", at="2027-01-02 10:00", contact="zoe", purpose="service", agrees=False)
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-20 10:00")
    shop.books("ada", "cut", at="2027-01-05 10:00", when="2027-01-20 10:00")
    lines = shop.run()
    assert lines.of("message").each("contact") == ["ada"]
    assert lines.to_owner("alert").each("about") == ["zoe"]


def test_what_an_unknown_client_says_is_refused(shop: Story) -> None:
    shop.does("consent", at="2027-01-02 10:00", contact="nobody", purpose="marketing", agrees=True)
    assert shop.run().reasons() == ["refused"]


def test_nothing_goes_to_a_client_unless_somebody_asked_for_it(shop: Story) -> None:
    order = shop.books("zoe", seat("cut", "2027-01-12 10:00"), seat("yoga", "2027-01-13 10:00"), at="2027-01-05 10:00")
    shop.moves(order.bookings[0], to="2027-01-14 10:00", at="2027-01-06 10:00")
    shop.attends(order.bookings[1], "no_show", at="2027-01-13 10:30")
    shop.cancels(order.bookings[0], at="2027-01-13 11:00")
    shop.owes("zoe", 3000, at="2027-01-06 10:00")
    shop.subscribes("zoe", 3000, at="2027-01-06 10:00", starts_on="2027-06-01")
    lines = shop.run()
    assert lines.of("message") == []
    assert lines.of("invoice") == []
    assert lines.of("skipped") == []
