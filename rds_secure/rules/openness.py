"""Whether rules and routes are about the whole world. A group may let it in by several rules together."""

from __future__ import annotations

from collections.abc import Iterable

from rds_secure.access.network.intervals import EVERYWHERE, FAMILIES, Addresses
from rds_secure.access.protection import Unknown
from rds_secure.inventory.model import Inventory, Reply

_PROTOCOLS = {"tcp": ("tcp", "6"), "udp": ("udp", "17")}
_PEERS = (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6"))


def everything(inventory: Inventory, networks: Iterable[str], lists: Iterable[str]) -> bool | Unknown:
    """Whether networks and prefix lists are, together, every address there is of one family."""
    entries = {each: inventory.reply("ec2", "GetManagedPrefixListEntries", each) for each in lists}
    listed = [item["Cidr"] for reply in entries.values() for item in (reply or {}).get("Entries", ())]
    found = Addresses.parse(*networks, *listed)
    if any(EVERYWHERE.of(family) <= found.of(family) for family in FAMILIES):
        return True
    unread = sorted(each for each, reply in entries.items() if reply is None)
    return Unknown(f"the networks of {', '.join(unread)} were not read") if unread else False


def world(inventory: Inventory, permissions: Iterable[Reply]) -> bool | Unknown:
    """Whether these rules of a security group, together, are about every address there is of one family."""
    listed = tuple(permissions)
    return everything(
        inventory,
        [each[key] for one in listed for name, key in _PEERS for each in one.get(name, ())],
        [each["PrefixListId"] for one in listed for each in one.get("PrefixListIds", ())],
    )


def takes(permission: Reply, port: int, protocol: str = "tcp") -> bool:
    """Whether a rule of a security group is about a port of ``tcp`` or ``udp``."""
    written = str(permission.get("IpProtocol"))
    if written == "-1":
        return True
    first, last = permission.get("FromPort"), permission.get("ToPort")
    is_in = first is None or first <= port <= (last if last is not None else first)
    return written in _PROTOCOLS[protocol] and is_in
