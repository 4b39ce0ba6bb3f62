"""What the help pages on payment requests and invoice automations let a person do at a desk, sentence by sentence."""

from pathlib import Path
from typing import Any

import pytest

from tests.database.conftest import Relance
from tests.database.upstream import Upstream
from tests.samples import charge_added, encoded

SHOP = """\
business: {id: atelier, name: Atelier, timezone: Europe/Paris, locale: fr}
contacts: [{id: zoe, name: Zoé, email: zoe@example.org}]
"""
NEW = """\
automation: thanks
name: Merci
trigger: {on: charge.added}
steps:
  - send_email: {subject: Merci, message: "Bonjour {{ contact.name | default: 'cher client' }}"}
"""


@pytest.fixture
def desk(relance: Relance, tmp_path: Path) -> Relance:
    """Give the desk of a French shop without automations."""
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP)
    assert relance("business", "apply", path, "--yes").code == 0
    return relance


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Write an automation of one's own."""
    path = tmp_path / "thanks.yaml"
    path.write_text(NEW)
    return path


def owes(upstream: Upstream, number: int) -> None:
    """Let a client owe something, which is what starts the automation."""
    upstream.sends(encoded("charge.added", charge_added(f"c{number}"), id=str(number), time=None))


def shown(desk: Relance, name: str = "thanks") -> dict[str, Any]:
    return desk("automations", "show", name, "--json").line


def test_all_automations_are_reached_in_one_place(desk: Relance, new: Path) -> None:
    desk("automations", "apply", new)
    desk("automations", "recipes", "use", "payment-thank-you")
    listed = desk("automations", "list", "--json").lines
    assert [line["automation"] for line in listed] == ["payment-thank-you", "thanks"]


def test_different_ways_to_use_automated_payment_requests_are_shown(on_nothing: Relance) -> None:
    ways = on_nothing("automations", "recipes", "list", "--category", "demandes de paiement", "--json").lines
    assert {"payment-request-on-booking", "payment-request-at-start", "payment-request-after-session"} <= {
        way["recipe"] for way in ways
    }


def test_an_automation_is_created_from_scratch(desk: Relance, new: Path) -> None:
    assert desk("automations", "validate", new).code == 0
    assert desk("automations", "apply", new, "--publish").out == "thanks: published as version 1.\n"


def test_the_triggers_about_bookings_are_chosen_from(on_nothing: Relance) -> None:
    offered = {line["trigger"]: line for line in on_nothing("automations", "triggers", "séance", "--json").lines}
    assert offered.keys() >= {"session.booked", "session.started", "session.ended"}
    assert all("request_payment" in line["offers"] for line in offered.values())


def test_a_suggested_automation_is_found_by_category_or_search_bar_and_configured(
    desk: Relance, tmp_path: Path
) -> None:
    by_search = desk("automations", "recipes", "list", "impayee", "--json").line
    by_category = desk("automations", "recipes", "list", "--category", "Relances", "--json").lines
    assert by_search in by_category
    name = by_search["recipe"]
    assert desk("automations", "recipes", "use", name).out == f"{name}: draft saved.\n"
    edited = tmp_path / "edited.yaml"
    edited.write_text(shown(desk, name)["draft_text"].replace("{days: 30}", "{days: 45}"))
    desk("automations", "apply", edited, "--publish")
    assert "{days: 45}" in shown(desk, name)["text"]


def test_a_title_gives_the_automation_its_name(desk: Relance, new: Path) -> None:
    desk("automations", "apply", new, "--publish")
    assert shown(desk)["name"] == "Merci"
    desk("automations", "rename", "thanks", "Un grand merci")
    assert shown(desk)["name"] == "Un grand merci"


def test_typing_invoice_into_the_search_field_finds_the_triggers_about_invoices(on_nothing: Relance) -> None:
    found = on_nothing("automations", "triggers", "Facture", "--json").lines
    assert {"invoice.overdue", "invoice.paid", "invoice.sent"} <= {line["trigger"] for line in found}
    recurring = on_nothing("automations", "triggers", "paiement", "récurrent", "--json").lines
    assert [line["trigger"] for line in recurring] == ["recurring_payment.started", "recurring_payment.cancelled"]


def test_activating_lets_the_automation_work(desk: Relance, new: Path, upstream: Upstream) -> None:
    desk("automations", "apply", new, "--publish")
    owes(upstream, 1)
    assert shown(desk)["runs"] == {"done": 1}


def test_saving_keeps_a_draft_until_one_is_ready_to_activate_it(desk: Relance, new: Path, upstream: Upstream) -> None:
    desk("automations", "apply", new)
    owes(upstream, 1)
    assert (shown(desk)["state"], shown(desk)["runs"]) == ("draft", {})
    desk("automations", "publish", "thanks")
    owes(upstream, 2)
    assert shown(desk)["state"] == "active"
    assert shown(desk)["runs"] == {"done": 1}


def test_a_saved_or_published_automation_appears_in_the_list_where_it_is_followed(
    desk: Relance, new: Path, upstream: Upstream
) -> None:
    desk("automations", "apply", new, "--publish")
    owes(upstream, 1)
    (line,) = desk("automations", "list", "--json").lines
    assert (line["automation"], line["state"], line["trigger"]) == ("thanks", "active", "charge.added")
    assert line["runs"] == {"done": 1}
    assert line["last_fired"]


def test_a_listed_automation_is_edited_deactivated_and_deleted(desk: Relance, new: Path, upstream: Upstream) -> None:
    desk("automations", "apply", new, "--publish")
    new.write_text(NEW.replace("Bonjour", "Salut"))
    assert desk("automations", "apply", new, "--publish").out == "thanks: published as version 2.\n"
    desk("automations", "pause", "thanks")
    owes(upstream, 1)
    assert (shown(desk)["state"], shown(desk)["runs"]) == ("paused", {})
    desk("automations", "archive", "thanks")
    owes(upstream, 2)
    assert (shown(desk)["state"], shown(desk)["runs"]) == ("archived", {})
