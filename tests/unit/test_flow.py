"""Programs: an automation as a flat row of operations that a machine of steps can follow."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.automation_file import load_automation
from models.conditions import Sheet
from models.flow import LATER, Act, Branch, Delay, End, Jump, Program, compile_program, not_runnable
from models.steps import SendReminder
from models.vocabulary import Action
from tests.unit.automations import EXAMPLE, automation

NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)
IS_VIP = {"property": "contact.tags", "operator": "includes", "value": "vip"}


def program(*steps: Any, **parts: Any) -> Program:
    return compile_program(automation(*steps, **parts))


def walked(found: Program, *tags: str) -> list[str]:
    """Follow a program for a contact with these tags; return the labels of what it does and waits for."""
    facts = Sheet({"contact": {"tags": list(tags)}}, NOW, ZoneInfo("Europe/Paris"))
    position = 0
    labels: list[str] = []
    while True:
        match found.ops[position]:
            case Branch() as op:
                position = position + 1 if op.condition(facts) else op.on_false
            case Jump() as op:
                position = op.index
            case End():
                return labels
            case op:
                labels.append(op.label)
                position += 1


def test_the_example_of_the_contract_becomes_seven_operations() -> None:
    found = compile_program(load_automation(EXAMPLE, "example.yaml"))
    delay, branch, reminder, jump, email, request, end = found.ops
    assert isinstance(delay, Delay)
    assert isinstance(branch, Branch)
    assert (branch.path, branch.on_false) == ("1", 4)
    assert isinstance(reminder, Act)
    assert (reminder.kind, reminder.path, reminder.is_message) == (Action.SEND_REMINDER, "1.then.0", True)
    assert isinstance(reminder.settings, SendReminder)
    assert isinstance(jump, Jump)
    assert jump.index == 5
    assert email.path == "1.else.0"
    assert isinstance(request, Act)
    assert (request.kind, request.is_message) == (Action.REQUEST_PAYMENT, False)
    assert isinstance(end, End)
    assert found.goals == {"invoice.paid", "invoice.voided"}
    assert found.holds_request_payment
    assert found.where is None


def test_both_ways_go_on_with_the_step_after() -> None:
    choice = {"if": IS_VIP, "then": [{"id": "yes", "add_tag": "a"}], "else": [{"id": "no", "add_tag": "b"}]}
    found = program(choice, {"id": "after", "add_tag": "c"})
    assert walked(found, "vip") == ["yes", "after"]
    assert walked(found) == ["no", "after"]


def test_without_else_a_false_condition_goes_on_with_the_step_after() -> None:
    found = program({"if": IS_VIP, "then": [{"add_tag": "a"}]}, {"add_tag": "c"})
    assert walked(found, "vip") == ["0.then.0", "1"]
    assert walked(found) == ["1"]


def test_an_end_ends_wherever_it_stands() -> None:
    found = program({"if": IS_VIP, "then": ["end"]}, {"add_tag": "c"}, "end", {"add_tag": "d"})
    assert walked(found, "vip") == []
    assert walked(found) == ["1"]


def test_a_step_is_called_by_its_id_else_by_its_path() -> None:
    found = program({"id": "wait", "delay": {"days": 1}}, {"if": IS_VIP, "then": [{"add_tag": "a"}]})
    assert [op.label for op in found.ops] == ["wait", "1", "1.then.0", "2"]
    assert found.index_of("wait") == 0
    assert found.index_of("1.then.0") is None
    assert found.index_of("nothing") is None


def test_the_id_of_a_choice_is_found_at_its_test() -> None:
    choice = {"id": "ask", "if": IS_VIP, "then": [{"add_tag": "a"}], "else": [{"id": "no", "add_tag": "b"}]}
    found = program({"delay": {"days": 1}}, choice)
    assert isinstance(found.ops[found.index_of("ask") or 0], Branch)
    assert found.ops[found.index_of("no") or 0].path == "1.else.0"


@pytest.mark.parametrize(
    ("delay", "relative"),
    [
        ({"days": 1}, False),
        ({"until": "session.starts_at"}, True),
        ({"until": "09:00"}, False),
        ({"until": "2027-01-01"}, False),
    ],
)
def test_a_wait_for_a_property_moves_with_it(delay: Any, relative: bool) -> None:
    op = program({"delay": delay}, on="session.booked").ops[0]
    assert isinstance(op, Delay)
    assert op.relative is relative


def test_the_condition_of_the_trigger_is_compiled() -> None:
    found = program(trigger={"where": IS_VIP})
    assert found.where is not None
    assert found.where(Sheet({"contact": {"tags": ["VIP"]}}, NOW, ZoneInfo("UTC")))
    assert not found.where(Sheet({"contact": {}}, NOW, ZoneInfo("UTC")))
    assert not found.holds_request_payment


def test_a_request_in_a_branch_is_a_request() -> None:
    assert program({"if": IS_VIP, "then": [], "else": ["request_payment"]}).holds_request_payment


def test_what_nothing_carries_out_yet_is_told_before_publishing() -> None:
    hook = {"id": "hook", "call_webhook": {"url": "https://shop.example/hook"}}
    other = {"call_webhook": {"url": "https://shop.example/other"}}
    told = not_runnable(automation("send_email", {"if": IS_VIP, "then": ["send_sms", hook]}, "charge_card", other))
    assert told == [f"Step hook: {LATER['call_webhook']}", f"Step 3: {LATER['call_webhook']}"]
    runnable = ("request_payment", "send_reminder", "send_email", "send_sms", "notify_staff", {"add_tag": "a"}, "end")
    assert not_runnable(automation(*runnable)) == []
    for document in ("payment_link", "draft"):
        assert not_runnable(automation({"request_payment": {"document": document}})) == []
    assert not_runnable(automation("issue_paid_invoice", on="order.paid")) == []


TREES = st.recursive(
    st.lists(st.just("act"), max_size=3),
    lambda inner: st.lists(st.just("act") | st.tuples(st.sampled_from("ab"), inner, inner), max_size=3),
    max_leaves=6,
)


def steps_of(tree: Any) -> list[Any]:
    """Return the steps that a small tree stands for."""
    return [
        {"add_tag": "x"}
        if node == "act"
        else {"if": IS_VIP | {"value": node[0]}, "then": steps_of(node[1]), "else": steps_of(node[2])}
        for node in tree
    ]


def expected(tree: Any, tags: tuple[str, ...], above: str = "") -> list[str]:
    """Return the paths of the steps that are done, by walking the tree itself."""
    done: list[str] = []
    for index, node in enumerate(tree):
        if node == "act":
            done.append(f"{above}{index}")
        else:
            way = "then" if node[0] in tags else "else"
            done += expected(node[1] if way == "then" else node[2], tags, f"{above}{index}.{way}.")
    return done


@given(TREES, st.sampled_from([(), ("a",), ("b",), ("a", "b")]))
def test_a_program_does_what_its_tree_of_steps_says(tree: Any, tags: tuple[str, ...]) -> None:
    tree = ["act", *tree]
    assert walked(program(*steps_of(tree)), *tags) == expected(tree, tags)
