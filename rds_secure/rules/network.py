"""Rules about from where databases can be reached: addresses, ports, subnets and their network. A table.

Those about security groups as such are in `groups`.
"""

from __future__ import annotations

from rds_secure import engines
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
from rds_secure.rules.openness import everything

_DESTINATIONS, _LIST = ("DestinationCidrBlock", "DestinationIpv6CidrBlock"), "DestinationPrefixListId"


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
    outside = [subnet for subnet, leads in zip(subnets, leading, strict=True) if leads is True]
    if outside:
        return failed(f"{outside[0]} routes to an internet gateway", what=sorted(outside))
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
    return everything(inventory, networks, [each[_LIST] for each in out if each.get(_LIST)])


def _default_group(subject: Subject, context: Context) -> Verdict:
    """Whether it is in a VPC's default group. A member of Aurora is in the groups of its cluster."""
    if subject.protected.cluster:
        return NOT_APPLICABLE
    reply = ask(context.posture.inventory, "ec2", "DescribeSecurityGroups")
    if isinstance(reply, Unknown):
        return unknown(reply.why)
    names = {each["GroupId"]: each.get("GroupName") for each in reply.get("SecurityGroups", ())}
    used = [each["VpcSecurityGroupId"] for each in subject.reply.get("VpcSecurityGroups", ())]
    if defaults := [group for group in used if names.get(group) == "default"]:
        return failed(f"it is in {defaults[0]}, the default group of its VPC")
    unseen = [group for group in used if group not in names]
    return unknown(f"{unseen[0]} was not read") if unseen or not used else PASSED


def _remote(subject: Subject, context: Context) -> Verdict:
    """By the first entry for the whole world, whether or not narrower ones stand before it (VPC guide, "Network ACL
    rules": the lowest number decides). Security Hub leaves default ones out (EC2.21)."""
    if subject.reply.get("IsDefault"):
        return NOT_APPLICABLE
    entries = [each for each in subject.reply.get("Entries", ()) if not each.get("Egress")]
    for port in (22, 3389):
        for key, all_of_it in (("CidrBlock", "0.0.0.0/0"), ("Ipv6CidrBlock", "::/0")):
            first = next(
                (
                    each
                    for each in sorted(entries, key=lambda each: each["RuleNumber"])
                    if each.get(key) == all_of_it and _admits(each, port)
                ),
                None,
            )
            if first is not None and first.get("RuleAction") == "allow":
                return failed(f"entry {first['RuleNumber']} lets {all_of_it} in to port {port}")
    return PASSED


def _admits(entry: Reply, port: int) -> bool:
    """Whether an entry of a network ACL is about a TCP port."""
    ports = entry.get("PortRange") or {}
    is_in = not ports or ports.get("From", 0) <= port <= ports.get("To", 65535)
    return str(entry.get("Protocol")) == "-1" or (str(entry.get("Protocol")) in ("6", "tcp") and is_in)


def _no_addresses(subject: Subject, context: Context) -> Verdict:
    gives = told(subject.reply, "MapPublicIpOnLaunch", bool)
    if gives is True or subject.reply.get("AssignIpv6AddressOnCreation") is True:
        return failed("whatever starts in it gets a public address")
    return unknown(gives.why) if isinstance(gives, Unknown) else PASSED


def _logged(subject: Subject, context: Context) -> Verdict:
    reply = ask(context.posture.inventory, "ec2", "DescribeFlowLogs")
    if isinstance(reply, Unknown):
        return unknown(reply.why)
    own = [each for each in reply.get("FlowLogs", ()) if each.get("ResourceId") == subject.reply["VpcId"]]
    kept = [each for each in own if each.get("FlowLogStatus") == "ACTIVE" and each.get("TrafficType") != "ACCEPT"]
    return PASSED if kept else failed("no flow log tells of what it refuses")


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
        doubt="{unread: DescribeRouteTables}",
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
        id="no-default-group",
        of=DATABASES,
        severity=Severity.MEDIUM,
        title="No database is in the default security group of its VPC",
        why="Everything that names no group is in the default one, and its members reach each other.",
        fix="name a group of its own in 'security_groups'",
        decide=_default_group,
        good="db_instance: {orders: {security_groups: ['${security_group.db}']}}",
        bad="{GroupName: default}",
        doubt="db_instance: {orders: {security_groups: [sg-0123456789abcdef0]}}",
        field="security_groups",
    ),
    Rule(
        id="no-remote-acl",
        of=(Of.NETWORK_ACL,),
        severity=Severity.MEDIUM,
        title="Network ACLs around databases let the world in neither by SSH nor by RDP",
        why="No host beside a database needs to be administered from everywhere.",
        fix="refuse ports 22 and 3389 from 0.0.0.0/0 and ::/0 in the network ACL",
        decide=_remote,
        good="{RuleNumber: 100, RuleAction: deny, Protocol: '6', CidrBlock: 0.0.0.0/0, PortRange: {From: 22, To: 22}}",
        bad="{RuleNumber: 100, RuleAction: allow, Protocol: '-1', CidrBlock: 0.0.0.0/0}",
        aliases=aka(
            hub="EC2.21",
            config="nacl-no-unrestricted-ssh-rdp",
            cis="6.2",
            prowler="ec2_networkacl_allow_ingress_any_port ec2_networkacl_allow_ingress_tcp_port_22 "
            "ec2_networkacl_allow_ingress_tcp_port_3389",
        ),
        profile=Profile.STRICT,
        live=True,
    ),
    Rule(
        id="no-public-subnet",
        of=(Of.SUBNET,),
        severity=Severity.MEDIUM,
        title="Subnets of databases give out no public addresses",
        why="A host that starts beside a database by mistake would be on the internet.",
        fix="switch off that the subnet assigns public addresses by itself",
        decide=_no_addresses,
        good="{MapPublicIpOnLaunch: false}",
        bad="{MapPublicIpOnLaunch: true}",
        aliases=aka(
            hub="EC2.15", config="subnet-auto-assign-public-ip-disabled", prowler="vpc_subnet_no_public_ip_by_default"
        ),
        profile=Profile.STRICT,
        live=True,
    ),
    Rule(
        id="flow-logs",
        of=(Of.VPC,),
        severity=Severity.MEDIUM,
        title="VPCs of databases log what they refuse",
        why="Whoever looks for a way to a database shows in refused connections first.",
        fix="make a flow log of the VPC, of traffic REJECT or ALL",
        decide=_logged,
        good="{TrafficType: REJECT}",
        bad="{TrafficType: ACCEPT}",
        doubt="{unread: DescribeFlowLogs}",
        aliases=aka(hub="EC2.6", config="vpc-flow-logs-enabled", prowler="vpc_flow_logs_enabled"),
        profile=Profile.STRICT,
        live=True,
    ),
)
