"""DB subnet groups: the subnets, in two availability zones at least, in which an instance may be placed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from rds_secure import ownership, tagging
from rds_secure.fields import Field, Named, OrLookup, Reference, ResourceSpec, Str, Tagged
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.operation import Operation
from rds_secure.values import Lookup, Ref

SubnetId = Annotated[
    Ref | Lookup | str,
    Reference((), "id", r"subnet-[0-9a-f]{8,17}", "a subnet id such as subnet-0123456789abcdef0", lookup="subnet"),
]


class DbSubnetGroupSpec(Named, Tagged, ResourceSpec):
    """Subnets for instances."""

    description: Annotated[
        Str,
        Field(
            create="DBSubnetGroupDescription",
            change="DBSubnetGroupDescription",
            read="DBSubnetGroupDescription",
            terraform="description",
        ),
    ] = "managed by rds-secure"
    """What it is for."""
    subnets: Annotated[
        tuple[SubnetId, ...],
        OrLookup(),
        Field(
            create="SubnetIds",
            change="SubnetIds",
            read="Subnets[].SubnetIdentifier",
            terraform="subnet_ids",
            as_set=True,
        ),
    ]
    """Subnets of one VPC, in two availability zones at least: ids, or a look-up that takes all it finds."""


class DbSubnetGroup(Kind[DbSubnetGroupSpec]):
    """RDS `CreateDBSubnetGroup` and its like. AWS wants the whole list of subnets with every change."""

    name = "db_subnet_group"
    title = "DB subnet group"
    spec = DbSubnetGroupSpec
    exports = {"name": "the group's name", "arn": "its ARN", "vpc": "the VPC of its subnets"}
    tagged_as = "rds:subgrp"
    services = ("rds", "ec2")
    read_actions = (
        "rds:DescribeDBSubnetGroups",
        "rds:ListTagsForResource",
        "rds:DescribeDBInstances",
        "rds:DescribeDBClusters",
        "ec2:DescribeSubnets",
    )

    def check(self, key: str, spec: DbSubnetGroupSpec) -> Iterator[Complaint]:
        if not spec.subnets:
            yield Complaint(("subnets",), "a subnet group needs subnets", "name two or more, in two zones")
        if (spec.name or key).lower() == "default":
            yield Complaint(("name",), "AWS reserves the name 'default'", "choose another name")

    def verify(self, reader: Reader, resource: Resource[DbSubnetGroupSpec], scope: Scope) -> Iterator[Complaint]:
        reply = reader.call("ec2", "DescribeSubnets") or {}
        subnets = [subnet for subnet in reply["Subnets"] if subnet["SubnetId"] in resource.spec.subnets]
        missing = {str(subnet) for subnet in resource.spec.subnets} - {subnet["SubnetId"] for subnet in subnets}
        if missing:
            yield Complaint(("subnets",), f"there is no {' or '.join(sorted(missing))} here", "name existing subnets")
            return
        if len({subnet["VpcId"] for subnet in subnets}) > 1:
            yield Complaint(("subnets",), "the subnets are in more than one VPC", "choose subnets of one VPC")
        zones = sorted({subnet["AvailabilityZone"] for subnet in subnets})
        if len(zones) < 2:  # RDS-10: DBSubnetGroupDoesNotCoverEnoughAZs
            yield Complaint(("subnets",), f"all subnets are in {zones[0]}", "add subnets of a second availability zone")

    def predict(self, scope: Scope, name: str, spec: DbSubnetGroupSpec) -> Mapping[str, str]:
        return {"name": name.lower(), "arn": scope.arn("rds", f"subgrp:{name.lower()}")}

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[DbSubnetGroupSpec]]:
        reply = reader.call("rds", "DescribeDBSubnetGroups") or {}
        groups = [
            group
            for group in reply["DBSubnetGroups"]
            if wanted.asks_for(group["DBSubnetGroupName"], group["DBSubnetGroupArn"])
        ]
        tags = reader.each(lambda group: _tags(reader, group["DBSubnetGroupArn"]), groups)
        return [_found(group, found) for group, found in zip(groups, tags, strict=True)]

    def inspect(
        self, reader: Reader, live: Live[DbSubnetGroupSpec], scope: Scope, going: frozenset[str]
    ) -> Live[DbSubnetGroupSpec] | str:
        users = [*_users(reader, live.name.lower(), scope, going)]  # RDS-10
        return f"it is in use by {', '.join(users)}" if users else live

    def create(self, resource: Resource[DbSubnetGroupSpec], scope: Scope) -> tuple[Operation, ...]:
        params = _params(resource.name, resource.spec) | {"Tags": tagging.pairs(resource.tags)}
        exports = {"arn": "DBSubnetGroup.DBSubnetGroupArn", "vpc": "DBSubnetGroup.VpcId"}
        exports["name"] = "DBSubnetGroup.DBSubnetGroupName"
        summary = f"create subnet group {resource.name}"
        return (
            Operation(
                service="rds",
                action="CreateDBSubnetGroup",
                params=params,
                summary=summary,
                exports=exports,
                also=("rds:AddTagsToResource",),
            ),
        )

    def update(self, change: Change[DbSubnetGroupSpec]) -> tuple[Operation, ...]:
        params = _params(change.live.name, change.resource.spec)
        summary = f"change {change.names}"
        return (Operation(service="rds", action="ModifyDBSubnetGroup", params=params, summary=summary),)

    def delete(self, live: Live[DbSubnetGroupSpec], scope: Scope) -> tuple[Operation, ...]:
        return (
            Operation(
                service="rds",
                action="DeleteDBSubnetGroup",
                params={"DBSubnetGroupName": live.name},
                summary=f"delete subnet group {live.name}",
                done_on=("DBSubnetGroupNotFoundFault",),
                destructive=True,
            ),
        )

    def tag(
        self,
        subject: Resource[DbSubnetGroupSpec] | Live[DbSubnetGroupSpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tagging.rds(scope.arn("rds", f"subgrp:{subject.name.lower()}"), add, remove)


def _params(name: str, spec: DbSubnetGroupSpec) -> dict[str, Any]:
    return {
        "DBSubnetGroupName": name,
        "DBSubnetGroupDescription": spec.description,
        "SubnetIds": tuple(spec.subnets),
    }


def _users(reader: Reader, name: str, scope: Scope, going: frozenset[str]) -> Iterator[str]:
    """Databases and clusters outside the stack; those of the stack are known to the planner, and a copy is not one."""
    for what, thing in (("database", "DBInstance"), ("cluster", "DBCluster")):
        for item in (reader.call("rds", f"Describe{thing}s") or {})[f"{thing}s"]:
            group = item.get("DBSubnetGroup") or ""
            named = group if isinstance(group, str) else group["DBSubnetGroupName"]  # clusters give the name alone
            identifier, owner = item[f"{thing}Identifier"], ownership.owner(tagging.mapping(item.get("TagList")))
            is_ours = owner is not None and (owner.stack, owner.name) == (scope.stack, identifier)  # RDS-18
            if named.lower() == name and not is_ours and item[f"{thing}Arn"] not in going:
                yield f"{what} {identifier}"


def _tags(reader: Reader, arn: str) -> dict[str, str]:
    reply = reader.call("rds", "ListTagsForResource", {"ResourceName": arn}) or {}
    return tagging.mapping(reply.get("TagList"))


def _found(group: Mapping[str, Any], tags: Mapping[str, str]) -> Found[DbSubnetGroupSpec]:
    return Found(
        name=group["DBSubnetGroupName"],
        identity=group["DBSubnetGroupName"],
        spec=DbSubnetGroupSpec.model_construct(
            description=group["DBSubnetGroupDescription"],
            subnets=tuple(subnet["SubnetIdentifier"] for subnet in group["Subnets"]),
        ),
        exports={
            "name": group["DBSubnetGroupName"],
            "arn": group["DBSubnetGroupArn"],
            "vpc": group.get("VpcId", ""),
        },
        tags=tags,
    )


KIND = DbSubnetGroup()
