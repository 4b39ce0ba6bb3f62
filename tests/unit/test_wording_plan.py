"""The short cut of rendering: it writes what Liquid writes, or leaves the template to Liquid."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.default_wordings import WORDINGS
from models.sms_wordings import SMS_WORDINGS, sms_wording
from models.wording import _REFUSALS, WordingError, _by_liquid, _by_plan, _planned, render
from models.wording_values import Style
from tests.unit.test_wording import PARIS, VALUES

STYLE = Style("fr", PARIS)


class Lazy(Mapping[str, Any]):
    """Values that are looked up one at a time, as deliveries do."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> Any:
        value = self._values[name]
        if value is None:
            raise KeyError(name)
        return Lazy(value) if isinstance(value, dict) else value

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


CONTACT = ["contact.name", "contact.email", "contact.tags", "contact.custom.vip", "contact.nope.deeper"]
MOMENTS = ["invoice.due_on", "session.starts_at", "event.data.at"]
MONEY = ["invoice.total", "invoice.amount_due", "event.data.items[0].price"]
OTHERS = ["business.name", "contact.custom.shoe", "contact.tags.first", "contact.name.size", "nope", "'text'", "5"]
NAMES = st.sampled_from([*CONTACT, *MOMENTS, *MONEY, *OTHERS])
OURS = ["money", "date", "date: 'long'", "date: '%H:%M'", "date: 'nope'"]
DEFAULTS = ["default: 'x'", "default: business.name", "default: '', allow_false: true"]
LIQUIDS = ["upcase", "append: '!'", "truncate: 3", "plus: 1", "join: ', '", "escape", "size", "nope"]
FILTERS = st.sampled_from([*OURS, *DEFAULTS, *LIQUIDS])
OUTPUTS = st.builds(
    lambda name, filters: "{{ " + " | ".join([name, *filters]) + " }}", NAMES, st.lists(FILTERS, max_size=3)
)
TEXTS = st.sampled_from(
    ["Bonjour ", "\n", "  ", "é <b>", "{% assign x = 1 %}", "{{ x }}", "{%- if contact.name -%} {% endif %}"]
)
TEMPLATES = st.recursive(
    st.lists(OUTPUTS | TEXTS, max_size=4).map("".join),
    lambda inner: st.builds(
        lambda asked, then, other: "{% if " + asked + " %}" + then + "{% else %}" + other + "{% endif %}",
        NAMES | NAMES.map("{} == 'Zoé <b>'".format) | NAMES.map("{} == 'b'".format),
        inner,
        inner,
    ),
    max_leaves=4,
)


@given(TEMPLATES)
def test_the_short_cut_writes_what_liquid_writes(template: str) -> None:
    try:
        expected = _by_liquid(template, VALUES, STYLE, escape=False)
    except _REFUSALS:
        expected = None
    try:
        planned = _by_plan(template, VALUES, STYLE)
    except _REFUSALS:
        planned = None
    assert planned in {None, expected}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("template", WORDINGS)
def test_every_default_wording_takes_the_short_cut(template: str, language: str) -> None:
    wording = WORDINGS[template][language]
    assert _planned(wording.subject)
    assert _planned(wording.message)
    assert _by_plan(wording.message, VALUES, STYLE) == _by_liquid(wording.message, VALUES, STYLE, escape=False)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("template", SMS_WORDINGS)
def test_every_wording_of_an_sms_takes_the_short_cut(template: str, language: str) -> None:
    wording = sms_wording(template, language)
    assert _planned(wording)
    assert _by_plan(wording, VALUES, STYLE) == _by_liquid(wording, VALUES, STYLE, escape=False)


def test_values_may_be_looked_up_one_at_a_time() -> None:
    template = "{{ contact.name }} {{ contact.email | default: '-' }} {{ contact.custom.shoe }} {{ event.data.at }}"
    lazy = {name: Lazy(group) for name, group in VALUES.items()}
    expected = "Zoé <b> - 38 2027-01-05T09:00:00Z"
    assert _by_plan(template, lazy, STYLE) == _by_liquid(template, lazy, STYLE, escape=False) == expected


@pytest.mark.parametrize(
    "template",
    [
        "{% for tag in contact.tags %}{{ tag }}{% endfor %}",
        "{{ contact.tags.first }}",
        "{{ contact.tags[0] }}",
        "{% if contact.name == business.name %}{% endif %}",
        "{{ contact.name | default: business.name }}",
        "{{ contact.name | join }}",
    ],
)
def test_what_is_not_simple_is_left_to_liquid(template: str) -> None:
    assert _planned(template) is None


def test_an_error_is_told_in_the_words_of_liquid() -> None:
    with pytest.raises(WordingError, match=r"contact\.email is missing"):
        render("{{ contact.email }}", VALUES, "fr", PARIS)
    assert _by_plan("{{ contact.email }}", VALUES, STYLE) is None
