"""What EC2 has of single rules: ours by the tags on the rule, and strangers in the place of what is declared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from rds_secure import network, ownership, tagging
from rds_secure.kind import Found, Reader, Scope, Wanted
from rds_secure.network.calls import Direction
from rds_secure.network.peers import rows
from rds_secure.network.prefix_list import prefix_lists
from rds_secure.resources.security_group_rule.spec import SecurityGroupRuleSpec

_Row: TypeAlias = Mapping[str, Any]


def read(reader: Reader, wanted: Wanted, kind: str) -> Iterator[Found[SecurityGroupRuleSpec]]:
    """The rules that are declared or tagged for the stack; two of one address are one, and what it left over.

    An apply that replaced a rule and ended before it had revoked the old one leaves two.
    """
    ours, held = defaultdict(list), defaultdict(list)
    for row in rows(reader):
        held[place(row)].append(row)
        owner = ownership.owner(tagging.mapping(row.get("Tags")))
        if owner and (owner.stack, owner.address.kind) == (wanted.scope.stack, kind):
            ours[owner.address, row["GroupId"]].append(row)
        elif wanted.asks_for(identity(row), row["SecurityGroupRuleId"]):
            yield _found([row], row["SecurityGroupRuleId"], held[place(row)], reader, wanted.scope)
    for (address, _), found in sorted(ours.items()):
        found.sort(key=lambda row: (identity(row) not in wanted.identities, row["SecurityGroupRuleId"]))
        yield _found(found, address.name, held[place(found[0])], reader, wanted.scope)


def place(row: _Row) -> tuple[str, Direction]:
    """The group and the direction of a rule."""
    return row["GroupId"], "egress" if row["IsEgress"] else "ingress"


def identity(row: _Row) -> str:
    """What makes a rule unique: its group and its label (EC2-1)."""
    return f"{row['GroupId']}/{network.read_rule(row).label}"


def _found(
    found: list[_Row], name: str, held: list[_Row], reader: Reader, scope: Scope
) -> Found[SecurityGroupRuleSpec]:
    row, *older = found
    rule = network.read_rule(row)
    group, identifier = row["GroupId"], row["SecurityGroupRuleId"]
    has_lists = any("PrefixListId" in other for other in held)
    spec = SecurityGroupRuleSpec.model_construct(
        group=group, peer=rule.peer, leftovers=tuple(sorted(other["SecurityGroupRuleId"] for other in older))
    )
    return Found(
        name=name,
        identity=identity(row),
        spec=spec.with_rule(rule),
        exports={"id": identifier, "arn": scope.arn("ec2", f"security-group-rule/{identifier}")},
        tags=tagging.mapping(row.get("Tags")),
        facts={
            "group": group,
            "labels": {other["SecurityGroupRuleId"]: network.read_rule(other).label for other in found},
            "held": tuple(network.read_rule(other).peer for other in held),
            "lists": prefix_lists(reader) if has_lists else {},
        },
    )
