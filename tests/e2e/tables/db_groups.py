"""Subnet groups and parameter groups."""

from __future__ import annotations

from tests.e2e.looks import Client, named
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Noted, Refused

PRIVATE = {"vpc": {"tag": {"Name": "main"}}, "tag": {"Tier": "private"}}
PUBLIC = {"vpc": {"tag": {"Name": "main"}}, "tag": {"Tier": "public"}}
SUBNET_GROUP = f"arn:aws:rds:us-east-1:123456789012:subgrp:{KEY}"
GROUP = "orders-postgres16"
PARAMETER_GROUP = f"arn:aws:rds:us-east-1:123456789012:pg:{GROUP}"


def subnets(client: Client, tier: str, zones: str = "abc") -> list[str]:
    return sorted(named(client, "subnet", f"{tier}-{zone}") for zone in zones)


def subnet_group(client: Client, name: str = KEY) -> None:
    client("rds").create_db_subnet_group(
        DBSubnetGroupName=name, DBSubnetGroupDescription="mine", SubnetIds=subnets(client, "private")
    )


def set_parameter(client: Client, name: str, value: str, method: str = "immediate") -> None:
    row = {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}
    client("rds").modify_db_parameter_group(DBParameterGroupName=GROUP, Parameters=[row])


SUBNETS = Bench(
    kind="db_subnet_group",
    name=KEY,
    base={"subnets": PRIVATE},
    changes=(
        Changed(
            field="description", fields={"description": "for orders"}, sees={"DBSubnetGroupDescription": "for orders"}
        ),
        Changed(
            field="subnets", fields={"subnets": PUBLIC}, sees={"subnets": lambda client: subnets(client, "public")}
        ),
        Changed(field="tags", fields={"tags": {"team": "payments"}}, sees={"tags.team": "payments"}),
    ),
    drifts=(
        Drifted(
            field="subnets",
            mutate=lambda client: client("rds").modify_db_subnet_group(
                DBSubnetGroupName=KEY,
                DBSubnetGroupDescription="managed by rds-secure",
                SubnetIds=subnets(client, "private", "ab"),
            ),
            restores=("subnets", "DBSubnetGroupDescription"),
        ),
        Drifted(
            field="description",
            mutate=lambda client: client("rds").modify_db_subnet_group(
                DBSubnetGroupName=KEY, DBSubnetGroupDescription="mine", SubnetIds=subnets(client, "private")
            ),
            restores=("subnets", "DBSubnetGroupDescription"),
        ),
        Drifted(
            field="tags",
            given={"tags": {"team": "payments"}},
            mutate=lambda client: client("rds").remove_tags_from_resource(ResourceName=SUBNET_GROUP, TagKeys=["team"]),
            restores=("tags",),
        ),
    ),
    refusals=(Refused(field="name", fields={"name": "invoices"}, says="the name of db_subnet_group.orders changes"),),
    stranger=subnet_group,
)

PARAMETERS = Bench(
    kind="db_parameter_group",
    name=GROUP,
    base={"family": "postgres16"},
    changes=(
        Changed(
            field="parameters",
            fields={"parameters": {"log_connections": "1"}},
            sees={"parameters": {"log_connections": "1", "rds.force_ssl": "1"}},
        ),
        Changed(
            field="parameters",
            note="taken-out",
            given={"parameters": {"log_connections": "1"}},
            fields={"parameters": {}},
            sees={"parameters": {"rds.force_ssl": "1"}},
        ),
        Changed(
            field="parameters",
            note="TLS-not-forced-where-it-is-written",
            fields={"parameters": {"rds.force_ssl": "0"}},
            sees={"parameters": {"rds.force_ssl": "0"}},
        ),
        Changed(
            field="parameters",
            note="more-than-one-call-takes",
            fields={"parameters": {f"custom_{number}": "1" for number in range(25)}},
            sees={"length(parameters)": 26},
        ),
        Changed(
            field="parameters.value",
            given={"parameters": {"log_connections": {"value": "0"}}},
            fields={"parameters": {"log_connections": {"value": "1"}}},
            sees={"parameters.log_connections": "1"},
            path="parameters",
        ),
        Changed(
            field="parameters.apply",
            fields={"parameters": {"shared_buffers": {"value": "100", "apply": "pending-reboot"}}},
            sees={"methods.shared_buffers": "pending-reboot"},
            path="parameters",
        ),
        Changed(field="tags", fields={"tags": {"team": "payments"}}, sees={"tags.team": "payments"}),
    ),
    drifts=(
        Drifted(
            field="parameters",
            note="TLS-not-forced",
            mutate=lambda client: set_parameter(client, "rds.force_ssl", "0"),
            restores=("parameters",),
        ),
        Drifted(
            field="parameters",
            note="set-by-others",
            mutate=lambda client: set_parameter(client, "log_connections", "1"),
            restores=("parameters",),
        ),
        Drifted(
            field="parameters",
            note="reset",
            given={"parameters": {"log_connections": "1"}},
            mutate=lambda client: client("rds").reset_db_parameter_group(
                DBParameterGroupName=GROUP, ResetAllParameters=True
            ),
            restores=("parameters",),
        ),
        Drifted(
            field="tags",
            given={"tags": {"team": "payments"}},
            mutate=lambda client: client("rds").remove_tags_from_resource(
                ResourceName=PARAMETER_GROUP, TagKeys=["team"]
            ),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(
            field="family",
            given={"name": GROUP},
            fields={"family": "postgres17"},
            says="db_parameter_group.orders.family cannot change in place",
        ),
    ),
    noted=(Noted(field="description", fields={"description": "for orders"}, stays="Description"),),
    stranger=lambda client: client("rds").create_db_parameter_group(
        DBParameterGroupName=GROUP, DBParameterGroupFamily="postgres16", Description="mine"
    ),
)
