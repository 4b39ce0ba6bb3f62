"""`relance business apply`: a diff first, a question, and nothing at all the second time."""

from pathlib import Path

import psycopg
import pytest

from models.rows import row_classes
from tasks.gateways.sandbox_cards import SandboxCards
from tests.database.conftest import Relance, Terminal
from tests.database.upstream import Upstream
from tests.samples import booking, encoded, order_placed, session

SHOP = """\
business: {id: atelier, name: Atelier, timezone: Europe/Paris, locale: fr, tax_rate: "20", payment_terms: {days: 14}}
contacts:
  - {id: zoe, name: Zoé, email: zoe@example.org, tags: [vip], company: {name: Zoé SARL}, billing: {enabled: false}}
  - {id: ada}
services:
  - {id: cut, name: Coupe, price: {amount: 4500, currency: EUR}, tax_rate: "20"}
automations:
  - remind.yaml
  - {automation: ask, trigger: {on: session.booked}, steps: [{request_payment: {document: invoice}}]}
"""
REMIND = """\
automation: remind
trigger: {on: invoice.overdue}
steps:
  - send_reminder: {}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Write a shop file and the automation that it names."""
    (tmp_path / "remind.yaml").write_text(REMIND)
    (tmp_path / "shop.yaml").write_text(SHOP)
    return tmp_path / "shop.yaml"


def change(file: Path, *replacements: tuple[str, str]) -> None:
    text = file.read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)


def everything(url: str) -> dict[str, list[str]]:
    """Return every row of every table."""
    with psycopg.connect(url) as connection:
        return {
            name: sorted(str(row) for row in connection.execute(f"SELECT * FROM {name}".encode()))  # noqa: S608
            for name in row_classes()
        }


def test_a_shop_is_created_with_a_list_of_what_is_new(relance: Relance, shop: Path) -> None:
    answer = relance("business", "apply", shop, "--yes")
    assert answer.code == 0, answer.err
    assert 'business atelier: created\n    name: "Atelier"\n' in answer.out
    assert "contact zoe: created" in answer.out
    assert "service cut: created" in answer.out
    assert "automation remind: created\n    version: 1\n    text: 4 lines" in answer.out
    assert answer.out.endswith("Applied to atelier.\n")
    shown = relance("business", "show", "--json").line
    assert (shown["payment_terms_days"], shown["contacts"], shown["active_automations"]) == (14, 2, 2)
    assert relance("business", "list", "--json").line["id"] == "atelier"
    zoe = relance("contacts", "show", "zoe", "--json").line
    assert (zoe["company"]["name"], zoe["billing"]) == ("Zoé SARL", {"enabled": False})


def test_the_second_time_nothing_changes_and_nobody_is_asked(relance: Relance, url: str, shop: Path) -> None:
    relance("business", "apply", shop, "--yes")
    before = everything(url)
    answer = relance("business", "apply", shop)
    assert (answer.code, answer.out) == (0, "Nothing to change: all 6 are as the file says.\n")
    assert everything(url) == before


def test_a_change_shows_old_and_new(relance: Relance, shop: Path) -> None:
    relance("business", "apply", shop, "--yes")
    change(shop, ("days: 14", "days: 30"), ("zoe@example.org", "zoe@example.com"), ("amount: 4500", "amount: 4800"))
    change(shop.with_name("remind.yaml"), ("send_reminder: {}", "send_reminder: {channels: [email]}"))
    answer = relance("business", "apply", shop, "--yes")
    assert answer.out == (
        "business atelier: changed\n"
        "    payment_terms_days: 14 → 30\n"
        "contact zoe: changed\n"
        '    email: "zoe@example.org" → "zoe@example.com"\n'
        "service cut: changed\n"
        "    price: 4500 → 4800\n"
        "automation remind: changed\n"
        "    version: 1 → 2\n"
        "    @@ -3,2 +3,2 @@\n"
        "     steps:\n"
        "    -  - send_reminder: {}\n"
        "    +  - send_reminder: {channels: [email]}\n"
        "2 unchanged.\n"
        "Applied to atelier.\n"
    )
    assert "Nothing to change" in relance("business", "apply", shop).out


def test_json_has_a_line_for_each_thing(relance: Relance, shop: Path) -> None:
    relance("business", "apply", shop, "--yes")
    change(shop, ("name: Zoé,", "name: Zoë,"))
    lines = relance("business", "apply", shop, "--yes", "--json").lines
    assert [(line["kind"], line["id"], line["verdict"]) for line in lines] == [
        ("business", "atelier", "unchanged"),
        ("contact", "zoe", "changed"),
        ("contact", "ada", "unchanged"),
        ("service", "cut", "unchanged"),
        ("automation", "remind", "unchanged"),
        ("automation", "ask", "unchanged"),
    ]
    assert lines[1]["changes"] == [{"key": "name", "old": "Zoé", "new": "Zoë"}]


def test_what_a_person_stopped_stays_stopped(relance: Relance, shop: Path) -> None:
    relance("business", "apply", shop, "--yes")
    relance("automations", "pause", "remind")
    assert "Nothing to change" in relance("business", "apply", shop).out
    assert relance("automations", "show", "remind", "--json").line["state"] == "paused"


def test_a_person_is_asked(relance: Relance, url: str, shop: Path) -> None:
    refused = relance("business", "apply", shop, typed=Terminal("n\n"))
    assert (refused.code, "Nothing was changed." in refused.err) == (1, True)
    assert not any(everything(url).values())
    agreed = relance("business", "apply", shop, typed=Terminal("y\n"))
    assert (agreed.code, agreed.out.endswith("Applied to atelier.\n")) == (0, True)


def test_nobody_can_be_asked_without_a_terminal(on_nothing: Relance, nothing: str, shop: Path) -> None:
    answer = on_nothing("business", "apply", shop)
    assert answer.code == 2
    assert "Say --yes to go on." in answer.err
    assert not any(everything(nothing).values())


def test_what_was_agreed_to_is_what_happens_or_nothing(relance: Relance, url: str, shop: Path) -> None:
    class Slow(Terminal):
        """A person who thinks for so long that somebody else is faster."""

        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # the stubs' bases disagree
            with psycopg.connect(url) as connection:
                connection.execute("UPDATE contacts SET name = 'Zora' WHERE id = 'zoe'")
            return super().readline(-1 if size is None else size)

    relance("business", "apply", shop, "--yes")
    change(shop, ("days: 14", "days: 30"))
    answer = relance("business", "apply", shop, typed=Slow("y\n"))
    assert (answer.code, "Nothing was changed: something else has changed meanwhile." in answer.err) == (1, True)
    assert relance("business", "show", "--json").line["payment_terms_days"] == 14


def test_orders_that_waited_for_a_service_are_completed(relance: Relance, upstream: Upstream, shop: Path) -> None:
    relance("business", "apply", shop, "--yes")
    dye = booking(session=session(service="dye"))
    upstream.sends(encoded("order.placed", order_placed(bookings=[dye]), time=None))
    assert relance("invoices", "list", "--json").lines == []
    change(shop, ("services:\n", "services:\n  - {id: dye, name: Couleur, price: {amount: 8000, currency: EUR}}\n"))
    relance("business", "apply", shop, "--yes")
    invoice = relance("invoices", "list", "--json").line
    assert (invoice["contact"], invoice["total"], invoice["standing"]) == ("zoe", 8000, "pending")


def test_several_businesses_must_be_named(relance: Relance, shop: Path) -> None:
    relance("business", "apply", shop, "--yes")
    change(shop, ("id: atelier", "id: salon"))
    relance("business", "apply", shop, "--yes")
    answer = relance("contacts", "list")
    assert (answer.code, answer.error) == (
        2,
        "There are several businesses: atelier, salon. Say which one with --business.",
    )
    assert len(relance("contacts", "list", "--business", "salon", "--json").lines) == 2
    assert relance("business", "show", "salon", "--json").line["id"] == "salon"
    assert "Did you mean salon?" in relance("business", "show", "sallon").error


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: Atelier", "nam: Atelier", "shop.yaml:1:25: business has no 'nam' (Did you mean name?)"),
        ("Europe/Paris", "Europe/Pari", "Did you mean Europe/Paris"),
        ("locale: fr", "locale: xx", "'xx' is not a known locale"),
        ("id: ada", "id: zoe", "shop.yaml:4:5: 'zoe' stands twice in contacts (Keep one of them.)"),
        ("currency: EUR", "currency: EUX", "shop.yaml:6:5: price.currency is unknown"),
        ("contacts:", "contact:", "the file has no 'contact' (Did you mean contacts?)"),
        ("{on: session.booked}", "{on: session.boked}", "shop.yaml:9:37: 'session.boked' is not"),
        ("remind.yaml", "nothing.yaml", "nothing.yaml can't be read: No such file or directory."),
        (
            "{request_payment: {document: invoice}}",
            "{call_webhook: {url: 'https://a.example'}}",
            "Automation ask can't be published yet.",
        ),
    ],
)
def test_a_bad_file_is_one_message_and_changes_nothing(
    on_nothing: Relance, nothing: str, shop: Path, old: str, new: str, message: str
) -> None:
    change(shop, (old, new))
    answer = on_nothing("business", "apply", shop, "--yes")
    assert answer.code == 2
    assert message in answer.error
    assert not any(everything(nothing).values())


def test_a_file_that_is_not_there_is_one_message(on_nothing: Relance) -> None:
    assert "nowhere.yaml can't be read: No such file" in on_nothing("business", "apply", "nowhere.yaml").error


def test_terms_beyond_the_law_are_applied_with_a_warning(relance: Relance, shop: Path) -> None:
    change(shop, ("{days: 14}", "{days: 75}"))
    answer = relance("business", "apply", shop, "--yes")
    assert answer.code == 0, answer.err
    assert "75 days to pay are more than FR allows: 60 for a business payer and 30 for a public payer" in answer.err
    change(shop, ("{days: 75}", "{days: 30}"))
    assert "Warning" not in relance("business", "apply", shop, "--yes").err


def test_billing_that_the_law_does_not_like_is_applied_with_a_warning(relance: Relance, shop: Path) -> None:
    change(shop, ("payment_terms: {days: 14}", "payment_terms: {days: 14}, billing: {enabled: true}"))
    assert "Warning" not in relance("business", "apply", shop, "--yes").err
    change(shop, ("billing: {enabled: true}", "billing: {enabled: true, payment_terms: {days: 46}}"))
    answer = relance("business", "apply", shop, "--yes")
    assert answer.code == 0, answer.err
    assert "Warning: billing: 46 days to pay are more than FR allows on a periodic invoice" in answer.err
    change(shop, ("{id: ada}", "{id: ada, kind: business}"), ("{days: 46}", "{days: 45}, anchor: 20"))
    assert "billing: a business payer is to be billed by the end" in relance("business", "apply", shop, "--yes").err


def test_a_service_with_a_rate_that_france_does_not_know_is_refused(relance: Relance, shop: Path) -> None:
    change(shop, ('currency: EUR}, tax_rate: "20"', 'currency: EUR}, tax_rate: "19"'))
    assert "shop.yaml:6" in (error := relance("business", "apply", shop, "--yes").error)
    assert "19 % is no VAT rate of a seller in FR" in error


LEGAL = 'payment_terms: {days: 14}, legal: {siren: "732829320"}'


def second(shop: Path, **keys: str) -> Path:
    """Write another business of the same legal entity."""
    more = "".join(f", {key}: {value}" for key, value in keys.items())
    file = shop.with_name("second.yaml")
    file.write_text(f'business: {{id: second, name: Second, legal: {{siren: "732829320"}}{more}}}\n')
    return file


def test_two_businesses_of_one_registration_number_never_share_a_series(relance: Relance, shop: Path) -> None:
    change(shop, ("payment_terms: {days: 14}", LEGAL))
    assert relance("business", "apply", shop, "--yes").code == 0
    error = relance("business", "apply", second(shop), "--yes").error
    assert "second has the registration number 732829320, as atelier has" in error
    assert "Give one of them another series_prefix." in error
    assert "('A')" in relance("business", "apply", second(shop, series_prefix="A"), "--yes").error
    assert relance("business", "apply", second(shop, series_prefix="S-"), "--yes").code == 0
    change(shop, ("payment_terms", "series_prefix: S-, payment_terms"))
    assert "as second has" in relance("business", "apply", shop, "--yes").error


@pytest.mark.parametrize("of", ["tags: {vip: V-}", "services: {cut: V-}"])
def test_the_series_of_tags_and_services_are_not_shared_either(relance: Relance, shop: Path, of: str) -> None:
    change(shop, ("payment_terms: {days: 14}", f"series_prefix: S-V-, {LEGAL}"))
    assert relance("business", "apply", shop, "--yes").code == 0
    assert (
        "('S-V-'" in relance("business", "apply", second(shop, series_prefix="S-", series=f"{{{of}}}"), "--yes").error
    )


def test_businesses_of_other_entities_number_as_they_like(relance: Relance, shop: Path) -> None:
    change(shop, ("payment_terms: {days: 14}", LEGAL.replace("732829320", "552100554")))
    assert relance("business", "apply", shop, "--yes").code == 0
    assert relance("business", "apply", second(shop), "--yes").code == 0


@pytest.mark.parametrize(
    ("series", "said"),
    [
        ("{reset: monthly}", "yearly, never"),
        ("{kinds: {invoices: I-}}", "invoice"),
        ("{tags: {vip: 'V é'}}", "Use only"),
        ("{tags: {vip: AAAAAAAAAAAAAAAAAAAAA}}", "too long"),
    ],
)
def test_a_series_that_is_wrong_is_refused_where_it_stands(
    relance: Relance, shop: Path, series: str, said: str
) -> None:
    error = relance("business", "apply", second(shop, series=series), "--yes").error
    assert "second.yaml:1:" in error
    assert said in error


def test_a_card_provider_that_is_not_set_up_here_is_warned_of(
    relance: Relance, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(shop, ("payment_terms: {days: 14}}", "payment_terms: {days: 14}, cards: {provider: stripe}}"))
    applied = relance("business", "apply", shop, "--yes")
    assert applied.code == 0
    assert "Warning: as things are set up here, no card can be taken. Stripe is not set up" in applied.err
    assert "RELANCE_STRIPE_KEY" in applied.err
    monkeypatch.setenv("RELANCE_STRIPE_KEY", "sk_test_1")
    monkeypatch.setenv("RELANCE_STRIPE_WEBHOOK_SECRET", "whsec_1")
    assert "Warning" not in relance("business", "apply", shop, "--yes").err


AT_BOOKING = "{id: cut, name: Coupe, payment: at_booking, "


def test_payment_at_booking_without_a_window_is_warned_of(relance: Relance, shop: Path) -> None:
    change(shop, ("{id: cut, name: Coupe, ", AT_BOOKING))
    applied = relance("business", "apply", shop, "--yes")
    assert applied.code == 0
    assert "Warning: payment at_booking of cut does nothing: bookings that are not paid are kept." in applied.err
    change(shop, ("payment_terms: {days: 14}}", "payment_terms: {days: 14}, payment_window: {minutes: 30}}"))
    assert "Warning" not in relance("business", "apply", shop, "--yes").err


def test_a_price_in_a_currency_that_the_provider_does_not_take_is_warned_of(
    relance: Relance, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELANCE_SANDBOX_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("RELANCE_SANDBOX_KEY", "unused")
    change(shop, ("payment_terms: {days: 14}}", "payment_terms: {days: 14}, cards: {provider: sandbox}}"))
    change(shop, ("{amount: 4500, currency: EUR}", "{amount: 3333, currency: JPY}"))
    assert "Warning" not in relance("business", "apply", shop, "--yes").err
    monkeypatch.setattr(SandboxCards, "currencies", frozenset({"EUR"}))
    said = relance("business", "apply", shop, "--yes").err
    assert "Warning: the card provider sandbox does not take JPY: no card pays for cut." in said
