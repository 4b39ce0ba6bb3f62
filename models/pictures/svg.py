"""The flow of an automation as one SVG that needs nothing else: light, and dark where the reader likes it dark."""

from collections.abc import Iterator, Sequence
from html import escape

from models.pictures.cards import Picture
from models.pictures.graph import Kind, Way
from models.pictures.layout import PAD, WIDTH, Box, Plan, Point, Wire, plan_of
from models.pictures.lettering import ICON, SIZES, Style, width_of
from models.pictures.signs import sign_of
from models.steps import Step

HEAD = 96
CORNER = 12
ROUND = 10
THIN, THICK = 1.6, 7.0
"""How broad a line is that no run took, and one that all took."""

_LIGHT = {
    "page": "#f8fafc",
    "card": "#ffffff",
    "edge": "#d5dce6",
    "ink": "#0f172a",
    "dim": "#5b6b82",
    "line": "#a7b4c6",
}
_DARK = {"page": "#0b1120", "card": "#172033", "edge": "#33415a", "ink": "#eef2f8", "dim": "#9fb0c8", "line": "#51637f"}
ACCENTS = {
    Kind.TRIGGER: "#4f46e5",
    Kind.WAIT: "#d97706",
    Kind.CONDITION: "#9333ea",
    Kind.ACTION: "#0d9488",
    Kind.END: "#64748b",
}
TONES = {"waits": "#d97706", "well": "#16a34a", "missed": "#94a3b8", "failed": "#dc2626"}


def svg(picture: Picture, steps: Sequence[Step]) -> str:
    """Return the picture as the text of an SVG file."""
    plan = plan_of(picture, steps, HEAD)
    width = max(plan.width, 2 * 40 + width_of(picture.title, 22), 2 * 40 + width_of(picture.subtitle, 13))
    most = max((wire.flow or 0 for wire in plan.wires), default=0)
    parts = [*_head(picture, width, plan.height), *_body(plan, picture, most, (width - plan.width) / 2), "</svg>\n"]
    return "\n".join(parts)


def _head(picture: Picture, width: float, height: float) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
        f' viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-labelledby="title">'
    )
    yield f'<title id="title">{_text(picture.title)}</title>'
    yield f"<style>{_style()}</style>"
    yield f'<rect class="page" width="{width:.0f}" height="{height:.0f}"/>'
    yield f'<text class="head" x="40" y="48">{_text(picture.title)}</text>'
    yield f'<text class="sub" x="40" y="70">{_text(picture.subtitle)}</text>'


def _style() -> str:
    fonts = "font-family:Inter,'Segoe UI',system-ui,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif"
    rules = [
        f"text{{{fonts}}}",
        ".head{font-size:22px;font-weight:700}.sub{font-size:13px}",
        f".title{{font-size:{SIZES[Style.TITLE]}px;font-weight:600}}.term,.note{{font-size:{SIZES[Style.TERM]}px}}",
        ".number{font-size:14px;font-weight:700;text-anchor:end}.label{font-size:12px;text-anchor:middle}",
        ".wire{fill:none;stroke-linejoin:round}.none{stroke-dasharray:4 5}.sign{fill:none;stroke-width:1.7}",
        *_colours(_LIGHT),
        f"@media (prefers-color-scheme:dark){{{''.join(_colours(_DARK))}}}",
        *(f".{kind} .sign{{stroke:{colour}}}.{kind} .bar{{fill:{colour}}}" for kind, colour in ACCENTS.items()),
        *(f".{tone}{{fill:{colour}}}" for tone, colour in TONES.items()),
    ]
    return "".join(rules)


def _colours(of: dict[str, str]) -> Iterator[str]:
    yield f".page{{fill:{of['page']}}}.head,.title,.number{{fill:{of['ink']}}}"
    yield f".sub,.term,.note,.label{{fill:{of['dim']}}}"
    yield f".card{{fill:{of['card']};stroke:{of['edge']}}}.pill{{fill:{of['page']};stroke:{of['edge']}}}"
    yield f".wire{{stroke:{of['line']}}}.tip{{fill:{of['line']}}}"


def _body(plan: Plan, picture: Picture, most: int, shift: float) -> Iterator[str]:
    yield f'<g transform="translate({shift:.1f} 0)">'
    for wire in plan.wires:
        yield from _wire(wire, most)
    for wire in plan.wires:
        yield from _label(wire, picture)
    for box in plan.boxes:
        yield from _box(box)
    yield "</g>"


# --- lines


def _wire(wire: Wire, most: int) -> Iterator[str]:
    """Yield a line, as broad as many runs took it."""
    breadth = THIN + (THICK - THIN) * (wire.flow or 0) / most if most else THIN
    none = " none" if wire.flow == 0 and most else ""
    yield f'<path class="wire{none}" stroke-width="{breadth:.1f}" d="{_path(_stopped(wire))}"/>'
    if wire.arrow:
        x, y = wire.points[-1]
        yield f'<path class="tip" d="M{x:.1f} {y - 1:.1f}l-6 -10h12z"/>'


def _stopped(wire: Wire) -> Sequence[Point]:
    """Return the corners of a line that stops where the tip of its arrow begins."""
    *before, (x, y) = wire.points
    return [*before, (x, y - 8)] if wire.arrow else wire.points


def _path(points: Sequence[Point]) -> str:
    """Return a line with rounded corners."""
    first, *rest = points
    said = f"M{first[0]:.1f} {first[1]:.1f}"
    for before, corner, after in zip(points, rest, rest[1:], strict=False):
        enter, leave = _near(corner, before), _near(corner, after)
        said += f"L{enter[0]:.1f} {enter[1]:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {leave[0]:.1f} {leave[1]:.1f}"
    return f"{said}L{rest[-1][0]:.1f} {rest[-1][1]:.1f}"


def _near(corner: Point, other: Point) -> Point:
    """Return the point on the way from a corner to another point where its rounding begins."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)
    share = min(CORNER, length / 2) / length if length else 0
    return corner[0] + dx * share, corner[1] + dy * share


def _label(wire: Wire, picture: Picture) -> Iterator[str]:
    if wire.edge is None or not (text := picture.label(wire.edge)):
        return
    (x, y), wide = wire.label_at, width_of(text, 12) + 18
    yield f'<rect class="pill" x="{x - wide / 2:.1f}" y="{y - 10:.1f}" width="{wide:.1f}" height="20" rx="10"/>'
    weight = "" if wire.edge.way is Way.ON else ' font-weight="600"'
    yield f'<text class="label"{weight} x="{x:.1f}" y="{y + 4:.1f}">{_text(text)}</text>'


# --- cards


def _box(box: Box) -> Iterator[str]:
    node = box.card.node
    yield f'<g class="{node.kind}" data-step="{_text(node.key)}">'
    yield f"<title>{_whole(box)}</title>"
    frame = f'x="{box.x:.1f}" y="{box.y:.1f}" height="{box.height:.1f}"'
    yield f'<rect class="card" {frame} width="{WIDTH}" rx="{ROUND}"/>'
    bar = f'x="{box.x:.1f}" y="{box.y + ROUND:.1f}" width="4" height="{box.height - 2 * ROUND:.1f}"'
    yield f'<rect class="bar" {bar} rx="2"/>'
    at = f"translate({box.x + 14:.1f} {box.y + PAD - 2:.1f}) scale(.9)"
    yield f'<g class="sign" transform="{at}">{sign_of(node)}</g>'
    if box.card.arrived is not None:
        yield f'<text class="number" x="{box.x + WIDTH - 14:.1f}" y="{box.y + PAD + 13:.1f}">{box.card.arrived}</text>'
    yield from _lines(box)
    yield "</g>"


def _whole(box: Box) -> str:
    """Return what a card says in full, for who points at it."""
    card = box.card
    return "\n".join(map(_text, [card.title, *card.terms, *(note.text for note in card.notes)]))


def _lines(box: Box) -> Iterator[str]:
    x, y = box.x + 14 + ICON, box.y + PAD
    for line in box.lines:
        y += line.height
        indent = 14 if line.style is Style.NOTE else 0
        if line.tone is not None:
            yield f'<circle class="{line.tone}" cx="{x + 4:.1f}" cy="{y - 9:.1f}" r="4"/>'
        yield f'<text class="{line.style}" x="{x + indent:.1f}" y="{y - 5:.1f}">{_text(line.text)}</text>'


def _text(text: str) -> str:
    """Return a text as XML holds it."""
    return escape("".join(letter if letter.isprintable() else " " for letter in text))
