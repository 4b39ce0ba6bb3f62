"""Searching in what people wrote: without case, accents and ligatures."""

from unicodedata import combining, normalize


def plain(text: str) -> str:
    """Return a text as a search sees it."""
    decomposed = normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in decomposed if not combining(letter))
