"""What a person does with drafts: edited, confirmed, thrown away, each as it was seen (R14)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from models.drafting import Edit, confirm_draft, delete_draft, edit_draft
from models.invoice import Invoice
from models.shop import Shop
from tasks.desk.acting import Desk, Done, act, noted
from tasks.desk.documents import document_named
from tasks.seeds import Seeds


def change_draft(desk: Desk, id_: str, edit: Edit, seen: int | None = None) -> Done:
    """Change the lines of a draft; `seen` is the revision that the editor saw."""
    detail = {"removed": list(edit.remove) or None, "added": list(edit.add) or None, "words": dict(edit.words) or None}
    told = {key: value for key, value in detail.items() if value}
    return _on_draft(
        desk, id_, "edited", lambda shop, draft: edit_draft(shop, draft, edit, seen=seen), charges=edit.add, told=told
    )


def confirm_drafts(desk: Desk, seen: Mapping[str, int | None], *, notify: bool = True) -> Done:
    """Issue drafts, all or none, and send them; each with the revision that was seen of it."""

    def confirm(revision: int | None) -> Callable[[Shop, Invoice], None]:
        return lambda shop, draft: confirm_draft(shop, draft, notify=notify, seen=revision)

    return _all(_on_draft(desk, id_, "confirmed", confirm(revision)) for id_, revision in seen.items())


def delete_drafts(desk: Desk, seen: Mapping[str, int | None]) -> Done:
    """Throw drafts away, all or none; their charges are due again."""

    def delete(revision: int | None) -> Callable[[Shop, Invoice], None]:
        return lambda shop, draft: delete_draft(shop, draft, seen=revision)

    return _all(_on_draft(desk, id_, "deleted", delete(revision)) for id_, revision in seen.items())


def _all(each: Iterable[Done]) -> Done:
    """Return what was done to several drafts as one."""
    done = list(each)
    lines = [line for one in done for line in one.lines]
    if len(done) == 1:
        return done[0]
    return replace(done[-1], note=noted("drafts", f"{len(done)} drafts", done[-1].note.act), lines=lines)


def _on_draft(
    desk: Desk,
    id_: str,
    done: str,
    work: Callable[[Shop, Invoice], None],
    *,
    charges: Iterable[str] = (),
    told: Mapping[str, object] | None = None,
) -> Done:
    found = document_named(desk, id_)

    def seed(seeds: Seeds) -> None:
        seeds.add("invoices", desk.business_id, [found.id])
        seeds.add("charges", desk.business_id, charges)

    note = noted("draft", found.id, done, **(told or {}))
    return act(desk, f"{done.removesuffix('ed')}_draft", note, seed, lambda shop: work(shop, shop.invoices[found.id]))
