"""What is not seen everywhere yet: things by name, and how many more looks at each come too early.

Time is counted in looks, never in seconds: what takes a moment at AWS takes so many calls here, on any machine.
"""

from __future__ import annotations

Key = tuple[str, str]
"""What kind of look it is, and at what."""

_left: dict[Key, int] = {}


def begin(what: str, name: str, looks: int = 1) -> None:
    """So many looks of this kind at this thing will come too early."""
    _left[what, name] = looks


def is_early(what: str, name: str) -> bool:
    """Whether a look comes too early; each one that does is counted."""
    left = _left.get((what, name), 0)
    if left > 1:
        _left[what, name] = left - 1
    elif left:
        del _left[what, name]
    return left > 0


def is_lagging(what: str, name: str) -> bool:
    """Whether a look would come too early; nothing is counted."""
    return (what, name) in _left


def clear() -> None:
    """Everything is seen everywhere."""
    _left.clear()
