"""SMS by a worker (R12, R19): each once, by the other channel where its own is closed, in doubt asked about again."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tasks.gateways.recording import BUSY, LOST_AFTER, LOST_BEFORE, NO_MAILBOX, REFUSED
from tests.database.at_work import AtWork
from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream
from tests.samples import encoded
from tests.scenarios.story import Databases, Story

ZOE, ADA = "+33612345678", "+33687654321"
BOOKED = "2027-01-05 10:00"

Opened = Callable[..., AbstractContextManager[AtWork]]


@pytest.fixture
def opened(databases: Databases) -> Opened:
    """Open a salon where Zoe has booked and is to be told of it."""

    @contextmanager
    def opened(*steps: dict[str, Any], **business: Any) -> Iterator[AtWork]:
        story = Story(databases)
        story.business.update(business)
        story.client("zoe", phone="06 12 34 56 78")
        story.automation("tell", "session.booked", *(steps or ({"send_sms": {"message": "Bonjour"}},)))
        story.books("zoe", "cut", at=BOOKED, when="2027-02-06 10:00")
        with databases() as engine:
            work = AtWork(engine, story)
            work.drains(BOOKED)
            yield work

    return opened


def delivers(work: AtWork, instant: str = BOOKED) -> dict[str, int]:
    work.comes(instant)
    return {what: many for what, many in work.rings("messages.deliver").items() if many}


def rows(work: AtWork) -> list[tuple[Any, ...]]:
    return work.sql("SELECT channel, recipient, state FROM messages ORDER BY sequence")


def test_an_sms_is_handed_over_with_its_sender_and_without_html(opened: Opened) -> None:
    with opened(sms={"sender": "ATELIER"}) as work:
        assert delivers(work) == {"sent": 1}
        (one,) = work.sms.arrived
        assert (one.business, one.sender, one.recipient, one.text) == ("atelier", "ATELIER", ZOE, "Bonjour")
        assert one.key == work.sql("SELECT id FROM messages")[0][0]
        assert work.mail.arrived == []
        assert rows(work) == [("sms", ZOE, "sent")]


def test_both_are_two_rows_that_name_each_other_and_nothing_doubles(opened: Opened) -> None:
    with opened({"request_payment": {"channels": ["email", "sms"]}}) as work:
        assert delivers(work) == {"sent": 2}
        assert delivers(work, "2027-01-06 10:00") == {}
        (one, its), (other, others) = work.sql("SELECT id, beside FROM messages ORDER BY sequence")
        assert (its, others) == (other, one)
        assert (len(work.mail.arrived), len(work.sms.arrived)) == (1, 1)
        assert work.sql("SELECT count(*) FROM facts WHERE type = 'invoice.sent'") == [(1,)]


def test_a_busy_gateway_is_tried_again_on_schedule(opened: Opened) -> None:
    with opened() as work:
        work.sms.plan(ZOE, BUSY, BUSY)
        assert delivers(work) == {"later": 1}
        assert delivers(work, "2027-01-05 10:00:59") == {}
        assert delivers(work, "2027-01-05 10:01") == {"later": 1}
        assert delivers(work, "2027-01-05 10:06") == {"sent": 1}
        assert len(work.sms.arrived) == 1


@pytest.mark.parametrize("answer", [LOST_AFTER, LOST_BEFORE])
def test_an_sms_in_doubt_is_handed_over_again_under_its_key(opened: Opened, answer: Any) -> None:
    with opened() as work:
        work.sms.plan(ZOE, answer)
        assert delivers(work) == {"uncertain": 1}
        assert rows(work) == [("sms", ZOE, "prepared")]
        assert delivers(work, "2027-01-05 10:01") == {"sent": 1}
        assert len(work.sms.arrived) == 1
        assert work.sql("SELECT count(*) FROM alerts") == [(0,)]


def test_a_doubt_that_lasts_is_told_to_the_owner(opened: Opened) -> None:
    with opened() as work:
        work.sms.plan(ZOE, *[LOST_BEFORE] * 8)
        for day in range(5, 13):
            delivers(work, f"2027-01-{day:02} 10:00")
        assert rows(work) == [("sms", ZOE, "uncertain")]
        assert work.sql("SELECT reason FROM alerts") == [("uncertain_message",)]


def test_what_a_killed_worker_had_in_hand_is_handed_over_again_under_its_key(opened: Opened) -> None:
    with opened() as work:
        work.sql("UPDATE messages SET state = 'sending', lease = 'of the dead'")
        assert delivers(work, "2027-01-05 10:02") == {"sent": 1}
        assert len(work.sms.arrived) == 1


def test_a_number_that_nobody_has_is_marked_and_the_mail_goes(opened: Opened) -> None:
    with opened() as work:
        work.sms.plan(ZOE, NO_MAILBOX)
        assert delivers(work) == {"failed": 1, "sent": 1}
        assert rows(work) == [("email", "zoe@example.org", "sent")]
        assert [one.recipient for one in work.mail.arrived] == ["zoe@example.org"]
        assert work.sql("SELECT phone_bad, mobile FROM contacts WHERE id = 'zoe'") == [(True, ZOE)]
        assert work.sql("SELECT count(*) FROM facts WHERE type = 'message.failed'") == [(0,)]


def test_a_refused_sms_beside_a_mail_has_failed(opened: Opened) -> None:
    with opened({"request_payment": {"channels": ["email", "sms"]}}) as work:
        work.sms.plan(ZOE, REFUSED)
        assert delivers(work) == {"failed": 1, "sent": 1}
        assert sorted(rows(work)) == [("email", "zoe@example.org", "sent"), ("sms", ZOE, "failed")]
        assert len(work.mail.arrived) == 1


def test_a_refused_sms_to_who_has_no_mail_has_failed_and_the_owner_is_told(opened: Opened) -> None:
    with opened() as work:
        work.sql("UPDATE contacts SET email = NULL WHERE id = 'zoe'")
        work.sms.plan(ZOE, REFUSED)
        assert delivers(work) == {"failed": 1}
        assert work.sql("SELECT reason FROM alerts") == [("message_failed",)]


def moves(work: AtWork, **told: Any) -> None:
    """Let zoe be reached elsewhere a minute later."""
    work.comes("2027-01-05 10:01")
    time = work.clock.at.isoformat()
    work.stream.put(encoded("contact.updated", {"contact": {"id": "zoe", **told}}, time=time), work.clock.at)
    assert work.rings("events.drain")["stored"] == 1


def test_an_sms_that_waits_goes_to_the_number_of_by_then(opened: Opened) -> None:
    with opened() as work:
        moves(work, phone="06 87 65 43 21")
        assert delivers(work, "2027-01-05 10:01") == {"sent": 1}
        assert rows(work) == [("sms", ADA, "sent")]
        assert [one.recipient for one in work.sms.arrived] == [ADA]


def test_an_sms_that_waits_for_who_has_no_number_any_more_goes_by_mail(opened: Opened) -> None:
    with opened() as work:
        moves(work, phone=None)
        assert delivers(work, "2027-01-05 10:01") == {"sent": 1}
        assert rows(work) == [("email", "zoe@example.org", "sent")]


def test_an_sms_in_doubt_keeps_its_number_by_which_its_gateway_knows_it(opened: Opened) -> None:
    with opened() as work:
        work.sms.plan(ZOE, LOST_AFTER)
        delivers(work)
        moves(work, phone="06 87 65 43 21")
        assert delivers(work, "2027-01-05 10:01") == {"sent": 1}
        assert rows(work) == [("sms", ZOE, "sent")]


def without_gateway(work: AtWork) -> None:
    object.__setattr__(work.shell, "sms", None)


def test_without_a_gateway_the_mail_goes_instead(opened: Opened) -> None:
    with opened() as work:
        without_gateway(work)
        assert delivers(work) == {"sent": 1}
        assert rows(work) == [("email", "zoe@example.org", "sent")]


def test_without_a_gateway_one_of_both_goes(opened: Opened) -> None:
    with opened({"request_payment": {"channels": ["email", "sms"]}}) as work:
        without_gateway(work)
        assert delivers(work) == {"sent": 1, "skipped": 1}
        assert sorted(rows(work)) == [("email", "zoe@example.org", "sent"), ("sms", ZOE, "skipped")]
        assert work.sql("SELECT count(*) FROM alerts") == [(0,)]


def test_without_a_gateway_and_an_address_the_owner_is_told(opened: Opened) -> None:
    with opened() as work:
        without_gateway(work)
        work.sql("UPDATE contacts SET email = NULL WHERE id = 'zoe'")
        assert delivers(work) == {"skipped": 1}
        assert work.sql("SELECT reason FROM decisions") == [("no_channel",)]
        assert work.sql("SELECT reason FROM alerts") == [("no_channel",)]


def test_the_owner_is_told_once_where_both_addresses_are_gone(opened: Opened) -> None:
    with opened({"request_payment": {"channels": ["email", "sms"]}}) as work:
        work.sql("UPDATE contacts SET email = NULL, phone = NULL, mobile = NULL WHERE id = 'zoe'")
        assert delivers(work) == {"skipped": 2}
        assert work.sql("SELECT reason FROM alerts") == [("no_channel",)]


def test_mails_go_though_the_gateway_breaks(opened: Opened) -> None:
    with opened({"request_payment": {"channels": ["email", "sms"]}}) as work:
        work.sms.plan(ZOE, LOST_BEFORE)
        assert delivers(work) == {"sent": 1, "uncertain": 1}
        assert len(work.mail.arrived) == 1


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    front_desk = FrontDesk(relance, upstream, tmp_path)
    front_desk.tells("contact.updated", {"contact": {"id": "zoe", "phone": "06 12 34 56 78"}})
    front_desk.tells("contact.updated", {"contact": {"id": "ada", "phone": "01 42 68 53 00"}})
    return front_desk


def test_clients_are_listed_with_their_mobile_numbers_and_those_who_have_none(desk: FrontDesk) -> None:
    listed = {one["id"]: (one["phone"], one["mobile"]) for one in desk.listed("contacts", "list")}
    assert listed == {"zoe": ("06 12 34 56 78", ZOE), "ada": ("01 42 68 53 00", None)}
    assert [one["id"] for one in desk.listed("contacts", "list", "--without-mobile")] == ["ada"]
    assert desk.says("contacts", "show", "zoe", "--json").line["phone_bad"] is False


def test_what_a_person_writes_goes_over_the_channels_of_the_business(desk: FrontDesk, tmp_path: Path) -> None:
    path = tmp_path / "texting.yaml"
    path.write_text("business: {id: atelier, name: Atelier, timezone: Europe/Paris, country: FR, channels: [sms]}\n")
    desk.says("business", "apply", path, "--yes")
    desk.does("contacts", "send", "zoe", "--text", "À demain !")
    desk.does("contacts", "send", "ada", "--text", "À demain !")
    listed = [(one["contact"], one["channel"], one["to"]) for one in desk.listed("messages", "list")]
    assert sorted(listed) == [("ada", "email", "ada@example.org"), ("zoe", "sms", ZOE)]
    desk.does("contacts", "consent", "zoe", "--purpose", "service", "--channel", "sms", "--no")
    desk.does("contacts", "consent", "zoe", "--purpose", "service", "--channel", "email", "--no")
    assert "wants no e-mails" in desk.refused_plain("contacts", "send", "zoe", "--text", "À demain !")


def test_another_country_reads_the_numbers_anew(desk: FrontDesk, tmp_path: Path) -> None:
    def applied(country: str) -> str | None:
        path = tmp_path / "moved.yaml"
        path.write_text(f"business: {{id: atelier, name: Atelier, timezone: Europe/Paris, country: {country}}}\n")
        assert desk.says("business", "apply", path, "--yes").code == 0
        found = desk.says("contacts", "show", "zoe", "--json").line["mobile"]
        assert found is None or isinstance(found, str)
        return found

    assert applied("US") is None
    assert applied("FR") == ZOE
