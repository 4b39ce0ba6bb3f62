"""Reminders and formal notices by a person's act: of documents, or of all that a client owes (R25)."""

from collections.abc import Callable, Sequence

from models.invoice import Invoice
from models.noticing import DAYS, give_notice
from models.refusals import RefusedError
from models.reminding import of_standing, remind
from models.settling import invoice_named
from models.shop import Shop
from models.standing import Standing
from tasks.desk.acting import Desk, Done, act, noted
from tasks.desk.documents import contact_named, document_named
from tasks.seeds import Seeds


def remind_of(desk: Desk, numbers: Sequence[str]) -> Done:
    """Remind the payer of documents, which are one payer's, in one message."""
    payer, ids = _of_one_payer(desk, numbers)
    note = noted("invoice", numbers[0], "reminded", documents=", ".join(numbers) if len(numbers) > 1 else None)
    return act(desk, "remind", note, _seed(desk, payer, ids), lambda shop: _ignore(remind(shop, _documents(shop, ids))))


def remind_contact(desk: Desk, contact_id: str, wanted: Sequence[Standing]) -> Done:
    """Remind a payer of all open documents that stand as wanted, in one message."""
    id_ = contact_named(desk, contact_id)

    def ask(shop: Shop) -> None:
        documents = of_standing(shop, shop.invoices.by("contact_id", id_), wanted)
        if not documents:
            others = " `--pending` reminds of those that are not due yet." if wanted == [Standing.OVERDUE] else ""
            raise RefusedError(f"{id_} has no {' or '.join(wanted) or 'open'} invoice to be reminded of.{others}")
        remind(shop, documents)

    return act(desk, "remind", noted("contact", id_, "reminded"), _open_of(desk, id_), ask)


def notice_of(desk: Desk, numbers: Sequence[str], days: int = DAYS) -> Done:
    """Send a formal notice over overdue documents of one payer."""
    payer, ids = _of_one_payer(desk, numbers)
    note = noted("invoice", numbers[0], "formally noticed", documents=", ".join(numbers), days=days)
    return act(
        desk,
        "formal_notice",
        note,
        _with_notices(desk, payer, ids),
        lambda shop: _ignore(give_notice(shop, _documents(shop, ids), days)),
    )


def _of_one_payer(desk: Desk, numbers: Sequence[str]) -> tuple[str, list[str]]:
    """Return whose debts these are, and their ids."""
    documents = [document_named(desk, number) for number in dict.fromkeys(numbers)]
    payers = sorted({document.contact_id for document in documents})
    if len(payers) > 1:
        raise RefusedError(f"These are debts of {', '.join(payers)}: write to one payer at a time.")
    return payers[0], [document.id for document in documents]


def _documents(shop: Shop, ids: Sequence[str]) -> list[Invoice]:
    return [document for id_ in ids if (document := invoice_named(shop, id_))]


def _seed(desk: Desk, payer: str, ids: Sequence[str]) -> Callable[[Seeds], None]:
    """Name documents, and their payer's links: a new one over these takes the place of older ones (R17)."""

    def seed(seeds: Seeds) -> None:
        seeds.add("invoices", desk.business_id, ids)
        seeds.linked.add((desk.business_id, payer))

    return seed


def _with_notices(desk: Desk, payer: str, ids: Sequence[str]) -> Callable[[Seeds], None]:
    """Name documents as `_seed` does, and the formal notices that were given of them, also to whom merges lead."""
    given = desk.connection.execute(_NOTICES, {"business": desk.business_id, "payer": payer, "ids": list(ids)})
    return _seed(desk, payer, [*ids, *(row[0] for row in given.fetchall())])


_NOTICES = (
    "WITH RECURSIVE payers(id) AS (SELECT %(payer)s::text UNION SELECT n.id FROM payers JOIN contacts c"
    " ON c.business_id = %(business)s AND payers.id IN (c.id, c.merged_into)"
    " CROSS JOIN LATERAL (VALUES (c.id), (c.merged_into)) n(id) WHERE n.id IS NOT NULL)"
    " SELECT n.id FROM payers JOIN invoices n ON n.business_id = %(business)s AND n.contact_id = payers.id"
    " JOIN invoices d ON d.business_id = n.business_id AND d.id = ANY(%(ids)s)"
    " WHERE n.kind = 'formal_notice' AND n.preceding @> jsonb_build_array(jsonb_build_object('number', d.number))"
)


def _open_of(desk: Desk, contact_id: str) -> Callable[[Seeds], None]:
    def seed(seeds: Seeds) -> None:
        seeds.add("contacts", desk.business_id, [contact_id])
        seeds.payers.add((desk.business_id, contact_id))
        seeds.linked.add((desk.business_id, contact_id))

    return seed


def _ignore(_made: object) -> None:
    return None
