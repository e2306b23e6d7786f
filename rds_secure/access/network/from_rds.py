"""Targets out of the replies of RDS: instances, clusters and proxies. It reads replies, it makes no call.

Replies have the shapes of botocore's model, all pages joined; one that is None, or missing, was not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from rds_secure.access.network.target import Door, Member, Target

Reply: TypeAlias = Mapping[str, Any]
Replies: TypeAlias = Mapping[str, Reply | None]


PROXY_PORTS = {"MYSQL": 3306, "POSTGRESQL": 5432, "SQLSERVER": 1433}
"""A proxy listens on the default port of its engine family, whatever the database's is."""

_FAMILIES = {"IPV4": (4,), "DUAL": (4, 6), "IPV6": (6,)}


def targets_of(replies: Replies, *, proxy_targets: Replies | None = None) -> tuple[Target, ...]:
    """Everything that can be connected to. ``proxy_targets``: proxy → the reply of DescribeDBProxyTargets."""
    known = _Known(
        _by("DBSubnetGroups", "DBSubnetGroupName", replies.get("DescribeDBSubnetGroups")),
        _by("OptionGroupsList", "OptionGroupName", replies.get("DescribeOptionGroups")),
        _by("DBSecurityGroups", "DBSecurityGroupName", replies.get("DescribeDBSecurityGroups")),
    )
    instances = {item["DBInstanceIdentifier"]: item for item in _items("DBInstances", replies, "DescribeDBInstances")}
    endpoints = _items("DBProxyEndpoints", replies, "DescribeDBProxyEndpoints")
    return (
        *(instance(item, known) for item in instances.values()),
        *(cluster(item, instances, known) for item in _items("DBClusters", replies, "DescribeDBClusters")),
        *(
            target
            for item in _items("DBProxies", replies, "DescribeDBProxies")
            for target in proxies(item, endpoints, (proxy_targets or {}).get(item["DBProxyName"]))
        ),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What instances and clusters name, by name; None if it was not read."""

    subnet_groups: Mapping[str, Reply] | None
    option_groups: Mapping[str, Reply] | None
    classic_groups: Mapping[str, Reply] | None


def _items(key: str, replies: Replies, action: str) -> Sequence[Reply]:
    return tuple((replies.get(action) or {}).get(key, ()))


def _by(key: str, name: str, reply: Reply | None) -> Mapping[str, Reply] | None:
    return None if reply is None else {item[name]: item for item in reply[key]}


# Instances


def instance(item: Reply, known: _Known) -> Target:
    """An instance of DescribeDBInstances, a member of a cluster too."""
    port = (item.get("Endpoint") or {}).get("Port") or item.get("DbInstancePort") or 0
    options, unread = _options(item, known)
    doors = tuple(_doors(item, port, options))
    networks, groups, missing = _classic(item, known)
    return Target(
        item["DBInstanceIdentifier"],
        "db_instance",
        doors,
        (member(item),),
        _FAMILIES.get(item.get("NetworkType", "IPV4"), (4, 6)),
        elsewhere=_elsewhere(item, "ReadReplicaDBInstanceIdentifiers", "ReadReplicaDBClusterIdentifiers"),
        classic=networks,
        classic_groups=groups,
        unread=(*(() if port else ("port",)), *unread, *missing),
    )


def member(item: Reply) -> Member:
    """Where an instance is, and where it goes when it fails over."""
    group = item.get("DBSubnetGroup") or {}
    pending = item.get("PendingModifiedValues") or {}
    return Member(
        item["DBInstanceIdentifier"],
        group.get("VpcId", ""),
        tuple(_subnets(group)),
        item.get("PubliclyAccessible"),
        item.get("AvailabilityZone", ""),
        bool(item.get("MultiAZ") or pending.get("MultiAZ")),
        item.get("SecondaryAvailabilityZone", ""),
    )


def _subnets(group: Reply) -> Iterator[str]:
    for each in group.get("Subnets", ()):
        if each.get("SubnetStatus", "Active") == "Active":
            yield each["SubnetIdentifier"]


def _doors(item: Reply, port: int, options: Sequence[Reply]) -> Iterator[Door]:
    """The endpoint, what will be in its place, the listener of an availability group, and the ports of options.

    An option's groups are put on the instance's interface, where they guard every port.
    """
    extra = [each["VpcSecurityGroupId"] for option in options for each in option.get("VpcSecurityGroupMemberships", ())]
    now, later = _groups(item, extra)
    if port:
        yield Door(port, now)
    pending = (item.get("PendingModifiedValues") or {}).get("Port", port)
    if pending and (pending, later) != (port, now):
        yield Door(pending, later, pending=True)
    listener = (item.get("ListenerEndpoint") or {}).get("Port")
    if listener:
        yield Door(listener, now, "listener")
    for option in options:
        if option.get("Port"):
            yield Door(option["Port"], now, option["OptionName"])


def _groups(item: Reply, extra: Iterable[str] = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The groups that guard it now, and those that will when all changes are through."""
    states = {each["VpcSecurityGroupId"]: each.get("Status", "active") for each in item.get("VpcSecurityGroups", ())}
    now = {group for group, state in states.items() if state != "adding"}
    later = {group for group, state in states.items() if state != "removing"}
    return tuple(sorted(now.union(extra))), tuple(sorted(later.union(extra)))


def _options(item: Reply, known: _Known) -> tuple[Sequence[Reply], tuple[str, ...]]:
    """The options in effect, and what of them was not read. Groups that AWS makes have none."""
    names = [each["OptionGroupName"] for each in item.get("OptionGroupMemberships", ())]
    own = [name for name in names if not name.startswith("default:")]
    if known.option_groups is None:
        return (), tuple(f"option group {name}" for name in own)
    found = [known.option_groups[name] for name in own if name in known.option_groups]
    missing = tuple(f"option group {name}" for name in own if name not in known.option_groups)
    return [option for group in found for option in group.get("Options", ())], missing


def _classic(item: Reply, known: _Known) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The networks and groups of EC2-Classic that its DB security groups let in, and those that were not read."""
    names = [each["DBSecurityGroupName"] for each in item.get("DBSecurityGroups", ())]
    groups = known.classic_groups or {}
    found = [groups[name] for name in names if name in groups]
    networks = tuple(each["CIDRIP"] for group in found for each in group.get("IPRanges", ()))
    others = tuple(_classic_name(each) for group in found for each in group.get("EC2SecurityGroups", ()))
    return networks, others, tuple(f"DB security group {name}" for name in names if name not in groups)


def _classic_name(item: Reply) -> str:
    return f"{item.get('EC2SecurityGroupOwnerId', '')}/{item.get('EC2SecurityGroupId') or item['EC2SecurityGroupName']}"


def _elsewhere(item: Reply, *keys: str) -> tuple[str, ...]:
    """Replicas that are named by ARN are in another Region."""
    return tuple(each for key in keys for each in item.get(key, ()) if each.startswith("arn:"))


# Clusters


def cluster(item: Reply, instances: Mapping[str, Reply], known: _Known) -> Target:
    """A cluster of DescribeDBClusters: as open as its members. Without any (serverless v1) it is a member itself."""
    name = item["DBClusterIdentifier"]
    ids = [each["DBInstanceIdentifier"] for each in item.get("DBClusterMembers", ())]
    members = tuple(member(instances[each]) for each in ids if each in instances)
    missing = tuple(f"member {each}" for each in ids if each not in instances)
    if not members:
        group = (known.subnet_groups or {}).get(item.get("DBSubnetGroup", ""), {})
        public = item.get("PubliclyAccessible", False)
        members = (Member(name, group.get("VpcId", ""), tuple(_subnets(group)), public),)
    now, later = _groups(item)
    port = item.get("Port") or 0
    doors = (Door(port, now), *((Door(port, later, pending=True),) if later != now else ())) if port else ()
    return Target(
        name,
        "db_cluster",
        doors,
        members,
        _FAMILIES.get(item.get("NetworkType", "IPV4"), (4, 6)),
        data_api=bool(item.get("HttpEndpointEnabled")),
        elsewhere=_elsewhere(item, "ReadReplicaIdentifiers"),
        unread=(*missing, *(() if port else ("port",))),
    )


# Proxies


def proxies(item: Reply, endpoints: Sequence[Reply], targets: Reply | None) -> Iterator[Target]:
    """A proxy of DescribeDBProxies, and its further endpoints, each a target: they have groups and subnets as well.

    Proxies are never publicly accessible (RDS user guide, "Limitations for RDS Proxy").
    """
    name = item["DBProxyName"]
    port = PROXY_PORTS.get(item["EngineFamily"], 0)
    backends = tuple(
        dict.fromkeys(
            each[key]
            for each in (targets or {}).get("Targets", ())
            for key in ("RdsResourceId", "TrackedClusterId")
            if each.get(key)
        )
    )
    unread = (*(() if targets is not None else ("proxy targets",)), *(() if port else ("port",)))
    mark = f"Network interface for DBProxy {name}"
    yield _endpoint(name, item, port, backends, unread, mark)
    for each in endpoints:
        if each["DBProxyName"] == name and not each.get("IsDefault"):
            yield _endpoint(f"{name}/{each['DBProxyEndpointName']}", each, port, backends, unread, mark)


def _endpoint(
    name: str, item: Reply, port: int, backends: tuple[str, ...], unread: tuple[str, ...], mark: str
) -> Target:
    subnets = tuple(item.get("VpcSubnetIds", ()))
    return Target(
        name,
        "db_proxy",
        (Door(port, tuple(sorted(item.get("VpcSecurityGroupIds", ())))),) if port else (),
        (Member(name, item.get("VpcId", ""), subnets, public=False, everywhere=True, marks=(mark,), requester=""),),
        _FAMILIES.get(item.get("EndpointNetworkType", "IPV4"), (4, 6)),
        backends=backends,
        unread=unread,
    )
