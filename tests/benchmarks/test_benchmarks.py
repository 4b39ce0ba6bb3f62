"""A short run of `make bench`: the figures come, nothing is left out for speed, and the proportions are sane."""

import json
import subprocess
import sys
from typing import Any

from tasks.settings import ROOT

ORDERS = 3_000
RUNS = 2_000
FEW = (
    "--only",
    "mixes",
    "delays",
    f"--events={ORDERS}",
    "--tasks=600",
    "--waiting=5000",
    "--seconds=2",
    f"--herd={RUNS}",
)
STORED = ("inbox", "orders", "bookings", "sessions", "charges", "contacts", "facts")
"""One row each for every order."""
ACTING = {"invoices": 1, "invoice_lines": 1, "invoice_taxes": 1, "journal": 1, "runs": 3, "messages": 3}
"""Rows for every order that three automations act on."""


def bench(*arguments: str) -> dict[str, dict[str, Any]]:
    """Run the benchmarks; return the figures by name, in their order."""
    command = [sys.executable, "-m", "tests.benchmarks", *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert result.returncode == 0, result.stderr
    figures = [json.loads(line) for line in result.stdout.splitlines()]
    return {figure["benchmark"]: figure for figure in figures}


def test_a_short_run_writes_every_row_keeps_the_books_and_its_distance_from_empty_tasks() -> None:
    figures = bench(*FEW)

    assert list(figures) == ["machine", "empty_celery_tasks", "stored", "acting", "delays", "herd", "books"]
    assert all(figures["machine"][name] for name in ("processor", "cores", "python", "postgresql", "celery"))
    stored, acting, delays, herd = (figures[name] for name in ("stored", "acting", "delays", "herd"))
    assert {table: stored["rows"].get(table) for table in STORED} == dict.fromkeys(STORED, ORDERS)
    assert {table: acting["rows"].get(table) for table in ACTING} == {
        table: times * ORDERS // 2 for table, times in ACTING.items()
    }
    assert stored["ratio_of_cpu"] > 3
    assert acting["ratio_of_cpu"] > 1
    assert delays["gone_on"] == herd["gone_on"] == RUNS
    assert 0 < delays["lateness_ms_p50"] <= delays["lateness_ms_p99"] <= delays["lateness_ms_max"]
    assert figures["books"]["breaches"] == 0


def test_fifty_automations_do_what_one_does_and_add_little() -> None:
    rules = bench("--only", "rules", "--turns=3", "--orders=150")["rules"]

    assert rules["automations"] == [1, 50]
    assert rules["done_alike"]
    assert rules["done"]["inbox"] == 4 * 150 * 1.7
    assert rules["done"]["runs"] == 4 * 150
    assert abs(rules["added_own_cpu"]) < 0.5  # a short run on a busy machine, on which little may be less than nothing
