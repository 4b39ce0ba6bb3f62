"""The bells: which tasks may be rung, and the names of the keys that ringing leaves in Redis.

A bell is named like the task it wakes. Ringing is a debounced hint: a mark in Redis keeps a second message from being
sent while one is on its way, and expires by itself, so that a lost message delays work and never silences it. A task
that may be rung takes no arguments, does one batch, and reports `MORE` while another batch may be waiting.
"""

MORE = "more"
"""Key of a rung task's counts: not 0 when its batch was full, so that it is run again at once."""

BELLS = (
    "events.drain",
    "pauses.end",
    "automations.advance",
    "automations.merge",
    "automations.start",
    "sessions.announce",
    "bookings.release",
    "billing.open_cycles",
    "billing.bill",
    "payments.recur",
    "invoices.mark_overdue",
    "payments.collect",
    "payments.settle",
    "payments.read_webhooks",
    "payments.forget_cards",
    "messages.deliver",
    "books.check",
    "housekeeping.prune",
    "housekeeping.listen",
)
"""Tasks that may be rung."""

MARK_MILLISECONDS = 1_000
"""How long a mark silences its bell at most."""

EXPIRY_SECONDS = 30
"""A message older than this is dropped unread; beat has rung again by then."""

RUNG = "relance:rung"
"""Stream in which processes without Celery leave the names of the bells they ring; the intake passes them on."""

BEAT = "relance:beat"
"""Key that holds the instant of beat's last look; it is gone when no beat has looked for a minute."""


def mark(bell: str) -> str:
    """Key of a bell's mark."""
    return f"relance:bell:{bell}"
