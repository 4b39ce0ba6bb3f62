"""`relance backtest`: what an automation would have done over a shop's stored events, and that nothing is written.

The shop's past is a story that ends now; a simulation of it leaves the rows that a live system would have left.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine

from models.db import make_engine
from models.rows import row_classes
from models.scenario_file import load_scenario
from tasks.simulate import Simulation
from tests.database.conftest import Answer, Relance
from tests.scenarios.story import ASK, REMIND, Story, automation, mail, seat, wait

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
UNPAID = {"stop_when": ["invoice.paid", "invoice.voided"]}
TABLES = sorted(row_classes())


def days_ago(days: float, hour: int = 10) -> str:
    """Return an instant of that day."""
    return (NOW - timedelta(days=days)).replace(hour=hour).isoformat()


def told() -> Story:
    """Tell the past of a shop: zoe books and never pays, ada pays, leo books and cancels."""
    story = Story(lambda: pytest.fail("This story is played elsewhere."))
    story.client("leo")
    story.business["payment_terms"] = {"days": 7}
    story.automation("ask", "session.booked", ASK, **UNPAID)
    story.automation("late", "invoice.overdue", REMIND, **UNPAID)
    story.span(days_ago(60, 0), NOW.isoformat())
    story.books("zoe", seat("cut", days_ago(38)), at=days_ago(40))
    for number in range(3):
        story.books("zoe", seat("cut", days_ago(5 - number)), at=days_ago(20, 10 + number))
        story.books("ada", seat("colour", days_ago(4)), at=days_ago(19 - number))
    story.pays("ada", 8000, at=days_ago(15), order="o3")
    cancelled = story.books("leo", seat("cut", days_ago(2)), at=days_ago(12))
    story.cancels(cancelled.booking, at=days_ago(10))
    return story


@pytest.fixture
def past(url: str) -> str:
    """Fill a database with that past; return its URL."""
    engine = make_engine(url)
    play(engine, told())
    engine.dispose()
    return url


def play(engine: Engine, story: Story) -> None:
    scenario = load_scenario(story.text(), "story.yaml", lambda _node, name: (name, ""))
    assert list(Simulation(engine, scenario).run())


@pytest.fixture
def candidate(tmp_path: Path) -> Callable[..., Path]:
    """Write an automation's file."""

    def write(*arguments: Any, **keys: Any) -> Path:
        file = tmp_path / "candidate.yaml"
        file.write_bytes(msgspec.json.encode(automation(*arguments, **keys)))
        return file

    return write


@pytest.fixture
def there(command: Callable[[str], Relance], past: str) -> Relance:
    """Return `relance` where the past is."""
    return command(past)


def contents(url: str) -> dict[str, str]:
    """Return a checksum of the rows of every table, and how far every sequence is."""
    with psycopg.connect(url) as connection:
        sums = {}
        for name in TABLES:
            query = sql.SQL("SELECT coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '') FROM public.{} t")
            sums[name] = connection.execute(query.format(sql.Identifier(name))).fetchone()
        sequences = connection.execute("SELECT sequencename, last_value FROM pg_sequences").fetchall()
        return {name: str(value) for name, value in (*sums.items(), *sequences)}


def effects(answer: Answer, **keys: Any) -> list[dict[str, Any]]:
    """Return the effects of an answer whose keys are as given."""
    return [
        line
        for line in answer.lines
        if line["kind"] == "effect" and all(line[name] == value for name, value in keys.items())
    ]


def summary(answer: Answer) -> dict[str, Any]:
    (line,) = [line for line in answer.lines if line["kind"] == "summary"]
    return line


def test_the_live_text_differs_in_nothing(there: Relance, candidate: Callable[..., Path]) -> None:
    answer = there("backtest", candidate("ask", "session.booked", ASK, **UNPAID), "--since", "30d", "--json")
    assert effects(answer) == []
    (invoices,) = [line for line in answer.lines if line["kind"] == "total" and line["effect"] == "invoice"]
    assert (invoices["live"], invoices["candidate"], invoices["live_amount"]) == (7, 7, 6 * 4500 + 3 * 8000 - 2 * 4500)
    assert summary(answer)["replaces"] is True


def test_nothing_of_the_tenant_is_written(there: Relance, past: str, candidate: Callable[..., Path]) -> None:
    before = contents(past)
    file = candidate("ask", "session.booked", ASK, wait(days=2), REMIND, **UNPAID)
    assert summary(there("backtest", file, "--json"))["events"] > 5
    assert contents(past) == before


def test_a_worker_that_holds_the_tenant_is_not_waited_for(
    there: Relance, past: str, candidate: Callable[..., Path]
) -> None:
    with psycopg.connect(past) as worker:
        worker.execute("SELECT pg_advisory_xact_lock(hashtextextended('atelier', 11))")
        assert summary(there("backtest", candidate("hello", "session.booked", mail("Bonjour")), "--json"))["events"]


def test_who_gets_what_when_beside_the_live_ones(there: Relance, candidate: Callable[..., Path]) -> None:
    file = candidate("hello", "session.booked", mail("Bonjour"))
    answer = there("backtest", file, "--since", "30d", "--json")
    told = effects(answer, automation="hello")
    assert {line["difference"] for line in told} == {"only_candidate"}
    assert sorted(line["contact"] for line in told) == ["ada"] * 3 + ["leo"] + ["zoe"] * 3
    assert all(datetime.fromisoformat(line["candidate"]["at"]) >= NOW - timedelta(days=30) for line in told)
    assert effects(answer, automation="ask") == []
    assert summary(answer)["replaces"] is False


def test_what_a_new_version_changes(there: Relance, candidate: Callable[..., Path]) -> None:
    limited = candidate("ask", "session.booked", ASK, limit={"per": "24h", "over": "merge"}, **UNPAID)
    answer = there("backtest", limited, "--since", "30d", "--json")
    merged = effects(answer, effect="invoice", contact="zoe", difference="only_candidate")
    assert [line["candidate"]["amount"] for line in merged] == [9000]
    assert len(effects(answer, effect="invoice", contact="zoe", difference="only_live")) == 2


def test_alone_it_is_played_without_the_others(there: Relance, candidate: Callable[..., Path]) -> None:
    file = candidate("hello", "session.booked", mail("Bonjour"))
    answer = there("backtest", file, "--since", "30d", "--alone", "--json")
    assert len(effects(answer, automation="hello")) == 7
    assert {line["automation"] for line in answer.lines if line["kind"] == "total"} == {"hello"}
    assert summary(answer)["alone"] is True
    assert "hello without the live automations" in there("backtest", file, "--alone", "--lang", "en").out


def test_alone_it_still_takes_the_place_of_the_live_one(there: Relance, candidate: Callable[..., Path]) -> None:
    limited = candidate("ask", "session.booked", ASK, limit={"per": "24h", "over": "merge"}, **UNPAID)
    answer = there("backtest", limited, "--since", "30d", "--alone", "--json")
    assert len(effects(answer, effect="invoice", contact="zoe", difference="only_live")) == 2
    assert {line["automation"] for line in answer.lines if line["kind"] == "total"} == {"ask"}


def test_documents_from_before_count(there: Relance, candidate: Callable[..., Path]) -> None:
    """Zoé's first invoice was issued and overdue before: nobody reminds of it again, once of those after it."""
    file = candidate("late", "invoice.overdue", wait(days=1), REMIND, **UNPAID)
    answer = there("backtest", file, "--since", "30d", "--json")
    reminders = effects(answer, automation="late", effect="message", contact="zoe")
    assert [line["difference"] for line in reminders] == ["changed"]


def test_an_old_document_falls_overdue_within(there: Relance, candidate: Callable[..., Path]) -> None:
    file = candidate("soon", "invoice.overdue", mail("En retard"))
    answer = there("backtest", file, "--since", "36d", "--json")
    told = [line["candidate"]["at"] for line in effects(answer, automation="soon", contact="zoe")]
    assert min(map(datetime.fromisoformat, told)) < NOW - timedelta(days=31)


def test_a_saved_draft(there: Relance, candidate: Callable[..., Path]) -> None:
    file = candidate("hello", "session.booked", mail("Bonjour"))
    assert there("automations", "apply", file, "--yes").code == 0
    assert len(effects(there("backtest", "--automation", "hello", "--json"), automation="hello")) == 7


def test_tables_for_people(there: Relance, candidate: Callable[..., Path]) -> None:
    out = there("backtest", candidate("hello", "session.booked", mail("Bonjour")), "--limit", 3, "--lang", "en").out
    assert "beside the live automations" in out
    assert "What hello would do" in out
    assert "only candidate" in out
    assert "Nothing was sent" in out


def test_what_a_pause_held_goes_when_it_ended(there: Relance, past: str, candidate: Callable[..., Path]) -> None:
    """Zoé's three mails and one of Ada's wait until then; what has become stale meanwhile is skipped."""
    since, ended = days_ago(21, 0), days_ago(18, 0)
    with psycopg.connect(past) as connection:
        connection.execute(
            "INSERT INTO pauses (business_id, id, scope, since, ended_at)"
            " VALUES ('atelier', 'p', 'everything', %s, %s)",
            (since, ended),
        )
    answer = there("backtest", candidate("hello", "session.booked", mail("Bonjour")), "--since", "30d", "--json")
    instants = [line["candidate"]["at"] for line in effects(answer, automation="hello")]
    assert [at for at in instants if since <= at < ended] == []
    assert instants.count(ended) == 4


def test_tables_in_french(there: Relance, candidate: Callable[..., Path]) -> None:
    out = there("backtest", candidate("hello", "session.booked", mail("Bonjour")), "--lang", "fr").out
    assert "à côté des automatisations actives" in out
    assert "Ce que ferait hello" in out
    assert "candidate seule" in out
    assert "Rien n'a été envoyé" in out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--automation", "aks"), "atelier has no automation 'aks'. Did you mean ask?"),
        (("--automation", "ask"), "Automation ask has no draft."),
        (("nowhere.yaml",), "nowhere.yaml can't be read: No such file or directory."),
        ((), "Name either the automation's file, or with --automation one whose draft is saved."),
        (("--automation", "ask", "--since", "soon"), "'soon' is no date. Write --since as 30d, 12h, 2027-01-31"),
        (("--automation", "ask", "--since", "2199-01-01"), "--since must lie in the past"),
    ],
)
def test_what_cannot_be_replayed(there: Relance, arguments: tuple[str, ...], problem: str) -> None:
    assert problem in there("backtest", *arguments).error


def test_a_wrong_file_is_told_with_its_place(there: Relance, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(
        json.dumps({"automation": "a", "trigger": {"on": "session.boked"}, "steps": []})
    )
    assert "wrong.yaml:1:" in there("backtest", tmp_path / "wrong.yaml").error


def test_no_event_is_kept(there: Relance, past: str, candidate: Callable[..., Path]) -> None:
    with psycopg.connect(past) as connection:
        connection.execute("UPDATE inbox SET raw = ''")
    file = candidate("hello", "session.booked", mail("Bonjour"))
    assert "No event of atelier is kept since" in there("backtest", file).error
