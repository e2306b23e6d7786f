"""The default group of the seeded VPC: it is there from the start, with the rules that AWS gives it."""

from __future__ import annotations

from typing import Any

from tests.e2e.looks import Client, default_security_group
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Refused
from tests.e2e.tables.security_group import MAIN, other_vpc


def identifier(client: Client) -> str:
    found: str = default_security_group(client, KEY)["GroupId"]
    return found


def open_to_itself(client: Client) -> None:
    permission = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": identifier(client)}]}
    client("ec2").authorize_security_group_ingress(GroupId=identifier(client), IpPermissions=[permission])


def open_to_all(client: Client) -> None:
    permission = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    client("ec2").authorize_security_group_egress(GroupId=identifier(client), IpPermissions=[permission])


def tagged(client: Client) -> None:
    client("ec2").create_tags(Resources=[identifier(client)], Tags=[{"Key": "Name", "Value": "unused"}])


TAGS: dict[str, Any] = {"tags": {"team": "payments"}}
BENCH = Bench(
    kind="default_security_group",
    name="default",
    base={"vpc": MAIN},
    changes=(
        Changed(field="tags", fields=TAGS, sees={"tags.team": "payments"}),
        Changed(field="tags", note="taken-out", given=TAGS, fields={"tags": {}}, sees={"tags.team": None}),
    ),
    drifts=(
        Drifted(field="rules", note="ingress", mutate=open_to_itself, restores=("ingress", "egress")),
        Drifted(field="rules", note="egress", mutate=open_to_all, restores=("ingress", "egress")),
        Drifted(
            field="tags",
            given=TAGS,
            mutate=lambda client: client("ec2").delete_tags(Resources=[identifier(client)], Tags=[{"Key": "team"}]),
            restores=("tags",),
        ),
    ),
    refusals=(Refused(field="vpc", prepare=other_vpc, fields={"vpc": {"tag": {"Name": "other"}}}),),
    stranger=tagged,
    not_tested={"rules": "nothing can be written there"},
)
