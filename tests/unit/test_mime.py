"""A mail as bytes: what is put in can be read out again, and nothing in it can become something else."""

import base64
import re
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import UniqueAddressHeader
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadInputError
from tasks.gateways.addresses import BadAddressError, routable
from tasks.gateways.mime import LONGEST_LINE, build, message_id
from tests.unit.letters import mail

NOON = datetime(2027, 3, 26, 12, 0, 7, tzinfo=UTC)
EVIL = "x\r\nBcc: victim@example.org\r\n\r\n<script>"
BUILT = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]

texts = st.text(st.characters(exclude_categories=["Cs"]))
visible = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])).map(lambda text: text.strip(" "))


def raw(**changes: Any) -> bytes:
    return build(mail(**changes), NOON)


def parsed(**changes: Any) -> EmailMessage:
    return message_from_bytes(raw(**changes), policy=policy.default)


def content(message: EmailMessage, kind: str) -> str:
    """Return the text of one alternative as it was written, with line breaks of one kind."""
    part = message.get_body((kind,))
    assert part is not None
    return cast("str", part.get_content()).replace("\r\n", "\n")


def one_kind_of_break(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"


# The whole


def test_a_mail_is_read_as_it_was_meant() -> None:
    message = parsed(cc=("marc@example.org", "lea@example.org"), headers=(("List-Unsubscribe", "<https://x.example>"),))
    sender = cast("UniqueAddressHeader", message["From"]).addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Atelier Zoé", "factures@atelier.example")
    assert message["To"] == "zoe@example.org"
    assert message["Cc"] == "marc@example.org, lea@example.org"
    assert message["Subject"] == "Votre facture n° 2027-0001"
    assert message["Message-ID"] == "<msg_1@atelier.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<https://x.example>"
    assert parsedate_to_datetime(message["Date"]) == NOON
    assert message.get_content_type() == "multipart/alternative"
    assert content(message, "plain") == "Bonjour,\nvoici votre facture.\n"
    assert content(message, "html") == "<p>Bonjour,<br>voici votre facture.</p>\n"
    assert message.defects == []


def test_the_text_comes_first_and_the_better_html_last() -> None:
    kinds = [part.get_content_type() for part in parsed().iter_parts()]
    assert kinds == ["text/plain", "text/html"]


def test_without_html_the_text_is_the_mail() -> None:
    message = parsed(html="")
    assert message.get_content_type() == "text/plain"
    assert content(message, "plain") == "Bonjour,\nvoici votre facture.\n"


def test_the_same_mail_is_the_same_bytes() -> None:
    assert raw() == raw()


@given(subject=texts, sender_name=texts, text=texts, html=texts, extra=texts)
def test_whatever_is_said_lines_are_short_ascii_and_end_in_crlf(
    subject: str, sender_name: str, text: str, html: str, extra: str
) -> None:
    whole = raw(subject=subject, sender_name=sender_name, text=text, html=html, headers=(("X-Note", extra),))
    assert whole.isascii()
    assert whole.endswith(b"\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", whole)
    assert max(map(len, whole.split(b"\r\n"))) <= LONGEST_LINE


@given(text=texts, html=texts.filter(bool))
def test_both_texts_arrive_whole(text: str, html: str) -> None:
    message = parsed(text=text, html=html)
    assert content(message, "plain") == one_kind_of_break(text)
    assert content(message, "html") == one_kind_of_break(html)


@pytest.mark.parametrize("letter", ["a", "é", "…", "領", "🧾", "=", ".", " "])
def test_a_line_of_any_length_arrives_whole(letter: str) -> None:
    long = letter * 5000 + "x"
    assert content(parsed(text=long), "plain") == long + "\n"


def test_a_mostly_latin_text_stays_readable_and_another_is_in_base64() -> None:
    assert b"Pay=C3=A9 avant No=C3=ABl" in raw(text="Payé avant Noël")
    assert base64.b64encode("請求書です".encode()[:12]) in raw(text="請求書です")


@pytest.mark.parametrize(
    "text", ["--=_alternative--", "--=_alternative\n\nover", "\n--=_alternative\nContent-Type: x/y"]
)
def test_a_text_can_t_end_its_part(text: str) -> None:
    message = parsed(text=text)
    assert content(message, "plain") == one_kind_of_break(text)
    assert content(message, "html").startswith("<p>Bonjour")


# Headers


@given(subject=visible)
def test_a_subject_arrives_whole(subject: str) -> None:
    assert parsed(subject=subject)["Subject"] == subject


@given(name=visible.map(str.strip).filter(bool))
def test_a_name_arrives_whole(name: str) -> None:
    """Read it the old way: the parser of today's policy adds spaces to long names and takes them from others."""
    phrase, address = parseaddr(message_from_bytes(raw(sender_name=name))["From"])
    assert str(make_header(decode_header(phrase))) == name
    assert address == "factures@atelier.example"


@pytest.mark.parametrize("subject", ["a" * 5000, "é" * 5000, "🧾" * 700, "long " * 700, "=?utf-8?q?forged?="])
def test_a_long_or_treacherous_subject_arrives_whole(subject: str) -> None:
    message = parsed(subject=subject)
    assert message["Subject"] == subject.strip()
    assert max(map(len, raw(subject=subject).split(b"\r\n"))) <= LONGEST_LINE


def test_a_sender_without_a_name_is_an_address() -> None:
    assert parsed(sender_name=" ")["From"] == "factures@atelier.example"


@pytest.mark.parametrize("field", ["subject", "sender_name"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028"])
def test_no_text_can_begin_a_header(field: str, end: str) -> None:
    message = parsed(**{field: EVIL.replace("\r\n", end)})
    assert message.keys() == BUILT
    assert content(message, "html").startswith("<p>Bonjour")


def test_no_value_can_begin_a_header() -> None:
    message = parsed(headers=(("X-Note", EVIL),))
    assert message.keys() == [*BUILT[:-1], "X-Note", "Content-Type"]


@pytest.mark.parametrize("name", ["", "X Note", "X:Note", "X\r\nBcc", "X-Né", "subject", "message-id", "x" * 100])
def test_a_header_that_no_mail_can_have_is_refused(name: str) -> None:
    with pytest.raises(BadInputError, match="can't be added"):
        raw(headers=((name, "value"),))


def test_a_long_value_is_folded_after_its_commas() -> None:
    value = ", ".join(f"<https://atelier.example/out/{number:032d}>" for number in range(60))
    assert parsed(headers=(("List-Unsubscribe", value),))["List-Unsubscribe"] == value


def test_a_value_that_can_t_be_folded_is_refused() -> None:
    with pytest.raises(BadInputError, match="too long"):
        raw(headers=(("List-Unsubscribe", f"<https://atelier.example/{'x' * 1000}>"),))


@pytest.mark.parametrize("hours", [-9, 0, 14])
def test_the_date_is_the_instant(hours: int) -> None:
    at = NOON.astimezone(timezone(timedelta(hours=hours)))
    message = message_from_bytes(build(mail(), at), policy=policy.default)
    assert parsedate_to_datetime(message["Date"]) == NOON


# Addresses


@pytest.mark.parametrize("field", ["sender", "recipient"])
def test_no_address_can_begin_a_header(field: str) -> None:
    with pytest.raises(BadAddressError, match="is no mail address"):
        raw(**{field: "zoe@example.org\r\nBcc: victim@example.org"})


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("zoe@example.org", "zoe@example.org"),
        ("Zoe.Durand+cut@Example.ORG", "Zoe.Durand+cut@Example.ORG"),
        ("relance@localhost", "relance@localhost"),
        ("zoé@example.org", "zoé@example.org"),
        ("zoe@München.example", "zoe@xn--mnchen-3ya.example"),
        ("zoe@straße.example", "zoe@xn--strae-oqa.example"),
        ("zoe@ＥＸＡＭＰＬＥ.org", "zoe@example.org"),
        ("zoe@例え.テスト", "zoe@xn--r8jz45g.xn--zckzah"),
    ],
)
def test_a_domain_is_written_in_ascii_and_a_local_part_as_it_is(address: str, written: str) -> None:
    assert routable(address) == written


@pytest.mark.parametrize(
    "address",
    [
        "", "@", "zoe", "zoe@", "@example.org", "zoe@@example.org", "zoe@example..org", "zoe@.org", "zoe@example.org.",
        "zoe @example.org", "<zoe@example.org>", '"zoe d"@example.org', "zoe@example.org,x@example.org",
        "zoe@example.org>", "zoe@exa mple.org", "zoe\0@example.org", "zoe\u2028@example.org", "zoe\u202e@example.org",
        "zoe@exam\u2028ple.org", "z" * 65 + "@example.org", "zoe@" + "x" * 64 + ".org", "zoe@" + "ü" * 63 + ".org",
        "é" * 64 + "@" + "x" * 60 + "." + "y" * 60 + "." + "z" * 60, "zoe@[127.0.0.1]", "zoe@example.org\n",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadAddressError):
        routable(address)


@given(texts)
def test_no_text_becomes_an_address_that_could_break_out(text: str) -> None:
    for address in (text, f"{text}@example.org", f"zoe@{text}"):
        try:
            written = routable(address)
        except BadAddressError:
            continue
        assert not set(written) & set("\r\n <>,:;\"'\0") - {"'"}
        assert written.count("@") == 1


# Message-IDs


def test_a_message_id_is_made_of_key_and_domain() -> None:
    assert message_id("msg_01a4", "Atelier@MÜNCHEN.example") == "<msg_01a4@xn--mnchen-3ya.example>"


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_keys_are_two_message_ids_of_plain_characters(one: str, other: str) -> None:
    ids = [message_id(key, "a@example.org") for key in (one, other)]
    assert (ids[0] == ids[1]) == (one == other)
    assert all(re.fullmatch(r"<[A-Za-z0-9_.~%-]+@example\.org>", id_) for id_ in ids)
