"""The flow of an automation on the command line: what its runs have done, in a tree, in Mermaid, in a picture."""

from pathlib import Path
from typing import Any

import pytest

from tests.database.conftest import Relance
from tests.database.upstream import Upstream
from tests.samples import charge_added, contact, encoded

DUN = """\
automation: dun
name: Relances
trigger: {on: charge.added}
steps:
  - if: {property: contact.name, operator: equals, value: Zoé Martin}
    then:
      - {id: pause, delay: {days: 3}}
    else:
      - add_tag: {tag: other}
  - send_email: {subject: Bonjour, message: Bonjour}
"""


@pytest.fixture
def dunning(relance: Relance, upstream: Upstream, tmp_path: Path) -> Relance:
    """Open a shop whose three runs went both ways of a condition: two wait, one is done."""
    (tmp_path / "dun.yaml").write_text(DUN)
    (tmp_path / "shop.yaml").write_text(
        "business: {id: atelier, name: Atelier, timezone: Europe/Paris, locale: fr}\nautomations: [dun.yaml]\n"
    )
    assert relance("business", "apply", tmp_path / "shop.yaml", "--yes").code == 0
    names = {"c1": "Zoé Martin", "c2": "Zoé Martin", "c3": "Ada"}
    for id_, name in names.items():
        known = contact(name[:3].lower(), name=name, email="one@example.org")
        told = charge_added(id_) | {"contact": known}
        upstream.sends(encoded("charge.added", told, id=id_, time=None))
    return relance


def flow(dunning: Relance, *options: str) -> dict[str, Any]:
    return dunning("automations", "show", "dun", "--flow", "--json", *options).line


def test_runs_are_counted_where_they_went(dunning: Relance) -> None:
    told = flow(dunning)
    assert told["runs"] == 3
    assert {(edge["from"], edge["to"]): edge["runs"] for edge in told["edges"]} == {
        ("start", "0"): 3,
        ("0", "0.then.0"): 2,
        ("0", "0.else.0"): 1,
        ("0.then.0", "1"): 0,
        ("0.else.0", "1"): 1,
        ("1", "end"): 1,
    }
    nodes = {node["key"]: node for node in told["nodes"]}
    assert (nodes["0.then.0"]["waiting"], nodes["end"]["ended"]) == (2, {"done": 1})


def test_the_tree_speaks_the_business_s_language_or_another(dunning: Relance) -> None:
    assert dunning("automations", "show", "dun", "--flow").out.splitlines() == [
        "Relances  ·  dun · version 1 · 3 exécutions",
        "3  Somme due ajoutée",
        "3  ├─ Si contact.name est égal à Zoé Martin",
        "2  │  ├─ alors",
        "2  │  │  └─ Attendre 3 jours  · 2 attendent ici",
        "1  │  └─ sinon",
        "1  │     └─ Étiquette",
        "   │          other",
        "1  ├─ E-mail",
        "   │    Bonjour",
        "1  └─ Fin  · 1 terminée",
    ]
    english = dunning("automations", "show", "dun", "--flow", "--lang", "en").out
    assert "Wait 3 days  · 2 wait here" in english


def test_the_other_pictures_tell_the_same(dunning: Relance, tmp_path: Path) -> None:
    text = dunning("automations", "show", "dun", "--mermaid").out
    assert text.startswith("flowchart TD\n")
    assert "s_0 -->|alors · 2| s_0_then_0\n" in text
    file = tmp_path / "out" / "dun.svg"
    answer = dunning("automations", "show", "dun", "--svg", file)
    assert (answer.out, answer.err) == ("", f"{file}: written.\n")
    assert ">alors · 2</text>" in file.read_text()


def test_versions_are_drawn_apart_and_a_draft_without_numbers(dunning: Relance, tmp_path: Path) -> None:
    (tmp_path / "dun.yaml").write_text(DUN.replace("days: 3", "days: 4"))
    dunning("automations", "apply", tmp_path / "dun.yaml")
    assert flow(dunning, "--draft")["runs"] is None
    assert "Attendre 4 jours\n" in dunning("automations", "show", "dun", "--flow", "--draft").out
    dunning("automations", "publish", "dun")
    assert (flow(dunning)["runs"], flow(dunning, "--version", "1")["runs"]) == (0, 3)
    for option, message in ((["--version", "7"], "dun has no version 7."), (["--draft"], "dun has no draft.")):
        answer = dunning("automations", "show", "dun", "--flow", *option)
        assert (answer.code, message in answer.error) == (2, True)


def test_runs_that_moved_are_counted_on_their_new_version(dunning: Relance, tmp_path: Path) -> None:
    (tmp_path / "dun.yaml").write_text(DUN.replace("days: 3", "days: 4"))
    dunning("automations", "apply", tmp_path / "dun.yaml", "--publish", "--waiting", "move")
    assert flow(dunning, "--version", "1")["runs"] == 1
    moved = {node["key"]: node for node in flow(dunning)["nodes"]}
    assert (moved["start"]["arrived"], moved["0.then.0"]["waiting"]) == (2, 2)
