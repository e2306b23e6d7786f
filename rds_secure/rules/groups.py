"""Rules about security groups: whom they let in, what they let out, and what their rules are for. A table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_network

from rds_secure.access.protection import Unknown
from rds_secure.access.protection.unread import ask
from rds_secure.finding import Severity
from rds_secure.inventory.model import Inventory
from rds_secure.rules.model import (
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
from rds_secure.rules.openness import takes, world

_RISKY = (
    20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 1521, 2483, 2484, 3000, 3306, 3389, 4333, 5000, 5432, 5500,
    5601, 8080, 8088, 8888, 9200, 9300, 50000,
)  # fmt: skip
"""Ports that are never open to the world: those of Security Hub's EC2.19, and the usual ones of Oracle and Db2."""
_AUTHORISED: Mapping[str, frozenset[int]] = {"tcp": frozenset({80, 443}), "udp": frozenset()}
"""Protocol → ports that may be open to the world (Security Hub, EC2.18, authorizedTcpPorts)."""
_WIDEST = 24
"""A prefix shorter than this is a wide network (Prowler, ec2_securitygroup_allow_wide_open_public_ipv4)."""


def _risky(subject: Subject, context: Context) -> Verdict:
    rules = subject.reply.get("IpPermissions", ())
    inventory = context.posture.inventory
    return _open_at({port: world(inventory, (rule for rule in rules if takes(rule, port))) for port in _RISKY})


def _open_at(found: Mapping[int, bool | Unknown]) -> Verdict:
    """What ports amount to, each with whether the world may connect to it."""
    open_ports = sorted(port for port, is_open in found.items() if is_open is True)
    if not open_ports:
        return next((unknown(one.why) for one in found.values() if isinstance(one, Unknown)), PASSED)
    few = ", ".join(map(str, open_ports[:5]))
    more = " and others" if len(open_ports) > 5 else ""
    return failed(f"the world may connect to port {few}{more}", what=open_ports)


def _unauthorised(subject: Subject, context: Context) -> Verdict:
    """Whether a port may be open to all changes only where a rule begins, or after it ends: those are looked at."""
    rules, inventory = subject.reply.get("IpPermissions", ()), context.posture.inventory
    found: dict[int, bool | Unknown] = {}
    for protocol, allowed in _AUTHORISED.items():
        ends = {rule.get("FromPort") or 0 for rule in rules} | {(rule.get("ToPort") or 0) + 1 for rule in rules}
        for port in sorted({0, *ends, *(each + 1 for each in allowed)} - allowed):
            is_open = world(inventory, (rule for rule in rules if takes(rule, port, protocol)))
            if is_open is not False and found.get(port) is not True:
                found[port] = is_open
    return _open_at(found)


def _wide(subject: Subject, context: Context) -> Verdict:
    named = (each for rule in subject.reply.get("IpPermissions", ()) for each in rule.get("IpRanges", ()))
    networks = [ip_network(each["CidrIp"], strict=False) for each in named]
    wide = [network for network in networks if network.is_global and 0 < network.prefixlen < _WIDEST]
    if not wide:
        return PASSED
    return failed(f"it lets {wide[0].num_addresses} addresses of the internet in ({wide[0]})", what=wide)


def _of_databases(inventory: Inventory, group: str) -> Iterator[tuple[str, str, int | None]]:
    """The databases that a security group is on: their names, ids that outlive those, and ports."""
    for item in inventory.items("rds", "DescribeDBInstances", "DBInstances"):
        if any(each["VpcSecurityGroupId"] == group for each in item.get("VpcSecurityGroups", ())):
            name = item["DBInstanceIdentifier"]
            yield name, item.get("DbiResourceId", name), (item.get("Endpoint") or {}).get("Port")
    for item in inventory.items("rds", "DescribeDBClusters", "DBClusters"):
        if any(each["VpcSecurityGroupId"] == group for each in item.get("VpcSecurityGroups", ())):
            name = item["DBClusterIdentifier"]
            yield name, item.get("DbClusterResourceId", name), item.get("Port")


def _unlisted(inventory: Inventory) -> Unknown | None:
    """Why not all databases are known, if so."""
    asked = (ask(inventory, "rds", action) for action in ("DescribeDBInstances", "DescribeDBClusters"))
    return next((reply for reply in asked if isinstance(reply, Unknown)), None)


def _open_database(subject: Subject, context: Context) -> Verdict:
    rules = subject.reply.get("IpPermissions", ())
    inventory = context.posture.inventory
    found = [
        (name, thing, world(inventory, (rule for rule in rules if port is None or takes(rule, port))))
        for name, thing, port in _of_databases(inventory, subject.reply["GroupId"])
    ]
    if open_to := {thing: name for name, thing, is_open in found if is_open is True}:
        return failed(f"it lets the world connect to {', '.join(sorted(open_to.values()))}", what=sorted(open_to))
    unlisted = _unlisted(inventory)
    if unlisted is not None and world(inventory, rules) is not False:
        return unknown(unlisted.why)
    return next((unknown(one.why) for *_, one in found if isinstance(one, Unknown)), PASSED)


def _outward(subject: Subject, context: Context) -> Verdict:
    rules, inventory = subject.reply.get("IpPermissionsEgress", ()), context.posture.inventory
    wide = world(inventory, (rule for rule in rules if str(rule.get("IpProtocol")) == "-1"))
    if not any(_of_databases(inventory, subject.reply["GroupId"])):
        unlisted = _unlisted(inventory)
        return NOT_APPLICABLE if unlisted is None else PASSED if wide is False else unknown(unlisted.why)
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
        id="no-open-database",
        of=(Of.SECURITY_GROUP,),
        severity=Severity.HIGH,
        title="No security group lets the world connect to a database",
        why="The group is what decides once there is a way in: a public address, a proxy, a route.",
        fix="name the hosts or networks that need it in 'ingress'",
        decide=_open_database,
        good="{from: 10.20.0.0/16, port: 5432}",
        bad="{from: 0.0.0.0/0, port: 5432}",
        doubt="{prefix_list: pl-1, port: 5432}",
        field="ingress",
    ),
    Rule(
        id="only-web-open",
        of=(Of.SECURITY_GROUP,),
        severity=Severity.HIGH,
        title="Security groups let the world in to web ports alone",
        why="What the world may reach is found within minutes; only web servers are made for that.",
        fix="name the hosts or networks that need it in 'ingress'",
        decide=_unauthorised,
        good="{from: 0.0.0.0/0, port: 443}",
        bad="{from: 0.0.0.0/0, port: 444}",
        doubt="{prefix_list: pl-1, port: 444}",
        field="ingress",
        aliases=aka(
            hub="EC2.18",
            config="vpc-sg-open-only-to-authorized-ports",
            prowler="ec2_securitygroup_allow_ingress_from_internet_to_any_port "
            "ec2_securitygroup_allow_ingress_from_internet_to_all_ports",
        ),
        profile=Profile.STRICT,
    ),
    Rule(
        id="no-wide-network",
        of=(Of.SECURITY_GROUP,),
        severity=Severity.MEDIUM,
        title="Security groups let no wide network of the internet in",
        why="A network of more than 256 addresses of the internet has others in it than those that are meant.",
        fix="name smaller networks in 'ingress'",
        decide=_wide,
        good="{from: 198.51.101.0/24, port: 443}",
        bad="{from: 198.51.0.0/16, port: 443}",
        field="ingress",
        aliases=aka(prowler="ec2_securitygroup_allow_wide_open_public_ipv4"),
        profile=Profile.STRICT,
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
        doubt="{prefix_list: pl-1, port: 22}",
        field="ingress",
        aliases=aka(
            hub="EC2.13 EC2.14 EC2.19",
            config="restricted-ssh restricted-common-ports",
            cis="6.3 6.4",
            prowler="ec2_securitygroup_allow_ingress_from_internet_to_high_risk_tcp_ports "
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22 "
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389 "
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mysql_3306 "
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_oracle_1521_2483 "
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_postgres_5432 "
            "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_sql_server_1433_1434",
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
        doubt="{to_prefix_list: pl-1, protocol: '-1'}",
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
