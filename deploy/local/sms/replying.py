"""What a client answers: signed, and told at once to who gave the SMS."""

import json
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote, urlsplit

from deploy.local.sms.store import StoredReply, StoredSms
from tasks.gateways.signatures import sign

HEADER = "Sms-Signature"
TIMEOUT_SECONDS = 10.0


def tell_reply(address: str, key: str, sms: StoredSms, reply: StoredReply) -> bool:
    """Tell a reply to `address/{business}`; return whether it was taken."""
    told = {
        "id": f"{reply.at}-{reply.id}",
        "from": sms.recipient,
        "to": sms.sender,
        "text": reply.text,
        "at": reply.at,
    }
    body, to = json.dumps(told).encode(), urlsplit(address)
    headers = {"Content-Type": "application/json", HEADER: sign(key, body, datetime.now(UTC))}
    connection = HTTPConnection(to.hostname or "", to.port or 80, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", f"{to.path}/{quote(sms.business, safe='')}", body, headers)
        return 200 <= connection.getresponse().status < 300
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
