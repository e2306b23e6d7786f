"""A VPC's default security group, claimed and without rules. It is there anyway: it is never made and never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from rds_secure import network, ownership, tagging
from rds_secure.fields import VPC, Field, Mode, ResourceSpec, Tagged
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.network import NotWritten
from rds_secure.network.calls import DIRECTIONS, revoke
from rds_secure.network.peers import groups, rows
from rds_secure.operation import Operation
from rds_secure.values import Lookup, Ref

_NAME = "default"


class DefaultSecurityGroupSpec(Tagged, ResourceSpec):
    """A VPC's default security group, which is to have no rules, so that nothing relies on it."""

    vpc: Annotated[
        Ref | Lookup | str,
        VPC,
        Field(Mode.CREATE_ONLY, read="SecurityGroups[].VpcId", terraform="vpc_id", applies="never"),
    ]
    """Its VPC: an id, or a look-up by tags."""
    rules: Annotated[
        NotWritten,
        Field(
            change="RevokeSecurityGroupIngress.SecurityGroupRuleIds",
            read="SecurityGroupRules[].SecurityGroupRuleId",
            as_set=True,
        ),
    ] = ()
    """The rules that AWS and others have given it. Nothing can be written here: all of them go."""


class DefaultSecurityGroup(Kind[DefaultSecurityGroupSpec]):
    """EC2's default groups: their rules are revoked, and only that. No longer declared, one is let go as it is."""

    name = "default_security_group"
    title = "default security group"
    spec = DefaultSecurityGroupSpec
    exports = {"id": "its id, sg-…", "arn": "its ARN", "name": "its name, which is default"}
    services = ("ec2",)
    read_actions = (
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeVpcs",
        "ec2:DescribeNetworkInterfaces",
    )
    singleton = True
    imported = False
    claimed = True

    def aws_name(self, stack: str, key: str, spec: DefaultSecurityGroupSpec) -> str:
        return _NAME

    def identity(self, name: str, spec: DefaultSecurityGroupSpec, scope: Scope) -> str:
        return str(spec.vpc)

    def verify(self, reader: Reader, resource: Resource[DefaultSecurityGroupSpec], scope: Scope) -> Iterator[Complaint]:
        vpcs = {vpc["VpcId"] for vpc in (reader.call("ec2", "DescribeVpcs") or {})["Vpcs"]}
        if resource.spec.vpc not in vpcs:
            yield Complaint(("vpc",), f"there is no {resource.spec.vpc} here", "name an existing VPC")

    def predict(self, scope: Scope, name: str, spec: DefaultSecurityGroupSpec) -> Mapping[str, str]:
        return {"name": _NAME}

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[DefaultSecurityGroupSpec]]:
        for group in groups(reader):
            tags = tagging.mapping(group.get("Tags"))
            if group["GroupName"] == _NAME and wanted.asks_for(group["VpcId"], group["GroupId"], tags=tags):
                yield _found(group, reader, wanted.scope)

    def advice(
        self, field: str, resource: Resource[DefaultSecurityGroupSpec], live: Live[DefaultSecurityGroupSpec]
    ) -> str:
        return "declare that VPC's group under a key of its own; this one is let go when it is no longer declared"

    def create(self, resource: Resource[DefaultSecurityGroupSpec], scope: Scope) -> tuple[Operation, ...]:
        """None: every VPC has its default group, and nobody can make one."""
        return ()

    def update(self, change: Change[DefaultSecurityGroupSpec]) -> tuple[Operation, ...]:
        ids = change.live.facts["rule_ids"]
        gone = {str(label) for label in change.removed("rules")}
        return tuple(
            call
            for direction in DIRECTIONS
            for call in revoke(
                change.live.exports["id"],
                direction,
                {label: identifier for label, identifier in ids[direction].items() if label in gone},
            )
        )

    def tag(
        self,
        subject: Resource[DefaultSecurityGroupSpec] | Live[DefaultSecurityGroupSpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tagging.ec2(subject.exports["id"] if isinstance(subject, Live) else subject.ref("id"), add, remove)


def _found(group: Mapping[str, Any], reader: Reader, scope: Scope) -> Found[DefaultSecurityGroupSpec]:
    """The group with the labels of its rules; those that carry a stack's tag are resources of their own."""
    identifier = group["GroupId"]
    ids: dict[str, dict[str, str]] = {direction: {} for direction in DIRECTIONS}
    notes = []
    for row in rows(reader):
        if row["GroupId"] == identifier:
            rule = network.read_rule(row)
            if stack := tagging.mapping(row.get("Tags")).get(ownership.STACK):
                notes.append(f"{rule.label} belongs to stack {stack}")
            else:
                ids[rule.direction][rule.label] = row["SecurityGroupRuleId"]
    labels = sorted(label for found in ids.values() for label in found)
    if labels:
        notes += (f"{user} uses the group, and loses its rules" for user in _users(reader, identifier))
    return Found(
        name=group["GroupName"],
        identity=group["VpcId"],
        spec=DefaultSecurityGroupSpec.model_construct(vpc=group["VpcId"], rules=tuple(labels)),
        exports={"id": identifier, "arn": scope.arn("ec2", f"security-group/{identifier}"), "name": group["GroupName"]},
        tags=tagging.mapping(group.get("Tags")),
        facts={"rule_ids": ids, "notes": tuple(notes)},
    )


def _users(reader: Reader, group: str) -> Iterator[str]:
    params = {"Filters": [{"Name": "group-id", "Values": [group]}]}
    for interface in (reader.call("ec2", "DescribeNetworkInterfaces", params) or {})["NetworkInterfaces"]:
        user = interface.get("Attachment", {}).get("InstanceId") or interface.get("Description")
        yield f"interface {interface['NetworkInterfaceId']}" + (f" ({user})" if user else "")


KIND = DefaultSecurityGroup()
