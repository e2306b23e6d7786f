"""Clusters. They stand in a subnet group and a security group outside the stack, to have few others about."""

from __future__ import annotations

from typing import Any

from tests.e2e.looks import Client, named
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Refused
from tests.e2e.tables.db_instance import DIRECTORY, SENDING, in_groups, own_key, own_secret, second_shelf, shelf

GROUP = "orders-implied-aurora-postgresql16"
ARN = f"arn:aws:rds:us-east-1:123456789012:cluster:{KEY}"
TUNED = {"db_cluster_parameter_group": {"tuned": {"family": "aurora-postgresql16"}}}
BASE: dict[str, Any] = {
    "engine": "aurora-postgresql",
    "engine_version": "16",
    "subnet_group": "shelf",
    "security_groups": {"tag": {"Name": "app-1"}},
}
MULTI_AZ: dict[str, Any] = {
    "engine": "postgres",
    "instance_class": "db.m6gd.large",
    "storage_gib": 100,
    "storage_type": "io1",
    "iops": 1000,
}
MYSQL: dict[str, Any] = {"engine": "aurora-mysql", "engine_version": "8.0"}
LOADING = "arn:aws:iam::123456789012:role/loading"
ROLE = {"iam_role": {"watch": {"trust": {"services": ["monitoring.rds.amazonaws.com"]}}}}


def modify(client: Client, **changes: Any) -> None:
    client("rds").modify_db_cluster(DBClusterIdentifier=KEY, ApplyImmediately=True, **changes)


def drifted(field: str, seen: str, given: dict[str, Any] | None = None, note: str = "", **changes: Any) -> Drifted:
    """A row of what one ModifyDBCluster does."""
    return Drifted(
        field=field,
        note=note,
        given=given or {},
        mutate=lambda client: modify(client, **changes),
        restores=(seen,),
    )


def stranger(client: Client) -> None:
    client("rds").create_db_cluster(
        DBClusterIdentifier=KEY,
        Engine="aurora-postgresql",
        EngineVersion="16",
        MasterUsername="somebody",
        ManageMasterUserPassword=True,
        DBSubnetGroupName="shelf",
    )


SCALE = "ServerlessV2ScalingConfiguration"
SCALING = {"serverless": {"min": 0, "max": 4, "pause_seconds": 600}}
INSIGHTS = {"insights": True, "insights_days": 7}

BENCH = Bench(
    kind="db_cluster",
    name=KEY,
    base=BASE,
    prepare=shelf,
    changes=(
        Changed(
            field="engine_version",
            given={"engine_version": "15"},
            fields={"engine_version": "17", "when": "now"},
            sees={"EngineVersion": "17.5", "DBClusterParameterGroup": "orders-implied-aurora-postgresql17"},
            path="engine_version parameter_group",
        ),
        Changed(
            field="instance_class",
            given=MULTI_AZ,
            fields={"instance_class": "db.r6gd.large", "when": "now"},
            sees={"DBClusterInstanceClass": "db.r6gd.large"},
        ),
        Changed(
            field="serverless.min",
            given=SCALING,
            fields={"serverless": {"min": 1, "max": 4}},
            sees={f"{SCALE}.[MinCapacity, MaxCapacity]": [1.0, 4.0]},
        ),
        Changed(
            field="serverless.max",
            given=SCALING,
            fields={"serverless": {"min": 0, "max": 8.5, "pause_seconds": 600}},
            sees={f"{SCALE}.[MinCapacity, MaxCapacity]": [0.0, 8.5]},
        ),
        Changed(
            field="serverless.pause_seconds",
            given=SCALING,
            fields={"serverless": {"min": 0, "max": 4, "pause_seconds": 300}},
            sees={f"{SCALE}.SecondsUntilAutoPause": 300},
        ),
        Changed(
            field="serverless",
            note="for-the-first-time",
            fields={"serverless": {"min": 0.5, "max": 4}},
            sees={f"{SCALE}.MinCapacity": 0.5},
            path="serverless.max serverless.min",
        ),
        Changed(
            field="parameter_group",
            others=TUNED,
            given={"parameter_group": "${db_cluster_parameter_group.tuned}"},
            fields={"parameter_group": ...},
            sees={"DBClusterParameterGroup": GROUP},
        ),
        Changed(
            field="lifecycle_support",
            fields={"lifecycle_support": "open-source-rds-extended-support-disabled"},
            sees={"EngineLifecycleSupport": "open-source-rds-extended-support-disabled"},
        ),
        Changed(
            field="minor_upgrades",
            given=MULTI_AZ,
            fields={"minor_upgrades": False},
            sees={"AutoMinorVersionUpgrade": False},
        ),
        Changed(
            field="maintenance_window",
            fields={"maintenance_window": "sun:05:00-sun:06:00"},
            sees={"PreferredMaintenanceWindow": "sun:05:00-sun:06:00"},
        ),
        Changed(
            field="storage_gib",
            given=MULTI_AZ,
            fields={"storage_gib": 200},
            sees={"[AllocatedStorage, Iops]": [200, 1000]},
        ),
        Changed(field="storage_type", fields={"storage_type": "aurora-iopt1"}, sees={"StorageType": "aurora-iopt1"}),
        Changed(field="iops", given=MULTI_AZ, fields={"iops": 2000}, sees={"Iops": 2000}),
        Changed(
            field="backtrack_seconds",
            given={**MYSQL, "backtrack_seconds": 3600},
            fields={"backtrack_seconds": 7200},
            sees={"BacktrackWindow": 7200},
        ),
        Changed(
            field="security_groups",
            fields={"security_groups": [{"tag": {"Name": "app-1"}}, {"tag": {"Name": "app-2"}}]},
            sees={"security_groups": in_groups("app-1", "app-2")},
        ),
        Changed(field="port", fields={"port": 6432}, sees={"Port": 6432}),
        Changed(
            field="master_password",
            prepare=own_secret,
            fields={"master_password": {"secret": "orders/master", "key": "password"}},
            sees={"MasterUserSecret": None, 'tags."rds-secure:password"': "1"},
            path="master_password password_version",
        ),
        Changed(
            field="password_version",
            prepare=own_secret,
            given={"master_password": {"secret": "orders/master", "key": "password"}},
            fields={"password_version": 2},
            sees={'tags."rds-secure:password"': "2"},
        ),
        Changed(field="iam_auth", fields={"iam_auth": False}, sees={"IAMDatabaseAuthenticationEnabled": False}),
        Changed(field="backup_days", fields={"backup_days": 14}, sees={"BackupRetentionPeriod": 14}),
        Changed(
            field="backup_window",
            fields={"backup_window": "04:00-04:30"},
            sees={"PreferredBackupWindow": "04:00-04:30"},
        ),
        Changed(field="copy_tags", fields={"copy_tags": False}, sees={"CopyTagsToSnapshot": False}),
        Changed(field="deletion_protection", fields={"deletion_protection": False}, sees={"DeletionProtection": False}),
        Changed(field="log_exports", fields={"log_exports": ["postgresql"]}, sees={"logs": ["postgresql"]}),
        Changed(
            field="log_exports",
            note="another",
            given={"log_exports": ["postgresql"]},
            fields={"log_exports": ["instance"]},
            sees={"logs": ["instance"]},
        ),
        Changed(
            field="monitoring_seconds",
            others=ROLE,
            given={**MULTI_AZ, "monitoring_seconds": 60, "monitoring_role": "${iam_role.watch}"},
            fields={"monitoring_seconds": 15},
            sees={"MonitoringInterval": 15},
        ),
        Changed(
            field="monitoring_role",
            others=ROLE,
            given=MULTI_AZ,
            fields={"monitoring_seconds": 60, "monitoring_role": "${iam_role.watch}"},
            sees={"MonitoringRoleArn": "arn:aws:iam::123456789012:role/watch"},
            path="monitoring_seconds monitoring_role",
        ),
        Changed(field="insights", fields={"insights": True}, sees={"PerformanceInsightsEnabled": True}),
        Changed(
            field="insights_days",
            given=INSIGHTS,
            fields={"insights_days": 31},
            sees={"PerformanceInsightsRetentionPeriod": 31},
        ),
        Changed(
            field="insights_mode",
            given=INSIGHTS,
            fields={"insights_mode": "advanced", "insights_days": 465},
            sees={"DatabaseInsightsMode": "advanced"},
            path="insights_mode insights_days",
        ),
        Changed(field="network_type", fields={"network_type": "DUAL", "when": "now"}, sees={"NetworkType": "DUAL"}),
        Changed(
            field="ca",
            given=MULTI_AZ,
            fields={"ca": "rds-ca-rsa4096-g1"},
            sees={"CertificateDetails.CAIdentifier": "rds-ca-rsa4096-g1"},
        ),
        *(
            Changed(
                field=f"domain.{name}",
                given={"domain": DIRECTORY},
                fields={"domain": {**DIRECTORY, name: new}, "when": "now"},
                sees={f"DomainMemberships[0].{seen}": new},
            )
            for name, new, seen in (("directory", "d-9876543210", "Domain"), ("role", "joining", "IAMRoleName"))
        ),
        Changed(
            field="domain",
            note="none",
            given={"domain": DIRECTORY},
            fields={"domain": {}},
            sees={"DomainMemberships": []},
            path="domain.directory domain.role",
        ),
        Changed(
            field="roles",
            given={"roles": [{"feature": "s3Import", "role": LOADING}]},
            fields={"roles": [{"feature": "s3Export", "role": LOADING}]},
            sees={"AssociatedRoles[].FeatureName": ["s3Export"]},
        ),
        Changed(
            field="roles.role",
            given={"roles": [{"feature": "s3Import", "role": LOADING}]},
            others=SENDING,
            fields={"roles": [{"feature": "s3Import", "role": "${iam_role.sending}"}]},
            sees={"AssociatedRoles[].RoleArn": ["arn:aws:iam::123456789012:role/sending"]},
            path="roles",
        ),
        Changed(
            field="roles.feature",
            note="none",
            given={**MYSQL, "roles": [{"role": LOADING}]},
            fields={"roles": []},
            sees={"AssociatedRoles": []},
            path="roles",
        ),
        Changed(field="data_api", fields={"data_api": True}, sees={"HttpEndpointEnabled": True}),
        Changed(field="tags", fields={"tags": {"data": "orders"}}, sees={"tags.data": "orders"}),
    ),
    drifts=(
        drifted(
            "serverless.max",
            f"{SCALE}.MaxCapacity",
            SCALING,
            ServerlessV2ScalingConfiguration={"MinCapacity": 0.0, "MaxCapacity": 64.0, "SecondsUntilAutoPause": 600},
        ),
        Drifted(
            field="security_groups",
            mutate=lambda client: modify(
                client, VpcSecurityGroupIds=[named(client, "security_group", name) for name in ("app-1", "bastion")]
            ),
            restores=("security_groups",),
        ),
        drifted(
            "parameter_group", "DBClusterParameterGroup", DBClusterParameterGroupName="default.aurora-postgresql16"
        ),
        drifted("port", "Port", {"port": 5432}, Port=6432),
        drifted(
            "master_password",
            "MasterUserSecret.SecretStatus",
            {"master_password": "managed"},
            ManageMasterUserPassword=False,
            MasterUserPassword="known to somebody",
        ),
        drifted("iam_auth", "IAMDatabaseAuthenticationEnabled", EnableIAMDatabaseAuthentication=False),
        drifted("backup_days", "BackupRetentionPeriod", BackupRetentionPeriod=1),
        Drifted(
            field="roles",
            mutate=lambda client: client("rds").add_role_to_db_cluster(
                DBClusterIdentifier=KEY, RoleArn=LOADING, FeatureName="Lambda"
            ),
            restores=("AssociatedRoles",),
        ),
        Drifted(
            field="data_api",
            mutate=lambda client: client("rds").enable_http_endpoint(ResourceArn=ARN),
            restores=("HttpEndpointEnabled",),
        ),
        drifted("copy_tags", "CopyTagsToSnapshot", CopyTagsToSnapshot=False),
        drifted("deletion_protection", "DeletionProtection", DeletionProtection=False),
        drifted(
            "log_exports",
            "logs",
            {"log_exports": ["postgresql"]},
            CloudwatchLogsExportConfiguration={"DisableLogTypes": ["postgresql"], "EnableLogTypes": ["instance"]},
        ),
        drifted("insights", "PerformanceInsightsEnabled", {"insights": True}, EnablePerformanceInsights=False),
        drifted("minor_upgrades", "AutoMinorVersionUpgrade", MULTI_AZ, AutoMinorVersionUpgrade=False),
        Drifted(
            field="tags",
            given={"tags": {"data": "orders"}},
            mutate=lambda client: client("rds").remove_tags_from_resource(ResourceName=ARN, TagKeys=["data"]),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(field="encrypted", fields={"encrypted": False}),
        Refused(field="encrypted", note="under-a-key-of-KMS", given={"encrypted": False}, fields={"encrypted": True}),
        Refused(field="kms_key", prepare=own_key, fields={"kms_key": "alias/mine"}),
        Refused(field="engine", fields=MYSQL, says="db_cluster.orders.engine cannot change in place"),
        Refused(field="engine_version", note="downgrade", fields={"engine_version": "15"}),
        Refused(
            field="instance_class",
            note="in-the-window",
            given=MULTI_AZ,
            fields={"instance_class": "db.r6gd.large"},
        ),
        Refused(field="availability_zones", fields={"availability_zones": ["us-east-1d"]}),
        Refused(
            field="network_type",
            note="in-the-window",
            fields={"network_type": "DUAL"},
            says="db_cluster.orders.network_type cannot change as things are",
        ),
        Refused(field="port", note="of-a-multi-az-cluster", given=MULTI_AZ, fields={"port": 6432}),
        Refused(field="backtrack_seconds", note="on", given=MYSQL, fields={"backtrack_seconds": 3600}),
        Refused(field="subnet_group", prepare=second_shelf, fields={"subnet_group": "board"}),
        Refused(field="public", given=MULTI_AZ, fields={"public": True}),
        Refused(field="db_name", given={"db_name": "orders"}, fields={"db_name": "invoices"}),
        Refused(field="master_username", fields={"master_username": "somebody"}),
        Refused(field="master_secret_key", prepare=own_key, fields={"master_secret_key": "alias/mine"}),
        Refused(field="insights_key", prepare=own_key, given=INSIGHTS, fields={"insights_key": "alias/mine"}),
        Refused(
            field="name",
            note="with-what-waits-for-the-window",
            fields={"name": "invoices", "iam_auth": False},
            says="db_cluster.orders cannot be renamed together with its other changes",
        ),
    ),
    stranger=stranger,
)
