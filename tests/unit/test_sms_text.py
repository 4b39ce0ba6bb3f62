"""What an SMS takes: its alphabet, its segments, and how a long one is kept within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sms_text import CUT, MOST_SEGMENTS, Alphabet, Measure, fitted, measure, plain

GSM, UCS = Alphabet.GSM_7, Alphabet.UCS_2


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("", Measure(GSM, 1)),
        ("a" * 160, Measure(GSM, 1)),
        ("a" * 161, Measure(GSM, 2)),
        ("a" * 306, Measure(GSM, 2)),
        ("a" * 307, Measure(GSM, 3)),
        ("€" * 80, Measure(GSM, 1)),
        ("€" * 81, Measure(GSM, 2)),
        ("a" * 152 + "€" + "a" * 153, Measure(GSM, 3)),
        ("é" * 160, Measure(GSM, 1)),
        ("ê" * 70, Measure(UCS, 1)),
        ("ê" * 71, Measure(UCS, 2)),
        ("🎉" * 35, Measure(UCS, 1)),
        ("🎉" * 36, Measure(UCS, 2)),
        ("a" * 66 + "🎉" + "a" * 67, Measure(UCS, 3)),
    ],
)
def test_a_text_is_measured(text: str, taken: Measure) -> None:
    assert measure(text) == taken


def test_typography_does_not_double_the_price() -> None:
    typed = "« Zoé » – 45,00\u202f€ l’heure…\u00a0"
    assert plain(typed) == '" Zoé " - 45,00 € l\'heure...'
    assert (measure(typed).alphabet, measure(plain(typed)).alphabet) == (UCS, GSM)


def test_what_must_stand_under_a_text_stands_on_lines_of_its_own() -> None:
    assert fitted("Bonjour", "https://pay.example/x", "", "Stop : y") == "Bonjour\nhttps://pay.example/x\nStop : y"


@given(st.text(alphabet=st.sampled_from("aé€ê🎉\n"), max_size=3000), st.sampled_from(["", "https://pay.example/x"]))
def test_a_long_text_is_cut_before_its_link(text: str, link: str) -> None:
    found = fitted(text, link)
    assert measure(found).segments <= MOST_SEGMENTS
    assert found.endswith(link)
    whole = f"{text}\n{link}" if link else text
    assert found == whole or (CUT in found and len(found) < len(whole))
