"""Each rule about automations, billing and money has tests that fail when it is broken, in three ways at least."""

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tasks.settings import ROOT
from tests.mutations.billing import OF_BILLING
from tests.mutations.catalogue import OF_AUTOMATIONS
from tests.mutations.documents import OF_DOCUMENTS
from tests.mutations.mutation import Mutation
from tests.mutations.payments import OF_PAYMENTS
from tests.mutations.refunds import OF_REFUNDS

OF_MONEY = (*OF_DOCUMENTS, *OF_PAYMENTS, *OF_REFUNDS)
MUTATIONS = (*OF_AUTOMATIONS, *OF_BILLING, *OF_MONEY)
AUTOMATION_RULES = ("R3", "R4", "R5", "R6", "R7", "R8", "R19", "R20", "R21", "R22", "R23")
BILLING_RULES = ("R1", "R2", "R3", "R9", "R10", "R14", "R17")
MONEY_RULES = ("R9", "R10", "R11", "R13", "R15", "R16", "R17", "R18", "R24", "R25", "R26", "R27", "R28")
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "dist", "build")


@pytest.mark.parametrize(
    ("mutations", "rules"),
    [(OF_AUTOMATIONS, AUTOMATION_RULES), (OF_BILLING, BILLING_RULES), (OF_MONEY, MONEY_RULES)],
)
def test_every_rule_is_broken_in_three_ways(mutations: tuple[Mutation, ...], rules: tuple[str, ...]) -> None:
    ways = Counter(mutation.rule for mutation in mutations)
    assert set(ways) == set(rules)
    assert min(ways.values()) >= 3


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: f"{one.rule}: {one.what}")
def test_what_is_to_be_broken_stands_where_it_is_said_to(mutation: Mutation) -> None:
    assert (ROOT / mutation.file).read_text().count(mutation.old) == 1
    assert (ROOT / mutation.tests).exists()


@pytest.mark.faults
def test_a_copy_in_which_nothing_is_broken_is_sound(tmp_path: Path) -> None:
    assert tell(copied(tmp_path), "tests/scenarios/test_r23_fair_share.py").returncode == pytest.ExitCode.OK


@pytest.mark.faults
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: f"{one.rule}: {one.what}")
def test_the_story_notices(mutation: Mutation, tmp_path: Path) -> None:
    copy = copied(tmp_path)
    broken = copy / mutation.file
    broken.write_text(broken.read_text().replace(mutation.old, mutation.new))
    ended = tell(copy, mutation.tests)
    assert ended.returncode == pytest.ExitCode.TESTS_FAILED, ended.stdout[-2_000:] + ended.stderr[-2_000:]


def copied(tmp_path: Path) -> Path:
    """Copy the whole project, so that something can be broken there."""
    return Path(shutil.copytree(ROOT, tmp_path / "relance", ignore=LEFT_OUT))


def tell(copy: Path, tests: str) -> "subprocess.CompletedProcess[str]":
    """Run the tests of a file in a copy, until one fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", tests]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=600, check=False)
