"""Signatures of messages between systems: HMAC-SHA256 over the instant and the raw bytes, good for five minutes."""

import hashlib
import hmac
import re
from datetime import datetime

WINDOW_SECONDS = 300
_FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, raw: bytes, at: datetime) -> str:
    """Return the header that signs a message at an instant: `t=SECONDS,v1=HEX`."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={_digest(secret, seconds, raw)}"


def is_signed(secret: str, raw: bytes, header: str, at: datetime) -> bool:
    """Whether a message was signed with the secret, at most five minutes before or after an instant."""
    told = _FORM.fullmatch(header)
    if told is None or abs(int(told[1]) - at.timestamp()) > WINDOW_SECONDS:
        return False
    return hmac.compare_digest(_digest(secret, told[1], raw), told[2])


def _digest(secret: str, seconds: str, raw: bytes) -> str:
    return hmac.new(secret.encode(), seconds.encode() + b"." + raw, hashlib.sha256).hexdigest()
