"""Commands that list and show: what the story of the salon left behind (see `tests.database.salon`)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local.postgres import Postgres
from models.db import make_engine
from tests.database.conftest import SHOP, Relance
from worker.cli.output import in_cell

INVOICE_KEYS = {
    "at", "kind", "contact", "cause", "number", "type", "status", "total", "net", "tax", "taxes", "amount_due",
    "currency", "issued_on", "due_on", "lines", "charges", "standing", "id",
}  # fmt: skip


def test_invoices_have_the_keys_of_a_simulation_and_are_as_things_are_now(in_salon: Relance) -> None:
    first, second, third = in_salon("invoices", "list", "--json").lines
    assert set(first) == INVOICE_KEYS
    assert [line["number"] for line in (first, second, third)] == ["2025-0001", "2025-0002", "2025-0003"]
    assert {key: first[key] for key in ("at", "kind", "contact", "status", "standing", "amount_due", "due_on")} == {
        "at": "2025-01-05T10:00:00+01:00",
        "kind": "invoice",
        "contact": "zoe",
        "status": "issued",
        "standing": "overdue",
        "amount_due": 2500,
        "due_on": "2025-01-19",
    }
    assert (first["cause"]["automation"], first["cause"]["step"]) == ("ask", "0")
    assert first["lines"] == [{"description": "Coupe", "quantity": 1, "amount": 4500, "tax_rate": "20"}]
    assert first["taxes"] == [{"rate": "20", "net": 3750, "tax": 750}]
    assert (second["status"], second["standing"], second["amount_due"]) == ("paid", "paid", 0)


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--status", "overdue"], ["2025-0001", "2025-0003"]),
        (["--status", "partially_paid"], ["2025-0001"]),
        (["--status", "paid"], ["2025-0002"]),
        (["--status", "pending"], []),
        (["--status", "void"], []),
        (["--status", "draft"], []),
        (["--contact", "leo"], ["2025-0003"]),
        (["--limit", "2"], ["2025-0002", "2025-0003"]),
        (["--kind", "credit_note"], []),
        (["--business", "atelier", "--status", "overdue", "--contact", "zoe"], ["2025-0001"]),
    ],
)
def test_invoices_are_chosen(in_salon: Relance, options: list[str], numbers: list[str]) -> None:
    assert [line["number"] for line in in_salon("invoices", "list", "--json", *options).lines] == numbers


def test_one_invoice_is_shown_with_what_followed(in_salon: Relance) -> None:
    shown = in_salon("invoices", "show", "2025-0001", "--json").line
    assert set(shown) > INVOICE_KEYS
    assert [(one["amount"], one["method"]) for one in shown["payments"]] == [(2000, "cash")]
    assert [one["template"] for one in shown["messages"]] == ["request_payment", "send_reminder"]
    assert in_salon("invoices", "show", shown["id"], "--json").line == shown
    words = in_salon("invoices", "show", "2025-0001").out
    assert all(part in words for part in ("2025-0001", "overdue", "Coupe", "45.00 EUR", "25.00 EUR", "cash"))


def test_automations_tell_of_their_runs(in_salon: Relance) -> None:
    lines = {line["automation"]: line for line in in_salon("automations", "list", "--json").lines}
    assert list(lines) == ["ask", "birthday", "class", "remind"]
    assert lines["ask"]["runs"] == {"done": 2}
    assert lines["birthday"] == {
        "automation": "birthday",
        "name": "birthday",
        "state": "active",
        "version": 1,
        "draft": False,
        "awaiting_approval": None,
        "trigger": "session.booked",
        "runs": {"waiting": 1},
        "last_fired": "2025-01-05T10:00:00+01:00",
        "next_due": "2035-01-13T10:00:00+01:00",
    }
    shown = in_salon("automations", "show", "ask", "--json").line
    assert [(one["version"], one["actor"]) for one in shown["versions"]] == [(1, "scenario")]
    assert "request_payment" in shown["text"]
    assert "session.booked" in in_salon("automations", "show", "ask").out


def test_runs_are_chosen_and_shown_with_all_that_they_did(in_salon: Relance) -> None:
    (waiting,) = in_salon("runs", "list", "--state", "waiting", "--json").lines
    assert (waiting["automation"], waiting["contact"]) == ("birthday", "zoe")
    run = in_salon("runs", "show", waiting["run"], "--json").line
    assert run["subjects"] == {"order": "o1", "booking": "o1-b1", "session": "o1-s1"}
    assert [(step["does"], step["at"]) for step in run["steps"]] == [
        ("wait 3660 days", "here"),
        ("send_email", "ahead"),
        ("end", "ahead"),
    ]
    (done,) = in_salon("runs", "list", "--automation", "ask", "--contact", "zoe", "--json").lines
    run = in_salon("runs", "show", done["run"], "--json").line
    assert [one["number"] for one in run["documents"]] == ["2025-0001"]
    assert [one["state"] for one in run["messages"]] == ["sent"]
    assert run["fact"]["type"] == "session.booked"
    words = in_salon("runs", "show", done["run"]).out
    assert "●  begins: session.booked" in in_salon("runs", "show", done["run"], "--lang", "en").out
    assert "│  3660 jours" in in_salon("runs", "show", waiting["run"], "--lang", "fr").out
    assert all(part in words for part in ("request_payment", "2025-0001", "zoe@example.org"))
    assert len(in_salon("runs", "list", "--limit", "2", "--json").lines) == 2


def test_people_and_money_are_listed(in_salon: Relance) -> None:
    assert [line["id"] for line in in_salon("contacts", "list", "--json").lines] == ["ada", "leo", "zoe"]
    leo = in_salon("contacts", "show", "leo", "--json").line
    assert (leo["tags"], leo["owes"], leo["credit"]) == (["vip"], {"EUR": 1500}, {"EUR": 700})
    booking = in_salon("bookings", "list", "--contact", "zoe", "--json").line
    assert (booking["service"], booking["starts_at"]) == ("cut", "2025-01-08T14:00:00+01:00")
    payments = in_salon("payments", "list", "--json").lines
    assert [(one["amount"], one["documents"], one["credit"]) for one in payments] == [
        (8000, ["2025-0002"], 0),
        (2000, ["2025-0001"], 0),
        (700, [], 700),
    ]


def test_the_texts_of_messages_are_shown_one_at_a_time(in_salon: Relance) -> None:
    listed = in_salon("messages", "list", "--contact", "zoe", "--json").lines
    assert [line["subject"] for line in listed] == [
        "Facture 2025-0001 – Atelier Lumière",
        "Rappel : facture 2025-0001 – Atelier Lumière",
    ]
    assert not any("text" in line for line in listed)
    assert "Bonjour Zoé" in in_salon("messages", "show", listed[0]["id"], "--json").line["text"]
    assert "Bonjour Zoé" in in_salon("messages", "show", listed[0]["id"]).out


def test_a_table_says_when_it_leaves_something_out(in_salon: Relance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.cli.desk.TABLE", 2)
    cut = in_salon("payments", "list")
    assert "p1" not in cut.out
    assert "latest 2" in cut.err
    assert "p1" in in_salon("payments", "list", "--limit", "3").out
    assert len(in_salon("payments", "list", "--json").lines) == 3


@pytest.mark.parametrize("area", ["business", "automations", "runs", "invoices", "contacts", "bookings", "payments"])
def test_tables_are_for_people(in_salon: Relance, area: str) -> None:
    answer = in_salon(area, "list")
    assert (answer.code, answer.err) == (0, "")
    assert "{" not in answer.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["invoices", "show", "2025-0009"], "atelier has no document '2025-0009'. Did you mean 2025-000"),
        (["invoices", "list", "--contact", "zo"], "atelier has no contact 'zo'. Did you mean zoe?"),
        (["invoices", "list", "--business", "ateleir"], "There is no business 'ateleir'. Did you mean atelier?"),
        (["automations", "show", "asks"], "atelier has no automation 'asks'. Did you mean ask"),
        (["runs", "list", "--automation", "birthdy"], "Did you mean birthday?"),
        (["runs", "show", "run_1"], "atelier has no run 'run_1'."),
        (["messages", "show", "1"], "atelier has no message '1'. `relance messages list` shows them all."),
        (["contacts", "show", "Zoe"], "Did you mean zoe?"),
        (["invoices", "list", "--status", "late"], "'late'"),
        (["runs", "list", "--state", "sleeping"], "'sleeping'"),
        (["payments", "list", "--limit", "0"], "--limit"),
        (["events", "dead", "show", "7"], "There is no dead letter 7."),
    ],
)
def test_what_is_not_there_is_one_message(in_salon: Relance, arguments: list[str], message: str) -> None:
    answer = in_salon(*arguments)
    assert answer.code == 2
    assert message in answer.error


@pytest.mark.parametrize("area", ["invoices", "automations", "runs", "contacts", "bookings", "payments", "messages"])
def test_without_a_business_it_is_said_how_to_begin(on_nothing: Relance, area: str) -> None:
    answer = on_nothing(area, "list")
    assert (answer.code, answer.error) == (
        2,
        "There is no business yet. Create one with `relance business apply SHOP.yaml`.",
    )


def test_a_server_that_is_not_there_is_one_message(command: Callable[[str], Relance]) -> None:
    answer = command("postgresql://nobody@127.0.0.1:1/nothing")("invoices", "list")
    assert answer.code == 1
    assert "PostgreSQL can't be used" in answer.error


def test_a_database_without_a_schema_is_one_message(command: Callable[[str], Relance], server: Postgres) -> None:
    answer = command(server.create_database("bare"))("runs", "list")
    assert answer.code == 1
    assert answer.error.endswith("Run `relance migrate`.")


def test_what_others_wrote_does_not_steer_a_terminal() -> None:
    assert in_cell("Zoé\x1b[2J\x9b1m\n") == "Zoé\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}1m\n"


def test_alerts_are_listed_and_chosen(shop: Relance, url: str, tmp_path: Path) -> None:
    (known := tmp_path / "known.yaml").write_text(SHOP + "contacts: [{id: zoe, name: Zoé}]\n")
    assert shop("business", "apply", known, "--yes").code == 0
    engine = make_engine(url)
    with engine.begin() as connection:
        for number, (reason, contact_id) in enumerate([("paid_twice", "zoe"), ("parked", None)]):
            alert = (f"alt_{number}", reason, contact_id, f"2027-01-0{number + 1} 10:00+01")
            connection.exec_driver_sql(
                "INSERT INTO alerts (business_id, id, reason, contact_id, at, text)"
                " SELECT id, %s, %s, %s, %s, 'Look at it.' FROM businesses",
                alert,
            )
    engine.dispose()
    first, second = shop("alerts", "--json").lines
    assert (first["reason"], first["contact"], second["reason"]) == ("paid_twice", "zoe", "parked")
    assert shop("alerts", "--reason", "parked", "--json").line == second
    assert shop("alerts", "--contact", "zoe", "--json").line == first
    assert "no contact 'zo'. Did you mean zoe?" in shop("alerts", "--contact", "zo").error
    assert shop("alerts", "--since", "2027-01-02", "--json").line == second
    assert "Look at it." in shop("alerts").out
