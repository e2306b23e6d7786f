"""Whether the peers that rules name are there, and whether the rules fit the quota. Reads lists; judges no access."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rds_secure import network
from rds_secure.kind import Complaint, Reader
from rds_secure.network import Rule
from rds_secure.network.prefix_list import counted, prefix_lists
from rds_secure.values import Value

FEWER = "join networks, or have AWS raise the quota and write it as rule_quota"

_FAMILIES = {4: "IPv4", 6: "IPv6"}


def groups(reader: Reader) -> list[Mapping[str, Any]]:
    """Every security group of the account and region."""
    return list((reader.call("ec2", "DescribeSecurityGroups") or {})["SecurityGroups"])


def rows(reader: Reader) -> list[Mapping[str, Any]]:
    """Every rule of the account and region, as DescribeSecurityGroupRules gives it."""
    return list((reader.call("ec2", "DescribeSecurityGroupRules") or {})["SecurityGroupRules"])


def missing(reader: Reader, rules: Sequence[Rule]) -> Iterator[tuple[int, str, str]]:
    """The number of each rule whose peer is not here, what is missing, and what to do."""
    named = {rule.peer for rule in rules if isinstance(rule.peer, str)}
    existing = {group["GroupId"] for group in groups(reader)} if any(peer.startswith("sg-") for peer in named) else ()
    lists = prefix_lists(reader) if any(map(network.is_prefix_list, named)) else {}
    for index, rule in enumerate(rules):
        peer = rule.peer
        if isinstance(peer, str) and peer.startswith("sg-") and peer not in existing:
            what = f"there is no security group {peer} here"
            yield index, what, "name an existing group; write account/sg-… for another account's"
        elif network.is_prefix_list(peer) and peer not in lists:
            yield index, f"there is no prefix list {peer} here", "name an existing one of this region"


def too_many(peers: Sequence[Value], quota: int) -> Iterator[Complaint]:
    """What can be said offline, where nobody knows how large a prefix list is (EC2-2)."""
    for family, count in sorted(counted(peers, {}).items()):
        if count > quota:
            yield Complaint((), f"{count} {_FAMILIES[family]} rules are written, and AWS allows {quota}", FEWER)


def too_large(reader: Reader, peers: Sequence[Value], quota: int, others: Iterable[Value] = ()) -> Iterator[Complaint]:
    """What prefix lists make of it, which count as their largest number of entries, and ``others`` (EC2-2)."""
    every = [*peers, *others]
    lists = prefix_lists(reader) if any(map(network.is_prefix_list, every)) else {}
    sizes = [f"{lists[peer].size} of {peer}" for peer in sorted({peer for peer in every if peer in lists})]
    among = f", {' and '.join(sizes)} among them" if sizes else ""
    for family, count in sorted(counted(every, lists).items()):
        if count > quota and family in counted(peers, lists):
            what = f"the {_FAMILIES[family]} rules count as {count}{among}, and AWS allows {quota}"
            yield Complaint((), what, FEWER)
