"""The text of an SMS: its alphabet, how many segments it takes, how it is kept short (3GPP TS 23.038 and 23.040)."""

from enum import StrEnum
from typing import NamedTuple

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
"""Characters of the GSM alphabet that take two places."""
_PLAIN = str.maketrans(
    {
        "\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"',
        "–": "-", "—": "-", "…": "...", "\t": " ",
    }
)  # fmt: skip
MOST_SEGMENTS = 10
"""A longer text is cut: gateways refuse it, and nobody reads it."""
CUT = "..."


class Alphabet(StrEnum):
    """How the characters of a text travel: seven bits each, or sixteen where one of them is none of GSM's."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


class Measure(NamedTuple):
    """What a text takes."""

    alphabet: Alphabet
    segments: int


_ROOM = {Alphabet.GSM_7: (160, 153), Alphabet.UCS_2: (70, 67)}
"""Places of a text that stands alone, and of each segment of a longer one."""


def measure(text: str) -> Measure:
    """Return the alphabet of a text and its segments; no character is parted between two."""
    alphabet = Alphabet.GSM_7 if set(text) <= _BASIC | _EXTENDED else Alphabet.UCS_2
    places = [_places(character, alphabet) for character in text]
    alone, room = _ROOM[alphabet]
    if sum(places) <= alone:
        return Measure(alphabet, 1)
    segments, left = 1, room
    for wanted in places:
        if wanted > left:
            segments, left = segments + 1, room
        left -= wanted
    return Measure(alphabet, segments)


def _places(character: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.GSM_7:
        return 2 if character in _EXTENDED else 1
    return 2 if ord(character) > 0xFFFF else 1


def plain(text: str) -> str:
    """Return a text with the spaces, quotes and dashes of typography as GSM has them: they would double its price."""
    return text.translate(_PLAIN).strip()


def fitted(text: str, *endings: str) -> str:
    """Return a text with what must stand under it, each on a line of its own; what is too long is cut before that."""
    under = "".join(f"\n{ending}" for ending in endings if ending)
    if measure(text + under).segments <= MOST_SEGMENTS:
        return text + under
    kept = text[: MOST_SEGMENTS * _ROOM[Alphabet.GSM_7][1]]
    while kept and measure(f"{kept}{CUT}{under}").segments > MOST_SEGMENTS:
        kept = kept[:-1]
    return f"{kept}{CUT}{under}"
