"""One HTML page that loads nothing and runs nothing: its frame, its colours, and how text gets into it. No content.

Colours follow what the reader's system prefers; on paper they are the light ones. Whatever AWS, a spec or a caller
says goes through `text`: it is never markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from rds_secure.render.screen import printable

LIGHT: Mapping[str, str] = {
    "ink": "#1f2328", "dim": "#59636e", "paper": "#ffffff", "box": "#f6f8fa", "line": "#d1d9e0",
    "critical": "#a40e26", "high": "#cf222e", "medium": "#8a5d00", "low": "#59636e", "unknown": "#8250df",
    "good": "#1a7f37", "link": "#0550ae",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "ink": "#e6edf3", "dim": "#9198a1", "paper": "#0d1117", "box": "#161b22", "line": "#3d444d",
    "critical": "#ffa198", "high": "#ff7b72", "medium": "#e3b341", "low": "#9198a1", "unknown": "#d2a8ff",
    "good": "#56d364", "link": "#79c0ff",
}  # fmt: skip
"""Name → colour. Every one of them is read on `paper` and on `box`."""


def _variables(colours: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{colour}" for name, colour in colours.items())


STYLE = f"""
:root{{color-scheme:light dark;{_variables(LIGHT)}}}
@media screen and (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}
*{{box-sizing:border-box}}
body{{margin:0 auto;max-width:76rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--paper);overflow-wrap:anywhere}}
h1{{font-size:1.4rem;margin:.2rem 0}}h2{{font-size:1.15rem;margin:2rem 0 .6rem}}h3{{font-size:1rem;margin:0 0 .3rem}}
a{{color:var(--link)}}
nav{{display:flex;flex-wrap:wrap;gap:.2rem 1rem}}nav a{{display:inline-block;padding:.35rem 0}}
.dim{{color:var(--dim);font-size:.9rem}}
.cards{{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));gap:.8rem;align-items:start}}
.card{{background:var(--box);border:1px solid var(--line);border-radius:8px;padding:.8rem;min-width:0}}
.sums{{display:flex;flex-wrap:wrap;gap:.5rem;margin:.8rem 0;padding:0;list-style:none}}
.sums li{{border:1px solid var(--line);border-radius:8px;padding:.3rem .7rem;background:var(--box)}}
.sums b{{font-size:1.3rem;display:block;line-height:1.2}}
ul{{margin:.4rem 0;padding-left:1.1rem}}li{{margin:.35rem 0}}
dl{{display:grid;grid-template-columns:5rem minmax(0,1fr);gap:.2rem .6rem;margin:.5rem 0}}
dt{{color:var(--dim)}}dd{{margin:0}}
code{{font:.85rem ui-monospace,Menlo,Consolas,monospace}}
summary{{cursor:pointer;padding:.35rem 0}}
.wide{{overflow-x:auto;border:1px solid var(--line);border-radius:8px;margin:1rem 0}}.wide svg{{display:block}}
.critical{{color:var(--critical)}}.high{{color:var(--high)}}.medium{{color:var(--medium)}}.low{{color:var(--low)}}
.unknown{{color:var(--unknown)}}.good{{color:var(--good)}}
.critical,.high{{font-weight:600}}
@media print{{body{{max-width:none;padding:0;font-size:11pt}}nav{{display:none}}
.card,li{{break-inside:avoid}}.wide{{overflow:visible;border:0}}.wide svg{{width:100%;height:auto}}}}
"""


def text(value: object) -> str:
    """Text as text: neither markup nor anything that does not print."""
    return escape(printable(str(value)))


def said(value: object, kind: str = "") -> str:
    """Text in a span of a class of ours."""
    return f'<span class="{kind}">{text(value)}</span>' if kind else text(value)


def page(title: str, body: Iterable[str]) -> str:
    """The whole page."""
    return "\n".join(_page(title, body)) + "\n"


def _page(title: str, body: Iterable[str]) -> Iterator[str]:
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>{text(title)}</title><style>{STYLE}</style></head><body>"
    yield from body
    yield "</body></html>"


def listed(items: Iterable[str]) -> Iterator[str]:
    """A list of what is markup already; nothing where there is none."""
    found = list(items)
    if found:
        yield "<ul>"
        yield from (f"<li>{item}</li>" for item in found)
        yield "</ul>"


def folded(summary: str, items: Iterable[str]) -> Iterator[str]:
    """The same, folded: a tap opens it, without a script. Nothing where there is none."""
    found = list(items)
    if found:
        yield f"<details><summary>{text(summary)}</summary>"
        yield from listed(found)
        yield "</details>"
