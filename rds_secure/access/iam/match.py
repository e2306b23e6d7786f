"""Names and ARNs against the patterns of policies, as IAM matches them. It decides nothing but whether one fits.

Sources: IAM user guide, "IAM JSON policy elements: Action", "… Resource", "Policy variables". ``*`` is any text, ``?``
any one character. An ARN is compared in six fields, of which the last takes whatever follows; a ``*`` within one of the
first five stays in its field. The guide adds that one at the end of a field *can* go beyond its colon: at the end of a
pattern it does (``arn:aws:rds:eu-west-1:*``); elsewhere nobody agrees on ``arn:aws:rds:*:db:x``: that is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rds_secure.access.iam.context import Context
from rds_secure.access.iam.logic import NO, YES, Formula, Literal
from rds_secure.values import Ref, Text

ANY = "\uf8ff"
"""Stands at the end of an ARN for a name that nobody has chosen yet: at least one character, whatever it is."""

_STAR, _ONE = "\ue000", "\ue001"
"""``*`` and ``?`` that stand for themselves, among characters that stand for others."""

_FIELDS = 6


# Globs: texts in which * and ? stand for others, unless they are escaped


def escaped(text: str) -> str:
    """A glob that fits this text alone."""
    return text.replace("*", _STAR).replace("?", _ONE)


def plain(glob: str) -> str:
    """A glob as a text in which every ``*`` and ``?`` stands for itself."""
    return glob.replace(_STAR, "*").replace(_ONE, "?")


def expression(glob: str, many: str = ".*", one: str = ".") -> str:
    """A regular expression for a glob; ``many`` and ``one`` are what its ``*`` and ``?`` stand for."""
    wild = {"*": many, "?": one, _STAR: r"\*", _ONE: r"\?"}
    return "".join(wild.get(char) or re.escape(char) for char in glob)


@lru_cache(maxsize=1 << 16)
def _regex(glob: str, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(expression(glob), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def like(text: str, glob: str, *, ignore_case: bool = False) -> bool:
    """Whether a glob fits the whole text."""
    if not ("*" in glob or "?" in glob):
        fixed = plain(glob)
        return fixed.lower() == text.lower() if ignore_case else fixed == text
    return _regex(glob, ignore_case).fullmatch(text) is not None


def _begins(text: str, glob: str) -> bool:
    """Whether a glob fits some text that begins with this one and is longer."""
    states = _after_stars(glob, {0})
    for char in text:
        steps = {at if glob[at] == "*" else at + 1 for at in states if at < len(glob) and _takes(glob[at], char)}
        states = _after_stars(glob, steps)
    return any(at < len(glob) for at in states)


def _after_stars(glob: str, states: set[int]) -> set[int]:
    """The states with those that a ``*`` leads to when it stands for nothing; the state at a star stays in it."""
    reached = set(states)
    for at in sorted(states):
        while at < len(glob) and glob[at] == "*":
            at += 1
            reached.add(at)
    return reached


def _takes(wanted: str, char: str) -> bool:
    return wanted in ("*", "?") or plain(wanted) == char


# ARNs


@dataclass(frozen=True)
class NameFits:
    """An atom: the name that nobody has chosen yet is one that the pattern fits."""

    pattern: str

    def text(self, *, holds: bool) -> str:
        return f"the name {'fits' if holds else 'does not fit'} {plain(self.pattern)}"


@dataclass(frozen=True)
class Crosses:
    """An atom that nobody can decide: whether IAM lets a ``*`` inside this pattern cross a colon of the ARN."""

    pattern: str

    def text(self, *, holds: bool) -> str:
        return f"IAM {'lets' if holds else 'does not let'} a * in {plain(self.pattern)} cross a colon"


def _field(glob: str) -> str:
    """An expression for a pattern of one of the first five fields."""
    return expression(glob, "[^:]*", "[^:]")


@lru_cache(maxsize=1 << 16)
def _arn_regex(glob: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    """What fits for sure, and what would if a ``*`` at the end of a field could cross its colon (None: the same)."""
    *head, last = glob.split(":", _FIELDS - 1)
    whole = len(head) == _FIELDS - 1
    tail = expression(last) if whole else _field(last.removesuffix("*")) + ".*" if last.endswith("*") else _field(last)
    sure = ":".join([*map(_field, head), tail]) if whole or last.endswith("*") else "(?!)"
    strict = re.compile(sure, re.DOTALL)
    if not any(field.endswith("*") for field in head):
        return strict, None
    loose = (_field(field[:-1]) + ".*" if field.endswith("*") else _field(field) for field in head)
    return strict, re.compile(":".join([*loose, tail]), re.DOTALL)


@lru_cache(maxsize=1 << 16)
def _head_regex(glob: str) -> re.Pattern[str]:
    return re.compile(":".join(map(_field, glob.split(":", _FIELDS - 1)[:-1])))


def fits(glob: str, arn: str) -> Formula:
    """Whether a pattern fits an ARN; one that ends in `ANY` is that of something whose name is open."""
    if glob == "*":
        return YES
    if arn.endswith(ANY):
        return _fits_open(glob, arn)
    strict, loose = _arn_regex(glob)
    if strict.fullmatch(arn):
        return YES
    if loose is not None and loose.fullmatch(arn):
        return Literal(Crosses(glob))
    return NO


def _fits_open(glob: str, arn: str) -> Formula:
    """`YES` if every name fits, `NO` if none does. The characters of `ANY` are none that a pattern could name."""
    strict, loose = _arn_regex(glob)
    if strict.fullmatch(arn) and strict.fullmatch(arn + ANY):
        return YES
    fields, of = glob.split(":", _FIELDS - 1), arn[: -len(ANY)].split(":", _FIELDS - 1)
    if len(fields) == len(of) == _FIELDS and _head_regex(glob).fullmatch(":".join(of[:-1])):
        return Literal(NameFits(glob)) if _begins(of[-1], fields[-1]) else NO
    return Literal(Crosses(glob)) if loose is not None and loose.fullmatch(arn) else NO


# Texts of policies with variables


@dataclass(frozen=True)
class Variable:
    """``${aws:username}`` or ``${aws:PrincipalTag/team, 'none'}``: the value of a key, or else its default."""

    key: str
    default: str | None = None

    def __str__(self) -> str:
        return f"${{{self.key}}}" if self.default is None else f"${{{self.key}, '{self.default}'}}"


@dataclass(frozen=True)
class Template:
    """A text of a policy: globs, with variables and references (what they stand for is open) between them."""

    parts: tuple[str | Variable | Ref, ...]

    @cached_property
    def glob(self) -> str | None:
        """The glob, if nothing is left to be put in."""
        return self.widest if all(isinstance(part, str) for part in self.parts) else None

    @cached_property
    def widest(self) -> str:
        """The glob that fits whatever the text may turn out to fit."""
        return "".join(part if isinstance(part, str) else "*" for part in self.parts)

    def within(self, context: Context) -> Template | None:
        """The text with what the context knows put in; None if a variable has no value: then it fits nothing."""
        if self.glob is not None:
            return self
        parts: list[str | Variable | Ref] = []
        for part in self.parts:
            values = context.get(part.key) if isinstance(part, Variable) else None
            if not isinstance(part, Variable) or values is None:
                parts.append(part)
            elif len(values) == 1:
                parts.append(escaped(values[0]))
            elif values or part.default is None:
                return None  # a multivalued key is no variable
            else:
                parts.append(escaped(part.default))
        return _joined(parts)

    def __str__(self) -> str:
        return "".join(plain(part) if isinstance(part, str) else str(part) for part in self.parts)


@dataclass(frozen=True)
class ArnFits:
    """An atom: what a resource of a policy will be, once its variables are known, fits the ARN."""

    template: Template
    arn: str

    def text(self, *, holds: bool) -> str:
        return f"{self.arn.replace(ANY, '*')} {'fits' if holds else 'does not fit'} {self.template}"

    def within(self, context: Context) -> Formula:
        """The atom, decided as far as the context goes."""
        return template_fits(self.template, self.arn, context)


_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_NAMED = re.compile(r"\s*([^,\s]+)\s*(?:,\s*'(.*)'\s*)?", re.DOTALL)


@lru_cache(maxsize=1 << 16)
def template(text: str | Text | Ref, *, variables: bool) -> Template:
    """A text as a policy has it; ``variables`` says whether its language has any (Version 2012-10-17 does)."""
    parts: list[str | Variable | Ref] = []
    for piece in text.parts if isinstance(text, Text) else (text,):
        parts += _variables(piece) if variables and isinstance(piece, str) else [piece]
    return _joined(parts)


def _joined(parts: Iterable[str | Variable | Ref]) -> Template:
    """A template in its one form: no two texts side by side."""
    joined: list[str | Variable | Ref] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return Template(tuple(joined))


def _variables(text: str) -> list[str | Variable | Ref]:
    parts: list[str | Variable | Ref] = []
    at = 0
    for found in _VARIABLE.finditer(text):
        parts.append(text[at : found.start()])
        at, inside = found.end(), found[1]
        if inside in ("*", "?", "$"):
            parts.append(escaped(inside))
        elif named := _NAMED.fullmatch(inside):
            parts.append(Variable(named[1], named[2]))
        else:
            parts.append(found[0])
    return [*parts, text[at:]]


def template_fits(pattern: Template, arn: str, context: Context) -> Formula:
    """Whether a resource of a policy fits an ARN, as far as the context knows its variables."""
    known = pattern.within(context)
    if known is None:
        return NO
    if (glob := known.glob) is not None:
        return fits(glob, arn)
    return NO if fits(known.widest, arn) is NO else Literal(ArnFits(known, arn))


def action_fits(pattern: Template, action: str) -> bool:
    """Whether an action (``rds:DeleteDBInstance``) is one of those that a pattern names; case is ignored."""
    return like(action, pattern.widest, ignore_case=True)


def fits_arn_condition(value: str, glob: str) -> bool | None:
    """ArnLike and ArnEquals: six fields, each compared by itself; None where the operand is no ARN, so nobody knows.

    IAM user guide, "Amazon Resource Name (ARN) condition operators": both operators behave alike.
    """
    if glob.count(":") < _FIELDS - 1:
        return None
    return _arn_regex(glob)[0].fullmatch(value) is not None
