"""Clients changed by hand: the card, messages and documents follow, and of two tellings the newer holds (R13, R20)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.database.conftest import Relance
from tests.database.front_desk import FrontDesk
from tests.database.upstream import Upstream
from tests.samples import encoded, money, payment_received

MOBILE = "06 12 34 56 78"


@pytest.fixture
def desk(relance: Relance, upstream: Upstream, tmp_path: Path) -> FrontDesk:
    """Open the desk."""
    return FrontDesk(relance, upstream, tmp_path)


def card(desk: FrontDesk, who: str = "zoe") -> dict[str, Any]:
    return desk.says("contacts", "show", who, "--json").line


def tells(desk: FrontDesk, at: datetime, **keys: Any) -> None:
    """Let upstream tell of zoe as of a time."""
    raw = encoded("contact.updated", {"contact": {"id": "zoe"} | keys}, id=f"of {at}", time=at.isoformat())
    assert desk.upstream.sends(raw)["stored"] == 1


def test_what_is_known_of_a_client_is_managed_and_the_card_shows_it(desk: FrontDesk) -> None:
    done, *lines = desk.does(
        "contacts", "change", "zoe", "--name", "Zoé  Martin", "--email", "zm@example.org", "--phone", MOBILE,
        "--address", "1 rue du Lac, 75011 Paris", "--language", "en", "--payer", "ada", "--tag", "vip", "--tag", "new",
    )  # fmt: skip
    assert done == {
        "contact": "zoe", "done": "changed",
        "keys": ["name", "email", "phone", "address", "locale", "bill_to", "tags"],
    }  # fmt: skip
    assert [(line["what"], line["was"]) for line in lines] == [
        ("name", "Zoé"), ("email", "zoe@example.org"), ("phone", None), ("mobile", None), ("address", None),
        ("locale", None), ("bill_to", None), ("tags", []),
    ]  # fmt: skip
    expected = {
        "name": "Zoé Martin", "email": "zm@example.org", "phone": MOBILE, "mobile": "+33612345678",
        "address": "1 rue du Lac, 75011 Paris", "locale": "en", "bill_to": "ada", "tags": ["vip", "new"],
    }  # fmt: skip
    assert card(desk) | expected == card(desk)
    assert {line["what"]: line["is"] for line in lines} == expected
    assert ("olga", "changed", "zoe") in desk.acts()
    desk.books("zoe")
    assert desk.listed("bookings", "day", "--on", "2027-03-27")[0]["payer"] == "ada"


def test_the_change_is_noted_with_its_actor_but_not_with_what_it_tells_of_a_person(desk: FrontDesk) -> None:
    desk.does("contacts", "change", "zoe", "--phone", MOBILE)
    noted = desk.listed("changes", "--subject", "zoe")[-1]
    assert (noted["actor"], noted["act"], noted["detail"]) == ("olga", "changed", {"keys": ["phone"]})
    shown = desk.says("contacts", "change", "zoe", "--tag", "vip", "--tag", "new").out
    assert "zoe: changed." in shown
    assert "tags: - → vip, new" in shown


def test_an_empty_text_clears_and_a_tag_is_taken_off(desk: FrontDesk) -> None:
    desk.does("contacts", "change", "zoe", "--phone", MOBILE, "--payer", "ada", "--tag", "vip", "--tag", "new")
    desk.does("contacts", "change", "zoe", "--phone", "", "--payer", " ", "--untag", "vip")
    found = card(desk)
    assert (found["phone"], found["mobile"], found["bill_to"], found["tags"]) == (None, None, None, ["new"])


def test_the_next_message_goes_to_the_new_address_and_issued_documents_keep_the_old(desk: FrontDesk, url: str) -> None:
    number = desk.invoices("zoe")
    desk.does("contacts", "change", "zoe", "--name", "Zoé Martin", "--email", "zm@example.org")
    desk.does("contacts", "send", "zoe", "--text", "See you")
    assert [one["to"] for one in card(desk)["messages"]] == ["zoe@example.org", "zm@example.org"]
    with psycopg.connect(url) as connection:
        query = "SELECT payer ->> 'name', payer ->> 'email' FROM invoices WHERE number = %s"
        assert connection.execute(query, (number,)).fetchone() == ("Zoé", "zoe@example.org")
    assert desk.balanced()


def test_what_upstream_told_earlier_does_not_undo_a_change_and_what_it_tells_later_does(desk: FrontDesk) -> None:
    desk.does("contacts", "change", "zoe", "--email", "desk@example.org")
    tells(desk, datetime.now(UTC) - timedelta(hours=1), email="late@example.org", locale="en")
    found = card(desk)
    assert (found["email"], found["locale"]) == ("desk@example.org", "en"), "key by key (R20)"
    tells(desk, datetime.now(UTC), email="new@example.org")
    assert card(desk)["email"] == "new@example.org"


def test_what_upstream_told_for_later_is_not_said_to_be_changed(desk: FrontDesk) -> None:
    tells(desk, datetime.now(UTC) + timedelta(hours=2), email="soon@example.org")
    assert "Upstream told the email of zoe as of" in desk.refused_plain(
        "contacts", "change", "zoe", "--email", "x@y.fr"
    )
    desk.does("contacts", "change", "zoe", "--name", "Zoé M.")


def test_an_address_that_proved_bad_may_be_told_again(desk: FrontDesk, url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE contacts SET email_bad = true WHERE id = 'zoe'")
    desk.does("contacts", "change", "zoe", "--email", "zoe@example.org")
    assert card(desk)["email_bad"] is False


def test_a_landline_is_kept_and_takes_no_sms(desk: FrontDesk) -> None:
    _, line = desk.does("contacts", "change", "zoe", "--phone", "01 44 55 66 77")
    assert (line["what"], line["is"]) == ("phone", "01 44 55 66 77")
    assert card(desk)["mobile"] is None


def test_a_dry_run_of_a_change_changes_nothing(desk: FrontDesk) -> None:
    would, line = desk.does("contacts", "change", "zoe", "--name", "Zoé M.", "--dry-run")
    assert (would["would"], line["was"], line["is"]) == ("changed", "Zoé", "Zoé M.")
    assert card(desk)["name"] == "Zoé"
    assert desk.acts() == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["zo", "--name", "Zoé M."], "has no contact 'zo'. Did you mean zoe?"),
        (["zoe"], "There is nothing to change. Say what: --name"),
        (["zoe", "--name", "Zoé", "--email", "zoe@example.org"], "There is nothing to change of zoe."),
        (["zoe", "--email", "zoe at example.org"], "'zoe at example.org' is no mail address."),
        (["zoe", "--phone", "12"], "'12' is no phone number of FR."),
        (["zoe", "--name", "Zoé \x1b[31m"], "The name holds a control character."),
        (["zoe", "--language", "klingon"], "'klingon' is not a known locale."),
        (["zoe", "--payer", "ad"], "has no contact 'ad'. Did you mean ada?"),
        (["zoe", "--payer", "zoe"], "zoe pays by itself where no payer is named."),
        (["ada", "--tag", "vip", "--untag", "vi"], "ada has no tag 'vi'."),
    ],
)
def test_what_is_no_change_is_refused(desk: FrontDesk, arguments: list[str], why: str) -> None:
    assert why in desk.refused_plain("contacts", "change", *arguments)
    assert desk.acts() == []


def test_a_client_who_goes_on_as_another_is_changed_there(desk: FrontDesk) -> None:
    desk.does("contacts", "merge", "ada", "--into", "zoe", "--yes")
    assert "ada is merged into zoe. Change zoe." in desk.refused_plain("contacts", "change", "ada", "--name", "Ada L.")


def test_any_id_of_a_merged_client_names_the_client(desk: FrontDesk) -> None:
    seats = {f"{desk.books(who)}-b1" for who in ("ada", "zoe")}
    desk.does("payments", "record", "120", "--contact", "ada", "--method", "cheque", "--id", "P1", "--yes")
    desk.tells("payment.received", payment_received("P1", of="ada", amount=money(13000)))
    desk.does("contacts", "merge", "ada", "--into", "zoe", "--yes")
    for who in ("ada", "zoe"):
        shown = card(desk, who)
        assert {one["id"] for one in [*shown["bookings_coming"], *shown["bookings_past"]]} == seats
        assert {one["id"] for one in desk.listed("payments", "list", "--contact", who)} == {"P1"}
        assert [one["reason"] for one in desk.listed("alerts", "--contact", who)] == ["payment_conflict"]
        assert {one["contact"] for one in desk.listed("billing", "explain", "--contact", who)} == {"zoe"}
