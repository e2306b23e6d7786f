"""The network interfaces of databases and proxies, which follow them: groups, public addresses, the end.

RDS tells of no database which interface is its own. One is surely that if RDS made it, it carries exactly the groups
of the database, lies in one of its subnets, and no other database may have it. Others are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rds_secure.inventory.ledger import Ledger, Listing
from rds_secure.inventory.model import Reply

INTERFACES = Listing("ec2", "DescribeNetworkInterfaces", "NetworkInterfaces", "NetworkInterfaceId")
_INSTANCES = Listing("rds", "DescribeDBInstances", "DBInstances", "DBInstanceIdentifier")
_REQUESTER = "amazon-rds"


def regroup(ledger: Ledger, item: Reply, groups: Sequence[str]) -> None:
    """The instance, which is still told with its old groups, gets others."""
    _set(ledger, list(_own(ledger, item)), groups)


def regroup_proxy(ledger: Ledger, proxy: str, groups: Sequence[str]) -> None:
    """A proxy gets others; RDS names it in the description of its interfaces."""
    _set(ledger, list(_of_proxy(ledger, proxy)), groups)


def _set(ledger: Ledger, names: Sequence[str], groups: Sequence[str]) -> None:
    for name in names:
        interface = ledger.edit(INTERFACES, name)
        if interface is not None:
            interface["Groups"] = [{"GroupId": group} for group in groups]


def conceal(ledger: Ledger, item: Reply) -> None:
    """The instance has no public address any more."""
    for name in list(_own(ledger, item)):
        interface = ledger.edit(INTERFACES, name)
        if interface is not None:
            interface.pop("Association", None)
            for address in interface.get("PrivateIpAddresses", ()):
                address.pop("Association", None)


def remove(ledger: Ledger, item: Reply) -> None:
    """The instance is no more."""
    for name in list(_own(ledger, item)):
        ledger.drop(INTERFACES, name)


def remove_proxy(ledger: Ledger, proxy: str) -> None:
    """The proxy is no more."""
    for name in list(_of_proxy(ledger, proxy)):
        ledger.drop(INTERFACES, name)


def _of_proxy(ledger: Ledger, proxy: str) -> Iterator[str]:
    for interface in ledger.items(INTERFACES):
        if interface.get("Description") == f"Network interface for DBProxy {proxy}":
            yield interface["NetworkInterfaceId"]


def _own(ledger: Ledger, item: Reply) -> Iterator[str]:
    groups, subnets = _groups(item), _subnets(item)
    if any(
        _groups(other) == groups and _subnets(other) & subnets
        for other in ledger.items(_INSTANCES)
        if other["DBInstanceIdentifier"] != item["DBInstanceIdentifier"]
    ):
        return
    for interface in ledger.items(INTERFACES):
        carried = frozenset(each["GroupId"] for each in interface.get("Groups", ()))
        if interface.get("RequesterId") == _REQUESTER and carried == groups and interface.get("SubnetId") in subnets:
            yield interface["NetworkInterfaceId"]


def _groups(item: Reply) -> frozenset[str]:
    return frozenset(each["VpcSecurityGroupId"] for each in item.get("VpcSecurityGroups", ()))


def _subnets(item: Reply) -> frozenset[str]:
    subnets = (item.get("DBSubnetGroup") or {}).get("Subnets", ())
    return frozenset(each["SubnetIdentifier"] for each in subnets)
