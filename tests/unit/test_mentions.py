"""The French pack: what documents say, to whom, since when; and that a consumer never reads of penalties (R24)."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.business import Business
from models.charge import Charge
from models.contact import Contact, PayerKind
from models.default_wordings import WORDINGS, default_wording
from models.document_text import address_text, details
from models.invoice import Invoice
from models.invoicing import invoice_charges
from models.issuing import issue_credit_note, issue_receipt, totals_of
from models.law.pack import PACKS, law, longest_terms
from models.law.text import Subject
from models.letters import values_of
from models.regime import VatDueOn, VatRegime
from models.rulebook import Rulebook
from models.scope import Scope
from models.shop import Shop
from models.sms_wordings import SMS_WORDINGS, sms_wording
from models.wording import render, render_subject
from tests.unit.test_wording import VALUES

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
NEVER_TO_CONSUMERS = re.compile(
    r"40(,00|\.00)?\s*(€|EUR)|€\s*40(\.00)?(?!\d)|indemnité forfaitaire|frais de recouvrement|frais de relance"
    r"|pénalité|penalt|intérêts moratoires|recovery costs|escompte|discount for|late payment",
    re.IGNORECASE,
)
"""What no document or message to a consumer holds (R24)."""


def shop_of(**facts: Any) -> Shop:
    """Return a shop in memory: French, 20 % VAT, with everything that a seller can say about itself."""
    business = Business(
        "atelier", "Atelier", "Europe/Paris", "fr", "EUR", "FR", NOW, Decimal(20), legal_name="Atelier SARL",
        legal_form="SARL", capital="5 000 €", siren="732829320", register_city="Paris", vat_number="FR44732829320",
        address={"street": "1 rue du Lac", "city": "75011 Paris"}, penalty_rate=Decimal("12.5"),
        discount_text="Escompte de 2 % sous 8 jours", mediator="Médiation Plus, mediation.example",
    )  # fmt: skip
    for name, value in facts.items():
        setattr(business, name, value)
    return Shop(business, Rulebook((), ()), NOW)


def charge_of(shop: Shop, amount: int = 4510, id_: str = "c1", **facts: Any) -> Charge:
    """Return a charge of the client zoe."""
    category = "E" if shop.business.regime_on(date(2027, 2, 27)).exempt else "S"
    rate = Decimal(0) if shop.business.regime_on(date(2027, 2, 27)).exempt else shop.business.tax_rate
    charge = Charge(
        shop.id, id_, "zoe", "session", "Coupe", Decimal(1), amount, "EUR", amount, amount, date(2027, 2, 27), NOW,
        tax_rate=rate, tax_category=category, service_from=date(2027, 2, 27), service_to=date(2027, 2, 27),
    )  # fmt: skip
    for name, value in facts.items():
        setattr(charge, name, value)
    return shop.charges.add(charge)


def document_to(kind: PayerKind, shop: Shop, locale: str = "fr") -> Invoice:
    """Issue an invoice to a client of a kind."""
    payer = shop.contacts.add(Contact(shop.id, "zoe", "Zoé", "zoe@example.org", locale=locale, kind=kind))
    invoice = invoice_charges(shop, payer, [charge_of(shop)], terms_days=30)
    assert invoice is not None
    return invoice


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        (
            "fr",
            {
                "PMD": "En cas de retard de paiement : pénalités au taux annuel de 12,5 %.",
                "PMT": "Indemnité forfaitaire pour frais de recouvrement en cas de retard : 40,00\xa0€.",
                "AAB": "Escompte de 2 % sous 8 jours",
            },
        ),
        (
            "en",
            {
                "PMD": "Late payment: penalties at a yearly rate of 12.5 %.",
                "PMT": "Fixed compensation for recovery costs in case of late payment: €40.00.",
                "AAB": "Escompte de 2 % sous 8 jours",
            },
        ),
    ],
)
def test_a_business_reads_of_penalties_recovery_and_discounts(locale: str, said: dict[str, str]) -> None:
    shop = shop_of()
    invoice = document_to(PayerKind.BUSINESS, shop, locale)
    assert invoice.notes == said
    assert invoice.law_ids == [f"fr-{name}-{locale}" for name in ("late-penalty-own", "recovery", "discount")]
    assert all(text in details(shop, invoice) for text in said.values())


def test_without_a_rate_of_its_own_the_law_names_one() -> None:
    notes = document_to(PayerKind.BUSINESS, shop_of(penalty_rate=None, discount_text=None)).notes
    assert isinstance(notes, dict)
    assert "majoré de 10 points" in notes["PMD"]
    assert notes["AAB"] == "Pas d'escompte pour paiement anticipé."


def test_a_public_payer_reads_of_its_own_rate() -> None:
    notes = document_to(PayerKind.PUBLIC, shop_of()).notes
    assert isinstance(notes, dict)
    assert "majoré de 8 points" in notes["PMD"]
    assert "40,00" in notes["PMT"]


def test_a_consumer_reads_of_the_mediator_and_nothing_else() -> None:
    invoice = document_to(PayerKind.CONSUMER, shop_of())
    assert invoice.notes == {"AAI": "Médiateur de la consommation : Médiation Plus, mediation.example"}


def test_vat_on_debits_is_said_to_everybody_but_by_an_exempt_seller() -> None:
    for kind in PayerKind:
        notes = document_to(kind, shop_of(vat_due_on=VatDueOn.DEBITS)).notes
        assert isinstance(notes, dict)
        assert "débits" in notes["TXD"]
        exempt = document_to(kind, shop_of(vat_due_on=VatDueOn.DEBITS, vat_regime=VatRegime.EXEMPT))
        assert isinstance(exempt.notes, dict)
        assert "TXD" not in exempt.notes


@pytest.mark.parametrize(
    ("regime", "code", "text"),
    [
        (VatRegime.FRANCHISE, "VATEX-FR-FRANCHISE", "TVA non applicable, art. 293 B du CGI"),
        (VatRegime.EXEMPT, "VATEX-EU-132", "Exonération de TVA, art. 261 du CGI"),
    ],
)
def test_a_seller_without_vat_says_why(regime: VatRegime, code: str, text: str) -> None:
    shop = shop_of(vat_regime=regime, vat_number=None)
    invoice = document_to(PayerKind.CONSUMER, shop)
    (group,) = shop.taxes.by("invoice_id", invoice.id)
    assert (group.category, group.tax) == ("E", 0)
    assert (group.exemption_code, group.exemption_text) == (code, text)
    assert isinstance(invoice.seller, dict)
    assert invoice.seller["tax_registration"] == "732829320"
    assert details(shop, invoice).count(text) == 1
    assert f"fr-{regime}-1-fr" in invoice.law_ids


def test_an_exempt_seller_may_name_its_own_article() -> None:
    shop = shop_of(vat_regime=VatRegime.EXEMPT, exemption_text="Exonéré, art. 261-4-4° du CGI")
    invoice = document_to(PayerKind.CONSUMER, shop)
    (group,) = shop.taxes.by("invoice_id", invoice.id)
    assert group.exemption_text == "Exonéré, art. 261-4-4° du CGI"


def test_the_article_changes_with_the_law_and_what_was_said_stays() -> None:
    shop = shop_of(vat_regime=VatRegime.FRANCHISE)
    before = document_to(PayerKind.CONSUMER, shop)
    shop.now = datetime(2028, 1, 1, 9, tzinfo=UTC)
    after = invoice_charges(shop, shop.contacts["zoe"], [charge_of(shop, id_="c2")], terms_days=0)
    assert after is not None
    texts = [shop.taxes.by("invoice_id", one.id)[0].exemption_text for one in (before, after)]
    assert texts == [
        "TVA non applicable, art. 293 B du CGI",
        "TVA non applicable, article 284 de la directive 2006/112/CE",
    ]


def test_the_old_article_holds_to_its_last_day() -> None:
    row = law("FR", Subject.EXEMPTION, "consumer", "franchise", "fr", date(2027, 12, 31))
    assert row is not None
    assert row.id == "fr-franchise-1-fr"


def test_a_credit_note_says_what_its_invoice_said_also_when_the_regime_has_changed() -> None:
    shop = shop_of(vat_regime=VatRegime.FRANCHISE)
    invoice = document_to(PayerKind.CONSUMER, shop)
    shop.business.vat_regime = VatRegime.NORMAL
    charges = list(shop.charges)
    note = issue_credit_note(shop, invoice, charges, totals_of(charges))
    (group,) = shop.taxes.by("invoice_id", note.id)
    assert group.exemption_code == "VATEX-FR-FRANCHISE"
    assert isinstance(note.seller, dict)
    assert note.seller["vat_exempt"] is True


def test_an_indemnity_says_that_it_is_outside_vat() -> None:
    shop = shop_of()
    shop.contacts.add(Contact(shop.id, "zoe", "Zoé"))
    fee = charge_of(shop, tax_category="O", tax_rate=Decimal(0))
    invoice = invoice_charges(shop, shop.contacts["zoe"], [fee], terms_days=0)
    assert invoice is not None
    assert shop.taxes.by("invoice_id", invoice.id)[0].exemption_code == "VATEX-EU-O"


def test_an_unknown_country_prescribes_nothing() -> None:
    shop = shop_of(country="DE")
    assert document_to(PayerKind.BUSINESS, shop).notes == {}


def test_another_language_reads_english() -> None:
    row = law("FR", Subject.RECOVERY, "business", "normal", "de", date(2027, 1, 1))
    assert row is not None
    assert row.language == "en"


def test_the_longest_terms_are_those_of_the_law() -> None:
    on = date(2027, 1, 1)
    assert longest_terms("FR", "business", on) == 60
    assert longest_terms("FR", "business", on, periodic=True) == 45
    assert longest_terms("FR", "public", on) == 30
    assert longest_terms("FR", "consumer", on) is None
    assert longest_terms("DE", "business", on) is None


def test_rows_have_ids_of_their_own_and_each_french_text_an_english_one() -> None:
    for rows in PACKS.values():
        ids = [row.id for row in rows]
        assert len(ids) == len(set(ids))
        assert {one.removesuffix("-fr") for one in ids if one.endswith("-fr")} == {
            one.removesuffix("-en") for one in ids if one.endswith("-en")
        }


def test_rows_for_one_reader_never_hold_at_the_same_time() -> None:
    for rows in PACKS.values():
        for one in rows:
            same = [
                row
                for row in rows
                if (row.subject, row.language) == (one.subject, one.language)
                and row.regime in {None, one.regime}
                and row.payers & one.payers
                and row.holds(next(iter(row.payers & one.payers)), one.regime or "normal", one.valid_from)
            ]
            assert [row.id for row in same if row is not one and row.valid_from == one.valid_from] == []


def test_an_address_is_printed_from_the_street_to_the_country_in_whatever_order_its_keys_come() -> None:
    stored = {"city": "Paris", "street": "1 rue du Lac", "country": "FR", "floor": "2e", "postcode": "75011"}
    assert address_text(stored) == "1 rue du Lac, 2e, 75011 Paris, FR"
    assert address_text({"city": "Paris"}) == "Paris"


def test_an_address_is_printed_as_it_was_given() -> None:
    assert address_text("1 rue du Lac, Paris") == "1 rue du Lac, Paris"
    assert address_text(["1 rue du Lac", "", "Paris"]) == "1 rue du Lac, Paris"
    assert address_text({"street": "1 rue du Lac", "city": "Paris"}) == "1 rue du Lac, Paris"
    assert address_text(None) == ""


ELSEWHERE = {head: values for head, values in VALUES.items() if head not in {"invoice", "contact", "business"}}
"""What templates about something else speak of."""
TERMS = "Pénalités de 12 % et indemnité forfaitaire de 40 €, escompte 2 %"
shops = st.fixed_dictionaries(
    {
        "vat_regime": st.sampled_from(list(VatRegime)),
        "vat_due_on": st.sampled_from(list(VatDueOn)),
        "penalty_rate": st.none() | st.decimals("0.1", "30", places=2),
        "discount_text": st.none() | st.just(TERMS),
        "mediator": st.none() | st.just("Médiation Plus"),
        "exemption_text": st.none() | st.just("Exonéré"),
        "legal_form": st.none() | st.just("SARL"),
        "address": st.none() | st.just({"city": "Paris"}),
        "country": st.sampled_from(["FR", "DE", "BE"]),
        "locale": st.sampled_from(["fr", "en", "de"]),
    }
)


@given(facts=shops, locale=st.sampled_from(["fr", "fr_CA", "en", "de"]), days=st.integers(0, 1_500))
def test_no_document_and_no_message_to_a_consumer_speaks_of_penalties(
    facts: dict[str, Any], locale: str, days: int
) -> None:
    shop = shop_of(**facts)
    shop.now = datetime.fromordinal(NOW.toordinal() + days).replace(tzinfo=UTC)
    invoice = document_to(PayerKind.CONSUMER, shop, locale)
    charges = list(shop.charges)
    note = issue_credit_note(shop, invoice, charges, totals_of(charges))
    receipt = issue_receipt(shop, shop.contacts["zoe"], 1000, "EUR", order_id=None, of="p1")
    for document in (invoice, note, receipt):
        assert not NEVER_TO_CONSUMERS.search(details(shop, document))
        assert not NEVER_TO_CONSUMERS.search(repr((document.notes, document.seller, document.payer)))
        about = {"invoice": document.id, "documents": [invoice.id, note.id, receipt.id]}
        values = values_of(Scope(shop, "zoe", about, [])) | ELSEWHERE
        for template in WORDINGS:
            wording = default_wording(template, locale)
            said = render(wording.message, values, locale, shop.zone)
            said += render_subject(wording.subject, values, locale, shop.zone)
            if template in SMS_WORDINGS:
                said += render(sms_wording(template, locale), values, locale, shop.zone)
            assert not NEVER_TO_CONSUMERS.search(said), said
