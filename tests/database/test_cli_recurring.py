"""Recurring payments by hand: started with their dates and means, listed, cancelled (R1, R3, R5)."""

from datetime import timedelta
from pathlib import Path

import pytest

from models.contact import Mandate
from models.db import make_engine, transact
from models.periods import local_date, zone
from tasks.gateways.clock import SystemClock
from tasks.writing import copy
from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream

TODAY = local_date(SystemClock().now(), zone("Europe/Paris"))
SOON = TODAY + timedelta(days=3)


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk."""
    return FrontDesk(relance, upstream, tmp_path)


def kinds(lines: list[dict[str, object]]) -> list[object]:
    return [line["kind"] for line in lines if line.get("kind") not in {None, "event"}]


def test_one_that_begins_later_is_started_without_asking(desk: FrontDesk) -> None:
    done, *lines = desk.does("recurring", "start", "zoe", "Abonnement", "39", "--from", SOON, "--id", "club")
    assert done == {"recurring_payment": "club", "done": "started", "contact": "zoe", "description": "Abonnement"}
    assert kinds(lines) == ["recurring_payment"]
    assert (lines[0]["amount"], lines[0]["every"], lines[0]["next"]) == (3900, "month", str(SOON))
    (listed,) = desk.listed("recurring", "list", "--running")
    assert (listed["id"], listed["collect"], listed["next"][:10]) == ("club", "invoice", str(SOON))
    assert (listed["anchor"], listed["starts_on"]) == (str(SOON.day), str(SOON))
    assert desk.listed("contacts", "show", "zoe")[0]["recurring_payments"] == [listed]
    assert ("olga", "started", "club") in desk.acts()
    assert desk.listed("invoices", "list") == []


def test_what_falls_due_at_once_is_shown_and_asked_for_first(desk: FrontDesk) -> None:
    start = ["recurring", "start", "zoe", "Abonnement", "39", "--id", "club"]
    asked = desk.says(*start)
    assert "nobody can be asked" in asked.err
    assert "request payment to zoe@example.org" in asked.out
    assert desk.listed("recurring", "list") == []
    _, *lines = desk.does(*start, "--yes")
    assert kinds(lines) == ["recurring_payment", "invoice", "message"]
    (charge,) = desk.listed("charges", "list")
    assert (charge["recurring"], charge["total"], charge["service_on"]) == ("club", 3900, str(TODAY))
    assert desk.balanced()


@pytest.mark.parametrize(
    ("how", "dates"),
    [
        (["--every", "month", "--on", "31", "--from", "2026-01-31", "--until", "2026-04-30"],
         ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (["--every", "month", "--on", "last", "--from", "2026-02-01", "--until", "2026-03-31"],
         ["2026-02-28", "2026-03-31"]),
        (["--every", "week", "--on", "mon", "--from", "2026-03-03", "--until", "2026-03-16"],
         ["2026-03-09", "2026-03-16"]),
        (["--every", "year", "--on", "02-29", "--from", "2024-01-01", "--until", "2025-12-31"],
         ["2024-02-29", "2025-02-28"]),
    ],
)  # fmt: skip
def test_dates_are_counted_from_the_anchor(desk: FrontDesk, how: list[str], dates: list[str]) -> None:
    desk.does("recurring", "start", "zoe", "Abonnement", "39", *how, "--yes")
    assert [one["service_on"] for one in desk.listed("charges", "list")] == dates


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["zo", "A", "39"], "has no contact 'zo'. Did you mean zoe?"),
        (["zoe", "A", "39", "--every", "week", "--on", "31"], "of every week it is mon, tue"),
        (["zoe", "A", "39", "--every", "month", "--on", "32"], "of every month it is a day from 1 to 31, or last"),
        (["zoe", "A", "39", "--from", "2027-02-01", "--until", "2027-01-31"], "ends_on is before starts_on"),
        (["zoe", "A", "39", "--until", "2026-01-31"], f"no date of it falls between {TODAY} and 2026-01-31"),
        (["zoe", "A", "39", "--from", "2027-02-01", "--until", "2027-02-27", "--on", "28"], "Give it a later --until"),
        (["zoe", "A", "39", "--currency", "xyz"], "'XYZ' is not an ISO 4217 currency in use"),
        (["zoe", "A", "39.001"], "more decimals than EUR has"),
        (["zoe", "A", "39", "--from", "soon"], "'soon' is no date"),
        (["zoe", "A", "39", "--collect", "card"], "takes no cards. Write `cards: {provider: sandbox}`"),
    ],
)
def test_what_is_no_agreement_is_refused(desk: FrontDesk, arguments: list[str], why: str) -> None:
    assert why in desk.refused("recurring", "start", *arguments)
    assert desk.listed("recurring", "list") == []


def test_a_cycle_that_there_is_not_is_refused_with_those_that_there_are(desk: FrontDesk) -> None:
    said = desk.says("recurring", "start", "zoe", "A", "39", "--every", "day")
    assert said.code == 2
    assert all(word in said.err for word in ("week", "month", "year"))


@pytest.fixture
def carded(desk: FrontDesk, url: str, monkeypatch: pytest.MonkeyPatch) -> FrontDesk:
    """Open the desk of a shop that takes cards; zoe lets one be charged up to 50 € a time."""
    monkeypatch.setenv("RELANCE_SANDBOX_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("RELANCE_SANDBOX_KEY", "key")
    engine = make_engine(url)
    mandate = Mandate("atelier", "man_1", "zoe", "sandbox", "ca_1", "cards-1", SystemClock().now(), 5000, "EUR")
    transact(engine, lambda c: c.execute("""UPDATE businesses SET cards = '{"provider": "sandbox"}'"""))
    transact(engine, lambda c: copy(c, Mandate, [mandate]))
    engine.dispose()
    return desk


def test_a_saved_card_is_charged_where_that_is_agreed(carded: FrontDesk) -> None:
    start = ["recurring", "start", "zoe", "Abonnement", "39", "--collect", "card"]
    _, *lines = carded.does(*start, "--from", SOON)
    assert kinds(lines) == ["recurring_payment"]
    asked = carded.says(*start)
    assert "nobody can be asked" in asked.err
    assert "39.00 EUR" in asked.out
    carded.does(*start, "--yes")
    assert [one["amount"] for one in carded.listed("payments", "attempts")] == [3900]


@pytest.mark.parametrize(
    ("who", "price", "why"),
    [
        ("ada", "39", "Client ada has no saved card that may be charged."),
        ("zoe", "50.01", "lets the card be charged up to 50.00 EUR a time"),
    ],
)
def test_what_no_card_may_pay_is_refused_before(carded: FrontDesk, who: str, price: str, why: str) -> None:
    start = ["recurring", "start", who, "Abonnement", price, "--collect", "card", "--from", SOON]
    assert why in carded.refused(*start)
    assert carded.listed("recurring", "list") == []


def test_one_is_cancelled_after_asking_and_once(desk: FrontDesk) -> None:
    desk.does("recurring", "start", "zoe", "Abonnement", "39", "--from", SOON, "--id", "club")
    assert "There is a recurring payment club already." in desk.refused(
        "recurring", "start", "zoe", "Abonnement", "39", "--id", "club"
    )
    assert "nobody can be asked" in desk.says("recurring", "cancel", "club").err
    done, line, *_ = desk.does("recurring", "cancel", "club", "--reason", "moved away", "--yes")
    assert (done["done"], line["next"]) == ("cancelled", None)
    (listed,) = desk.listed("recurring", "list")
    assert (listed["next"], listed["reason"]) == (None, "moved away")
    assert desk.listed("recurring", "list", "--running") == []
    assert "is cancelled already" in desk.refused("recurring", "cancel", "club")
    assert "has no recurring payment 'clubs'. Did you mean club?" in desk.refused("recurring", "cancel", "clubs")
