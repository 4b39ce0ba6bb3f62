"""A short cut through the templates that nearly all messages are: text, values, questions whether a value is there.

The plan of a template uses the same values and filters as Liquid and spares its machinery, which costs several times as
much as the words. Any other template has no plan, and where a plan fails, Liquid renders and tells why.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from liquid import BoundTemplate
from liquid.ast import BlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import BooleanExpression, Filter, FilteredExpression, KeywordArgument, Path
from liquid.builtin.expressions.logical import EqExpression
from liquid.builtin.expressions.primitive import IntegerLiteral, StringLiteral
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.expression import Expression
from liquid.stringify import to_liquid_string
from liquid.undefined import FalsyStrictUndefined

from models.wording_values import Style, date_filter, in_words

Values = Mapping[str, Any]
Plan = Callable[[Values, Style], str]
_Read = Callable[[Values, Style], Any]

_SPECIAL = frozenset({"size", "first", "last"})
_MISSING = FalsyStrictUndefined("value", token=None)


class _Unplanned(Exception):  # noqa: N818 - it asks for the long way, nothing is wrong
    """The template holds something that only Liquid itself renders."""


class _Dated:
    """What the filter `date` needs of a render context."""

    __slots__ = ("style",)

    def __init__(self, style: Style) -> None:
        self.style = style


def plan_of(template: BoundTemplate) -> Plan | None:
    """Return the plan of a template that does not escape, or None if it has none."""
    try:
        return _joined(template.nodes, template.env.filters)
    except _Unplanned:
        return None


def _joined(nodes: Sequence[Node], filters: Mapping[str, Any]) -> Plan:
    parts = [_planned(node, filters) for node in nodes]
    return lambda values, style: "".join([part(values, style) for part in parts])


def _planned(node: Node, filters: Mapping[str, Any]) -> Plan:
    if type(node) is ContentNode:
        text = node.text
        return lambda _values, _style: text
    if type(node) is OutputNode:
        read = _read(node.expression, filters)
        return lambda values, style: to_liquid_string(read(values, style), autoescape=False)
    if type(node) is IfNode and not node.alternatives:
        return _choice(node, filters)
    raise _Unplanned


def _choice(node: IfNode, filters: Mapping[str, Any]) -> Plan:
    """Plan a question that has two answers."""
    if not isinstance(node.condition, BooleanExpression):
        raise _Unplanned
    holds = _question(node.condition.expression)
    then, otherwise = _block(node.consequence, filters), _block(node.default, filters)

    return lambda values, style: (then if holds(values, style) else otherwise)(values, style)


def _question(expression: Expression) -> Callable[[Values, Style], bool]:
    """Plan whether one value is there and not false, or is a text that is written out."""
    if not isinstance(expression, EqExpression):
        asked = _path(expression)
        return lambda values, style: (found := asked(values, style)) is not _MISSING and found is not False
    if not isinstance(expression.right, StringLiteral):
        raise _Unplanned
    compared, text = _path(expression.left), expression.right.value
    return lambda values, style: (found := compared(values, style)) is not _MISSING and bool(found == text)


def _block(block: BlockNode | None, filters: Mapping[str, Any]) -> Plan:
    """Plan one way of a choice; what is blank but for white space writes nothing, as in Liquid."""
    if block is None or block.blank:
        return lambda _values, _style: ""
    return _joined(block.nodes, filters)


def _read(expression: Expression, filters: Mapping[str, Any]) -> _Read:
    if not isinstance(expression, FilteredExpression):
        raise _Unplanned
    read = _path(expression.left)
    for used in expression.filters or ():
        read = _filtered(read, used, filters)
    return read


def _path(expression: Expression) -> _Read:
    """Plan the way to a value through mappings."""
    if not isinstance(expression, Path) or not all(isinstance(step, str) for step in expression.path):
        raise _Unplanned
    steps = [str(step) for step in expression.path]
    if _SPECIAL.intersection(steps):
        raise _Unplanned

    def read(values: Values, style: Style) -> Any:
        found: Any = values
        try:
            for step in steps:
                found = found[step]
        except (LookupError, TypeError):
            return _MISSING
        return _MISSING if found is None else in_words(found, style)

    return read


def _filtered(read: _Read, used: Filter, filters: Mapping[str, Any]) -> _Read:
    """Plan a filter with arguments that are written out."""
    known = filters.get(used.name)
    if known is None or getattr(known, "with_environment", False):
        raise _Unplanned
    arguments = [_literal(one) for one in used.args]
    if known is date_filter:
        return lambda values, style: date_filter(read(values, style), *arguments, context=_Dated(style))
    return lambda values, style: known(read(values, style), *arguments)


def _literal(argument: Any) -> Any:
    if isinstance(argument, KeywordArgument) or not isinstance(argument.value, StringLiteral | IntegerLiteral):
        raise _Unplanned
    return argument.value.value
