"""Patterns of policies against each other: whether one takes all that another takes, and whether two share anything.

`covers` is sure where it says yes: what it denies may be so all the same. `overlap` is exact. Sources as in `match`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rds_secure.access.iam.match import Template, expression

_TEXT, _CHAR = "\ue010", "\ue011"
"""What stands for ``*`` and ``?`` of the narrower pattern: characters that nobody writes."""

_ONE, _ONE_INSIDE = f"[^{_TEXT}]", f"[^:{_TEXT}]"
"""What a ``?`` of the wider one takes, anywhere and inside a field of an ARN: any one character, never any text."""

_FIELDS = 6


def covers(wide: str, narrow: str) -> bool:
    """Whether a glob takes every text that another takes."""
    if not set(wide) & {"*", "?"}:
        return wide == narrow
    return _regex(wide).fullmatch(_as_text(narrow)) is not None


def _as_text(glob: str) -> str:
    return glob.replace("*", _TEXT).replace("?", _CHAR)


@lru_cache(maxsize=1 << 12)
def _regex(glob: str) -> re.Pattern[str]:
    return re.compile(expression(glob, one=_ONE), re.DOTALL)


def arn_covers(wide: str, narrow: str) -> bool:
    """Whether a pattern of ARNs fits for sure whatever another one may fit.

    Of a ``*`` at the end of a field nobody knows whether it crosses the colon (`match`): where the narrower one has
    such, the wider one must end in ``*`` before it, and have no other.
    """
    if wide in ("*", narrow):
        return True
    *head, _ = narrow.split(":", _FIELDS - 1)
    if any(field.endswith("*") for field in head):
        return bool(re.fullmatch(r"[^*?]*\*", wide)) and wide.count(":") < _FIELDS - 1 and narrow.startswith(wide[:-1])
    return _arn_regex(wide).fullmatch(_as_text(narrow)) is not None


@lru_cache(maxsize=1 << 12)
def _arn_regex(glob: str) -> re.Pattern[str]:
    *head, last = glob.split(":", _FIELDS - 1)
    inside = [expression(field, "[^:]*", _ONE_INSIDE) for field in head]
    if len(head) == _FIELDS - 1:
        end = expression(last, one=_ONE)
    else:  # what is shorter fits only by a "*" at its end
        end = f"{expression(last[:-1], '[^:]*', _ONE_INSIDE)}.*" if last.endswith("*") else "(?!)"
    return re.compile(":".join([*inside, end]), re.DOTALL)


def template_covers(wide: Template, narrow: Template) -> bool:
    """The same of texts with variables: only the end of the narrower one may have some, whose values are open."""
    if wide == narrow or wide.glob == "*":
        return True
    head = "".join(part if isinstance(part, str) else "\0" for part in narrow.parts).split(":", _FIELDS - 1)[:-1]
    if wide.glob is None or any("\0" in field for field in head):
        return False
    return arn_covers(wide.glob, narrow.widest)


def arns_overlap(pattern: str, other: str) -> bool:
    """Whether there may be an ARN of a type, whose pattern has all six fields, that another pattern fits.

    They are compared field by field: no name has a colon in it that would let a ``*`` cross one.
    """
    fields, others = pattern.split(":", _FIELDS - 1), other.split(":", _FIELDS - 1)
    known = len(others) - (len(others) < _FIELDS)
    rest = ":".join(fields[known:]), ":".join(others[known:])
    return len(fields) < _FIELDS or (all(map(overlap, fields[:known], others[:known])) and overlap(*rest))


@lru_cache(maxsize=1 << 14)
def overlap(one: str, other: str) -> bool:
    """Whether there is a text that both globs take."""
    seen: set[tuple[int, int]] = set()
    left = [(0, 0)]
    while left:
        i, j = left.pop()
        if i == len(one) and j == len(other):
            return True
        if (i, j) in seen:
            continue
        seen.add((i, j))
        mine, theirs = one[i : i + 1], other[j : j + 1]
        if "*" in (mine, theirs):
            left += ([(i + 1, j)] if mine else []) + ([(i, j + 1)] if theirs else [])
        elif mine and theirs and ("?" in (mine, theirs) or mine == theirs):
            left.append((i + 1, j + 1))
    return False
