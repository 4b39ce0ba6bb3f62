"""Findings: a code with the place that it is about, as a path of the file's keys until the file gives it a line."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.languages import Language, Words
from models.linting.codes import ADVICE, Advice, Code
from models.linting.french import CONSEILS

SAID: Mapping[Language, Mapping[Code, Advice]] = {Language.FR: CONSEILS, Language.EN: ADVICE}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found: `at` is the way to it through the file (`steps.2.then.0.delay`), `line` one of its text."""

    code: Code
    at: str
    words: tuple[tuple[str, str | Words], ...] = ()
    line: int = 1


def found(code: Code, at: str, *, line: int = 1, **words: str | Words) -> Finding:
    """Return a finding with the words that its advice wants."""
    return Finding(code, at, tuple(words.items()), line)


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding as a person reads it: file, line, column, and what, why, how to mend it."""

    file: str
    line: int
    column: int
    code: Code
    what: str
    why: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.what}. {self.why} ({self.mend})"


def remark(finding: Finding, file: str, line: int, column: int, language: Language = Language.EN) -> Remark:
    """Return a finding in words of a language, at its place."""
    advice = SAID[language][finding.code]
    words = {name: said if isinstance(said, str) else said[language] for name, said in finding.words}
    what, why, mend = (text.format(**words) for text in (advice.what, advice.why, advice.mend))
    return Remark(file, line, column, finding.code, what, why, mend)


def step_at(path: str, *more: str) -> str:
    """Return the way to a step of that path, or to something in it."""
    return ".".join(("steps", path, *more))
