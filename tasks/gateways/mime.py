"""A mail as bytes (RFC 5322, 2045–2047): ASCII lines of bounded length, the same bytes for the same mail and date."""

import re
from base64 import encodebytes
from binascii import b2a_base64, b2a_qp
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import quote

from models.errors import BadInputError
from tasks.gateways.addresses import routable
from tasks.gateways.mail import Mail

CRLF = "\r\n"
FOLD = "\r\n "
LONGEST_LINE = 998
_TIDY_LINE = 76
_WORD_BYTES = 36
"""Bytes of an encoded word: 60 characters, so that the line has at most 76 with the name of any usual header."""
_INSIDE_CHARACTER = 0x80
"""Upper two bits of every byte of UTF-8 that does not begin a character."""
_BOUNDARY = "=_alternative"
"""`=_` occurs neither in quoted-printable nor in base64 (RFC 2045, 6.7)."""

_HEADER_NAME = re.compile(r"[!-9;-~]{1,76}")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class BadHeaderError(BadInputError):
    """A header that no mail can have."""


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID of the row `key`: the same for every attempt, so that a repeat can be recognised (R12)."""
    domain = routable(sender).rpartition("@")[2]
    return f"<{quote(key, safe='')}@{domain}>"


def build(mail: Mail, date: datetime) -> bytes:
    """Return the whole mail: text and HTML as alternatives, or the text alone if there is no HTML.

    It is ASCII, except that a non-ASCII local part of an address stands in its header as UTF-8 (RFC 6532). Raises
    `BadInputError` for an address or a header that can't be written.
    """
    headers = [
        ("From", _mailbox(mail.sender_name, mail.sender)),
        ("To", routable(mail.recipient)),
        *([("Cc", f",{FOLD}".join(map(routable, mail.cc)))] if mail.cc else []),
        ("Subject", _text(mail.subject)),
        ("Date", _date(date.replace(microsecond=0))),
        ("Message-ID", message_id(mail.key, mail.sender)),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
        *((name, _value(value)) for name, value in mail.headers),
    ]
    _check(headers)
    lines = [f"{name}: {value}" for name, value in headers]
    return CRLF.join(lines).encode() + b"\r\n" + _body(mail)


def _check(headers: list[tuple[str, str]]) -> None:
    seen = set()
    for name, value in headers:
        if not _HEADER_NAME.fullmatch(name) or name.lower() in seen:
            raise BadHeaderError(f"The header {name!r} can't be added. Its name is malformed or there is one already.")
        if len(name) + 2 + max(map(len, value.split(CRLF))) > LONGEST_LINE:
            raise BadHeaderError(f"The header {name} has a word too long for a line of {LONGEST_LINE}. Shorten it.")
        seen.add(name.lower())


def _mailbox(name: str, address: str) -> str:
    name = _clean(name)
    if not name:
        return routable(address)
    phrase = _quoted(name) if _is_plain(name) else _encoded_words(name)
    return f"{phrase} <{routable(address)}>"


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", r"\\").replace('"', r"\"") + '"'


def _text(text: str) -> str:
    """Write what people read."""
    text = _clean(text)
    return text if _is_plain(text) else _encoded_words(text)


def _value(value: str) -> str:
    """Write what programs read: it is folded after commas, where it is long."""
    value = _clean(value)
    if not value.isascii():
        return _encoded_words(value)
    return value if len(value) <= _TIDY_LINE else value.replace(", ", f",{FOLD}")


def _clean(value: str) -> str:
    """Make one line of it: no line break, no control character, so nothing can end the header."""
    return _BREAKS.sub(" ", value).strip(" ")


def _is_plain(text: str) -> bool:
    """Tell if it can stand as it is: ASCII that is not too long and does not look like an encoded word."""
    return text.isascii() and len(text) < LONGEST_LINE // 4 and "=?" not in text


def _encoded_words(text: str) -> str:
    """Write as words of RFC 2047, none of which splits a character."""
    words, rest = [], text.encode(errors="replace")
    while rest:
        end = _WORD_BYTES
        while end < len(rest) and rest[end] & 0xC0 == _INSIDE_CHARACTER:
            end -= 1
        words.append(f"=?utf-8?b?{b2a_base64(rest[:end], newline=False).decode()}?=")
        rest = rest[end:]
    return FOLD.join(words)


@lru_cache(maxsize=8)
def _date(second: datetime) -> str:
    return format_datetime(second)


def _body(mail: Mail) -> bytes:
    text = _part("plain", mail.text)
    if not mail.html:
        return text
    opening = f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"{CRLF}'.encode()
    fence = f"{CRLF}--{_BOUNDARY}".encode()
    return b"".join((opening, fence, b"\r\n", text, fence, b"\r\n", _part("html", mail.html), fence, b"--\r\n"))


def _part(subtype: str, text: str) -> bytes:
    """Write one text with its headers; one that is mostly beyond ASCII is shorter in base64."""
    text = text.replace(CRLF, "\n").replace("\r", "\n").rstrip("\n") + "\n"
    raw = text.replace("\n", CRLF).encode(errors="replace")
    if len(raw) > 1.3 * (len(text) + text.count("\n")):
        encoding, content = "base64", encodebytes(raw).replace(b"\n", b"\r\n")
    else:
        encoding, content = "quoted-printable", b2a_qp(raw)
    headers = f"Content-Type: text/{subtype}; charset=utf-8{CRLF}Content-Transfer-Encoding: {encoding}{CRLF}{CRLF}"
    return headers.encode() + content
