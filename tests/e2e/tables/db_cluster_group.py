"""Cluster parameter groups."""

from __future__ import annotations

from tests.e2e.looks import Client
from tests.e2e.tables.bench import Bench, Changed, Drifted, Noted, Refused

GROUP = "orders-aurora-mysql8-0"
ARN = f"arn:aws:rds:us-east-1:123456789012:cluster-pg:{GROUP}"
NAMED = {"DBClusterParameterGroupName": GROUP}


def set_parameter(client: Client, name: str, value: str) -> None:
    row = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}
    client("rds").modify_db_cluster_parameter_group(**NAMED, Parameters=[row])


BENCH = Bench(
    kind="db_cluster_parameter_group",
    name=GROUP,
    base={"family": "aurora-mysql8.0"},
    changes=(
        Changed(
            field="parameters",
            fields={"parameters": {"server_audit_logging": "1"}},
            sees={"parameters": {"require_secure_transport": "ON", "server_audit_logging": "1"}},
        ),
        Changed(
            field="parameters",
            note="taken-out",
            given={"parameters": {"server_audit_logging": "1"}},
            fields={"parameters": {}},
            sees={"parameters": {"require_secure_transport": "ON"}},
        ),
        Changed(
            field="parameters.value",
            given={"parameters": {"time_zone": {"value": "UTC"}}},
            fields={"parameters": {"time_zone": {"value": "Europe/Berlin"}}},
            sees={"parameters.time_zone": "Europe/Berlin"},
            path="parameters",
        ),
        Changed(
            field="parameters.apply",
            fields={"parameters": {"time_zone": {"value": "UTC", "apply": "pending-reboot"}}},
            sees={"methods.time_zone": "pending-reboot"},
            path="parameters",
        ),
        Changed(field="tags", fields={"tags": {"team": "payments"}}, sees={"tags.team": "payments"}),
    ),
    drifts=(
        Drifted(
            field="parameters",
            note="TLS-not-forced",
            mutate=lambda client: set_parameter(client, "require_secure_transport", "OFF"),
            restores=("parameters",),
        ),
        Drifted(
            field="parameters",
            note="set-by-others",
            mutate=lambda client: set_parameter(client, "time_zone", "UTC"),
            restores=("parameters",),
        ),
        Drifted(
            field="parameters",
            note="reset",
            mutate=lambda client: client("rds").reset_db_cluster_parameter_group(**NAMED, ResetAllParameters=True),
            restores=("parameters",),
        ),
        Drifted(
            field="tags",
            given={"tags": {"team": "payments"}},
            mutate=lambda client: client("rds").remove_tags_from_resource(ResourceName=ARN, TagKeys=["team"]),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(
            field="family",
            given={"name": GROUP},
            fields={"family": "aurora-mysql8.4"},
            says="db_cluster_parameter_group.orders.family cannot change in place",
        ),
    ),
    noted=(Noted(field="description", fields={"description": "for orders"}, stays="Description"),),
    stranger=lambda client: client("rds").create_db_cluster_parameter_group(
        **NAMED, DBParameterGroupFamily="aurora-mysql8.0", Description="mine"
    ),
)
