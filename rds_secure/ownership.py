"""Whose a thing is, and what was last applied to it: the tags that stand in for a state file (meaning §3).

Pure functions over tags. What is deleted, kept or refused because of them is decided in `plan`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rds_secure.values import Address, Value, digest

STACK = "rds-secure:stack"
ADDRESS = "rds-secure:address"
APPLIED = "rds-secure:applied"
HOME = "rds-secure:home"
DATA_KEY = "rds-secure:data-key"
"""Which data key is in a parameter; the versions of a secret say it themselves."""
PASSWORD = "rds-secure:password"  # noqa: S105 - the version of a password, not one
"""Which version of a password was set last: what it was cannot be read."""
OFFER = "rds-secure:moves-to"
"""The place in another stack that may take a thing: what its owner says, and only then it changes hands."""

MIGRATION = "rds-secure:migration"
STEP = "rds-secure:migration-step"
"""The migration that an object has a part in, and which one; its plan alone sets and removes them."""

OURS = frozenset({STACK, ADDRESS, APPLIED, HOME, PASSWORD, OFFER})
"""What `tags` sets, and the mark of what changes hands."""

USER_TAGS = 44
"""AWS allows 50 (ANY-2); four are ours, a migration takes two more."""

_PENDING = "1.pending."
_IN_TAGS = str.maketrans("~#", "+@")
_FROM_TAGS = str.maketrans("+@", "~#")
"""Addresses of what is implied have a ~, of what is aside a #, which no tag value may hold (ANY-2)."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns an object, by its tags: the stack, the address in it, and the AWS name it was made under."""

    stack: str
    address: Address
    name: str


def owner(tags: Mapping[str, str]) -> Owner | None:
    """The owner that tags name; None for a stranger's object, or where our tags are mangled."""
    stack, written = tags.get(STACK), tags.get(ADDRESS, "")
    path, slash, name = written.partition("/")
    if not (stack and slash and name):
        return None
    try:
        return Owner(stack, Address.parse(path.translate(_FROM_TAGS)), name)
    except ValueError:
        return None


def applied(written: Value, user_tags: Iterable[str]) -> str:
    """The value of ``rds-secure:applied``: a hash of the spec as written, and one of each tag key that we set."""
    keys = "".join(digest(key, 4) for key in sorted(user_tags))
    return f"1.{digest(written, 22)}.{keys}"


def tags(
    stack: str,
    address: Address,
    name: str,
    written: Value,
    user: Mapping[str, str],
    home: str,
    more: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Every tag that a resource of a stack carries; ``home`` is "" for regional objects, ``more`` its kind's own."""
    ours = {STACK: stack, ADDRESS: where(address, name), APPLIED: applied(written, user)}
    return {**user, **ours, **({HOME: home} if home else {}), **(more or {})}


def where(address: Address, name: str) -> str:
    """The value of ``rds-secure:address``."""
    return f"{str(address).translate(_IN_TAGS)}/{name}"


def marks(tags: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of the tags that make a thing ours: what comes off when it is let go of."""
    return tuple(sorted((OURS | {MIGRATION, STEP}) & tags.keys()))


def pending(tags: Mapping[str, str]) -> dict[str, str]:
    """The same tags for a create call that other calls must follow: not yet applied in full."""
    if APPLIED not in tags:
        return dict(tags)
    return {**tags, APPLIED: _PENDING + tags[APPLIED].removeprefix("1.")}


def was_applied(live: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether the spec is what was last applied in full, so that a difference is drift."""
    mark = live.get(APPLIED, "")
    return bool(mark) and mark.split(".")[:2] == wanted.get(APPLIED, "").split(".")[:2]


def tag_changes(live: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What to set, and which keys to remove: ours, and those we set once and no longer want. A stranger's stays."""
    add = {key: value for key, value in wanted.items() if live.get(key) != value}
    mark = live.get(APPLIED, "").removeprefix(_PENDING).removeprefix("1.")
    listed = mark.partition(".")[2]
    ours = {listed[start : start + 4] for start in range(0, len(listed), 4)}
    gone = (
        key
        for key in live
        if key not in wanted and not key.startswith("aws:") and (key in OURS or digest(key, 4) in ours)
    )
    return add, tuple(sorted(gone))
