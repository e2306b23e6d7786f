"""A picture of reach as Mermaid, which GitHub draws in comments. Labels hold nothing but what Mermaid takes as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rds_secure.access.network.evidence import Verdict
from rds_secure.render.graph import Graph, Layer, Node
from rds_secure.render.markdown import clipped

LENGTH = 60
"""Characters of a line of a label."""

_SHAPES = {
    Layer.SOURCE: ('(["', '"])'),
    Layer.GATE: ('{{"', '"}}'),
    Layer.DATABASE: ('[("', '")]'),
    Layer.KEY: ('[/"', '"/]'),
}
_LINES = {
    Verdict.REACHABLE: "==>",
    Verdict.POSSIBLE: "-->",
    Verdict.UNKNOWN: "-.->",
    Verdict.LATENT: "-.-x",
    None: "---",
}
_CLASSES = {Verdict.REACHABLE: "reachable", Verdict.POSSIBLE: "possible", Verdict.UNKNOWN: "unknown"}
_STYLES = (
    "classDef reachable stroke:#d1242f,stroke-width:3px",
    "classDef possible stroke:#bf8700,stroke-width:2px",
    "classDef unknown stroke:#8250df,stroke-width:2px,stroke-dasharray:4 3",
    "classDef weak stroke:#d1242f,stroke-width:3px,stroke-dasharray:2 2",
)


def mermaid(made: Graph) -> str:
    """The text of the diagram, without the fence around it."""
    return "\n".join(_lines(made)) + "\n"


def fenced(made: Graph) -> str:
    """The diagram as a block of Markdown."""
    return f"```mermaid\n{mermaid(made)}```"


def _lines(made: Graph) -> Iterator[str]:
    yield "flowchart LR"
    if not made.nodes:
        yield '  n0["nothing can be reached, and nothing is open"]'
        return
    for number, node in enumerate(made.nodes):
        before, after = _SHAPES[node.layer]
        yield f"  n{number}{before}{'<br/>'.join(label(line) for line in node.lines)}{after}{_class(node)}"
    for edge in made.edges:
        yield f"  n{edge.start} {_LINES[edge.verdict]} n{edge.end}"
    yield from (f"  {style}" for style in _STYLES)


def _class(node: Node) -> str:
    if node.weak:
        return ":::weak"
    return f":::{_CLASSES[node.verdict]}" if node.verdict in _CLASSES else ""


def label(text: str) -> str:
    """A text as Mermaid shows it: everything but letters, digits and a few harmless signs as a code (``#35;``)."""
    return re.sub(r"[^A-Za-z0-9 .,:/()_-]", lambda found: f"#{ord(found[0])};", clipped(text, LENGTH))
