"""The mailbox: what is sent to it is kept, shown and told; what asks for a bounce gets one."""

import json
import os
import signal
import smtplib
import socket
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from email.policy import SMTP
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from deploy.local.ports import LOOPBACK, free_port
from deploy.local.process import Program
from deploy.local.programs import mailbox


class Mailbox:
    """A running mailbox and both its doors."""

    def __init__(self, home: Path) -> None:
        self.smtp_port, self.http_port = free_port(), free_port()
        self.program: Program = mailbox(home, self.smtp_port, self.http_port)
        self.start()

    def start(self) -> None:
        self.program.launch()
        self.program.await_ready()

    def send(self, mail: EmailMessage | bytes, *recipients: str) -> dict[str, tuple[int, bytes]]:
        """Send a mail and return the recipients that were refused."""
        raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=SMTP)
        with smtplib.SMTP(LOOPBACK, self.smtp_port) as client:
            return client.sendmail("shop@relance.example", recipients, raw)

    def ask(self, path: str, method: str = "GET", host: str = LOOPBACK) -> tuple[int, str]:
        """Return the status and the content of a page."""
        with closing(HTTPConnection(LOOPBACK, self.http_port)) as connection:
            connection.request(method, path, headers={"Host": host})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def get(self, path: str, method: str = "GET") -> str:
        """Return the content of a page that is there."""
        status, content = self.ask(path, method)
        assert status == HTTPStatus.OK
        return content

    def messages(self) -> list[dict[str, Any]]:
        content = json.loads(self.get("/messages.json"))
        assert isinstance(content, list)
        return content


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    running = Mailbox(tmp_path_factory.mktemp("mailbox"))
    yield running
    running.program.child.stop()


@pytest.fixture
def box(running: Mailbox) -> Mailbox:
    """Lend the empty mailbox."""
    running.get("/messages.json", "DELETE")
    return running


def invoice() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Salon Zoé <shop@relance.example>"
    mail["To"] = "zoe@example.fr"
    mail["Subject"] = "Votre facture n° 12 – 45,00 €"
    mail["Message-ID"] = "<invoice-12@relance.example>"
    mail.set_content("Bonjour Zoé,\n.\nvoici votre facture.\n")
    mail.add_alternative("<p>Bonjour <b>Zoé</b></p>", subtype="html")
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="facture.pdf")
    return mail


def test_a_mail_is_told_with_all_its_parts(box: Mailbox) -> None:
    assert box.send(invoice(), "zoe@example.fr", "max@example.fr") == {}
    (told,) = box.messages()
    assert isinstance(told.pop("id"), int)
    assert told.pop("received_at").endswith("+00:00")
    assert told == {
        "to": "zoe@example.fr",
        "recipients": ["zoe@example.fr", "max@example.fr"],
        "from": "Salon Zoé <shop@relance.example>",
        "subject": "Votre facture n° 12 – 45,00 €",
        "message_id": "<invoice-12@relance.example>",
        "text": "Bonjour Zoé,\r\n.\r\nvoici votre facture.\r\n",
        "html": "<p>Bonjour <b>Zoé</b></p>\r\n",
        "attachments": [{"filename": "facture.pdf", "content_type": "application/pdf", "size": 5}],
    }


def test_mails_are_listed_as_they_came_and_thrown_away_together(box: Mailbox) -> None:
    for number in range(3):
        box.send(f"Subject: {number}\r\n\r\n".encode(), "zoe@example.fr")
    assert [told["subject"] for told in box.messages()] == ["0", "1", "2"]
    assert json.loads(box.get("/messages.json", "DELETE")) == {"deleted": 3}
    assert box.messages() == []


@pytest.mark.parametrize(("address", "code"), [("bounce.zoe@example.fr", 550), ("busy@example.fr", 451)])
def test_who_asks_for_a_refusal_gets_it(box: Mailbox, address: str, code: int) -> None:
    refused = box.send(invoice(), address, "max@example.fr")
    assert {refusal[0] for refusal in refused.values()} == {code}
    assert [told["recipients"] for told in box.messages()] == [["max@example.fr"]]


def test_an_acknowledged_mail_survives_a_kill(box: Mailbox) -> None:
    box.send(invoice(), "zoe@example.fr")
    child = box.program.child
    assert child.pid
    os.kill(child.pid, signal.SIGKILL)
    child.stop()
    box.start()
    assert [told["to"] for told in box.messages()] == ["zoe@example.fr"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no header at all",
        b"Subject: =?utf-8?b?broken\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe",
        b"Content-Type: multipart/mixed\r\n\r\n--\r\nno boundary",
        b"From: \xff\xfe\r\nSubject: \xe9t\xe9\r\nMessage-ID:\r\n\r\n\xe9",
    ],
)
def test_a_broken_mail_is_kept_and_shown(box: Mailbox, raw: bytes) -> None:
    box.send(raw, "zoe@example.fr")
    (told,) = box.messages()
    assert told["to"] == "zoe@example.fr"
    assert "zoe@example.fr" in box.get("/")
    assert "zoe@example.fr" in box.get(f"/messages/{told['id']}")


def test_commands_may_come_in_one_piece_or_byte_by_byte(box: Mailbox) -> None:
    script = b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<zoe@example.fr>\r\nDATA\r\n..\r\n.\r\nQUIT\r\n"
    for pieces in ([script], [script[i : i + 1] for i in range(len(script))]):
        with socket.create_connection((LOOPBACK, box.smtp_port)) as connection, connection.makefile("rb") as answers:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                connection.sendall(piece)
            codes = [line[:3] for line in answers if line[3:4] == b" "]
        assert codes == [b"220", b"250", b"250", b"250", b"354", b"250", b"221"]
    assert [told["text"] for told in box.messages()] == [".\r\n", ".\r\n"]


def test_commands_out_of_order_are_refused(box: Mailbox) -> None:
    with smtplib.SMTP(LOOPBACK, box.smtp_port) as client:
        assert client.docmd("RCPT TO:<zoe@example.fr>")[0] == 503
        assert client.docmd("MAIL FROM:<>")[0] == 250
        assert client.docmd("DATA")[0] == 503
        assert client.docmd("RCPT TO:zoe")[0] == 501
        assert client.docmd("EXPN everybody")[0] == 500
        assert client.rset()[0] == client.noop()[0] == 250


def test_the_pages_show_a_mail_and_run_nothing_of_it(box: Mailbox) -> None:
    mail = invoice()
    mail.replace_header("Subject", "<script>alert(1)</script>")
    box.send(mail, "zoe@example.fr")
    number = box.messages()[0]["id"]
    listed, shown = box.get("/"), box.get(f"/messages/{number}")
    assert "&lt;script&gt;" in listed
    assert "<script" not in listed + shown
    assert "iframe sandbox" in shown
    assert box.get(f"/messages/{number}/html") == "<p>Bonjour <b>Zoé</b></p>\r\n"
    assert box.get(f"/messages/{number}/attachments/0") == "%PDF-"
    assert "Subject: <script>" in box.get(f"/messages/{number}/source")
    assert "color" in box.get("/mailbox.css")


@pytest.mark.parametrize("path", ["/messages/0", "/messages/99999999", "/nothing"])
def test_what_is_not_there_is_said_so(box: Mailbox, path: str) -> None:
    assert box.ask(path)[0] == HTTPStatus.NOT_FOUND


def test_a_page_of_the_internet_can_not_read_the_mails_by_naming_this_machine(box: Mailbox) -> None:
    assert box.ask("/messages.json", host="rebound.example")[0] == HTTPStatus.BAD_REQUEST
