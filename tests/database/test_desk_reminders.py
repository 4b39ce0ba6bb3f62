"""Reminders and formal notices by a person's act (R5, R25)."""

from pathlib import Path

import psycopg
import pytest

from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk and invoice a cut of 45 €."""
    desk = FrontDesk(relance, upstream, tmp_path)
    desk.invoices()
    return desk


def pass_by(url: str, days: int) -> None:
    """Let days go by: all that was issued and reminded of is so much older."""
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE invoices DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE invoices SET issued_on = issued_on - %(days)s, due_on = due_on - %(days)s,"
            " reminded_at = reminded_at - %(days)s * interval '1 day'",
            {"days": days},
        )
        connection.execute("UPDATE contacts SET reminded_at = reminded_at - %s * interval '1 day'", (days,))
        connection.execute("ALTER TABLE invoices ENABLE TRIGGER USER")


def mails(lines: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(line["template"], line["to"]) for line in lines if line.get("kind") == "message"]


def text_of_last(desk: FrontDesk, template: str | None = None) -> str:
    """Return what the last message says, or the last one of a template."""
    desk.upstream.delivers()
    last = [one for one in desk.listed("messages", "list") if template in {None, one["template"]}][-1]
    return str(desk.says("messages", "show", last["id"], "--json").line["text"])


def test_a_document_is_reminded_of(desk: FrontDesk) -> None:
    done, *lines = desk.does("invoices", "remind", desk.number)
    assert (done["invoice"], done["done"]) == (desk.number, "reminded")
    assert mails(lines) == [("send_reminder", "zoe@example.org")]
    assert f"la facture {desk.number}" in text_of_last(desk)


def test_nobody_is_reminded_twice_in_three_days(desk: FrontDesk, url: str) -> None:
    desk.does("invoices", "remind", desk.number)
    told = desk.refused_plain("invoices", "remind", desk.number)
    assert "nobody is reminded twice in 3 days. The next reminder may go out from" in told
    pass_by(url, 3)
    desk.does("invoices", "remind", desk.number)


def test_one_reminder_lists_all_overdue_invoices_of_a_client(desk: FrontDesk, url: str) -> None:
    first, second = desk.number, desk.invoices()
    pass_by(url, 10)
    pending = desk.invoices()
    _, *lines = desk.does("invoices", "remind", "--contact", "zoe")
    assert mails(lines) == [("send_reminder", "zoe@example.org")]
    text = text_of_last(desk)
    assert first in text
    assert second in text
    assert pending not in text
    assert "90,00" in text


@pytest.mark.parametrize("again", [["remind", "--contact", "zoe"], ["remind"], ["formal-notice", "--yes"]])
def test_the_link_of_a_reminder_leads_to_that_of_the_next(desk: FrontDesk, url: str, again: list[str]) -> None:
    numbers = [desk.number, desk.invoices()]
    pass_by(url, 10)
    desk.does("invoices", "remind", "--contact", "zoe")
    pass_by(url, 10)
    desk.does("invoices", *again, *([] if "--contact" in again else numbers))
    first, second = desk.listed("links", "list")
    assert (first["standing"], first["superseded_by"]) == ("superseded", second["id"])
    assert (second["standing"], second["amount_due"]) == ("open", 9000)


def test_a_formal_notice_that_runs_stands_in_the_way_also_after_its_client_was_merged(
    desk: FrontDesk, url: str
) -> None:
    pass_by(url, 40)
    desk.books("ada")
    desk.does("invoices", "formal-notice", desk.number, "--yes")
    desk.does("contacts", "merge", "zoe", "--into", "ada", "--yes")
    assert "M2026-0001" in desk.refused("invoices", "formal-notice", desk.number)


@pytest.mark.parametrize(("act", "template"), [("remind", "send_reminder"), ("formal-notice", "formal_notice")])
def test_the_link_of_a_reminder_was_sent_when_that_was(desk: FrontDesk, url: str, act: str, template: str) -> None:
    numbers = [desk.number, desk.invoices()]
    pass_by(url, 10)
    desk.does("invoices", act, *numbers, *(["--yes"] if act == "formal-notice" else []))
    assert [one["sent_at"] for one in desk.listed("links", "list")] == [None]
    desk.upstream.delivers()
    (message,) = [one for one in desk.listed("messages", "list") if one["template"] == template]
    (link,) = desk.listed("links", "list")
    assert (link["sent_at"], message["state"]) == (message["sent_at"], "sent")
    with psycopg.connect(url) as connection:
        facts = connection.execute("SELECT type FROM facts WHERE type = 'payment_link.sent'").fetchall()
    assert len(facts) == 1


def test_pending_ones_are_reminded_of_when_asked_for(desk: FrontDesk) -> None:
    told = desk.refused_plain("invoices", "remind", "--contact", "zoe")
    assert "has no overdue invoice to be reminded of. `--pending` reminds of those that are not due yet." in told
    _, *lines = desk.does("invoices", "remind", "--contact", "zoe", "--pending")
    assert len(mails(lines)) == 1


def test_what_is_on_hold_is_not_reminded_of(desk: FrontDesk) -> None:
    desk.does("invoices", "hold", desk.number, "--kind", "dispute")
    told = desk.refused_plain("invoices", "remind", desk.number)
    assert f"{desk.number} is on hold (dispute): `relance invoices release` ends that." in told
    other = desk.invoices()
    desk.does("invoices", "remind", desk.number, other)
    assert other in text_of_last(desk)


def test_what_is_paid_is_not_reminded_of(desk: FrontDesk) -> None:
    desk.does("payments", "mark-paid", desk.number, "--yes")
    assert "nothing of it is to be asked for" in desk.refused_plain("invoices", "remind", desk.number)


def test_one_payer_is_written_to_at_a_time(desk: FrontDesk) -> None:
    zoes, adas = desk.number, desk.invoices("ada")
    assert "These are debts of ada, zoe" in desk.refused_plain("invoices", "remind", zoes, adas)
    assert "Name documents" in desk.refused_plain("invoices", "remind")


def test_a_formal_notice_is_a_document_of_its_own(desk: FrontDesk, url: str) -> None:
    assert "is not overdue" in desk.refused("invoices", "formal-notice", desk.number)
    pass_by(url, 40)
    asked = desk.says("invoices", "formal-notice", desk.number)
    assert "nobody can be asked" in asked.err
    assert "formal notice  zoe" in asked.out
    _, *lines = desk.does("invoices", "formal-notice", desk.number, "--days", "10", "--yes")
    assert mails(lines) == [("formal_notice", "zoe@example.org")]
    (notice,) = desk.listed("invoices", "list", "--kind", "other")
    assert (notice["number"][0], notice["of"], notice["total"], notice["amount_due"]) == ("M", desk.number, 4500, 0)
    assert "nous vous mettons en demeure de régler 45,00" in text_of_last(desk)
    assert desk.invoice(desk.number)["credit_notes"] == []
    (sent,) = desk.invoice(notice["number"])["messages"]
    assert (sent["template"], sent["to"], sent["state"]) == ("formal_notice", "zoe@example.org", "sent")
    assert desk.balanced()


def test_a_formal_notice_is_about_what_is_open(desk: FrontDesk, url: str) -> None:
    desk.does("payments", "record", "15", desk.number, "--yes")
    pass_by(url, 40)
    desk.does("invoices", "formal-notice", desk.number, "--yes")
    (notice,) = desk.listed("invoices", "list", "--kind", "other")
    assert notice["total"] == 3000
    assert "nous vous mettons en demeure de régler 30,00" in text_of_last(desk)


def test_a_formal_notice_is_not_given_again_before_its_days_are_over(desk: FrontDesk, url: str) -> None:
    first, other = desk.number, desk.invoices()
    pass_by(url, 40)
    desk.does("invoices", "formal-notice", first, other, "--yes")
    (notice,) = desk.listed("invoices", "list", "--kind", "other")
    for numbers in ([first, other], [other]):
        told = desk.refused("invoices", "formal-notice", *numbers)
        assert f"{numbers[0]} is under formal notice {notice['number']} of {notice['issued_on']} already" in told
        assert f"leaves until {notice['due_on']} to pay" in told
        assert f"`relance invoices show {notice['number']}`" in told
    assert len(desk.listed("invoices", "list", "--kind", "other")) == 1
    pass_by(url, 8)
    desk.refused("invoices", "formal-notice", other)
    pass_by(url, 1)
    desk.does("invoices", "formal-notice", other, "--yes")


def test_a_formal_notice_is_given_of_what_no_other_names(desk: FrontDesk, url: str) -> None:
    first, other = desk.number, desk.invoices()
    pass_by(url, 40)
    desk.does("invoices", "formal-notice", first, "--yes")
    desk.does("invoices", "formal-notice", other, "--yes")
    assert len(desk.listed("invoices", "list", "--kind", "other")) == 2


def test_a_notice_is_not_given_of_what_is_on_hold(desk: FrontDesk, url: str) -> None:
    pass_by(url, 40)
    desk.does("invoices", "hold", "--contact", "zoe", "--kind", "deceased")
    assert "is on hold (deceased)" in desk.refused("invoices", "formal-notice", desk.number)


def test_what_recovery_costs_a_business_stands_outside_vat(desk: FrontDesk, url: str) -> None:
    desk.tells("contact.updated", {"contact": {"id": "ada", "kind": "business"}})
    number = desk.invoices("ada")
    pass_by(url, 10)
    _, *lines = desk.does("invoices", "remind", number)
    assert [template for template, _ in mails(lines)] == ["send_reminder", "request_payment"]
    with psycopg.connect(url) as connection:
        claimed = connection.execute("SELECT gross, category FROM invoice_lines WHERE charge_id LIKE '%:recovery'")
        assert claimed.fetchall() == [(4000, "O")]
    assert desk.balanced()


def test_what_recovery_costs_of_several_invoices_comes_in_one_message(desk: FrontDesk, url: str) -> None:
    desk.tells("contact.updated", {"contact": {"id": "ada", "kind": "business"}})
    late = [desk.invoices("ada"), desk.invoices("ada")]
    pass_by(url, 10)
    _, *lines = desk.does("invoices", "remind", "--contact", "ada")
    assert [template for template, _ in mails(lines)] == ["send_reminder", "request_payment"]
    claims = [line for line in lines if line["kind"] == "invoice"]
    assert [claim["total"] for claim in claims] == [4000, 4000], "once for each invoice"
    text = text_of_last(desk, "request_payment")
    assert all(str(claim["number"]) in text for claim in claims)
    assert "80,00" in text
    pass_by(url, 10)
    _, *again = desk.does("invoices", "remind", "--contact", "ada")
    assert [line["kind"] for line in again if line["kind"] == "invoice"] == [], "never again, nor for themselves"
    reminded = text_of_last(desk, "send_reminder")
    assert all(number in reminded for number in [*late, *(str(claim["number"]) for claim in claims)])
