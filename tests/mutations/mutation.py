"""What a mutation is."""

from typing import NamedTuple


class Mutation(NamedTuple):
    """A rule, what is broken of it, where, the text that stands there once, what is put in its place, and who notices.

    The story is a file of `tests/scenarios`; one that names its folder is a file of `tests`.
    """

    rule: str
    what: str
    file: str
    old: str
    new: str
    story: str

    @property
    def tests(self) -> str:
        """The tests that notice, as a path from the root."""
        return f"tests/{self.story}" if "/" in self.story else f"tests/scenarios/{self.story}"
