"""What EC2 has: groups with their rules, and who holds a group that is to go. Bulk reads only, shared by all groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rds_secure import network, ownership, tagging
from rds_secure.kind import Found, Live, Reader, Scope, Wanted
from rds_secure.network import EgressRule, IngressRule, Rule
from rds_secure.resources.security_group.spec import DIRECTIONS, Direction, SecurityGroupSpec


def groups(reader: Reader) -> list[Mapping[str, Any]]:
    """Every group of the account and region."""
    return list((reader.call("ec2", "DescribeSecurityGroups") or {})["SecurityGroups"])


def read(reader: Reader, wanted: Wanted) -> Iterator[Found[SecurityGroupSpec]]:
    """The groups that are declared or tagged for the stack; two calls, whatever their number."""
    rows = defaultdict(list)
    for row in _rows(reader):
        rows[row["GroupId"]].append(row)
    for group in groups(reader):
        found = _found(group, rows[group["GroupId"]], wanted.scope)
        if wanted.asks_for(found.identity, found.exports["id"], found.exports["arn"], tags=found.tags):
            yield found


def theirs(live: Live[SecurityGroupSpec], direction: Direction) -> Mapping[str, str]:
    """Rules in the group that are a resource of their own: label → stack."""
    held: Mapping[str, str] = live.facts["theirs"][direction]
    return held


def holders(reader: Reader, live: Live[SecurityGroupSpec], scope: Scope, going: frozenset[str]) -> list[str]:
    """Who keeps the group from being deleted (EC2-3), apart from the stack itself, which lets go before."""
    group = live.exports["id"]
    databases = _databases(reader, group, scope, going)
    return [*_interfaces(reader, group), *databases, *_referrers(reader, group, scope)]


def _rows(reader: Reader) -> list[Mapping[str, Any]]:
    return list((reader.call("ec2", "DescribeSecurityGroupRules") or {})["SecurityGroupRules"])


def _found(group: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], scope: Scope) -> Found[SecurityGroupSpec]:
    described = _descriptions(group)
    rules: list[Rule] = []
    ids: dict[str, dict[str, str]] = {direction: {} for direction in DIRECTIONS}
    foreign: dict[str, dict[str, str]] = {direction: {} for direction in DIRECTIONS}
    for row in rows:
        rule: Rule = network.read_rule({"GroupOwnerId": group["OwnerId"], **row})
        if stack := tagging.mapping(row.get("Tags")).get(ownership.STACK):
            foreign[rule.direction][rule.label] = stack
            continue
        if not rule.description:
            rule = rule.model_copy(update={"description": described.get(rule.label)})
        rules.append(rule)
        ids[rule.direction][rule.label] = row["SecurityGroupRuleId"]
    notes = [f"{label} belongs to stack {stack}" for held in foreign.values() for label, stack in sorted(held.items())]
    return Found(
        name=group["GroupName"],
        identity=f"{group['VpcId']}/{group['GroupName'].lower()}",
        spec=SecurityGroupSpec.model_construct(
            vpc=group["VpcId"],
            description=group["Description"],
            ingress=tuple(rule for rule in rules if isinstance(rule, IngressRule)),
            egress=tuple(rule for rule in rules if isinstance(rule, EgressRule)),
        ),
        exports={
            "id": group["GroupId"],
            "arn": scope.arn("ec2", f"security-group/{group['GroupId']}"),
            "name": group["GroupName"],
        },
        tags=tagging.mapping(group.get("Tags")),
        facts={"rule_ids": ids, "theirs": foreign, "notes": tuple(notes)},
    )


def _descriptions(group: Mapping[str, Any]) -> dict[str, str]:
    """Label → description of the rules about groups, which some endpoints show here only."""
    found = {}
    for key, is_egress in (("IpPermissions", False), ("IpPermissionsEgress", True)):
        for permission in group.get(key, ()):
            for pair in permission.get("UserIdGroupPairs", ()):
                row = {"ReferencedGroupInfo": pair, "IsEgress": is_egress, "GroupOwnerId": group["OwnerId"]}
                rule = network.read_rule({**permission, **row})
                if pair.get("Description"):
                    found[rule.label] = pair["Description"]
    return found


def _interfaces(reader: Reader, group: str) -> Iterator[str]:
    params = {"Filters": [{"Name": "group-id", "Values": [group]}]}
    for interface in (reader.call("ec2", "DescribeNetworkInterfaces", params) or {})["NetworkInterfaces"]:
        if interface.get("RequesterManaged") and interface.get("Description") == "RDSNetworkInterface":
            continue  # the database that it belongs to is looked at instead
        user = interface.get("Attachment", {}).get("InstanceId") or interface.get("Description")
        yield f"interface {interface['NetworkInterfaceId']}" + (f" ({user})" if user else "")


def _databases(reader: Reader, group: str, scope: Scope, going: frozenset[str]) -> Iterator[str]:
    """Databases outside the stack; what the stack's own refer to is known to the planner."""
    for what, thing in (("database", "DBInstance"), ("cluster", "DBCluster")):
        for item in (reader.call("rds", f"Describe{thing}s") or {})[f"{thing}s"]:
            name, held = item[f"{thing}Identifier"], item.get("VpcSecurityGroups", ())
            owner = ownership.owner(tagging.mapping(item.get("TagList")))
            is_ours = owner is not None and (owner.stack, owner.name) == (scope.stack, name)  # RDS-18: no copies
            if is_ours or item[f"{thing}Arn"] in going:
                continue
            if group in (member["VpcSecurityGroupId"] for member in held):
                yield f"{what} {name}"


def _referrers(reader: Reader, group: str, scope: Scope) -> Iterator[str]:
    """Groups outside the stack whose rules name this one."""
    stacks = {item["GroupId"]: tagging.mapping(item.get("Tags")).get(ownership.STACK) for item in groups(reader)}
    naming = {row["GroupId"] for row in _rows(reader) if row.get("ReferencedGroupInfo", {}).get("GroupId") == group}
    for other in sorted(naming - {group}):
        if stacks.get(other) != scope.stack:
            yield f"a rule of {other}"
