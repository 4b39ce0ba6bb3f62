"""Publishing a paused automation: it goes on, and what was held is due as it was (R6)."""

from tests.scenarios.story import Story, automation, mail, wait


def test_runs_that_were_held_go_on_with_the_new_version(shop: Story) -> None:
    shop.automation("thanks", "session.booked", wait(days=1), mail("Merci"))
    shop.books("zoe", "cut", at="2027-01-05 10:00", when="2027-01-20 10:00")
    shop.does("pause_automation", automation="thanks", at="2027-01-05 12:00")
    edited = automation("thanks", "session.booked", wait(days=1), mail("Merci encore"))
    shop.does("publish", file=edited, at="2027-01-06 15:00")
    lines = shop.run()
    assert lines.times("message", "zoe") == ["2027-01-06 15:00"]
    assert lines.one("message", "zoe")["subject"] == "Merci"
