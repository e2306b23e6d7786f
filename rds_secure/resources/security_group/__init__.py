"""Security groups with all of their rules: who may connect. Single rules in others' groups are not this kind's.

A group's rules are wholly ours (meaning §3), except those that carry a stack's tag: they are resources of their
own and are left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from rds_secure import network, tagging
from rds_secure.fields import values_of
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.network import EgressRule, IngressRule
from rds_secure.operation import Operation, Retry
from rds_secure.resources.security_group import calls
from rds_secure.resources.security_group.read import groups, holders, read, theirs
from rds_secure.resources.security_group.spec import DIRECTIONS, Direction, SecurityGroupSpec
from rds_secure.values import Value

_FAMILIES = {4: "IPv4", 6: "IPv6"}


class SecurityGroup(Kind[SecurityGroupSpec]):
    """EC2 `CreateSecurityGroup`, and the calls for its rules. Rules are added before others are revoked (EC2-2)."""

    name = "security_group"
    title = "security group"
    spec = SecurityGroupSpec
    exports = {"id": "its id, sg-…", "arn": "its ARN", "name": "its name"}
    adopted_by = "id"
    services = ("ec2", "rds")
    read_actions = (
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeVpcs",
        "ec2:DescribeNetworkInterfaces",
        "rds:DescribeDBInstances",
        "rds:DescribeDBClusters",
    )

    # What is declared

    def identity(self, name: str, spec: SecurityGroupSpec, scope: Scope) -> str:
        return f"{scope.resolve(spec.vpc)}/{name.lower()}"  # EC2-5: names ignore case, within a VPC

    def check(self, key: str, spec: SecurityGroupSpec) -> Iterator[Complaint]:
        name = spec.name or key
        if not re.fullmatch(rf"{network.TEXT}{{1,255}}", name) or name.lower().startswith("sg-"):
            fix = "use at most 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, not beginning with sg-"
            yield Complaint(("name",), f"{name!r} is no name for a security group", fix)
        if name.lower() == "default":
            yield Complaint(("name",), "AWS reserves the name 'default'", "choose another name")
        for direction in DIRECTIONS:
            yield from _check_rules(direction, spec.rules(direction), spec.rule_quota)

    def verify(self, reader: Reader, resource: Resource[SecurityGroupSpec], scope: Scope) -> Iterator[Complaint]:
        vpcs = {vpc["VpcId"] for vpc in (reader.call("ec2", "DescribeVpcs") or {})["Vpcs"]}
        if isinstance(resource.spec.vpc, str) and resource.spec.vpc not in vpcs:
            yield Complaint(("vpc",), f"there is no {resource.spec.vpc} here", "name an existing VPC")
        existing = {group["GroupId"] for group in groups(reader)}
        for direction in DIRECTIONS:
            for index, rule in enumerate(resource.spec.rules(direction)):
                peer = rule.peer
                if isinstance(peer, str) and peer.startswith("sg-") and peer not in existing:
                    what = f"there is no security group {peer} here"
                    fix = "name an existing group; write account/sg-… for another account's"
                    yield Complaint((direction, index, rule.word), what, fix)

    def predict(self, scope: Scope, name: str, spec: SecurityGroupSpec) -> Mapping[str, str]:
        return {"name": name}

    def normalise(
        self, resource: Resource[SecurityGroupSpec], live: Live[SecurityGroupSpec] | None, scope: Scope
    ) -> SecurityGroupSpec:
        return resource.spec.model_copy(
            update={direction: _normal_rules(resource, direction, live, scope) for direction in DIRECTIONS}
        )

    # What is live

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[SecurityGroupSpec]]:
        return read(reader, wanted)

    def inspect(
        self, reader: Reader, live: Live[SecurityGroupSpec], scope: Scope, going: frozenset[str]
    ) -> Live[SecurityGroupSpec] | str:
        if held := [label for direction in DIRECTIONS for label in theirs(live, direction)]:
            return f"it holds rules that are not ours: {', '.join(held)}"
        users = holders(reader, live, scope, going)
        return f"it is in use by {', '.join(users)}" if users else live

    # How the two compare

    def member(self, path: str, value: Value) -> str:
        return network.label(value) if isinstance(value, Mapping) else str(value)

    def advice(self, field: str, resource: Resource[SecurityGroupSpec], live: Live[SecurityGroupSpec]) -> str:
        return (
            f"declare a new group under another key, move what uses {live.exports['id']} to it, "
            "and remove this one in a later apply"
        )

    # Operations

    def create(self, resource: Resource[SecurityGroupSpec], scope: Scope) -> tuple[Operation, ...]:
        spec, group = resource.spec, resource.ref("id")
        params = {
            "GroupName": resource.name,
            "Description": spec.description,
            "VpcId": spec.vpc,
            "TagSpecifications": ({"ResourceType": "security-group", "Tags": tagging.pairs(resource.tags)},),
        }
        created = Operation(
            service="ec2",
            action="CreateSecurityGroup",
            params=params,
            summary=f"create security group {resource.name}",
            exports={"id": "GroupId", "arn": "SecurityGroupArn"},
            also=("ec2:CreateTags",),
        )
        ingress, egress = ([values_of(rule) for rule in spec.rules(direction)] for direction in DIRECTIONS)
        kept = [rule for rule in egress if calls.is_default(rule)]
        asked = [rule for rule in egress if not calls.is_default(rule)]
        return (
            created,
            *(calls.describe_default(group, rule) for rule in kept if rule["description"]),
            *calls.revoke_defaults(group, but_ipv4=bool(kept)),
            *calls.authorize(group, "ingress", ingress),
            *calls.authorize(group, "egress", asked),
        )

    def update(self, change: Change[SecurityGroupSpec]) -> tuple[Operation, ...]:
        return tuple(operation for direction in DIRECTIONS for operation in calls.update(change, direction))

    def delete(self, live: Live[SecurityGroupSpec], scope: Scope) -> tuple[Operation, ...]:
        group = live.exports["id"]
        deletion = Operation(
            service="ec2",
            action="DeleteSecurityGroup",
            params={"GroupId": group},
            summary=f"delete security group {live.name}",
            retry_on=(Retry("DependencyViolation"),),  # RDS-17: a gone instance's interface holds it for a moment
            done_on=("InvalidGroup.NotFound",),
            destructive=True,
        )
        return (*(call for direction in DIRECTIONS for call in calls.release(live, direction)), deletion)

    def tag(
        self,
        subject: Resource[SecurityGroupSpec] | Live[SecurityGroupSpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tagging.ec2(subject.exports["id"] if isinstance(subject, Live) else subject.ref("id"), add, remove)


def _check_rules(direction: Direction, rules: tuple[IngressRule | EgressRule, ...], quota: int) -> Iterator[Complaint]:
    first: dict[str, int] = {}
    for index, rule in enumerate(rules):
        if found := list(network.complaints(rule)):
            yield from (Complaint((direction, index, *item.path), item.what, item.fix) for item in found)
            continue
        label = network.normal(rule, own="self", account="").label
        if first.setdefault(label, index) != index:
            what = f"{label!r} is written twice, here and as number {first[label] + 1}"
            yield Complaint((direction, index), what, "keep one of them: descriptions do not tell rules apart")
    counted = Counter(family for rule in rules for family in network.families(rule))
    for family, count in sorted(counted.items()):
        if count > quota:  # EC2-2
            what = f"{count} {_FAMILIES[family]} rules are written, and AWS allows {quota}"
            fix = "join networks, or have AWS raise the quota and write it as rule_quota"
            yield Complaint((direction,), what, fix)


def _normal_rules(
    resource: Resource[SecurityGroupSpec], direction: Direction, live: Live[SecurityGroupSpec] | None, scope: Scope
) -> tuple[IngressRule | EgressRule, ...]:
    """Each rule once, although two look-ups may find the same group; without those that another resource holds."""
    held = theirs(live, direction) if live else {}
    wanted: dict[str, IngressRule | EgressRule] = {}
    for rule in resource.spec.rules(direction):
        normal = network.normal(rule, own=resource.ref("id"), account=scope.account)
        wanted.setdefault(network.label(scope.resolve(values_of(normal))), normal)
    return tuple(rule for label, rule in wanted.items() if label not in held)


KIND = SecurityGroup()
