"""R19: e-mail, SMS or both, as they are wanted and as far as they are open to a client."""

from typing import Any

import pytest

from tests.scenarios.story import ASK, Lines, Story, mail, remind

MOBILE = "+33612345678"
TYPED = "06 12 34 56 78"
BOOKED, SESSION = "2027-01-05 10:00", "2027-02-20 10:00"


def sms(text: str, **keys: Any) -> dict[str, Any]:
    return {"send_sms": {"message": text} | keys}


def asking(*channels: str) -> dict[str, Any]:
    return {"request_payment": {"channels": list(channels)}}


def told(shop: Story, *steps: dict[str, Any], **keys: Any) -> Lines:
    """Let Zoe book, and return what the steps of an automation then come to."""
    shop.automation("tell", "session.booked", *steps, **keys)
    shop.books("zoe", "cut", at=BOOKED, when=SESSION)
    return shop.run()


def ways(lines: Lines) -> list[tuple[str, str]]:
    return [(line["channel"], line["to"]) for line in lines.of("message", "zoe")]


MAILED, TEXTED = ("email", "zoe@example.org"), ("sms", MOBILE)


# --- email, sms or both


@pytest.mark.parametrize(
    ("channels", "taken"),
    [
        (["email"], [MAILED]),
        (["sms"], [TEXTED]),
        (["email", "sms"], [MAILED, TEXTED]),
        (["sms", "email"], [MAILED, TEXTED]),
    ],
)
def test_a_request_goes_over_the_wanted_channels(
    shop: Story, channels: list[str], taken: list[tuple[str, str]]
) -> None:
    shop.client("zoe", phone=TYPED)
    assert ways(told(shop, asking(*channels))) == taken


def test_where_a_step_names_none_the_channels_of_the_business_hold(shop: Story) -> None:
    shop.business["channels"] = ["sms"]
    shop.client("zoe", phone=MOBILE)
    assert ways(told(shop, ASK)) == [TEXTED]


def test_e_mail_is_the_channel_of_a_business_that_names_none(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE)
    assert ways(told(shop, ASK)) == [MAILED]


# --- no valid mobile number, no gateway: e-mail


@pytest.mark.parametrize("phone", [None, "", "12", "01 42 68 53 00", "call me", "+999 123", "0612345678901234567890"])
@pytest.mark.parametrize("channels", [["sms"], ["email", "sms"]])
def test_without_a_valid_mobile_number_it_is_one_mail(shop: Story, phone: str | None, channels: list[str]) -> None:
    shop.client("zoe", phone=phone)
    lines = told(shop, asking(*channels))
    assert ways(lines) == [MAILED]
    assert lines.of("skipped") == []
    assert lines.of("alert") == []


def test_a_number_without_a_country_code_is_one_of_the_business_s_country(shop: Story) -> None:
    shop.business.update(country="CH", timezone="Europe/Zurich", currency="CHF", tax_rate="8.1")
    shop.client("zoe", phone="079 210 12 34")
    assert ways(told(shop, sms("Bonjour"))) == [("sms", "+41792101234")]


def test_without_a_gateway_it_is_one_mail(shop: Story) -> None:
    shop.business["sms"] = {"enabled": False}
    shop.client("zoe", phone=MOBILE)
    assert ways(told(shop, asking("sms"))) == [MAILED]


def test_a_phone_that_changes_counts_from_then_on(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE)
    shop.automation("tell", "session.booked", sms("Bonjour"))
    for day, phone in ((5, None), (6, "01 42 68 53 00"), (7, "+33687654321"), (8, "")):
        if phone is not None:
            shop.event("contact.updated", f"2027-01-0{day} 09:00", {"contact": {"id": "zoe", "phone": phone}})
        shop.books("zoe", "cut", at=f"2027-01-0{day} 10:00", when=SESSION)
    assert ways(shop.run()) == [TEXTED, MAILED, ("sms", "+33687654321"), MAILED]


# --- no e-mail either: the document is made, the owner is told


@pytest.mark.parametrize("channels", [["sms"], ["email"], ["email", "sms"]])
def test_without_any_address_the_document_is_made_and_the_owner_is_told(shop: Story, channels: list[str]) -> None:
    shop.client("zoe", email=None, phone="12")
    lines = told(shop, asking(*channels))
    assert lines.one("invoice", "zoe")["total"] == 4500
    assert ways(lines) == []
    assert lines.reasons("zoe") == ["no_channel"]
    assert lines.to_owner("alert").each("reason") == ["no_channel"]


def test_without_an_e_mail_address_sms_alone_brings_a_request(shop: Story) -> None:
    shop.client("zoe", email=None, phone=MOBILE)
    lines = told(shop, asking("email", "sms"))
    assert ways(lines) == [TEXTED]
    assert lines.of("alert") == []


def test_where_only_e_mail_is_wanted_sms_does_not_take_its_place(shop: Story) -> None:
    shop.client("zoe", email=None, phone=MOBILE)
    lines = told(shop, asking("email"))
    assert ways(lines) == []
    assert lines.reasons("zoe") == ["no_channel"]


# --- purposes


def test_a_document_itself_goes_by_e_mail_whatever_is_wanted(shop: Story) -> None:
    shop.business["channels"] = ["sms"]
    shop.client("zoe", phone=MOBILE)
    shop.books("zoe", "cut", at=BOOKED, when=SESSION)
    shop.pays("zoe", 4500, at="2027-01-06 10:00", order="o1")
    lines = shop.run()
    assert ways(lines) == [MAILED, TEXTED]
    assert set(lines.of("message").each("purpose")) == {"legal"}
    assert set(lines.of("message").each("template")) == {"receipt"}


def test_a_document_without_an_e_mail_address_is_the_owner_s_to_print(shop: Story) -> None:
    shop.business["channels"] = ["sms"]
    shop.client("zoe", email=None, phone=MOBILE)
    shop.books("zoe", "cut", at=BOOKED, when=SESSION)
    shop.pays("zoe", 4500, at="2027-01-06 10:00", order="o1")
    lines = shop.run()
    assert ways(lines) == [TEXTED]
    assert lines.to_owner("alert").each("reason") == ["no_channel"]
    assert lines.of("skipped") == []


def opts_out(shop: Story, channel: str, purpose: str = "service", *, agrees: bool = False) -> None:
    shop.does("consent", at="2027-01-02 10:00", contact="zoe", purpose=purpose, channel=channel, agrees=agrees)


@pytest.mark.parametrize(
    ("refused", "wanted", "taken"),
    [
        ("sms", ["sms"], [MAILED]),
        ("email", ["email"], [TEXTED]),
        ("sms", ["email", "sms"], [MAILED]),
        ("email", ["email", "sms"], [TEXTED]),
        ("sms", ["email"], [MAILED]),
        ("email", ["sms"], [TEXTED]),
    ],
)
def test_service_messages_honour_a_channel_s_opt_out_by_using_the_other(
    shop: Story, refused: str, wanted: list[str], taken: list[tuple[str, str]]
) -> None:
    shop.client("zoe", phone=MOBILE)
    opts_out(shop, refused)
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", {"send_reminder": {"channels": wanted}})
    shop.books("zoe", "cut", at=BOOKED, when=SESSION)
    assert ways(shop.run().of_automation("dun")) == taken


def test_who_opted_out_of_both_gets_no_service_message(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE)
    opts_out(shop, "sms")
    opts_out(shop, "email")
    lines = told(shop, mail("Bonjour"), sms("Bonjour"))
    assert ways(lines) == []
    assert lines.reasons("zoe") == ["no_channel", "no_channel"]


def test_legal_messages_are_not_kept_from_who_opted_out(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE)
    opts_out(shop, "email")
    assert ways(told(shop, ASK)) == [MAILED]


@pytest.mark.parametrize("step", [asking("sms"), sms("Promo", purpose="marketing"), sms("Bonjour")])
def test_stop_by_sms_ends_all_sms(shop: Story, step: dict[str, Any]) -> None:
    shop.client("zoe", phone=MOBILE)
    opts_out(shop, "sms", "marketing", agrees=True)
    opts_out(shop, "sms")
    assert TEXTED not in ways(told(shop, step))


def test_who_refuses_marketing_still_gets_service_by_sms(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE)
    opts_out(shop, "sms", "marketing")
    assert ways(told(shop, sms("Bonjour"))) == [TEXTED]


# --- marketing: a consent for that channel, and the way out


def test_marketing_by_sms_needs_a_consent_for_sms(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE)
    opts_out(shop, "email", "marketing", agrees=True)
    lines = told(shop, sms("Promo", purpose="marketing"))
    assert ways(lines) == []
    assert lines.reasons("zoe") == ["no_consent"]


def test_marketing_by_sms_carries_the_way_out(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE)
    opts_out(shop, "sms", "marketing", agrees=True)
    line = told(shop, sms("Promo", purpose="marketing")).one("message", "zoe")
    assert (line["channel"], line["purpose"]) == ("sms", "marketing")
    assert line["text"].startswith("Promo\nStop : https://pay.example/unsubscribe/")


def test_marketing_that_nobody_can_be_texted_goes_by_e_mail_with_a_consent_for_that(shop: Story) -> None:
    opts_out(shop, "email", "marketing", agrees=True)
    line = told(shop, sms("Promo", purpose="marketing")).one("message", "zoe")
    assert line["channel"] == "email"
    assert "unsubscribe" in line["text"]


def test_free_messages_are_service_unless_they_say_so(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE)
    lines = told(shop, sms("Bonjour"), mail("Bonjour"))
    assert lines.of("message").each("purpose") == ["service", "service"]
    assert ways(lines) == [TEXTED, MAILED]


# --- words


def test_an_sms_is_short_and_leads_to_the_page(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE)
    shop.business["payment_terms"] = {"days": 14}
    line = told(shop, asking("sms")).one("message", "zoe")
    assert (line["template"], line["purpose"], line["subject"]) == ("request_payment", "legal", "")
    words, link = line["text"].splitlines()
    assert words == "Atelier Lumière : facture 2027-0001, 45,00 € à régler au plus tard le 19/01/2027."
    assert link.startswith("https://pay.example/invoice/")


def test_an_sms_speaks_the_language_of_the_client(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE, locale="en")
    words = told(shop, asking("sms")).one("message", "zoe")["text"].splitlines()[0]
    assert words == "Atelier Lumière: invoice 2027-0001, €45.00 to pay by 1/5/27."


@pytest.mark.parametrize("words", ["Reste {{ invoice.amount_due | money }}", "Ici : {{ invoice.pay_url }} !"])
def test_words_of_one_s_own_get_the_link_too_once(shop: Story, words: str) -> None:
    shop.client("zoe", phone=MOBILE)
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", remind(words, channels=["sms"]))
    shop.books("zoe", "cut", at=BOOKED, when=SESSION)
    line = shop.run().of_automation("dun").one("message", "zoe")
    assert line["text"].startswith(("Reste 45,00 €", "Ici : https://pay.example/invoice/"))
    assert line["text"].count("https://pay.example/invoice/") == 1
    assert line["subject"].startswith(("Reste", "Ici"))


def test_a_payment_link_by_sms(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE)
    line = told(shop, {"request_payment": {"document": "payment_link", "channels": ["sms"]}}).one("message", "zoe")
    words, link = line["text"].splitlines()
    assert words == "Atelier Lumière vous demande de régler 45,00 €."
    assert link.startswith("https://pay.example/pay/")


def test_both_messages_tell_of_the_document_once(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE)
    lines = told(shop, asking("email", "sms"))
    assert lines.times("event", type="invoice.sent") == [BOOKED]
    assert lines.times("event", type="message.sent") == [BOOKED, BOOKED]


# --- hours, pauses, the cap


def test_quiet_hours_hold_each_channel_by_its_own(shop: Story) -> None:
    shop.business["quiet_hours"] = {"from": "21:00", "to": "08:00", "sms": {"from": "19:00", "to": "10:00"}}
    shop.client("zoe", phone=MOBILE)
    shop.automation("ask", "session.booked", asking("email", "sms"))
    for hour in ("18:59", "19:00", "21:00"):
        shop.books("zoe", "cut", at=f"2027-01-05 {hour}", when=SESSION)
    lines = shop.run()
    assert lines.times("message", channel="email") == ["2027-01-05 18:59", "2027-01-05 19:00", "2027-01-06 08:00"]
    assert lines.times("message", channel="sms") == ["2027-01-05 18:59", "2027-01-06 10:00", "2027-01-06 10:00"]


def test_stop_said_in_the_quiet_hours_is_heard_and_the_other_channel_used(shop: Story) -> None:
    shop.business["quiet_hours"] = {"from": "21:00", "to": "08:00"}
    shop.client("zoe", phone=MOBILE)
    shop.automation("tell", "session.booked", sms("Bonjour"))
    shop.automation("both", "session.booked", asking("email", "sms"))
    shop.books("zoe", "cut", at="2027-01-05 22:00", when=SESSION)
    shop.does("consent", at="2027-01-06 07:00", contact="zoe", purpose="service", channel="sms", agrees=False)
    lines = shop.run()
    assert ways(lines.of_automation("tell")) == [MAILED]
    assert ways(lines.of_automation("both")) == [MAILED]
    assert lines.reasons("zoe") == ["opted_out"]


def test_a_pause_of_sms_holds_sms_and_nothing_else(shop: Story) -> None:
    shop.client("zoe", phone=MOBILE)
    shop.automation("ask", "session.booked", asking("email", "sms"))
    shop.does("pause", at="2027-01-05 09:00", channel="sms")
    shop.books("zoe", "cut", at=BOOKED, when=SESSION)
    shop.does("resume", at="2027-01-05 15:00", channel="sms")
    lines = shop.run()
    assert lines.times("message", channel="email") == [BOOKED]
    assert lines.times("message", channel="sms") == ["2027-01-05 15:00"]


@pytest.mark.parametrize(("cap", "taken"), [(2, [MAILED, TEXTED]), (1, [])])
def test_two_channels_count_as_two_messages_of_the_daily_cap(
    shop: Story, cap: int, taken: list[tuple[str, str]]
) -> None:
    shop.business["daily_cap"] = cap
    shop.client("zoe", phone=MOBILE)
    shop.automation("ask", "session.booked", ASK)
    shop.automation("both", "invoice.sent", {"send_reminder": {"channels": ["email", "sms"]}})
    shop.automation("more", "invoice.sent", mail("1"), mail("2"))
    shop.books("zoe", "cut", at=BOOKED, when=SESSION)
    lines = shop.run()
    assert ways(lines.of_automation("both")) == taken
    assert len(ways(lines.of_automation("more"))) == cap - len(taken)
    assert "cap" in lines.to_owner("alert").each("reason")
