"""Facts per engine: versions, families, parameters. Pure; nothing is called."""

from __future__ import annotations

import re
from itertools import pairwise
from math import ceil

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.engines import (
    DB_NAME,
    ENGINES,
    MASTER_NAME,
    PAIRS,
    PORTS,
    REFUSED_MASTER_NAMES,
    apply_method,
    batches,
    compare_versions,
    engine_of_family,
    family,
    is_major_change,
    major,
    matches,
    same_parameter_value,
    satisfies,
    tls_parameters,
)

AURORA = "8.0.mysql_aurora.3.05.2"
ORACLE = "19.0.0.0.ru-2024-07.rur-2024-07.r1"

FAMILIES = [
    ("postgres", "16.3", "postgres16", "16"),
    ("postgres", "18", "postgres18", "18"),
    ("postgres", "9.6.24", "postgres9.6", "9.6"),
    ("mysql", "8.0.36", "mysql8.0", "8.0"),
    ("mysql", "8.4", "mysql8.4", "8.4"),
    ("mysql", "5.7.44-rds.20240408", "mysql5.7", "5.7"),
    ("mariadb", "10.11.6", "mariadb10.11", "10.11"),
    ("sqlserver-se", "15.00.4345.5.v1", "sqlserver-se-15.0", "15.00"),
    ("oracle-ee", ORACLE, "oracle-ee-19", "19"),
    ("oracle-se2-cdb", "21.0.0.0.ru-2024-07.rur-2024-07.r1", "oracle-se2-cdb-21", "21"),
    ("oracle-se2", "12.1.0.2.v1", "oracle-se2-12.1", "12.1"),
    ("db2-se", "11.5.9.0.sb00042449.r1", "db2-se-11.5", "11.5"),
    ("aurora-postgresql", "16.4", "aurora-postgresql16", "16"),
    ("aurora-mysql", AURORA, "aurora-mysql8.0", "8.0"),
    ("aurora-mysql", "3.05", "aurora-mysql8.0", "8.0"),
    ("aurora-mysql", "5.7.mysql_aurora.2.11.3", "aurora-mysql5.7", "5.7"),
    ("aurora-mysql", "8.4.mysql_aurora.8.4.8", "aurora-mysql8.4", "8.4"),
    ("aurora-mysql", "8.4.7", "aurora-mysql8.4", "8.4"),
    ("aurora-mysql", "8.0", "aurora-mysql8.0", "8.0"),
]
NUMBERS = st.integers(0, 99)
VERSIONS = st.lists(NUMBERS, min_size=1, max_size=4).map(lambda numbers: ".".join(str(number) for number in numbers))
PARAMETERS = st.sets(
    st.sampled_from([*(name for pair in PAIRS for name in pair), *(f"parameter_{index:02}" for index in range(60))])
)


# -- versions


@pytest.mark.parametrize(("engine", "version", "expected", "_major"), FAMILIES)
def test_family_of_a_version(engine: str, version: str, expected: str, _major: str) -> None:
    assert family(engine, version) == expected
    assert engine_of_family(expected) == engine


@pytest.mark.parametrize(("engine", "version", "_family", "expected"), FAMILIES)
def test_major_version_as_option_groups_name_it(engine: str, version: str, _family: str, expected: str) -> None:
    assert major(engine, version) == expected


@pytest.mark.parametrize(
    ("engine", "version"),
    [("mysql", "8"), ("sqlserver-ee", "15"), ("postgres", "9"), ("postgres", "latest"), ("mysql", ""), ("db4", "1.0")],
)
def test_no_family_for_what_is_unknown_or_too_short_to_tell(engine: str, version: str) -> None:
    assert family(engine, version) is None
    with pytest.raises(ValueError, match="no major version"):
        major(engine, version)


@pytest.mark.parametrize("name", ["postgres", "postgres16.3.1", "postgresql16", "default.mysql8.0", "oracle-ee", ""])
def test_a_name_that_is_no_family_has_no_engine(name: str) -> None:
    assert engine_of_family(name) is None


@pytest.mark.parametrize(
    ("wanted", "live", "expected"),
    [
        ("16", "16.3", True),
        ("16.1", "16.1", True),
        ("16.1", "16.10", False),
        ("16.3", "16", False),
        ("1", "16.3", False),
        ("15.00", "15.00.4345.5.v1", True),
        ("5.7.44", "5.7.44-rds.20240408", True),
        ("19", ORACLE, True),
        ("19.0.0.0.ru-2024-07", ORACLE, True),
        ("19.0.0.0.ru-2024-01", ORACLE, False),
        ("8.0", AURORA, True),
        ("3", AURORA, True),
        ("3.05", AURORA, True),
        ("3.05.1", AURORA, False),
        ("5.7", AURORA, False),
        ("8.4.8", "8.4.mysql_aurora.8.4.8", True),
        ("", "16.3", False),
    ],
)
def test_a_version_is_a_prefix_by_whole_numbers(wanted: str, live: str, expected: bool) -> None:
    assert matches(wanted, live) is expected


@pytest.mark.parametrize(
    ("engine", "wanted", "live", "with_upgrades", "without"),
    [
        ("postgres", "16", "16.3", True, True),
        ("postgres", "16.3", "16.9", True, False),
        ("postgres", "16.9", "16.10", True, False),
        ("postgres", "16.3", "16.1", False, False),
        ("postgres", "16.3", "17.1", False, False),
        ("postgres", "17", "16.3", False, False),
        ("mysql", "8.0.35", "8.0.36", True, False),
        ("mysql", "8.0.35", "8.4.3", False, False),
        ("mysql", "5.7.43", "5.7.44-rds.20240408", True, False),
        ("aurora-mysql", "3.05", "8.0.mysql_aurora.3.06.0", True, False),
        ("aurora-mysql", "2.11.1", AURORA, False, False),
        ("sqlserver-se", "15.00.4345.5.v1", "15.00.4365.2.v1", True, False),
        ("oracle-ee", "19.0.0.0.ru-2024-01.rur-2024-01.r1", ORACLE, True, False),
    ],
)
def test_a_newer_live_minor_is_in_sync_where_upgrades_are_on(
    engine: str, wanted: str, live: str, with_upgrades: bool, without: bool
) -> None:
    # RDS-6: AWS moves it on; that is no wish for a downgrade.
    assert satisfies(engine, wanted, live, True) is with_upgrades
    assert satisfies(engine, wanted, live, False) is without


@pytest.mark.parametrize(
    ("engine", "old", "new", "expected"),
    [
        ("postgres", "16.3", "17", True),
        ("postgres", "16.3", "16.9", False),
        ("postgres", "9.5.2", "9.6", True),
        ("mysql", "8.0.36", "8.4", True),
        ("mysql", "8.0.36", "8", False),
        ("sqlserver-ee", "15.00.4345.5.v1", "16.00", True),
        ("sqlserver-ee", "15.00.4345.5.v1", "15.0", False),
        ("aurora-mysql", "5.7.mysql_aurora.2.11.3", "3.05", True),
        ("aurora-mysql", AURORA, "3.06", False),
    ],
)
def test_major_changes_are_told_from_minor_ones(engine: str, old: str, new: str, expected: bool) -> None:
    assert is_major_change(engine, old, new) is expected


def test_a_change_of_an_unknown_engine_is_not_judged() -> None:
    with pytest.raises(ValueError, match="'db4' is no engine"):
        is_major_change("db4", "1", "2")


@pytest.mark.parametrize(
    "ordered",
    [
        ["9.6.24", "16", "16.3", "16.10", "17"],
        ["5.7.44", "5.7.44-rds.20240408", "5.7.44-rds.20240529", "8.0.4"],
        ["5.7.mysql_aurora.2.11.3", "8.0.mysql_aurora.3.05.2", "8.0.mysql_aurora.3.10.1", "8.4.mysql_aurora.8.4.8"],
        ["2.11.3", AURORA, "3.06"],
        ["8.0", AURORA, "8.4.7"],
        ["19.0.0.0.ru-2024-01.rur-2024-01.r1", ORACLE, "19.0.0.0.ru-2024-07.rur-2024-07.r10"],
    ],
)
def test_versions_have_an_order(ordered: list[str]) -> None:
    for older, newer in pairwise(ordered):
        assert compare_versions(older, newer) == -1, (older, newer)
        assert compare_versions(newer, older) == 1, (older, newer)


@given(VERSIONS, VERSIONS)
def test_comparison_has_one_answer_in_both_directions(one: str, other: str) -> None:
    assert compare_versions(one, other) == -compare_versions(other, one)
    assert compare_versions(one, one) == 0


@given(VERSIONS, NUMBERS)
def test_a_version_matches_whatever_comes_below_it(version: str, number: int) -> None:
    assert matches(version, f"{version}.{number}")
    assert not matches(f"{version}.{number}", version)


# -- parameters


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("postgres", {"rds.force_ssl": "1"}),
        ("postgres9.6", {"rds.force_ssl": "1"}),
        ("postgres16", {"rds.force_ssl": "1"}),
        ("aurora-postgresql16", {"rds.force_ssl": "1"}),
        ("sqlserver-web-15.0", {"rds.force_ssl": "1"}),
        ("mysql5.6", {}),
        ("mysql5.7", {"require_secure_transport": "1"}),
        ("mysql8.4", {"require_secure_transport": "1"}),
        ("mariadb10.4", {}),
        ("mariadb10.5", {"require_secure_transport": "1"}),
        ("mariadb10.11", {"require_secure_transport": "1"}),
        ("aurora-mysql8.0", {"require_secure_transport": "ON"}),
        ("oracle-ee-19", {}),
        ("db2-se-11.5", {}),
        ("nonsense", {}),
    ],
)
def test_the_parameter_that_forces_tls(name: str, expected: dict[str, str]) -> None:
    # RDS-8; `ON` on Aurora MySQL clusters, `1` on instances.
    assert dict(tls_parameters(name)) == expected


@pytest.mark.parametrize(
    ("engine", "parameter", "apply_type", "expected"),
    [
        ("postgres", "rds.force_ssl", None, "immediate"),
        ("mysql", "require_secure_transport", None, "immediate"),
        ("mariadb", "require_secure_transport", None, "immediate"),
        ("sqlserver-se", "rds.force_ssl", None, "pending-reboot"),
        ("postgres", "max_connections", None, "pending-reboot"),
        ("postgres", "max_connections", "static", "pending-reboot"),
        ("postgres", "work_mem", "dynamic", "immediate"),
        ("postgres", "rds.force_ssl", "static", "pending-reboot"),
        ("db4", "x", None, "pending-reboot"),
    ],
)
def test_static_and_unknown_parameters_wait_for_a_reboot(
    engine: str, parameter: str, apply_type: str | None, expected: str
) -> None:
    assert apply_method(engine, parameter, apply_type) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1", "ON", True),
        ("true", "1", True),
        ("on", "True", True),
        ("0", "OFF", True),
        ("false", "0", True),
        ("1", "0", False),
        ("TLSv1.2", "tlsv1.2", True),
        ("100", "1000", False),
        ("10", "1", False),
        (None, None, True),
        (None, "0", False),
        ("", None, False),
    ],
)
def test_parameter_values_are_compared_by_meaning(one: str | None, other: str | None, expected: bool) -> None:
    assert same_parameter_value(one, other) is expected
    assert same_parameter_value(other, one) is expected


@given(PARAMETERS)
def test_batches_are_small_few_and_split_no_pair(names: set[str]) -> None:
    made = batches(names)
    assert sorted(name for batch in made for name in batch) == sorted(names)
    assert len(made) == ceil(len(names) / 20)
    assert all(len(batch) <= 20 for batch in made)
    for pair in PAIRS:
        assert sum(bool(pair & set(batch)) for batch in made) <= 1


@given(PARAMETERS)
def test_batches_do_not_depend_on_the_order_of_names(names: set[str]) -> None:
    assert batches(sorted(names)) == batches(sorted(names, reverse=True))


def test_a_pair_that_does_not_fit_is_refused() -> None:
    assert batches(["b", "a"], size=1) == (("a",), ("b",))
    with pytest.raises(ValueError, match="too few for ssl_max_protocol_version, ssl_min_protocol_version"):
        batches(["ssl_min_protocol_version", "ssl_max_protocol_version"], size=1)


# -- the table


def test_every_engine_is_one_that_rds_knows() -> None:
    shape = botocore.session.get_session().get_service_model("rds").operation_model("CreateDBInstance").input_shape
    assert shape is not None
    documentation = shape.members["Engine"].documentation
    assert set(ENGINES) <= set(re.findall(r"<code>([a-z0-9-]+)</code>", documentation))
    assert all(engine.name == name for name, engine in ENGINES.items())


@pytest.mark.parametrize("name", ENGINES)
def test_facts_of_an_engine_hang_together(name: str) -> None:
    engine = ENGINES[name]
    assert engine.port in PORTS
    assert engine.port not in engine.refused_ports
    assert engine.password_length[0] == 8 < engine.password_length[1]
    assert list(engine.log_types) == sorted(set(engine.log_types) - {"iam-db-auth-error"}) + [
        log for log in engine.log_types if log == "iam-db-auth-error"
    ]
    assert len(engine.tls) <= 1
    assert bool(engine.storage_gib) is not engine.clustered
    assert (engine.gp3_settable_from_gib in engine.storage_gib.get("gp3", ())) is not engine.clustered


def test_iam_authentication_is_offered_where_aws_has_it() -> None:
    having = {name for name, engine in ENGINES.items() if engine.iam_auth}
    assert having == {"mysql", "mariadb", "postgres", "aurora-mysql", "aurora-postgresql"}


def test_storage_limits_differ_by_engine_and_type() -> None:
    # AWS's API reference.
    assert 20 in ENGINES["postgres"].storage_gib["gp3"]
    assert 19 not in ENGINES["postgres"].storage_gib["gp3"]
    assert 65536 in ENGINES["mysql"].storage_gib["io2"]
    assert 65537 not in ENGINES["mysql"].storage_gib["io2"]
    assert 5 in ENGINES["mariadb"].storage_gib["standard"]
    assert 9 not in ENGINES["oracle-se2"].storage_gib["standard"]
    assert 16385 not in ENGINES["sqlserver-ex"].storage_gib["gp2"]
    assert "gp2" not in ENGINES["db2-ae"].storage_gib


def test_performance_of_gp3_can_be_set_from_a_size_on() -> None:
    # RDS-7.
    found = {
        name: ENGINES[name].gp3_settable_from_gib for name in ("postgres", "mariadb", "oracle-ee", "sqlserver-web")
    }
    assert found == {"postgres": 400, "mariadb": 400, "oracle-ee": 200, "sqlserver-web": 20}


def test_sql_server_is_told_no_database_name_and_oracle_a_short_one() -> None:
    assert {name: ENGINES[name].db_name_length for name in ("sqlserver-ex", "oracle-ee", "postgres", "mysql")} == {
        "sqlserver-ex": 0,
        "oracle-ee": 8,
        "postgres": 63,
        "mysql": 64,
    }
    assert re.fullmatch(DB_NAME, "orders_1")
    assert not re.fullmatch(DB_NAME, "1orders")


def test_master_names_that_are_guessed_first_are_refused() -> None:
    assert {"admin", "postgres", "root", "sa", "rdsadmin", "master"} <= REFUSED_MASTER_NAMES
    assert "dbowner" not in REFUSED_MASTER_NAMES
    assert all(name == name.lower() for name in REFUSED_MASTER_NAMES)
    assert re.fullmatch(MASTER_NAME, "dbowner")
    assert not re.fullmatch(MASTER_NAME, "seventeen_letters")
