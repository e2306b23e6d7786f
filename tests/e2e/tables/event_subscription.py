"""Event subscriptions."""

from __future__ import annotations

from typing import Any

from tests.e2e.looks import Client
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Refused

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
ARN = f"arn:aws:rds:us-east-1:123456789012:es:{KEY}"
GROUPS = {"db_parameter_group": {name: {"family": "postgres16"} for name in ("invoices", "reports")}}
SOURCES = {"source_type": "db-parameter-group", "sources": ["${db_parameter_group.invoices}"]}


def modify(client: Client, **changes: Any) -> None:
    client("rds").modify_event_subscription(SubscriptionName=KEY, **{"SourceType": "db-instance", **changes})


BENCH = Bench(
    kind="event_subscription",
    name=KEY,
    base={"topic": TOPIC, "source_type": "db-instance"},
    changes=(
        Changed(field="topic", fields={"topic": f"{TOPIC}-of-others"}, sees={"SnsTopicArn": f"{TOPIC}-of-others"}),
        Changed(field="source_type", fields={"source_type": "db-snapshot"}, sees={"SourceType": "db-snapshot"}),
        Changed(
            field="categories",
            fields={"categories": ["failure", "maintenance"]},
            sees={"categories": ["failure", "maintenance"]},
        ),
        Changed(
            field="categories",
            note="all-of-them-again",
            given={"categories": ["failure"]},
            fields={"categories": []},
            sees={"categories": []},
        ),
        Changed(
            field="sources",
            given={"source_type": "db-parameter-group"},
            others=GROUPS,
            fields=SOURCES,
            sees={"sources": ["invoices-postgres16"]},
        ),
        Changed(
            field="sources",
            note="another-one",
            given=SOURCES,
            others=GROUPS,
            fields={"sources": ["${db_parameter_group.reports}"]},
            sees={"sources": ["reports-postgres16"]},
        ),
        Changed(
            field="sources",
            note="all-of-them-again",
            given=SOURCES,
            others=GROUPS,
            fields={"sources": []},
            sees={"sources": []},
        ),
        Changed(field="enabled", fields={"enabled": False}, sees={"Enabled": False}),
        Changed(field="tags", fields={"tags": {"team": "payments"}}, sees={"tags.team": "payments"}),
    ),
    drifts=(
        Drifted(
            field="enabled", mutate=lambda client: modify(client, Enabled=False), restores=("Enabled", "SourceType")
        ),
        Drifted(
            field="topic",
            mutate=lambda client: modify(client, SnsTopicArn=f"{TOPIC}-of-others"),
            restores=("SnsTopicArn",),
        ),
        Drifted(
            field="source_type",
            mutate=lambda client: modify(client, SourceType="db-cluster"),
            restores=("SourceType",),
        ),
        Drifted(
            field="categories",
            given={"categories": ["failure", "maintenance"]},
            mutate=lambda client: modify(client, EventCategories=["backup", "failure"]),
            restores=("categories", "SourceType", "Enabled"),
        ),
        Drifted(
            field="sources",
            given=SOURCES,
            others=GROUPS,
            mutate=lambda client: client("rds").add_source_identifier_to_subscription(
                SubscriptionName=KEY, SourceIdentifier="reports-postgres16"
            ),
            restores=("sources",),
        ),
        Drifted(
            field="tags",
            given={"tags": {"team": "payments"}},
            mutate=lambda client: client("rds").remove_tags_from_resource(ResourceName=ARN, TagKeys=["team"]),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(field="name", fields={"name": "invoices"}, says="the name of event_subscription.orders changes"),
        Refused(
            field="source_type",
            given=SOURCES,
            others=GROUPS,
            fields={"source_type": "db-snapshot", "sources": []},
            says="event_subscription.orders.source_type cannot change as things are",
        ),
    ),
    stranger=lambda client: client("rds").create_event_subscription(SubscriptionName=KEY, SnsTopicArn=TOPIC),
)
