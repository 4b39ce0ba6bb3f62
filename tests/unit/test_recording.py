"""The gateway of simulations and tests: all goes well unless it is told otherwise."""

import pytest

from tasks.gateways.recording import ACCEPTED, BUSY, LOST_AFTER, LOST_BEFORE, NO_MAILBOX, REFUSED, RecordingMail
from tasks.gateways.reports import Outcome, Report
from tests.unit.letters import mail


def sent(gateway: RecordingMail, number: int = 1, recipient: str = "zoe@example.org", *, may: bool = True) -> Report:
    with gateway.session() as session:
        return session.send(mail(number, recipient=recipient), lambda: may)


def test_mails_arrive_in_order() -> None:
    gateway = RecordingMail()
    assert [sent(gateway, number).outcome for number in (1, 2, 3)] == [Outcome.SENT] * 3
    assert [one.key for one in gateway.arrived] == ["msg_1", "msg_2", "msg_3"]


def test_a_recipient_s_answers_come_one_after_the_other_and_then_all_is_well() -> None:
    gateway = RecordingMail()
    gateway.plan("zoe@example.org", BUSY, NO_MAILBOX, LOST_BEFORE, LOST_AFTER, REFUSED, ACCEPTED)
    reports = [sent(gateway, number) for number in range(1, 8)]
    assert [report.outcome for report in reports] == [
        Outcome.RETRY,
        Outcome.FAILED,
        Outcome.UNCERTAIN,
        Outcome.UNCERTAIN,
        Outcome.FAILED,
        Outcome.SENT,
        Outcome.SENT,
    ]
    assert [report.address_bad for report in reports].index(True) == 1
    assert [one.key for one in gateway.arrived] == ["msg_4", "msg_6", "msg_7"]


def test_others_are_not_concerned() -> None:
    gateway = RecordingMail()
    gateway.plan("zoe@example.org", REFUSED)
    assert sent(gateway, recipient="marc@example.org").outcome == Outcome.SENT


def test_a_mail_that_may_not_go_does_not_arrive() -> None:
    gateway = RecordingMail()
    assert sent(gateway, may=False).outcome == Outcome.RETRY
    assert gateway.arrived == []


def test_the_word_is_not_asked_for_a_mail_that_is_refused_before_data() -> None:
    gateway = RecordingMail()
    gateway.plan("zoe@example.org", BUSY)
    with gateway.session() as session:
        assert session.send(mail(), pytest.fail).outcome == Outcome.RETRY
