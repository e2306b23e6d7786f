"""Rules about from where databases can be reached: addresses, subnets, ports, security groups. A table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rds_secure import engines
from rds_secure.access.network.intervals import EVERYWHERE, FAMILIES, Addresses
from rds_secure.access.protection import Unknown
from rds_secure.access.protection.unread import ask, told
from rds_secure.finding import Severity
from rds_secure.inventory.model import Inventory, Reply
from rds_secure.rules.model import (
    DATABASES,
    NOT_APPLICABLE,
    PASSED,
    Context,
    Of,
    Profile,
    Rule,
    Subject,
    Verdict,
    aka,
    failed,
    unknown,
)

_RISKY = (
    20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 1521, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601, 8080,
    8088, 8888, 9200, 9300, 50000,
)  # fmt: skip
"""Ports that are never open to the world: those of Security Hub's EC2.19, and the usual ones of Oracle and Db2."""


def _public(subject: Subject, context: Context) -> Verdict:
    public = subject.protected.public
    engine = engines.engine_of(subject.protected.engine)
    if subject.of is Of.CLUSTER and engine is not None and engine.clustered:
        return NOT_APPLICABLE  # each of its instances says it
    if isinstance(public, Unknown):
        return unknown(public.why)
    return failed("it has a public address") if public else PASSED


def _port(subject: Subject, context: Context) -> Verdict:
    database = subject.protected
    engine = engines.engine_of(database.engine)
    if database.cluster or engine is None:
        return NOT_APPLICABLE
    where = subject.reply if subject.of is Of.CLUSTER else subject.reply.get("Endpoint") or {}
    port = told(where, "Port", int)
    if isinstance(port, Unknown):
        return unknown(port.why)
    return failed(f"it listens at {port}, where everybody looks first") if port == engine.port else PASSED


def _private(subject: Subject, context: Context) -> Verdict:
    subnets = [each["SubnetIdentifier"] for each in (subject.reply.get("DBSubnetGroup") or {}).get("Subnets", ())]
    if not subnets:
        return unknown("its subnets are not told")
    reply = ask(context.posture.inventory, "ec2", "DescribeRouteTables")
    if isinstance(reply, Unknown):
        return unknown(reply.why)
    tables = [_table(context.posture.inventory, reply, subnet) for subnet in subnets]
    leading = [_leads_outside(context.posture.inventory, table) if table else _UNREAD for table in tables]
    for subnet, leads in zip(subnets, leading, strict=True):
        if leads is True:
            return failed(f"{subnet} routes to an internet gateway")
    return next((unknown(leads.why) for leads in leading if isinstance(leads, Unknown)), PASSED)


_UNREAD = Unknown("the route table of a subnet was not read")


def _table(inventory: Inventory, reply: Reply, subnet: str) -> Reply | None:
    """The route table of a subnet: its own, or the main one of its VPC."""
    found = inventory.items("ec2", "DescribeSubnets", "Subnets")
    vpc = next((each["VpcId"] for each in found if each["SubnetId"] == subnet), None)
    main = None
    for table in reply.get("RouteTables", ()):
        for link in table.get("Associations", ()):
            if link.get("SubnetId") == subnet:
                return dict(table)
            if link.get("Main") and vpc is not None and table.get("VpcId") == vpc:
                main = table
    return main


def _leads_outside(inventory: Inventory, table: Reply) -> bool | Unknown:
    """Whether routes that work lead every address of a family to an internet gateway, together if not one alone."""
    out = [
        route
        for route in table.get("Routes", ())
        if str(route.get("GatewayId", "")).startswith("igw-") and route.get("State", "active") == "active"
    ]
    networks = [route[key] for route in out for key in _DESTINATIONS if route.get(key)]
    return _everything(inventory, networks, [each[_LIST] for each in out if each.get(_LIST)])


_DESTINATIONS, _LIST = ("DestinationCidrBlock", "DestinationIpv6CidrBlock"), "DestinationPrefixListId"


def _everything(inventory: Inventory, networks: Iterable[str], lists: Iterable[str]) -> bool | Unknown:
    """Whether networks and prefix lists are, together, every address there is of one family."""
    entries = {each: inventory.reply("ec2", "GetManagedPrefixListEntries", each) for each in lists}
    listed = [item["Cidr"] for reply in entries.values() for item in (reply or {}).get("Entries", ())]
    found = Addresses.parse(*networks, *listed)
    if any(EVERYWHERE.of(family) <= found.of(family) for family in FAMILIES):
        return True
    unread = sorted(each for each, reply in entries.items() if reply is None)
    return Unknown(f"the networks of {', '.join(unread)} were not read") if unread else False


def _takes(permission: Reply, port: int) -> bool:
    """Whether a rule of a security group is about a TCP port."""
    protocol = str(permission.get("IpProtocol"))
    if protocol == "-1":
        return True
    first, last = permission.get("FromPort"), permission.get("ToPort")
    return protocol in ("tcp", "6") and (first is None or first <= port <= (last if last is not None else first))


def _world(inventory: Inventory, permissions: Iterable[Reply]) -> bool | Unknown:
    """Whether these rules, together, are about every address there is of one family."""
    listed = tuple(permissions)
    return _everything(
        inventory,
        [each[key] for one in listed for name, key in _PEERS for each in one.get(name, ())],
        [each["PrefixListId"] for one in listed for each in one.get("PrefixListIds", ())],
    )


_PEERS = (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6"))


def _risky(subject: Subject, context: Context) -> Verdict:
    rules = subject.reply.get("IpPermissions", ())
    inventory = context.posture.inventory
    worlds = {port: _world(inventory, (rule for rule in rules if _takes(rule, port))) for port in _RISKY}
    open_ports = [port for port, world in worlds.items() if world is True]
    if not open_ports:
        return next((unknown(world.why) for world in worlds.values() if isinstance(world, Unknown)), PASSED)
    few = ", ".join(map(str, open_ports[:5]))
    return failed(f"the world may connect to port {few}{' and others' if len(open_ports) > 5 else ''}")


def _of_databases(inventory: Inventory, group: str) -> Iterator[tuple[str, int | None]]:
    """The databases that a security group is on, with their ports."""
    for item in inventory.items("rds", "DescribeDBInstances", "DBInstances"):
        if any(each["VpcSecurityGroupId"] == group for each in item.get("VpcSecurityGroups", ())):
            yield item["DBInstanceIdentifier"], (item.get("Endpoint") or {}).get("Port")
    for item in inventory.items("rds", "DescribeDBClusters", "DBClusters"):
        if any(each["VpcSecurityGroupId"] == group for each in item.get("VpcSecurityGroups", ())):
            yield item["DBClusterIdentifier"], item.get("Port")


def _open_database(subject: Subject, context: Context) -> Verdict:
    rules = subject.reply.get("IpPermissions", ())
    inventory = context.posture.inventory
    worlds = [
        (name, _world(inventory, (rule for rule in rules if port is None or _takes(rule, port))))
        for name, port in _of_databases(inventory, subject.reply["GroupId"])
    ]
    if open_to := sorted({name for name, world in worlds if world is True}):
        return failed(f"it lets the world connect to {', '.join(open_to)}")
    return next((unknown(world.why) for _, world in worlds if isinstance(world, Unknown)), PASSED)


def _outward(subject: Subject, context: Context) -> Verdict:
    rules = subject.reply.get("IpPermissionsEgress", ())
    if not any(_of_databases(context.posture.inventory, subject.reply["GroupId"])):
        return NOT_APPLICABLE
    wide = _world(context.posture.inventory, (rule for rule in rules if str(rule.get("IpProtocol")) == "-1"))
    if isinstance(wide, Unknown):
        return unknown(wide.why)
    return failed("what is in it may connect to the whole world") if wide else PASSED


def _described(subject: Subject, context: Context) -> Verdict:
    for direction in ("IpPermissions", "IpPermissionsEgress"):
        for rule in subject.reply.get(direction, ()):
            for key in ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs"):
                if any(not each.get("Description") for each in rule.get(key, ())):
                    return failed("a rule does not say what it is for")
    return PASSED


def _default(subject: Subject, context: Context) -> Verdict:
    if subject.reply.get("GroupName") != "default":
        return NOT_APPLICABLE
    rules = (*subject.reply.get("IpPermissions", ()), *subject.reply.get("IpPermissionsEgress", ()))
    return failed("the default group has rules, and whatever names no other group is in it") if rules else PASSED


RULES = (
    Rule(
        id="not-public",
        of=DATABASES,
        severity=Severity.CRITICAL,
        title="Databases have no public address",
        why="With a public address, one wrong rule of a security group opens a database to the world.",
        fix="write 'public: false'",
        decide=_public,
        good="db_instance: {orders: {public: false}}",
        bad="db_instance: {orders: {public: true}}",
        field="public",
        aliases=aka(
            hub="RDS.2",
            config="rds-instance-public-access-check",
            cis="3.2.3",
            prowler="rds_instance_no_public_access",
            checkov="CKV_AWS_17",
        ),
    ),
    Rule(
        id="private-subnets",
        of=(Of.INSTANCE,),
        severity=Severity.HIGH,
        title="No subnet of a database routes to an internet gateway",
        why="In such a subnet, the flag of the public address is all that keeps the world out.",
        fix="choose subnets without a route to an internet gateway",
        decide=_private,
        good="{routes: {10.0.0.0/16: local}}",
        bad="{routes: {0.0.0.0/0: igw-1}}",
        field="subnet_group",
        aliases=aka(hub="RDS.46", config="rds-instance-subnet-igw-check"),
        live=True,
    ),
    Rule(
        id="own-port",
        of=DATABASES,
        severity=Severity.LOW,
        title="Databases do not listen at the engine's usual port",
        why="Whoever looks for databases looks at the usual ports first.",
        fix="write another 'port'; clients must know it",
        decide=_port,
        good="db_instance: {orders: {port: 6432}}",
        bad="db_instance: {orders: {port: 5432}}",
        field="port",
        aliases=aka(hub="RDS.23", prowler="rds_instance_non_default_port rds_cluster_non_default_port"),
        profile=Profile.STRICT,
    ),
    Rule(
        id="no-open-database",
        of=(Of.SECURITY_GROUP,),
        severity=Severity.HIGH,
        title="No security group lets the world connect to a database",
        why="The group is what decides once there is a way in: a public address, a proxy, a route.",
        fix="name the hosts or networks that need it in 'ingress'",
        decide=_open_database,
        good="{from: 10.20.0.0/16, port: 5432}",
        bad="{from: 0.0.0.0/0, port: 5432}",
        field="ingress",
        aliases=aka(hub="EC2.18", config="vpc-sg-open-only-to-authorized-ports"),
    ),
    Rule(
        id="no-risky-ports",
        of=(Of.SECURITY_GROUP,),
        severity=Severity.CRITICAL,
        title="No security group opens a port of administration or of databases to the world",
        why="These ports are tried by machines within minutes.",
        fix="name the hosts or networks that need it in 'ingress'",
        decide=_risky,
        good="{from: 10.20.0.0/16, port: 22}",
        bad="{from: 0.0.0.0/0, port: 22}",
        field="ingress",
        aliases=aka(
            hub="EC2.13 EC2.14 EC2.19",
            config="restricted-ssh restricted-common-ports",
            cis="6.3 6.4",
            checkov="CKV_AWS_24 CKV_AWS_25 CKV_AWS_260 CKV_AWS_277",
        ),
    ),
    Rule(
        id="no-open-egress",
        of=(Of.SECURITY_GROUP,),
        severity=Severity.LOW,
        title="A security group of a database lets nothing out to the world",
        why="A database answers; it needs no rule to begin connections, and whoever breaks in would use one.",
        fix="write 'egress: []'",
        decide=_outward,
        good="{to: 10.20.0.0/16, protocol: '-1'}",
        bad="{to: 0.0.0.0/0, protocol: '-1'}",
        field="egress",
        aliases=aka(checkov="CKV_AWS_382"),
        profile=Profile.STRICT,
    ),
    Rule(
        id="rules-described",
        of=(Of.SECURITY_GROUP,),
        severity=Severity.LOW,
        title="Every rule of a security group says what it is for",
        why="A rule that nobody can explain is never removed.",
        fix="write a 'description' for every rule",
        decide=_described,
        good="{from: 10.20.0.0/16, port: 5432, description: the order service}",
        bad="{from: 10.20.0.0/16, port: 5432}",
        field="ingress",
        aliases=aka(checkov="CKV_AWS_23"),
        profile=Profile.STRICT,
    ),
    Rule(
        id="default-group-empty",
        of=(Of.SECURITY_GROUP,),
        severity=Severity.HIGH,
        title="Default security groups have no rules",
        why="Whatever names no group is in the default one, with everything else that forgot to.",
        fix="declare 'default_security_group' with its VPC: it removes all rules",
        decide=_default,
        good="{GroupName: default, IpPermissions: [], IpPermissionsEgress: []}",
        bad="{GroupName: default, from: 10.20.0.0/16, port: 5432}",
        aliases=aka(
            hub="EC2.2",
            config="vpc-default-security-group-closed",
            cis="6.5",
            prowler="ec2_securitygroup_default_restrict_traffic",
            checkov="CKV2_AWS_12",
        ),
        profile=Profile.STRICT,
    ),
)
