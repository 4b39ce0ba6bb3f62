"""What a person does with a message of a card provider that could not be read: put it back, once that is mended."""

from models.refusals import RefusedError
from tasks.desk.acting import Desk, Done, act, noted


def replay_webhook(desk: Desk, id_: str) -> Done:
    """Let a message be read anew; its error and what was held against it are forgotten."""
    row = desk.connection.execute(
        "SELECT read_at, due_at, raw = '' FROM webhooks WHERE business_id = %s AND id = %s", (desk.business_id, id_)
    ).fetchone()
    if row is None:
        raise RefusedError(f"There is no message {id_}. `relance payments webhooks list` shows them.")
    read_at, due_at, emptied = row
    if read_at is not None:
        raise RefusedError(
            f"{id_} was read already, at {read_at.isoformat(timespec='seconds')}: nothing is left to do."
        )
    if emptied:
        raise RefusedError(
            f"The body of {id_} was deleted, so it can't be read any more. `relance payments attempts`"
            " shows what became of payments by card."
        )
    names = (desk.business_id, id_)
    if due_at is None or due_at > desk.now:
        desk.connection.execute(
            "UPDATE webhooks SET due_at = %s, error = NULL, calls = 0 WHERE business_id = %s AND id = %s",
            (desk.now, *names),
        )
        desk.connection.execute(
            "DELETE FROM setbacks WHERE business_id = %s AND subject = concat('webhooks ', %s::text)", names
        )
    return act(desk, "replay", noted("webhook", id_, "put back"), lambda _: None, lambda _: None)
