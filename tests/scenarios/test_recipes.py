"""Each suggested automation at work: who gets what, when, and when they get nothing."""

import pytest

from models.languages import Language
from models.recipes import recipe_named
from tests.scenarios.story import ASK, Lines, Story, seat

BOOKED = "2027-01-05 10:00"
LADDER = "unpaid-invoice-reminders"
CLASS = {"id": "monday", "kind": "class"}


def cooked(shop: Story, name: str, language: Language = Language.FR) -> None:
    """Let the shop use a recipe as it is."""
    shop.named_files[name] = recipe_named(name).text(language)
    shop.file["automations"].append(name)


def received(lines: Lines, contact: str, recipe: str) -> list[tuple[str, str]]:
    """Return when a client got which subject from a recipe."""
    own = lines.of_automation(recipe).of("message", contact)
    return list(zip(own.times("message"), own.each("subject"), strict=True))


# Reminders


def test_an_unpaid_invoice_is_announced_and_reminded_of_three_times_on_working_days(shop: Story) -> None:
    shop.business["payment_terms"] = {"days": 14}
    shop.automation("ask", "session.booked", ASK)
    cooked(shop, LADDER)
    for contact in ("zoe", "ada"):
        shop.books(contact, "cut", at=BOOKED, when="2027-02-25 14:00")
    shop.pays("ada", 4500, at="2027-01-25 12:00", order="o2")
    lines = shop.run()
    assert lines.of("invoice").each("due_on") == ["2027-01-19", "2027-01-19"]
    assert received(lines, "zoe", LADDER) == [
        ("2027-01-18 09:00", "Votre facture 2027-0001 arrive à échéance – Atelier Lumière"),
        ("2027-01-22 09:00", "Rappel : facture 2027-0001 – Atelier Lumière"),
        ("2027-01-29 09:00", "Deuxième rappel : facture 2027-0001 – Atelier Lumière"),
        ("2027-02-18 09:00", "Dernier rappel : facture 2027-0001 – Atelier Lumière"),
    ]
    assert [at for at, _ in received(lines, "ada", LADDER)] == [
        "2027-01-18 09:00",
        "2027-01-22 09:00",
    ]
    assert lines.reasons() == ["goal"]
    for text in lines.of_automation(LADDER).of("message", "zoe").each("text"):
        assert "Atelier Lumière : 45,00\xa0€" in text


def test_reminders_show_what_is_left_and_a_paid_invoice_is_never_mentioned(shop: Story) -> None:
    shop.business["payment_terms"] = {"days": 14}
    shop.automation("ask", "session.booked", ASK)
    shop.automation("paid", "order.paid", {"issue_paid_invoice": None})
    cooked(shop, LADDER, Language.EN)
    shop.books("zoe", "cut", at=BOOKED, when="2027-02-25 14:00")
    shop.books("ada", "cut", at=BOOKED, when="2027-02-25 14:00", paid=4500)
    shop.pays("zoe", 1000, at="2027-01-21 12:00", order="o1")
    lines = shop.run()
    first = lines.of_automation(LADDER).one("message", "zoe", subject="Reminder: invoice 2027-0001 – Atelier Lumière")
    assert "Left to pay to Atelier Lumière: 35,00\xa0€" in first["text"]
    assert received(lines, "ada", LADDER) == []


def test_an_invoice_that_is_due_at_once_is_reminded_of_without_a_notice_before(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    cooked(shop, LADDER)
    shop.books("zoe", "cut", at=BOOKED, when="2027-02-25 14:00")
    lines = shop.run()
    assert [at for at, _ in received(lines, "zoe", LADDER)] == [
        "2027-01-08 09:00",
        "2027-01-15 09:00",
        "2027-02-04 09:00",
    ]
    assert lines.reasons() == ["stale"]


# Requests for payment


def test_a_booking_is_followed_by_its_invoice_and_more_of_them_by_one_together(shop: Story) -> None:
    cooked(shop, "payment-request-on-booking")
    shop.client("ada", name=None)
    shop.books("zoe", "cut", at=BOOKED, when="2027-02-25 14:00")
    shop.books("zoe", "colour", at="2027-01-05 11:00", when="2027-02-25 15:00")
    shop.books("zoe", "yoga", at="2027-01-05 12:00", when="2027-02-25 18:00")
    shop.books("ada", "cut", at="2027-01-05 13:00", when="2027-02-25 14:00")
    lines = shop.run()
    assert list(zip(lines.times("invoice"), lines.of("invoice").each("total"), strict=True)) == [
        (BOOKED, 4500),
        ("2027-01-05 13:00", 4500),
        ("2027-01-06 10:00", 9500),
    ]
    assert lines.times("message", "zoe") == [BOOKED, "2027-01-06 10:00"]
    assert lines.one("message", "ada")["text"].startswith(
        "Bonjour cher client,\n\nMerci pour votre réservation (Coupe, 25 février 2027"
    )


def test_a_request_goes_out_when_the_session_starts(shop: Story) -> None:
    cooked(shop, "payment-request-at-start")
    order = shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00")
    shop.books("ada", "cut", at=BOOKED, when="2027-01-12 15:00")
    shop.cancels("o2-b1", at="2027-01-11 10:00")
    lines = shop.run()
    assert lines.one("invoice")["charges"] == [order.booking]
    assert lines.times("message", "zoe") == ["2027-01-12 14:00"]
    assert "(Coupe, 14:00)" in lines.one("message", "zoe")["text"]
    assert lines.of("message", "ada") == []


def test_after_a_class_each_participant_gets_a_request_of_their_own(shop: Story) -> None:
    cooked(shop, "payment-request-after-session", Language.EN)
    for contact, seats in (("zoe", 1), ("ada", 2)):
        shop.books(contact, seat("yoga", "2027-01-12 18:00", session=CLASS, quantity=seats), at=BOOKED)
    lines = shop.run()
    assert lines.times("message", "zoe") == lines.times("message", "ada") == ["2027-01-12 19:00"]
    assert lines.one("invoice", "zoe")["total"] == 1500
    assert lines.one("invoice", "ada")["total"] == 3000
    assert lines.one("message", "zoe")["text"].startswith("Hello Zoé,\n\nThank you for coming (Yoga, ")


# Invoices and thanks


def test_each_fully_paid_order_gets_its_paid_invoice(shop: Story) -> None:
    cooked(shop, "invoice-for-paid-order")
    shop.books("zoe", "cut", at=BOOKED, when="2027-01-12 14:00", paid=4500)
    order = shop.books("ada", "cut", at=BOOKED, when="2027-01-12 14:00", paid=4000)
    shop.pays("ada", 500, at="2027-01-12 15:00", order=order.id, method="cash")
    lines = shop.run()
    assert lines.of("invoice").each("status") == ["paid", "paid"]
    assert received(lines, "zoe", "invoice-for-paid-order") == [
        (BOOKED, "Votre facture acquittée 2027-0001 – Atelier Lumière")
    ]
    assert lines.of_automation("invoice-for-paid-order").times("message", "ada") == ["2027-01-12 15:00"]


def test_who_pays_an_invoice_is_thanked_once_a_day(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    cooked(shop, "payment-thank-you")
    for _ in range(2):
        shop.books("zoe", "cut", at=BOOKED, when="2027-02-25 14:00")
    shop.pays("zoe", 4000, at="2027-01-08 10:00", order="o1")
    shop.pays("zoe", 500, at="2027-01-09 10:00", order="o1")
    shop.pays("zoe", 4500, at="2027-01-09 11:00", order="o2")
    lines = shop.run()
    assert received(lines, "zoe", "payment-thank-you") == [("2027-01-09 10:00", "Merci Zoé !")]
    assert "5,00\xa0€ : la facture 2027-0001" in lines.of_automation("payment-thank-you").one("message")["text"]
    assert lines.reasons() == ["limit"]


# Fees


POLICY = {"id": "fees", "accepted_at": "2027-01-05T09:00:00Z"}


def test_who_does_not_show_up_owes_a_fee_where_they_accepted_it_and_the_owner_is_told(shop: Story) -> None:
    cooked(shop, "no-show-fee")
    for contact, policy in (("zoe", POLICY), ("ada", None)):
        order = shop.books(contact, seat("cut", "2027-01-12 14:00", policy=policy), at=BOOKED)
        shop.attends(order.booking, "no_show", at="2027-01-12 15:00")
    lines = shop.run()
    assert lines.to_owner("message").each("subject") == ["Absence de Zoé", "Absence de Ada"]
    assert lines.reasons("zoe") == []
    assert lines.reasons("ada") == ["no_policy"]
    assert lines.one("alert")["reason"] == "no_policy"
    assert lines.of("invoice") == []


@pytest.mark.parametrize(("at", "asked"), [("2027-01-12 10:00", 1500), ("2027-01-11 10:00", None)])
def test_who_cancels_late_is_sent_the_invoice_of_a_fee_that_they_accepted(
    shop: Story, at: str, asked: int | None
) -> None:
    cooked(shop, "late-cancellation-fee")
    for contact, policy in (("zoe", POLICY), ("ada", None)):
        order = shop.books(contact, seat("cut", "2027-01-12 14:00", policy=policy), at=BOOKED)
        shop.cancels(order.booking, at=at)
    lines = shop.run()
    assert lines.of("invoice").each("amount_due") == ([asked] if asked else [])
    assert lines.times("message", "zoe") == ([at] if asked else [])
    assert all("Reste à payer : 15,00\xa0€" in text for text in lines.of("message").each("text"))
    assert lines.reasons("ada") == (["no_policy", "nothing_due"] if asked else [])
    assert lines.of("alert").each("reason") == (["no_policy"] if asked else [])


# Recurring payments


def test_a_recurring_payment_begins_with_a_welcome(shop: Story) -> None:
    cooked(shop, "recurring-payment-welcome")
    shop.subscribes("zoe", 2900, at=BOOKED, starts_on="2027-02-01", description="Yoga illimité")
    lines = shop.run(until="2027-01-20 00:00")
    assert received(lines, "zoe", "recurring-payment-welcome") == [(BOOKED, "Bienvenue – Atelier Lumière")]
    assert "Yoga illimité, 29,00\xa0€ par échéance" in lines.one("message", "zoe")["text"]


def test_who_ends_a_recurring_payment_is_asked_why_and_is_not_won_back_without_a_consent(shop: Story) -> None:
    cooked(shop, "recurring-payment-win-back", Language.EN)
    shop.subscribes("zoe", 2900, at="2027-01-02 10:00", starts_on="2027-06-01", description="Yoga")
    shop.unsubscribes(at=BOOKED)
    lines = shop.run()
    assert received(lines, "zoe", "recurring-payment-win-back") == [
        (BOOKED, "Your subscription has ended – Atelier Lumière")
    ]
    assert "Your subscription (Yoga) has ended" in lines.one("message", "zoe")["text"]
    skipped = lines.one("skipped", "zoe")
    assert (skipped["at"], skipped["reason"]) == ("2027-02-04T10:00:00+01:00", "no_consent")


# Cards


def test_a_client_whose_card_was_declined_is_told_charged_again_and_then_the_owner_hears_of_it(shop: Story) -> None:
    shop.automation("collect", "session.booked", ASK, {"charge_card": None})
    cooked(shop, "failed-card-follow-up")
    shop.business["cards"] = {"provider": "sandbox", "retry_days": []}
    for contact in ("zoe", "ada"):
        shop.does("save_card", at="2027-01-01 00:00", contact=contact, card="no_funds")
        shop.books(contact, "cut", at=BOOKED, when="2027-02-25 14:00")
    shop.does("save_card", at="2027-01-06 00:00", contact="ada", card="ok")
    lines = shop.run()
    text = lines.of_automation("failed-card-follow-up").one("message", "zoe")["text"]
    assert "45,00\xa0€ n'a pas abouti" in text
    assert lines.times("card_charge", "zoe", status="failed") == [BOOKED, "2027-01-08 10:00"]
    assert lines.times("card_charge", "ada", status="succeeded") == ["2027-01-08 10:00"]
    notices = lines.of_automation("failed-card-follow-up").to_owner("message")
    assert [line["subject"] for line in notices] == ["Carte refusée : Zoé, 45,00 €"]


# What waits for a later part of the system


def test_a_recipe_whose_trigger_is_still_to_come_does_nothing(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    cooked(shop, "draft-reminder")
    shop.books("zoe", "cut", at=BOOKED, when="2027-02-25 14:00")
    assert shop.run().of_automation("draft-reminder") == []
