"""R6: a run stays on its version; publishing says what happens to waiting runs; a pause holds and floods nothing."""

from typing import Any

from tests.scenarios.story import ASK, Story, automation, holds, mail, remind, wait


def version(name: str, text: str, *, step: str = "mail", days: int = 10) -> dict[str, Any]:
    return automation(name, "session.booked", wait(days=days), {"id": step} | mail(text))


def publish(shop: Story, file: dict[str, Any], waiting: str | None = None) -> None:
    """Publish on 10 January, between two bookings."""
    shop.does("publish", at="2027-01-10 12:00", file=file, **({"waiting": waiting} if waiting else {}))


def booked_before_and_after(shop: Story) -> None:
    shop.file["automations"] = [version("hello", "alt")]
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.books("ada", "cut", at="2027-01-11 09:00", when="2027-02-21 10:00")


def test_waiting_runs_finish_on_the_version_they_began_on(shop: Story) -> None:
    booked_before_and_after(shop)
    publish(shop, version("hello", "neu", days=3))
    lines = shop.run()
    assert lines.times("message", "zoe", subject="alt") == ["2027-01-15 09:00"]
    assert lines.times("message", "ada", subject="neu") == ["2027-01-14 09:00"]


def test_moved_runs_go_on_at_the_step_of_the_same_id_with_the_wait_they_had(shop: Story) -> None:
    booked_before_and_after(shop)
    publish(shop, version("hello", "neu", days=3), "move")
    lines = shop.run()
    assert lines.times("message", "zoe", subject="neu") == ["2027-01-15 09:00"]
    assert lines.times("message", "ada", subject="neu") == ["2027-01-14 09:00"]
    assert lines.of("skipped") == []


def test_a_run_whose_step_is_gone_is_superseded(shop: Story) -> None:
    booked_before_and_after(shop)
    publish(shop, version("hello", "neu", step="other", days=3), "move")
    lines = shop.run()
    assert lines.of("message").each("contact") == ["ada"]
    assert lines.times("skipped", "zoe", reason="superseded") == ["2027-01-10 12:00"]


def test_moved_runs_find_the_wait_of_the_same_id(shop: Story) -> None:
    def waiting(text: str, days: int) -> dict[str, Any]:
        return automation("hello", "session.booked", {"id": "pause"} | wait(days=days), mail("vor"), mail(text))

    shop.file["automations"] = [waiting("alt", 10)]
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    publish(shop, waiting("neu", 3), "move")
    lines = shop.run()
    assert lines.times("message") == ["2027-01-15 09:00", "2027-01-15 09:00"]
    assert sorted(lines.of("message").each("subject")) == ["neu", "vor"]


def test_cancelled_runs_are_superseded_once(shop: Story) -> None:
    booked_before_and_after(shop)
    publish(shop, version("hello", "neu", days=3), "cancel")
    lines = shop.run()
    assert lines.of("message").each("subject") == ["neu"]
    skipped = lines.one("skipped")
    assert (skipped["contact"], skipped["reason"]) == ("zoe", "superseded")
    assert skipped["cause"]["automation"] == "hello"


def test_runs_of_other_automations_are_left_alone(shop: Story) -> None:
    booked_before_and_after(shop)
    shop.file["automations"].append(version("bystander", "dabei"))
    publish(shop, version("hello", "neu", days=3), "cancel")
    assert shop.run().times("message", "zoe") == ["2027-01-15 09:00"]


def test_a_new_automation_can_be_published_in_the_middle(shop: Story) -> None:
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.books("ada", "cut", at="2027-01-11 09:00", when="2027-02-21 10:00")
    shop.named_files["hello.yaml"] = (
        "automation: hello\ntrigger: {on: session.booked}\nsteps: [{send_email: {subject: Hi, message: Hi}}]\n"
    )
    shop.does("publish", at="2027-01-10 12:00", file="hello.yaml")
    assert shop.run().of("message").each("contact") == ["ada"]


def test_the_same_text_again_moves_and_cancels_nothing(shop: Story) -> None:
    booked_before_and_after(shop)
    publish(shop, version("hello", "alt"), "move")
    lines = shop.run()
    assert lines.times("message", "zoe") == ["2027-01-15 09:00"]
    assert lines.of("skipped") == []


# Pausing


def test_a_paused_automation_starts_no_runs(shop: Story) -> None:
    shop.automation("hello", "session.booked", mail("Bonjour"))
    shop.does("pause_automation", at="2027-01-05 08:00", automation="hello")
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.does("resume_automation", at="2027-01-05 10:00", automation="hello")
    shop.books("ada", "cut", at="2027-01-05 11:00", when="2027-02-20 10:00")
    lines = shop.run()
    assert lines.of("message").each("contact") == ["ada"]
    skipped = lines.one("skipped", "zoe")
    assert skipped["reason"] == "paused"
    assert skipped["cause"] == {"automation": "hello", "run": None, "step": None}
    assert skipped["subjects"]["booking"] == "o1-b1"


def test_what_the_filters_of_a_paused_automation_stop_is_no_line(shop: Story) -> None:
    shop.automation("hello", "session.booked", mail("Bonjour"), services=["yoga"])
    shop.automation("rich", "session.booked", mail("Bonjour"), where=holds("order.total", "greater_than", 100))
    for name in ("hello", "rich"):
        shop.does("pause_automation", at="2027-01-05 08:00", automation=name)
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    assert shop.run().of("skipped") == []


def test_waiting_runs_are_held_and_within_the_tolerance_go_on_at_resume(shop: Story) -> None:
    shop.automation("hello", "session.booked", wait(days=1), mail("Bonjour"))
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.does("pause_automation", at="2027-01-06 08:00", automation="hello")
    shop.does("resume_automation", at="2027-01-06 20:00", automation="hello")
    assert shop.run().times("message") == ["2027-01-06 20:00"]


def test_on_resume_stale_steps_are_skipped_and_the_run_goes_on(shop: Story) -> None:
    steps = [wait(days=1), mail("1"), wait(days=1), mail("2"), wait(days=1), mail("3"), wait(days=7), mail("4")]
    shop.automation("hello", "session.booked", *steps)
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.does("pause_automation", at="2027-01-05 12:00", automation="hello")
    shop.does("resume_automation", at="2027-01-08 12:00", automation="hello")
    lines = shop.run()
    assert lines.times("message", subject="3") == ["2027-01-08 12:00"]
    assert lines.times("message", subject="4") == ["2027-01-15 09:00"]
    assert lines.reasons() == ["stale", "stale"]
    assert lines.of("skipped").each("at") == ["2027-01-08T12:00:00+01:00"] * 2


def test_on_resume_money_is_asked_for(shop: Story) -> None:
    shop.automation("ask", "session.booked", wait(days=1), ASK)
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.does("pause_automation", at="2027-01-05 12:00", automation="ask")
    shop.does("resume_automation", at="2027-01-20 12:00", automation="ask")
    lines = shop.run()
    assert lines.times("invoice") == lines.times("message") == ["2027-01-20 12:00"]


def test_a_long_pause_floods_nobody(shop: Story) -> None:
    levels = [step for number in range(1, 6) for step in (wait(days=7), remind(str(number)))]
    shop.automation("ask", "session.booked", ASK)
    shop.automation("dun", "invoice.overdue", *levels, late={"tolerance": "90d"})
    for name in ("zoe", "ada", "leo"):
        shop.client(name)
        shop.books(name, "cut", at="2027-01-05 09:00", when="2027-05-20 10:00")
    shop.does("pause_automation", at="2027-01-05 12:00", automation="ask")
    shop.does("resume_automation", at="2027-01-05 12:30", automation="ask")
    shop.does("pause_automation", at="2027-01-06 12:00", automation="dun")
    shop.does("resume_automation", at="2027-01-30 12:00", automation="dun")
    lines = shop.run()
    assert lines.of_automation("dun").times("message", subject="3") == ["2027-01-30 12:00"] * 3
    assert lines.of("message", subject="1") == lines.of("message", subject="2") == []
    assert lines.of_automation("dun").times("message", subject="4") == ["2027-02-03 00:00"] * 3


def test_what_is_cancelled_during_a_pause_ends_at_once(shop: Story) -> None:
    shop.automation("hello", "session.booked", wait(days=1), mail("Bonjour"))
    order = shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.does("pause_automation", at="2027-01-05 12:00", automation="hello")
    shop.cancels(order.booking, at="2027-01-06 12:00")
    shop.does("resume_automation", at="2027-01-06 20:00", automation="hello")
    lines = shop.run()
    assert lines.of("message") == []
    assert lines.times("skipped", reason="cancelled") == ["2027-01-06 12:00"]


def test_a_run_that_is_due_after_the_resume_is_not_touched(shop: Story) -> None:
    shop.automation("hello", "session.booked", wait(days=10), mail("Bonjour"))
    shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.does("pause_automation", at="2027-01-06 08:00", automation="hello")
    shop.does("resume_automation", at="2027-01-07 20:00", automation="hello")
    assert shop.run().times("message") == ["2027-01-15 09:00"]


def test_charges_noted_over_the_limit_outlast_a_pause(shop: Story) -> None:
    shop.automation("ask", "session.booked", ASK, limit={"times": 1, "per": "24h"})
    for _ in range(3):
        shop.books("zoe", "cut", at="2027-01-05 09:00", when="2027-02-20 10:00")
    shop.does("pause_automation", at="2027-01-05 12:00", automation="ask")
    shop.does("resume_automation", at="2027-01-09 12:00", automation="ask")
    lines = shop.run()
    assert lines.of("invoice").each("total") == [4500, 9000]
    assert lines.times("invoice") == ["2027-01-05 09:00", "2027-01-09 12:00"]


def test_an_act_on_an_unknown_automation_is_one_skipped_line(shop: Story) -> None:
    shop.does("pause_automation", at="2027-01-05 12:00", automation="nobody")
    shop.does("resume_automation", at="2027-01-06 12:00", automation="nobody")
    lines = shop.run()
    assert [line["cause"]["act"] for line in lines.of("skipped")] == ["pause_automation", "resume_automation"]


def test_publishing_a_paused_automation_moves_its_held_runs(shop: Story) -> None:
    booked_before_and_after(shop)
    shop.does("pause_automation", at="2027-01-06 08:00", automation="hello")
    publish(shop, version("hello", "neu", days=3), "move")
    shop.does("resume_automation", at="2027-01-12 08:00", automation="hello")
    lines = shop.run()
    assert lines.times("message", "zoe", subject="neu") == ["2027-01-15 09:00"]


def test_moved_runs_find_their_step_wherever_it_stands_now(shop: Story) -> None:
    booked_before_and_after(shop)
    steps = [mail("erst"), wait(days=1), mail("dann"), wait(days=3), {"id": "mail"} | mail("neu")]
    publish(shop, automation("hello", "session.booked", *steps), "move")
    lines = shop.run()
    assert [*zip(lines.times("message", "zoe"), lines.of("message", "zoe").each("subject"), strict=True)] == [
        ("2027-01-15 09:00", "neu")
    ]
    assert lines.of("message", "ada").each("subject") == ["erst", "dann", "neu"]


def test_what_a_scenario_publishes_is_approved(shop: Story) -> None:
    shop.business["approval"] = {"contacts": 0}
    shop.books("zoe", "cut", at="2027-01-04 10:00", when="2027-02-20 10:00")
    publish(shop, version("hello", "neu", days=3))
    shop.books("ada", "cut", at="2027-01-11 10:00", when="2027-02-20 10:00")
    assert shop.run().of("message").each("subject") == ["neu"]
