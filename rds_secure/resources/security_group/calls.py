"""What a group's rules take when the group is new, changed or deleted. The calls for rules as such: `network.calls`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rds_secure import network
from rds_secure.kind import Change, Live
from rds_secure.network.calls import NEW, Direction, authorize, describe, revoke
from rds_secure.network.prefix_list import counted
from rds_secure.operation import Operation
from rds_secure.resources.security_group.spec import SecurityGroupSpec
from rds_secure.values import Address, Ref, Value, refs


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
            retry_on=NEW,
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
        retry_on=NEW,
    )


def update(change: Change[SecurityGroupSpec], direction: Direction) -> Iterator[Operation]:
    """Settle the differences of one direction: add, then revoke (EC2-2), unless both do not fit the quota."""
    live, resolve = change.live, change.scope.resolve
    group, ids = live.exports["id"], live.facts["rule_ids"][direction]
    added = [rule for rule in change.added(direction) if rule is not None]
    removed = [item.old for item in change.members(direction) if item.new is None]
    described = [item.new for item in change.members(direction) if item.new is not None and item.old is not None]
    named = {ref.target for ref in refs(removed)} - {live.address}
    gone = {label: ids[label] for label in (network.label(resolve(rule)) for rule in removed)}
    adding = authorize(group, direction, added)
    revoking = revoke(group, direction, gone, releases=tuple(sorted(named)))
    yield from (*revoking, *adding) if _crowded(change, direction, added) else (*adding, *revoking)
    yield from describe(
        group, direction, ids, {network.label(resolve(rule)): rule["description"] for rule in described}
    )


def _crowded(change: Change[SecurityGroupSpec], direction: Direction, added: Sequence[Mapping[str, Value]]) -> bool:
    """Whether the old rules and the new ones together are more than the quota; new prefix lists are not counted."""
    live = change.live
    peers = [*(rule.peer for rule in live.spec.rules(direction)), *map(network.peer, added)]
    return max(counted(peers, live.facts["lists"]).values(), default=0) > change.resource.spec.rule_quota


def release(live: Live[SecurityGroupSpec], direction: Direction) -> tuple[Operation, ...]:
    """Revoke the rules about other groups of the stack, which cannot be deleted while they are named (EC2-3)."""
    ids, found = live.facts["rule_ids"][direction], dict[str, Address]()
    for literal, linked in zip(live.found.spec.rules(direction), live.spec.rules(direction), strict=True):
        if isinstance(linked.peer, Ref) and linked.peer.target != live.address:
            found[literal.label] = linked.peer.target
    gone = {label: ids[label] for label in found}
    return revoke(live.exports["id"], direction, gone, releases=tuple(sorted(set(found.values()))))
