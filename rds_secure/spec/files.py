"""Which files make up one stack; of what is in them it looks at ``stack:`` alone.

A stack is all ``*.yaml`` and ``*.yml`` files of one folder that declare the same ``stack:``, whichever of them is
named (meaning §1). What a stack no longer declares is deleted, so a file that may belong to it and cannot be
understood stops the run: leaving it out would read as "no longer declared".
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rds_secure.errors import Location, Problem
from rds_secure.spec.source import Source, parse
from rds_secure.spec.suggest import closest
from rds_secure.spec.text import MAX_BYTES

SUFFIXES = frozenset({".yaml", ".yml"})

# How a file that does not parse still says that it is a stack file: a key at the left margin, or after a brace.
_DECLARES = re.compile(r"^(\{\s*)?[\"']?stack[\"']?\s*:", re.MULTILINE)


def load(paths: Sequence[Path | str]) -> tuple[tuple[Source, ...], tuple[Problem, ...]]:
    """The sources of the one stack that files or folders name, in the order of their names, and all that is wrong.

    With problems, the sources are what could be read of the stack, so that a model can say more about them; they must
    not be planned. A file without ``stack:`` is never among them, a named one whose ``stack:`` is no name is.
    """
    chosen, nameless, problems = _chosen(paths)
    if len(chosen) > 1:
        each = (f"{stack} ({', '.join(file.shown for file in files)})" for (_, stack), files in chosen.items())
        what, fix = f"these are {len(chosen)} stacks", "name a file of the one that is meant"
        problems.append(Problem(what, fix, details=tuple(each)))
        return (), tuple(problems)
    members = sorted((*nameless, *(file for files in chosen.values() for file in files)), key=lambda file: file.shown)
    return tuple(file.source for file in members if file.source), tuple(problems)


def load_each(paths: Sequence[Path | str]) -> tuple[tuple[tuple[Source, ...], ...], tuple[Problem, ...]]:
    """The sources of every stack that files or folders name, and all that is wrong; with problems, none is to be used.

    A name stands for one stack alone: the same one in two folders is a problem.
    """
    chosen, nameless, problems = _chosen(paths)
    places: dict[str, list[str]] = {}
    for (_, stack), files in chosen.items():
        places.setdefault(stack, []).append(files[0].shown)
    for stack, found in places.items():
        if len(found) > 1:
            what = f"stack {stack} is declared in {len(found)} folders"
            problems.append(Problem(what, "name one of them", details=tuple(found)))
    listed = [*chosen.values(), *([file] for file in nameless)]
    return tuple(tuple(file.source for file in files if file.source) for files in listed), tuple(problems)


def _chosen(paths: Sequence[Path | str]) -> tuple[dict[tuple[str, str], list[_File]], list[_File], list[Problem]]:
    """The files of the stacks that are named, by folder and stack; named ones that declare none; what is wrong."""
    folders, problems = _folders(paths)
    chosen: dict[tuple[str, str], list[_File]] = {}
    nameless: list[_File] = []
    for folder in folders:
        files, found = _read(folder)
        problems += found
        stacks = {file.stack for file in files if file.stack is not None and (folder.whole or file.named)}
        for stack in sorted(stacks):
            chosen[folder.real, stack] = [file for file in files if file.stack == stack]
        nameless += [file for file in files if file.named and file.declares and file.stack is None]
    return chosen, nameless, problems


@dataclass(slots=True)
class _Folder:
    """A folder to read: the whole of it was named, or files in it."""

    path: Path
    real: str
    whole: bool = False
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _File:
    """A file that was read: its stack is None where it declares none, or nothing that could be a name."""

    shown: str
    named: bool
    source: Source | None
    problems: tuple[Problem, ...] = ()
    declares: bool = False

    @property
    def stack(self) -> str | None:
        data = self.source.data if self.source else {}
        stack = data.get("stack")
        return str(stack) if isinstance(stack, str) and stack else None


def _folders(paths: Sequence[Path | str]) -> tuple[list[_Folder], list[Problem]]:
    """The folders that the paths lie in, each once, and the paths that lead nowhere."""
    folders: dict[str, _Folder] = {}
    problems = [] if paths else [Problem("no spec is named", "name a file or a folder")]
    for given in paths:
        path = Path(given)
        if str(given) == "-":
            problems.append(Problem("a spec cannot be read from standard input", "save it to a file and name that"))
            continue
        if not str(given):
            problems.append(Problem("an empty path", "name a file or a folder; is a shell variable unset?"))
            continue
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except (OSError, ValueError) as error:
            problems.append(_unreadable(path, error))
            continue
        parent = path if is_folder else path.parent
        real = os.path.realpath(parent)
        folder = folders.setdefault(real, _Folder(parent, real))
        if is_folder:
            folder.whole = True
        else:
            folder.names.add(path.name)
    return list(folders.values()), problems


def _read(folder: _Folder) -> tuple[list[_File], list[Problem]]:
    """The stack files of a folder and the named ones, in the order of their names, and what is wrong with them."""
    try:
        entries = {path.name for path in folder.path.iterdir() if _is_candidate(path)}
    except OSError as error:
        return [], [_unreadable(folder.path, error)]
    files: list[_File] = []
    problems: list[Problem] = []
    for name in sorted(entries | folder.names):
        file = _read_file(folder.path / name, named=name in folder.names)
        if file.named or file.declares:
            files.append(file)
            problems += file.problems or _stackless(file)
    if folder.whole and not files:
        shown, others = _shown(folder.path), len(entries)
        what = f"{shown} holds no stack: {others} YAML file{'s' * (others != 1)} in it, none with a stack: line"
        problems.append(Problem(what, "name the folder of the stack; folders inside it are not read"))
    return files, problems


def _is_candidate(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and not path.is_dir()


def _read_file(path: Path, *, named: bool) -> _File:
    shown = _shown(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            problem = Problem(f"{shown} is not a regular file", "save the spec to a file and name that")
            return _File(shown, named, None, (problem,), declares=True)
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        return _File(shown, named, None, (_unreadable(path, error),), declares=True)
    letters = raw.replace(b"\0", b"").decode("ascii", "ignore")  # UTF-16 too
    if not named and "stack" not in letters:
        return _File(shown, named, None)
    source, problems = parse(raw, shown)
    if source and not problems:
        return _File(shown, named, source, declares="stack" in source.data)
    declares = bool(_DECLARES.search(letters)) or (source is not None and "stack" in source.data)
    return _File(shown, named, source, problems, declares)


def _stackless(file: _File) -> Iterator[Problem]:
    """A file that parses but belongs to no stack; a named one whose ``stack:`` is no name is the model's to refuse."""
    if file.source is None or file.stack is not None:
        return
    fix = "write the stack's name at the top of the file, as in 'stack: orders'"
    if not file.declares:
        yield Problem("no stack: in this file", fix, Location(file.shown, 1, 1))
    elif not file.named:
        yield Problem("stack: has no name", fix, file.source.at(("stack",)))


def _unreadable(path: Path, error: Exception) -> Problem:
    shown = _shown(path)
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.ENOENT and path.is_symlink():
        return Problem(f"{shown} is a link to something that does not exist", "correct the link or remove it")
    if code == errno.ENOENT:
        return Problem(f"{shown} does not exist", _did_you_mean(path))
    if code == errno.ELOOP:
        return Problem(f"{shown} is a link that leads back to itself", "correct the link or remove it")
    if code in (errno.EACCES, errno.EPERM):
        return Problem(f"{shown} cannot be read: permission denied", "allow reading it, or move it out of the folder")
    reason = os.strerror(code).lower() if code else str(error)
    return Problem(f"{shown} cannot be read: {reason}", "correct that, or name another path")


def _did_you_mean(path: Path) -> str:
    try:
        near = closest(path.name, (entry.name for entry in path.parent.iterdir()))
    except OSError:
        near = None
    return f"did you mean {_shown(path.parent / near)}?" if near else "name a file or a folder that exists"


def _shown(path: Path) -> str:
    """A path as one would type it: from the working directory where it lies below that, else as it was given."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (OSError, ValueError):
        return str(path)
