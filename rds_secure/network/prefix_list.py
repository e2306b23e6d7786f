"""Managed prefix lists, and how many rules a rule counts as. Its one call is a list; entries are not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rds_secure.kind import Reader
from rds_secure.network import is_prefix_list, is_written_network
from rds_secure.values import Value

_AWS = {
    "s3": 1,
    "dynamodb": 1,
    "cloudfront.origin-facing": 55,
    "groundstation": 5,
    "route53-healthchecks": 25,
    "s3express": 6,
    "vpc-lattice": 10,
}
"""The weights of AWS's own lists, which have no size (VPC user guide, "AWS-managed prefix list weight"), by the end of
their names; others count as one rule here."""


@dataclass(frozen=True, slots=True)
class PrefixList:
    """A managed list of networks. ``size`` is what it counts as; ``family`` 4 or 6."""

    id: str
    name: str
    size: int
    family: int


def prefix_lists(reader: Reader) -> dict[str, PrefixList]:
    """All lists of the region by id: the account's own, those shared with it, and AWS's."""
    reply = reader.call("ec2", "DescribeManagedPrefixLists") or {}
    found = [_prefix_list(item) for item in reply["PrefixLists"]]
    return {item.id: item for item in found}


def counted(peers: Iterable[Value], lists: Mapping[str, PrefixList]) -> Counter[int]:
    """Address family (4, 6) → how many rules the rules with these peers count as against the quota (EC2-2).

    A group's rule counts in both families (memory), a list as its largest number of entries, in its own family. A list
    that is not in ``lists`` is not counted: nothing is refused on what is not known.
    """
    count: Counter[int] = Counter()
    for peer in peers:
        if not is_prefix_list(peer):
            count.update(((6 if ":" in peer else 4),) if is_written_network(peer) else (4, 6))
        elif found := lists.get(peer):
            count[found.family] += found.size
    return count


def _prefix_list(item: Mapping[str, Any]) -> PrefixList:
    name = str(item["PrefixListName"])
    size = item.get("MaxEntries") or next((weight for end, weight in _AWS.items() if name.endswith(f".{end}")), 1)
    return PrefixList(str(item["PrefixListId"]), name, int(size), 6 if item.get("AddressFamily") == "IPv6" else 4)
