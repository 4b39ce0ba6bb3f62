"""House rules of the rows (CONTRIBUTING.md): every row belongs to a tenant, every state has its way."""

from collections.abc import Iterator
from enum import StrEnum
from typing import get_args, get_type_hints

import pytest
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Table

from models.rows import metadata, row_classes
from models.states import transitions_of
from tests.guarding import reachable, state_columns

OF_NO_TENANT = {
    "businesses",  # is the tenant
    "dead_letters",  # may not even tell whose they are
}
TABLES = [pytest.param(table, id=name) for name, table in metadata.tables.items()]
STATES = [pytest.param(states, id=table) for table, _, states in state_columns()]


def enum_columns() -> Iterator[tuple[str, str, type[StrEnum]]]:
    for table, cls in row_classes().items():
        for column, hint in get_type_hints(cls).items():
            for kind in (hint, *get_args(hint)):
                if isinstance(kind, type) and issubclass(kind, StrEnum):
                    yield table, column, kind


def test_the_states_of_ten_tables_are_guarded() -> None:
    assert {table for table, _, _ in state_columns()} == {
        "automations",
        "bookings",
        "card_attempts",
        "charges",
        "invoices",
        "messages",
        "payment_links",
        "payments",
        "quotes",
        "runs",
    }


@pytest.mark.parametrize("table", TABLES)
def test_a_row_belongs_to_a_tenant_first(table: Table) -> None:
    key = [column.name for column in table.primary_key.columns]
    assert (key[0] == "business_id") == (table.name not in OF_NO_TENANT)


@pytest.mark.parametrize("table", TABLES)
def test_a_row_refers_only_to_rows_of_its_tenant(table: Table) -> None:
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint):
            assert constraint.column_keys[0] == "business_id"
            assert constraint.elements[0].column.name == "business_id"


@pytest.mark.parametrize("table", TABLES)
def test_a_number_that_must_be_unique_is_so_within_its_tenant(table: Table) -> None:
    for index in table.indexes:
        assert not index.unique or index.columns.keys()[0] == "business_id"


@pytest.mark.parametrize(("table", "column", "words"), list(enum_columns()))
def test_a_column_of_few_words_has_a_check(table: str, column: str, words: type[StrEnum]) -> None:
    checks = {
        str(constraint.sqltext)
        for constraint in metadata.tables[table].constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert f"{column} IN ({', '.join(repr(str(word)) for word in words)})" in checks


@pytest.mark.parametrize("states", STATES)
def test_every_state_is_in_the_table_of_transitions(states: type[StrEnum]) -> None:
    assert list(transitions_of(states)) == list(states)


@pytest.mark.parametrize("states", STATES)
def test_every_state_can_be_reached_from_the_first(states: type[StrEnum]) -> None:
    first, *others = states
    assert reachable(states, first) >= set(others)


@pytest.mark.parametrize("states", STATES)
def test_no_state_follows_itself(states: type[StrEnum]) -> None:
    assert not [state for state, following in transitions_of(states).items() if state in following]
