"""A mail made ready for one mail server: the envelope's addresses and the content."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from models.errors import BadInputError
from tasks.gateways.addresses import BadAddressError, routable
from tasks.gateways.mail import Mail
from tasks.gateways.mime import build


class UnsendableError(BadInputError):
    """This server can't be given this mail; `address_bad` says that no other could because of the recipient."""

    def __init__(self, reason: str, *, address_bad: bool = False) -> None:
        super().__init__(reason)
        self.address_bad = address_bad


@dataclass(frozen=True, slots=True)
class SmtpLetter:
    """What is said to the server: `recipients` begins with the one who must get it, `content` ends in CRLF."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    left_out: tuple[str, ...] = ()
    """A sentence for each copy that can't be asked for."""

    @property
    def needs_utf8(self) -> bool:
        return not all(map(str.isascii, (self.sender, *self.recipients)))

    @classmethod
    def of(cls, mail: Mail, date: datetime, *, utf8: bool) -> Self:
        """Write the letter, for a server with or without SMTPUTF8; raise `UnsendableError` if that can't be done."""
        sender = _needed(mail.sender, utf8=utf8, address_bad=False)
        recipient = _needed(mail.recipient, utf8=utf8, address_bad=True)
        copies, left_out = _copies(mail.cc, utf8=utf8)
        try:
            content = build(replace(mail, cc=copies), date)
        except BadInputError as error:
            raise UnsendableError(str(error)) from error
        return cls(sender, (recipient, *copies), content, left_out)


def _needed(address: str, *, utf8: bool, address_bad: bool) -> str:
    try:
        return _writable(address, utf8=utf8)
    except BadAddressError as error:
        raise UnsendableError(str(error), address_bad=address_bad) from error


def _copies(addresses: tuple[str, ...], *, utf8: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses that can get a copy, and why the others can't."""
    copies, left_out = [], []
    for address in addresses:
        try:
            copies.append(_writable(address, utf8=utf8))
        except BadInputError as error:
            left_out.append(f"No copy: {error}")
    return tuple(copies), tuple(left_out)


def _writable(address: str, *, utf8: bool) -> str:
    written = routable(address)
    if not (utf8 or written.isascii()):
        raise UnsendableError(f"{address} can't be written to: the mail server lacks SMTPUTF8. Use one that has it.")
    return written
