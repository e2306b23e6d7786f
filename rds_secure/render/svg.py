"""A picture of reach as one SVG: four columns, light and dark, nothing loaded from anywhere. It decides nothing.

Widths are those of a monospaced font, of which every character takes as much; longer lines are cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from rds_secure.access.network.evidence import Verdict
from rds_secure.render.graph import Graph, Layer, Node
from rds_secure.render.markdown import clipped
from rds_secure.render.screen import printable

CHARACTERS = 32
"""Characters of a line."""

_FONT, _LINE, _PAD, _GAP = 12, 17, 10, 18
_WIDTH = 2 * _PAD + round(CHARACTERS * _FONT * 0.605)
_COLUMN = _WIDTH + 46
_TOP = 84
_MARGIN = 16

_TITLES: Mapping[Layer, str] = {
    Layer.SOURCE: "From",
    Layer.GATE: "let in by",
    Layer.DATABASE: "to",
    Layer.KEY: "encrypted by",
}
NAMES: Mapping[Verdict, str] = {
    Verdict.REACHABLE: "reachable",
    Verdict.POSSIBLE: "possible",
    Verdict.UNKNOWN: "unknown",
    Verdict.LATENT: "latent",
}

_LIGHT: Mapping[str, str] = {
    "ink": "#1f2328", "dim": "#59636e", "paper": "#ffffff", "box": "#f6f8fa", "line": "#afb8c1",
    "reachable": "#cf222e", "possible": "#9a6700", "unknown": "#8250df", "latent": "#6e7781", "key": "#0969da",
}  # fmt: skip
_DARK: Mapping[str, str] = {
    "ink": "#e6edf3", "dim": "#9198a1", "paper": "#0d1117", "box": "#161b22", "line": "#484f58",
    "reachable": "#ff7b72", "possible": "#d29922", "unknown": "#bc8cff", "latent": "#8b949e", "key": "#58a6ff",
}  # fmt: skip
_COLOURS = """
.rs .paper{{fill:{paper}}}
.rs text{{fill:{ink}}}
.rs .dim{{fill:{dim}}}
.rs .node{{fill:{box};stroke:{line}}}
.rs .reachable,.rs .weak{{stroke:{reachable}}}
.rs .possible{{stroke:{possible}}}
.rs .unknown{{stroke:{unknown}}}
.rs .latent{{stroke:{latent}}}
.rs .key{{stroke:{key}}}
"""
"""Written out, without variables: not everything that draws SVG knows those."""

STYLE = f"""
.rs text{{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}}
.rs .title{{font-weight:bold}}
.rs .node{{stroke-width:1.2}}
.rs path{{fill:none;stroke-width:1.6}}
.rs path.reachable{{stroke-width:2.6}}
.rs rect.reachable,.rs rect.weak{{stroke-width:2.6}}
.rs .possible{{stroke-dasharray:9 4}}
.rs .unknown{{stroke-dasharray:2 4}}
.rs .latent{{stroke-dasharray:1 6}}
.rs path.key{{stroke-width:1.2}}
{_COLOURS.format(**_LIGHT)}@media (prefers-color-scheme:dark){{{_COLOURS.format(**_DARK)}}}
"""
"""The style sheet; colours follow what the reader's system prefers. Lines differ in their dashes too."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node is, in pixels from the top left."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        """The height at which lines meet it."""
        return self.y + self.height // 2


def svg(made: Graph, title: str) -> str:
    """The picture, with ``title`` over it."""
    boxes = layout(made)
    width = _MARGIN * 2 + _COLUMN * (len(Layer) - 1) + _WIDTH
    height = max((box.y + box.height for box in boxes), default=_TOP) + _MARGIN
    body = "\n".join(_parts(made, boxes, title, width, height))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    said = _text(title)
    said = f'class="rs" role="img" aria-label="{said}">\n<title>{said}</title>'
    return f"{head} {said}\n<style>{STYLE}</style>\n{body}\n</svg>\n"


def layout(made: Graph) -> list[Box]:
    """The boxes of all nodes, by number: columns by layer, from the top down in the order of danger."""
    boxes: dict[int, Box] = {}
    heights = {layer: sum(_height(made.nodes[number]) + _GAP for number in made.layer(layer)) for layer in Layer}
    tallest = max(heights.values())
    for column, layer in enumerate(Layer):
        y = _TOP + (tallest - heights[layer]) // 2
        for number in made.layer(layer):
            height = _height(made.nodes[number])
            boxes[number] = Box(_MARGIN + column * _COLUMN, y, _WIDTH, height)
            y += height + _GAP
    return [boxes[number] for number in range(len(made.nodes))]


def _height(node: Node) -> int:
    return 2 * _PAD + _LINE * len(node.lines) - (_LINE - _FONT)


def _parts(made: Graph, boxes: list[Box], title: str, width: int, height: int) -> Iterator[str]:
    yield f'<rect class="paper" width="{width}" height="{height}"/>'
    yield f'<text class="title" x="{_MARGIN}" y="26">{_text(clipped(title, width // 8))}</text>'
    yield from legend(_MARGIN, 46)
    for column, layer in enumerate(Layer):
        if made.layer(layer):
            yield f'<text class="dim" x="{_MARGIN + column * _COLUMN}" y="{_TOP - 12}">{_TITLES[layer]}</text>'
    for edge in made.edges:
        style = "key" if edge.verdict is None else NAMES[edge.verdict]
        yield f'<path class="{style}" d="{_curve(boxes[edge.start], boxes[edge.end])}"/>'
    for node, box in zip(made.nodes, boxes, strict=True):
        yield from _node(node, box)


def legend(x: int, y: int) -> Iterator[str]:
    """What the lines mean."""
    for verdict, name in NAMES.items():
        yield f'<path class="{name}" d="M{x} {y - 4}h34"/><text class="dim" x="{x + 42}" y="{y}">{verdict}</text>'
        x += 60 + round(len(name) * _FONT * 0.61)


def _curve(start: Box, end: Box) -> str:
    left, right = start.x + start.width, end.x
    bend = max((right - left) // 2, 20)
    return f"M{left} {start.middle}C{left + bend} {start.middle} {right - bend} {end.middle} {right} {end.middle}"


def _node(node: Node, box: Box) -> Iterator[str]:
    style = "weak" if node.weak else NAMES.get(node.verdict, "") if node.verdict else ""
    whole = escape(printable("\n".join(node.lines)).replace("\\n", "\n"))
    yield f"<g><title>{whole}</title>"
    yield (
        f'<rect class="node {style}" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" '
        f'rx="{4 if node.layer is not Layer.SOURCE else 14}"/>'
    )
    for number, line in enumerate(node.lines):
        kind = "title" if number == 0 else "dim" if node.layer is not Layer.DATABASE else ""
        y = box.y + _PAD + _FONT + number * _LINE - 2
        yield f'<text class="{kind}" x="{box.x + _PAD}" y="{y}">{_text(clipped(line, CHARACTERS))}</text>'
    yield "</g>"


def _text(text: str) -> str:
    return escape(printable(text))
