"""YAML syntax errors in words that say what to do; it parses nothing itself.

PyYAML's two parsers (libyaml and pure Python) word the same error differently, and point at the place where they gave
up, which is often not where the mistake is. Each rule knows the wording of both, and looks at the text around the
place for the mistake that people really make there. No message repeats a value: it might be a password.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import yaml

from rds_secure.errors import Location, Problem

MAX_DEPTH = 60
"""How many levels of nesting a file may have; newer versions of libyaml give up by themselves, at a thousand."""

_LONGEST_KEY = 1024  # what libyaml and PyYAML take for a key before its colon
_LONGEST_SHOWN = 60


class _Place(NamedTuple):
    """A place as the parser counts: from 0."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line + 1}, column {self.column + 1}"


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where the parser stopped, where the construct begins that it was reading, and the lines of the file."""

    lines: list[str]
    stop: _Place
    start: _Place

    @property
    def before(self) -> str:
        """The text of the line before the stop."""
        return self._line[: self.stop.column]

    @property
    def rest(self) -> str:
        """The text of the line from the stop on."""
        return self._line[self.stop.column :]

    @property
    def indented(self) -> _Place:
        """The first character of the line that is not blank."""
        return _Place(self.stop.line, len(self._line) - len(self._line.lstrip()))

    @property
    def previous(self) -> str:
        """The nearest line above that holds more than blanks and a comment."""
        above = (line.strip() for line in reversed(self.lines[: self.stop.line]))
        return next((line for line in above if line and not line.startswith("#")), "")

    @property
    def _line(self) -> str:
        return self.lines[self.stop.line] if self.stop.line < len(self.lines) else ""


_Advice: TypeAlias = tuple[str, str, _Place]
_Rule: TypeAlias = Callable[[_Scene, "re.Match[str]"], _Advice]


def explain(error: yaml.YAMLError, content: str, file: str) -> Problem:
    """A parser's error as one problem, at the place where the mistake most likely is."""
    message = str(getattr(error, "problem", None) or error).split("\n")[0]
    context = getattr(error, "context", None) or ""
    stop = _place(getattr(error, "problem_mark", None)) or _Place(0, 0)
    start = _place(getattr(error, "context_mark", None)) or stop
    scene = _Scene(content.replace("\r\n", "\n").split("\n"), stop, start)
    what, fix, place = _advise(f"{context}: {message}", scene)
    return Problem(what, fix, Location(file, place.line + 1, place.column + 1))


def shown(value: str) -> str:
    """A text from a spec in quotes for a message: on one line, and not too long."""
    return repr(str(value) if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 1] + "…")


def _place(mark: Any) -> _Place | None:
    return None if mark is None else _Place(mark.line, mark.column)


def _advise(message: str, scene: _Scene) -> _Advice:
    for pattern, rule in _RULES:
        if match := re.search(pattern, message):
            return rule(scene, match)
    raise AssertionError("the last rule takes every message")


def _depth(scene: _Scene, _: re.Match[str]) -> _Advice:
    return f"nested deeper than {MAX_DEPTH} levels", "nest less", scene.stop


def _tab(scene: _Scene, _: re.Match[str]) -> _Advice:
    return "a tab where YAML takes only spaces", "indent with spaces", scene.stop


def _flow(scene: _Scene, match: re.Match[str]) -> _Advice:
    closing = match[1]
    if scene.before.endswith("$") and scene.rest.startswith("{"):
        place = _Place(scene.stop.line, scene.stop.column - 1)
        return "an unquoted ${…} inside [ ] or { }", 'put the whole value in double quotes: "${…}"', place
    what = f"a comma or the closing {closing} is missing; the opening one is at {scene.start}"
    if scene.stop.line > scene.start.line or not scene.rest:
        return what, f"add the {closing}, or the comma", scene.stop
    if scene.rest[0] in "]}":
        return what, f"close it with {closing}", scene.stop
    fix = "add it; a text that has quotes, commas, brackets or ': ' in it needs quotes around all of it"
    return what, fix, scene.stop


def _colon(scene: _Scene, _: re.Match[str]) -> _Advice:
    if len(scene.before) > _LONGEST_KEY:
        return f"a key of more than {_LONGEST_KEY} characters", "shorten it", scene.indented
    if "\t" in scene.before[: scene.indented.column]:
        return (
            "a tab where YAML takes only spaces",
            "indent with spaces",
            _Place(scene.stop.line, scene.before.index("\t")),
        )
    if re.search(r":\s", scene.before):
        fix = "put the value in quotes if the colon is part of it, or the inner key on a line of its own"
        return "a second colon in one value", fix, scene.stop
    if re.search(r":(\s|$)", scene.previous):
        return "this key is indented deeper than the one above, which has a value", "indent it less", scene.indented
    fix = "write that line as 'key: value', with a space after the colon"
    return "this key continues the text of the line above", fix, scene.indented


def _in_mapping(scene: _Scene, _: re.Match[str]) -> _Advice:
    if scene.before.strip() in ("", "-"):
        if re.match(r"-(\s|$)", scene.rest):
            return "a list item among the keys of a mapping", "indent it under the key it belongs to", scene.stop
        if scene.rest.startswith(":"):
            return "an empty key", "write a key before the colon", scene.stop
        what = f"the indentation fits no line above; the mapping around it begins at {scene.start}"
        return what, "indent it like the keys beside it", scene.stop
    if scene.rest[:1] in ("]", "}", ","):
        return f"a {scene.rest[0]} without an opening bracket", "remove it, or put the value in quotes", scene.stop
    fix = "put one pair of quotes around all of it (inside '…' write a quote twice), or close the quote opened above"
    return "text after the end of a value", fix, scene.stop


def _in_list(scene: _Scene, _: re.Match[str]) -> _Advice:
    what = f"this is no item of the list that begins at {scene.start}"
    return what, "begin it with '- ', or indent it like the first key of its item", scene.stop


def _item(scene: _Scene, _: re.Match[str]) -> _Advice:
    return "a list item cannot begin here", "begin the list on a line of its own, or write it as [ ]", scene.stop


def _quote(scene: _Scene, _: re.Match[str]) -> _Advice:
    return "a quote that is opened here is never closed", "close it where the text ends", scene.start


def _document_in_quotes(scene: _Scene, _: re.Match[str]) -> _Advice:
    return "a line that begins with --- or ... inside quotes", "indent it, or close the quote before it", scene.stop


def _escape(scene: _Scene, _: re.Match[str]) -> _Advice:
    fix = "write two backslashes for one, or use single quotes"
    return "a backslash in double quotes that begins no known escape", fix, scene.stop


def _sign(scene: _Scene, match: re.Match[str]) -> _Advice:
    sign = "*" if match[1] == "alias" else "&"
    return f"an unquoted {sign} begins this value", f'put the value in quotes, such as "{sign}"', scene.start


def _start(scene: _Scene, match: re.Match[str]) -> _Advice:
    if scene.rest.startswith("\t"):
        return _tab(scene, match)
    return f"a value cannot begin with {scene.rest[:1]}", "put the value in quotes", scene.stop


def _directive(scene: _Scene, _: re.Match[str]) -> _Advice:
    return "a line that begins with % is a YAML directive, and not a known one", "remove it", scene.start


def _tag(scene: _Scene, _: re.Match[str]) -> _Advice:
    return "YAML tags (!…) are not supported", "put a text that begins with ! in quotes", scene.start


def _block(scene: _Scene, _: re.Match[str]) -> _Advice:
    fix = "write only | or > (with - or +) after the colon and the text on the lines below, indented"
    return "this is not how a block of text begins", fix, scene.start


def _missing(scene: _Scene, _: re.Match[str]) -> _Advice:
    sign = scene.rest[:1]
    if sign in ("]", "}"):
        return f"a {sign} without an opening bracket", "remove it, or put the value in quotes", scene.stop
    what = "a value is missing before the comma" if sign == "," else "a value is missing"
    return what, "write it, or remove the comma", scene.stop


def _document(scene: _Scene, _: re.Match[str]) -> _Advice:
    fix = "begin all top-level keys in the same column; write no '...' or '---' between them"
    return "this does not continue the mapping above", fix, scene.stop


def _no_colon(scene: _Scene, _: re.Match[str]) -> _Advice:
    fix = "write 'key: value', with a space after the colon; put a text of several lines in quotes"
    return "a line without a key", fix, scene.start


def _question(scene: _Scene, _: re.Match[str]) -> _Advice:
    return "a ? cannot begin a key here", "write the key as a text, followed by a colon", scene.stop


def _other(scene: _Scene, match: re.Match[str]) -> _Advice:
    return f"this is not YAML ({match[0].removeprefix(': ')})", "correct the syntax", scene.stop


_RULES: tuple[tuple[str, _Rule], ...] = (
    ("maximum nesting depth", _depth),
    ("found a tab character", _tab),
    ("cannot start any token", _start),
    (r"expected ',' or '([]}])'", _flow),
    ("mapping values are not allowed", _colon),
    ("block mapping: (did not find expected key|expected <block end>)", _in_mapping),
    ("block collection: (did not find expected '-' indicator|expected <block end>)", _in_list),
    ("sequence entries are not allowed", _item),
    ("quoted scalar: found unexpected end of stream", _quote),
    ("quoted scalar: found unexpected document", _document_in_quotes),
    ("quoted scalar: ", _escape),
    ("scanning an (alias|anchor)", _sign),
    ("a directive|incompatible YAML document|duplicate %|directive", _directive),
    ("a tag|undefined tag handle", _tag),
    ("block scalar", _block),
    ("expected (the )?node content", _missing),
    ("<document start>", _document),
    ("could not find expected ':'", _no_colon),
    ("mapping keys are not allowed", _question),
    (".*", _other),
)
