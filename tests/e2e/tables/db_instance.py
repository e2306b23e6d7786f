"""Database instances. They stand in a subnet group and a security group outside the stack, to have few others about."""

from __future__ import annotations

from typing import Any

from tests.e2e.looks import Client, named
from tests.e2e.tables.bench import KEY, Bench, Changed, Drifted, Refused
from tests.e2e.tables.db_groups import subnet_group

GROUP = "orders-implied-postgres16"
ARN = f"arn:aws:rds:us-east-1:123456789012:db:{KEY}"
TUNED = {"db_parameter_group": {"tuned": {"family": "postgres16"}}}
BASE: dict[str, Any] = {
    "engine": "postgres",
    "engine_version": "16",
    "instance_class": "db.t4g.medium",
    "storage_gib": 20,
    "subnet_group": "shelf",
    "security_groups": {"tag": {"Name": "app-1"}},
}
LARGE: dict[str, Any] = {"storage_gib": 400, "storage_type": "gp3"}
SQLSERVER: dict[str, Any] = {"engine": "sqlserver-se", "engine_version": "15.00"}
ROLE = "arn:aws:iam::123456789012:role/outside"
SENDING = {"iam_role": {"sending": {"trust": {"services": ["monitoring.rds.amazonaws.com"]}}}}
JOINING = "arn:aws:secretsmanager:us-east-1:123456789012:secret:joining"
SOURCE = "arn:aws:rds:us-east-1:123456789012:db:invoices"
DIRECTORY = {"directory": "d-0123456789", "role": "directory"}
OWN_DIRECTORY: dict[str, Any] = {
    "fqdn": "corp.example.com",
    "ou": "OU=databases",
    "secret": f"{JOINING}-AbCdEf",
    "dns": ["10.20.0.1", "10.20.0.2"],
}
MYSQL: dict[str, Any] = {"engine": "mysql", "engine_version": "8.0"}


def shelf(client: Client) -> None:
    subnet_group(client, "shelf")


def second_shelf(client: Client) -> None:
    subnet_group(client, "board")


def own_key(client: Client) -> None:
    kms = client("kms")
    kms.create_alias(AliasName="alias/mine", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def own_secret(client: Client) -> None:
    client("secretsmanager").create_secret(Name="orders/master", SecretString='{"password": "correct horse"}')


def source(client: Client) -> None:
    stranger(client, "invoices")


def options(client: Client) -> None:
    client("rds").create_option_group(
        OptionGroupName="audited", EngineName="mysql", MajorEngineVersion="8.0", OptionGroupDescription="mine"
    )


def modify(client: Client, name: str = KEY, **changes: Any) -> None:
    client("rds").modify_db_instance(DBInstanceIdentifier=name, ApplyImmediately=True, **changes)


def drifted(field: str, seen: str, given: dict[str, Any] | None = None, note: str = "", **changes: Any) -> Drifted:
    """A row of what one ModifyDBInstance does."""
    return Drifted(
        field=field,
        note=note,
        given=given or {},
        mutate=lambda client: modify(client, **changes),
        restores=(seen,),
    )


def in_groups(*names: str) -> Any:
    return lambda client: sorted(named(client, "security_group", name) for name in names)


def other_cluster(client: Client) -> None:
    client("rds").create_db_cluster(
        DBClusterIdentifier="payroll",
        Engine="aurora-postgresql",
        EngineVersion="16",
        MasterUsername="somebody",
        ManageMasterUserPassword=True,
        DBSubnetGroupName="shelf",
    )


def stranger(client: Client, name: str = KEY) -> None:
    client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        Engine="postgres",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="somebody",
        ManageMasterUserPassword=True,
        DBSubnetGroupName="shelf",
    )


MEMBER: dict[str, Any] = {
    "engine": "aurora-postgresql",
    "cluster": "${db_cluster.sales}",
    **dict.fromkeys(("engine_version", "storage_gib", "subnet_group", "security_groups"), ...),
}
CLUSTER: dict[str, Any] = {
    "db_cluster": {
        "sales": {
            "engine": "aurora-postgresql",
            "engine_version": "16",
            "subnet_group": "shelf",
            "security_groups": {"tag": {"Name": "app-1"}},
        }
    }
}


BENCH = Bench(
    kind="db_instance",
    name=KEY,
    base=BASE,
    prepare=shelf,
    changes=(
        Changed(
            field="engine_version",
            given={"engine_version": "16.9"},
            fields={"engine_version": "16.10"},
            sees={"EngineVersion": "16.10"},
        ),
        Changed(
            field="engine_version",
            note="major-with-its-parameter-group",
            fields={"engine_version": "17", "when": "now"},
            sees={"EngineVersion": "17.6", "parameter_group": "orders-implied-postgres17"},
            path="engine_version parameter_group",
        ),
        Changed(
            field="promotion_tier",
            others=CLUSTER,
            given=MEMBER,
            fields={"promotion_tier": 0},
            sees={"PromotionTier": 0},
        ),
        Changed(
            field="instance_class",
            note="of-a-member",
            others=CLUSTER,
            given=MEMBER,
            fields={"instance_class": "db.r7g.large"},
            sees={"DBInstanceClass": "db.r7g.large"},
        ),
        Changed(
            field="instance_class",
            fields={"instance_class": "db.m7g.large"},
            sees={"DBInstanceClass": "db.m7g.large"},
        ),
        Changed(field="storage_gib", fields={"storage_gib": 40}, sees={"AllocatedStorage": 40}),
        Changed(field="max_storage_gib", fields={"max_storage_gib": 100}, sees={"MaxAllocatedStorage": 100}),
        Changed(
            field="max_storage_gib",
            note="off",
            given={"max_storage_gib": 100},
            fields={"max_storage_gib": 0},
            sees={"(MaxAllocatedStorage || `20`) > AllocatedStorage": False},
        ),
        Changed(field="storage_type", fields={"storage_type": "gp2"}, sees={"StorageType": "gp2"}),
        Changed(
            field="storage_type",
            note="provisioned",
            given={"storage_gib": 100},
            fields={"storage_type": "io1", "iops": 4000},
            sees={"StorageType": "io1", "Iops": 4000},
            path="storage_type iops",
        ),
        Changed(field="iops", given={**LARGE, "iops": 12000}, fields={"iops": 13000}, sees={"Iops": 13000}),
        Changed(
            field="throughput_mbps",
            given=LARGE,
            fields={"throughput_mbps": 600},
            sees={"StorageThroughput": 600},
        ),
        Changed(
            field="dedicated_log_volume",
            given={"storage_gib": 100, "storage_type": "io1", "iops": 3000},
            fields={"dedicated_log_volume": True},
            sees={"DedicatedLogVolume": True},
        ),
        Changed(
            field="security_groups",
            fields={"security_groups": [{"tag": {"Name": "app-1"}}, {"tag": {"Name": "app-2"}}]},
            sees={"security_groups": in_groups("app-1", "app-2")},
        ),
        Changed(
            field="parameter_group",
            others=TUNED,
            given={"parameter_group": "${db_parameter_group.tuned}"},
            fields={"parameter_group": ...},
            sees={"parameter_group": GROUP},
        ),
        Changed(
            field="option_group",
            prepare=options,
            given=MYSQL,
            fields={"option_group": "audited"},
            sees={"option_group": "audited"},
        ),
        Changed(field="port", fields={"port": 6432}, sees={"Endpoint.Port": 6432}),
        Changed(
            field="master_password",
            note="from-a-secret",
            prepare=own_secret,
            fields={"master_password": {"secret": "orders/master", "key": "password"}},
            sees={"MasterUserSecret": None, 'tags."rds-secure:password"': "1"},
            path="master_password password_version",
        ),
        Changed(
            field="master_password",
            note="managed-again",
            prepare=own_secret,
            given={"master_password": {"secret": "orders/master", "key": "password"}},
            fields={"master_password": "managed"},
            sees={"MasterUserSecret.SecretStatus": "active", 'tags."rds-secure:password"': None},
        ),
        Changed(
            field="password_version",
            prepare=own_secret,
            given={"master_password": {"secret": "orders/master", "key": "password"}},
            fields={"password_version": 2},
            sees={'tags."rds-secure:password"': "2"},
        ),
        Changed(field="iam_auth", fields={"iam_auth": False}, sees={"IAMDatabaseAuthenticationEnabled": False}),
        Changed(field="multi_az", fields={"multi_az": True}, sees={"MultiAZ": True}),
        Changed(field="public", fields={"public": True}, sees={"PubliclyAccessible": True}),
        Changed(field="backup_days", fields={"backup_days": 14}, sees={"BackupRetentionPeriod": 14}),
        Changed(field="backup_days", note="none", fields={"backup_days": 0}, sees={"BackupRetentionPeriod": 0}),
        Changed(
            field="backup_window",
            fields={"backup_window": "02:00-02:30"},
            sees={"PreferredBackupWindow": "02:00-02:30"},
        ),
        Changed(
            field="maintenance_window",
            fields={"maintenance_window": "sun:05:00-sun:06:00"},
            sees={"PreferredMaintenanceWindow": "sun:05:00-sun:06:00"},
        ),
        Changed(field="deletion_protection", fields={"deletion_protection": False}, sees={"DeletionProtection": False}),
        Changed(field="minor_upgrades", fields={"minor_upgrades": False}, sees={"AutoMinorVersionUpgrade": False}),
        Changed(field="log_exports", fields={"log_exports": ["postgresql"]}, sees={"logs": ["postgresql"]}),
        Changed(
            field="log_exports",
            note="another",
            given={"log_exports": ["postgresql"]},
            fields={"log_exports": ["upgrade"]},
            sees={"logs": ["upgrade"]},
        ),
        Changed(
            field="monitoring_seconds",
            given={"monitoring_role": ROLE, "monitoring_seconds": 60},
            fields={"monitoring_seconds": 15},
            sees={"MonitoringInterval": 15},
        ),
        Changed(
            field="monitoring_seconds",
            note="off",
            given={"monitoring_role": ROLE, "monitoring_seconds": 60},
            fields={"monitoring_role": ..., "monitoring_seconds": 0},
            sees={"MonitoringInterval": 0, "MonitoringRoleArn": None},
        ),
        Changed(
            field="monitoring_role",
            given={"monitoring_role": ROLE, "monitoring_seconds": 60},
            others=SENDING,
            fields={"monitoring_role": "${iam_role.sending}"},
            sees={"MonitoringRoleArn": "arn:aws:iam::123456789012:role/sending"},
        ),
        Changed(field="insights", fields={"insights": True}, sees={"PerformanceInsightsEnabled": True}),
        Changed(
            field="insights_days",
            given={"insights": True},
            fields={"insights_days": 62},
            sees={"PerformanceInsightsRetentionPeriod": 62},
        ),
        Changed(
            field="insights_mode",
            given={"insights": True, "insights_days": 465},
            fields={"insights_mode": "advanced"},
            sees={"DatabaseInsightsMode": "advanced"},
        ),
        Changed(field="ca", fields={"ca": "rds-ca-rsa4096-g1"}, sees={"CACertificateIdentifier": "rds-ca-rsa4096-g1"}),
        Changed(
            field="license",
            given={"engine": "oracle-se2", "engine_version": "19", "license": "bring-your-own-license"},
            fields={"license": "license-included"},
            sees={"LicenseModel": "license-included"},
        ),
        Changed(
            field="lifecycle_support",
            fields={"lifecycle_support": "open-source-rds-extended-support-disabled"},
            sees={"EngineLifecycleSupport": "open-source-rds-extended-support-disabled"},
        ),
        Changed(field="network_type", fields={"network_type": "DUAL", "when": "now"}, sees={"NetworkType": "DUAL"}),
        *(
            Changed(
                field=f"domain.{name}",
                given={"domain": before},
                fields={"domain": {**before, name: new}, "when": "now"},
                sees={f"DomainMemberships[0].{seen}": new},
            )
            for before, name, new, seen in (
                (DIRECTORY, "directory", "d-9876543210", "Domain"),
                (DIRECTORY, "role", "joining", "IAMRoleName"),
                (OWN_DIRECTORY, "fqdn", "ad.example.com", "FQDN"),
                (OWN_DIRECTORY, "ou", "OU=other", "OU"),
                (OWN_DIRECTORY, "secret", f"{JOINING}-2-AbCdEf", "AuthSecretArn"),
                (OWN_DIRECTORY, "dns", ["10.20.0.3", "10.20.0.4"], "DnsIps"),
            )
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
            given={"roles": [{"feature": "s3Import", "role": ROLE}]},
            fields={"roles": [{"feature": "s3Export", "role": ROLE}]},
            sees={"AssociatedRoles[].FeatureName": ["s3Export"]},
        ),
        Changed(
            field="roles.role",
            given={"roles": [{"feature": "s3Import", "role": ROLE}]},
            others=SENDING,
            fields={"roles": [{"feature": "s3Import", "role": "${iam_role.sending}"}]},
            sees={"AssociatedRoles[].RoleArn": ["arn:aws:iam::123456789012:role/sending"]},
            path="roles",
        ),
        Changed(
            field="roles.feature",
            given={"roles": []},
            fields={"roles": [{"feature": "s3Import", "role": ROLE}]},
            sees={"AssociatedRoles[].FeatureName": ["s3Import"]},
            path="roles",
        ),
        Changed(
            field="backup_copy",
            note="none",
            given={"encrypted": False, "backup_copy": {"region": "eu-west-1"}},
            fields={"backup_copy": {}},
            sees={"DBInstanceAutomatedBackupsReplications": []},
            path="backup_copy.region",
        ),
        Changed(
            field="backup_copy.region",
            given={"encrypted": False},
            fields={"backup_copy": {"region": "eu-west-1"}},
            sees={"type(DBInstanceAutomatedBackupsReplications)": "array"},
        ),
        Changed(field="copy_tags", fields={"copy_tags": False}, sees={"CopyTagsToSnapshot": False}),
        Changed(field="tags", fields={"tags": {"data": "orders"}}, sees={"tags.data": "orders"}),
    ),
    drifts=(
        drifted("instance_class", "DBInstanceClass", DBInstanceClass="db.m7g.large"),
        drifted("max_storage_gib", "MaxAllocatedStorage", {"max_storage_gib": 100}, MaxAllocatedStorage=200),
        drifted("storage_type", "StorageType", {"storage_type": "gp3"}, StorageType="gp2"),
        drifted("iops", "Iops", {**LARGE, "iops": 12000}, Iops=15000),
        drifted("throughput_mbps", "StorageThroughput", {**LARGE, "throughput_mbps": 500}, StorageThroughput=700),
        Drifted(
            field="security_groups",
            mutate=lambda client: modify(
                client, VpcSecurityGroupIds=[named(client, "security_group", name) for name in ("app-1", "bastion")]
            ),
            restores=("security_groups",),
        ),
        drifted("parameter_group", "parameter_group", DBParameterGroupName="default.postgres16"),
        drifted("port", "Endpoint.Port", {"port": 5432}, DBPortNumber=6432),
        drifted(
            "master_password",
            "MasterUserSecret.SecretStatus",
            {"master_password": "managed"},
            ManageMasterUserPassword=False,
            MasterUserPassword="known to somebody",
        ),
        drifted("iam_auth", "IAMDatabaseAuthenticationEnabled", EnableIAMDatabaseAuthentication=False),
        Drifted(
            field="public",
            note="of-a-member",
            others=CLUSTER,
            given=MEMBER,
            mutate=lambda client: modify(client, PubliclyAccessible=True),
            restores=("PubliclyAccessible",),
        ),
        drifted("multi_az", "MultiAZ", {"multi_az": False}, MultiAZ=True),
        drifted("public", "PubliclyAccessible", PubliclyAccessible=True),
        drifted("backup_days", "BackupRetentionPeriod", BackupRetentionPeriod=1),
        drifted(
            "backup_window",
            "PreferredBackupWindow",
            {"backup_window": "02:00-02:30"},
            PreferredBackupWindow="04:00-04:30",
        ),
        drifted(
            "maintenance_window",
            "PreferredMaintenanceWindow",
            {"maintenance_window": "sun:05:00-sun:06:00"},
            PreferredMaintenanceWindow="mon:05:00-mon:06:00",
        ),
        drifted("deletion_protection", "DeletionProtection", DeletionProtection=False),
        drifted("minor_upgrades", "AutoMinorVersionUpgrade", AutoMinorVersionUpgrade=False),
        drifted(
            "log_exports",
            "logs",
            {"log_exports": ["postgresql"]},
            CloudwatchLogsExportConfiguration={"DisableLogTypes": ["postgresql"], "EnableLogTypes": ["upgrade"]},
        ),
        drifted(
            "monitoring_seconds",
            "MonitoringInterval",
            {"monitoring_role": ROLE, "monitoring_seconds": 60},
            MonitoringInterval=1,
        ),
        drifted("insights", "PerformanceInsightsEnabled", {"insights": True}, EnablePerformanceInsights=False),
        drifted(
            "ca",
            "CACertificateIdentifier",
            {"ca": "rds-ca-rsa2048-g1"},
            CACertificateIdentifier="rds-ca-ecc384-g1",
        ),
        Drifted(
            field="roles",
            mutate=lambda client: client("rds").add_role_to_db_instance(
                DBInstanceIdentifier=KEY, RoleArn=ROLE, FeatureName="Lambda"
            ),
            restores=("AssociatedRoles",),
        ),
        drifted("copy_tags", "CopyTagsToSnapshot", CopyTagsToSnapshot=False),
        Drifted(
            field="tags",
            given={"tags": {"data": "orders"}},
            mutate=lambda client: client("rds").remove_tags_from_resource(ResourceName=ARN, TagKeys=["data"]),
            restores=("tags",),
        ),
    ),
    refusals=(
        Refused(
            field="cluster",
            others=CLUSTER,
            given=MEMBER,
            prepare=other_cluster,
            fields={"cluster": "payroll"},
            says="db_instance.orders.cluster cannot change in place",
        ),
        Refused(field="encrypted", fields={"encrypted": False}),
        Refused(field="encrypted", note="on", given={"encrypted": False}, fields={"encrypted": True}),
        Refused(field="kms_key", prepare=own_key, fields={"kms_key": "alias/mine"}),
        Refused(
            field="kms_key",
            note="of-the-stack",
            others={"kms_key": {"data": {}}},
            given={"kms_key": "${kms_key.data}"},
            prepare=own_key,
            fields={"kms_key": "alias/mine"},
        ),
        Refused(
            field="engine",
            fields={"engine": "mysql", "engine_version": "8.4"},
            says="db_instance.orders.engine cannot change in place",
        ),
        Refused(field="engine_version", note="downgrade", fields={"engine_version": "15"}),
        Refused(
            field="engine_version",
            note="minor-downgrade",
            given={"engine_version": "16.10", "minor_upgrades": False},
            fields={"engine_version": "16.9"},
        ),
        Refused(field="subnet_group", prepare=second_shelf, fields={"subnet_group": "board"}),
        Refused(field="db_name", given={"db_name": "orders"}, fields={"db_name": "invoices"}),
        Refused(field="master_username", fields={"master_username": "somebody"}),
        Refused(field="master_secret_key", prepare=own_key, fields={"master_secret_key": "alias/mine"}),
        Refused(
            field="insights_key",
            prepare=own_key,
            given={"insights": True},
            fields={"insights": True, "insights_key": "alias/mine"},
        ),
        Refused(
            field="character_set",
            given={**SQLSERVER, "character_set": "Latin1_General_CI_AS"},
            fields={"character_set": "Latin1_General_CS_AS"},
        ),
        Refused(
            field="nchar_character_set",
            given={"engine": "oracle-se2", "engine_version": "19"},
            fields={"nchar_character_set": "UTF8"},
        ),
        Refused(field="timezone", given=SQLSERVER, fields={"timezone": "W. Europe Standard Time"}),
        Refused(
            field="replica_of",
            prepare=source,
            fields={"replica_of": SOURCE, "engine_version": ...},
            says="db_instance.orders.replica_of cannot change in place",
        ),
        Refused(field="availability_zone", fields={"availability_zone": "us-east-1b"}),
        Refused(
            field="network_type",
            note="in-the-window",
            fields={"network_type": "DUAL"},
            says="db_instance.orders.network_type cannot change as things are",
        ),
        Refused(
            field="name",
            note="with-what-waits-for-the-window",
            fields={"name": "invoices", "multi_az": True},
            says="db_instance.orders cannot be renamed together with its other changes",
        ),
        Refused(
            field="storage_gib",
            note="beyond-what-it-may-grow-to",
            given={"max_storage_gib": 100},
            fields={"storage_gib": 200, "max_storage_gib": ...},
        ),
    ),
    stranger=stranger,
    not_tested={
        "replica_mode": "it takes a replica; the tests of replicas have it",
        "backup_copy.retention_days": "it is seen in another region; the test of what is strict has it",
        "backup_copy.key": "likewise; and the tests of copies have a change of it, which is refused",
    },
)
