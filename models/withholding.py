"""What is looked at once more right before a message goes out: it may have waited a night (R4, R5, R19)."""

from models.actions import not_reminded_of, silent_about
from models.automation_file import Late, Then
from models.ending import nothing_left
from models.linking import silent_about_link
from models.message import ASKING, Message, MessagePurpose
from models.running import goal_reached
from models.shop import Shop

RECONSIDERED = ASKING | {"send_email", "notify_staff"}
"""Templates of what may have become pointless; documents that are settled, receipts and notices go out all the same."""


def withheld(shop: Shop, message: Message) -> str | None:
    """Return why a message must not go out any more, or None."""
    if message.held_at is not None and message.purpose != MessagePurpose.LEGAL and _stale(shop, message):
        return "stale"
    if message.template not in RECONSIDERED:
        return None
    return _of_run(shop, message) or (_of_documents(shop, message) if message.template in ASKING else None)


def _of_run(shop: Shop, message: Message) -> str | None:
    """Look whether the run's goal is reached or its subject gone."""
    run = shop.runs.get(message.run_id) if message.run_id else None
    published = shop.rulebook.version(run.automation_id, run.version) if run else None
    if run is None or published is None:
        return None
    if goal_reached(shop, run, published):
        return "goal"
    return "cancelled" if nothing_left(shop, run) and not published.automation.keep_on_cancel else None


def _of_documents(shop: Shop, message: Message) -> str | None:
    """Look whether what a message asks for is still to be paid."""
    if not message.documents and (link_id := message.subject_ids.get("link")):
        return silent_about_link(shop, shop.links.get(link_id))
    silent = not_reminded_of if message.template == "send_reminder" else silent_about
    reasons = [silent(shop, shop.invoices.get(id_)) for id_ in message.documents]
    return reasons[0] if reasons and all(reasons) else None


def _stale(shop: Shop, message: Message) -> bool:
    """Whether a pause has held a message for longer than its automation lets it be late (R3)."""
    assert message.held_at is not None
    published = shop.rulebook.version(message.automation_id or "", message.version or 0)
    late = published.automation.late if published else Late()
    return late.then is not Then.RUN and shop.now - message.held_at > late.tolerance
