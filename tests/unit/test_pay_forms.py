"""What clients write into pay pages: amounts, the business's own fields, the language that their browser asks for."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.payment_form import FieldType, FormField, fields_of, read_answers
from models.shop_file import load_shop
from models.yamlfile import BadFileError
from web.amounts import LARGEST, read_amount, show_amount
from web.speech import wanted

NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("45", "EUR", 4500),
        ("45,00", "EUR", 4500),
        ("1 234.50 €", "EUR", 123450),
        ("45,5", "EUR", 4550),
        ("1234", "JPY", 1234),
        ("1.234", "KWD", 1234),
        ("12 EUR", "EUR", 1200),
        ("45,001", "EUR", None),
        ("1,5", "JPY", None),
        ("-5", "EUR", None),
        ("1.234,50", "EUR", None),
        ("١٢", "EUR", None),
        ("", "EUR", None),
        ("1e9", "EUR", None),
        ("999999999999", "EUR", None),
    ],
)
def test_an_amount_is_read_as_people_type_it_or_not_at_all(text: str, currency: str, amount: int | None) -> None:
    assert read_amount(text, currency) == amount


@given(st.integers(0, LARGEST), st.sampled_from(["EUR", "JPY", "KWD"]), st.booleans())
def test_an_amount_that_is_shown_is_read_back(amount: int, currency: str, comma: bool) -> None:
    assert read_amount(show_amount(amount, currency, comma=comma), currency) == amount


FIELDS = [
    FormField("dog", "Chien", FieldType.TEXT, required=True),
    FormField("born", "Né le", FieldType.DATE),
    FormField("size", "Taille", FieldType.CHOICE, options=("petit", "grand")),
    FormField("kilos", "Poids", FieldType.NUMBER),
    FormField("agree", "D'accord", FieldType.YES, required=True),
]


def test_answers_are_kept_and_what_is_missing_or_wrong_is_told_field_by_field() -> None:
    right = {"dog": " Rex ", "born": "2020-02-29", "size": "petit", "kilos": "4,5", "agree": "yes", "other": "x"}
    assert read_answers(FIELDS, right) == (
        {"dog": "Rex", "born": "2020-02-29", "size": "petit", "kilos": "4,5", "agree": "yes"},
        {},
    )
    assert read_answers(FIELDS, {"dog": " ", "born": "2021-02-29", "size": "huge", "kilos": "x"})[1] == {
        "dog": "missing",
        "born": "bad_value",
        "size": "bad_value",
        "kilos": "bad_value",
        "agree": "missing",
    }


def shop(form: str) -> Any:
    text = f"business: {{id: a, name: A, payment_form: {form}}}"
    return load_shop(text, "shop.yaml", lambda _node, name: (name, ""), NOW).business


def test_a_shop_file_says_which_fields_there_are() -> None:
    business = shop("[{id: dog, label: Chien, required: true}, {id: s, label: Taille, type: choice, options: [a, b]}]")
    assert fields_of(business) == [
        FormField("dog", "Chien", FieldType.TEXT, required=True),
        FormField("s", "Taille", FieldType.CHOICE, options=("a", "b")),
    ]


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ("[{id: a, label: A}, {id: a, label: B}]", "'a' stands twice in payment_form"),
        ("[{id: a, label: A, type: choice}]", "a choice has some"),
        ("[{id: a, label: A, options: [x]}]", "options belong to a choice"),
        ("[{id: amount, label: A}]", "'amount' is a field of the page itself"),
        ("[{id: a}]", "label"),
    ],
)
def test_a_field_that_can_not_be_shown_is_refused(form: str, complaint: str) -> None:
    with pytest.raises(BadFileError, match=complaint):
        shop(form)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr-FR"),
        ("de,en;q=0.5,fr;q=0.7", "fr"),
        ("de", None),
        ("", None),
        ("en;q=oops", "en"),
    ],
)
def test_the_browser_says_which_language_it_wants(header: str, language: str | None) -> None:
    assert wanted(header) == language
