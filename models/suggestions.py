"""The names nearest to one that is not known, as a sentence for an error message."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean A, B or C?`, or nothing when no known name is near; case does not count."""
    names = {name.casefold(): name for name in sorted(known)}
    near = [names[found] for found in get_close_matches(word.casefold(), names, n=3, cutoff=0.6)]
    if not near:
        return ""
    *others, last = near
    return f" Did you mean {', '.join(others)} or {last}?" if others else f" Did you mean {last}?"
