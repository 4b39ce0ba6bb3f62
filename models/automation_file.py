"""Automation files: what an automation is, and reading one from YAML or JSON with every error where it stands."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from models.condition_file import read_condition
from models.conditions import Condition
from models.errors import BadInputError
from models.events import Fact
from models.linting.codes import Code
from models.occurrence import Schedule
from models.periods import Per
from models.schedule_file import KEYS as SCHEDULE_KEYS
from models.schedule_file import read_schedule, refuse_schedule
from models.step_file import read_steps
from models.steps import ActStep, RequestPayment, Step, walk
from models.vocabulary import Vocabulary, trigger_complaint, vocabulary_of
from models.yamlfile import Node, decode

MAX_BYTES = 256 * 1024
MAX_TIMES = 1000

_ID = re.compile(r"[^\W_][\w.\-]{0,99}")
_ID_HINT = "Take letters, digits and - _ . as in unpaid-invoice."
_NAME_RULE = "one line of 200 characters at most"
_TOLERANCE = re.compile(r"(\d{1,4})([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class By(StrEnum):
    """What a frequency limit counts apart, besides the contact."""

    CONTACT = "contact"
    SERVICE = "service"
    ORDER = "order"
    INVOICE = "invoice"
    SESSION = "session"


class Over(StrEnum):
    """What happens over the limit (R7)."""

    SKIP = "skip"
    MERGE = "merge"
    DEFER = "defer"


class Then(StrEnum):
    """What happens to a step that is later than the tolerance (R3)."""

    RUN = "run"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Trigger:
    """The event that starts a run; `services` None lets every service through, `where` None every event.

    One that is a schedule starts a run for each client that `where` lets through.
    """

    on: str
    services: frozenset[str] | None = None
    where: Condition | None = None
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """So many runs per window for each value of `by`, of which the contact is always the first (R7)."""

    times: int
    per: Per
    by: tuple[By, ...]
    over: Over


@dataclass(frozen=True, slots=True)
class Late:
    """How late a step may be; `then` None is the policy of each step (R3)."""

    tolerance: timedelta = timedelta(hours=24)
    then: Then | None = None


@dataclass(frozen=True, slots=True)
class Automation:
    """One automation as its file says it."""

    id: str
    name: str
    trigger: Trigger
    limit: Limit | None
    stop_when: frozenset[str]
    keep_on_cancel: bool
    late: Late
    steps: tuple[Step, ...]
    ignored: frozenset[Code] = frozenset()


def check_id(text: str) -> str:
    """Return an id for an automation, or raise `BadInputError` with what is wrong with it."""
    if not _ID.fullmatch(text):
        raise BadInputError(f"{text!r} can't be an automation's id. {_ID_HINT}")
    return text


def check_name(text: str) -> str:
    """Return a name for people without spaces around it, or raise `BadInputError` with what is wrong with it."""
    text = text.strip()
    if not text or not _is_name(text):
        raise BadInputError(f"An automation's name is {_NAME_RULE}, and not empty.")
    return text


def _is_name(text: str) -> bool:
    return text.isprintable() and len(text) <= 200


def load_automation(text: str | bytes, file: str) -> Automation:
    """Return the automation in the text of a file, or raise `BadFileError` with all that is wrong in it."""
    return decode(text, file, read_automation, max_bytes=MAX_BYTES)


_KEYS = ("automation", "name", "trigger", "limit", "stop_when", "keep_on_cancel", "late", "lint", "steps")


def read_automation(node: Node) -> Automation:
    """Read an automation, also one that stands inside another file; its problems are collected there."""
    node = node.mapping(_KEYS, required=("automation", "trigger", "steps"))
    trigger, words = _trigger(node.at("trigger"))
    steps = read_steps(node.at("steps"), words)
    id_, name, keep, late = _id(node.at("automation")), node.get("name"), node.get("keep_on_cancel"), node.get("late")
    return Automation(
        id=id_,
        name=_name(name) if name is not None else id_,
        trigger=trigger,
        limit=_limit(node.get("limit"), words, steps),
        stop_when=_goals(node.get("stop_when")),
        keep_on_cancel=keep.boolean() if keep is not None else False,
        late=_late(late) if late is not None else Late(),
        steps=steps,
        ignored=_ignored(node.get("lint")),
    )


def _id(node: Node) -> str:
    text = node.text()
    if text and not _ID.fullmatch(text):
        node.problem(f"{text!r} can't be an automation's id", _ID_HINT)
    return text


def _name(node: Node) -> str:
    text = node.text().strip()
    if not _is_name(text):
        node.problem(f"a name is {_NAME_RULE}")
    return text


def _trigger(node: Node) -> tuple[Trigger, Vocabulary]:
    node = node.mapping(("on", "services", "where", *SCHEDULE_KEYS))
    on, where = _event(node.at("on")), node.get("where")
    words = vocabulary_of(on)
    condition = read_condition(where, words) if where is not None else None
    if on == Fact.SCHEDULE_DUE:
        return _scheduled(node, condition), words
    refuse_schedule(node, on)
    return Trigger(on, _services(node.get("services")), condition), words


def _scheduled(node: Node, condition: Condition | None) -> Trigger:
    services = node.get("services")
    if services is not None and _services(services) is not None:
        services.problem("a schedule is about no service", "Choose clients with where, as in contact.tags.")
    return Trigger(Fact.SCHEDULE_DUE, None, condition, read_schedule(node))


def _event(node: Node) -> str:
    name = node.text()
    if name and (complaint := trigger_complaint(name)):
        node.problem(*complaint)
    return name


def _services(node: Node | None) -> frozenset[str] | None:
    if node is None or node.word in {"all", "none"}:
        return None
    services = frozenset(item.text() for item in node.items())
    if node.is_list and not services:
        node.problem("services names no service", "Write all, or leave the key out, to let every service through.")
    return services


def _limit(node: Node | None, words: Vocabulary, steps: tuple[Step, ...]) -> Limit | None:
    if node is None:
        return None
    node = node.mapping(("times", "per", "by", "over"))
    times, by, over = node.get("times"), node.get("by"), node.get("over")
    requests = any(isinstance(step, ActStep) and isinstance(step.settings, RequestPayment) for step in walk(steps))
    limit = Limit(
        times=times.integer(1, MAX_TIMES) if times is not None else 1,
        per=Per(node.at("per").choice([*Per])),
        by=_by(by, words) if by is not None else (By.CONTACT,),
        over=Over(over.choice([*Over])) if over is not None else (Over.MERGE if requests else Over.SKIP),
    )
    return _checked(limit, over, requests=requests)


def _checked(limit: Limit, over: Node | None, *, requests: bool) -> Limit:
    """Check that what happens over the limit can happen (R7); the default always can."""
    if over is None:
        never = limit.per is Per.EVER and limit.over is Over.MERGE
        return Limit(limit.times, limit.per, limit.by, Over.SKIP) if never else limit
    if limit.over is Over.MERGE and not requests:
        over.problem("only what request_payment asks for can be merged", "Write skip or defer.")
    elif limit.over is not Over.SKIP and limit.per is Per.EVER:
        over.problem(f"{limit.over} waits for the end of a window, and ever never ends", "Write skip, or another per.")
    return limit


def _by(node: Node, words: Vocabulary) -> tuple[By, ...]:
    chosen = [By(item.choice([*By])) for item in node.items()]
    for by, item in zip(chosen, node.items(), strict=True):
        if by is not By.CONTACT and by not in words.groups:
            item.problem(f"{words.trigger} names no {by}", "Leave it out.")
    return tuple(dict.fromkeys((By.CONTACT, *chosen)))


def _goals(node: Node | None) -> frozenset[str]:
    if node is None:
        return frozenset()
    return frozenset(_goal(item) for item in ([node] if node.is_scalar else node.items()))


def _goal(node: Node) -> str:
    name = _event(node)
    if name == Fact.SCHEDULE_DUE:
        node.problem("a schedule is no goal", "Name what has happened then, such as invoice.paid.")
    return name


def _late(node: Node) -> Late:
    node = node.mapping(("tolerance", "then"))
    tolerance, then = node.get("tolerance"), node.get("then")
    return Late(
        tolerance=_tolerance(tolerance) if tolerance is not None else Late().tolerance,
        then=Then(then.choice([*Then])) if then is not None else None,
    )


def _ignored(node: Node | None) -> frozenset[Code]:
    """Read which codes of the lint are not told of this automation."""
    if node is None:
        return frozenset()
    ignored = node.mapping(("ignore",), required=("ignore",)).at("ignore")
    return frozenset(Code(item.choice([*Code])) for item in ignored.items())


def _tolerance(node: Node) -> timedelta:
    found = _TOLERANCE.fullmatch(node.word)
    if not found:
        node.wrong("a length of time", "Write it as in 24h, 30m or 7d.")
        return timedelta()
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
