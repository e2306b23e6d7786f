"""The databases that are asked about, as the ARNs that IAM is asked for. It neither reads nor decides anything.

ARN forms: service authorization reference of RDS, and "IAM database authentication" for ``dbuser``. Snapshots, backups
and database users have names that nobody knows beforehand: they end in `match.ANY`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rds_secure.access.iam.context import Context, context, tag_context
from rds_secure.access.iam.match import ANY
from rds_secure.access.iam.policy import Policy, compile_policy
from rds_secure.access.iam.verbs import Part

GENERAL = "*"
"""The name of a database that stands for any, whatever it will be called."""

DELEGATES = "the policy of the key lets the account decide"
"""What nobody knows of the key of such a database, in the form of a condition key."""


@dataclass(frozen=True)
class Database:
    """An instance or a cluster: a name that is unique among those asked about, the ARNs of its parts, its tags."""

    name: str
    parts: Mapping[Part, str]
    tags: Mapping[str, str] = field(default_factory=dict)


_TAGS: Mapping[Part, tuple[str, ...]] = {
    "db": ("aws:ResourceTag/", "rds:db-tag/"),
    "cluster": ("aws:ResourceTag/", "rds:cluster-tag/"),
    "key": ("aws:ResourceTag/",),
    "secret": ("aws:ResourceTag/", "secretsmanager:ResourceTag/"),
}
"""Part → how the condition keys for its tags begin (service authorization reference of RDS, KMS, Secrets Manager)."""
_OTHER = ("rds:db-tag/", "rds:cluster-tag/")
"""Of what is of the other kind a request has none."""

_ALIASES = "kms:ResourceAliases"


@dataclass(frozen=True)
class Estate:
    """All that is asked about. ``governing`` are the policies of keys (with their grants) and secrets, by ARN.

    A key that is not in it has a policy that was not read (every key has one); a secret that is not in it has none.
    ``tags`` are those of keys and secrets, ``aliases`` those of keys, by ARN: of what is not in them nobody knows any.
    """

    account: str
    region: str
    databases: tuple[Database, ...] = ()
    governing: Mapping[str, tuple[Policy, ...]] = field(default_factory=dict)
    partition: str = "aws"
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def all(self) -> tuple[Database, ...]:
        """`GENERAL`, and then the databases."""
        return (general(self.account, self.region, self.partition), *self.databases)

    @cached_property
    def _clusters(self) -> Mapping[str, Mapping[str, str]]:
        """The tags of the clusters, by ARN: an instance of one has others."""
        return {
            one.parts["cluster"]: one.tags
            for one in self.databases
            if {"cluster", "db"} & set(one.parts) == {"cluster"}
        }

    def part_context(self, database: Database, part: Part) -> Context:
        """The condition keys that follow from a part of a database that is there: its place, its tags, its aliases."""
        arn = database.parts[part]
        known = arn_context(arn)
        tags = {"db": {arn: database.tags}, "cluster": self._clusters}.get(part, self.tags).get(arn)
        if part in _TAGS and tags is not None:
            known = known.also(context(closed=_OTHER)).also(tag_context(_TAGS[part], tags))
        if part == "key" and (aliases := self.aliases.get(arn)) is not None:
            known = known.also(context({_ALIASES: aliases}))
        return known


def instance(
    name: str,
    arn: str,
    resource_id: str,
    *,
    others: Mapping[Part, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Database:
    """A DB instance; ``others`` are its parameter, option and subnet group, its cluster, key and secret, by kind."""
    return Database(name, {"db": arn, **_unnamed(arn, resource_id), **(others or {})}, tags or {})


def cluster(
    name: str,
    arn: str,
    resource_id: str,
    *,
    others: Mapping[Part, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Database:
    """A DB cluster; ``others`` as for `instance`, with ``cluster-pg``."""
    parts = _unnamed(arn, resource_id)
    parts["cluster-snapshot"] = parts.pop("snapshot").replace(":snapshot:", ":cluster-snapshot:")
    return Database(name, {"cluster": arn, **parts, **(others or {})}, tags or {})


def _unnamed(arn: str, resource_id: str) -> dict[Part, str]:
    _, partition, _, region, account, *_ = arn.split(":")
    rds = f"arn:{partition}:rds:{region}:{account}"
    return {
        "snapshot": f"{rds}:snapshot:{ANY}",
        "auto-backup": f"{rds}:auto-backup:{ANY}",
        "dbuser": f"arn:{partition}:rds-db:{region}:{account}:dbuser:{resource_id}/{ANY}",
    }


def general(account: str, region: str, partition: str = "aws") -> Database:
    """Any database of a Region: every name is open."""
    rds = f"arn:{partition}:rds:{region}:{account}"
    named: tuple[Part, ...] = ("db", "cluster", "pg", "cluster-pg", "og", "subgrp")
    backups: tuple[Part, ...] = ("snapshot", "cluster-snapshot", "auto-backup")
    parts: dict[Part, str] = {part: f"{rds}:{part}:{ANY}" for part in (*named, *backups)}
    parts["dbuser"] = f"arn:{partition}:rds-db:{region}:{account}:dbuser:{ANY}"
    parts["secret"] = f"arn:{partition}:secretsmanager:{region}:{account}:secret:{ANY}"
    parts["key"] = f"arn:{partition}:kms:{region}:{account}:key/{ANY}"
    return Database(GENERAL, parts)


def delegating(estate: Estate) -> Policy:
    """The policy of any key: it lets the account decide, as the usual one does, or nobody in view has anything."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": estate.account},
        "Action": "kms:*",
        "Condition": {"Bool": {DELEGATES: "true"}},
    }
    return compile_policy("the policy of any key", {"Statement": statement})


def arn_context(arn: str) -> Context:
    """The condition keys that follow from the ARN of a resource: in which Region and account it is."""
    _, _, _, region, account, *_ = arn.split(":")
    known = {"aws:RequestedRegion": region, "aws:ResourceAccount": account}
    return context({key: value for key, value in known.items() if value})
