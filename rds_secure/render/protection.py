"""How databases, proxies and keys are protected, in words: a row for each thing, and whether it is weak. No lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from rds_secure.access.key_users import User
from rds_secure.access.naming import label
from rds_secure.access.protection import (
    Key,
    LogGroup,
    Protected,
    Protection,
    Proxy,
    Snapshot,
    Tls,
    Unknown,
)
from rds_secure.inventory import Inventory

SOON = 90
"""Days to a certificate's end from which on it is said to be near (Checkov CKV_AWS_211 asks for as many)."""


class Mood(IntEnum):
    """How a row is to be taken."""

    WEAK = 0
    UNKNOWN = 1
    PLAIN = 2
    GOOD = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One thing about a database."""

    label: str
    text: str
    mood: Mood


@dataclass(frozen=True, slots=True)
class Told:
    """What is told: protection, who uses the keys, and the moment from which days are counted.

    ``of``: which state of the account, in words; "" for the account as it is.
    """

    inventory: Inventory
    found: Protection
    users: Mapping[str, tuple[User, ...]] | Unknown
    now: datetime
    of: str = ""


def rows(told: Told, one: Protected) -> tuple[Row, ...]:
    """Everything about an instance or cluster."""
    return (
        _storage(told, one),
        *_tde(one),
        _tls(one.tls),
        *_certificate(one, told.now),
        *_secret(one),
        *_collected(one),
        _logs(one.logs),
        *_snapshots(told.found, one),
        _recovery(one),
        _exposure(one),
    )


def proxy_rows(one: Proxy) -> tuple[Row, ...]:
    """Everything about a proxy."""
    required = one.require_tls
    if isinstance(required, Unknown):
        row = Row("in transit", _unknown(required), Mood.UNKNOWN)
    else:
        text = "TLS required" if required else "connections without TLS are taken"
        row = Row("in transit", text, Mood.GOOD if required else Mood.WEAK)
    return row, Row("passwords", ", ".join(map(_short, one.secrets)) or "no secret", Mood.PLAIN)


def key_rows(told: Told, one: Key) -> tuple[Row, ...]:
    """Everything about a key."""
    return (_state(one), *_rotation(one), *_users(told, one))


def weakness(found: Sequence[Row]) -> tuple[int, int]:
    """For sorting: most weak rows first, then most unknown."""
    return -sum(row.mood is Mood.WEAK for row in found), -sum(row.mood is Mood.UNKNOWN for row in found)


def counted(found: Protection) -> str:
    """The answer in a line."""
    every = found.databases
    more = " Not all could be listed: there may be more." if found.unread else ""
    if not every:
        return f"No database.{more}"
    encrypted = sum(one.encrypted is True for one in every)
    forced = sum(one.tls.in_effect is True for one in every)
    shared = sum(one.public is True for one in found.snapshots)
    many = f"{len(every)} database{'' if len(every) == 1 else 's'}"
    tail = f"; {shared} snapshot{'' if shared == 1 else 's'} public" if shared else ""
    return f"{many}: {encrypted} encrypted, {forced} with TLS forced and in effect{tail}.{more}"


def _unknown(value: Unknown) -> str:
    return f"not known: {value.why}"


def _storage(told: Told, one: Protected) -> Row:
    if isinstance(one.encrypted, Unknown):
        return Row("storage", _unknown(one.encrypted), Mood.UNKNOWN)
    if not one.encrypted:
        return Row("storage", "not encrypted", Mood.WEAK)
    if not isinstance(one.key, str):
        return Row("storage", "encrypted, its key is not told", Mood.UNKNOWN)
    key = told.found.key(one.key)
    if key is None or isinstance(key.state, Unknown):
        return Row("storage", f"encrypted, key {short_key(one.key)} was not read", Mood.UNKNOWN)
    mood = Mood.GOOD if key.usable is True else Mood.WEAK
    return Row("storage", f"encrypted, {whose(key)} {short_key(one.key)} ({key.state})", mood)


def whose(key: Key) -> str:
    """Whose key it is."""
    return {"customer": "customer managed key", "aws": "AWS managed key"}.get(str(key.manager), "key")


def short_key(arn: str) -> str:
    """A key by its id; one of another account or Region with its whole ARN is still told apart below "Keys"."""
    return arn.rpartition("/")[2] or arn


def _short(arn: str) -> str:
    return arn.rpartition(":")[2] or arn


def _tde(one: Protected) -> Iterator[Row]:
    if isinstance(one.tde, Unknown):
        yield Row("TDE", _unknown(one.tde), Mood.UNKNOWN)
    elif one.tde is not None:
        text = "available; what it encrypts inside the database AWS does not tell" if one.tde else "not available"
        yield Row("TDE", text, Mood.PLAIN)


def _tls(one: Tls) -> Row:
    by = f" ({one.by})" if one.by else ""
    if one.in_effect is True:
        return Row("in transit", f"TLS forced and in effect{by}", Mood.GOOD)
    if isinstance(one.required, Unknown):
        return Row("in transit", f"{_unknown(one.required)}{by}", Mood.UNKNOWN)
    if not one.required:
        return Row("in transit", f"connections without TLS are taken{by}", Mood.WEAK)
    if isinstance(one.in_effect, Unknown):
        return Row("in transit", f"TLS forced{by}; whether it is in effect is {_unknown(one.in_effect)}", Mood.UNKNOWN)
    return Row("in transit", f"TLS forced{by}, but not in effect: {one.status}", Mood.WEAK)


def _certificate(one: Protected, now: datetime) -> Iterator[Row]:
    if one.certificate is None:
        return
    authority, left = one.certificate.authority, one.certificate.days_left(now)
    name = "not known" if isinstance(authority, Unknown) else authority
    if isinstance(left, Unknown):
        yield Row("certificate", f"{name}; until when is {_unknown(left)}", Mood.UNKNOWN)
    elif left < 0:
        yield Row("certificate", f"{name}, expired {-left} days ago", Mood.WEAK)
    else:
        yield Row("certificate", f"{name}, {left} days left", Mood.GOOD if left > SOON else Mood.WEAK)


def _secret(one: Protected) -> Iterator[Row]:
    if one.secret is None:
        if not one.cluster:
            yield Row("password", "not managed by AWS", Mood.PLAIN)
        return
    key = one.secret.key
    by = f"key {short_key(key)}" if isinstance(key, str) else "the account's aws/secretsmanager key"
    if isinstance(key, Unknown):
        by = "a key that is not known"
    rotation = one.secret.rotation
    if isinstance(rotation, Unknown):
        yield Row("password", f"in Secrets Manager under {by}; rotation is {_unknown(rotation)}", Mood.UNKNOWN)
    else:
        text = "rotated" if rotation else "not rotated"
        yield Row("password", f"in Secrets Manager under {by}, {text}", Mood.GOOD if rotation else Mood.PLAIN)


def _collected(one: Protected) -> Iterator[Row]:
    for what, part in (("insights", one.insights), ("activity", one.stream)):
        if part:
            key = part.key
            text = _unknown(key) if isinstance(key, Unknown) else f"under key {short_key(key)}"
            yield Row(what, text, Mood.UNKNOWN if isinstance(key, Unknown) else Mood.GOOD)


def _logs(found: tuple[LogGroup, ...] | Unknown) -> Row:
    if isinstance(found, Unknown):
        return Row("logs", _unknown(found), Mood.UNKNOWN)
    if not found:
        return Row("logs", "no log group", Mood.PLAIN)
    kept = (
        f"{one.name.rpartition('/')[2]} ({f'{one.days} days' if one.days else 'for ever'}"
        f"{f', key {short_key(one.key)}' if one.key else ''})"
        for one in found
    )
    return Row("logs", ", ".join(kept), Mood.PLAIN)


_LISTINGS = {"db": "DescribeDBSnapshots", "cluster": "DescribeDBClusterSnapshots"}
"""How the ids of databases begin → what lists their snapshots."""


def _snapshots(every: Protection, database: Protected) -> Iterator[Row]:
    """One row for all that are as they should be, and one for each that is not."""
    found, listing = every.snapshots_of(database.id), _LISTINGS[database.id.partition(":")[0]]
    for what, why in every.unread:
        if what == "snapshots" and f":{listing}:" in why.why:
            yield Row("snapshots", _unknown(why), Mood.UNKNOWN)
    if not found:
        return
    bad = [one for one in found if one.encrypted is not True or one.public is not False or one.shared_with != ()]
    fine = len(found) - len(bad)
    if fine:
        yield Row("snapshots", f"{fine} encrypted, not shared", Mood.GOOD)
    for one in bad:
        yield Row("snapshot", f"{one.id.partition(':')[2]}: {', '.join(_snapshot(one))}", _taken(one))


def _snapshot(one: Snapshot) -> Iterator[str]:
    if one.public is True:
        yield "public: anybody may restore it"
    if one.encrypted is False:
        yield "not encrypted"
    elif isinstance(one.encrypted, Unknown):
        yield f"whether it is encrypted is {_unknown(one.encrypted)}"
    if isinstance(one.shared_with, Unknown):
        yield f"whom it is shared with is {_unknown(one.shared_with)}"
    elif one.shared_with:
        yield f"shared with {', '.join(one.shared_with)}"


def _taken(one: Snapshot) -> Mood:
    if one.public is True or one.encrypted is False:
        return Mood.WEAK
    return Mood.UNKNOWN if isinstance(one.shared_with, Unknown) or one.encrypted is not True else Mood.PLAIN


def _recovery(one: Protected) -> Row:
    days, kept = one.backup_days, one.deletion_protection
    backups = "backups not known" if isinstance(days, Unknown) else f"backups of {days} days" if days else "no backups"
    held = "deletion protection not known"
    if isinstance(kept, bool):
        held = "protected from deletion" if kept else "not protected from deletion"
    if one.cluster:
        return Row("recovery", f"{backups}; as its cluster, {one.cluster}", Mood.PLAIN)
    if isinstance(days, Unknown) or isinstance(kept, Unknown):
        return Row("recovery", f"{backups}, {held}", Mood.UNKNOWN)
    return Row("recovery", f"{backups}, {held}", Mood.GOOD if days and kept else Mood.WEAK)


def _exposure(one: Protected) -> Row:
    if isinstance(one.public, Unknown):
        return Row("public", _unknown(one.public), Mood.UNKNOWN)
    return Row("public", "publicly accessible" if one.public else "no", Mood.WEAK if one.public else Mood.GOOD)


def _state(one: Key) -> Row:
    if isinstance(one.state, Unknown):
        return Row("state", _unknown(one.state), Mood.UNKNOWN)
    regions = ", in several Regions" if one.multi_region is True else ""
    return Row("state", f"{one.state}, {whose(one)}{regions}", Mood.GOOD if one.usable is True else Mood.WEAK)


def _rotation(one: Key) -> Iterator[Row]:
    if isinstance(one.rotation, Unknown):
        if not isinstance(one.state, Unknown):
            yield Row("rotation", _unknown(one.rotation), Mood.UNKNOWN)
    elif one.rotation is None:
        yield Row("rotation", "AWS cannot rotate it", Mood.PLAIN)
    else:
        yield Row("rotation", "on" if one.rotation else "off", Mood.GOOD if one.rotation else Mood.WEAK)


def _users(told: Told, one: Key) -> Iterator[Row]:
    found, account = told.users, told.inventory.place.account
    if isinstance(found, Unknown):
        yield Row("used by", _unknown(found), Mood.UNKNOWN)
    elif one.arn in found:
        yield Row("used by", ", ".join(user_words(user, account) for user in found[one.arn]) or "nobody", Mood.PLAIN)


def user_words(one: User, account: str) -> str:
    """A principal in words: ``role app-ci``, and that it depends."""
    name = label(one.principal, account)
    return name if one.sure else f"{name} (on conditions)"
