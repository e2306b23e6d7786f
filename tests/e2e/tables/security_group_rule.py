"""Single rules in a group of others: the seeded group `bastion`, which has one rule of its own."""

from __future__ import annotations

from typing import Any

from tests.e2e.looks import Client, named, security_group_rule
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Refused
from tests.e2e.tables.security_group import HOME, OFFICE, S3, prefix_list

BASTION = {"tag": {"Name": "bastion"}}
GIVEN: dict[str, Any] = {"description": "one"}


def allow(client: Client, **parts: Any) -> None:
    """The rule of the bench, made by somebody else."""
    permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": OFFICE}], **parts}
    client("ec2").authorize_security_group_ingress(
        GroupId=named(client, "security_group", "bastion"), IpPermissions=[permission]
    )


def rule_id(client: Client) -> str:
    identifier: str = security_group_rule(client, KEY)["ids"][0]
    return identifier


def redescribe(client: Client) -> None:
    client("ec2").update_security_group_rule_descriptions_ingress(
        GroupId=named(client, "security_group", "bastion"),
        SecurityGroupRuleDescriptions=[{"SecurityGroupRuleId": rule_id(client), "Description": "another"}],
    )


def leave_one_over(client: Client) -> None:
    """What an apply leaves that ends after it has added a rule, before the old one is revoked."""
    ec2 = client("ec2")
    (row,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule_id(client)])["SecurityGroupRules"]
    ec2.authorize_security_group_ingress(
        GroupId=row["GroupId"],
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": row["Tags"]}],
    )


def row(field: str, fields: dict[str, Any], seen: Any, note: str = "", path: str = "") -> Changed:
    return Changed(field=field, note=note, given=GIVEN, fields=fields, sees={"rules": seen}, path=path)


BENCH = Bench(
    kind="security_group_rule",
    name=KEY,
    base={"group": BASTION, "peer": OFFICE, "port": 5432},
    changes=(
        row("peer", {"peer": HOME}, [f"tcp 5432-5432 {HOME}: one"]),
        row("peer", {"peer": "2001:db8::/32"}, ["tcp 5432-5432 2001:db8::/32: one"], "IPv6"),
        row(
            "peer",
            {"peer": {"tag": {"Name": "app-1"}}},
            lambda client: [f"tcp 5432-5432 {named(client, 'security_group', 'app-1')}: one"],
            "looked-up",
        ),
        row(
            "peer",
            {"peer": {"prefix_list": S3}},
            lambda client: [f"tcp 5432-5432 {prefix_list(client, S3)}: one"],
            "prefix-list",
        ),
        row("port", {"port": 3306}, [f"tcp 3306-3306 {OFFICE}: one"]),
        row("ports", {"port": ..., "ports": "8000-8100"}, [f"tcp 8000-8100 {OFFICE}: one"], path="port ports"),
        row("protocol", {"protocol": "udp"}, [f"udp 5432-5432 {OFFICE}: one"]),
        row("description", {"description": "two"}, [f"tcp 5432-5432 {OFFICE}: two"]),
        row("description", {"description": ...}, [f"tcp 5432-5432 {OFFICE}: "], "taken-out"),
        Changed(
            field="tags",
            note="with-another-rule",
            fields={"tags": {"team": "payments"}, "port": 3306},
            sees={"tags.team": "payments"},
            path="tags port",
        ),
        Changed(field="tags", fields={"tags": {"team": "payments"}}, sees={"tags.team": "payments"}),
    ),
    drifts=(
        Drifted(field="description", given=GIVEN, mutate=redescribe, restores=("rules",)),
        Drifted(field="leftovers", mutate=leave_one_over, restores=("rules",)),
        Drifted(
            field="tags",
            given={"tags": {"team": "payments"}},
            mutate=lambda client: client("ec2").delete_tags(Resources=[rule_id(client)], Tags=[{"Key": "team"}]),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(field="group", fields={"group": {"tag": {"Name": "app-1"}}}),
        Refused(field="direction", fields={"direction": "egress"}),
    ),
    stranger=allow,
    not_tested={"leftovers": "nothing can be written there"},
)
