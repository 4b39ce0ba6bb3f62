"""How a client is billed, key by key: its own setting, its first group's, the business's, or the default."""

import json
from pathlib import Path

import pytest

from tasks import cycles, pauses
from tests.database.conftest import Relance, Terminal
from tests.database.upstream import Upstream

SHOP = """\
business:
  id: atelier
  name: Atelier
  timezone: Europe/Paris
  billing:
    enabled: true
    anchor: 31
    minimum: 1000
    groups: {vip: {minimum: 0, mode: draft}, staff: {mode: payment_link, enabled: false}}
contacts:
  - {id: zoe, tags: [staff, vip], billing: {channels: [sms], anchor: last}}
  - {id: ada}
  - {id: kim, billing: {cycle: weekly}}
"""


@pytest.fixture
def shop(relance: Relance, tmp_path: Path) -> Relance:
    """Open a shop that bills by cycles."""
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    assert relance("business", "apply", file, "--yes").code == 0
    return relance


def test_the_nearest_setting_holds_and_it_is_said_whose_it_is(shop: Relance) -> None:
    lines = shop("billing", "explain", "--contact", "zoe", "--json").lines
    assert {line["setting"]: (line["value"], line["from"]) for line in lines} == {
        "enabled": (False, "group staff"),
        "mode": ("draft", "group vip"),
        "cycle": ("monthly", "default"),
        "anchor": ("last", "client"),
        "at": ("08:00", "default"),
        "channels": (["sms"], "client"),
        "minimum": (0, "group vip"),
    }


def test_who_has_no_word_of_its_own_follows_the_business(shop: Relance) -> None:
    lines = shop("billing", "explain", "--contact", "ada", "--json").lines
    whose = {line["setting"]: line["from"] for line in lines}
    assert (whose["enabled"], whose["anchor"], whose["mode"]) == ("business", "business", "default")
    assert "group" not in " ".join(whose.values())
    assert '"08:00"' in shop("billing", "explain", "--contact", "ada").out


def test_a_cycle_has_a_day_of_its_own(relance: Relance, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP.replace("    anchor: 31\n", ""))
    assert relance("business", "apply", file, "--yes").code == 0
    for client, day in (("ada", 1), ("kim", "mon")):
        lines = relance("billing", "explain", "--contact", client, "--json").lines
        assert [line["value"] for line in lines if line["setting"] == "anchor"] == [day]


def test_an_unknown_client_is_an_error(shop: Relance) -> None:
    answer = shop("billing", "explain", "--contact", "zoee")
    assert answer.code == 2
    assert "zoe" in answer.error


DEBTS = """\
business: {id: atelier, name: Atelier, timezone: Europe/Paris, tax_rate: "20", billing: {enabled: true, anchor: 31}}
contacts:
  - {id: zoe, name: Zoé, email: zoe@example.org}
  - {id: ada, name: Ada, email: ada@example.org, billing: {mode: draft}}
  - {id: leo, name: Léo, email: leo@example.org, billing: {mode: payment_link}}
  - {id: kim, name: Kim, email: kim@example.org, billing: {enabled: false}}
"""


@pytest.fixture
def debts(relance: Relance, upstream: Upstream, tmp_path: Path) -> Relance:
    """Open a shop in which four clients owe 10 € each."""
    file = tmp_path / "shop.yaml"
    file.write_text(DEBTS)
    assert relance("business", "apply", file, "--yes").code == 0
    upstream.sends(*(owes(name) for name in ("zoe", "ada", "leo", "kim")))
    return relance


def owes(name: str) -> bytes:
    """Return the event of a charge of 10 € that is due at once."""
    day = "2026-01-05"
    charge = {"id": f"c-{name}", "description": "Coupe", "price": {"amount": 1000, "currency": "EUR"}, "due_on": day}
    event = {"specversion": "1.0", "id": name, "source": "/test", "type": "charge.added", "time": f"{day}T10:00:00Z"}
    return json.dumps(event | {"business": "atelier", "data": {"contact": {"id": name}, "charge": charge}}).encode()


def bills(upstream: Upstream) -> None:
    """Let a worker bill what is due."""
    cycles.open_cycles(upstream.shell)
    cycles.bill(upstream.shell)


def test_a_preview_says_what_the_run_then_makes_and_writes_nothing(debts: Relance, upstream: Upstream) -> None:
    before = debts("billing", "preview", "--now", "--json").lines
    assert debts("invoices", "list", "--json").lines == []
    assert debts("billing", "run", "--yes", "--no-wait").code == 0
    bills(upstream)
    made = [line for line in debts("invoices", "list", "--json").lines if line["number"]]
    assert [(line["contact"], line["total"], line["number"]) for line in before if line["status"] == "issued"] == [
        (line["contact"], line["total"], line["number"]) for line in made
    ]
    assert sorted((line["contact"], line["kind"], line["status"]) for line in before) == [
        ("ada", "document", "draft"),
        ("leo", "link", "open"),
        ("zoe", "document", "issued"),
    ]
    assert [line["contact"] for line in debts("drafts", "list", "--json").lines] == ["ada"]
    assert "Nobody would be billed." not in debts("billing", "preview", "--now").out  # a link claims nothing (R17)


def test_the_next_dates_and_what_was_made_are_shown(debts: Relance, upstream: Upstream) -> None:
    assert "monthly 31 08:00" in debts("billing", "status").out
    debts("billing", "run", "--yes", "--no-wait", "--by", "ann")
    (open_,) = [line for line in debts("billing", "status", "--json").lines if "occurrence" in line]
    assert (open_["state"], open_["clients"], open_["left"], open_["by"]) == ("billing", 0, 4, "ann")
    bills(upstream)
    (done,) = [line for line in debts("billing", "status", "--json").lines if "occurrence" in line]
    assert (done["state"], done["clients"], done["documents"]) == ("billed", 3, 3)
    assert done["amounts"] == {"EUR": 3000}


def test_what_is_on_hold_goes_on_when_resumed(debts: Relance, upstream: Upstream) -> None:
    assert "billing of atelier: on hold" in debts("billing", "hold").out
    debts("billing", "run", "--yes", "--no-wait")
    bills(upstream)
    assert "held" in debts("billing", "status").out
    assert "billing of atelier: resumed" in debts("billing", "resume").out
    pauses.end(upstream.shell)
    bills(upstream)
    assert sorted(line["contact"] for line in debts("invoices", "list", "--json").lines) == ["ada", "zoe"]
    assert "is not paused" in debts("billing", "resume").error


def test_the_bound_of_a_day_stops_billing_until_a_person_lets_it_go_on(
    debts: Relance, upstream: Upstream, tmp_path: Path
) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(DEBTS.replace("anchor: 31}", "anchor: 31, daily_cap: {documents: 2}}"))
    debts("business", "apply", file, "--yes")
    debts("billing", "run", "--yes", "--no-wait")
    bills(upstream)
    (parked,) = [line for line in debts("billing", "status", "--json").lines if "occurrence" in line]
    assert (parked["state"], parked["documents"]) == ("parked", 2)
    assert "billing_parked" in debts("alerts", "--json").out
    assert "goes on over the bound" in debts("billing", "resume").out
    bills(upstream)
    (done,) = [line for line in debts("billing", "status", "--json").lines if "occurrence" in line]
    assert (done["state"], done["documents"]) == ("billed", 3)


def test_a_preview_of_a_date_is_of_the_schedules_that_fall_on_it(debts: Relance) -> None:
    assert {line["day"] for line in debts("billing", "preview", "--on", "2027-01-31", "--json").lines} == {"2027-01-31"}
    assert debts("billing", "preview", "--on", "2027-01-30", "--json").lines == []
    assert "is no date" in debts("billing", "preview", "--on", "soon").error


def test_two_runs_by_hand_do_not_stand_beside_each_other(debts: Relance) -> None:
    debts("billing", "run", "--yes", "--no-wait")
    assert "goes on already" in debts("billing", "run", "--yes", "--no-wait").error


ODD = """\
business:
  id: atelier
  name: Atelier
  timezone: Europe/Paris
  country: FR
  billing: {enabled: true, anchor: 15, groups: {vip: {payment_terms: {days: 60}}}}
contacts:
  - {id: acme, name: Acme, kind: business, email: acme@example.org, billing: {payment_terms: {days: 90}}}
  - {id: town, kind: public, tags: [vip], billing: {mode: draft}}
  - {id: zoe, name: Zoé, email: zoe@example.org, billing: {payment_terms: {days: 90}}}
"""


@pytest.fixture
def odd(relance: Relance, upstream: Upstream, tmp_path: Path) -> Relance:
    """Open a shop of whose billing the law does not like much, where a firm and a consumer owe for an old month."""
    file = tmp_path / "shop.yaml"
    file.write_text(ODD)
    answer = relance("business", "apply", file, "--yes")
    assert answer.code == 0
    assert "Warning: billing of client acme: 90 days" in answer.err
    assert "client zoe" not in answer.err
    upstream.sends(owes("acme"), owes("zoe"))
    return relance


def test_a_preview_warns_of_what_the_law_does_not_like(odd: Relance) -> None:
    answer = odd("billing", "preview", "--now")
    assert "Warning: billing: a business payer is to be billed by the end of the month of service" in answer.err
    assert "Warning: billing of group vip: 60 days to pay are more than FR allows" in answer.err
    assert "Warning: billing of client acme: 90 days to pay are more than FR allows" in answer.err
    assert "Warning: 1 document: Its month of service was over on 2026-01-31" in answer.err
    assert "client zoe" not in answer.err
    assert "Warning" not in answer.out
    assert "2 clients, 2 documents" in answer.out


def test_warnings_are_lines_of_their_own_in_json(odd: Relance) -> None:
    answer = odd("billing", "preview", "--now", "--json")
    assert answer.err == ""
    warnings = [line["warning"] for line in answer.lines if line["kind"] == "warning"]
    assert [text.partition(":")[0] for text in warnings] == [
        "billing", "billing of group vip", "billing of client acme", "1 document",
    ]  # fmt: skip
    documents = {line["contact"]: line["warnings"] for line in answer.lines if line["kind"] == "document"}
    assert documents["zoe"] == []
    assert "FR wants a business payer billed by then, and it is" in documents["acme"][0]


def test_who_is_asked_whether_to_bill_now_reads_the_warnings_first(odd: Relance) -> None:
    answer = odd("billing", "run", "--no-wait", typed=Terminal("n\n"))
    assert "Warning: 1 document: Its month of service was over" in answer.err
    assert odd("billing", "status", "--json").lines[-1].get("occurrence") is None


def test_a_draft_of_a_month_that_is_over_warns_a_french_business(odd: Relance, upstream: Upstream) -> None:
    upstream.sends(owes("town"))
    assert odd("billing", "run", "--yes", "--no-wait").code == 0
    bills(upstream)
    (draft,) = odd("drafts", "list", "--json").lines
    assert "over on 2026-01-31: FR wants a public payer billed by then" in draft["warnings"][0]
    assert "month over" in odd("drafts", "list").out
    assert draft["warnings"][0] in odd("drafts", "show", draft["id"]).out
    asked = odd("drafts", "confirm", draft["id"], typed=Terminal("n\n"))
    assert f"Warning: {draft['id']}: {draft['warnings'][0]}" in asked.err
