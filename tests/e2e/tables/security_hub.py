"""Security Hub: it is not enabled in the seeded account."""

from __future__ import annotations

from tests.e2e.looks import Client
from tests.e2e.tables.bench import Bench, Changed, Drifted

HUB = "arn:aws:securityhub:us-east-1:123456789012:hub/default"
FSBP = "aws-foundational-security-best-practices/v/1.0.0"
CIS = "cis-aws-foundations-benchmark/v/1.4.0"


def disable(client: Client) -> None:
    hub = client("securityhub")
    found = hub.get_enabled_standards()["StandardsSubscriptions"]
    hub.batch_disable_standards(StandardsSubscriptionArns=[item["StandardsSubscriptionArn"] for item in found])


def configure(client: Client, **fields: object) -> None:
    client("securityhub").update_security_hub_configuration(**fields)


def enabled(client: Client) -> None:
    client("securityhub").enable_security_hub()


BENCH = Bench(
    kind="security_hub",
    name="default",
    base={},
    changes=(
        Changed(field="standards", fields={"standards": ["fsbp", "cis-1.4"]}, sees={"standards": [FSBP, CIS]}),
        Changed(field="new_controls", fields={"new_controls": False}, sees={"AutoEnableControls": False}),
        Changed(
            field="findings",
            fields={"findings": "standard-control"},
            sees={"ControlFindingGenerator": "STANDARD_CONTROL"},
        ),
        Changed(field="tags", fields={"tags": {"team": "security"}}, sees={"tags.team": "security"}),
        Changed(
            field="tags",
            note="taken-out",
            given={"tags": {"team": "security"}},
            fields={"tags": {}},
            sees={"tags.team": None},
        ),
    ),
    drifts=(
        Drifted(field="standards", mutate=disable, restores=("standards",)),
        Drifted(
            field="new_controls",
            mutate=lambda client: configure(client, AutoEnableControls=False),
            restores=("AutoEnableControls",),
        ),
        Drifted(
            field="findings",
            given={"findings": "security-control"},
            mutate=lambda client: configure(client, ControlFindingGenerator="STANDARD_CONTROL"),
            restores=("ControlFindingGenerator",),
        ),
        Drifted(
            field="tags",
            given={"tags": {"team": "security"}},
            mutate=lambda client: client("securityhub").untag_resource(ResourceArn=HUB, TagKeys=["team"]),
            restores=("tags",),
        ),
    ),
    refusals=(),
    stranger=enabled,
)
