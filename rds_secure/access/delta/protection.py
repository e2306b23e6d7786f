"""What protects databases otherwise than before: aspects by table, keys, snapshots and proxies. It reads nothing.

What is not known on both sides is no change; what became unknown, or was unknown, is one, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rds_secure.access.delta.model import Danger, Effect, Protecting
from rds_secure.access.protection import Key, Protected, Protection, Unknown

UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing about a database. ``rank``: how much it protects, more is better; None if that cannot be said.

    ``danger``: how bad it is to have less of it.
    """

    name: str
    of: Callable[[Protected], Any]
    danger: Danger = Danger.CHANGE
    rank: Callable[[Any], int] | None = None


ASPECTS = (
    Aspect("encrypted storage", lambda one: one.encrypted, Danger.GAIN, int),
    Aspect("key of the storage", lambda one: one.key),
    Aspect("TLS required", lambda one: one.tls.required, Danger.GAIN, int),
    Aspect("TLS in effect", lambda one: one.tls.in_effect, Danger.GAIN, int),
    Aspect("publicly accessible", lambda one: one.public, Danger.GAIN, lambda value: int(not value)),
    Aspect("deletion protection", lambda one: one.deletion_protection, Danger.DATA, int),
    Aspect("days of backups", lambda one: one.backup_days, Danger.DATA, int),
    Aspect("certificate authority", lambda one: one.certificate and one.certificate.authority),
    Aspect("IAM authentication", lambda one: one.iam_auth),
    Aspect("managed master password", lambda one: one.secret is not None, Danger.GAIN, int),
    Aspect("key of the master password", lambda one: one.secret and one.secret.key),
    Aspect("key of the insights", lambda one: one.insights and one.insights.key),
    Aspect("activity stream", lambda one: one.stream is not None, Danger.GAIN, int),
    Aspect("transparent encryption", lambda one: one.tde),
)
"""What is compared of each instance and cluster."""


def protecting(was: Protection, now: Protection) -> tuple[Protecting, ...]:
    """What changes; databases with the same change together. Of what is new or gone nothing is told."""
    groups: dict[tuple[str, str, str, Effect, Danger], list[str]] = {}
    for name, aspect, old, new in (*_databases(was, now), *_keys(was, now), *_proxies(was, now)):
        effect, danger = _judged(aspect, old, new)
        groups.setdefault((aspect.name, said(old), said(new), effect, danger), []).append(name)
    found = [
        Protecting(effect, tuple(sorted(names)), aspect, old, new, danger)
        for (aspect, old, new, effect, danger), names in groups.items()
    ]
    found += _sharing(was, now)
    return tuple(sorted(found, key=lambda one: (one.danger, one.databases, one.aspect)))


def facts(database: Protected) -> tuple[tuple[str, str], ...]:
    """How a database is protected, as far as it is known, by aspect; what there is not is left out."""
    found = ((aspect.name, aspect.of(database)) for aspect in ASPECTS)
    return tuple((name, said(value)) for name, value in found if value is not None and not _is_unknown(value))


_Changed = Iterator[tuple[str, Aspect, Any, Any]]


def _databases(was: Protection, now: Protection) -> _Changed:
    before = {one.id: one for one in was.databases}
    for after in now.databases:
        if old := before.get(after.id):
            for aspect in ASPECTS:
                values = aspect.of(old), aspect.of(after)
                if _differ(*values):
                    yield (after.id, aspect, *values)


def _keys(was: Protection, now: Protection) -> _Changed:
    """Of the keys of storages: whether they can be used, and are rotated."""
    before, after = ({key.arn: key for key in one.keys} for one in (was, now))
    for database in now.databases:
        arn = database.key
        old, new = (side.get(arn) if isinstance(arn, str) else None for side in (before, after))
        if old and new:
            yield from _key(database.id, old, new)


def _key(database: str, old: Key, new: Key) -> _Changed:
    if _differ(old.state, new.state):
        yield database, _STATE, old.state, new.state
    if _differ(old.rotation, new.rotation):
        yield database, _ROTATION, old.rotation, new.rotation


_STATE = Aspect("state of the key", lambda one: None, Danger.DATA, lambda state: int(state == "Enabled"))
_ROTATION = Aspect("rotation of the key", lambda one: None, Danger.GAIN, int)
_REQUIRED = Aspect("TLS required", lambda one: None, Danger.GAIN, int)


def _proxies(was: Protection, now: Protection) -> _Changed:
    before = {one.id: one for one in was.proxies}
    for after in now.proxies:
        old = before.get(after.id)
        if old and _differ(old.require_tls, after.require_tls):
            yield after.id, _REQUIRED, old.require_tls, after.require_tls


def _sharing(was: Protection, now: Protection) -> Iterator[Protecting]:
    """Who may restore the snapshots of a database; of one that is gone nothing is told."""
    before = {one.id: one for one in was.snapshots}
    for after in now.snapshots:
        old = before.get(after.id)
        names: Mapping[str, Any] = {"shared_with": (), "public": False}
        for name, aspect in (("public", "public"), ("shared_with", "shared with")):
            had, has = (getattr(old, name) if old else names[name]), getattr(after, name)
            if _differ(had, has) and not (old is None and _is_unknown(has)):
                effect, danger = _shared(had, has, is_public=name == "public")
                yield Protecting(effect, (after.of,), f"{after.id} {aspect}", said(had), said(has), danger)


def _shared(had: Any, has: Any, *, is_public: bool) -> tuple[Effect, Danger]:
    if _is_unknown(had) or _is_unknown(has):
        return Effect.CHANGES, Danger.CHANGE
    more = bool(has) if is_public else bool(set(has) - set(had))
    if more:
        return Effect.LOSES, Danger.INTERNET if is_public else Danger.GAIN
    return Effect.GAINS, Danger.LOSS


def _judged(aspect: Aspect, old: Any, new: Any) -> tuple[Effect, Danger]:
    """Whether a change protects more or less, and how bad that is."""
    if aspect.rank is None or any(value is None or _is_unknown(value) for value in (old, new)):
        return Effect.CHANGES, Danger.CHANGE
    if aspect.rank(new) < aspect.rank(old):
        return Effect.LOSES, aspect.danger
    return (Effect.GAINS, Danger.LOSS) if aspect.rank(new) > aspect.rank(old) else (Effect.CHANGES, Danger.CHANGE)


def _differ(old: Any, new: Any) -> bool:
    return bool(old != new) and not (_is_unknown(old) and _is_unknown(new))


def _is_unknown(value: Any) -> bool:
    return isinstance(value, Unknown)


def said(value: Any) -> str:
    """A value in words."""
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.split(":", 5)[-1] if value.startswith("arn:") else value
    if isinstance(value, Iterable):
        return ", ".join(map(str, value)) or "nobody"
    return "none" if value is None else str(value)
