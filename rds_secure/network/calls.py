"""EC2's calls for rules: authorize, revoke, describe. Plain data; whose the rules are is for the kinds to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from rds_secure import network, tagging
from rds_secure.operation import Operation, Retry
from rds_secure.values import Address, Value

Direction: TypeAlias = Literal["ingress", "egress"]
DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")

NEW = (Retry("InvalidGroup.NotFound"),)
"""EC2-4: a group that has just been made."""


def authorize(
    group: Value,
    direction: Direction,
    rules: Sequence[Mapping[str, Value]],
    *,
    tags: Mapping[str, str] | None = None,
    exports: Mapping[str, str] | None = None,
) -> tuple[Operation, ...]:
    """Add rules, all in one call, which EC2 makes as a whole or not at all; none, if there are none.

    Weak: two groups may name each other. A rule that is there already means that another apply was here: the rest
    shows in the next plan. ``tags`` are those of each rule.
    """
    if not rules:
        return ()
    rules = sorted(rules, key=network.label)
    named = tagging.pairs(tags or {})
    tagged = {"TagSpecifications": ({"ResourceType": "security-group-rule", "Tags": named},)} if named else {}
    operation = Operation(
        service="ec2",
        action=f"AuthorizeSecurityGroup{direction.capitalize()}",
        params={"GroupId": group, "IpPermissions": tuple(network.permission(rule) for rule in rules), **tagged},
        summary=f"allow {listed(network.label(rule) for rule in rules)}",
        exports=exports or {},
        retry_on=NEW,
        done_on=("InvalidPermission.Duplicate",),
        also=("ec2:CreateTags",) if tagged else (),
        weak=True,
    )
    return (operation,)


def revoke(
    group: Value,
    direction: Direction,
    ids: Mapping[str, str],
    *,
    releases: tuple[Address, ...] = (),
    destructive: bool = False,
) -> tuple[Operation, ...]:
    """Revoke rules (label → id) by their ids; none, if there are none.

    By properties, a default VPC would not tell that a rule was missing (EC2-5).
    """
    if not ids:
        return ()
    operation = Operation(
        service="ec2",
        action=f"RevokeSecurityGroup{direction.capitalize()}",
        params={"GroupId": group, "SecurityGroupRuleIds": tuple(ids[label] for label in sorted(ids))},
        summary=f"revoke {listed(sorted(ids))}",
        done_on=("InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound"),
        releases=releases,
        destructive=destructive,
    )
    return (operation,)


def describe(
    group: Value, direction: Direction, ids: Mapping[str, str], descriptions: Mapping[str, str | None]
) -> tuple[Operation, ...]:
    """New descriptions (label → text), by rule id; one that is left out goes away."""
    if not descriptions:
        return ()
    labels = sorted(descriptions)
    items = (
        {"SecurityGroupRuleId": ids[label], **({"Description": text} if (text := descriptions[label]) else {})}
        for label in labels
    )
    operation = Operation(
        service="ec2",
        action=f"UpdateSecurityGroupRuleDescriptions{direction.capitalize()}",
        params={"GroupId": group, "SecurityGroupRuleDescriptions": tuple(items)},
        summary=f"describe {listed(labels)}",
    )
    return (operation,)


def listed(labels: Iterable[str]) -> str:
    """The first three of them, and how many more there are."""
    labels = list(labels)
    more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
    return ", ".join(labels[:3]) + more
