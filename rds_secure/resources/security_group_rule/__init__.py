"""One rule in a security group that belongs to others: it is ours by its own tags, the group is not touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from rds_secure import network, ownership, tagging
from rds_secure.fields import values_of
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.network import peers
from rds_secure.network.calls import authorize, describe, revoke
from rds_secure.network.prefix_list import counted
from rds_secure.operation import Operation
from rds_secure.resources.security_group_rule.read import place, read
from rds_secure.resources.security_group_rule.spec import SecurityGroupRuleSpec
from rds_secure.values import Address, Ref, Value, refs

_IDENTITY = ("peer", "protocol", "port", "ports")
"""Fields of which another value is another rule (EC2-1)."""


class SecurityGroupRule(Kind[SecurityGroupRuleSpec]):
    """EC2 `AuthorizeSecurityGroupIngress` and its like for one rule. Another rule is added before the old one goes."""

    name = "security_group_rule"
    title = "security group rule"
    spec = SecurityGroupRuleSpec
    exports = {"id": "its id, sgr-…", "arn": "its ARN"}
    imported = False
    services = ("ec2",)
    renames = True  # its name is in our tags alone
    adopted_by = "id"
    read_actions = (
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeManagedPrefixLists",
    )

    # What is declared

    def identity(self, name: str, spec: SecurityGroupRuleSpec, scope: Scope) -> str:
        group = scope.resolve(spec.group)
        if any(network.complaints(spec.rule)):
            return f"{group}/{name}"
        rule = network.normal(spec.rule, own=group, account=scope.account)
        return f"{group}/{network.label(scope.resolve(values_of(rule)))}"

    def check(self, key: str, spec: SecurityGroupRuleSpec) -> Iterator[Complaint]:
        if isinstance(spec.group, Ref):
            fix = f"write the rule in the {spec.direction}: of {spec.group.target}"
            yield Complaint(("group",), f"{spec.group.target} is a group of this stack, with all its rules", fix)
        for index, field in enumerate(spec.ignore):
            if field in _IDENTITY:
                what = f"{field} is part of what makes it this rule, and cannot be left to others"
                yield Complaint(("ignore", index), what, "take it out, or take the rule out")
        for item in network.complaints(spec.rule):
            where = tuple("peer" if step in ("from", "to") else step for step in item.path)
            yield Complaint(where, item.what, item.fix)

    def verify(self, reader: Reader, resource: Resource[SecurityGroupRuleSpec], scope: Scope) -> Iterator[Complaint]:
        spec = resource.spec
        group = next((item for item in peers.groups(reader) if item["GroupId"] == spec.group), None)
        if group is None:
            yield Complaint(("group",), f"there is no security group {spec.group} here", "name an existing group")
            return
        owner = ownership.owner(tagging.mapping(group.get("Tags")))
        if owner and owner.stack == scope.stack:
            fix = f"write the rule in the {spec.direction}: of {owner.address}"
            yield Complaint(("group",), f"{spec.group} is {owner.address} of this stack, with all its rules", fix)
        for _, what, fix in peers.missing(reader, [spec.rule]):
            yield Complaint(("peer",), what, fix)
        others = [
            network.read_rule(row).peer
            for row in peers.rows(reader)
            if place(row) == (spec.group, spec.direction) and not self._is_its(row, resource, scope)
        ]
        yield from peers.too_large(reader, [spec.peer], spec.rule_quota, others)

    def _is_its(self, row: Mapping[str, Value], resource: Resource[SecurityGroupRuleSpec], scope: Scope) -> bool:
        owner = ownership.owner(tagging.mapping(row.get("Tags")))
        return owner is not None and (owner.stack, owner.address) == (scope.stack, resource.address)

    def normalise(
        self, resource: Resource[SecurityGroupRuleSpec], live: Live[SecurityGroupRuleSpec] | None, scope: Scope
    ) -> SecurityGroupRuleSpec:
        spec = resource.spec
        return spec.with_rule(network.normal(spec.rule, own=spec.group, account=scope.account))

    # What is live

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[SecurityGroupRuleSpec]]:
        return read(reader, wanted, self.name)

    # How the two compare

    def advice(self, field: str, resource: Resource[SecurityGroupRuleSpec], live: Live[SecurityGroupRuleSpec]) -> str:
        return "declare a new rule under another key; this one goes when it is no longer declared"

    # Operations

    def create(self, resource: Resource[SecurityGroupRuleSpec], scope: Scope) -> tuple[Operation, ...]:
        return _authorize(resource)

    def update(self, change: Change[SecurityGroupRuleSpec]) -> tuple[Operation, ...]:
        spec, live = change.resource.spec, change.live
        labels, own = live.facts["labels"], live.exports["id"]
        replaced = any(name in change for name in _IDENTITY)
        gone = [identifier for identifier in labels if identifier != own or replaced]
        named = {ref.target for ref in refs(live.spec.peer)} if replaced else set()
        adding = _authorize(change.resource) if replaced else ()
        revoking = _revoke(live, gone, releases=tuple(sorted(named)))
        calls = (*revoking, *adding) if _crowded(change) else (*adding, *revoking)
        if replaced or "description" not in change:
            return calls
        described = describe(spec.group, spec.direction, {labels[own]: own}, {labels[own]: spec.description})
        return (*calls, *described)

    def delete(self, live: Live[SecurityGroupRuleSpec], scope: Scope) -> tuple[Operation, ...]:
        return tuple(replace(call, destructive=True) for call in _revoke(live, list(live.facts["labels"])))

    def tag(
        self,
        subject: Resource[SecurityGroupRuleSpec] | Live[SecurityGroupRuleSpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        # By reference, also where the id is known: a change of the rule makes a new one, and that is what is tagged.
        return tagging.ec2(Ref(subject.address, "id"), add, remove)


def _authorize(resource: Resource[SecurityGroupRuleSpec]) -> tuple[Operation, ...]:
    spec = resource.spec
    made = "SecurityGroupRules[0].SecurityGroupRule"
    exports = {"id": f"{made}Id", "arn": f"{made}Arn"}
    return authorize(spec.group, spec.direction, [values_of(spec.rule)], tags=resource.tags, exports=exports)


def _revoke(
    live: Live[SecurityGroupRuleSpec], ids: list[str], releases: tuple[Address, ...] = ()
) -> tuple[Operation, ...]:
    named = {live.facts["labels"][identifier]: identifier for identifier in ids}
    return revoke(live.facts["group"], live.found.spec.direction, named, releases=releases)


def _crowded(change: Change[SecurityGroupRuleSpec]) -> bool:
    """Whether the group has no room for the new rule beside the old one; a new prefix list is not counted."""
    count = counted([*change.live.facts["held"], change.resource.spec.peer], change.live.facts["lists"])
    return max(count.values(), default=0) > change.resource.spec.rule_quota


KIND = SecurityGroupRule()
