"""The word that was probably meant, for "did you mean …?"; it decides nothing about what is valid."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_CUTOFF = 0.65


def closest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like a word, or None when none is near; case, ``_``, ``-`` and spaces do not count.

    So ``DBInstance`` and ``db-instance`` both find ``db_instance``. Equally near candidates: the first in sorted order.
    """
    folded = _fold(word)
    matcher = difflib.SequenceMatcher(b=folded, autojunk=False)
    best, best_ratio = None, _CUTOFF
    for candidate in sorted(candidates):
        other = _fold(candidate)
        if other == folded:
            return candidate
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() > best_ratio and matcher.quick_ratio() > best_ratio:
            ratio = matcher.ratio()
            if ratio > best_ratio:
                best, best_ratio = candidate, ratio
    return best


def suggestion(word: str, known: Iterable[str]) -> str:
    """What to write in the place of a word that is not known."""
    choices = sorted(known)
    guess = closest(word, choices)
    return f"did you mean {guess!r}?" if guess else f"use one of {', '.join(choices)}"


def _fold(word: str) -> str:
    return re.sub(r"[\s_-]", "", word).casefold()
