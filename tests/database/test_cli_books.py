"""`relance books verify` and `relance doctor --books`: a breach is told, with exit code 1."""

import json
from typing import Any

import psycopg
import pytest

from deploy.local.shop import load_demo_shop
from tests.database.conftest import Relance


@pytest.fixture
def in_shop(relance: Relance, url: str) -> Relance:
    load_demo_shop(url)
    return relance


def books_of(relance: Relance) -> dict[str, Any]:
    """Return what the doctor finds last: the books."""
    found: dict[str, Any] = json.loads(relance("doctor", "--books", "--json").out)[-1]
    return found


def lose_an_entry(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO journal_heads (business_id, sequence, hash) VALUES ('atelier', 1, 'gone')")


def test_balanced_books(in_shop: Relance) -> None:
    assert in_shop("books", "verify").out == "The books balance.\n"
    assert books_of(in_shop) == {"check": "books", "ok": True, "detail": "The books balance.", "mend": ""}


def test_a_breach_is_a_finding_and_an_exit_code(in_shop: Relance, url: str) -> None:
    lose_an_entry(url)
    verified = in_shop("books", "verify", "--json")
    (breach,) = json.loads(verified.out)["breaches"]
    assert (verified.code, breach["business"]) == (1, "atelier")
    assert books_of(in_shop) == {
        "check": "books",
        "ok": False,
        "detail": f"Breaches: 1. The first, of atelier: {breach['text']}",
        "mend": "`relance books verify` names each one.",
    }


def test_without_being_asked_the_doctor_does_not_read_all_books(in_shop: Relance) -> None:
    checks = [finding["check"] for finding in json.loads(in_shop("doctor", "--json").out)]
    assert "database" in checks
    assert "books" not in checks
