"""Whatever is done to an automation file, reading it gives an automation or a list of problems with their places."""

import json
import random
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.automation_file import load_automation
from models.flow import compile_program
from models.yamlfile import BadFileError, Problem, read
from tests.unit.automations import EXAMPLE, problems_of

RICH = """\
automation: a
trigger:
  on: session.ended
  services: [cut]
  where: {property: service.id, operator: one_of, value: [cut, colour]}
limit: {times: 2, per: week, by: [contact, service], over: defer}
stop_when: [invoice.paid]
late: {tolerance: 2h, then: run}
steps:
  - {id: ask, request_payment: {document: invoice, due_in: {days: 3}, channels: [email], message: "{{ invoice.total | money }}"}}
  - delay: {until: "09:00", on: [mon, fri]}
  - if: {property: invoice.amount_due, operator: between, value: [1, 99.5]}
    then:
      - send_reminder: {subject: "{{ invoice.number }}"}
      - {id: stop, end: {}}
    else: [{add_tag: {tag: big}}, {delay: {until: session.ends_at, plus: {hours: 2}}}]
  - if: {property: contact.custom.since, operator: within_last, value: {days: 9}}
    then: [{send_email: {purpose: marketing}}]
"""  # noqa: E501
FILES = [EXAMPLE, RICH]


def test_the_files_that_are_spoilt_here_are_sound() -> None:
    assert [problems_of(text) for text in FILES] == [[], []]


PLACED = re.compile(r"^a\.yaml:[1-9]\d*:[1-9]\d*: \S")
OF_PYTHON = re.compile(r"Traceback|Error\b|NoneType|<class|object at 0x|Decimal\(|\bNode\b|None\b")
"""What no message says that was written for people."""


def told(text: str | bytes) -> int:
    """Read a file; assert that each of its problems is a clear message with its place; return how many there are."""
    try:
        compile_program(load_automation(text, "a.yaml"))
    except BadFileError as error:
        lines = len(text.splitlines()) + 1
        for problem in error.problems:
            assert PLACED.match(str(problem))
            assert problem.line <= lines
            assert not OF_PYTHON.search(ours(problem))
        return len(error.problems)
    return 0


def ours(problem: Problem) -> str:
    """Return the message without what it quotes from the file."""
    return re.sub(r"""'[^']*'|"[^"]*"|(?<=key ).*|(?<=character ).*""", "", problem.message)


ODD: list[Any] = [
    None, True, 0, -1, 1.5, "", " ", "nope", "x" * 300, "{{", "{{ nope }}", "2027-01-05", "25:00", [], ["nope"], [None],
    [[]], {}, {"nope": 1}, {"days": -1}, {"": None}, [{"property": 1}], {"all": []}, {"if": {}}, 10**30,
]  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value inside some data."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(found for key, value in inner for found in places(value, (*path, key)))]


def spoilt(data: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """Return a copy of some data with another value at a path."""
    if not path:
        return odd
    key, *rest = path
    if isinstance(data, dict):
        return data | {key: spoilt(data[key], tuple(rest), odd)}
    return [spoilt(item, tuple(rest), odd) if index == key else item for index, item in enumerate(data)]


@pytest.mark.parametrize("text", FILES)
def test_another_value_anywhere_is_read_or_told(text: str) -> None:
    data = read(text, "a").plain()
    chance = random.Random(1)
    refused = [told(json.dumps(spoilt(data, path, odd))) for path in places(data) for odd in chance.sample(ODD, 8)]
    assert len(refused) > 300
    assert min(refused) == 0
    assert sum(map(bool, refused)) > len(refused) * 3 / 4


@pytest.mark.parametrize("text", FILES)
def test_a_file_cut_off_anywhere_is_read_or_told(text: str) -> None:
    assert sum(told(text[:end]) > 0 for end in range(0, len(text), 15)) > 20


@given(st.sampled_from(FILES), st.randoms(use_true_random=False))
def test_a_scrambled_file_is_read_or_told(text: str, chance: random.Random) -> None:
    lines = text.splitlines()
    for _ in range(chance.randint(1, 4)):
        index = chance.randrange(len(lines))
        line = lines[index]
        at = chance.randint(0, len(line))
        lines[index] = chance.choice(
            [
                line[:at] + chance.choice(list("[]{}:,-&*!|>'\"#%@`\t? \\é\x00{%")) + line[at:],
                line[:at] + line[at + 1 :],
                " " * chance.randint(1, 3) + line,
                line.lstrip(),
                line.swapcase(),
                f"{line}\n{line}",
                "",
            ]
        )
    told("\n".join(lines))


@given(st.sampled_from(FILES), st.binary(min_size=1, max_size=3), st.integers(0, 2000))
def test_a_file_with_strange_bytes_is_read_or_told(text: str, strange: bytes, at: int) -> None:
    raw = text.encode()
    told(raw[:at] + strange + raw[at:])
