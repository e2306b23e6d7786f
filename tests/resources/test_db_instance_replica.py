"""Read replicas: how they are made, what they have from their source, and that none is ever promoted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure.errors import SpecError
from rds_secure.operation import Retry
from rds_secure.resources.db_instance import KIND
from rds_secure.resources.db_instance.spec import INHERITED
from rds_secure.spec import build
from rds_secure.spec.source import parse
from rds_secure.values import Address, Ref
from tests.fakes import FakeReader
from tests.resources.instances import (
    GROUP,
    KEY,
    changes,
    complaints,
    described,
    instance,
    modified,
    reader,
    refused,
)
from tests.resources.planning import SCOPE, actions, created, link, wanted

HERE = f"arn:aws:rds:{SCOPE.region}:123456789012:db:orders"
SOURCE = "arn:aws:rds:us-east-1:123456789012:db:orders"
REPLICA: dict[str, Any] = {
    "replica_of": "${db_instance.orders}",
    "engine_version": ...,
    "parameter_group": ...,
    "iam_auth": "true",
}
LIVE: dict[str, Any] = {
    "DBInstanceIdentifier": "reports",
    "ReadReplicaSourceDBInstanceIdentifier": "orders",
    "BackupRetentionPeriod": 0,
    "MasterUserSecret": None,
    "MasterUsername": "somebody",
}


def replica(**fields: Any) -> Any:
    return instance("reports", **{**REPLICA, **fields})


def seen(**fields: Any) -> Any:
    """The replica as it is read."""
    [one] = KIND.read(reader(described(**{"DBInstanceIdentifier": "reports", **fields})), wanted(KIND, replica()))
    return one


# Making


def test_a_replica_is_made_by_a_call_of_its_own_without_what_it_has_from_its_source() -> None:
    [made] = created(KIND, replica())
    assert made.action == "CreateDBInstanceReadReplica"
    params = dict(made.params)
    params.pop("Tags")
    assert params == {
        "DBInstanceIdentifier": "reports",
        "SourceDBInstanceIdentifier": Ref(Address("db_instance", "orders"), "name"),
        "DBInstanceClass": "db.m7g.large",
        "AllocatedStorage": 100,
        "VpcSecurityGroupIds": (GROUP,),
        "DBSubnetGroupName": "private",
        "EnableIAMDatabaseAuthentication": True,
        "PubliclyAccessible": False,
        "DeletionProtection": True,
        "AutoMinorVersionUpgrade": True,
        "CopyTagsToSnapshot": True,
    }
    assert Retry("InvalidDBInstanceState") in made.retry_on  # the source may be making a backup
    assert "iam:PassRole" in made.also


def test_a_source_in_another_region_is_named_with_it_and_the_key_is_of_this_one() -> None:
    [made] = created(KIND, replica(replica_of=SOURCE, kms_key=KEY))
    assert (made.params["SourceDBInstanceIdentifier"], made.params["SourceRegion"]) == (SOURCE, "us-east-1")
    assert made.params["KmsKeyId"] == KEY


def test_a_source_in_this_region_is_named_as_aws_names_it() -> None:
    [made] = created(KIND, replica(replica_of=HERE))
    assert made.params["SourceDBInstanceIdentifier"] == "orders"
    assert "SourceRegion" not in made.params
    assert refused(replica(replica_of=HERE), seen(**LIVE)) == {}


def test_what_the_call_lacks_is_set_afterwards_at_once() -> None:
    written = replica(backup_days="3", backup_window="02:00-02:30", parameter_group="reports-postgres16")
    made, after = created(KIND, written)
    assert after.params == {
        "DBInstanceIdentifier": "reports",
        "ApplyImmediately": True,
        "BackupRetentionPeriod": 3,
        "PreferredBackupWindow": "02:00-02:30",
        "DBParameterGroupName": "reports-postgres16",
    }
    assert not {"BackupRetentionPeriod", "PreferredBackupWindow", "DBParameterGroupName"} & set(made.params)
    oracle = replica(engine="oracle-ee", iam_auth=..., parameter_group="reports-oracle-ee-19", replica_mode="mounted")
    [made] = created(KIND, oracle)
    assert (made.params["DBParameterGroupName"], made.params["ReplicaMode"]) == ("reports-oracle-ee-19", "mounted")


def test_sql_server_chooses_the_storage_of_a_replica_itself() -> None:
    [made] = created(KIND, replica(engine="sqlserver-ee", iam_auth=...))
    assert "AllocatedStorage" not in made.params


def test_no_parameter_group_comes_along_with_a_replica() -> None:
    assert KIND.implied("reports", replica().spec) is None
    assert complaints("reports", **REPLICA) == []


# Comparing


def test_a_replica_is_as_its_source_is_and_our_defaults_have_no_say() -> None:
    live = seen(**LIVE, StorageEncrypted=False, KmsKeyId=None)
    assert (changes(replica(replica_of=HERE), live), refused(replica(replica_of=HERE), live)) == ({}, {})
    assert modified(replica(replica_of=HERE, backup_days="3"), live) == {
        "ApplyImmediately": False,
        "BackupRetentionPeriod": 3,
    }
    assert modified(replica(replica_of=HERE), seen(**LIVE, PubliclyAccessible=True)) == {
        "ApplyImmediately": False,
        "PubliclyAccessible": False,
    }


def test_a_plan_never_promotes_a_replica() -> None:
    advice = refused(instance("reports"), seen(**LIVE))["replica_of"]
    assert "no plan ever does" in advice
    assert "promote-read-replica" in advice


def test_a_database_becomes_no_replica_and_changes_no_source() -> None:
    assert "only when it is made" in refused(replica(), seen())["replica_of"]
    other = seen(**{**LIVE, "ReadReplicaSourceDBInstanceIdentifier": "invoices"})
    assert set(refused(replica(), other)) == {"replica_of"}


def test_a_replica_leaves_no_final_snapshot_rds_26() -> None:
    live = link(seen(**LIVE), Address("db_instance", "reports"), SCOPE)
    inspected = KIND.inspect(reader(), live, SCOPE, frozenset())
    assert not isinstance(inspected, str)
    off, gone = KIND.delete(inspected, SCOPE)
    assert actions([off, gone]) == ["ModifyDBInstance", "DeleteDBInstance"]
    assert gone.params["SkipFinalSnapshot"] is True
    assert gone.summary == "delete database reports, without a final snapshot, as AWS makes none of a replica"


# What is refused


@pytest.mark.parametrize("field", INHERITED)
def test_what_a_replica_has_from_its_source_is_not_written(field: str) -> None:
    value = {"encrypted": "true", "master_password": "managed", "master_secret_key": KEY, "password_version": "1"}
    licenses = {"license": "postgresql-license", "lifecycle_support": "open-source-rds-extended-support"}
    written = {**REPLICA, field: {**value, **licenses}.get(field, "16")}
    if field in ("character_set", "nchar_character_set"):
        written |= {"engine": "oracle-ee", "iam_auth": ...}
    if field == "timezone":
        written |= {"engine": "sqlserver-ee", "iam_auth": ...}
    if field in ("db_name", "master_username"):
        written[field] = "orders"
    assert ((field,), f"a replica has its {field} from its source") in [
        (path, what) for path, what, _ in complaints("reports", **written)
    ]


def test_only_a_replica_of_some_engines_has_a_mode() -> None:
    assert [path for path, _, _ in complaints(replica_mode="mounted")] == [("replica_mode",)]
    assert [path for path, _, _ in complaints("reports", **REPLICA, replica_mode="mounted")] == [("replica_mode",)]


SPEC = """
version: 1
stack: orders
resources:
  db_instance:
    orders: {{{engine}, instance_class: db.m7g.large, storage_gib: 100, subnet_group: private,
      security_groups: [sg-0123456789abcdef0]{source}}}
    reports: {{replica_of: "${{db_instance.{of}}}", engine: postgres, instance_class: db.m7g.large, storage_gib: 100,
      subnet_group: private, security_groups: [sg-0123456789abcdef0]{more}}}
"""
POSTGRES = 'engine: postgres, engine_version: "16"'
OURS = ", master_password: {env: ORDERS}"


def said(source: str, more: str = "", of: str = "orders", engine: str = POSTGRES) -> list[str]:
    """What is wrong with a database and its replica in one spec."""
    text, problems = parse(SPEC.format(source=source, more=more, of=of, engine=engine), "orders.yaml")
    assert text is not None, problems
    try:
        build([text])
    except SpecError as error:
        return [problem.what for problem in error.problems if problem.location]
    return []


def test_a_source_with_a_managed_password_is_refused_before_anything_is_called_rds_19() -> None:
    assert said(OURS) == []
    assert said(", master_password: unmanaged") == []
    [what] = said("")
    assert what.startswith("db_instance.orders has a password that RDS manages")


def test_a_source_makes_backups_is_of_the_same_engine_and_another_database() -> None:
    assert said(f"{OURS}, backup_days: 0") == [
        "db_instance.orders makes no automated backups, which its replicas begin with"
    ]
    assert said(OURS, engine='engine: mysql, engine_version: "8.4"') == [
        "db_instance.orders is of mysql, and so are its replicas"
    ]
    assert said(OURS, of="reports") == ["a database is no replica of itself"]
    assert said(f"{OURS}, encrypted: false", more=", kms_key: alias/orders") == [
        "db_instance.orders is not encrypted, and neither are its replicas"
    ]


NOWHERE: dict[Any, Any] = {
    ("rds", "DescribeOrderableDBInstanceOptions"): {"OrderableDBInstanceOptions": [{}]},
    ("rds", "DescribeDBSubnetGroups"): {"DBSubnetGroups": [{"DBSubnetGroupName": "private", "VpcId": "vpc-1"}]},
    ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": [{"GroupId": GROUP, "VpcId": "vpc-1"}]},
}


def looked_at(fields: dict[str, Any], **source: Any) -> list[str]:
    """What is wrong with a source outside the spec, in another region."""

    def answer(params: Any) -> Any:
        there = [{**described(), "MasterUserSecret": None, **source}] if source.get("Engine") != "" else []
        return {"DBInstances": there if params else []}

    looking = FakeReader({**NOWHERE, ("rds", "DescribeDBInstances"): answer})
    resource = replica(replica_of=SOURCE, **fields)
    problems = list(KIND.verify(looking, replace(resource, spec=resource.spec), SCOPE))
    assert "us-east-1" in looking.regions
    return [f"{'.'.join(map(str, item.path))}: {item.what}" for item in problems]


def test_a_source_outside_the_spec_is_looked_at_in_its_region_rds_19() -> None:
    assert looked_at({"kms_key": KEY}) == []
    assert looked_at({}) == ["replica_of: a replica in another region is encrypted with a key of that region"]
    [managed] = looked_at({"kms_key": KEY}, MasterUserSecret={"SecretArn": "arn"})
    assert "has a password that RDS manages" in managed
    [backups] = looked_at({"kms_key": KEY}, BackupRetentionPeriod=0)
    assert "makes no automated backups" in backups
    [engine] = looked_at({"kms_key": KEY}, Engine="mysql")
    assert engine.startswith("engine: ")
    [clear] = looked_at({"kms_key": KEY}, StorageEncrypted=False)
    assert clear.startswith("kms_key: ")
    assert looked_at({}, StorageEncrypted=False) == []
    assert looked_at({"kms_key": KEY}, Engine="") == [f"replica_of: there is no database {SOURCE}"]
