"""Messages: Liquid in the words of a locale and a zone, checked before it is saved, within limits."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.date_forms import BadDateFormError, known_locale, pattern_of, show_date
from models.default_wordings import WORDINGS, default_wording
from models.money import Money
from models.sms_text import Alphabet, Measure, measure, plain
from models.sms_wordings import SMS_WORDINGS, sms_wording
from models.vocabulary import Vocabulary, vocabulary_of
from models.wording import MAX_SUBJECT, MAX_TEMPLATE, Flaw, WordingError, check, render, render_subject

PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
MORNING = datetime(2027, 1, 5, 9, tzinfo=UTC)
VALUES: Mapping[str, Any] = {
    "business": {"name": "Atelier"},
    "contact": {"name": "Zoé <b>", "email": None, "tags": ["vip", "new"], "custom": {"vip": True, "shoe": 38}},
    "invoice": {
        "number": "2027-0001",
        "total": Money(450_050, "EUR"),
        "amount_due": Money(0, "EUR"),
        "issued_on": date(2027, 1, 5),
        "due_on": date(2027, 1, 31),
        "pay_url": "https://example.org/pay/x",
    },
    "payment": {"details": "– Coupe"},
    "payment_link": {
        "url": "https://example.org/pay/y",
        "details": "– Coupe",
        "invoices": "– 2027-0001",
        "amount_due": Money(4500, "EUR"),
    },
    "refund": {"amount": Money(4500, "EUR")},
    "notice": {
        "count": 2,
        "list": "– 2027-0001\n– 2027-0002",
        "brief": "2027-0001, 2027-0002",
        "amount_due": "90,00 €",
        "details": "2027-0001 Coupe",
    },
    "quote": {
        "title": "Mariage",
        "total": Money(12_000, "EUR"),
        "valid_until": date(2027, 2, 5),
        "url": "https://example.org/quote/z",
    },
    "session": {"starts_at": MORNING},
    "event": {
        "type": "invoice.overdue",
        "data": {
            "at": "2027-01-05T09:00:00Z",
            "on": "2027-01-05",
            "items": [{"price": {"amount": 1234, "currency": "JPY"}}, {"price": {"amount": 5, "currency": "KWD"}}],
        },
    },
}


def french(template: str, values: Mapping[str, Any] = VALUES, *, escape: bool = False) -> str:
    return render(template, values, "fr", PARIS, escape=escape).replace("\u202f", " ").replace("\xa0", " ")


def refusal(template: str, values: Mapping[str, Any] = VALUES) -> str:
    with pytest.raises(WordingError) as caught:
        render(template, values, "fr", PARIS)
    return str(caught.value)


# --- missing values


def test_a_missing_value_alone_is_an_error_that_names_it() -> None:
    assert refusal("Bonjour {{ contact.email }}") == (
        "The message can't be written: contact.email is missing. Give it a fallback: {{ … | default: '…' }}."
    )
    assert "contact.custom.nope.deeper is missing" in refusal("{{ contact.custom.nope.deeper }}")
    assert "nobody is missing" in refusal("{{ nobody | upcase }}")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ contact.email | default: 'cher client' }}", "cher client"),
        ("{{ contact.email | default: business.name }}", "Atelier"),
        ("{{ contact.seen | date: 'long' | default: 'jamais' }}", "jamais"),
        ("{{ contact.debt | money | default: 'rien' }}", "rien"),
        ("{{ invoice.amount_due | default: 'rien' }}", "0,00 €"),
        ("{% if contact.email %}a{% else %}b{% endif %}", "b"),
        ("{% unless contact.email %}u{% endunless %}", "u"),
        ("{% if contact.email == 'x' %}a{% else %}b{% endif %}", "b"),
        ("{% if contact.email == nil %}nil{% endif %}", "nil"),
        ("{% case contact.email %}{% when 'x' %}a{% else %}b{% endcase %}", "b"),
    ],
)
def test_a_fallback_or_a_question_makes_a_missing_value_harmless(template: str, expected: str) -> None:
    assert french(template) == expected


# --- money


def test_money_is_written_as_the_locale_does_with_the_digits_of_its_currency() -> None:
    assert french("{{ invoice.total | money }}") == "4 500,50 €"
    assert render("{{ invoice.total | money }}", VALUES, "en-GB", PARIS) == "€4,500.50"
    assert french("{% for item in event.data.items %}{{ item.price | money }};{% endfor %}") == "1 234 JPY;0,005 KWD;"


def test_money_without_its_filter_reads_the_same() -> None:
    assert french("{{ invoice.total }}|{{ event.data.items[0].price }}|{{ invoice.total | append: '!' }}") == (
        "4 500,50 €|1 234 JPY|4 500,50 €!"
    )


def test_money_compares_in_major_units() -> None:
    assert french("{% if invoice.total > 4500 %}much{% endif %}{% if invoice.amount_due > 0 %}due{% endif %}") == "much"


def test_what_has_no_currency_is_not_money() -> None:
    assert "money takes an amount with its currency, not '2027-0001'" in refusal("{{ invoice.number | money }}")


@pytest.mark.parametrize("filter_", ["plus: 1", "minus: 1", "times: 2", "divided_by: 2", "round", "abs", "at_most: 5"])
def test_nobody_reckons_with_money_in_a_message(filter_: str) -> None:
    assert "does not reckon with money" in refusal("{{ invoice.total | " + filter_ + " }}")
    assert "does not reckon with money" in refusal("{{ 5 | at_least: invoice.total }}")


# --- dates


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ invoice.due_on | date: 'short' }}", "31/01/2027"),
        ("{{ invoice.due_on | date: 'medium' }}", "31 janv. 2027"),
        ("{{ invoice.due_on | date: 'long' }}", "31 janvier 2027"),
        ("{{ invoice.due_on }}", "31 janv. 2027"),
        ("{{ invoice.due_on | date }}", "31 janv. 2027"),
        ("{{ session.starts_at | date: '%H:%M' }}", "10:00"),
        ("{{ session.starts_at | date: 'short' }}", "05/01/2027 10:00"),
        ('{{ session.starts_at | date: "%A %-d %B %Y à %Hh%M, l\'an %y" }}', "mardi 5 janvier 2027 à 10h00, l'an 27"),
        ("{{ session.starts_at | date: '100%% %d/%m' }}", "100% 05/01"),
        ("{{ event.data.at | date: '%H:%M' }}", "10:00"),
        ("{{ event.data.on | date: 'long' }}", "5 janvier 2027"),
        ("{{ event.data.at }}", "2027-01-05T09:00:00Z"),
    ],
)
def test_dates_are_written_in_the_zone_of_the_tenant_and_the_words_of_the_locale(template: str, expected: str) -> None:
    assert french(template) == expected


def test_two_tenants_never_see_each_others_hour() -> None:
    template = "{{ session.starts_at | date: '%H:%M' }} {{ session.starts_at | date: 'long' }}"
    first, second = (render(template, VALUES, "en", zone) for zone in (PARIS, NEW_YORK))
    assert first.startswith("10:00 January 5, 2027")
    assert second.startswith("04:00 January 5, 2027")
    assert render(template, VALUES, "en", PARIS) == first


def test_the_hour_that_comes_twice_keeps_its_offset() -> None:
    first, second = (datetime(2027, 10, 31, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert show_date(first, "%H:%M %z", "fr", PARIS) == "02:30 +0200"
    assert show_date(second, "%H:%M %z", "fr", PARIS) == "02:30 +0100"


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_strftime_forms_say_what_strftime_says(instant: datetime) -> None:
    form = "%Y-%m-%d %H:%M:%S %j %y %I %-d %-m %z"
    assert show_date(instant, form, "en", NEW_YORK) == instant.astimezone(NEW_YORK).strftime(form)


@pytest.mark.parametrize("form", ["shrt", "dd/mm", "%Q", "%", "%-A", "%d %_d"])
def test_a_form_that_nobody_knows_is_refused(form: str) -> None:
    with pytest.raises(BadDateFormError):
        pattern_of(form)


@pytest.mark.parametrize("template", ["{{ 'now' | date: '%Y' }}", "{{ now }}", "{{ today | date: '%Y' }}"])
def test_no_message_reads_the_clock(template: str) -> None:
    refusal(template)


def test_what_is_no_date_is_told() -> None:
    assert "date takes a date or an instant, not 'Zoé <b>'" in refusal("{{ contact.name | date: 'short' }}")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("fr", "fr"), ("fr-FR", "fr_FR"), ("fr_CA", "fr_CA"), ("xx", "en"), ("", "en"), ("zh-Hant-TW", "zh_Hant_TW")],
)
def test_an_unknown_locale_is_its_language_or_english(name: str, expected: str) -> None:
    assert known_locale(name) == expected


# --- escaping, subjects, limits


def test_only_html_is_escaped() -> None:
    template = "<p>{{ contact.name }} {{ contact.email | default: '<i>toi</i>' }} {{ invoice.total }}</p>"
    assert french(template) == "<p>Zoé <b> <i>toi</i> 4 500,50 €</p>"
    assert french(template, escape=True) == "<p>Zoé &lt;b&gt; <i>toi</i> 4 500,50 €</p>"


def test_nothing_turns_escaping_off() -> None:
    assert check("{{ contact.name | safe }}", vocabulary_of("invoice.paid"))
    refusal("{{ contact.name | safe }}")


def test_a_subject_is_one_line_whatever_its_values_hold() -> None:
    values = {"contact": {"name": "Zoé\r\nBcc: all@example.org\n" + "x" * 500}}
    subject = render_subject("Pour {{ contact.name }}\n", values, "fr", PARIS)
    assert subject.startswith("Pour Zoé Bcc: all@example.org x")
    assert len(subject) == MAX_SUBJECT
    assert len(subject.splitlines()) == 1


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in (1..100000) %}x{% endfor %}",
        "{% for i in (1..900) %}{% for j in (1..900) %}x{% endfor %}{% endfor %}",
        "{{ (1..99999999) | join: '' }}",
        "{{ (1..99999999999999999999999999) | size }}",
        "{% assign s = 'x' %}{% for i in (1..900) %}{% assign s = s | append: s %}{% endfor %}",
        "{% assign n = 9 %}{% for i in (1..900) %}{% assign n = n | times: n %}{% endfor %}",
        "{% capture s %}{% for i in (1..1000) %}0123456789{% endfor %}{% endcapture %}{{ s | replace: '', s }}",
        "{% for i in (1..1000) %}" + "x" * 1000 + "{% endfor %}",
        "{% if true %}" * 50 + "{% endif %}" * 50,
        "{% include 'secrets' %}",
        "{% render 'secrets' %}",
        "{{ 'é' | base64_decode }}",
        "{{ 'x' | sum }}",
        "{{ contact.custom | map: contact.nope }}",
    ],
)
def test_no_template_runs_away(template: str) -> None:
    refusal(template)


MARKS = ["{{", "}}", "{%", "%}", "|", ":", "'", "'%H'", "[0]", ".", "<", "=", "-", " ", "\n", "(1..3)", "5"]
WORDS = ["if", "endif", "for", "in", "endfor", "assign", "capture", "date", "money", "default", "contact.name", "x"]
FRAGMENT = st.sampled_from([*MARKS, *WORDS])


@given(st.lists(FRAGMENT, max_size=25).map("".join))
def test_no_template_ends_in_anything_but_a_text_or_a_refusal(template: str) -> None:
    flaws = check(template, vocabulary_of("invoice.paid"))
    try:
        text = render(template, VALUES, "fr", PARIS)
    except WordingError as error:
        text = str(error)
    assert isinstance(text, str)
    assert all(flaw.message and flaw.line >= 1 for flaw in flaws)


# --- checking


def flaws(template: str, trigger: str = "invoice.overdue", *, one_line: bool = False) -> list[tuple[str, str, int]]:
    return [(flaw.message, flaw.hint, flaw.line) for flaw in check(template, vocabulary_of(trigger), one_line=one_line)]


@pytest.mark.parametrize(
    "template",
    [
        "Bonjour {{ contact.name | default: 'cher client' }}, {{ invoice.total | money }}",
        "{{ invoice.due_on | date: '%d' }} {{ invoice.due_on | date }}",
        "{% for tag in contact.tags %}{{ tag }}{{ forloop.index }}{% endfor %}",
        "{{ contact.tags[0] }}{{ contact.tags.size }}{{ contact.tags.first }}",
        "{{ event.data.order.items[0].price | money }}{{ event.data['any key'] }}",
        "{{ contact.custom.vip }}{{ event.type }}",
        "{% assign x = invoice.total %}{{ x | money }}{% capture y %}z{% endcapture %}{{ y }}{{ contact.name.size }}",
        "{% raw %}{{ nothing }}{% endraw %}{% comment %}{{ nothing }}{% endcomment %}}}",
        "",
    ],
)
def test_a_sound_template_has_no_flaw(template: str) -> None:
    assert flaws(template) == []


@pytest.mark.parametrize(
    ("template", "message", "hint"),
    [
        ("{{ contact.nme }}", "'contact.nme' is no property here", "Did you mean contact.name"),
        ("{{ contct.name }}", "'contct.name' is no property here", "Did you mean contact.name"),
        ("{{ contact }}", "contact is a group of properties", "as in contact.id"),
        ("{{ event.data }}", "event.data is a group of properties", "as in event.data.order"),
        ("{{ contact.custom }}", "contact.custom is a group of properties", "as in contact.custom.vip"),
        ("{{ session.starts_at }}", "invoice.overdue can't supply session.starts_at", "session.ended"),
        ("{{ payment.amount }}", "invoice.overdue can't supply payment.amount", "payment.succeeded"),
        ("{{ invoice.total.amount }}", "invoice.total is of kind money and has no 'amount'", ""),
        ("{{ contact.tags.third }}", "contact.tags is of kind list and has no 'third'", ""),
        ("{{ contact[business.name] }}", "contact is a group of properties", ""),
        ("{{ contact.name | default: invoce.number }}", "'invoce.number' is no property here", "invoice.number"),
        ("{% if invoice.nope > 3 %}{% endif %}", "'invoice.nope' is no property here", ""),
        ("{% for x in contact.tags %}{% endfor %}{{ x }}", "'x' is no property here", "There are business, contact"),
        ("{{ now }}", "'now' is no property here", ""),
        ("{{ contact.name | dat: '%H' }}", "there is no filter 'dat'", "Did you mean date"),
        ("{{ invoice.due_on | date: 'shrt' }}", "'shrt' is no form of date. Did you mean short?", ""),
        ("{{ invoice.due_on | date: '%Q' }}", "%Q in the form '%Q' is not known", ""),
        ("{{ invoice.due_on | date: 'long', 'fr' }}", "the filter date does not take this", ""),
        ("{% if %}", "this is not Liquid: missing expression", ""),
        ("{{ contact.name", "this is not Liquid: expected '}}', found end of file", "Write a value as {{ name }}"),
        ("{% if contact.name %}", "this is not Liquid", ""),
        ("{% foo %}", "this is not Liquid: unexpected tag 'foo'", ""),
        ("x" * (MAX_TEMPLATE + 1), "the message has 20001 characters", ""),
    ],
)
def test_a_flaw_is_told_with_the_nearest_right_name(template: str, message: str, hint: str) -> None:
    ((told, mend, line),) = flaws(template)
    assert (message in told, hint in mend, line) == (True, True, 1)


def test_a_flaw_has_the_line_it_stands_in() -> None:
    assert [line for *_, line in flaws("one\n{{ a }}\n{{ 'x' | nope }}\n{{ invoice.due_on | date: 'x' }}")] == [3, 4, 2]
    assert [line for *_, line in flaws("one\ntwo {% if %}")] == [2]


def test_a_subject_has_no_line_break() -> None:
    assert flaws("a\r\nb", one_line=True) == [("a subject is one line", "Take out the line breaks.", 1)]


# --- default wordings


def flaws_of_ours(message: str, words: Vocabulary) -> list[Flaw]:
    """Return what is wrong with a wording of ours, which alone may speak of a notice."""
    return [flaw for flaw in check(message, words) if "notice" not in flaw.message]


@pytest.mark.parametrize("locale", ["fr", "fr-FR", "en", "de"])
@pytest.mark.parametrize("template", WORDINGS)
def test_every_default_wording_is_sound_and_speaks_the_language(template: str, locale: str) -> None:
    wording = default_wording(template, locale)
    words = vocabulary_of("session.ended").with_document(invoice=True).with_document(invoice=False)
    words = words.joined(vocabulary_of("payment.succeeded")).joined(vocabulary_of("quote.declined"))
    words = words.joined(vocabulary_of("payment.refunded"))
    assert check(wording.subject, words, one_line=True) == []
    assert flaws_of_ours(wording.message, words) == []
    assert render_subject(wording.subject, VALUES, locale, PARIS)
    text = render(wording.message, VALUES, locale, PARIS)
    assert ("Bonjour" in text or "Événement" in text) is locale.startswith("fr")


@pytest.mark.parametrize("template", WORDINGS)
def test_a_default_wording_copes_with_what_may_be_missing(template: str) -> None:
    invoice = {key: value for key, value in VALUES["invoice"].items() if key != "pay_url"}
    wording = default_wording(template, "fr")
    link = {key: value for key, value in VALUES["payment_link"].items() if key != "url"}
    known = {"business": {"name": "A"}, "contact": {}, "invoice": invoice, "payment_link": link}
    quote = {key: value for key, value in VALUES["quote"].items() if key != "url"}
    known |= {"session": VALUES["session"], "quote": quote, "notice": VALUES["notice"], "refund": VALUES["refund"]}
    text = render(wording.message, known, "fr", PARIS)
    assert "Payer en ligne" not in text


@pytest.mark.parametrize("locale", ["fr", "fr-FR", "en", "de"])
@pytest.mark.parametrize("template", SMS_WORDINGS)
def test_every_wording_of_an_sms_is_sound_short_and_says_who_writes(template: str, locale: str) -> None:
    wording = sms_wording(template, locale)
    words = vocabulary_of("session.ended").with_document(invoice=True).with_document(invoice=False)
    words = words.joined(vocabulary_of("payment.succeeded")).joined(vocabulary_of("quote.declined"))
    words = words.joined(vocabulary_of("payment.refunded"))
    assert flaws_of_ours(wording, words) == []
    text = plain(render(wording, VALUES, locale, PARIS))
    assert "Atelier" in text
    assert (text == plain(render(sms_wording(template, "fr"), VALUES, locale, PARIS))) is locale.startswith("fr")
    assert measure(text) == Measure(Alphabet.GSM_7, 1)


def test_every_template_that_may_go_by_sms_has_its_words_there() -> None:
    assert set(SMS_WORDINGS) - {"send_sms"} == set(WORDINGS) - {"notify_staff"}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("template", WORDINGS)
def test_no_default_wording_speaks_of_fees_or_penalties(template: str, language: str) -> None:
    by_sms = sms_wording(template, language) if template in SMS_WORDINGS else ""
    text = " ".join([*WORDINGS[template][language], by_sms]).casefold()
    for word in ("40 €", "indemnité", "frais", "pénalité", "taux", "penalty", "fee", "interest", "huissier", "court"):
        assert word not in text


def test_a_reminder_says_who_claims_what_for_when_how_much_how_to_pay_and_how_to_object() -> None:
    text = french(default_wording("send_reminder", "fr").message)
    for words in (
        "Atelier",
        "2027-0001",
        "5 janvier 2027",
        "31 janvier 2027",
        "4 500,50 €",
        "https://example.org/pay/x",
    ):
        assert words in text
    assert "si vous contestez cette somme" in text
