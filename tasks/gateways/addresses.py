"""Mail addresses as SMTP and headers can carry them: the domain in ASCII (RFC 5890), the local part as it is."""

import re
from unicodedata import normalize

from models.errors import BadInputError

LONGEST_ADDRESS = 254
_LOCAL = re.compile(r'[^\s()<>\[\]\\,;:"@]{1,64}')
_DOMAIN = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")


class BadAddressError(BadInputError):
    """No mail can be addressed like this."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address!r} is no mail address. Write one like name@example.org.")


def routable(address: str) -> str:
    """Return the address with its domain in ASCII, or raise `BadAddressError`.

    What is returned holds no space, control character, bracket or quote, so it can't break out of a command or header.
    Only its local part may be non-ASCII; then servers need SMTPUTF8.
    """
    local, _, domain = address.rpartition("@")
    domain = _ascii(domain)
    if not (address.isprintable() and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise BadAddressError(address)
    if len(local.encode()) + 1 + len(domain) > LONGEST_ADDRESS:
        raise BadAddressError(address)
    return f"{local}@{domain}"


def _ascii(domain: str) -> str:
    """Encode as IDNA 2008 does; Python's own codec is of 2003, where straße.de is another's domain, strasse.de."""
    if domain.isascii():
        return domain
    labels = normalize("NFKC", domain).lower().split(".")
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)
