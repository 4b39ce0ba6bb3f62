"""How states follow each other: one frozen table beside each `StrEnum` of states."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

S = TypeVar("S", bound=StrEnum)

_tables: dict[type[StrEnum], Mapping[Any, frozenset[Any]]] = {}


def transitions(table: Mapping[S, AbstractSet[S]]) -> Mapping[S, frozenset[S]]:
    """Freeze a table from each state to those that may follow it; the first is how it begins, an empty set is final."""
    frozen = MappingProxyType({state: frozenset(following) for state, following in table.items()})
    _tables[type(next(iter(frozen)))] = frozen
    return frozen


def transitions_of(states: type[StrEnum]) -> Mapping[StrEnum, frozenset[StrEnum]]:
    """Return the table of an enum of states."""
    return _tables[states]
