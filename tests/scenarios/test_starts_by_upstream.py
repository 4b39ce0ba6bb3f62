"""Starts by upstream: any service starts an automation for a client by publishing an event of a type of its own."""

from tests.scenarios.story import Story, holds, mail

START = "acme.win_back"


def test_an_event_of_upstreams_own_starts_the_automation_for_its_client_with_its_data(shop: Story) -> None:
    shop.automation("win-back", START, mail("Revenez : {{ event.data.discount }} %"))
    shop.event(START, "2027-01-05 10:00", {"contact": {"id": "zoe"}, "discount": 20})
    message = shop.run().one("message")
    assert (message["contact"], message["subject"]) == ("zoe", "Revenez : 20 %")


def test_the_same_event_published_twice_starts_it_once(shop: Story) -> None:
    shop.automation("win-back", START, mail("Revenez"))
    for at in ("2027-01-05 10:00", "2027-01-05 10:01"):
        shop.event(START, at, {"contact": {"id": "zoe"}}, id="once", time="2027-01-05 10:00")
    assert shop.run().times("message", "zoe") == ["2027-01-05 10:00"]


def test_a_client_who_is_unknown_yet_is_known_from_it(shop: Story) -> None:
    shop.automation("win-back", START, mail("Revenez"), where=holds("contact.locale", "equals", "fr"))
    shop.event(START, "2027-01-05 10:00", {"contact": {"id": "max", "email": "max@example.org", "locale": "fr"}})
    assert shop.run().one("message")["to"] == "max@example.org"
