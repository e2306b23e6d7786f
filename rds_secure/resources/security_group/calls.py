"""The calls for a group's rules: authorize, revoke, describe. Plain data; the group itself is made by the kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rds_secure import network
from rds_secure.kind import Change, FieldChange, Live
from rds_secure.network.prefix_list import counted
from rds_secure.operation import Operation, Retry
from rds_secure.resources.security_group.spec import Direction, SecurityGroupSpec
from rds_secure.values import Address, Ref, Value, refs

_NEW = (Retry("InvalidGroup.NotFound"),)  # EC2-4: a group that has just been made


def is_default(rule: Mapping[str, Value]) -> bool:
    """Whether it is the rule by which AWS lets a new group reach everything (EC2-2)."""
    return (rule["protocol"], rule.get("to")) == ("all", network.EVERYTHING_V4)


def revoke_defaults(group: Ref, *, but_ipv4: bool) -> tuple[Operation, ...]:
    """Take away what AWS allows a new group: all egress, in a VPC with IPv6 by a second rule.

    By properties, since no rule id is known yet; where there is no IPv6 the second call finds nothing, and is done.
    ``but_ipv4``: the first rule is asked for, and stays.
    """
    ranges: tuple[tuple[str, dict[str, Value]], ...] = (
        ("all egress", {"IpRanges": ({"CidrIp": network.EVERYTHING_V4},)}),
        ("all IPv6 egress, if it does", {"Ipv6Ranges": ({"CidrIpv6": network.EVERYTHING_V6},)}),
    )
    return tuple(
        Operation(
            service="ec2",
            action="RevokeSecurityGroupEgress",
            params={"GroupId": group, "IpPermissions": ({"IpProtocol": "-1", **peers},)},
            summary=f"remove the rule by which AWS allows {what}",
            retry_on=_NEW,
            done_on=("InvalidPermission.NotFound",),
        )
        for what, peers in ranges[but_ipv4:]
    )


def describe_default(group: Ref, rule: Mapping[str, Value]) -> Operation:
    """Describe the rule by which AWS allows all egress, where it is asked for."""
    return Operation(
        service="ec2",
        action="UpdateSecurityGroupRuleDescriptionsEgress",
        params={"GroupId": group, "IpPermissions": (network.permission(rule),)},
        summary="describe the rule that allows all egress",
        retry_on=_NEW,
    )


def authorize(group: Value, direction: Direction, rules: Sequence[Mapping[str, Value]]) -> tuple[Operation, ...]:
    """Add rules, all in one call, which EC2 makes as a whole or not at all; none, if there are none.

    Weak: two groups may name each other. A rule that is there already means that another apply was here: the rest
    shows in the next plan.
    """
    if not rules:
        return ()
    rules = sorted(rules, key=network.label)
    operation = Operation(
        service="ec2",
        action=f"AuthorizeSecurityGroup{direction.capitalize()}",
        params={"GroupId": group, "IpPermissions": tuple(network.permission(rule) for rule in rules)},
        summary=f"allow {_listed(network.label(rule) for rule in rules)}",
        retry_on=_NEW,
        done_on=("InvalidPermission.Duplicate",),
        weak=True,
    )
    return (operation,)


def update(change: Change[SecurityGroupSpec], direction: Direction) -> Iterator[Operation]:
    """Settle the differences of one direction: add, then revoke (EC2-2), unless both do not fit the quota."""
    live = change.live
    removed = [item for item in change.members(direction) if item.new is None]
    described = [item for item in change.members(direction) if item.new is not None and item.old is not None]
    added = [rule for rule in change.added(direction) if rule is not None]
    adding = authorize(live.exports["id"], direction, added)
    revoking = _revoke(change, direction, removed)
    yield from (*revoking, *adding) if _crowded(change, direction, added) else (*adding, *revoking)
    yield from _describe(change, direction, described)


def _crowded(change: Change[SecurityGroupSpec], direction: Direction, added: Sequence[Mapping[str, Value]]) -> bool:
    """Whether the old rules and the new ones together are more than the quota; new prefix lists are not counted."""
    live = change.live
    peers = [*(rule.peer for rule in live.spec.rules(direction)), *map(network.peer, added)]
    return max(counted(peers, live.facts["lists"]).values(), default=0) > change.resource.spec.rule_quota


def release(live: Live[SecurityGroupSpec], direction: Direction) -> Iterator[Operation]:
    """Revoke the rules about other groups of the stack, which cannot be deleted while they are named (EC2-3)."""
    found: dict[str, Address] = {}
    for literal, linked in zip(live.found.spec.rules(direction), live.spec.rules(direction), strict=True):
        if isinstance(linked.peer, Ref) and linked.peer.target != live.address:
            found[literal.label] = linked.peer.target
    if found:
        yield _revocation(live, direction, sorted(found), tuple(sorted(set(found.values()))))


def _revoke(
    change: Change[SecurityGroupSpec], direction: Direction, removed: Iterable[FieldChange]
) -> tuple[Operation, ...]:
    rules = [item.old for item in removed]
    if not rules:
        return ()
    named = {ref.target for ref in refs(rules)} - {change.live.address}
    labels = sorted(network.label(change.scope.resolve(rule)) for rule in rules)
    return (_revocation(change.live, direction, labels, tuple(sorted(named))),)


def _revocation(
    live: Live[SecurityGroupSpec], direction: Direction, labels: Sequence[str], releases: tuple[Address, ...]
) -> Operation:
    """Revoke by rule ids: by properties, a default VPC would not tell that a rule was missing (EC2-5)."""
    ids = live.facts["rule_ids"][direction]
    return Operation(
        service="ec2",
        action=f"RevokeSecurityGroup{direction.capitalize()}",
        params={"GroupId": live.exports["id"], "SecurityGroupRuleIds": tuple(ids[label] for label in labels)},
        summary=f"revoke {_listed(labels)}",
        done_on=("InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound"),
        releases=releases,
    )


def _describe(
    change: Change[SecurityGroupSpec], direction: Direction, described: Iterable[FieldChange]
) -> Iterator[Operation]:
    """New descriptions, by rule id; one that is left out goes away."""
    ids = change.live.facts["rule_ids"][direction]
    items = {}
    for item in described:
        label = network.label(change.scope.resolve(item.new))
        text = {"Description": item.new["description"]} if item.new["description"] else {}
        items[label] = {"SecurityGroupRuleId": ids[label], **text}
    if items:
        labels = sorted(items)
        yield Operation(
            service="ec2",
            action=f"UpdateSecurityGroupRuleDescriptions{direction.capitalize()}",
            params={
                "GroupId": change.live.exports["id"],
                "SecurityGroupRuleDescriptions": tuple(items[label] for label in labels),
            },
            summary=f"describe {_listed(labels)}",
        )


def _listed(labels: Iterable[str]) -> str:
    labels = list(labels)
    more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
    return ", ".join(labels[:3]) + more
