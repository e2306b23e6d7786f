"""Who may use the keys of databases: what the question of IAM and that of protection say together. It reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rds_secure.access.iam.callers import Caller
from rds_secure.access.posture import Posture
from rds_secure.access.protection import Unknown


@dataclass(frozen=True, slots=True)
class User:
    """A principal that may decrypt with a key. ``sure``: under no condition that is left open, on the way either."""

    principal: Caller
    sure: bool


def key_users(posture: Posture) -> Mapping[str, tuple[User, ...]] | Unknown:
    """The ARN of a database's storage key → who may use it, by name; services that RDS itself is are among them."""
    if posture.who is None:
        return Unknown("users, groups, roles and policies were not read")
    keys = {one.id: one.key for one in posture.protection.databases if isinstance(one.key, str)}
    found: dict[str, dict[str, User]] = {arn: {} for arn in keys.values()}
    for answer in posture.allowed:
        if answer.verb != "use key":
            continue
        for arn in {keys[name] for name in answer.databases if name in keys}:
            known = found[arn].get(answer.principal.arn)
            if known is None or not known.sure:
                found[arn][answer.principal.arn] = User(answer.principal, answer.sure)
    return {arn: tuple(users[name] for name in sorted(users)) for arn, users in found.items()}
