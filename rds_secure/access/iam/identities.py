"""The identities of one account: users, groups, roles and their policies, from `GetAccountAuthorizationDetails`.

Nothing is evaluated here. A policy that is attached and was not read stays in, as unread: unknown is not absent.
AWS lists things in any order; here they are in that of their names, so that of equally short ways always the same is
told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from rds_secure import documents, tagging
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.context import Context, tag_context
from rds_secure.access.iam.evaluate import Policies
from rds_secure.access.iam.policy import Policy, compile_policy, unreadable

_TAG_SESSION = "sts:TagSession"
_TAGS = ("aws:ResourceTag/", "iam:ResourceTag/")
"""How the condition keys begin for the tags of what is asked for (service authorization reference of IAM and STS)."""


@dataclass(frozen=True)
class Group:
    """A group; its policies are those of its members."""

    name: str
    arn: str
    inline: tuple[Policy, ...] = ()
    attached: tuple[str, ...] = ()


@dataclass(frozen=True)
class User:
    """A user; ``attached`` and ``boundary`` are ARNs, ``groups`` names."""

    name: str
    arn: str
    unique_id: str = ""
    inline: tuple[Policy, ...] = ()
    attached: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    boundary: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Role:
    """A role; ``profiles`` are names of the instance profiles that hand it to EC2 instances."""

    name: str
    arn: str
    trust: Policy
    unique_id: str = ""
    inline: tuple[Policy, ...] = ()
    attached: tuple[str, ...] = ()
    boundary: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Identities:
    """An account as IAM has it. ``policies`` are the managed ones, by ARN, in their default version.

    ``levels`` are the policies of the organization (see `evaluate.Policies`), () where there is none, or none that
    limits this account.
    """

    account: str
    partition: str = "aws"
    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()
    roles: tuple[Role, ...] = ()
    policies: Mapping[str, Policy] = field(default_factory=dict)
    levels: tuple[tuple[Policy, ...], ...] = ()

    @cached_property
    def groups_by_name(self) -> Mapping[str, Group]:
        return {group.name: group for group in self.groups}

    @property
    def root(self) -> Caller:
        """The account's root user."""
        return Caller("root", f"arn:{self.partition}:iam::{self.account}:root", self.account)

    def managed(self, arn: str) -> Policy:
        """A managed policy; an unread one if the account's details lack it."""
        return self.policies.get(arn) or unreadable(arn)

    def caller(self, identity: User | Role) -> Caller:
        """A user or role as one who asks."""
        if isinstance(identity, User):
            return Caller("user", identity.arn, self.account, identity.unique_id, tags=identity.tags)
        retagged = identity.trust.statements is None or any(
            statement.allow and statement.covers(_TAG_SESSION) for statement in identity.trust.statements
        )
        return Caller("role", identity.arn, self.account, identity.unique_id, tags=identity.tags, retagged=retagged)

    @cached_property
    def tags(self) -> Mapping[str, Context]:
        """ARN → the condition keys that follow from the tags of users and roles; groups have none (IAM-6).

        Those of policies are in no reply, and stay open.
        """
        found = {user.arn: tag_context(_TAGS, user.tags) for user in self.users}
        found |= {role.arn: tag_context(_TAGS, role.tags) for role in self.roles}
        return found | {group.arn: tag_context(_TAGS, {}) for group in self.groups}

    def policies_of_root(self) -> Policies:
        """What bears on the requests of the root user: the organization's policies."""
        return Policies(levels=self.levels)

    def policies_of(self, identity: User | Role) -> Policies:
        """What bears on every request of a user (its groups' policies among it) or a role."""
        own = [*identity.inline, *map(self.managed, identity.attached)]
        for name in identity.groups if isinstance(identity, User) else ():
            if (group := self.groups_by_name.get(name)) is not None:
                own += [*group.inline, *map(self.managed, group.attached)]
            else:
                own.append(unreadable(f"the group {name}"))
        boundary = self.managed(identity.boundary) if identity.boundary else None
        return Policies(tuple(dict.fromkeys(own)), boundary, levels=self.levels)


def read_policy(name: str, document: str | Mapping[str, Any]) -> Policy:
    """A policy as AWS gives it: JSON text, URL-encoded or not, or decoded. What makes no sense counts as unread.

    Equal documents of one name are the same policy, so that two readings of an account share what did not change.
    """
    return _read(name, document if isinstance(document, str) else json.dumps(document, default=dict))


@lru_cache(maxsize=1 << 14)
def _read(name: str, text: str) -> Policy:
    try:
        return compile_policy(name, documents.parse(text))
    except ValueError:
        return unreadable(name)


def identities(
    details: Mapping[str, Any], account: str, *, partition: str = "aws", levels: tuple[tuple[Policy, ...], ...] = ()
) -> Identities:
    """The account from the (joined) pages of `GetAccountAuthorizationDetails`.

    Keys are those of its reply: ``UserDetailList``, ``GroupDetailList``, ``RoleDetailList``, ``Policies``.
    """
    return Identities(
        account,
        partition,
        tuple(_user(item) for item in _by("Arn", details.get("UserDetailList", ()))),
        tuple(_group(item) for item in _by("Arn", details.get("GroupDetailList", ()))),
        tuple(_role(item) for item in _by("Arn", details.get("RoleDetailList", ()))),
        {item["Arn"]: _managed(item) for item in _by("Arn", details.get("Policies", ()))},
        levels,
    )


def _by(key: str, items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(items, key=lambda item: str(item[key]))


def _user(item: Mapping[str, Any]) -> User:
    return User(
        item["UserName"],
        item["Arn"],
        item.get("UserId", ""),
        _inline(item.get("UserPolicyList", ()), f"user {item['UserName']}"),
        _attached(item),
        tuple(sorted(item.get("GroupList", ()))),
        _boundary(item),
        _tags(item),
    )


def _group(item: Mapping[str, Any]) -> Group:
    name = item["GroupName"]
    return Group(name, item["Arn"], _inline(item.get("GroupPolicyList", ()), f"group {name}"), _attached(item))


def _role(item: Mapping[str, Any]) -> Role:
    name = item["RoleName"]
    return Role(
        name,
        item["Arn"],
        read_policy(f"the trust policy of {name}", item["AssumeRolePolicyDocument"]),
        item.get("RoleId", ""),
        _inline(item.get("RolePolicyList", ()), f"role {name}"),
        _attached(item),
        _boundary(item),
        _tags(item),
        tuple(sorted(profile["InstanceProfileName"] for profile in item.get("InstanceProfileList", ()))),
    )


def _managed(item: Mapping[str, Any]) -> Policy:
    versions = item.get("PolicyVersionList", ())
    default = next((version for version in versions if version.get("IsDefaultVersion")), None)
    return read_policy(item["PolicyName"], default["Document"]) if default else unreadable(item["PolicyName"])


def _inline(items: Iterable[Mapping[str, Any]], holder: str) -> tuple[Policy, ...]:
    return tuple(
        read_policy(f"{item['PolicyName']} of {holder}", item["PolicyDocument"]) for item in _by("PolicyName", items)
    )


def _attached(item: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(policy["PolicyArn"] for policy in item.get("AttachedManagedPolicies", ())))


def _boundary(item: Mapping[str, Any]) -> str | None:
    found = (item.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    return str(found) if found else None


def _tags(item: Mapping[str, Any]) -> Mapping[str, str]:
    return tagging.mapping(item.get("Tags"))
