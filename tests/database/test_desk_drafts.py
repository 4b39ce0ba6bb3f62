"""Drafts at the desk: listed with reasons, edited without overwriting anybody, confirmed once, thrown away (R14)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from models.db import make_engine, transact
from models.drafting import Edit
from models.refusals import RefusedError
from tasks.desk.acting import Desk
from tasks.desk.drafts import change_draft, confirm_drafts
from tasks.engine import lock
from tasks.gateways.clock import SystemClock
from tests.database.conftest import Relance, Terminal
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream
from tests.samples import charge_added

PEOPLE = 6
DRAFTING = """\
automation: draft
trigger: {on: session.booked}
steps: [{request_payment: {document: draft, due_in: {days: 14}}}]
"""


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk of a shop that drafts what is booked."""
    desk = FrontDesk(relance, upstream, tmp_path)
    file = tmp_path / "draft.yaml"
    file.write_text(DRAFTING)
    assert relance("automations", "apply", file, "--publish").code == 0
    return desk


def drafted(desk: FrontDesk, who: str = "zoe") -> str:
    """Let a client book a cut; return its draft."""
    desk.books(who)
    return str(desk.listed("drafts", "list", "--contact", who)[-1]["id"])


def test_drafts_are_listed_with_where_their_lines_are_from(desk: FrontDesk) -> None:
    id_ = drafted(desk)
    drafted(desk, "ada")
    (line,) = desk.listed("drafts", "list", "--contact", "zoe")
    assert (line["id"], line["status"], line["number"], line["total"]) == (id_, "draft", None, 4500)
    assert line["lines"][0] | {"charge": "o1-b1", "from": "booking:o1-b1", "changed": []} == line["lines"][0]
    assert [one["id"] for one in desk.listed("invoices", "list", "--status", "draft", "--contact", "zoe")] == [id_]
    assert "Coupe" in desk.says("drafts", "list").out
    assert "booking:o1-b1" in desk.says("drafts", "show", id_).out


def test_a_draft_is_not_held_before_it_is_confirmed(desk: FrontDesk) -> None:
    id_ = drafted(desk)
    assert "A draft can't be put on hold: it is draft" in desk.refused_plain("invoices", "hold", id_)
    number = desk.does("drafts", "confirm", id_, "--yes")[1]["number"]
    assert desk.does("invoices", "hold", number)[0]["done"] == "held"


def test_what_has_changed_since_is_said_of_each_line(desk: FrontDesk) -> None:
    id_ = drafted(desk)
    drafted(desk, "ada")
    desk.tells("booking.cancelled", {"booking": {"id": "o1-b1"}})
    (line,) = desk.listed("drafts", "list", "--changed")
    assert (line["id"], line["changed"], line["lines"][0]["changed"]) == (id_, 1, ["cancelled"])


def test_what_was_paid_since_is_said_of_the_line(desk: FrontDesk) -> None:
    id_ = drafted(desk)
    desk.does("payments", "record", "--yes", "10.00", "--charge", "o1-b1")
    assert desk.listed("drafts", "show", id_)[0]["lines"][0]["changed"] == ["10.00 EUR paid"]


def test_confirmed_drafts_are_issued_and_sent_and_confirming_again_does_nothing(desk: FrontDesk) -> None:
    one, other = drafted(desk), drafted(desk, "ada")
    done, *lines = desk.does("drafts", "confirm", "--all", "--yes")
    assert done == {"drafts": "2 drafts", "done": "confirmed"}
    numbers = [line["number"] for line in lines if line["kind"] == "invoice"]
    assert [number.partition("-")[2] for number in numbers] == ["0001", "0002"]
    assert [line["contact"] for line in lines if line["kind"] == "message"] == ["zoe", "ada"]
    assert {("olga", "confirmed", one), ("olga", "confirmed", other)} < set(desk.acts())
    (again,) = desk.does("drafts", "confirm", one, "--yes")
    assert again == {"draft": one, "done": "confirmed already", "number": numbers[0]}
    assert len(desk.listed("messages", "list")) == 2
    assert desk.listed("drafts", "list") == []
    assert desk.balanced()


def test_the_total_is_shown_before_many_are_confirmed(desk: FrontDesk) -> None:
    drafted(desk)
    drafted(desk, "ada")
    answer = desk.says("drafts", "confirm", "--all", typed=Terminal("n\n"))
    assert answer.code == 1
    assert "Confirm 2 drafts of 90.00 EUR in all? It can't be undone." in answer.err
    assert len(desk.listed("drafts", "list")) == 2


def test_a_draft_is_edited_line_by_line(desk: FrontDesk) -> None:
    id_ = drafted(desk)
    desk.tells("charge.added", charge_added("key"))
    (done, *_) = desk.does("drafts", "edit", id_, "--add", "key", "--line", "o1-b1=Coupe de Noël")
    assert done == {"draft": id_, "done": "edited", "added": ["key"], "words": {"o1-b1": "Coupe de Noël"}}
    (line,) = desk.listed("drafts", "show", id_)
    assert (line["total"], line["revision"], line["lines"][0]["description"]) == (7000, 1, "Coupe de Noël")
    desk.does("drafts", "confirm", id_, "--yes")
    (invoice,) = desk.listed("invoices", "list")
    assert (invoice["id"], invoice["total"], invoice["lines"][0]["description"]) == (id_, 7000, "Coupe de Noël")
    assert desk.balanced()


def test_who_edits_what_somebody_else_has_edited_meanwhile_is_refused(desk: FrontDesk) -> None:
    id_ = drafted(desk)
    desk.does("drafts", "edit", id_, "--line", "o1-b1=Coupe longue", "--seen", 0)
    refused = desk.refused_plain("drafts", "edit", id_, "--line", "o1-b1=Coupe courte", "--seen", 0)
    assert "you saw its revision 0, it is at 1" in refused
    assert desk.listed("drafts", "show", id_)[0]["lines"][0]["description"] == "Coupe longue"


def test_many_at_once_confirm_a_draft_once_and_only_one_of_them_edits_what_all_have_seen(
    desk: FrontDesk, url: str
) -> None:
    id_, other = drafted(desk), drafted(desk, "ada")
    engine = make_engine(url, pool_size=PEOPLE)

    def act(number: int) -> str:
        def work(connection: Connection[Any]) -> None:
            lock(connection, ["atelier"])
            at = Desk(connection, "atelier", SystemClock().now(), f"person {number}")
            confirm_drafts(at, {other: None})
            change_draft(at, id_, Edit(words={"o1-b1": f"Coupe {number}"}), seen=0)

        try:
            transact(engine, work)
        except RefusedError as error:
            return "conflict" if "was edited meanwhile" in str(error) else str(error)
        return "edited"

    with ThreadPoolExecutor(PEOPLE) as people:
        said = Counter(people.map(act, range(PEOPLE)))
    engine.dispose()
    assert said == {"edited": 1, "conflict": PEOPLE - 1}
    (draft,) = desk.listed("drafts", "list")
    assert (draft["id"], draft["revision"]) == (id_, 1)
    assert len(desk.listed("messages", "list")) == 1
    assert len(desk.listed("invoices", "list", "--contact", "ada")) == 1
    assert desk.balanced()


def test_a_charge_of_another_client_does_not_join(desk: FrontDesk) -> None:
    id_ = drafted(desk)
    desk.tells("charge.added", charge_added("key", of="ada"))
    assert "does not belong on draft" in desk.refused_plain("drafts", "edit", id_, "--add", "key")
    assert "has no charge 'nothing'" in desk.refused_plain("drafts", "edit", id_, "--remove", "nothing")


def test_a_deleted_draft_frees_what_it_held(desk: FrontDesk) -> None:
    id_ = drafted(desk)
    done, *_ = desk.does("drafts", "delete", id_, "--yes")
    assert done == {"draft": id_, "done": "deleted"}
    assert "is no draft any more: it is void" in desk.refused("drafts", "confirm", id_)
    _, invoice, *_ = desk.does("invoices", "create", "--booking", "o1-b1")
    assert (invoice["status"], invoice["charges"]) == ("issued", ["o1-b1"])
    assert desk.balanced()


def test_what_is_done_to_issued_documents_is_refused_of_a_draft(desk: FrontDesk) -> None:
    id_ = drafted(desk)
    for act in (("invoices", "void"), ("invoices", "write-off", "--reason", "gone"), ("payments", "mark-paid")):
        assert desk.refused(*act[:2], id_, *act[2:]).startswith("A draft can't be ")
    assert "A draft has no due date" in desk.refused_plain("invoices", "set-due", id_, "2027-01-31")


def test_nothing_chosen_and_unknown_drafts_are_told(desk: FrontDesk) -> None:
    assert "Name drafts, or say --all" in desk.refused("drafts", "confirm")
    assert "has no draft 'nothing'" in desk.refused("drafts", "delete", "nothing")
    assert "There are no such drafts." in desk.refused("drafts", "confirm", "--all")
