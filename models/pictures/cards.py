"""What a picture says: a card for each node with its title, its terms and what became of its runs, and each edge."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.explanations import REASONS, STATES, say
from models.flow_words import Speaker
from models.languages import Language, Words, words
from models.pictures.counting import Counts
from models.pictures.graph import END, START, Edge, Graph, Node, Way, graph_of
from models.rulebook import Published

ONE_AND_MORE: Mapping[str, tuple[Words, Words]] = {
    "runs": (words("{n} exécution", "{n} run"), words("{n} exécutions", "{n} runs")),
    "waiting": (words("{n} attend ici", "{n} waits here"), words("{n} attendent ici", "{n} wait here")),
    "turn": (
        words("{n} attend son tour", "{n} waits for its turn"),
        words("{n} attendent leur tour", "{n} wait for their turn"),
    ),
    "done": (words("{n} terminée", "{n} done"), words("{n} terminées", "{n} done")),
    "ended": (
        words("{n} finit ici : {reason}", "{n} ends here: {reason}"),
        words("{n} finissent ici : {reason}", "{n} end here: {reason}"),
    ),
    "missed": (
        words("{n} sans effet : {reason}", "{n} without effect: {reason}"),
        words("{n} sans effet : {reason}", "{n} without effect: {reason}"),
    ),
    "merged": (
        words("{n} venue d'au-delà de la limite", "{n} came from over the limit"),
        words("{n} venues d'au-delà de la limite", "{n} came from over the limit"),
    ),
    "lost": (
        words("{n} dont la suite n'a pas été conservée", "{n} whose way was not kept"),
        words("{n} dont la suite n'a pas été conservée", "{n} whose way was not kept"),
    ),
}
"""What is counted, for one and for several."""

TITLES: Mapping[str, Words] = {
    "version": words("version {version}", "version {version}"),
    "draft": words("brouillon", "draft"),
}


class Tone(StrEnum):
    """How a note sounds: somebody waits, all is well, something had no effect, or something failed."""

    WAITS = "waits"
    WELL = "well"
    MISSED = "missed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Note:
    """What became of some of the runs that came to a node."""

    tone: Tone
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One node as it is drawn; `arrived` is None where nothing was counted."""

    node: Node
    title: str
    terms: tuple[str, ...] = ()
    arrived: int | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """An automation as it is drawn, whatever it is drawn with; `flows` are the runs on each edge, if counted."""

    id: str
    title: str
    subtitle: str
    graph: Graph
    cards: Mapping[str, Card]
    flows: Mapping[Edge, int] | None
    ways: Mapping[Way, str]

    def label(self, edge: Edge) -> str:
        """Return what stands on an edge: which way it is, and how many runs took it."""
        flow = str(self.flows[edge]) if self.flows is not None else ""
        return " · ".join(filter(None, (self.ways[edge.way], flow)))


def picture_of(published: Published, counts: Counts | None, language: Language, name: str) -> Picture:
    """Return the picture of one version; without counts it is drawn without numbers."""
    graph, speaker = graph_of(published), Speaker(language)
    cards = {node.key: _Describer(published, counts, speaker).card(node) for node in graph.nodes}
    if not graph.into(END):
        del cards[END]
    flows = {edge: counts.edges[edge] for edge in graph.edges} if counts else None
    ways = {Way.ON: "", Way.THEN: speaker.phrase("then"), Way.ELSE: speaker.phrase("else")}
    return Picture(published.id, name, _subtitle(published, counts, language), graph, cards, flows, ways)


def _subtitle(published: Published, counts: Counts | None, language: Language) -> str:
    version = "version" if published.version else "draft"
    said = [published.id, say(TITLES, version, language, version=published.version)]
    return " · ".join(said + ([counted("runs", counts.runs, language)] if counts else []))


def counted(code: str, count: int, language: Language, **values: object) -> str:
    """Return a number of runs with what they do."""
    return ONE_AND_MORE[code][count > 1][language].format(n=count, **values)


class _Describer:
    """Describes the nodes of one automation."""

    def __init__(self, published: Published, counts: Counts | None, speaker: Speaker) -> None:
        self.published = published
        self.counts = counts
        self.speaker = speaker
        self.language = speaker.language

    def card(self, node: Node) -> Card:
        """Return the card of a node."""
        arrived = self.counts.arrived(node.key) if self.counts else None
        notes = tuple(self._notes(node, self.counts)) if self.counts else ()
        if node.op is None:
            automation = self.published.automation
            title, terms = self.speaker.trigger(automation.trigger.on), [*self.speaker.terms(automation)]
        else:
            said, *terms = self.speaker.lines(node.op)
            title = said[:1].upper() + said[1:]
        return Card(node, title, tuple(terms), arrived, notes)

    def _notes(self, node: Node, counts: Counts) -> Iterator[Note]:
        key = node.key
        if merged := counts.merged[key]:
            yield Note(Tone.WELL, self._say("merged", merged))
        if waiting := counts.waiting[key]:
            yield Note(Tone.WAITS, self._say("turn" if key == START else "waiting", waiting))
        for reason, missed in sorted(counts.missed.get(key, {}).items()):
            yield Note(Tone.MISSED, self._say("missed", missed, reason=say(REASONS, reason, self.language)))
        for reason, ended in sorted(counts.ended.get(key, {}).items()):
            yield self._end(reason, ended)
        if lost := counts.lost[key]:
            yield Note(Tone.MISSED, self._say("lost", lost))

    def _end(self, reason: str, ended: int) -> Note:
        if reason == "done":
            return Note(Tone.WELL, self._say("done", ended))
        tone = {"goal": Tone.WELL, "failed": Tone.FAILED}.get(reason, Tone.MISSED)
        said = say(REASONS if reason in REASONS else STATES, reason, self.language)
        return Note(tone, self._say("ended", ended, reason=said))

    def _say(self, code: str, count: int, **values: object) -> str:
        return counted(code, count, self.language, **values)
