"""R21: automations that cause each other without end are parked; nothing is lost, and others go on."""

from tests.scenarios.story import ASK, Story, mail, wait


def echo(shop: Story) -> None:
    """Let every message cause another."""
    shop.automation("echo", "message.sent", mail("Encore"))


def test_a_loop_is_parked_with_a_reason_and_an_alert(shop: Story) -> None:
    echo(shop)
    shop.automation("hello", "session.booked", mail("Bonjour"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-02-20 10:00")
    lines = shop.run()
    assert len(lines.of("message", subject="Bonjour")) == 1
    assert 9 <= len(lines.of("message", subject="Encore")) <= 11
    assert lines.one("skipped")["cause"]["automation"] == "echo"
    alert = lines.one("alert")
    assert alert["reason"] == lines.one("skipped")["reason"]
    assert "echo" in alert["text"]


def test_a_parked_automation_rests_until_a_person_resumes_it_and_others_go_on(shop: Story) -> None:
    echo(shop)
    shop.automation("hello", "session.booked", mail("Bonjour"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-02-20 10:00")
    shop.books("ada", "cut", at="2027-01-06 10:00", when="2027-02-20 10:00")
    shop.does("resume_automation", at="2027-01-07 10:00", automation="echo")
    shop.books("ada", "cut", at="2027-01-08 10:00", when="2027-02-20 10:00")
    lines = shop.run()
    echoes = lines.of("message", subject="Encore")
    assert [line["contact"] for line in echoes if line["at"].startswith("2027-01-06")] == []
    assert 9 <= len(echoes.of("message", "ada")) <= 11
    assert len(lines.of("message", subject="Bonjour")) == 3
    assert len(lines.of("alert")) == 2


def test_a_loop_of_two_automations_with_delays_is_found_as_well(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("ping", "invoice.sent", wait(hours=1), mail("Ping"))
    shop.automation("pong", "message.sent", wait(hours=1), mail("Pong"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-02-20 10:00")
    lines = shop.run()
    assert len(lines.of("message")) <= 25
    assert lines.of("alert").each("reason") == ["loop"]


def test_a_chain_that_ends_by_itself_is_none_of_our_business(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK)
    shop.automation("sent", "invoice.sent", mail("Envoyée"))
    shop.automation("tag", "invoice.sent", {"add_tag": {"tag": "billed"}})
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-02-20 10:00")
    lines = shop.run()
    assert lines.of("alert") == []
    assert len(lines.of("message")) == 2
