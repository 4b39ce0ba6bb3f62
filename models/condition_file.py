"""Reading conditions from files: every name, operator and value is checked against what the trigger supplies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.conditions import AllOf, AnyOf, Comparison, Condition
from models.operators import Expected, Operator, Span
from models.vocabulary import Kind, Vocabulary
from models.yamlfile import Node, as_date, as_instant

MAX_DAYS = 3660
UNITS = {"days": MAX_DAYS, "hours": MAX_DAYS * 24, "minutes": MAX_DAYS * 24 * 60}
"""The units of a length of time, each with the most that may be written."""

_KEYS = ("property", "operator", "value", "all", "any")

_SCALARS = frozenset({Kind.TEXT, Kind.NUMBER, Kind.MONEY, Kind.DATE, Kind.INSTANT, Kind.ANY})
_TEXTS = frozenset({Kind.TEXT, Kind.ANY})
_NUMBERS = frozenset({Kind.NUMBER, Kind.MONEY, Kind.ANY})
_MOMENTS = frozenset({Kind.DATE, Kind.INSTANT, Kind.ANY})
_LISTS = frozenset({Kind.LIST, Kind.ANY})
_OPEN = frozenset({Kind.ANY})


def read_condition(node: Node, words: Vocabulary) -> Condition:
    """Read one test, or `all` or `any` with a list of conditions."""
    for group, make in (("all", AllOf), ("any", AnyOf)):
        if (parts := node.get(group)) is not None:
            node.mapping((group,))
            return make(_parts(parts, words))
    return _test(node.mapping(_KEYS, required=_KEYS[:2]), words)


def _parts(node: Node, words: Vocabulary) -> tuple[Condition, ...]:
    parts = node.items()
    if node.is_list and not parts:
        node.problem(f"{node.label} holds no condition")
    return tuple(read_condition(part, words) for part in parts)


def _test(node: Node, words: Vocabulary) -> Comparison:
    name = node.at("property").text()
    verb = Operator(node.at("operator").choice([*Operator]))
    kind = words.kind(name)
    if kind is None:
        if name:
            node.at("property").problem(*words.complaint(name))
        return Comparison(name, verb)
    rule = RULES[verb]
    if kind not in rule.kinds:
        fitting = ", ".join(other for other, its in RULES.items() if kind in its.kinds and its.kinds != _ALL)
        node.at("operator").problem(f"{name} is of kind {kind}: {verb} can't compare it", f"Choose one of {fitting}.")
        return Comparison(name, verb)
    return Comparison(name, verb, _value(node, verb, rule, kind))


def _value(node: Node, verb: Operator, rule: "Rule", kind: Kind) -> Expected:
    value = node.get("value")
    if rule.read is None:
        if value is not None:
            value.problem(f"{verb} takes no value", "Leave it out.")
        return None
    return rule.read(value or node.at("value"), kind)


# --- values


def _scalar(node: Node, kind: Kind) -> Expected:
    """Read what `equals` compares with: of the property's kind, or of the kind it is written in."""
    if kind in {Kind.TEXT, Kind.LIST}:
        return node.text(blank=True)
    if kind in {Kind.NUMBER, Kind.MONEY}:
        return node.number()
    if kind in {Kind.DATE, Kind.INSTANT}:
        return _moment(node, kind)
    value = node.scalar() if node.is_scalar else None
    if value is None:
        node.text()
    return value


def _words(node: Node, _kind: Kind) -> Expected:
    if node.is_scalar and not node.word:
        node.problem("the value is empty", "Use is_empty or is_not_empty.")
        return ""
    return node.text(blank=True)


def _number(node: Node, _kind: Kind) -> Expected:
    return node.number()


def _moment(node: Node, _kind: Kind) -> date:
    """Read a local date, or an instant (a `datetime`)."""
    return as_date(node.word) or as_instant(node.word) or node.date()


def _several(node: Node, kind: Kind) -> Expected:
    items = node.items()
    if node.is_list and not items:
        node.problem(f"{node.label} lists nothing")
    return tuple(_scalar(item, kind) for item in items)


def _pair(node: Node, kind: Kind) -> Expected:
    items = node.items()
    if node.is_list and len(items) != 2:
        node.problem("between takes two values", "Write [low, high]; both are included.")
    if len(items) != 2:
        return (Decimal(0), Decimal(0))
    dated = kind in {Kind.DATE, Kind.INSTANT} or (kind is Kind.ANY and isinstance(items[0].scalar(), str))
    low, high = ((_moment if dated else _number)(item, kind) for item in items)
    if type(low) is type(high) and low > high:  # type: ignore[operator] # two of one kind
        node.problem("the first value is above the second", "Write [low, high].")
    return (low, high)


def read_span(node: Node, _kind: Kind = Kind.ANY) -> Span:
    """Read `{days, hours, minutes}`, at least one of them."""
    node = node.mapping(UNITS)
    given = {unit: value.integer(0, most) for unit, most in UNITS.items() if (value := node.get(unit)) is not None}
    if node.is_mapping and not given and all(key in UNITS for key in node.keys):
        node.problem(f"{node.label} says no length", "Write {days: 3}, {hours: 2} or {minutes: 30}.")
    return Span(**given)


@dataclass(frozen=True, slots=True)
class Rule:
    """The kinds of property that an operator fits, how its value is read (None: it takes none), and its shape."""

    kinds: frozenset[Kind]
    read: Callable[[Node, Kind], Expected] | None
    shape: str


_ALL = frozenset(Kind)

RULES: Mapping[Operator, Rule] = (
    dict.fromkeys((Operator.EQUALS, Operator.NOT_EQUALS), Rule(_SCALARS, _scalar, "scalar"))
    | dict.fromkeys(
        (Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH),
        Rule(_TEXTS, _words, "text"),
    )
    | {Operator.ONE_OF: Rule(_SCALARS, _several, "scalars")}
    | dict.fromkeys((Operator.IS_EMPTY, Operator.IS_NOT_EMPTY), Rule(_ALL, None, "nothing"))
    | dict.fromkeys(
        (Operator.GREATER_THAN, Operator.GREATER_OR_EQUAL, Operator.LESS_THAN, Operator.LESS_OR_EQUAL),
        Rule(_NUMBERS, _number, "number"),
    )
    | {Operator.BETWEEN: Rule(_NUMBERS | _MOMENTS, _pair, "pair")}
    | dict.fromkeys((Operator.BEFORE, Operator.AFTER, Operator.ON), Rule(_MOMENTS, _moment, "moment"))
    | dict.fromkeys((Operator.WITHIN_NEXT, Operator.WITHIN_LAST), Rule(_MOMENTS, read_span, "span"))
    | dict.fromkeys((Operator.IS_TRUE, Operator.IS_NOT_TRUE), Rule(_OPEN, None, "nothing"))
    | dict.fromkeys((Operator.INCLUDES, Operator.EXCLUDES), Rule(_LISTS, _scalar, "scalar"))
)
