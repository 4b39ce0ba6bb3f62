"""Files that people write: YAML 1.2 and JSON, every error with its place, no file that hurts."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.yamlfile import BadFileError, Node, decode, read


def root(text: str | bytes) -> Node:
    return read(text, "file.yaml")


def plain(text: str | bytes) -> Any:
    return root(text).plain()


def error(text: str | bytes) -> str:
    with pytest.raises(BadFileError) as caught:
        plain(text)
    return str(caught.value)


def complaints(node: Node) -> list[str]:
    return [str(problem) for problem in node.file.problems]


def test_quotes_change_nothing_where_a_field_expects_a_time_or_a_key() -> None:
    bare = root("on: 2027-01-05T10:00:00+01:00\nday: 2027-01-05\nat: 09:00")
    quoted = root('"on": "2027-01-05T10:00:00+01:00"\n"day": "2027-01-05"\n"at": "09:00"')
    for node in (bare, quoted):
        assert node.at("on").instant() == datetime(2027, 1, 5, 9, tzinfo=UTC)
        assert node.at("day").date() == date(2027, 1, 5)
        assert node.at("at").time_of_day() == time(9)
    assert bare.plain() == quoted.plain()


def test_words_of_older_yaml_are_texts() -> None:
    assert plain("[yes, no, on, off, y, n, 09:30, 2027-01-05, 0o7, 0x1f, 1_000, .5, +33612345678, 0612345678]") == [
        "yes", "no", "on", "off", "y", "n", "09:30", "2027-01-05", "0o7", "0x1f", "1_000", ".5", "+33612345678",
        "0612345678",
    ]  # fmt: skip


def test_bare_words_have_their_types_and_quoted_ones_are_texts() -> None:
    assert plain("[1, -2, 3.5, 1e3, true, False, null, ~, '1', 'true', 'null', ]") == [
        1, -2, 3.5, 1000, True, False, None, None, "1", "true", "null",
    ]  # fmt: skip


def test_numbers_are_exact() -> None:
    assert root("49.90").number() == Decimal("49.90")
    assert root("'49.90'").decimal() == Decimal("49.90")


def test_an_alias_is_the_same_value_again() -> None:
    assert plain("a: &x {b: [1]}\nc: *x") == {"a": {"b": [1]}, "c": {"b": [1]}}


def test_a_json_file_is_a_yaml_file() -> None:
    text = '{\n\t"a" : "\\ud83d\\ude00 \\/ \\u00e9",\n\t"b"\n:[1.5,true,null,{}],"c":"\x7f"}'
    assert plain(text) == json.loads(text)


def test_a_long_key_and_a_deep_key_of_json_are_read() -> None:
    text = json.dumps({"k" * 2000: {"x": [[], {}]}})
    assert plain(text) == json.loads(text)


WHOLE_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**15), 10**15) | WHOLE_TEXT,
        lambda inner: st.lists(inner) | st.dictionaries(WHOLE_TEXT, inner),
        max_leaves=20,
    )
)
def test_every_json_document_is_read_as_json_reads_it(data: Any) -> None:
    assert plain(json.dumps(data)) == data
    assert plain(json.dumps(data, ensure_ascii=False, indent=1)) == data


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "file.yaml:1:5: this is not YAML"),
        ('a: "x', "file.yaml:1:6: this is not YAML"),
        ("a: b: c", "file.yaml:1:5: this is not YAML"),
        ("a:\n\t- x", "file.yaml:2:1: this is not YAML: found character '\\t' that cannot start any token (Indent"),
        ("a: b: c", 'file.yaml:1:5: this is not YAML: mapping values are not allowed here (Put a text that holds ": "'),
        ("a: 1\nb: 2\na: 3", "file.yaml:3:1: the key 'a' stands twice (Line 1 has it already.)"),
        ('{"a": 1,\n "a": 2}', "file.yaml:2:2: the key 'a' stands twice"),
        ('{"a": 1, a: 2}', "file.yaml:1:10: the key 'a' stands twice"),
        ('on: 1\n"on": 2', "file.yaml:2:1: the key 'on' stands twice"),
        ("a: *b", "file.yaml:1:4: nothing before this is anchored as &b"),
        ("a: &a [1, *a]", "file.yaml:1:11: *a stands inside itself"),
        ("--- a\n--- b", "file.yaml:2:1: a second document begins here"),
        ("a: !!python/object:os.system x", "file.yaml:1:4: the tag tag:yaml.org,2002:python/object:os.system"),
        ("? [a]\n: b", "file.yaml:1:3: a key is one plain word"),
        ("a: 1\n<<: {b: 2}", "file.yaml:2:1: YAML 1.2 has no merge key"),
        ("", "file.yaml:1:1: the file is empty"),
        ("# nothing\n", "file.yaml:1:1: the file is empty"),
        (b"a: \xff", "file.yaml:1:4: this is not UTF-8"),
        (b"a: 1\nb: \xe9", "file.yaml:2:4: this is not UTF-8"),
        ("a: \x01", "file.yaml:1:4: the character '\\x01' is not allowed"),
        ('a: "\\0"', "file.yaml:1:4: a NUL character can't be kept"),
        ('{"a": "\\u0000"}', "file.yaml:1:7: a NUL character can't be kept"),
        ('{"a": "\\ud83d"}', "file.yaml:1:7: half a surrogate pair"),
        ('a: "\\U00110000"', "file.yaml:1:1: this is not YAML"),
        ("%YAML 1.3\n---\na", "file.yaml:1:1: this is not YAML"),
        ("[" * 100_000, "file.yaml:1:65: this is nested deeper than 64 levels"),
        ('{"a":' * 100_000, "file.yaml:1:321: this is nested deeper than 64 levels"),
    ],
)
def test_what_is_no_file_is_told_with_its_place(text: str | bytes, told: str) -> None:
    assert error(text).startswith(told)


def test_aliases_can_not_blow_a_file_up() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    assert "its aliases make this far larger than its text" in error("\n".join(lines))


def test_a_file_has_a_largest_size() -> None:
    with pytest.raises(BadFileError, match="the file has 11 bytes, 10 are the most"):
        read("a: 12345678", "file.yaml", max_bytes=10)


def test_a_byte_order_mark_is_skipped() -> None:
    assert plain("\ufeffa: 1") == plain('\ufeff{"a": 1}') == {"a": 1}


def test_every_problem_is_collected_and_told_in_the_order_of_the_file() -> None:
    def decoder(node: Node) -> None:
        node.mapping(("name", "age", "born"), required=("name",))
        node.at("born").date()
        node.at("age").integer(0, 150)

    with pytest.raises(BadFileError) as caught:
        decode("age: old\nborn: 2027-02-30\nnmae: Zoé", "p.yaml", decoder)
    assert str(caught.value).splitlines() == [
        "p.yaml:1:1: the file lacks 'name'",
        "p.yaml:1:6: age takes a number, not 'old'",
        "p.yaml:2:7: born takes a date such as 2027-01-31, not '2027-02-30'",
        "p.yaml:3:1: the file has no 'nmae' (Did you mean name?)",
    ]


def test_what_is_sound_is_handed_out() -> None:
    assert decode("a: 1", "p.yaml", lambda node: node.at("a").integer()) == 1


def test_one_problem_is_told_once_and_a_flood_is_cut() -> None:
    node = root("[" + "x, " * 500 + "]")
    for item in node.items():
        item.integer()
        item.integer()
    with pytest.raises(BadFileError) as caught:
        node.finish()
    assert len(caught.value.problems) <= 50


def test_null_is_absent() -> None:
    node = root("a:\nb: null\nc: ~\nd: ''")
    assert [node.get(key) is None for key in "abcde"] == [True, True, True, False, True]


def test_a_missing_key_is_told_once_however_much_is_read_from_it() -> None:
    node = root("{}")
    node.at("limit").mapping(("times",)).at("times").integer()
    assert complaints(node) == ["file.yaml:1:1: the file lacks 'limit'"]


@pytest.mark.parametrize(
    ("text", "method", "told"),
    [
        ("[1]", "text", "takes a text, not a list"),
        ("{a: 1}", "text", "takes a text, not a mapping"),
        ("null", "text", "takes a text, not nothing"),
        ("'3'", "number", "takes a number, not '3' (Write it without quotes.)"),
        ("1.5", "integer", "takes a whole number from 0 to"),
        ("-1", "integer", "takes a whole number from 0 to"),
        ("yes", "boolean", "takes true or false, not 'yes'"),
        ("'true'", "boolean", "takes true or false, not 'true'"),
        ("a", "items", "takes a list, not 'a' (Write [a, b], or a line with a dash for each.)"),
        ("a", "mapping", "takes a mapping, not 'a'"),
        ("[a]", "scalar", "takes a single value, not a list"),
        ("2027-13-01", "date", "takes a date such as"),
        ("20270105", "date", "takes a date such as"),
        ("2027-W01-1", "date", "takes a date such as"),
        ("0001-01-01", "date", "takes a date such as"),
        ("2027-01-05T10:00:00", "instant", "takes an instant such as"),
        ("2027-01-05", "instant", "takes an instant such as"),
        ("2027-01-05T25:00:00Z", "instant", "takes an instant such as"),
        ("2027-01-05T10:00:60Z", "instant", "takes an instant such as"),
        ("9999-12-31T23:00:00-23:00", "instant", "takes an instant such as"),
        ("24:00", "time_of_day", 'takes a time such as "09:00"'),
        ("9h", "time_of_day", 'takes a time such as "09:00"'),
        ("1" * 40, "number", "takes a number"),
        ("x" * 200, "number", "..."),
    ],
)
def test_what_a_field_does_not_take_is_told(text: str, method: str, told: str) -> None:
    node = root(text)
    getattr(node, method)()
    (complaint,) = complaints(node)
    assert told in complaint


@pytest.mark.parametrize(
    "text", ["2027-01-05T10:00:00+01:00", "2027-01-05T09:00:00Z", "2027-01-05t09:00z", "2027-01-05 04:00:00.0 -05:00"]
)
def test_an_instant_is_read_in_utc(text: str) -> None:
    node = root(text)
    assert node.instant() == datetime(2027, 1, 5, 9, tzinfo=UTC)
    assert node.instant().tzinfo is UTC
    assert not complaints(node)


def test_a_choice_offers_the_nearest_word() -> None:
    node = root("montly")
    assert node.choice(("daily", "monthly")) == "daily"
    assert complaints(node) == [
        "file.yaml:1:1: the file takes one of daily, monthly, not 'montly' (Did you mean monthly?)"
    ]


def test_a_problem_in_a_block_of_text_has_the_line_in_it() -> None:
    node = root("a: |\n  one\n  two\nb: two")
    node.at("a").problem("wrong", line=2)
    node.at("b").problem("wrong", line=2)
    assert complaints(node) == ["file.yaml:3:1: wrong", "file.yaml:4:4: wrong"]


def places(text: str | bytes) -> list[tuple[int, int]]:
    """Return where a text is wrong; data that is handed out can be written as JSON in UTF-8."""
    try:
        json.dumps(plain(text)).encode()
    except BadFileError as bad:
        return [(problem.line, problem.column) for problem in bad.problems]
    return []


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#%@`,? \n\t\\01.~<é\x00\ud800\ufeff"), max_size=60))
def test_no_text_ends_in_anything_but_data_or_a_bad_file_error(text: str) -> None:
    assert all(line >= 1 and column >= 1 for line, column in places(text))


@given(st.binary(max_size=40))
def test_no_bytes_end_in_anything_but_data_or_a_bad_file_error(raw: bytes) -> None:
    assert all(line >= 1 and column >= 1 for line, column in places(raw))
