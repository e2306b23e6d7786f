"""Proxies, in front of a database that was made by somebody else."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.looks import Client, named
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Refused
from tests.e2e.tables.db_groups import PRIVATE, subnets
from tests.e2e.tables.db_instance import in_groups, shelf

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf"
OTHER_SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:reports-AbCdEf"
ROLE = "arn:aws:iam::123456789012:role/proxy"
NEW_ROLE = {"iam_role": {"proxy": {"name": "other-proxy", "trust": {"services": ["rds.amazonaws.com"]}}}}


def database(client: Client, name: str = "ledger", **more: Any) -> None:
    client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.medium",
        MasterUsername="somebody",
        ManageMasterUserPassword=True,
        **{"Engine": "postgres", "AllocatedStorage": 20, "DBSubnetGroupName": "shelf", **more},
    )


def prepare(client: Client) -> None:
    shelf(client)
    database(client)
    trust = {"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    client("iam").create_role(RoleName="proxy", AssumeRolePolicyDocument=document)


def aurora(client: Client) -> None:
    client("rds").create_db_cluster(
        DBClusterIdentifier="books",
        Engine="aurora-postgresql",
        MasterUsername="somebody",
        ManageMasterUserPassword=True,
    )


def one_more_subnet(client: Client) -> None:
    """All private subnets, and one of the others, have a tag of their own."""
    tagged = [*subnets(client, "private"), named(client, "subnet", "public-a")]
    client("ec2").create_tags(Resources=tagged, Tags=[{"Key": "Private", "Value": "yes"}])


def modify(client: Client, **changes: Any) -> None:
    client("rds").modify_db_proxy(DBProxyName=KEY, **changes)


def set_pool(client: Client, **config: Any) -> None:
    client("rds").modify_db_proxy_target_group(DBProxyName=KEY, TargetGroupName="default", ConnectionPoolConfig=config)


def take_target_away(client: Client) -> None:
    client("rds").deregister_db_proxy_targets(DBProxyName=KEY, DBInstanceIdentifiers=["ledger"])


def other_target(client: Client) -> None:
    database(client, "journal")
    take_target_away(client)
    client("rds").register_db_proxy_targets(DBProxyName=KEY, DBInstanceIdentifiers=["journal"])


def entry(secret: str, iam: str = "REQUIRED") -> dict[str, str]:
    return {"AuthScheme": "SECRETS", "SecretArn": secret, "IAMAuth": iam}


def stranger(client: Client) -> None:
    client("rds").create_db_proxy(
        DBProxyName=KEY,
        EngineFamily="POSTGRESQL",
        Auth=[entry(SECRET)],
        RoleArn=ROLE,
        VpcSubnetIds=subnets(client, "private"),
    )


def untag(client: Client) -> None:
    (proxy,) = client("rds").describe_db_proxies(DBProxyName=KEY)["DBProxies"]
    client("rds").remove_tags_from_resource(ResourceName=proxy["DBProxyArn"], TagKeys=["team"])


BENCH = Bench(
    kind="db_proxy",
    name=KEY,
    base={
        "engine_family": "POSTGRESQL",
        "secrets": [{"arn": SECRET}],
        "role": ROLE,
        "subnets": PRIVATE,
        "security_groups": [{"tag": {"Name": "app-1"}}],
        "instance": "ledger",
    },
    prepare=prepare,
    changes=(
        Changed(
            field="secrets",
            fields={"secrets": [{"arn": SECRET}, {"arn": OTHER_SECRET}]},
            sees={"secrets | sort(keys(@))": [SECRET, OTHER_SECRET]},
        ),
        Changed(
            field="secrets.arn",
            fields={"secrets": [{"arn": OTHER_SECRET}]},
            sees={"keys(secrets)": [OTHER_SECRET]},
            path="secrets",
        ),
        Changed(
            field="secrets.iam",
            fields={"secrets": [{"arn": SECRET, "iam": "DISABLED"}]},
            sees={"Auth[0].IAMAuth": "DISABLED"},
            path="secrets",
        ),
        Changed(
            field="secrets.client_auth",
            fields={"secrets": [{"arn": SECRET, "client_auth": "POSTGRES_MD5"}]},
            sees={"Auth[0].ClientPasswordAuthType": "POSTGRES_MD5"},
            path="secrets",
        ),
        Changed(
            field="default_auth",
            fields={"default_auth": "IAM_AUTH", "secrets": []},
            sees={"DefaultAuthScheme": "IAM_AUTH", "Auth": []},
            path="default_auth secrets",
        ),
        Changed(
            field="role",
            others=NEW_ROLE,
            fields={"role": "${iam_role.proxy}"},
            sees={"RoleArn": "arn:aws:iam::123456789012:role/other-proxy"},
        ),
        Changed(
            field="security_groups",
            fields={"security_groups": [{"tag": {"Name": "app-2"}}]},
            sees={"VpcSecurityGroupIds": in_groups("app-2")},
        ),
        Changed(field="require_tls", fields={"require_tls": False}, sees={"RequireTLS": False}),
        Changed(field="idle_seconds", fields={"idle_seconds": 600}, sees={"IdleClientTimeout": 600}),
        Changed(field="debug_logging", fields={"debug_logging": True}, sees={"DebugLogging": True}),
        Changed(
            field="instance",
            prepare=lambda client: database(client, "journal"),
            fields={"instance": "journal"},
            sees={"targets": ["RDS_INSTANCE journal"]},
        ),
        Changed(
            field="cluster",
            prepare=aurora,
            fields={"cluster": "books", "instance": ...},
            sees={"targets": ["TRACKED_CLUSTER books"]},
            path="cluster instance",
        ),
        Changed(
            field="pool.max_percent", fields={"pool": {"max_percent": 80}}, sees={"pool.MaxConnectionsPercent": 80}
        ),
        Changed(
            field="pool.idle_percent",
            given={"pool": {"max_percent": 80}},
            fields={"pool": {"max_percent": 80, "idle_percent": 0}},
            sees={"pool.MaxIdleConnectionsPercent": 0},
        ),
        Changed(
            field="pool.borrow_seconds",
            fields={"pool": {"borrow_seconds": 30}},
            sees={"pool.ConnectionBorrowTimeout": 30},
        ),
        Changed(
            field="pool.pinning_filters",
            fields={"pool": {"pinning_filters": ["EXCLUDE_VARIABLE_SETS"]}},
            sees={"pool.SessionPinningFilters": ["EXCLUDE_VARIABLE_SETS"]},
        ),
        Changed(
            field="pool.init_query",
            fields={"pool": {"init_query": "SET search_path TO orders"}},
            sees={"pool.InitQuery": "SET search_path TO orders"},
        ),
        Changed(field="tags", fields={"tags": {"team": "payments"}}, sees={"tags.team": "payments"}),
    ),
    drifts=(
        Drifted(field="require_tls", mutate=lambda client: modify(client, RequireTLS=False), restores=("RequireTLS",)),
        Drifted(
            field="debug_logging", mutate=lambda client: modify(client, DebugLogging=True), restores=("DebugLogging",)
        ),
        Drifted(
            field="secrets",
            note="without-IAM",
            mutate=lambda client: modify(client, Auth=[entry(SECRET, "DISABLED")]),
            restores=("secrets",),
        ),
        Drifted(
            field="secrets",
            note="of-others",
            mutate=lambda client: modify(client, Auth=[entry(SECRET), entry(OTHER_SECRET)]),
            restores=("secrets",),
        ),
        Drifted(
            field="security_groups",
            mutate=lambda client: modify(client, SecurityGroups=[named(client, "security_group", "bastion")]),
            restores=("VpcSecurityGroupIds",),
        ),
        Drifted(field="role", mutate=lambda client: modify(client, RoleArn=f"{ROLE}-2"), restores=("RoleArn",)),
        Drifted(
            field="pool.max_percent",
            given={"pool": {"max_percent": 80, "idle_percent": 40}},
            mutate=lambda client: set_pool(client, MaxConnectionsPercent=100, MaxIdleConnectionsPercent=40),
            restores=("pool",),
        ),
        Drifted(field="instance", note="taken-away", mutate=take_target_away, restores=("targets",)),
        Drifted(field="instance", note="another-one", mutate=other_target, restores=("targets",)),
        Drifted(field="tags", given={"tags": {"team": "payments"}}, mutate=untag, restores=("tags",)),
    ),
    refusals=(
        Refused(
            field="engine_family",
            others={
                "db_instance": {
                    "reports": {
                        "engine": "mysql",
                        "engine_version": "8.4",
                        "instance_class": "db.t4g.medium",
                        "storage_gib": 20,
                        "subnet_group": "shelf",
                        "security_groups": [{"tag": {"Name": "app-1"}}],
                    }
                }
            },
            fields={"engine_family": "MYSQL", "instance": "${db_instance.reports}"},
            says="db_proxy.orders.engine_family cannot change in place",
        ),
        Refused(
            field="subnets",
            prepare=one_more_subnet,
            fields={"subnets": {"vpc": {"tag": {"Name": "main"}}, "tag": {"Private": "yes"}}},
        ),
        Refused(field="network_type", fields={"network_type": "DUAL"}),
        Refused(field="target_network_type", fields={"target_network_type": "IPV6"}),
        Refused(field="name", fields={"name": "invoices"}, says="the name of db_proxy.orders changes"),
    ),
    stranger=stranger,
    not_tested={"pool": "by its parts"},
)
