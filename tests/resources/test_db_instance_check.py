"""What is wrong with the spec of a database instance: offline, and against AWS."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rds_secure.database import window
from rds_secure.kind import Implied
from rds_secure.resources.db_instance import KIND
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.instances import (
    GROUP,
    KEY,
    OTHER_GROUP,
    ROLE,
    complaints,
    described,
    found,
    instance,
    reader,
    refused,
)
from tests.resources.planning import SCOPE

# What is checked offline


def test_the_minimal_spec_has_nothing_wrong_with_it() -> None:
    assert complaints() == []
    assert complaints(parameter_group=...) == []


@pytest.mark.parametrize("name", ["1st", "orders-", "or--ders", "or_ders", "o" * 64, "-orders"])
def test_names_that_aws_refuses_are_refused_rds_5(name: str) -> None:
    assert [path for path, _, _ in complaints(name=name)] == [("name",)]
    assert complaints(name="o" * 63) == []


@pytest.mark.parametrize(
    ("engine", "fix"),
    [
        ("postgresql", "did you mean 'postgres'?"),
        ("Postgres", "did you mean 'postgres'?"),
        ("sqlserver", "did you mean 'sqlserver-se'?"),
        ("aurora-mysql", "write the cluster that it belongs to, or use mysql"),
        ("aurora-postgresql", "write the cluster that it belongs to, or use postgres"),
    ],
)
def test_an_unknown_engine_is_refused_with_a_guess(engine: str, fix: str) -> None:
    assert [(path, said) for path, _, said in complaints(engine=engine)] == [(("engine",), fix)]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"security_groups": []}, ("security_groups",)),
        ({"storage_gib": "19"}, ("storage_gib",)),
        ({"storage_gib": "65537"}, ("storage_gib",)),
        ({"storage_gib": "4000", "storage_type": "standard"}, ("storage_gib",)),
        ({"storage_type": "io1"}, ("storage_type",)),
        ({"max_storage_gib": "100"}, ("max_storage_gib",)),
        ({"max_storage_gib": "65537"}, ("max_storage_gib",)),
        ({"kms_key": KEY, "encrypted": "false"}, ("kms_key",)),
        ({"log_exports": ["postgresql", "slowquery"]}, ("log_exports", 1)),
        ({"port": "1149"}, ("port",)),
        ({"port": "65536"}, ("port",)),
        ({"db_name": "a" * 64}, ("db_name",)),
        ({"master_password": "unmanaged", "master_secret_key": KEY}, ("master_secret_key",)),
        ({"master_password": {"env": "DB_PASSWORD"}, "master_secret_key": KEY}, ("master_secret_key",)),
        ({"password_version": "2"}, ("password_version",)),
        ({"engine_version": "newest"}, ("engine_version",)),
    ],
)
def test_fields_that_contradict_each_other_or_the_engine_are_refused(fields: dict[str, Any], path: Any) -> None:
    assert [found for found, _, _ in complaints(**fields)] == [path]


@pytest.mark.parametrize("fields", [{"max_storage_gib": "0"}, {"max_storage_gib": "101"}, {"port": "6432"}])
def test_fields_that_fit_are_let_through(fields: dict[str, Any]) -> None:
    assert complaints(**fields) == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"monitoring_seconds": "7", "monitoring_role": ROLE}, ("monitoring_seconds",)),
        ({"monitoring_seconds": "60"}, ("monitoring_seconds",)),
        ({"monitoring_role": ROLE}, ("monitoring_role",)),
        ({"monitoring_seconds": "0", "monitoring_role": ROLE}, ("monitoring_role",)),
        ({"insights": "true", "insights_days": "30"}, ("insights_days",)),
        ({"insights": "true", "insights_days": "744"}, ("insights_days",)),
        ({"insights_days": "7"}, ("insights_days",)),
        ({"insights": "false", "insights_key": KEY}, ("insights_key",)),
        ({"insights_mode": "advanced"}, ("insights_mode",)),
        ({"insights": "true", "insights_mode": "advanced"}, ("insights_mode",)),
        ({"insights": "true", "insights_mode": "advanced", "insights_days": "62"}, ("insights_mode",)),
        ({"license": "bring-your-own-license"}, ("license",)),
        ({"character_set": "UTF8"}, ("character_set",)),
        ({"nchar_character_set": "UTF8"}, ("nchar_character_set",)),
        ({"timezone": "UTC"}, ("timezone",)),
        ({"availability_zone": "eu-west-1a", "multi_az": "true"}, ("availability_zone",)),
        ({"domain": {"directory": "d-0123456789"}}, ("domain",)),
        ({"domain": {"role": "directory"}}, ("domain", "role")),
        ({"domain": {"directory": "d-0123456789", "role": "directory", "ou": "OU=x"}}, ("domain",)),
        ({"domain": {"fqdn": "corp.example.com"}}, ("domain",)),
        ({"roles": [{"feature": "s3Import", "role": ROLE}] * 2}, ("roles", 1, "feature")),
    ],
)
def test_features_that_contradict_each_other_or_the_engine_are_refused(fields: dict[str, Any], path: Any) -> None:
    assert [found for found, _, _ in complaints(**fields)] == [path]


@pytest.mark.parametrize(
    "fields",
    [
        {"monitoring_seconds": "0"},
        {"monitoring_seconds": "1", "monitoring_role": ROLE},
        *({"insights": "true", "insights_days": days} for days in ("7", "31", "713", "731")),
        {"insights": "true", "insights_days": "465", "insights_mode": "advanced"},
        {"availability_zone": "eu-west-1a"},
        {"domain": {}},
        {"lifecycle_support": "open-source-rds-extended-support-disabled"},
    ],
)
def test_features_that_fit_are_let_through(fields: dict[str, Any]) -> None:
    assert complaints(**fields) == []


def test_mariadb_joins_no_directory_and_has_no_extended_support() -> None:
    maria = {"engine": "mariadb", "engine_version": "10.11"}
    joining = {"domain": {"directory": "d-0123456789", "role": "directory"}}
    assert [path for path, _, _ in complaints(**maria, **joining)] == [("domain",)]
    said = complaints(**maria, lifecycle_support="open-source-rds-extended-support")
    assert [path for path, _, _ in said] == [("lifecycle_support",)]


def test_a_certificate_authority_is_one_of_the_region() -> None:
    listed = {"Certificates": [{"CertificateIdentifier": "rds-ca-rsa2048-g1"}]}
    looking = FakeReader({**ACCOUNT, ("rds", "DescribeCertificates"): listed, **NOTHING})
    [complaint] = KIND.verify(looking, instance(ca="rds-ca-2019"), SCOPE)
    assert (complaint.path, complaint.fix) == (("ca",), "use one of rds-ca-rsa2048-g1")
    assert list(KIND.verify(looking, instance(ca="rds-ca-rsa2048-g1"), SCOPE)) == []


GP3, IO1 = {"storage_type": "gp3", "storage_gib": "400"}, {"storage_type": "io1"}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"storage_type": "gp3", "iops": "12000"}, ("iops",)),  # 100 GiB
        ({"storage_type": "gp3", "throughput_mbps": "500"}, ("throughput_mbps",)),
        ({**GP3, "iops": "11999"}, ("iops",)),
        ({**GP3, "throughput_mbps": "499"}, ("throughput_mbps",)),
        ({**GP3, "iops": "12000", "throughput_mbps": "3001"}, ("throughput_mbps",)),
        ({"iops": "12000", "storage_gib": "400"}, ("iops",)),  # of which type?
        ({**IO1}, ("storage_type",)),
        ({**IO1, "iops": "999"}, ("iops",)),
        ({**IO1, "iops": "5001"}, ("iops",)),
        ({**IO1, "iops": "1999", "storage_gib": "4000"}, ("iops",)),
        ({"storage_type": "io2", "iops": "100001"}, ("iops",)),
        ({"storage_type": "io2", "iops": "256001", "storage_gib": "1000"}, ("iops",)),
        ({"storage_type": "gp2", "iops": "3000"}, ("iops",)),
        ({"storage_type": "gp2", "throughput_mbps": "500"}, ("throughput_mbps",)),
        ({**IO1, "iops": "3000", "throughput_mbps": "500"}, ("throughput_mbps",)),
        ({**GP3, "dedicated_log_volume": "true"}, ("dedicated_log_volume",)),
    ],
)
def test_performance_that_the_storage_does_not_take_is_refused_rds_7(fields: dict[str, Any], path: Any) -> None:
    assert [found for found, _, _ in complaints(**fields)] == [path]


@pytest.mark.parametrize(
    "fields",
    [
        {**GP3, "iops": "12000", "throughput_mbps": "3000"},
        {**GP3, "throughput_mbps": "500"},
        {**IO1, "iops": "1000"},
        {**IO1, "iops": "5000", "dedicated_log_volume": "true"},
        {"storage_type": "io2", "iops": "100000"},
        {"storage_type": "gp2", "dedicated_log_volume": "false"},
    ],
)
def test_performance_that_the_storage_takes_is_let_through(fields: dict[str, Any]) -> None:
    assert complaints(**fields) == []


@pytest.mark.parametrize(
    ("engine", "version", "least"),
    [("postgres", "16", 400), ("mysql", "8.0", 400), ("oracle-ee", "19", 200), ("sqlserver-se", "15.00", 20)],
)
def test_gp3_is_tuned_from_a_size_on_that_differs_by_engine_rds_7(engine: str, version: str, least: int) -> None:
    tuned = {"engine": engine, "engine_version": version, "parameter_group": ..., "storage_type": "gp3"}
    iops = "3000" if engine.startswith("sqlserver") else "12000"
    assert complaints(**tuned, iops=iops, storage_gib=str(least)) == []
    found = complaints(**tuned, iops=iops, storage_gib=str(least - 1))
    assert ("iops",) in [path for path, _, _ in found] or least == 20


SQLSERVER = {"engine": "sqlserver-se", "engine_version": "15.00", "parameter_group": ...}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"db_name": "orders"}, ("db_name",)),
        ({"iam_auth": "true"}, ("iam_auth",)),
        ({"port": "3389"}, ("port",)),
        ({"storage_gib": "16385"}, ("storage_gib",)),
        ({"log_exports": ["audit"]}, ("log_exports", 0)),
    ],
)
def test_sql_server_has_limits_of_its_own(fields: dict[str, Any], path: Any) -> None:
    assert complaints(**SQLSERVER) == []
    assert [found for found, _, _ in complaints(**SQLSERVER, **fields)] == [path]


def test_mariadb_signs_in_by_iam_from_10_6_on() -> None:
    assert complaints(engine="mariadb", engine_version="10.6", iam_auth="true") == []
    (found,) = complaints(engine="mariadb", engine_version="10.5", iam_auth="true")
    assert found[:2] == (("iam_auth",), "mariadb before 10.6 does not know IAM database authentication")


@pytest.mark.parametrize("name", ["admin", "postgres", "root", "sa", "Admin", "rdsadmin"])
def test_a_new_database_gets_no_user_name_that_is_guessed_first(name: str) -> None:
    """One that exists has what it has, and can be adopted with it."""
    assert complaints(master_username=name) == []
    assert [path for path, _ in verified(instance(master_username=name))] == [("master_username",)]
    assert verified(instance(master_username=name), described()) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("master_username", "a" * 17),
        ("master_username", "1st"),
        ("backup_days", "36"),
        ("backup_days", "-1"),
        ("instance_class", "m7g.large"),
        ("backup_window", "2:00-2:30"),
        ("backup_window", "24:00-24:30"),
        ("maintenance_window", "sunday:03:00-sunday:04:00"),
        ("max_storage_gib", "-1"),
        ("storage_type", "gp4"),
        ("db_name", "my-db"),
        ("when", "later"),
        ("kms_key", "key-1"),
        ("security_groups", ["default"]),
        ("subnet_group", "${db_instance.orders}"),
        ("master_password", "secret"),
        ("master_password", {}),
        ("master_password", {"env": "DB-PASSWORD"}),
        ("master_password", {"env": "DB_PASSWORD", "key": "password"}),
        ("master_password", {"secret": "a secret"}),
        ("master_password", {"value": "hunter2"}),
        ("password_version", "0"),
    ],
)
def test_values_of_the_wrong_form_are_refused_where_they_stand(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        instance(**{field: value})
    assert {problem["loc"][0] for problem in caught.value.errors()} == {field}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"backup_window": "02:00-02:29"}, ("backup_window",)),
        ({"maintenance_window": "sun:03:00-sun:03:20"}, ("maintenance_window",)),
        ({"backup_window": "02:00-02:30", "maintenance_window": "sun:02:15-sun:03:00"}, ("maintenance_window",)),
        ({"backup_window": "23:45-00:30", "maintenance_window": "mon:00:00-mon:01:00"}, ("maintenance_window",)),
        ({"backup_window": "00:00-00:30", "maintenance_window": "sun:23:00-mon:00:15"}, ("maintenance_window",)),
    ],
)
def test_windows_last_half_an_hour_and_do_not_meet(fields: dict[str, Any], path: Any) -> None:
    assert [found for found, _, _ in complaints(**fields)] == [path]


def test_windows_may_touch_and_pass_midnight() -> None:
    assert complaints(backup_window="23:30-00:00", maintenance_window="Mon:00:00-Mon:00:30") == []
    assert complaints(backup_window="23:50-00:20", maintenance_window="sun:00:20-sun:01:00") == []


MINUTES = st.integers(0, 7 * 24 * 60 - 1)


@given(daily=st.integers(0, 1439), lasts=st.integers(30, 1439), weekly=MINUTES, long=st.integers(30, 1440))
def test_windows_overlap_when_some_minute_of_the_week_is_in_both(
    daily: int, lasts: int, weekly: int, long: int
) -> None:
    week = 7 * 1440
    every_day = {(day * 1440 + daily + minute) % week for day in range(7) for minute in range(lasts)}
    once = {(weekly + minute) % week for minute in range(long)}
    backup = f"{clock(daily)}-{clock((daily + lasts) % 1440)}"
    assert window.overlap(backup, f"{moment(weekly)}-{moment((weekly + long) % week)}") == bool(every_day & once)


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def moment(minute: int) -> str:
    return f"{('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')[minute // 1440]}:{clock(minute % 1440)}"


# The parameter group that comes along


@pytest.mark.parametrize(
    ("engine", "version", "family"),
    [
        ("postgres", "16", "postgres16"),
        ("postgres", "16.4", "postgres16"),
        ("mysql", "8.0.35", "mysql8.0"),
        ("mariadb", "10.6", "mariadb10.6"),
        ("sqlserver-se", "15.00.4073.23.v1", "sqlserver-se-15.0"),
        ("mariadb", "10.4", None),
        ("oracle-ee", "19", None),
    ],
)
def test_a_group_that_forces_tls_comes_along_where_a_parameter_does_it_rds_8(
    engine: str, version: str, family: str | None
) -> None:
    resource = instance(engine=engine, engine_version=version, parameter_group=...)
    implied = KIND.implied("orders", resource.spec)
    if family is None:
        assert implied is None
    else:
        fields = {"family": family}
        assert implied == Implied("db_parameter_group", "orders~implied", fields, "parameter_group", "name")


def test_no_group_comes_along_with_an_instance_that_names_one_or_leaves_it_to_others() -> None:
    assert KIND.implied("orders", instance().spec) is None
    assert KIND.implied("orders", instance(parameter_group=..., ignore=["parameter_group"]).spec) is None


def test_a_version_that_tells_the_family_is_required_for_it() -> None:
    [(path, what, _)] = complaints(engine_version=..., parameter_group=...)
    assert path == ("engine_version",)
    assert "which parameter group forces TLS" in what
    [(path, _, fix)] = complaints(engine="mysql", engine_version="8", parameter_group=...)
    assert (path, fix) == (("engine_version",), "write more of it, such as 8.0")
    assert complaints(engine_version=...) == []
    assert complaints(engine="oracle-ee", engine_version=..., parameter_group=...) == []


# What is checked against AWS


NOTHING: dict[Any, Any] = {("rds", "DescribeDBInstances"): {"DBInstances": []}}
ACCOUNT: dict[Any, Any] = {
    ("rds", "DescribeOrderableDBInstanceOptions"): {"OrderableDBInstanceOptions": [{}]},
    ("rds", "DescribeDBSubnetGroups"): {"DBSubnetGroups": [{"DBSubnetGroupName": "private", "VpcId": "vpc-1"}]},
    ("rds", "DescribeDBParameterGroups"): {
        "DBParameterGroups": [
            {"DBParameterGroupName": "orders-postgres16", "DBParameterGroupFamily": "postgres16"},
            {"DBParameterGroupName": "orders-postgres15", "DBParameterGroupFamily": "postgres15"},
        ]
    },
    ("ec2", "DescribeSecurityGroups"): {
        "SecurityGroups": [{"GroupId": GROUP, "VpcId": "vpc-1"}, {"GroupId": OTHER_GROUP, "VpcId": "vpc-2"}]
    },
}


def verified(resource: Any, *instances: dict[str, Any]) -> list[tuple[tuple[Any, ...], str]]:
    looking = FakeReader({**ACCOUNT, ("rds", "DescribeDBInstances"): {"DBInstances": list(instances)}})
    complaints = list(KIND.verify(looking, resource, SCOPE))
    for service, action, params in looking.calls:
        assert_valid_call(service, action, params)
    return [(item.path, item.what) for item in complaints]


def test_what_is_named_must_exist_and_fit() -> None:
    assert verified(instance()) == []
    assert verified(instance(subnet_group="public")) == [(("subnet_group",), "there is no subnet group public")]
    missing = "sg-0000000000000000a"
    assert verified(instance(security_groups=[GROUP, missing])) == [
        (("security_groups",), f"there is no security group {missing} here")
    ]
    assert verified(instance(parameter_group="other")) == [(("parameter_group",), "there is no parameter group other")]
    [(path, what)] = verified(instance(parameter_group="orders-postgres15"))
    assert path == ("parameter_group",)
    assert "is for postgres15, and postgres 16 needs postgres16" in what


def test_groups_are_in_the_vpc_of_the_subnets() -> None:
    [(path, what)] = verified(instance(security_groups=[OTHER_GROUP]))
    assert path == ("security_groups",)
    assert what == f"these are not in one VPC: private in vpc-1, {OTHER_GROUP} in vpc-2"


def test_references_are_left_to_their_own_kinds() -> None:
    named = {
        "security_groups": ["${security_group.orders}"],
        "subnet_group": "${db_subnet_group.orders}",
        "parameter_group": "${db_parameter_group.orders}",
    }
    looking = reader()
    assert list(KIND.verify(looking, instance(**named), SCOPE)) == []
    asked = [action for _, action, _ in looking.calls]
    assert asked == ["DescribeDBInstances", "DescribeOrderableDBInstanceOptions"]


def test_a_new_database_has_its_password_managed() -> None:
    [(path, what)] = verified(instance(master_password="unmanaged"))
    assert path == ("master_password",)
    assert "none is ever written in a spec" in what
    assert verified(instance(master_password="unmanaged"), described()) == []


@pytest.mark.parametrize("value", ["Hunter2", {"env": "Hunter2 it is"}, {"Hunter2": "x"}, {"secret": "Hunter2 !"}])
def test_what_may_be_a_password_is_not_repeated(value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        instance(master_password=value)
    [problem] = caught.value.errors()
    error = problem["ctx"]["error"]
    assert "Hunter2" not in f"{error.what} {error.fix}"


def test_versions_never_go_back_rds_6() -> None:
    assert "never goes back" in refused(instance(engine_version="15", parameter_group=...), found())["engine_version"]
    assert refused(instance(engine_version="16.3"), found()) == {}  # AWS moved it on
    held = instance(engine_version="16.3", minor_upgrades="false")
    assert set(refused(held, found())) == {"engine_version"}


def test_storage_that_was_just_changed_takes_no_change_rds_7() -> None:
    busy = found(DBInstanceStatus="storage-optimization")
    assert refused(instance(), busy) == {}
    for fields in ({"storage_gib": "200"}, {"storage_type": "gp2"}, {"iops": "4000"}, {"throughput_mbps": "200"}):
        [advice] = refused(instance(**fields), busy).values()
        assert "being optimised" in advice
    assert refused(instance(max_storage_gib="500"), busy) == {}


def test_storage_cannot_reach_the_limit_up_to_which_aws_may_grow_it() -> None:
    limited = found(MaxAllocatedStorage=200)
    assert refused(instance(storage_gib="199"), limited) == {}
    assert "larger max_storage_gib" in refused(instance(storage_gib="200"), limited)["storage_gib"]
    assert refused(instance(storage_gib="200", max_storage_gib="0"), limited) == {}


def test_a_class_that_aws_does_not_offer_for_the_engine_is_refused_before_anything_is_made() -> None:
    none = {("rds", "DescribeOrderableDBInstanceOptions"): {"OrderableDBInstanceOptions": []}}
    looking = FakeReader({**ACCOUNT, **NOTHING, **none})
    [complaint] = KIND.verify(looking, instance(), SCOPE)
    assert complaint.path == ("instance_class",)
    assert complaint.what == "AWS offers no db.m7g.large for postgres in this region"
    assert ("rds", "DescribeOrderableDBInstanceOptions") in {call[:2] for call in looking.calls}
