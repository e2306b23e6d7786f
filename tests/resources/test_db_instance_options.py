"""Whether an instance and its option group fit: offline where both are declared, else against AWS."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure.resources.db_instance import KIND
from rds_secure.resources.option_group import KIND as GROUP
from rds_secure.values import Address, Ref
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.instances import described, found, instance, modified, reader, refused
from tests.resources.planning import SCOPE, declare, wanted

ADDRESS = Address("option_group", "audited")
ORACLE = {"engine": "oracle-ee", "engine_version": "19", "parameter_group": ...}
SSL = {"SSL": {"security_groups": ["sg-0123456789abcdef0"]}}


def together(group: dict[str, Any], **fields: Any) -> list[tuple[tuple[Any, ...], str]]:
    """What is wrong with an instance that has a group of the same stack."""
    spec = instance(option_group="${option_group.audited}", **fields).spec
    declared = {ADDRESS: GROUP.spec.model_validate(group)}
    return [(item.path, item.what) for item in KIND.check_beside("orders", spec, declared)]


def test_a_group_is_a_reference_or_the_name_of_one_outside() -> None:
    assert instance(option_group="${option_group.audited}").spec.option_group == Ref(ADDRESS, "name")
    assert instance(option_group="default:postgres-16").spec.option_group == "default:postgres-16"
    with pytest.raises(ValueError, match="does not refer to option_group"):
        instance(option_group="${db_parameter_group.orders}")


@pytest.mark.parametrize(
    ("engine", "version", "group", "fits"),
    [
        ("postgres", "16.4", {"engine": "postgres", "major_version": "16"}, True),
        ("postgres", "17", {"engine": "postgres", "major_version": "16"}, False),
        ("mysql", "8.0.43", {"engine": "mysql", "major_version": "8.0"}, True),
        ("mysql", "8.4", {"engine": "mysql", "major_version": "8.0"}, False),
        ("mariadb", "10.11", {"engine": "mysql", "major_version": "8.0"}, False),
        ("sqlserver-se", "15.00.4445.1.v1", {"engine": "sqlserver-se", "major_version": "15.00"}, True),
        ("sqlserver-ee", "15.00", {"engine": "sqlserver-se", "major_version": "15.00"}, False),
    ],
)
def test_engine_and_major_version_of_a_declared_group_must_match_rds_9(
    engine: str, version: str, group: dict[str, str], fits: bool
) -> None:
    problems = together(group, engine=engine, engine_version=version)
    assert [path for path, _ in problems] == ([] if fits else [("option_group",)])


def test_without_a_version_only_the_engine_is_compared() -> None:
    group = {"engine": "oracle-ee", "major_version": "19"}
    assert together(group, **{**ORACLE, "engine_version": ...}) == []
    assert together(group, **{**ORACLE, "engine": "oracle-se2", "engine_version": ...})


def test_an_option_does_not_listen_on_the_databases_port_rds_21() -> None:
    group = {"engine": "oracle-ee", "major_version": "19", "options": SSL}
    assert together(group, **ORACLE) == []
    assert together(group, **ORACLE, port="2484") == [
        (("port",), "option SSL of option_group.audited listens on port 2484, as the database does")
    ]
    own = {**group, "options": {"SSL": {**SSL["SSL"], "port": "1521"}}}
    assert [path for path, _ in together(own, **ORACLE)] == [("port",)]


def test_a_reference_to_nothing_is_said_elsewhere() -> None:
    assert list(KIND.check_beside("orders", instance(option_group="${option_group.audited}").spec, {})) == []
    assert list(KIND.check_beside("orders", instance(option_group="audited").spec, {})) == []


# Groups outside the stack


def outside(name: str = "audited", options: tuple[dict[str, Any], ...] = (), **fields: Any) -> dict[str, Any]:
    """A member of OptionGroupsList."""
    shape = {"OptionGroupName": name, "EngineName": "oracle-ee", "MajorEngineVersion": "19"}
    return {**shape, "Options": list(options), **fields}


def verified(*groups: dict[str, Any], live: tuple[dict[str, Any], ...] = (), **fields: Any) -> list[str]:
    vpc = "vpc-0123456789abcdef0"
    answers: Any = {
        ("rds", "DescribeOptionGroups"): {"OptionGroupsList": list(groups)},
        ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": [{"GroupId": "sg-0123456789abcdef0", "VpcId": vpc}]},
        ("rds", "DescribeDBSubnetGroups"): {"DBSubnetGroups": [{"DBSubnetGroupName": "private", "VpcId": vpc}]},
    }
    looking = FakeReader({**reader(*live).answers, **answers})
    resource = instance(**{**ORACLE, "option_group": "Audited", **fields})
    problems = [item.what for item in KIND.verify(looking, resource, SCOPE)]
    for call in looking.calls:
        assert_valid_call(*call)
    return problems


def test_a_group_outside_must_exist_and_fit_rds_9() -> None:
    assert verified(outside()) == []
    assert verified() == ["there is no option group Audited"]
    assert verified(outside(MajorEngineVersion="21")) == [
        "option group Audited is for oracle-ee 21, and this is oracle-ee 19"
    ]
    assert verified(outside(options=({"OptionName": "SSL", "Port": 1521},))) == [
        "option SSL of option group Audited listens on port 1521, as the database does"
    ]
    assert verified(option_group="default:oracle-ee-19") == []


def test_a_group_with_a_permanent_option_is_never_taken_off_rds_9() -> None:
    tde = {"OptionName": "TDE", "Permanent": True, "Persistent": True}
    timezone = {"OptionName": "Timezone", "Permanent": False}
    live = described(OptionGroupMemberships=[{"OptionGroupName": "tde", "Status": "in-sync"}])
    had = outside("tde", options=(tde, timezone))
    assert verified(outside(), had, live=(live,)) == [
        "option group Audited has no TDE, which the database has and which AWS never takes off it"
    ]
    assert verified(outside(options=(tde,)), had, live=(live,)) == []


def test_a_changed_group_is_sent_by_its_name() -> None:
    resource = instance(option_group="${option_group.audited}")
    assert modified(resource, found())["OptionGroupName"] == Ref(ADDRESS, "name")


@pytest.mark.parametrize(("options", "said"), [({}, True), ({"OLS": {}}, False)])
def test_a_permanent_option_stays_when_the_next_group_is_of_the_stack_rds_9(
    options: dict[str, Any], said: bool
) -> None:
    """What the group declares counts, not what it has so far: it has its options before an instance gets it."""
    database = instance(**{**ORACLE, "option_group": "${option_group.audited}"})
    group = declare(GROUP, "audited", {"engine": "oracle-ee", "major_version": "19", "options": options})
    ols = {"OptionName": "OLS", "Permanent": True}
    live = described(
        Engine="oracle-ee",
        EngineVersion="19.1",
        OptionGroupMemberships=[{"OptionGroupName": "had", "Status": "in-sync"}],
    )
    answers: Any = {("rds", "DescribeOptionGroups"): {"OptionGroupsList": [outside("had", options=(ols,))]}}
    looking = FakeReader({**reader(live).answers, **answers})
    asked = replace(wanted(KIND, database), declared={database.address: database, group.address: group})
    [one] = KIND.read(looking, asked)
    advice = refused(database, one).get("option_group", "")
    assert advice == ("AWS never takes OLS off a database: name a group that has OLS" if said else "")
