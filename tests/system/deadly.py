"""The app of a worker that some rows kill, as a bug in a library or the lack of memory does.

Each deadly client kills at one place only. Most kill as the kernel does when memory runs out; `crashes` is a real
segmentation fault.
"""

import ctypes
import os
import signal
from collections.abc import Callable
from typing import Any

from models.letters import Letter, write_letter
from models.message import Message
from models.shop import Shop
from tasks import due_rows, engine, messages
from worker.app import app

__all__ = ["app"]

EVENTS = ("kills", "crashes")
RUNS, SESSIONS, DOCUMENTS, LETTERS, REPORTS = (
    "kills-runs",
    "kills-sessions",
    "kills-documents",
    "kills-letters",
    "kills-reports",
)
ROWS = (RUNS, SESSIONS, DOCUMENTS, LETTERS, REPORTS)
"""Clients whose events, runs … kill; by what of theirs does it."""


def die(*, by_fault: bool = False) -> None:
    """End this process at once."""
    if by_fault:
        ctypes.string_at(0)
    os.kill(os.getpid(), signal.SIGKILL)


def _event(item: Any, _shop: Shop) -> None:
    if client := next((name for name in item.named.contacts if name in EVENTS), None):
        die(by_fault=client == "crashes")


def _run(item: Any, shop: Shop) -> None:
    if shop.runs[item.id].contact_id == RUNS:
        die()


def _session(item: Any, shop: Shop) -> None:
    if any(seat.contact_id == SESSIONS for seat in shop.bookings.by("session_id", item.id)):
        die()


def _document(item: Any, shop: Shop) -> None:
    if shop.invoices[item.id].contact_id == DOCUMENTS:
        die()


def _report(item: Any, shop: Shop) -> None:
    if shop.messages[item.report.message_id].contact_id == REPORTS:
        die()


def _deadly(kind: Any, kill: Callable[[Any, Shop], None]) -> None:
    decide = kind.decide

    def decide_or_die(item: Any, shop: Shop) -> None:
        kill(item, shop)
        decide(item, shop)

    kind.decide = decide_or_die


def _write_or_die(shop: Shop, message: Message) -> Letter:
    if message.contact_id == LETTERS:
        die()
    return write_letter(shop, message)


for kind, kill in (
    (engine.Arrival, _event),
    (due_rows.DueRun, _run),
    (due_rows.DueSession, _session),
    (due_rows.DueInvoice, _document),
    (engine.Sent, _report),
):
    _deadly(kind, kill)
vars(messages)["write_letter"] = _write_or_die
