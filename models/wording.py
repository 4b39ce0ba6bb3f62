"""Messages: Liquid templates, checked when an automation is saved and rendered for a locale and a time zone.

A missing value alone is an error; with the filter `default` it is its fallback. Money and instants print as the locale
writes them, with or without their filters `money` and `date`. Nothing here reads the clock or a file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from inspect import signature
from typing import Any
from zoneinfo import ZoneInfo

from liquid import BoundTemplate, Environment, RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import Filter, FilteredExpression, KeywordArgument, Path, StringLiteral
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from liquid.output import LimitedStringIO
from liquid.static_analysis import Segments, TemplateAnalysis
from liquid.undefined import FalsyStrictUndefined

from models import wording_values
from models.date_forms import known_locale, pattern_of
from models.errors import BadInputError
from models.suggestions import did_you_mean
from models.vocabulary import Kind, Vocabulary
from models.wording_plan import Plan, plan_of
from models.wording_values import Style, in_words

MAX_TEMPLATE = 20_000
MAX_TEXT = 100_000
MAX_SUBJECT = 250

_UNSAFE_TAGS = ("include", "render", "tablerow")
_SEQUENCE = {"first", "last", "size"}


class WordingError(BadInputError):
    """A message that can't be written; the sentence says which value is missing or wrong."""


LIQUID = "Write a value as {{ name }}, and what depends on one as {% if name %} ... {% endif %}."


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong in a template, and in which of its lines (from 1)."""

    message: str
    hint: str = ""
    line: int = 1


class _Environment(Environment):
    """Liquid without includes and unescaped output, within limits."""

    loop_iteration_limit = 1_000
    local_namespace_limit = 100_000
    output_stream_limit = MAX_TEXT

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(undefined=FalsyStrictUndefined, autoescape=autoescape)
        for tag in _UNSAFE_TAGS:
            del self.tags[tag]
        del self.filters["safe"]
        self.filters |= wording_values.filters(self.filters)


class _Context(RenderContext):
    """Values by name, in the words of one locale and zone; without Liquid's own `now`."""

    __slots__ = ("style",)

    def __init__(self, template: BoundTemplate, **inherited: Any) -> None:
        super().__init__(template, **inherited)
        self.scope = type(self.scope)(self.locals, self.globals, self.counters)
        self.style: Style

    def get(self, path: list[object], *, token: Any, default: object = FalsyStrictUndefined) -> object:
        """Return the value at a path; None is missing."""
        found = super().get(path, token=None, default=None)
        if found is not None:
            return in_words(found, self.style)
        if default is not FalsyStrictUndefined:
            return default
        name = ".".join(map(str, path))
        return FalsyStrictUndefined(name, hint=f"{name} is missing", token=token)


_PLAIN = _Environment(autoescape=False)
_HTML = _Environment(autoescape=True)


@lru_cache(maxsize=4096)
def _compiled(template: str, *, escape: bool) -> BoundTemplate:
    return (_HTML if escape else _PLAIN).from_string(template)


@lru_cache(maxsize=4096)
def _planned(template: str) -> Plan | None:
    return plan_of(_compiled(template, escape=False))


def render(template: str, values: Mapping[str, Any], locale: str, zone: ZoneInfo, *, escape: bool = False) -> str:
    """Return a message from values nested by group, or raise `WordingError`; `escape` makes values safe inside HTML."""
    style = Style(known_locale(locale), zone)
    try:
        text = None if escape else _by_plan(template, values, style)
        return _by_liquid(template, values, style, escape=escape) if text is None else text
    except _REFUSALS as error:
        raise WordingError(_sentence(error)) from error


_REFUSALS = (LiquidError, BadInputError, ValueError, ArithmeticError, LookupError)


def _by_plan(template: str, values: Mapping[str, Any], style: Style) -> str | None:
    plan = _planned(template)
    if plan is None:
        return None
    try:
        text = plan(values, style)
    except (*_REFUSALS, TypeError):
        return None
    return text if len(text) * 4 <= MAX_TEXT else None


def _by_liquid(template: str, values: Mapping[str, Any], style: Style, *, escape: bool) -> str:
    bound = _compiled(template, escape=escape)
    context = _Context(bound, globals=values)
    context.style = style
    buffer = LimitedStringIO(limit=MAX_TEXT)
    bound.render_with_context(context, buffer)
    return buffer.getvalue()


def render_subject(template: str, values: Mapping[str, Any], locale: str, zone: ZoneInfo) -> str:
    """Return a subject: one line, whatever the values hold, of a length that mail takes."""
    return " ".join(render(template, values, locale, zone).split())[:MAX_SUBJECT]


def _sentence(error: Exception) -> str:
    reason = str(error.message) if isinstance(error, LiquidError) else str(error)
    mend = " Give it a fallback: {{ … | default: '…' }}." if reason.endswith("is missing") else ""
    return f"The message can't be written: {reason.rstrip('.')}.{mend}"


# --- checking


def unguarded(template: str) -> Iterator[tuple[str, int]]:
    """Yield each value, with its line, that a sound template writes without a fallback and without asking for it."""
    bound = _compiled(template, escape=False)
    for name, offset in dict(_bare(bound.nodes, RenderContext(bound), frozenset())).items():
        yield name, _line(template, offset)


def _bare(nodes: Iterable[Node], context: RenderContext, asked: frozenset[str]) -> Iterator[tuple[str, int]]:
    for node in nodes:
        expressions = list(node.expressions())
        if isinstance(node, OutputNode):
            yield from ((name, offset) for name, offset in _written(node.expression) if name not in asked)
            continue
        named = {name for expression in expressions for name, _ in _paths(expression)}
        yield from _bare(node.children(context, include_partials=False), context, asked | named)


def _written(expression: Expression) -> Iterator[tuple[str, int]]:
    """Yield the value that an output writes, unless a filter gives it a fallback."""
    if not isinstance(expression, FilteredExpression):
        return
    if not any(used.name == "default" for used in expression.filters or ()):
        yield from _paths(expression.left)


def _paths(expression: Expression) -> Iterator[tuple[str, int]]:
    """Yield the dotted names in an expression with their offsets."""
    if isinstance(expression, Path):
        yield ".".join(map(str, expression.path)), expression.token.start_index
    for inner in expression.children():
        yield from _paths(inner)


def check(template: str, words: Vocabulary, *, one_line: bool = False) -> list[Flaw]:
    """Return what is wrong in a template, given what its step can supply; a subject is `one_line`."""
    if len(template) > MAX_TEMPLATE:
        return [Flaw(f"the message has {len(template)} characters, {MAX_TEMPLATE} are the most")]
    if one_line and len(template.splitlines()) > 1:
        return [Flaw("a subject is one line", "Take out the line breaks.")]
    try:
        bound = _compiled(template, escape=False)
        found = bound.analyze(include_partials=False)
    except LiquidError as error:
        offset = error.token.start_index if error.token else 0
        return [Flaw(f"this is not Liquid: {error.message}", LIQUID, _line(template, offset))]
    return [*_bad_filters(template, bound), *_bad_names(template, found, words)]


def _line(template: str, offset: int) -> int:
    return template.count("\n", 0, max(offset, 0)) + 1


def _bad_filters(template: str, bound: BoundTemplate) -> list[Flaw]:
    return [
        Flaw(*complaint, _line(template, used.token.start_index))
        for used in _filters_used(bound.nodes, RenderContext(bound))
        if (complaint := _filter_complaint(used))
    ]


def _filters_used(nodes: Iterable[Node], context: RenderContext) -> Iterator[Filter]:
    for node in nodes:
        for expression in node.expressions():
            if isinstance(expression, FilteredExpression):
                yield from expression.filters or ()
        yield from _filters_used(node.children(context, include_partials=False), context)


def _filter_complaint(used: Filter) -> tuple[str, str] | None:
    """Return what is wrong with a filter's name, the number of its arguments, or the form of a date."""
    known = _PLAIN.filters.get(used.name)
    if known is None:
        return f"there is no filter {used.name!r}", did_you_mean(used.name, _PLAIN.filters).strip()
    named = {one.name: None for one in used.args if isinstance(one, KeywordArgument)}
    inner = {word: None for word in ("context", "environment") if getattr(known, f"with_{word}", False)}
    try:
        signature(known).bind(None, *used.args[len(named) :], **named, **inner)
    except TypeError as error:
        return f"the filter {used.name} does not take this: {error}", ""
    if used.name == "date" and used.args and isinstance(form := used.args[0].value, StringLiteral):
        return _form_complaint(form.value)
    return None


def _form_complaint(form: str) -> tuple[str, str] | None:
    try:
        pattern_of(form)
    except BadInputError as error:
        return str(error), ""
    return None


def _bad_names(template: str, found: TemplateAnalysis, words: Vocabulary) -> list[Flaw]:
    return [
        Flaw(*complaint, _line(template, variable.span.index))
        for variables in found.globals.values()
        for variable in variables
        if (complaint := _complaint(variable.segments, words))
    ]


def _complaint(segments: Segments, words: Vocabulary) -> tuple[str, str] | None:
    """Return what is wrong with a dotted name: its longest known beginning decides what may follow."""
    name = ""
    for length, segment in enumerate(segments, 1):
        if not isinstance(segment, str):
            break
        name = f"{name}.{segment}" if name else segment
        kind = words.kind(name)
        if kind is not None:
            return _rest_complaint(name, kind, segments[length:])
    return words.complaint(name or str(segments[0]))


def _rest_complaint(name: str, kind: Kind, rest: Sequence[object]) -> tuple[str, str] | None:
    fits = kind is Kind.ANY or not rest or (kind is Kind.TEXT and rest == ["size"])
    if fits or (kind is Kind.LIST and len(rest) == 1 and (isinstance(rest[0], int) or rest[0] in _SEQUENCE)):
        return None
    return f"{name} is of kind {kind} and has no {rest[0]!r}", ""
