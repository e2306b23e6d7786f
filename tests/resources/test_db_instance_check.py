"""What is wrong with the spec of a database instance: offline, and against AWS."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rds_secure.kind import Implied
from rds_secure.resources.db_instance import KIND, window
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.instances import GROUP, KEY, OTHER_GROUP, complaints, described, found, instance, reader, refused
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
        ("aurora-mysql", "use mysql"),
        ("aurora-postgresql", "use postgres"),
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
        ({"engine_version": "newest"}, ("engine_version",)),
    ],
)
def test_fields_that_contradict_each_other_or_the_engine_are_refused(fields: dict[str, Any], path: Any) -> None:
    assert [found for found, _, _ in complaints(**fields)] == [path]


@pytest.mark.parametrize("fields", [{"max_storage_gib": "0"}, {"max_storage_gib": "101"}, {"port": "6432"}])
def test_fields_that_fit_are_let_through(fields: dict[str, Any]) -> None:
    assert complaints(**fields) == []


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


ACCOUNT: dict[Any, Any] = {
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
    assert [action for _, action, _ in looking.calls] == ["DescribeDBInstances"]


def test_a_new_database_has_its_password_managed() -> None:
    [(path, what)] = verified(instance(master_password="unmanaged"))
    assert path == ("master_password",)
    assert "none is ever written in a spec" in what
    assert verified(instance(master_password="unmanaged"), described()) == []


def test_versions_never_go_back_rds_6() -> None:
    assert "never goes back" in refused(instance(engine_version="15", parameter_group=...), found())["engine_version"]
    assert refused(instance(engine_version="16.3"), found()) == {}  # AWS moved it on
    held = instance(engine_version="16.3", minor_upgrades="false")
    assert set(refused(held, found())) == {"engine_version"}


def test_storage_that_was_just_changed_takes_no_change_rds_7() -> None:
    busy = found(DBInstanceStatus="storage-optimization")
    assert refused(instance(), busy) == {}
    assert "being optimised" in refused(instance(storage_gib="200"), busy)["storage_gib"]


def test_storage_cannot_reach_the_limit_up_to_which_aws_may_grow_it() -> None:
    limited = found(MaxAllocatedStorage=200)
    assert refused(instance(storage_gib="199"), limited) == {}
    assert "larger max_storage_gib" in refused(instance(storage_gib="200"), limited)["storage_gib"]
    assert refused(instance(storage_gib="200", max_storage_gib="0"), limited) == {}
