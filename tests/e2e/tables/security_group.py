"""Security groups: every part of a rule, in both directions. A rule is direction, protocol, ports and peer (EC2-1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.e2e.looks import Client, named
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Noted, Refused

OFFICE, HOME = "198.51.100.0/24", "203.0.113.0/24"
MAIN = {"tag": {"Name": "main"}}
S3 = "com.amazonaws.us-east-1.s3"
RULE: dict[str, Any] = {"port": 5432, "description": "one"}


def group_id(client: Client) -> str:
    found = client("ec2").describe_security_groups(Filters=[{"Name": "group-name", "Values": [KEY]}])
    identifier: str = found["SecurityGroups"][0]["GroupId"]
    return identifier


def allow(client: Client, direction: str = "ingress", port: int = 22, description: str = "mine") -> None:
    permission = {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": description}],
    }
    call = getattr(client("ec2"), f"authorize_security_group_{direction}")
    call(GroupId=group_id(client), IpPermissions=[permission])


def revoke(client: Client, direction: str) -> None:
    """All rules of one direction."""
    ec2 = client("ec2")
    rows = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group_id(client)]}])
    ids = [
        row["SecurityGroupRuleId"] for row in rows["SecurityGroupRules"] if row["IsEgress"] is (direction == "egress")
    ]
    getattr(ec2, f"revoke_security_group_{direction}")(GroupId=group_id(client), SecurityGroupRuleIds=ids)


def redescribe(client: Client) -> None:
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
        "IpRanges": [{"CidrIp": OFFICE, "Description": "another"}],
    }
    client("ec2").update_security_group_rule_descriptions_ingress(GroupId=group_id(client), IpPermissions=[permission])


def prefix_list(client: Client, name: str) -> str:
    filters = [{"Name": "prefix-list-name", "Values": [name]}]
    found = client("ec2").describe_managed_prefix_lists(Filters=filters)["PrefixLists"]
    identifier: str = found[0]["PrefixListId"]
    return identifier


def other_vpc(client: Client) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "other"}])


def rule(direction: str, peer: Any = OFFICE, **parts: Any) -> dict[str, Any]:
    """The fields of a group with one rule."""
    written = {("from" if direction == "ingress" else "to"): peer, **RULE, **parts}
    return {direction: [{name: value for name, value in written.items() if value is not ...}]}


def rows(direction: str) -> Iterator[Changed]:
    """One row for each part of a rule; for ingress also one for each kind of peer and protocol."""
    word = "from" if direction == "ingress" else "to"

    def row(part: str, note: str, fields: dict[str, Any], seen: Any, **more: Any) -> Changed:
        name = f"{direction}.{part}" if part else direction
        given = rule(direction)
        return Changed(
            field=name, note=note, given=given, fields=fields, sees={direction: seen}, path=direction, **more
        )

    both = {direction: [*rule(direction)[direction], *rule(direction, HOME)[direction]]}
    yield row("", "added", both, [f"tcp 5432-5432 {OFFICE}: one", f"tcp 5432-5432 {HOME}: one"])
    yield row("", "all-removed", {direction: []}, [])
    yield row(word, "network", rule(direction, HOME), [f"tcp 5432-5432 {HOME}: one"])
    yield row("port", "", rule(direction, port=3306), [f"tcp 3306-3306 {OFFICE}: one"])
    yield row("ports", "", rule(direction, port=..., ports="8000-8100"), [f"tcp 8000-8100 {OFFICE}: one"])
    yield row("protocol", "", rule(direction, protocol="udp"), [f"udp 5432-5432 {OFFICE}: one"])
    yield row("description", "", rule(direction, description="two"), [f"tcp 5432-5432 {OFFICE}: two"])
    yield row("description", "taken-out", rule(direction, description=...), [f"tcp 5432-5432 {OFFICE}: "])
    if direction == "egress":
        return
    yield row(word, "IPv6", rule(direction, "2001:db8::/32"), ["tcp 5432-5432 2001:db8::/32: one"])
    yield row(word, "not-normal", rule(direction, "198.51.7.1/16"), ["tcp 5432-5432 198.51.0.0/16: one"])
    yield row(word, "self", rule(direction, "self"), lambda client: [f"tcp 5432-5432 {group_id(client)}: one"])
    yield row(
        word,
        "looked-up",
        rule(direction, {"tag": {"Name": "bastion"}}),
        lambda client: [f"tcp 5432-5432 {named(client, 'security_group', 'bastion')}: one"],
    )
    yield row(
        word,
        "prefix-list",
        rule(direction, {"prefix_list": S3}),
        lambda client: [f"tcp 5432-5432 {prefix_list(client, S3)}: one"],
    )
    yield row("protocol", "icmp", rule(direction, protocol="icmp", port="8"), [f"icmp 8--1 {OFFICE}: one"])
    yield row("protocol", "all", rule(direction, protocol="all", port=...), [f"-1 -1--1 {OFFICE}: one"])


BENCH = Bench(
    kind="security_group",
    name=KEY,
    base={"vpc": MAIN},
    changes=(
        *rows("ingress"),
        *rows("egress"),
        Changed(
            field="exclusive",
            given={"exclusive": False},
            meanwhile=allow,
            fields={"exclusive": True},
            sees={"ingress": []},
            path="ingress",
        ),
        Changed(field="tags", fields={"tags": {"team": "payments"}}, sees={"tags.team": "payments"}),
        Changed(field="tags", note="taken-out", given={"tags": {"a": "1"}}, fields={"tags": {}}, sees={"tags.a": None}),
    ),
    drifts=(
        Drifted(field="ingress", note="opened", mutate=allow, restores=("ingress", "egress")),
        Drifted(
            field="egress", note="opened", mutate=lambda client: allow(client, "egress"), restores=("ingress", "egress")
        ),
        Drifted(
            field="ingress",
            note="closed",
            given=rule("ingress"),
            mutate=lambda client: revoke(client, "ingress"),
            restores=("ingress",),
        ),
        Drifted(
            field="egress",
            note="closed",
            given=rule("egress"),
            mutate=lambda client: revoke(client, "egress"),
            restores=("egress",),
        ),
        Drifted(
            field="ingress",
            note="described",
            given=rule("ingress"),
            mutate=redescribe,
            restores=("ingress",),
        ),
        Drifted(
            field="tags",
            given={"tags": {"team": "payments"}},
            mutate=lambda client: client("ec2").delete_tags(Resources=[group_id(client)], Tags=[{"Key": "team"}]),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(field="vpc", prepare=other_vpc, fields={"vpc": {"tag": {"Name": "other"}}}),
        Refused(field="name", fields={"name": "invoices"}, says="the name of security_group.orders changes"),
    ),
    noted=(Noted(field="description", fields={"description": "for orders"}, stays="Description"),),
    stranger=lambda client: client("ec2").create_security_group(
        GroupName=KEY, Description="mine", VpcId=named(client, "vpc", "main")
    ),
)
