"""One YAML text as plain data with a position for every key and value; it knows no field and converts no scalar.

The parser's events are put together here, not by PyYAML's composer: libyaml's composer recurses in C and crashes on
100,000 brackets, while its event parser keeps its own stack and can be stopped at a depth. No constructor ever runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import yaml

from rds_secure.errors import Location, Problem
from rds_secure.spec import syntax, text
from rds_secure.spec.syntax import MAX_DEPTH as MAX_DEPTH

MAX_VALUES = 200_000
MAX_PROBLEMS = 100

# libyaml when PyYAML was built with it: four times as fast.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_CLOUDFORMATION = frozenset({"!Ref", "!GetAtt", "!Sub", "!ImportValue"})

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the top of a file: ``("resources", "kms_key", "orders", "users", 0)``."""


class Plain(str):
    """An unquoted scalar, as it is written: ``on``, ``22:30``, ``16.10``; what it means is for the field to say."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One file's data: mappings with ``str`` keys, lists, `Plain`, ``str`` (quoted and block scalars) and None.

    ``positions`` has every value, ``keys`` every key of a mapping, under the path that ends in it. What an alias
    stands for is positioned where it is written, the alias itself where it is used.
    """

    file: str
    data: Any
    positions: Mapping[Path, Location]
    keys: Mapping[Path, Location]
    text: str = field(default="", repr=False, compare=False)
    """The file itself."""

    def at(self, path: Path) -> Location:
        """Where the value stands, or the nearest thing around it that is written."""
        for end in range(len(path), -1, -1):
            if found := self.positions.get(path[:end]):
                return found
        return Location(self.file, 1, 1)

    def key_at(self, path: Path) -> Location:
        """Where the key stands that a path ends in; for a list item, or what is not written, as `at`."""
        return self.keys.get(path) or self.at(path)


def parse(raw: bytes | str, file: str) -> tuple[Source | None, tuple[Problem, ...]]:
    """The data of one file and all that is wrong with it; no data when it cannot be made sense of.

    Data that comes with problems is as complete as can be, so that more can be said about it, but must not be used.
    """
    content, problems = text.decode(raw, file)
    if problems:
        return None, problems
    builder = _Builder(file)
    try:
        for event in yaml.parse(content, Loader=_LOADER):
            builder.feed(event)
    except _StopError:
        return None, tuple(builder.problems)
    except yaml.YAMLError as error:
        return None, (*builder.problems, syntax.explain(error, content, file))
    except (ValueError, OverflowError):  # the pure Python scanner, on an escape beyond Unicode such as "\UFFFFFFFF"
        problem = Problem("an escape after this that is no Unicode character", "correct it", builder.last)
        return None, (*builder.problems, problem)
    source, problems = builder.finish()
    return replace(source, text=content) if source else None, problems


class _StopError(Exception):
    """Nothing more can be said about this file."""


@dataclass(slots=True)
class _Anchor:
    """What an alias stands for; ``size`` is 0 until it is complete."""

    path: Path | None
    value: Any = None
    size: int = 0
    height: int = 0


@dataclass(slots=True)
class _Frame:
    """A mapping or a list that is being read; its path is None when it will be thrown away."""

    data: Any
    path: Path | None
    started: int
    anchor: _Anchor | None
    height: int = 1
    reads_key: bool = False
    key: str | None = None  # of the entry whose value comes next; None: that value is thrown away


@dataclass(slots=True)
class _Builder:
    """Takes a parser's events in order and puts the data together without recursion."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    last: Location = field(init=False)
    _positions: dict[Path, Location] = field(default_factory=dict)
    _keys: dict[Path, Location] = field(default_factory=dict)
    _anchors: dict[str, _Anchor] = field(default_factory=dict)
    _frames: list[_Frame] = field(default_factory=list)
    _count: int = 0
    _documents: int = 0
    _root: Any = None

    def __post_init__(self) -> None:
        self.last = Location(self.file, 1, 1)

    def feed(self, event: Any) -> None:
        """Take one event; raises _StopError, with the problem reported, where going on makes no sense."""
        handle = _HANDLERS.get(type(event))
        if handle is None:
            return
        mark = event.start_mark
        self.last = Location(self.file, mark.line + 1, mark.column + 1)
        handle(self, event)

    def report(self, what: str, fix: str, where: Location) -> None:
        """Note a problem; raises _StopError when there are too many."""
        self.problems.append(Problem(what, fix, where))
        if len(self.problems) == MAX_PROBLEMS:
            self._stop("too many problems", "correct these first; what follows was not read", where)

    def finish(self) -> tuple[Source | None, tuple[Problem, ...]]:
        """What came of it, after the last event."""
        start = Location(self.file, 1, 1)
        where = self._positions.get((), start)
        fix = "a stack file begins with version:, stack: and resources:"
        if self._root is None and not self.problems:
            self.problems.append(Problem("the file is empty", fix, start))
            return None, tuple(self.problems)
        if not isinstance(self._root, dict):
            if isinstance(self._root, Plain) and ":" in self._root:
                fix = "write a space after the colon of each key"
            kind = "a list" if isinstance(self._root, list) else "a single text"
            self.problems.append(Problem(f"the file is {kind}, not a mapping", fix, where))
            return None, tuple(self.problems)
        return Source(self.file, self._root, self._positions, self._keys), tuple(self.problems)

    def _stop(self, what: str, fix: str, where: Location) -> None:
        self.problems.append(Problem(what, fix, where))
        raise _StopError

    # -- one method for each event that matters ------------------------------------------------------------------

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents == 2:
            self._stop("a second document begins here", "write one document per file, without further '---'", self.last)

    def _scalar(self, event: Any) -> None:
        if event.tag is not None:
            self._refuse_tag(event.tag)
        if event.style == '"' and (name := text.refused_character(event.value)):
            self.report(f"the character {name}, written as an escape", "remove it", self.last)
        plain = not event.style and event.tag is None
        value: str | None = Plain(event.value) if plain else event.value
        if plain and value in _NULLS:
            value = None
        is_key = bool(self._frames) and self._frames[-1].reads_key
        path = None if is_key else self._place()
        if event.anchor:
            self._anchors[event.anchor] = _Anchor(path, value, size=1)
        if is_key:
            self._read_key(event.value, plain)
        else:
            self._put(value)

    def _alias(self, event: Any) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame and frame.reads_key:
            self.report("an alias as a key", "write the key itself", self.last)
            frame.reads_key, frame.key = False, None
            return
        anchor = self._anchors.get(event.anchor)
        path = self._place()
        if anchor is None:
            fix = "put a text that begins with * in quotes, or write an anchor (&…) with this name before"
            self.report("this is an alias (*…) without an anchor", fix, self.last)
        elif not anchor.size:
            self.report("this alias (*…) contains itself", "write the value out", self.last)
        else:
            self._expand(anchor, path)
            return
        self._put(None)

    def _expand(self, anchor: _Anchor, path: Path | None) -> None:
        self._count += anchor.size - 1
        if self._count > MAX_VALUES:
            what = f"with this alias (*…) the file expands to more than {MAX_VALUES:,} values"
            self._stop(what, "use fewer aliases of aliases", self.last)
        if len(self._frames) + anchor.height > MAX_DEPTH:
            what = f"with this alias (*…) the file is nested deeper than {MAX_DEPTH} levels"
            self._stop(what, "nest less", self.last)
        if path is not None and anchor.path is not None:
            self._copy_positions(anchor.value, anchor.path, path)
        self._put(anchor.value, anchor.height)

    def _open(self, event: Any) -> None:
        if event.tag is not None:
            self._refuse_tag(event.tag)
        if len(self._frames) == MAX_DEPTH:
            self._stop(f"nested deeper than {MAX_DEPTH} levels", "nest less", self.last)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        path: Path | None
        if self._frames and self._frames[-1].reads_key:
            path = None
            self._count += 1
            if self._frames[-1].path is not None:  # once, not for every key inside this one
                what = "a mapping as a key" if is_mapping else "a list as a key"
                self.report(what, "write a text; a value that begins with { or [ may need quotes", self.last)
        else:
            path = self._place()
        anchor = _Anchor(path) if event.anchor else None
        if anchor:
            self._anchors[event.anchor] = anchor
        data: Any = {} if is_mapping else []
        self._frames.append(_Frame(data, path, self._count - 1, anchor, reads_key=is_mapping))

    def _close(self, event: Any) -> None:
        frame = self._frames.pop()
        if frame.anchor:
            frame.anchor.value = frame.data
            frame.anchor.size = self._count - frame.started
            frame.anchor.height = frame.height
        if self._frames and self._frames[-1].reads_key:  # it stood where a key belongs
            self._frames[-1].reads_key, self._frames[-1].key = False, None
        else:
            self._put(frame.data, frame.height)

    # -- places, keys, tags ---------------------------------------------------------------------------------------

    def _place(self) -> Path | None:
        """The path of the value that begins here, counted and positioned; None for one that is thrown away."""
        self._count += 1
        if self._count > MAX_VALUES:
            self._stop(f"the file has more than {MAX_VALUES:,} values", "split it into several files", self.last)
        path: Path | None = ()
        if self._frames:
            frame = self._frames[-1]
            step = frame.key if isinstance(frame.data, dict) else len(frame.data)
            path = None if frame.path is None or step is None else (*frame.path, step)
        if path is not None:
            self._positions[path] = self.last
        return path

    def _put(self, value: Any, height: int = 0) -> None:
        """A complete value, into the mapping or list it belongs to."""
        if not self._frames:
            self._root = value
            return
        frame = self._frames[-1]
        frame.height = max(frame.height, height + 1)
        if isinstance(frame.data, list):
            frame.data.append(value)
            return
        frame.reads_key = True
        if frame.key is not None:
            frame.data[frame.key] = value

    def _read_key(self, key: str, plain: bool) -> None:
        frame = self._frames[-1]
        frame.reads_key, frame.key = False, None
        if plain and key == "<<":
            self.report("merge keys (<<) are not supported", "write the fields out", self.last)
        elif plain and key in _NULLS:
            self.report("an empty key", "write a key before the colon, in quotes if it is to be null or ~", self.last)
        elif key in frame.data:
            first = self._keys.get((*frame.path, key)) if frame.path is not None else None
            seen = f", first written in line {first.line}, column {first.column}" if first else ""
            self.report(f"the key {syntax.shown(key)} stands here again{seen}", "keep one of the two", self.last)
        else:
            frame.key = key
            if frame.path is not None:
                self._keys[(*frame.path, key)] = self.last

    def _refuse_tag(self, tag: str) -> None:
        name = tag.replace("tag:yaml.org,2002:", "!!", 1)
        fix = "remove it; to make a value text, put it in quotes"
        if name in _CLOUDFORMATION:
            fix = "refer to another resource of the stack with ${kind.name}"
        self.report("YAML tags (!…) are not supported", fix, self.last)

    def _copy_positions(self, value: Any, source: Path, target: Path) -> None:
        """Give the parts of what an alias stands for the positions where they are written."""
        steps = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        for step in steps:
            old, new = (*source, step), (*target, step)
            for table in (self._positions, self._keys):
                if old in table:
                    table[new] = table[old]
            self._copy_positions(value[step], old, new)


_HANDLERS: Mapping[type, Callable[[_Builder, Any], None]] = {
    yaml.DocumentStartEvent: _Builder._document,
    yaml.ScalarEvent: _Builder._scalar,
    yaml.AliasEvent: _Builder._alias,
    yaml.SequenceStartEvent: _Builder._open,
    yaml.MappingStartEvent: _Builder._open,
    yaml.SequenceEndEvent: _Builder._close,
    yaml.MappingEndEvent: _Builder._close,
}
