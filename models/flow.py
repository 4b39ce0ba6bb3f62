"""An automation as a flat program for a machine of steps: wait, branch, jump, act, end."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.automation_file import Automation
from models.conditions import Condition, Predicate, compile_condition
from models.steps import (
    ActStep,
    Document,
    EndRun,
    IfStep,
    RequestPayment,
    Settings,
    Step,
    UntilProperty,
    Wait,
    WaitStep,
    walk,
)
from models.vocabulary import Action


@dataclass(frozen=True, slots=True)
class Op:
    """One operation; `path` is where its step stands in the file, `id` the name its author gave it."""

    path: str
    id: str | None

    @property
    def label(self) -> str:
        """How the step is called in logs and causes."""
        return self.id or self.path


@dataclass(frozen=True, slots=True)
class Delay(Op):
    """Wait."""

    wait: Wait

    @property
    def relative(self) -> bool:
        """Whether the wait hangs on a property, so that it moves when that does (R4)."""
        return isinstance(self.wait, UntilProperty)


@dataclass(frozen=True, slots=True)
class Branch(Op):
    """Go on with the next operation if the condition holds, else at `on_false`; `source` is for explaining."""

    condition: Predicate
    on_false: int
    source: Condition


@dataclass(frozen=True, slots=True)
class Jump(Op):
    """Go on at `index`."""

    index: int


@dataclass(frozen=True, slots=True)
class Act(Op):
    """Do something; `is_message` tells that a message is all it does."""

    kind: Action
    settings: Settings
    is_message: bool


@dataclass(frozen=True, slots=True)
class End(Op):
    """The run is over."""


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled automation; operations are found by position, steps with an id also by `index_of`."""

    ops: tuple[Op, ...]
    goals: frozenset[str]
    where: Predicate | None
    holds_request_payment: bool
    holds_payment_link: bool
    ids: Mapping[str, int]

    def index_of(self, id_: str) -> int | None:
        """Return the position of the step of that id, None if there is none (R6, moved runs)."""
        return self.ids.get(id_)


MESSAGES = frozenset({Action.SEND_REMINDER, Action.SEND_EMAIL, Action.SEND_SMS, Action.NOTIFY_STAFF})
LATER: Mapping[str, str] = {
    Action.CALL_WEBHOOK: "call_webhook can't be delivered yet.",
}
"""What files may say already and nothing carries out yet, with the sentence for who publishes it."""


def not_runnable(automation: Automation) -> list[str]:
    """Return why an automation can't be published yet, a sentence for each such step."""
    return [
        f"Step {step.id or step.path}: {LATER[word]}"
        for step in walk(automation.steps)
        if isinstance(step, ActStep)
        for word in _words(step.settings)
        if word in LATER
    ]


def _words(settings: Settings) -> tuple[str, ...]:
    if isinstance(settings, RequestPayment):
        return (settings.action, settings.document)
    return (settings.action,)


def compile_program(automation: Automation) -> Program:
    """Return the program of an automation; compile it once per version."""
    writer = _Writer()
    writer.write(automation.steps)
    writer.ops.append(End(str(len(automation.steps)), None))
    where = automation.trigger.where
    return Program(
        ops=tuple(writer.ops),
        goals=automation.stop_when,
        where=compile_condition(where) if where is not None else None,
        holds_request_payment=any(isinstance(op, Act) and op.kind is Action.REQUEST_PAYMENT for op in writer.ops),
        holds_payment_link=any(
            isinstance(op, Act)
            and isinstance(op.settings, RequestPayment)
            and op.settings.document is Document.PAYMENT_LINK
            for op in writer.ops
        ),
        ids={op.id: index for index, op in enumerate(writer.ops) if op.id is not None and not isinstance(op, Jump)},
    )


class _Writer:
    """Writes operations one after the other."""

    def __init__(self) -> None:
        self.ops: list[Op] = []

    def write(self, steps: tuple[Step, ...]) -> None:
        """Append the operations of some steps."""
        for step in steps:
            if isinstance(step, WaitStep):
                self.ops.append(Delay(step.path, step.id, step.wait))
            elif isinstance(step, IfStep):
                self._branch(step)
            else:
                self.ops.append(_act(step))

    def _branch(self, step: IfStep) -> None:
        """Write the test, the one way, and, if there is another way, the jump around it."""
        at = self._reserve()
        self.write(step.then)
        on_false = len(self.ops)
        if step.otherwise:
            jump = self._reserve()
            on_false = len(self.ops)
            self.write(step.otherwise)
            self.ops[jump] = Jump(step.path, None, len(self.ops))
        self.ops[at] = Branch(step.path, step.id, compile_condition(step.condition), on_false, step.condition)

    def _reserve(self) -> int:
        self.ops.append(End("", None))
        return len(self.ops) - 1


def _act(step: ActStep) -> Op:
    if isinstance(step.settings, EndRun):
        return End(step.path, step.id)
    kind = step.settings.action
    return Act(step.path, step.id, kind, step.settings, kind in MESSAGES)
