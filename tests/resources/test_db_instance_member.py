"""Instances of Aurora clusters: what is theirs is compared and sent, what is the cluster's is neither."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rds_secure.fields import markers
from rds_secure.kind import Consequence, FieldChange
from rds_secure.resources.db_instance import KIND
from rds_secure.resources.db_instance.member import OF_THE_CLUSTER
from rds_secure.resources.db_instance.spec import DbInstanceSpec
from rds_secure.values import Address, Ref
from tests.fakes import FakeReader
from tests.resources.instances import ORDERS, described, reader
from tests.resources.planning import SCOPE, compare, created, declare, knowing, link, updated, wanted

CLUSTER = Ref(Address("db_cluster", "orders"), "name")
MEMBER = {"engine": "aurora-postgresql", "instance_class": "db.r7g.large", "cluster": "${db_cluster.orders}"}


def member(**fields: Any) -> Any:
    """A declared one."""
    return declare(KIND, "orders", {**MEMBER, **fields})


def shown(**fields: Any) -> dict[str, Any]:
    """What AWS shows of one: much of it is the cluster's."""
    return described(
        Engine="aurora-postgresql",
        DBInstanceClass="db.r7g.large",
        DBClusterIdentifier="orders",
        PromotionTier=1,
        AllocatedStorage=1,
        StorageType="aurora",
        MasterUsername="somebody",
        MasterUserSecret=None,
        BackupRetentionPeriod=35,
        CopyTagsToSnapshot=False,
        DeletionProtection=False,
        IAMDatabaseAuthenticationEnabled=False,
        DBParameterGroups=[{"DBParameterGroupName": "default.aurora-postgresql16", "ParameterApplyStatus": "in-sync"}],
        **fields,
    )


def found(**fields: Any) -> Any:
    [one] = KIND.read(reader(shown(**fields)), wanted(KIND, member()))
    return one


def changes(**fields: Any) -> dict[str, tuple[Any, Any]]:
    scope = knowing(SCOPE, (CLUSTER.target, {"name": "orders"}))
    difference, _ = compare(KIND, member(**fields), found(), scope)
    assert difference.refused == []
    return {item.path: (item.old, item.new) for item in difference.changes}


def complaints(**fields: Any) -> list[tuple[tuple[Any, ...], str, str]]:
    spec = KIND.spec.model_validate({name: value for name, value in {**MEMBER, **fields}.items() if value is not ...})
    return [(item.path, item.what, item.fix) for item in KIND.check("orders", spec)]


def test_a_cluster_a_class_and_an_engine_are_enough() -> None:
    assert complaints() == []
    assert complaints(cluster="payroll", promotion_tier="0", public="true", monitoring_seconds="0") == []


def test_it_is_made_with_what_is_its_own_alone() -> None:
    [call] = created(KIND, member(promotion_tier="0"))
    assert {name: value for name, value in call.params.items() if name != "Tags"} == {
        "DBInstanceIdentifier": "orders",
        "DBClusterIdentifier": CLUSTER,
        "Engine": "aurora-postgresql",
        "DBInstanceClass": "db.r7g.large",
        "PromotionTier": 0,
        "PubliclyAccessible": False,
        "AutoMinorVersionUpgrade": True,
    }
    assert call.params["Tags"]


def test_what_the_cluster_has_is_no_difference() -> None:
    assert changes() == {}
    assert changes(promotion_tier="0", public="true") == {"promotion_tier": (1, 0), "public": (False, True)}


def test_what_is_its_own_changes() -> None:
    scope = knowing(SCOPE, (CLUSTER.target, {"name": "orders"}))
    [call] = updated(KIND, member(promotion_tier="0", instance_class="db.r7g.xlarge"), found(), scope)
    assert call.params == {
        "DBInstanceIdentifier": "orders",
        "ApplyImmediately": False,
        "PromotionTier": 0,
        "DBInstanceClass": "db.r7g.xlarge",
    }


@pytest.mark.parametrize("field", sorted(OF_THE_CLUSTER))
def test_what_is_the_clusters_is_not_written_here(field: str) -> None:
    """With the line: the complaint is about the field."""
    written = WRITTEN.get(field, "7")
    what = f"{field} of a cluster's member is the cluster's"
    assert ((field,), what, "write it there, and take it out here") in complaints(**{field: written})


WRITTEN: dict[str, Any] = {
    "engine_version": "16",
    "backup_copy": {},
    "replica_of": "arn:aws:rds:eu-west-1:123456789012:db:main",
    "replica_mode": "mounted",
    "option_group": "audited",
    "db_name": "orders",
    "license": "license-included",
    "character_set": "UTF8",
    "nchar_character_set": "UTF8",
    "timezone": "UTC",
    "lifecycle_support": "open-source-rds-extended-support",
    "storage_type": "gp3",
    "network_type": "IPV4",
    "security_groups": ["sg-0123456789abcdef0"],
    "subnet_group": "private",
    "kms_key": "alias/orders",
    "master_username": "owner",
    "master_password": "managed",
    "master_secret_key": "alias/orders",
    "backup_window": "02:00-02:30",
    "log_exports": ["postgresql"],
    "domain": {"directory": "d-0123456789", "role": "directory"},
    "roles": [{"feature": "s3Import", "role": "arn:aws:iam::123456789012:role/import"}],
    **dict.fromkeys(
        ("encrypted", "iam_auth", "multi_az", "deletion_protection", "copy_tags", "dedicated_log_volume"), "true"
    ),
}


def test_no_field_is_forgotten() -> None:
    """What AWS takes for an instance of a cluster, and what it does not (API reference)."""
    own = {name for name in markers(DbInstanceSpec) if name not in OF_THE_CLUSTER}
    assert own == {
        *("engine", "instance_class", "parameter_group", "cluster", "promotion_tier", "availability_zone", "public"),
        *("maintenance_window", "minor_upgrades", "monitoring_seconds", "monitoring_role", "ca"),
        *("insights", "insights_days", "insights_key", "insights_mode"),
        *("name", "tags", "ignore", "when", "reboot", "maintenance"),
        *("migration", "restore_from"),  # refused in words of their own
    }


def test_the_data_of_a_member_is_its_clusters_and_neither_migrated_nor_restored_by_itself() -> None:
    found = [(path, what) for path, what, _ in complaints(migration={"from": "none"}, restore_from="last")]
    assert found == [
        (("migration",), "its data is that of its cluster: it is not migrated by itself"),
        (("restore_from",), "its data is that of its cluster, and not of a snapshot"),
    ]


def test_only_aurora_has_clusters_with_instances_of_their_own() -> None:
    assert [(path, what) for path, what, _ in complaints(engine="postgres")] == [
        (("engine",), "an instance of postgres cannot join a cluster")
    ]
    [(path, what, fix), *_] = complaints(
        cluster=..., storage_gib="20", subnet_group="a", security_groups=["sg-01234567"]
    )
    assert (path, what) == (("engine",), "aurora-postgresql runs in clusters, not in instances of its own")
    assert fix.startswith("write the cluster that it belongs to")


def test_an_instance_without_cluster_needs_what_the_cluster_would_have() -> None:
    missing = [what for _, what, _ in complaints(engine="postgres", engine_version="16", cluster=...)]
    assert missing == ["'storage_gib' is missing", "'security_groups' is missing", "'subnet_group' is missing"]
    alone = {"engine": "postgres", "engine_version": "16", "cluster": ..., "storage_gib": "20"}
    [(path, what, _)] = complaints(
        **alone, subnet_group="private", security_groups=["sg-0123456789abcdef0"], promotion_tier="1"
    )
    assert (path, what) == (("promotion_tier",), "promotion_tier is for instances of a cluster")


def test_a_cluster_outside_the_spec_is_there_and_of_its_engine() -> None:
    def said(**fields: Any) -> list[str]:
        looking = FakeReader(
            {
                ("rds", "DescribeDBInstances"): {"DBInstances": []},
                ("rds", "DescribeOrderableDBInstanceOptions"): {"OrderableDBInstanceOptions": [{}]},
                ("rds", "DescribeDBClusters"): {
                    "DBClusters": [{"DBClusterIdentifier": "payroll", "Engine": "aurora-mysql"}]
                },
            }
        )
        return [item.what for item in KIND.verify(looking, member(**fields), SCOPE)]

    assert said() == []
    assert said(cluster="nowhere") == ["there is no cluster nowhere"]
    assert said(cluster="Payroll") == ["cluster Payroll is of aurora-mysql, and its instances are too"]
    assert said(cluster="payroll", engine="aurora-mysql") == []


def test_an_instance_never_changes_its_cluster() -> None:
    difference, _ = compare(KIND, member(cluster="payroll"), found())
    [(change, advice)] = difference.refused
    assert (change.path, change.old, change.new) == ("cluster", "orders", "payroll")
    assert "another key" in advice


def test_it_goes_without_a_snapshot_which_is_the_clusters_rds_26() -> None:
    live = KIND.inspect(reader(shown()), link(found(), ORDERS, SCOPE), SCOPE, frozenset())
    assert not isinstance(live, str)
    [call] = KIND.delete(live, SCOPE)
    assert call.params == {
        "DBInstanceIdentifier": "orders",
        "SkipFinalSnapshot": True,
        "DeleteAutomatedBackups": False,
    }


def test_it_waits_while_its_cluster_takes_nothing_rds_1() -> None:
    scope = knowing(SCOPE, (CLUSTER.target, {"name": "orders"}))
    [made] = created(KIND, member())
    [changed] = updated(KIND, member(promotion_tier="3"), found(), scope)
    live = KIND.inspect(reader(shown()), link(found(), ORDERS, SCOPE), SCOPE, frozenset())
    assert not isinstance(live, str)
    for call in (made, changed, *KIND.delete(live, SCOPE)):
        assert "InvalidDBClusterStateFault" in {retry.code for retry in call.retry_on}


def test_nothing_is_said_of_a_password_that_is_the_clusters() -> None:
    assert list(KIND.notes(member(), link(found(), ORDERS, SCOPE))) == []


def test_it_brings_no_parameter_group() -> None:
    """TLS is forced by the cluster's (RDS-8)."""
    assert KIND.implied("orders", member().spec) is None


# Reboots for the parameters of the cluster

GROUP = Address("db_cluster_parameter_group", "orders")
STATIC = FieldChange("parameters", old="50", new="100", member="max_connections", when="reboot")
DYNAMIC = FieldChange("parameters", old="1", new="2", member="work_mem")


def followed(
    elsewhere: Mapping[Address, tuple[FieldChange, ...]], status: str = "in-sync", **fields: Any
) -> Consequence:
    """What a member does about changes elsewhere, when its cluster says this of it."""
    told = [{"DBInstanceIdentifier": "Orders", "DBClusterParameterGroupStatus": status}]
    cluster = {"DBClusterIdentifier": "orders", "DBClusterParameterGroup": "Main-aurora16", "DBClusterMembers": told}
    answers = dict(reader(shown()).answers) | {("rds", "DescribeDBClusters"): {"DBClusters": [cluster]}}
    [live] = KIND.read(FakeReader(answers), wanted(KIND, member()))
    scope = knowing(SCOPE, (CLUSTER.target, {"name": "orders"}), (GROUP, {"name": "main-aurora16"}))
    _, change = compare(KIND, member(**fields), live, scope)
    return KIND.follow(change, elsewhere)


def test_a_member_is_rebooted_for_the_parameters_of_its_cluster_rds_8() -> None:
    [note] = followed({}, "pending-reboot").notes
    assert "parameter group main-aurora16: static parameters are not in effect" in note
    [call] = followed({}, "pending-reboot", reboot="now").operations
    assert (call.action, call.after) == ("RebootDBInstance", ())
    assert call.wait is not None
    assert call.wait.action == "DescribeDBClusters"  # the instance does not show the group of its cluster
    assert followed({}, reboot="now") == Consequence()


def test_a_member_is_rebooted_after_a_static_parameter_of_its_cluster_changes() -> None:
    [call] = followed({GROUP: (STATIC,)}, reboot="now").operations
    assert call.after == (GROUP,)
    assert followed({GROUP: (DYNAMIC,)}, reboot="now") == Consequence()


def test_a_member_is_rebooted_after_its_cluster_gets_another_group() -> None:
    switched = FieldChange("parameter_group", old="default.aurora-postgresql16", new="main-aurora16", when="reboot")
    [call] = followed({CLUSTER.target: (switched,)}, reboot="now").operations
    assert call.after == (CLUSTER.target,)
    assert "main-aurora16" in call.summary
