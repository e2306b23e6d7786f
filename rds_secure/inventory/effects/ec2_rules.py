"""Rules of security groups in the forms that EC2 has for them: permissions, rows with an id, requests. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rds_secure.inventory.model import Place, Reply

_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
"""How EC2 gives protocols back that can be written otherwise."""

_GROUP = "UserIdGroupPairs"
_LISTS: Mapping[str, tuple[str, str]] = {
    "IpRanges": ("CidrIp", "CidrIpv4"),
    "Ipv6Ranges": ("CidrIpv6", "CidrIpv6"),
    "PrefixListIds": ("PrefixListId", "PrefixListId"),
    _GROUP: ("GroupId", "ReferencedGroupId"),
}
"""Where a permission lists peers → what a peer is called there, and in a row or a request."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule about one peer; ``sort`` is the list of a permission that it stands in.

    ``owner``: whose the group is; ``more``: what else AWS tells of a group (its VPC, the state of a peering).
    """

    egress: bool
    protocol: str
    sort: str
    peer: str
    first: int | None = None
    last: int | None = None
    owner: str = ""
    description: str = ""
    more: tuple[tuple[str, Any], ...] = ()


def everything(cidr: str) -> Rule:
    """All egress to a network."""
    return Rule(True, "-1", "Ipv6Ranges" if ":" in cidr else "IpRanges", cidr)


def same(one: Rule, other: Rule) -> bool:
    """Whether they say the same; descriptions do not tell rules apart (EC2-1)."""
    return replace(one, description="", more=()) == replace(other, description="", more=())


def _what(item: Reply) -> dict[str, Any]:
    """Protocol and ports; of all protocols there are no ports, whichever way that is said."""
    written = str(item["IpProtocol"]).lower()
    protocol = _PROTOCOLS.get(written, written)
    return {"protocol": protocol} | (
        {} if protocol == "-1" else {"first": item.get("FromPort"), "last": item.get("ToPort")}
    )


# Permissions


def of_permissions(items: Iterable[Reply], *, egress: bool, account: str) -> Iterator[Rule]:
    """The rules in ``IpPermissions``; a group without an owner is the account's own."""
    for item in items:
        for sort, (name, _) in _LISTS.items():
            for each in item.get(sort, ()):
                known = {name, "Description", "UserId"}
                yield Rule(
                    egress,
                    **_what(item),
                    sort=sort,
                    peer=each.get(name, ""),
                    owner=(each.get("UserId") or account) if sort == _GROUP else "",
                    description=each.get("Description", ""),
                    more=tuple((key, value) for key, value in sorted(each.items()) if key not in known),
                )


def permissions(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Rules as ``IpPermissions``: one item for all the peers of a protocol and its ports."""
    items: dict[tuple[Any, ...], dict[str, Any]] = {}
    for rule in rules:
        ports = {} if rule.first is None else {"FromPort": rule.first, "ToPort": rule.last}
        empty: dict[str, Any] = {sort: [] for sort in _LISTS}
        item = items.setdefault((rule.protocol, rule.first, rule.last), {"IpProtocol": rule.protocol, **ports, **empty})
        item[rule.sort].append(_peer(rule))
    return list(items.values())


def _peer(rule: Rule) -> dict[str, Any]:
    peer: dict[str, Any] = {_LISTS[rule.sort][0]: rule.peer} if rule.peer else {}
    owner = {"UserId": rule.owner} if rule.owner else {}
    description = {"Description": rule.description} if rule.description else {}
    return {**peer, **owner, **dict(rule.more), **description}


# Rows and requests


def row(rule: Rule, name: str, group: str, place: Place, tags: list[dict[str, str]]) -> dict[str, Any]:
    """A rule as a member of ``SecurityGroupRules``."""
    found: dict[str, Any] = {
        "SecurityGroupRuleId": name,
        "SecurityGroupRuleArn": f"arn:{place.partition}:ec2:{place.region}:{place.account}:security-group-rule/{name}",
        "GroupId": group,
        "GroupOwnerId": place.account,
        "IsEgress": rule.egress,
        "IpProtocol": rule.protocol,
        "FromPort": -1 if rule.first is None else rule.first,
        "ToPort": -1 if rule.last is None else rule.last,
        "Tags": tags,
    }
    if rule.description:
        found["Description"] = rule.description
    if rule.sort == _GROUP:
        found["ReferencedGroupInfo"] = {"GroupId": rule.peer, "UserId": rule.owner}
    else:
        found[_LISTS[rule.sort][1]] = rule.peer
    return found


def of_row(item: Reply) -> Rule:
    """The rule in a member of ``SecurityGroupRules``."""
    referred = item.get("ReferencedGroupInfo") or {}
    flat = {**item, **({"ReferencedGroupId": referred.get("GroupId", "")} if referred else {})}
    owner = (referred.get("UserId") or item.get("GroupOwnerId", "")) if referred else ""
    return of_request(flat, egress=item["IsEgress"], owner=owner)


def of_request(item: Reply, *, egress: bool, owner: str) -> Rule:
    """A ``SecurityGroupRuleRequest``; ``owner`` is whose a group is that it names."""
    sort, name = next((sort, name) for sort, (_, name) in _LISTS.items() if item.get(name))
    return Rule(
        egress,
        **_what(item),
        sort=sort,
        peer=item[name],
        owner=owner if sort == _GROUP else "",
        description=item.get("Description", ""),
    )
