"""What events are judged against: what belongs to databases, who may do what, which accounts are known. No I/O.

Unknown is None, never empty: where a listing was not read, what it would have told stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from rds_secure.access.iam.identities import Identities
from rds_secure.access.iam.verbs import VERBS, Verb
from rds_secure.access.naming import short
from rds_secure.access.posture import Posture
from rds_secure.inventory import Inventory, Topic
from rds_secure.inventory.subjects import databases_of, keys_of, secrets_of
from rds_secure.resources.snapshot_sharing.spec import SnapshotSharingSpec
from rds_secure.spec import Environment, Stack

TOPICS = (Topic.DATABASES, Topic.NETWORK, Topic.IDENTITIES, Topic.ORGANIZATION, Topic.KEYS)
"""What has to be read."""

WRITING: tuple[Verb, ...] = ("create", "modify", "delete")
"""The verbs that change something in RDS."""

Names = frozenset[str] | None
"""Ids or names; None where they are not known."""

_OWNER = re.compile(r":iam::\d{12}:")
_ACTIONS = frozenset(act.action for acts in VERBS.values() for act in acts)


@dataclass(frozen=True, slots=True)
class Context:
    """``account`` and ``region`` are "" where nothing is known; ids are without the rest of their ARN.

    ``allowed``: action → who may, as `identity_key`; None where it is not known. ``writers``: who may change anything
    in RDS. ``holders``: users, roles, groups (``role/app``) and ARNs of policies by which somebody is a writer.
    ``trusted``: patterns of further principals who may do all of it: ARNs, or words such as ``role deploy-*``.
    """

    account: str = ""
    region: str = ""
    groups: Names = None
    group_names: Names = None
    keys: Names = None
    secrets: Names = None
    tables: Names = None
    acls: Names = None
    accounts: frozenset[str] = frozenset()
    allowed: Mapping[str, frozenset[str]] | None = None
    writers: Names = None
    holders: Names = None
    trusted: tuple[str, ...] = ()
    stand_in: str = ""
    """The account in the ARNs of a spec that names none: names then count in any account."""

    def may(self, action: str, principal: str) -> bool | None:
        """Whether a principal is listed for an action (``rds:DeleteDBInstance``); None where it is not known.

        An action that no verb is about is for whoever may change anything.
        """
        words = (principal, identity_key(principal), short(principal))
        if any(fnmatchcase(word, pattern) for pattern in self.trusted for word in words):
            return True
        if self.allowed is None or self.writers is None:
            return None
        listed = self.allowed.get(action, frozenset()) if action in _ACTIONS else self.writers
        key = identity_key(principal)
        if self.stand_in:
            key = _OWNER.sub(f":iam::{self.stand_in}:", key)
        return key in listed or "*" in listed

    def is_known(self, account: str) -> bool:
        """Whether an account is this one, or one that was said to be known."""
        return account == self.account or account in self.accounts


def accounts_in(stack: Stack) -> frozenset[str]:
    """The accounts that a spec shares snapshots with."""
    return frozenset(
        account
        for spec in stack.resources.values()
        if isinstance(spec, SnapshotSharingSpec)
        for account in spec.accounts
    )


def identity_key(arn: str) -> str:
    """An ARN of IAM without its path: names are unique without it, and ARNs of sessions lack it."""
    head, _, path = arn.partition("/")
    return f"{head}/{path.rpartition('/')[2]}" if ":iam::" in head and path else arn


def context_of(posture: Posture, *, accounts: Iterable[str] = (), trusted: Iterable[str] = ()) -> Context:
    """What an inventory tells; of a partial one (of a spec alone) who may, and nothing about ids."""
    found = posture.inventory
    place = found.place
    known = _Known(found)
    stand_in = place.account if found.partial and place.account == Environment().account_id else ""
    allowed = _allowed(posture)
    writers = None if allowed is None else _writers(posture)
    return Context(
        "" if stand_in else place.account,
        place.region,
        groups=known.groups(),
        group_names=known.group_names(),
        keys=known.keys(),
        secrets=known.secrets(),
        tables=known.linked("DescribeRouteTables", "RouteTables", "RouteTableId"),
        acls=known.linked("DescribeNetworkAcls", "NetworkAcls", "NetworkAclId"),
        accounts=frozenset(accounts),
        allowed=allowed,
        writers=writers,
        holders=_holders(posture.who.identities, writers) if posture.who and writers is not None else None,
        trusted=tuple(trusted),
        stand_in=stand_in,
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What belongs to the databases of an inventory."""

    inventory: Inventory

    def _told(self, *questions: tuple[str, str]) -> bool:
        is_whole = not self.inventory.partial
        return is_whole and all(self.inventory.reply(service, action) is not None for service, action in questions)

    @property
    def _databases(self) -> bool:
        return self._told(("rds", "DescribeDBInstances"), ("rds", "DescribeDBClusters"))

    def groups(self) -> Names:
        """Security groups of databases and proxies."""
        if not self._databases:
            return None
        proxies = self.inventory.items("rds", "DescribeDBProxies", "DBProxies")
        of_databases = (
            group.get("VpcSecurityGroupId", "")
            for database in databases_of(self.inventory)
            for group in database.get("VpcSecurityGroups", ())
        )
        return frozenset(
            (*of_databases, *(group for proxy in proxies for group in proxy.get("VpcSecurityGroupIds", ())))
        )

    def group_names(self) -> Names:
        """Names of these groups: EC2 takes them in the default VPC."""
        groups = self.groups()
        if groups is None or not self._told(("ec2", "DescribeSecurityGroups")):
            return None
        listed = self.inventory.items("ec2", "DescribeSecurityGroups", "SecurityGroups")
        return frozenset(item["GroupName"] for item in listed if item["GroupId"] in groups and item.get("GroupName"))

    def keys(self) -> Names:
        """Ids of keys."""
        if not self._databases:
            return None
        return frozenset(last(arn) for database in databases_of(self.inventory) for arn in keys_of(database))

    def secrets(self) -> Names:
        """Names of secrets of master users and proxies, with the six letters at their end."""
        return frozenset(map(last, secrets_of(self.inventory))) if self._databases else None

    def linked(self, action: str, key: str, id_key: str) -> Names:
        """Route tables, or network ACLs, of the subnets that databases may be in, those of a whole VPC among them."""
        if not self._databases or not self._told(("rds", "DescribeDBSubnetGroups"), ("ec2", action)):
            return None
        used = {group for database in databases_of(self.inventory) for group in _subnet_group(database)}
        groups = self.inventory.items("rds", "DescribeDBSubnetGroups", "DBSubnetGroups")
        mine = [group for group in groups if group.get("DBSubnetGroupName") in used]
        subnets = {subnet.get("SubnetIdentifier") for group in mine for subnet in group.get("Subnets", ())}
        vpcs = {group.get("VpcId") for group in mine}
        items = self.inventory.items("ec2", action, key)
        explicit = {part.get("SubnetId") for item in items for part in item.get("Associations", ())}
        bare = bool(subnets - explicit)
        return frozenset(
            item[id_key]
            for item in items
            if any(
                part.get("SubnetId") in subnets or (bare and part.get("Main") and item.get("VpcId") in vpcs)
                for part in item.get("Associations", ())
            )
        )


def _subnet_group(database: Mapping[str, object]) -> Iterator[str]:
    """Its name: an instance has it inside of the group, a cluster by itself."""
    found = database.get("DBSubnetGroup")
    if isinstance(found, Mapping):
        yield str(found.get("DBSubnetGroupName", ""))
    elif found:
        yield str(found)


def last(arn: str) -> str:
    """What stands behind the last ``/`` or ``:``: the id of a key, the name of a secret."""
    return arn.rpartition(":")[2].rpartition("/")[2] if ":key/" in arn else arn.rpartition(":")[2]


def _allowed(posture: Posture) -> Mapping[str, frozenset[str]] | None:
    if posture.who is None:
        return None
    found: dict[str, set[str]] = {}
    for answer in posture.allowed:
        for action, _ in answer.acts:
            found.setdefault(action, set()).add(identity_key(answer.principal.arn))
    return {action: frozenset(who) for action, who in found.items()}


def _writers(posture: Posture) -> frozenset[str]:
    return frozenset(identity_key(answer.principal.arn) for answer in posture.allowed if answer.verb in WRITING)


def _holders(identities: Identities, writers: frozenset[str]) -> frozenset[str]:
    """By what writers are writers: themselves, their groups, their managed policies."""
    return frozenset(_parts(identities, writers))


def _parts(identities: Identities, writers: frozenset[str]) -> Iterator[str]:
    for user in identities.users:
        if identity_key(user.arn) in writers:
            yield f"user/{user.name}"
            yield from user.attached
            for name in user.groups:
                yield f"group/{name}"
                group = identities.groups_by_name.get(name)
                yield from group.attached if group else ()
    for role in identities.roles:
        if identity_key(role.arn) in writers:
            yield f"role/{role.name}"
            yield from role.attached
