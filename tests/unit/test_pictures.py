"""Pictures of an automation: every step once, every run somewhere, and nothing drawn over anything else."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any
from xml.parsers import expat

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.automation import RunState
from models.flow import Act, Branch, Delay, End, Jump, compile_program
from models.languages import Language
from models.pictures.cards import Picture, picture_of
from models.pictures.counting import Counts, Passage, count
from models.pictures.graph import END, START, Edge, Way, graph_of, key_at
from models.pictures.layout import WIDTH, plan_of
from models.pictures.lettering import MOST_LINES, Style, broken, width_of
from models.pictures.mermaid import mermaid
from models.pictures.plain import plain
from models.pictures.svg import svg
from models.pictures.tree import tree
from models.rulebook import Published
from models.steps import walk
from tests.unit.automations import automation

WAIT: dict[str, Any] = {"delay": {"days": 3}}
MAIL: dict[str, Any] = {"send_email": {"subject": 'Éloïse & "Zoé" <b>{{ contact.name }}</b>', "message": "…"}}
STOP: dict[str, Any] = {"end": {}}
DUE = {"property": "invoice.amount_due", "operator": "greater_than", "value": 50}


def when(then: list[Any], otherwise: list[Any]) -> dict[str, Any]:
    return {"if": DUE, "then": then} | ({"else": otherwise} if otherwise else {})


def nested(inside: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(when, st.lists(inside, min_size=1, max_size=3), st.lists(inside, max_size=3))


NEAR = 8
"""No line passes a card nearer than this."""

STEPS = st.lists(
    st.recursive(st.sampled_from([WAIT, MAIL, STOP, {"add_tag": {"tag": "x"}}]), nested, max_leaves=8),
    min_size=1,
    max_size=5,
)


def published(*steps: Any, **parts: Any) -> Published:
    found = automation(*steps, **parts)
    return Published(found.id, 1, found, compile_program(found))


def drawn(one: Published, counts: Counts | None = None, language: Language = Language.EN) -> Picture:
    return picture_of(one, counts, language, "Name & more")


def keys(one: Published) -> list[str]:
    """Return the trigger, every step and, where a way leads there, the end."""
    steps = [step.path for step in walk(one.automation.steps)]
    return [START, *steps, *([END] if graph_of(one).into(END) else [])]


# --- runs, walked by chance: what they did is known


def runs(one: Published, draw: Callable[[Any], Any]) -> Iterator[tuple[Passage, list[Edge]]]:
    """Yield passages and the edges that each of them really took."""
    for _ in range(draw(st.integers(0, 6))):
        yield _run(one, draw)


def _run(one: Published, draw: Callable[[Any], Any]) -> tuple[Passage, list[Edge]]:
    ops, position, source, way = one.program.ops, 0, START, Way.ON
    edges: list[Edge] = []
    trace: list[list[Any]] = []
    many = draw(st.integers(1, 3))
    while True:
        op = ops[position]
        if isinstance(op, Jump):
            position = op.index
            continue
        edges.append(Edge(source, key_at(ops, position), way))
        source, way = op.path, Way.ON
        if isinstance(op, End):
            return Passage(many, RunState.DONE, None, position, trace), edges
        position += 1
        if isinstance(op, Branch):
            holds = draw(st.booleans())
            trace.append([op.label, "took", holds])
            way = Way.THEN if holds else Way.ELSE
            position = position if holds else op.on_false
        elif isinstance(op, Delay) and draw(st.booleans()):
            trace.append([op.label, "waits"])
            if draw(st.booleans()):
                return Passage(many, RunState.WAITING, None, position, trace), edges
        elif isinstance(op, Act):
            if draw(st.integers(0, 5)) == 0:
                return Passage(many, RunState.CANCELLED, "goal", position, trace), edges
            trace.append([op.label, *draw(st.sampled_from([["did"], ["skipped", "stale"]]))])


@given(st.data(), STEPS)
def test_every_run_is_counted_on_each_of_its_ways_and_stands_somewhere(data: st.DataObject, steps: list[Any]) -> None:
    one = published(*steps)
    walked = list(runs(one, data.draw))
    counts = count(one.program.ops, [passage for passage, _ in walked])
    took = Counter[Edge]()
    for passage, edges in walked:
        took.update(dict.fromkeys(edges, passage.count))
    assert counts.edges == took
    for key in keys(one):
        on = sum(counts.edges[edge] for edge in graph_of(one).out_of(key))
        stays = counts.waiting[key] + counts.ended.get(key, Counter()).total()
        assert counts.arrived(key) == on + stays, key
    ends = sum(ended.total() for ended in counts.ended.values())
    assert counts.waiting.total() + ends == counts.runs == sum(passage.count for passage, _ in walked)


@given(st.data(), STEPS, st.sampled_from(Language))
def test_every_step_is_drawn_once_in_each_picture(data: st.DataObject, steps: list[Any], language: Language) -> None:
    one = published(*steps)
    counts = count(one.program.ops, [passage for passage, _ in runs(one, data.draw)])
    picture = drawn(one, counts, language)
    assert sorted(elements(svg(picture, one.automation.steps), "data-step")) == sorted(keys(one))
    nodes = re.findall(r'^  s_(\w+)[(\[{]+"', mermaid(picture), re.MULTILINE)
    assert sorted(nodes) == sorted(key.replace(".", "_") for key in keys(one))
    lines = [line for line in tree(picture, one.automation.steps) if not line.terms]
    ways = 2 * sum(isinstance(op, Branch) for op in one.program.ops)
    assert len(lines) == len(keys(one)) + ways


def elements(text: str, attribute: str) -> list[str]:
    """Return an attribute of all elements that have it; a text that is no XML is an error."""
    found: list[str] = []
    parser = expat.ParserCreate()

    def begin(_name: str, attributes: dict[str, str]) -> None:
        found.extend(value for name, value in attributes.items() if name == attribute)

    parser.StartElementHandler = begin
    parser.Parse(text, True)
    return found


@given(STEPS)
@example([when([when([MAIL], [])], [MAIL, MAIL, MAIL])])
def test_nothing_is_drawn_over_anything_else(steps: list[Any]) -> None:
    one = published(*steps)
    plan = plan_of(drawn(one), one.automation.steps, 0)
    for box in plan.boxes:
        assert 0 < box.x < box.x + WIDTH < plan.width
        assert box.y + box.height < plan.height
    for box, other in combinations(plan.boxes, 2):
        apart = abs(box.x - other.x) >= WIDTH or box.y + box.height < other.y or other.y + other.height < box.y
        assert apart
    for wire in plan.wires:
        assert all(0 < x < plan.width for x, _ in wire.points)
        for (x, top), (other_x, bottom) in zip(wire.points, wire.points[1:], strict=False):
            for box in plan.boxes:
                inside = all(box.x - NEAR < at < box.x + WIDTH + NEAR for at in (x, other_x))
                assert not (inside and top < box.y + 1 and bottom > box.y + box.height - 1), wire


# --- what is counted


THREE = (when([{"id": "a"} | MAIL, {"id": "w"} | WAIT], [{"id": "b"} | MAIL]), {"id": "c"} | MAIL)
"""Operations: 0 if, 1 a, 2 w, 3 (around the other way), 4 b, 5 c, 6 end."""


def counted(*passages: Passage) -> Counts:
    return count(published(*THREE).program.ops, passages)


def test_a_run_without_a_kept_way_gives_away_at_a_step_which_way_it_went() -> None:
    found = counted(Passage(2, RunState.WAITING, None, 3), Passage(1, RunState.FAILED, "failed", 4))
    assert found.edges[Edge("0", "0.then.0", Way.THEN)] == 2
    assert found.edges[Edge("0", "0.else.0", Way.ELSE)] == 1
    assert (found.waiting["0.then.1"], found.ended["0.else.0"]) == (2, {"failed": 1})


def test_a_run_whose_way_was_not_kept_is_lost_at_the_condition() -> None:
    found = counted(Passage(2, RunState.DONE, None, 6))
    assert (found.lost["0"], found.arrived("1")) == (2, 0)


def test_what_waits_for_its_turn_has_not_begun() -> None:
    found = counted(Passage(1, RunState.DEFERRED, None, 0), Passage(1, RunState.CANCELLED, "cancelled", 0))
    assert (found.waiting[START], found.ended[START], found.edges.total()) == (1, {"cancelled": 1}, 0)


def test_a_run_that_is_held_at_an_action_stands_there() -> None:
    cap: list[list[Any]] = [["0", "waits"], ["1", "skipped", "cap"]]
    found = count(published(WAIT, MAIL).program.ops, [Passage(1, RunState.WAITING, "cap", 1, cap)])
    assert (found.waiting["0"], found.waiting["1"], found.missed["1"]) == (0, 1, {"cap": 1})


def test_of_a_step_that_was_tried_again_the_last_word_counts() -> None:
    way: list[list[Any]] = [["0", "took", False], ["b", "skipped", "stale"], ["", "replayed"], ["b", "did"]]
    assert counted(Passage(1, RunState.DONE, None, 6, way)).missed == {}


def test_a_run_that_began_again_is_counted_on_its_last_way() -> None:
    way: list[list[Any]] = [["0", "took", True], ["a", "did"], ["", "replayed"], ["0", "took", False], ["b", "did"]]
    found = counted(Passage(1, RunState.DONE, None, 6, way))
    assert (found.arrived("0.then.0"), found.arrived("0.else.0")) == (0, 1)


def test_what_was_noted_over_a_limit_begins_at_the_request() -> None:
    one = published(WAIT, {"request_payment": {}}, WAIT, on="session.booked")
    found = count(one.program.ops, [Passage(3, RunState.DONE, None, 3, [["1", "did"]], merged=True)])
    assert (found.arrived(START), found.arrived("0"), found.arrived("1"), found.merged["1"]) == (0, 0, 3, 3)
    assert "3 came from over the limit" in mermaid(drawn(one, found))


# --- what is said


def test_numbers_and_reasons_are_told_in_two_languages() -> None:
    found = counted(
        Passage(1, RunState.WAITING, None, 3, [["0", "took", True], ["a", "did"], ["w", "waits"]]),
        Passage(4, RunState.CANCELLED, "goal", 3, [["0", "took", True], ["a", "skipped", "stale"], ["w", "waits"]]),
    )
    english = mermaid(drawn(published(*THREE), found))
    assert "1 waits here<br/>4 end here: its goal was reached" in english
    assert "4 without effect: it was too late" in english
    assert "|then · 5|" in english
    french = mermaid(drawn(published(*THREE), found, Language.FR))
    assert "1 attend ici<br/>4 finissent ici : son but était atteint" in french
    assert "|alors · 5|" in french


def test_without_counts_there_are_no_numbers() -> None:
    one = published(*THREE)
    assert "|then|" in mermaid(drawn(one))
    assert "-->|0|" not in mermaid(drawn(one))
    assert {line.runs for line in tree(drawn(one), one.automation.steps)} == {None}
    assert plain(one, None)["edges"][0] == {"from": "start", "to": "0", "way": "on"}


def test_programs_are_told_the_same() -> None:
    told = plain(published(*THREE), counted(Passage(2, RunState.WAITING, None, 3)))
    node = next(node for node in told["nodes"] if node["step"] == "w")
    assert node == {
        "key": "0.then.1",
        "kind": "wait",
        "step": "w",
        "does": "wait 3 days",
        "arrived": 2,
        "merged": 0,
        "waiting": 2,
        "ended": {},
        "missed": {},
        "lost": 0,
    }
    assert {"from": "0", "to": "0.then.0", "way": "then", "runs": 2} in told["edges"]


def test_what_people_wrote_can_not_break_a_picture() -> None:
    one = published({"send_email": {"subject": '"]); click x "javascript:alert(1)" <script>', "message": "m"}})
    assert "script" in mermaid(drawn(one))
    assert not any(sign in mermaid(drawn(one)).split("s_0[")[1].split("]:::")[0][1:-1] for sign in ('"', "<s", "]"))
    assert elements(svg(drawn(one), one.automation.steps), "data-step") == ["start", "0", "end"]


@pytest.mark.parametrize("text", ["", "a", "a few words that need two lines at least", "w" * 90, "{{ a | b }} " * 5])
def test_lines_fit_their_room(text: str) -> None:
    assert all(width_of(line, 12) <= 120 for line in broken(text, 12, 120)[: MOST_LINES - 1])
    assert "".join(broken(text, 12, 120)).replace(" ", "").startswith(text.replace(" ", "")[:50])


def test_styles_are_classes_of_the_picture() -> None:
    one = published(MAIL)
    assert {str(style) for style in Style} - {"note"} <= set(elements(svg(drawn(one), one.automation.steps), "class"))
