"""What became of a mail: the truth, whatever the server does and whenever it does it (R12)."""

from collections.abc import Callable
from email import message_from_bytes
from socket import create_server
from time import monotonic
from typing import Any

import pytest

from tasks.gateways.reports import Outcome, Report
from tasks.gateways.smtp import PATIENCE, SmtpGateway
from tests.unit.letters import mail, outcomes, send
from tests.unit.smtp_stub import HANG_UP, PIPELINING, SILENCE, SmtpStub

RETRY, FAILED, SENT, UNCERTAIN = Outcome.RETRY, Outcome.FAILED, Outcome.SENT, Outcome.UNCERTAIN
NO_MAILBOX = "550 5.1.1 There is no such mailbox"
MANNERS = pytest.mark.parametrize("features", [(), (PIPELINING,)], ids=["one by one", "pipelining"])
Say = dict[str, list[str]]


def gateway(server: SmtpStub, timeout: float = 5) -> SmtpGateway:
    return SmtpGateway(server.url, timeout=timeout)


def report(server: SmtpStub, timeout: float = 5, **changes: Any) -> Report:
    """Send one mail in a session of its own."""
    with gateway(server, timeout).session() as session:
        return send(session, **changes)


# What the server says


@MANNERS
def test_an_accepted_mail_is_sent_with_the_server_s_words(features: tuple[str, ...]) -> None:
    with SmtpStub(*features, END=["250 2.0.0 Queued as 4711"]) as server:
        assert report(server) == Report("msg_1", SENT, "250 2.0.0 Queued as 4711")
    assert server.commands[1:3] == ["MAIL FROM:<factures@atelier.example>", "RCPT TO:<zoe@example.org>"]
    assert server.verbs == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


@MANNERS
@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize(("answer", "outcome"), [("451 4.3.0 Later", RETRY), ("554 5.7.1 Never", FAILED)])
def test_a_refusal_is_for_now_or_for_good_and_the_next_mail_goes(
    features: tuple[str, ...], moment: str, answer: str, outcome: Outcome
) -> None:
    with SmtpStub(*features, **{moment: [answer]}) as server, gateway(server).session() as session:
        assert send(session) == Report("msg_1", outcome, answer)
        assert send(session, 2).outcome == SENT
    assert server.connections == 1
    assert b"Message-ID: <msg_2@atelier.example>" in server.mails[-1]


@pytest.mark.parametrize(
    ("answer", "bad"),
    [
        (NO_MAILBOX, True),
        ("550 No such user", True),
        ("551 User not local", True),
        ("553 Mailbox name not allowed", True),
        ("554 5.1.10 The domain takes no mail", True),
        ("550 5.7.1 Listed as a source of spam", False),
        ("553 5.1.8 The sender's domain does not exist", False),
        ("552 5.2.2 The mailbox is full", False),
        ("451 4.1.1 Perhaps there is no such mailbox", False),
    ],
)
def test_an_address_is_bad_if_the_server_says_that_of_the_mailbox(answer: str, bad: bool) -> None:
    with SmtpStub(RCPT=[answer]) as server:
        assert report(server).address_bad is bad


@pytest.mark.parametrize("moment", ["MAIL", "DATA", "END"])
def test_only_rcpt_speaks_of_the_address(moment: str) -> None:
    with SmtpStub(**{moment: [NO_MAILBOX]}) as server:
        assert report(server) == Report("msg_1", FAILED, NO_MAILBOX)


def test_a_server_that_wants_a_log_in_refuses_the_settings_not_the_mail() -> None:
    with SmtpStub(MAIL=["530 5.7.0 Authentication required"]) as server:
        assert report(server) == Report("msg_1", RETRY, "530 5.7.0 Authentication required")


# When the server goes


@MANNERS
@pytest.mark.parametrize("moment", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("happening", [HANG_UP, SILENCE, "421 4.3.2 Going down"])
def test_a_server_that_goes_before_the_content_has_sent_nothing(
    features: tuple[str, ...], moment: str, happening: str
) -> None:
    with SmtpStub(*features, **{moment: [happening]}) as server:
        assert report(server, timeout=0.2).outcome == RETRY
    assert server.mails == []


@pytest.mark.parametrize("moment", ["CONTENT", "END"])
@pytest.mark.parametrize("happening", [HANG_UP, SILENCE, "what?", "354 go on"])
def test_without_a_clear_answer_to_the_content_nobody_knows(moment: str, happening: str) -> None:
    with SmtpStub(**{moment: [happening]}) as server:
        assert report(server, timeout=0.2).outcome == UNCERTAIN


def test_a_server_that_says_goodbye_to_the_content_has_not_taken_it() -> None:
    with SmtpStub(END=["421 4.3.2 Going down"]) as server:
        assert report(server) == Report("msg_1", RETRY, "421 4.3.2 Going down")


def test_a_server_may_think_longer_about_a_mail_than_about_a_command() -> None:
    with SmtpStub(END=[SILENCE]) as server:
        began = monotonic()
        assert report(server, timeout=0.2).outcome == UNCERTAIN
    assert monotonic() - began > 0.2 * 2


def test_nobody_listens() -> None:
    with create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with SmtpGateway(f"smtp://127.0.0.1:{port}").session() as session:
        reports = [send(session, number) for number in range(50)]
    assert {report.outcome for report in reports} == {RETRY}
    assert f"127.0.0.1:{port} can't be used" in reports[0].detail


@pytest.mark.parametrize("greeting", ["554 5.7.1 You are not welcome", "what?", "x" * 10_000])
def test_a_server_that_does_not_welcome_us_is_away(greeting: str) -> None:
    with SmtpStub(GREETING=[greeting]) as server, gateway(server).session() as session:
        assert outcomes(session, 3) == [RETRY] * 3
    assert server.connections == 1


def test_a_line_without_end_is_a_broken_connection() -> None:
    with SmtpStub(RCPT=["550 " + "x" * 10_000]) as server:
        assert report(server).outcome == RETRY


# One connection for many mails


@MANNERS
def test_five_hundred_mails_go_over_one_connection(features: tuple[str, ...]) -> None:
    with SmtpStub(*features) as server, gateway(server).session() as session:
        assert outcomes(session, 500) == [SENT] * 500
    assert server.connections == 1
    assert "RSET" not in server.verbs
    assert [message_from_bytes(raw)["Message-ID"] for raw in server.mails] == [
        f"<msg_{number}@atelier.example>" for number in range(1, 501)
    ]


def test_a_session_without_mails_makes_no_connection() -> None:
    with SmtpStub() as server, gateway(server).session():
        pass
    assert server.connections == 0


@MANNERS
@pytest.mark.parametrize("happening", [HANG_UP, "421 4.7.0 Enough for one connection"])
def test_a_mail_that_meets_a_connection_left_since_the_mail_before_goes_over_a_new_one(
    features: tuple[str, ...], happening: str
) -> None:
    with SmtpStub(*features, MAIL=["250 fine", happening]) as server, gateway(server).session() as session:
        assert outcomes(session, 3) == [SENT] * 3
    assert server.connections == 2
    assert len(server.mails) == 3


def test_a_mail_that_loses_its_connection_leaves_a_new_one_to_the_next() -> None:
    script: Say = {"CONTENT": ["", HANG_UP], "RCPT": ["250 fine", "250 fine", HANG_UP]}
    with SmtpStub(**script) as server, gateway(server).session() as session:
        assert outcomes(session, 4) == [SENT, UNCERTAIN, RETRY, SENT]
    assert server.connections == 3


def test_a_session_gives_up_a_server_that_hangs_up_on_every_mail() -> None:
    with SmtpStub(MAIL=[HANG_UP] * 50) as server, gateway(server).session() as session:
        assert outcomes(session, 50) == [RETRY] * 50
    assert server.connections == PATIENCE


def test_a_server_that_takes_one_mail_a_connection_gets_all_of_them() -> None:
    one_each = ["250 fine", "421 4.7.0 Enough for one connection"] * 10
    with SmtpStub(MAIL=one_each) as server, gateway(server).session() as session:
        assert outcomes(session, 10) == [SENT] * 10
    assert server.connections == 10


def test_a_server_that_does_not_say_goodbye_does_not_hurt() -> None:
    with SmtpStub(QUIT=[HANG_UP]) as server:
        assert report(server).outcome == SENT


# The word before DATA


class Counter:
    """Says what it is told, and notes which commands the server had had by then."""

    def __init__(self, server: SmtpStub, *, says: bool = True) -> None:
        self._server = server
        self._says = says
        self.seen: list[list[str]] = []

    def __call__(self) -> bool:
        self.seen.append(self._server.verbs)
        return self._says


@MANNERS
def test_the_word_is_asked_once_when_only_data_is_left_to_say(features: tuple[str, ...]) -> None:
    with SmtpStub(*features) as server, gateway(server).session() as session:
        before_data = Counter(server)
        session.send(mail(cc=("marc@example.org",)), before_data)
    assert before_data.seen == [["EHLO", "MAIL", "RCPT", "RCPT"]]


@MANNERS
@pytest.mark.parametrize("script", [{"MAIL": ["451 no"]}, {"RCPT": [NO_MAILBOX]}, {"RCPT": ["250 fine", HANG_UP]}])
def test_the_word_is_not_asked_when_there_is_no_data_to_come(features: tuple[str, ...], script: Say) -> None:
    with SmtpStub(*features, **script) as server, gateway(server).session() as session:
        before_data = Counter(server)
        session.send(mail(cc=("marc@example.org",)), before_data)
    assert before_data.seen == []
    assert "DATA" not in server.verbs


@MANNERS
def test_a_mail_that_may_not_go_is_forgotten_and_the_session_goes_on(features: tuple[str, ...]) -> None:
    with SmtpStub(*features) as server, gateway(server).session() as session:
        held = session.send(mail(1), Counter(server, says=False))
        assert held.outcome == RETRY
        assert "DATA" not in server.verbs
        assert send(session, 2).outcome == SENT
    assert server.connections == 1
    assert server.verbs[1:5] == ["MAIL", "RCPT", "RSET", "MAIL"]
    assert len(server.mails) == 1


def test_a_caller_that_breaks_off_leaves_the_session_in_order() -> None:
    def broken() -> bool:
        raise KeyError("the database is away")

    with SmtpStub() as server, gateway(server).session() as session:
        with pytest.raises(KeyError):
            session.send(mail(), broken)
        assert send(session, 2).outcome == SENT


def test_a_worker_that_breaks_off_hangs_up_without_a_word() -> None:
    def use(session_of: Callable[[], Any]) -> None:
        with session_of() as session:
            send(session)
            raise KeyboardInterrupt

    with SmtpStub() as server, pytest.raises(KeyboardInterrupt):
        use(gateway(server).session)
    assert server.verbs[-1] == "DATA"


# Copies


@MANNERS
def test_a_refused_copy_is_named_and_the_mail_goes(features: tuple[str, ...]) -> None:
    with SmtpStub(*features, RCPT=["250 fine", NO_MAILBOX]) as server:
        told = report(server, cc=("marc@example.org", "lea@example.org"))
    assert told == Report("msg_1", SENT, f"250 fine No copy to marc@example.org: {NO_MAILBOX}")
    assert len(server.mails) == 1


def test_a_refused_recipient_is_not_made_good_by_a_copy() -> None:
    with SmtpStub(RCPT=[NO_MAILBOX]) as server:
        assert report(server, cc=("marc@example.org",)) == Report("msg_1", FAILED, NO_MAILBOX, address_bad=True)
    assert server.mails == []


def test_a_malformed_copy_is_left_out_of_the_mail() -> None:
    with SmtpStub() as server:
        told = report(server, cc=("marc at home", "lea@example.org"))
    assert told.outcome == SENT
    assert "'marc at home' is no mail address" in told.detail
    assert message_from_bytes(server.mails[0])["Cc"] == "lea@example.org"


# What can't be sent


@pytest.mark.parametrize("address", ["zoe", "", "zoe@example.org\r\nRCPT TO:<x@example.org>", "a b@example.org", "<>"])
def test_a_malformed_recipient_is_a_bad_address_and_never_reaches_a_command(address: str) -> None:
    with SmtpStub() as server:
        told = report(server, recipient=address)
    assert (told.outcome, told.address_bad) == (FAILED, True)
    assert set(server.verbs) <= {"EHLO", "QUIT"}


@pytest.mark.parametrize(
    "changes",
    [{"sender": "factures"}, {"headers": (("Subject", "twice"),)}, {"headers": (("X\r\nBcc", "x@example.org"),)}],
)
def test_a_mail_that_is_written_wrong_fails_without_blaming_the_address(changes: dict[str, Any]) -> None:
    with SmtpStub() as server:
        told = report(server, **changes)
    assert (told.outcome, told.address_bad) == (FAILED, False)


def test_a_line_that_begins_with_a_dot_arrives_with_its_dot() -> None:
    text = ".\n..\n.hidden\nshown\n"
    with SmtpStub() as server:
        report(server, text=text, html="")
    payload = message_from_bytes(server.mails[0]).get_payload(decode=True)
    assert payload == text.replace("\n", "\r\n").encode()


def test_the_size_is_told_where_the_server_asks() -> None:
    with SmtpStub("SIZE 1000000") as server:
        report(server)
    assert server.commands[1].endswith(f" SIZE={len(server.mails[0])}")


# Addresses beyond ASCII


def test_a_domain_beyond_ascii_travels_in_ascii() -> None:
    with SmtpStub() as server:
        assert report(server, recipient="zoe@straße.example").outcome == SENT
    assert server.commands[2] == "RCPT TO:<zoe@xn--strae-oqa.example>"


def test_a_local_part_beyond_ascii_needs_a_server_that_takes_it() -> None:
    with SmtpStub("SMTPUTF8", "8BITMIME") as server:
        assert report(server, recipient="zoé@example.org").outcome == SENT
    assert server.commands[1:3] == [
        "MAIL FROM:<factures@atelier.example> BODY=8BITMIME SMTPUTF8",
        "RCPT TO:<zoé@example.org>",
    ]
    assert "To: zoé@example.org\r\n".encode() in server.mails[0]


def test_without_it_the_mail_fails_and_says_why() -> None:
    with SmtpStub() as server:
        told = report(server, recipient="zoé@example.org")
    assert (told.outcome, told.address_bad) == (FAILED, False)
    assert "SMTPUTF8" in told.detail


def test_without_it_a_copy_is_left_out() -> None:
    with SmtpStub() as server:
        told = report(server, cc=("léa@example.org",))
    assert told.outcome == SENT
    assert "No copy: léa@example.org can't be written to" in told.detail
    assert server.mails[0].isascii()
