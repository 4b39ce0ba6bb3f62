"""Reading how a business sends SMS from a shop file: whether at all, and who they are from (R19)."""

import re
from typing import Any

from models.business import Business
from models.yamlfile import Node

SMS_KEYS = ("enabled", "sender")
_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}|\+?[0-9]{3,15}")
"""A name of at most eleven letters and digits, or a number (3GPP TS 23.040, 9.1.2.5)."""


def read_sms(node: Node, business: Business) -> None:
    """Read the key `sms` of a business; without it SMS goes by the gateway of this installation, if there is one."""
    sms = node.get("sms")
    if sms is None:
        return
    sms = sms.mapping(SMS_KEYS)
    told: dict[str, Any] = {}
    enabled, sender = sms.get("enabled"), sms.get("sender")
    if enabled is not None:
        told["enabled"] = enabled.boolean()
    if sender is not None:
        told["sender"] = sender.text()
        if not _SENDER.fullmatch(told["sender"]):
            sender.problem("sender is no name of an SMS", "Take at most 11 letters and digits, or a number.")
    business.sms = told
