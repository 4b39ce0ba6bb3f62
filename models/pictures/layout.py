"""Where everything of a picture stands: cards below each other, the ways of a condition side by side, lines between.

Every sequence of steps has an axis on which its cards are centred. A condition's two ways have axes of their own to the
left and the right of it; one without a second way lets a lane pass on its right. All lengths are pixels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from models.pictures.cards import Card, Picture
from models.pictures.graph import END, START, Edge, Way
from models.pictures.lettering import Line, lines_of
from models.steps import ActStep, EndRun, IfStep, Step

WIDTH = 288
MARGIN = 40
GAP = 58
"""Between two cards: room for a line with its number."""
SIDE = 36
"""Between the ways of a condition."""
LANE = 34
"""Between what stands left of a lane and the lane."""
TURN = 24
"""How far above a card lines come together."""
PAD = 14

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A card in its place."""

    card: Card
    x: float
    y: float
    height: float
    lines: tuple[Line, ...]

    @property
    def middle(self) -> float:
        """The axis that it stands on."""
        return self.x + WIDTH / 2


@dataclass(frozen=True, slots=True)
class Wire:
    """A line from card to card, or to where others join it; `edge` is None for a stretch that several share."""

    points: tuple[Point, ...]
    flow: int | None
    edge: Edge | None = None
    label_at: Point = (0, 0)
    arrow: bool = True


@dataclass(slots=True)
class Plan:
    """Everything in its place."""

    width: float
    height: float
    boxes: list[Box] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a sequence of steps reaches to the left and to the right of its axis."""

    left: float = WIDTH / 2
    right: float = WIDTH / 2

    def around(self, other: "Reach") -> "Reach":
        """Return what holds both on one axis."""
        return Reach(max(self.left, other.left), max(self.right, other.right))


@dataclass(frozen=True, slots=True)
class Loose:
    """The loose end of an edge: where it leaves its card, and the lane that it takes."""

    edge: Edge
    start: Point
    lane: float | None = None


def plan_of(picture: Picture, steps: Sequence[Step], top: float) -> Plan:
    """Return the plan of a picture whose first card stands at `top`."""
    reach = _reach(steps)
    planner = _Planner(picture, Plan(reach.left + reach.right + 2 * MARGIN, 0))
    planner.draw(steps, MARGIN + reach.left, top)
    return planner.plan


def _reach(steps: Sequence[Step]) -> Reach:
    reach = Reach()
    for step in steps:
        if isinstance(step, IfStep):
            reach = reach.around(_reach_of_ways(step))
    return reach


def _reach_of_ways(step: IfStep) -> Reach:
    then = _reach(step.then)
    if not step.otherwise:
        return replace(then, right=then.right + LANE + SIDE)
    otherwise = _reach(step.otherwise)
    return Reach(then.left + then.right + SIDE / 2, otherwise.left + otherwise.right + SIDE / 2)


class _Planner:
    """Puts cards and lines in their places, from top to bottom."""

    def __init__(self, picture: Picture, plan: Plan) -> None:
        self.picture = picture
        self.plan = plan

    def draw(self, steps: Sequence[Step], axis: float, top: float) -> None:
        """Draw the trigger, the steps and the end."""
        bottom = self._box(START, axis, top)
        bottom, loose = self._sequence(steps, axis, bottom, [Loose(Edge(START, self._first()), (axis, bottom))])
        if END in self.picture.cards:
            bottom = self._join(END, axis, bottom, loose)
        self.plan.height = bottom + MARGIN

    def _first(self) -> str:
        return self.picture.graph.out_of(START)[0].target

    def _sequence(
        self, steps: Sequence[Step], axis: float, bottom: float, loose: list[Loose]
    ) -> tuple[float, list[Loose]]:
        """Draw steps below each other; return where they end, and the loose ends that leave them."""
        for step in steps:
            bottom = self._join(step.path, axis, bottom, loose)
            if isinstance(step, IfStep):
                bottom, loose = self._ways(step, axis, bottom)
            elif isinstance(step, ActStep) and isinstance(step.settings, EndRun):
                loose = []
            else:
                loose = [Loose(edge, (axis, bottom)) for edge in self.picture.graph.out_of(step.path)]
        return bottom, loose

    def _ways(self, step: IfStep, axis: float, bottom: float) -> tuple[float, list[Loose]]:
        then, otherwise = self.picture.graph.out_of(step.path)
        reach = _reach(step.then)
        if not step.otherwise:
            below, loose = self._sequence(step.then, axis, bottom, [Loose(then, (axis, bottom))])
            box = next(box for box in self.plan.boxes if box.card.node.key == step.path)
            lane = axis + reach.right + LANE
            return below, [*loose, Loose(otherwise, (box.x + WIDTH, box.y + box.height / 2), lane)]
        left, right = axis - reach.right - SIDE / 2, axis + _reach(step.otherwise).left + SIDE / 2
        one, loose = self._sequence(step.then, left, bottom, [Loose(then, (axis, bottom))])
        other, more = self._sequence(step.otherwise, right, bottom, [Loose(otherwise, (axis, bottom))])
        return max(one, other), [*loose, *more]

    def _join(self, key: str, axis: float, bottom: float, loose: list[Loose]) -> float:
        """Draw a card below what is drawn, and lead the loose ends to it; return where it ends."""
        top = bottom + GAP + (TURN if len(loose) > 1 else 0)
        if len(loose) == 1:
            self.plan.wires.append(self._wire(loose[0], (axis, top), arrow=True))
        elif loose:
            meet = (axis, top - TURN)
            self.plan.wires += [self._wire(one, meet, arrow=False) for one in loose]
            flows = [flow for one in loose if (flow := self._flow(one.edge)) is not None]
            self.plan.wires.append(Wire((meet, (axis, top)), sum(flows) if flows else None))
        return self._box(key, axis, top)

    def _flow(self, edge: Edge) -> int | None:
        return None if self.picture.flows is None else self.picture.flows[edge]

    def _wire(self, loose: Loose, to: Point, *, arrow: bool) -> Wire:
        points = tuple(_route(loose, to))
        return Wire(points, self._flow(loose.edge), loose.edge, _label_at(loose, points), arrow)

    def _box(self, key: str, axis: float, top: float) -> float:
        card = self.picture.cards[key]
        lines = tuple(lines_of(card, WIDTH))
        height = 2 * PAD + sum(line.height for line in lines)
        self.plan.boxes.append(Box(card, axis - WIDTH / 2, top, height, lines))
        return top + height


def _route(loose: Loose, to: Point) -> Iterator[Point]:
    """Yield the corners of a line: down, across and down again; by its lane if it has one."""
    x, y = loose.start
    yield loose.start
    if loose.lane is not None:
        yield from ((loose.lane, y), (loose.lane, to[1]))
    elif x != to[0]:
        across = y + TURN / 2 if loose.edge.way is not Way.ON else to[1]
        yield from ((x, across), (to[0], across))
    yield to


def _label_at(loose: Loose, points: Sequence[Point]) -> Point:
    """Return where the number of a line stands: on its own stretch, where no other line runs."""
    if loose.lane is not None:
        return loose.lane, loose.start[1] + GAP
    if len(points) > 2 and loose.edge.way is not Way.ON:
        return points[2][0], points[2][1] + TURN / 2 + 6
    return points[0][0], points[0][1] + GAP / 2 - 4
