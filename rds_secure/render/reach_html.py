"""From where databases can be reached, as one HTML page: the picture, and each database in words. It loads nothing."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rds_secure.access.network.evidence import Verdict
from rds_secure.access.network.summary import Entrance, Exposure
from rds_secure.access.protection import Protection
from rds_secure.render.addresses import spoken
from rds_secure.render.evidence import by_way, in_the_way, said
from rds_secure.render.graph import graph
from rds_secure.render.reach_page import LIMITS, Reached, counted, door_words, headline, ports, sources, together
from rds_secure.render.screen import printable
from rds_secure.render.svg import NAMES, svg

DATABASES = 200
"""As many groups of databases are told in words."""

_STYLE = """
:root{color-scheme:light dark;--ink:#1f2328;--dim:#59636e;--paper:#fff;--box:#f6f8fa;--line:#d1d9e0;
--reachable:#cf222e;--possible:#9a6700;--unknown:#8250df;--latent:#59636e;--none:#1a7f37}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--paper:#0d1117;--box:#161b22;--line:#3d444d;
--reachable:#ff7b72;--possible:#d29922;--unknown:#bc8cff;--latent:#9198a1;--none:#3fb950}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--paper)}
h1{font-size:1.4rem}h2{font-size:1.05rem;margin:0 0 .3rem;overflow-wrap:anywhere}
.picture{overflow-x:auto;border:1px solid var(--line);border-radius:8px;margin:1rem 0}
.picture svg{display:block}
.all{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));gap:.8rem;align-items:start}
section{background:var(--box);border:1px solid var(--line);border-radius:8px;padding:.8rem}
.dim{color:var(--dim);font-size:.9rem}
ul{margin:.4rem 0;padding-left:1.1rem}li{margin:.35rem 0;overflow-wrap:anywhere}
code{font:.85rem ui-monospace,Menlo,Consolas,monospace}
.reachable{color:var(--reachable)}.possible{color:var(--possible)}.unknown{color:var(--unknown)}
.latent{color:var(--latent)}.none{color:var(--none)}
"""


def reach_html(found: Reached, protection: Protection) -> str:
    """The whole page."""
    return "\n".join(_page(found, protection)) + "\n"


def _page(found: Reached, protection: Protection) -> Iterator[str]:
    place, told = found.inventory.place, counted(found.exposures, found.inventory)
    title = f"From where databases can be reached: {place.account}, {place.region}"
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{_text(title)}</h1><p><strong>{_text(told)}</strong></p>"
    if found.of:
        yield f'<p class="dim">{_text(found.of)}</p>'
    yield f'<div class="picture">{svg(graph(found, protection), told)}</div>'
    yield '<div class="all">'
    groups = list(together(found.exposures))
    for alike in groups[:DATABASES]:
        yield from _database(found, alike)
    yield "</div>"
    if len(groups) > DATABASES:
        yield f"<p>{len(groups) - DATABASES} more are left out here; the JSON form has all.</p>"
    yield from _unread(found)
    yield f'<p class="dim">{_text(LIMITS)}</p></body></html>'


def _database(found: Reached, alike: tuple[Exposure, ...]) -> Iterator[str]:
    one = alike[0]
    names = ", ".join(each.answer.target for each in alike)
    worst = max(one.internet if one.internet > Verdict.LATENT else Verdict.NONE, one.verdict)
    yield f"<section><h2>{_text(names)}</h2>"
    yield f'<div class="dim">{_text(ports(found.targets[one.answer.target].doors))}</div>'
    yield f'<strong class="{worst}">{_text(headline(one))}</strong><ul>'
    for entrance in one.entrances:
        yield _entrance(entrance, found)
    for door in one.answer.side_doors:
        yield f'<li class="dim">side door: {_text(door_words(door, found.names))}</li>'
    yield "</ul></section>"


def _entrance(one: Entrance, found: Reached) -> str:
    why = "; ".join(in_the_way(check, grade) for check, grade in one.obstacles)
    who = [*spoken(one.addresses), *sources(one, found.names)]
    rules = "".join(f'<br><span class="dim">{_text(said(rule, found.names))}</span>' for rule in one.rules[:3])
    return (
        f'<li><strong class="{NAMES.get(one.verdict, "none")}">{one.verdict}</strong> '
        f"{_text(by_way(one.origin, found.names))}{f': {_text(why)}' if why else ''}"
        f"<br><code>{_text(', '.join(who))}</code>{rules}</li>"
    )


def _unread(found: Reached) -> Iterator[str]:
    if found.inventory.unread:
        yield "<h2>Not read, and so unknown</h2><ul>"
        for question, code in sorted(found.inventory.unread.items()):
            yield f"<li><code>{_text(str(question))}</code>: {_text(code)}</li>"
        yield "</ul>"


def _text(text: str) -> str:
    return escape(printable(text))
