"""Dead branches: conditions that can't be true or false where they stand, and steps that no run comes to (A010-A012).

What a condition has found stays true until a wait or an action: after those everything is read anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from models.automation_file import Automation, Over
from models.languages import words
from models.linting.codes import Code
from models.linting.findings import Finding, found, step_at
from models.linting.satisfying import Claim, conflict
from models.steps import ActStep, EndRun, IfStep, Step

Known = tuple[Claim, ...]
NEVER = words("Son then n'est jamais suivi.", "Its then is never run.")
NO_RUN = words("Aucune exécution ne démarre jamais.", "No run ever starts.")


def dead_branches(automation: Automation) -> Iterator[Finding]:
    """Find what the conditions of an automation leave dead."""
    where = automation.trigger.where
    if where is not None and (torn := conflict([(where, True)])):
        yield found(Code.NEVER_TRUE, "trigger.where", property=torn, consequence=NO_RUN)
        return
    reader = _Reader()
    reader.steps(automation.steps, ((where, True),) if where is not None and _starts_at_once(automation) else ())
    yield from reader.findings


def _starts_at_once(automation: Automation) -> bool:
    """Whether what the trigger asked for still holds at the first step."""
    return automation.limit is None or automation.limit.over is Over.SKIP


@dataclass(slots=True)
class _Reader:
    """Walks through the steps with what is known before each; None stands for a way on which no run comes."""

    findings: list[Finding]

    def __init__(self) -> None:
        self.findings = []

    def steps(self, steps: tuple[Step, ...], known: Known | None) -> Known | None:
        """Return what is known after some steps, None where every run has ended before."""
        for step in steps:
            if known is None:
                self.findings.append(found(Code.UNREACHABLE, step_at(step.path)))
                return None
            known = self._step(step, known)
        return known

    def _step(self, step: Step, known: Known) -> Known | None:
        if isinstance(step, IfStep):
            return self._if(step, known)
        return None if isinstance(step, ActStep) and isinstance(step.settings, EndRun) else ()

    def _if(self, step: IfStep, known: Known) -> Known | None:
        """Go both ways, the dead one too, for what is wrong inside it."""
        holds, fails = (*known, (step.condition, True)), (*known, (step.condition, False))
        never, always = conflict(holds), conflict(fails)
        at = step_at(step.path, "if")
        if never is not None:
            self.findings.append(found(Code.NEVER_TRUE, at, property=never, consequence=NEVER))
        elif always is not None:
            self.findings.append(found(Code.ALWAYS_TRUE, at))
        after = [
            self.steps(steps, () if dead else way)
            for steps, way, dead in ((step.then, holds, never), (step.otherwise, fails, always))
        ]
        return _met(*after)


def _met(one: Known | None, other: Known | None) -> Known | None:
    """Return what is known where two ways meet."""
    if one is None or other is None:
        return other if one is None else one
    return tuple(claim for claim in one if claim in other)
