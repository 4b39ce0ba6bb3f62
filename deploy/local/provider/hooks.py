"""Messages of the provider: signed, sent when they are due, tried again while nobody takes them."""

import threading
import time
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote, urlsplit

from deploy.local.provider.store import Store
from tasks.gateways.signatures import sign

LOOK_SECONDS = 0.1
WAITS = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
TIMEOUT_SECONDS = 5.0
HEADER = "Sandbox-Signature"


class Messenger(threading.Thread):
    """Sends what is due to `address/{account}`; what is refused too often is given up."""

    def __init__(self, file: Path, address: str, secret: str) -> None:
        super().__init__(name="messenger", daemon=True)
        self._file = file
        self._address = address
        self._secret = secret

    def run(self) -> None:
        """Send until the process ends."""
        with Store(self._file) as store:
            while True:
                self._send_due(store)
                time.sleep(LOOK_SECONDS)

    def _send_due(self, store: Store) -> None:
        for number, account, body, tries in store.due(time.time()):
            if self._send(account, body) or tries >= len(WAITS):
                store.sent(number)
            else:
                store.put_off(number, time.time() + WAITS[tries])

    def _send(self, account: str, body: bytes) -> bool:
        to = urlsplit(self._address)
        headers = {"Content-Type": "application/json", HEADER: sign(self._secret, body, datetime.now(UTC))}
        connection = HTTPConnection(to.hostname or "", to.port or 80, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", f"{to.path}/{quote(account, safe='')}", body, headers)
            return 200 <= connection.getresponse().status < 300
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
