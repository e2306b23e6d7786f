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
MYSQL: dict[str, Any] = {"engine": "mysql", "engine_version": "8.0"}


def shelf(client: Client) -> None:
    subnet_group(client, "shelf")


def second_shelf(client: Client) -> None:
    subnet_group(client, "board")


def own_key(client: Client) -> None:
    kms = client("kms")
    kms.create_alias(AliasName="alias/mine", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


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


def stranger(client: Client) -> None:
    client("rds").create_db_instance(
        DBInstanceIdentifier=KEY,
        Engine="postgres",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="somebody",
        ManageMasterUserPassword=True,
        DBSubnetGroupName="shelf",
    )


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
        Changed(field="copy_tags", fields={"copy_tags": False}, sees={"CopyTagsToSnapshot": False}),
        Changed(field="tags", fields={"tags": {"data": "orders"}}, sees={"tags.data": "orders"}),
    ),
    drifts=(
        drifted("instance_class", "DBInstanceClass", DBInstanceClass="db.m7g.large"),
        drifted("max_storage_gib", "MaxAllocatedStorage", {"max_storage_gib": 100}, MaxAllocatedStorage=200),
        drifted("storage_type", "StorageType", {"storage_type": "gp3"}, StorageType="gp2"),
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
        drifted("copy_tags", "CopyTagsToSnapshot", CopyTagsToSnapshot=False),
        Drifted(
            field="tags",
            given={"tags": {"data": "orders"}},
            mutate=lambda client: client("rds").remove_tags_from_resource(ResourceName=ARN, TagKeys=["data"]),
            restores=("tags",),
        ),
    ),
    refusals=(
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
        Refused(field="name", fields={"name": "invoices"}, says="the name of db_instance.orders changes"),
        Refused(
            field="storage_gib",
            note="beyond-what-it-may-grow-to",
            given={"max_storage_gib": 100},
            fields={"storage_gib": 200, "max_storage_gib": ...},
        ),
    ),
    stranger=stranger,
    not_tested={"master_password": "a new database takes 'managed' only; the drift table has it"},
)
