"""Messages out, mails and SMS: claimed in batches, each marked just before it is handed over (R12).

Three short transactions a batch: claim and write the letters; one small commit between two messages, which records the
outcome of the last and marks the next as `sending`; and one that raises the facts which follow. A worker that dies
leaves at most one message of its connection in doubt.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from psycopg import Connection

from models.channels import sender_of
from models.consents import Channel
from models.db import AWAY, transact
from models.delivering import BACKOFF, Delivered, skip_message
from models.errors import BadInputError, told
from models.letters import Letter, write_letter
from models.message import Message, MessageState
from models.messaging import time_to_go
from models.rerouting import reroute
from models.shop import Shop
from models.withholding import withheld
from tasks.attempting import attempt, in_company, look_after_the_dead
from tasks.claiming import claim_rows
from tasks.due import view
from tasks.engine import Outcome as Decided
from tasks.engine import Sent, lock, run_batch
from tasks.gateways.mail import Mail
from tasks.gateways.reports import Outcome, Report
from tasks.gateways.sms import Sms
from tasks.isolating import by_halves, put_off
from tasks.loading import Loader
from tasks.registry import Counts, task
from tasks.seeds import Seeds
from tasks.shell import Shell
from tasks.writing import write

LEASE = timedelta(seconds=15)
"""How long a worker may hold messages that it has not begun to send."""
SENDING_LEASE = timedelta(seconds=60)
"""How long the one in its hands stays its own: longer than a gateway's answer to one mail can take."""
BATCH = 200
ROUNDS = 40
SENT_AGAIN = frozenset({"request_payment", "issue_paid_invoice", "receipt", "deposit", "credit_note"})
"""Documents are sent again, under the same Message-ID, when it is uncertain whether they arrived; so is every SMS, of
which the gateway knows by its key whether it has it."""


@dataclass(slots=True)
class Claimed:
    """A message that this worker holds until its lease ends, with its words; `report` is what became of it."""

    message: Message
    letter: Letter | None
    sender_name: str
    report: Delivered | None = None
    sms_sender: str | None = None


@dataclass(frozen=True, slots=True)
class DueMessage:
    """A message whose row needs a hand."""

    business_id: str
    message_id: str

    @property
    def row(self) -> tuple[str, str]:
        """The message."""
        return "messages", self.message_id


@task("messages.deliver", queue="messages")
def deliver(shell: Shell) -> Counts:
    """Send what is due, until nothing is."""
    counts = dict.fromkeys(("sent", "failed", "later", "skipped", "uncertain", "put_off", "more"), 0)
    for _ in range(ROUNDS):
        lease = secrets.token_hex(8)
        due, claimed = _claim(shell, lease, counts)
        if not due:
            return counts
        if claimed:
            _send_all(shell, claimed, lease)
            _conclude(shell, claimed, counts)
    counts["more"] = 1
    return counts


def _claim(shell: Shell, lease: str, counts: Counts) -> tuple[int, list[Claimed]]:
    """Take due messages under a lease and write their letters; return how many were due, and those that are held."""
    now = shell.clock.now()
    sight = view(shell, now)
    due: list[DueMessage] = []
    claimed: list[Claimed] = []

    def claim_and_take(connection: Connection[Any]) -> tuple[list[Claimed], Decided]:
        look_after_the_dead(connection, now)
        rows = claim_rows(connection, "messages", sight, BATCH)
        due[:] = in_company(connection, [DueMessage(name, id_) for name, _, id_ in rows], now)
        return take(connection, due)

    def lock_and_take(connection: Connection[Any], some: Sequence[DueMessage]) -> tuple[list[Claimed], Decided]:
        lock(connection, {message.business_id for message in some})
        return take(connection, some)

    def take(connection: Connection[Any], some: Sequence[DueMessage]) -> tuple[list[Claimed], Decided]:
        with attempt(shell.database, connection, some, now, concludes=False):
            return _take_all(connection, some, lease, now, shell)

    def take_these(some: Sequence[DueMessage]) -> None:
        conclude(transact(shell.database, lambda c: lock_and_take(c, some)))

    def conclude(taken: tuple[list[Claimed], Decided]) -> None:
        claimed.extend(taken[0])
        for shop in taken[1].shops.values():
            counts["skipped"] += sum(message.state == MessageState.SKIPPED for message in shop.messages.changed())
        shell.observe(taken[1])

    try:
        conclude(transact(shell.database, claim_and_take))
    except AWAY:
        raise
    except Exception:  # whatever it is: the poison is found among what was due
        if not due:
            raise
        by_halves(due, take_these, partial(_put_off, shell, counts))
    return len(due), claimed


def _put_off(shell: Shell, counts: Counts, message: DueMessage | Sent, error: Exception) -> None:
    transact(shell.database, lambda c: put_off(c, message, told(error), shell.clock.now()))
    counts["put_off"] += 1


def _take_all(
    connection: Connection[Any], due: Sequence[DueMessage], lease: str, now: datetime, shell: Shell
) -> tuple[list[Claimed], Decided]:
    """Take those messages that are still due; their tenants are locked."""
    if not due:
        return [], Decided({}, 0, 0)
    seeds = Seeds()
    for one in due:
        seeds.add("messages", one.business_id, [one.message_id])
    shops = Loader(connection, now, {one.business_id for one in due}).load(seeds)
    taken: list[Claimed | None] = []
    for one in due:
        shop = shops[one.business_id]
        shop.pages, shop.gateways = shell.pages, shell.gateways
        message = shop.messages[one.message_id]
        if message.next_attempt_at is not None and message.next_attempt_at <= now:
            shop.now = now
            shop.begin(message.id)
            taken.append(take_up(shop, message, lease, now))
    written = write(connection, shops.values())
    return [one for one in taken if one is not None], Decided(shops, len(taken), written)


def take_up(shop: Shop, message: Message, lease: str, now: datetime) -> Claimed | None:
    """Decide what to do with a due message: send it, conclude it, or let it be (R5)."""
    name = shop.business.name
    if message.state in {MessageState.SENT, MessageState.FAILED, MessageState.UNCERTAIN}:
        outcome = Delivered(message.id, str(message.state), message.sent_at or now, message.detail or "")
        message.next_attempt_at = now + LEASE
        return Claimed(message, None, name, outcome)
    if in_doubt := message.state == MessageState.SENDING:
        message.attempts += 1
        again = message.template in SENT_AGAIN or message.channel == Channel.SMS
        if not again or message.attempts > len(BACKOFF):
            message.state, message.next_attempt_at = MessageState.UNCERTAIN, now + LEASE
            return Claimed(
                message, None, name, Delivered(message.id, "uncertain", now, "The worker died while sending.")
            )
        message.state = MessageState.PREPARED
    if not _may_go(shop, message, now, in_doubt=in_doubt):
        return None
    letter, flaw = _write(shop, message)
    message.lease, message.next_attempt_at = lease, now + LEASE
    report = None if letter else Delivered(message.id, "failed", now, flaw)
    return Claimed(message, letter, name, report, sender_of(shop.business))


def _may_go(shop: Shop, message: Message, now: datetime, *, in_doubt: bool) -> bool:
    """Whether a due message goes now: no pause holds it, a way is open, its hours have come, it still makes sense."""
    if _is_held(shop, message):
        return False
    if closed := reroute(shop, message, in_doubt=in_doubt):
        _give_up(shop, message, closed)
    elif not _is_held(shop, message):
        if (later := time_to_go(shop, message)) > now:
            message.next_attempt_at = later
        elif reason := withheld(shop, message):
            _give_up(shop, message, reason)
        else:
            return True
    return False


def _is_held(shop: Shop, message: Message) -> bool:
    """Whether a pause holds a message; it is no longer due then."""
    held = shop.stops.hold_message(message)
    if held:
        message.held_at, message.next_attempt_at = message.held_at or message.next_attempt_at, None
    return held


def _give_up(shop: Shop, message: Message, reason: str) -> None:
    message.state, message.next_attempt_at, message.held_at = MessageState.SKIPPED, None, None
    skip_message(shop, message, reason)


def _write(shop: Shop, message: Message) -> tuple[Letter | None, str]:
    try:
        letter = write_letter(shop, message)
    except BadInputError as error:
        return None, str(error)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is this message's own
        return None, f"{type(error).__name__}: {error}"
    message.subject, message.text, message.html = letter.subject, letter.text, letter.html
    return letter, ""


Send = Callable[[Claimed, Callable[[], bool]], Report]
"""Hands a message over by its channel; it asks just before whether it may."""


def _send_all(shell: Shell, claimed: Sequence[Claimed], lease: str) -> None:
    """Hand over every message, mails first, those of a channel on one connection."""
    to_send = [one for one in claimed if one.letter is not None and one.report is None]
    mails = [one for one in to_send if one.message.channel == Channel.EMAIL]
    texts = [one for one in to_send if one.message.channel == Channel.SMS]
    if mails:
        with shell.mail.session() as mail:
            sender = shell.settings.mail_from
            _send_each(shell, mails, lease, lambda one, before: mail.send(mail_of(one, sender), before))
    if texts and shell.sms is not None:
        with shell.sms.session() as sms:
            _send_each(shell, texts, lease, lambda one, before: sms.send(sms_of(one), before))


def _send_each(shell: Shell, to_send: Sequence[Claimed], lease: str, send: Send) -> None:
    """Hand over one after the other; between two, one small commit records and marks."""
    with shell.database.connect() as outer:
        connection = outer.connection.driver_connection
        assert isinstance(connection, Connection)
        last: Claimed | None = None
        for one in to_send:
            one.report = _hand_over(shell, connection, send, one, last, lease)
            last = one
        _note(connection, last, None, lease, shell.clock.now())


def _hand_over(
    shell: Shell, connection: Connection[Any], send: Send, one: Claimed, last: Claimed | None, lease: str
) -> Delivered | None:
    marked: list[bool] = []

    def before() -> bool:
        marked.append(_note(connection, last, one, lease, shell.clock.now()))
        return marked[-1]

    report = send(one, before)
    if not marked:
        _note(connection, last, None, lease, shell.clock.now())
    elif not marked[-1]:
        return None
    return delivered(report, shell.clock.now(), lease)


def delivered(report: Report, at: datetime, lease: str) -> Delivered:
    """Return what a gateway's answer tells of a message."""
    return Delivered(report.key, str(report.outcome), at, report.detail, report.address_bad, lease)


def mail_of(one: Claimed, sender: str) -> Mail:
    """Return a message with its words as a mail."""
    message, letter = one.message, one.letter
    assert letter is not None
    return Mail(
        message.id,
        sender,
        one.sender_name,
        message.recipient,
        tuple(message.cc),
        letter.subject,
        letter.text,
        letter.html,
        letter.headers,
    )


def sms_of(one: Claimed) -> Sms:
    """Return a message with its words as an SMS."""
    message, letter = one.message, one.letter
    assert letter is not None
    return Sms(message.id, message.business_id, one.sms_sender, message.recipient, letter.text)


def _note(connection: Connection[Any], last: Claimed | None, one: Claimed | None, lease: str, now: datetime) -> bool:
    """Record the outcome of the last mail and mark the next as sending; False if the lease of the next was lost.

    The commit does not wait for the disk: it must survive this process, not the server.
    """
    report = last.report if last is not None else None
    with connection.pipeline():
        connection.execute("SET LOCAL synchronous_commit = off")
        if last is not None and report is not None and report.outcome == Outcome.SENT:
            connection.execute(
                "UPDATE messages SET state = 'sent', sent_at = %s WHERE business_id = %s AND id = %s AND lease = %s"
                " AND state = 'sending'",
                (report.at, last.message.business_id, last.message.id, lease),
            )
        marked = None
        if one is not None:
            marked = connection.execute(
                "UPDATE messages SET state = 'sending', next_attempt_at = %s"
                " WHERE business_id = %s AND id = %s AND lease = %s AND state = 'prepared' AND next_attempt_at > %s",
                (now + SENDING_LEASE, one.message.business_id, one.message.id, lease, now),
            )
    connection.commit()
    return marked is None or marked.rowcount == 1


def _conclude(shell: Shell, claimed: Sequence[Claimed], counts: Counts) -> None:
    """Record every outcome in the tenants' books and raise what follows (`invoice.sent` …), fenced by the lease."""
    items = [Sent(one.message.business_id, one.report.at, one.report) for one in claimed if one.report is not None]
    if not items:
        return

    names = {"sent": "sent", "retry": "later", "failed": "failed", "uncertain": "uncertain"}

    def record(connection: Connection[Any], some: Sequence[Sent]) -> Decided:
        lock(connection, {item.business_id for item in some})
        now = shell.clock.now()
        with attempt(shell.database, connection, some, now):
            return run_batch(connection, now, some, keep_refusals=shell.keep_refusals)

    def conclude(some: Sequence[Sent]) -> None:
        shell.observe(transact(shell.database, lambda c: record(c, some)))
        for item in some:
            counts[names[item.report.outcome]] += 1

    by_halves(items, conclude, partial(_put_off, shell, counts))
