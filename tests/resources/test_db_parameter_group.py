"""Parameter groups: TLS that is forced unless written otherwise, values that mean the same, and calls in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rds_secure import ownership, tagging
from rds_secure.kind import Found
from rds_secure.operation import Operation, Retry, Wait
from rds_secure.resources.db_parameter_group import KIND, DbParameterGroupSpec, Parameter
from rds_secure.values import Address
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.planning import (
    SCOPE,
    actions,
    checked,
    compare,
    complaints,
    created,
    declare,
    link,
    updated,
    wanted,
)

FAMILY = "postgres14"
NAME = "orders-postgres14"
ARN = f"arn:aws:rds:eu-west-1:123456789012:pg:{NAME}"
ORDERS = Address(KIND.name, "orders")


def row(name: str, value: str | None, source: str = "user", apply_type: str = "dynamic") -> dict[str, Any]:
    """A row of DescribeDBParameters, or of what a family comes with; those often have no value."""
    shown = {} if value is None else {"ParameterValue": value}
    return {
        "ParameterName": name,
        **shown,
        "Description": "…",
        "Source": source,
        "ApplyType": apply_type,
        "DataType": "string",
        "IsModifiable": True,
        "ApplyMethod": "pending-reboot",
    }


DEFAULTS = (
    row("autovacuum", "1", "engine-default"),
    row("work_mem", None, "engine-default"),
    row("max_connections", "LEAST({DBInstanceClassMemory/9531392},5000)", "system", "static"),
)
FORCED = row("rds.force_ssl", "1")


def described(name: str = NAME, family: str = FAMILY, **fields: Any) -> dict[str, Any]:
    """A member of DescribeDBParameterGroups."""
    return {
        "DBParameterGroupName": name,
        "DBParameterGroupFamily": family,
        "Description": "managed by rds-secure",
        "DBParameterGroupArn": ARN.replace(NAME, name),
        **fields,
    }


def reader(*rows: dict[str, Any], groups: Iterable[dict[str, Any]] = (), tags: Any = None) -> FakeReader:
    """Rows that users set are of every group, the other ones come with every family."""
    shown = {one["ParameterName"]: one for one in (*DEFAULTS, *(one for one in rows if one["Source"] != "user"))}
    set_by_users = [one for one in rows if one["Source"] == "user"]
    return FakeReader(
        {
            ("rds", "DescribeDBParameterGroups"): {"DBParameterGroups": list(groups) or [described()]},
            ("rds", "DescribeDBParameters", "user"): {"Parameters": set_by_users},
            ("rds", "DescribeEngineDefaultParameters"): {"EngineDefaults": {"Parameters": list(shown.values())}},
            ("rds", "ListTagsForResource"): {"TagList": list(tagging.pairs(tags or {}))},
        }
    )


def found(*rows: dict[str, Any], **fields: Any) -> Found[DbParameterGroupSpec]:
    group = described(**fields)
    asked = replace(wanted(KIND), identities=frozenset({group["DBParameterGroupName"]}))
    [one] = KIND.read(reader(*rows, groups=[group]), asked)
    return one


def group(parameters: Mapping[str, Any] | None = None, **fields: Any) -> Any:
    return declare(KIND, "orders", {"family": FAMILY, "parameters": parameters or {}, **fields})


def sent(operations: Iterable[Operation]) -> dict[str, tuple[str | None, str]]:
    """Parameter → value (None in a reset) and method, over all calls."""
    rows = [one for operation in operations for one in operation.params.get("Parameters", ())]
    return {one["ParameterName"]: (one.get("ParameterValue"), one["ApplyMethod"]) for one in rows}


def changes(resource: Any, live: Found[Any]) -> list[tuple[str, Any, Any]]:
    difference, _ = compare(KIND, resource, live)
    return [(item.member or item.path, item.old, item.new) for item in difference.changes]


# Names and families


@pytest.mark.parametrize(
    ("key", "fields", "name"),
    [
        ("orders", {"family": "mysql8.0"}, "orders-mysql8-0"),
        ("orders~implied", {"family": "postgres16"}, "orders-implied-postgres16"),
        ("orders", {"family": "sqlserver-se-15.0"}, "orders-sqlserver-se-15-0"),
        ("orders", {"family": "postgres16", "name": "Orders"}, "Orders"),
    ],
)
def test_the_name_ends_in_the_family_with_hyphens_for_dots_rds_22(key: str, fields: Any, name: str) -> None:
    assert KIND.aws_name("stack", key, DbParameterGroupSpec.model_validate(fields)) == name
    assert complaints(KIND, fields, key) == []


def test_another_family_makes_another_group_unless_the_name_is_written() -> None:
    assert KIND.versioned
    difference, _ = compare(KIND, group(name=NAME, family="postgres15"), found(FORCED))
    [(change, advice)] = difference.refused
    assert (change.path, change.old, change.new) == ("family", "postgres14", "postgres15")
    assert "another 'name:'" in advice


@pytest.mark.parametrize("name", ["-orders", "orders-", "or--ders", "orders.main", "1st", "o" * 256])
def test_names_that_aws_refuses_are_refused_offline(name: str) -> None:
    assert [path for path, _ in complaints(KIND, {"family": FAMILY, "name": name})] == [("name",)]


def test_default_groups_are_aws_s_own_rds_8() -> None:
    [(path, what)] = complaints(KIND, {"family": FAMILY, "name": "default.postgres14"})
    assert path == ("name",)
    assert "AWS's own" in what


@pytest.mark.parametrize(
    ("family", "fix"),
    [
        ("postgresql16", "did you mean 'postgres16'?"),
        ("postgres16.3", "did you mean 'postgres16'?"),
        ("mysql8", "write more of its version, such as mysql8.0"),
        ("sqlserver-se-15", "write more of its version, such as sqlserver-se-15.0"),
        ("sql-server-se-15.0", "did you mean 'sqlserver-se-15.0'?"),
        ("postgres", "write one such as postgres16 or mysql8.0"),
        ("Postgres16", "write one such as postgres16 or mysql8.0"),
    ],
)
def test_families_that_cannot_be_are_refused_with_a_guess(family: str, fix: str) -> None:
    [complaint] = KIND.check("orders", DbParameterGroupSpec.model_validate({"family": family}))
    assert (complaint.path, complaint.fix) == (("family",), fix)


@pytest.mark.parametrize(
    "family",
    [
        *("postgres9.6", "postgres17", "mysql8.4", "mariadb11.4", "oracle-ee-19", "db2-se-11.5", "aurora-mysql8.0"),
        *("custom-oracle-ee-19", "neptune1.3", "docdb5.0"),
    ],
)
def test_families_that_may_be_are_let_through(family: str) -> None:
    assert complaints(KIND, {"family": family}) == []


# Parameters as written


def test_a_value_may_be_written_alone_or_with_how_it_is_applied() -> None:
    written = {"autovacuum": "0", "work_mem": {"value": "65536", "apply": "immediate"}}
    spec = DbParameterGroupSpec.model_validate({"family": FAMILY, "parameters": written})
    assert spec.parameters == {"autovacuum": "0", "work_mem": Parameter(value="65536", apply="immediate")}


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"work_mem": {"value": "1", "apply": "now"}}, "apply"),
        ({"work_mem": {"apply": "immediate"}}, "value"),
        ({"work_mem": {"value": "1", "method": "x"}}, "method"),
        ({"work'mem": "1"}, "work'mem"),
        ({"work_mem": ["1"]}, "work_mem"),
    ],
)
def test_other_forms_are_refused_where_they_are_written(parameters: Any, where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DbParameterGroupSpec.model_validate({"family": FAMILY, "parameters": parameters})
    [problem] = caught.value.errors()
    assert where in problem["loc"]


def test_a_static_parameter_cannot_be_immediate_rds_8() -> None:
    fields = {"family": "sqlserver-se-15.0", "parameters": {"rds.force_ssl": {"value": "1", "apply": "immediate"}}}
    [(path, what)] = complaints(KIND, fields)
    assert path == ("parameters", "rds.force_ssl", "apply")
    assert "static" in what
    assert complaints(KIND, {**fields, "family": "postgres16"}) == []


# TLS


@pytest.mark.parametrize(
    ("family", "parameters"),
    [
        ("postgres16", {"rds.force_ssl": ("1", "immediate")}),
        ("sqlserver-se-15.0", {"rds.force_ssl": ("1", "pending-reboot")}),
        ("mysql8.0", {"require_secure_transport": ("1", "immediate")}),
        ("mariadb10.6", {"require_secure_transport": ("1", "immediate")}),
        ("mariadb10.4", {}),
        ("oracle-ee-19", {}),
        ("aurora-mysql8.0", {}),
        ("neptune1.3", {}),
    ],
)
def test_tls_is_forced_where_one_parameter_of_the_engine_does_it_rds_8(family: str, parameters: Any) -> None:
    assert sent(created(KIND, group(family=family))) == parameters


def test_tls_can_be_switched_off_in_words_only() -> None:
    assert sent(created(KIND, group({"rds.force_ssl": "0"}))) == {"rds.force_ssl": ("0", "immediate")}


# Comparison


def test_what_is_read_equals_what_is_declared() -> None:
    difference, _ = compare(KIND, group(), found(FORCED))
    assert (difference.changes, difference.refused, difference.noted) == ([], [], [])


@pytest.mark.parametrize("live", ["1", "ON", "on", "true", "TRUE"])
def test_one_on_and_true_are_equal_rds_8(live: str) -> None:
    assert changes(group(), found(row("rds.force_ssl", live))) == []


def test_each_parameter_that_differs_is_a_difference_of_its_own() -> None:
    live = found(row("rds.force_ssl", "0"), row("log_statement", "DDL"), row("work_mem", "1"))
    assert changes(group({"log_statement": "ddl", "work_mem": "2"}), live) == [
        ("rds.force_ssl", "0", "1"),
        ("work_mem", "1", "2"),
    ]


def test_what_a_stranger_set_in_our_group_is_reset() -> None:
    live = found(FORCED, row("log_connections", "0"), row("shared_buffers", "1", apply_type="static"))
    assert changes(group(), live) == [("log_connections", "0", None), ("shared_buffers", "1", None)]
    [reset] = updated(KIND, group(), live)
    assert (reset.action, reset.params["ResetAllParameters"]) == ("ResetDBParameterGroup", False)
    assert sent([reset]) == {"log_connections": (None, "immediate"), "shared_buffers": (None, "pending-reboot")}


def test_a_parameter_set_to_what_the_family_has_anyway_is_in_sync_although_aws_does_not_show_it_as_set() -> None:
    """rds.force_ssl of postgres15 and later: issue 23335 of Terraform's aws provider."""
    newer = group(family="postgres16", name=NAME)
    assert changes(newer, found(row("rds.force_ssl", "1", "system"), family="postgres16")) == []
    switched_off = found(row("rds.force_ssl", "0", "user"), family="postgres16")
    assert changes(newer, switched_off) == [("rds.force_ssl", "0", "1")]
    not_the_default = found(row("rds.force_ssl", "0", "system"), family="postgres16")
    assert changes(newer, not_the_default) == [("rds.force_ssl", None, "1")]


def test_how_a_parameter_is_applied_is_not_compared() -> None:
    live = found(FORCED, row("work_mem", "1"))
    assert changes(group({"work_mem": {"value": "1", "apply": "immediate"}}), live) == []


def test_another_description_is_noted_only() -> None:
    difference, _ = compare(KIND, group(description="Orders"), found(FORCED))
    assert [(item.path, item.new) for item in difference.noted] == [("description", "Orders")]
    assert difference.changes == []


# Reading


def test_a_group_takes_two_calls_and_its_family_one_and_a_stranger_s_none() -> None:
    both = [group(), group(name="billing")]
    groups = [described(), described("billing"), described("default.postgres14"), described("x", "mysql8.0")]
    looking = reader(FORCED, groups=groups, tags={"team": "payments"})
    one, _ = KIND.read(looking, wanted(KIND, *both))
    assert (one.name, one.tags, one.exports) == (NAME, {"team": "payments"}, {"name": NAME, "arn": ARN})
    assert Counter(action for _, action, _ in looking.calls) == {
        "DescribeDBParameterGroups": 1,
        "DescribeEngineDefaultParameters": 1,
        "DescribeDBParameters": 2,
        "ListTagsForResource": 2,
    }
    for service, action, params in looking.calls:
        assert_valid_call(service, action, params)


def test_a_group_of_the_stack_is_found_by_its_tags_when_nothing_declares_it() -> None:
    looking = reader(FORCED, groups=[described("old-postgres14"), described("other")])
    tagged = {ARN.replace(NAME, "old-postgres14"): {ownership.STACK: "orders"}}
    assert [one.name for one in KIND.read(looking, wanted(KIND, tagged=tagged))] == ["old-postgres14"]


# Calls


def test_a_new_group_is_made_with_its_tags_and_then_filled() -> None:
    resource = group({"work_mem": "65536"}, description="Orders", tags={"team": "payments"})
    made, filled = created(KIND, resource)
    assert made.params["DBParameterGroupName"] == NAME
    assert made.params["DBParameterGroupFamily"] == FAMILY
    assert made.params["Description"] == "Orders"
    assert tagging.mapping(made.params["Tags"]) == resource.tags
    assert set(made.exports) == set(KIND.exports)
    assert filled.action == "ModifyDBParameterGroup"
    assert sent([filled]) == {"rds.force_ssl": ("1", "immediate"), "work_mem": ("65536", "pending-reboot")}


def test_name_and_arn_are_known_beforehand() -> None:
    assert KIND.predict(SCOPE, NAME.upper(), group().spec) == {"name": NAME, "arn": ARN}


def test_a_written_way_of_applying_wins_rds_8() -> None:
    parameters = {"work_mem": {"value": "1", "apply": "immediate"}, "rds.force_ssl": {"value": "1"}}
    assert sent(created(KIND, group(parameters))) == {
        "work_mem": ("1", "immediate"),
        "rds.force_ssl": ("1", "immediate"),
    }


def test_what_aws_says_of_a_parameter_decides_how_a_change_is_applied_rds_8() -> None:
    live = found(FORCED, row("max_connections", "10", apply_type="static"))
    assert sent(updated(KIND, group({"autovacuum": "0", "max_connections": "20"}), live)) == {
        "autovacuum": ("0", "immediate"),
        "max_connections": ("20", "pending-reboot"),
    }


def test_twenty_parameters_go_into_one_call_and_pairs_are_kept_together_rds_8() -> None:
    pair = {"ssl_min_protocol_version": "TLSv1.2", "ssl_max_protocol_version": "TLSv1.3"}
    parameters = {f"a_{number:02}": "1" for number in range(22)} | pair
    _, *calls = created(KIND, group(parameters))
    names = [[one["ParameterName"] for one in call.params["Parameters"]] for call in calls]
    assert [len(batch) for batch in names] == [20, 5]
    assert any(set(pair) <= set(batch) for batch in names)


def test_only_the_last_call_waits_and_for_every_value_rds_22() -> None:
    _, *calls = created(KIND, group({f"a_{number:02}": str(number) for number in range(30)}))
    assert [call.wait is None for call in calls] == [True, False]
    shown = [row(name, value) for name, (value, _) in sent(calls).items()]
    assert holds(calls[-1].wait, shown)
    assert not holds(calls[-1].wait, shown[1:])
    assert not holds(calls[-1].wait, [*shown[1:], row(shown[0]["ParameterName"], "other")])


def test_the_wait_ends_however_aws_spells_the_value() -> None:
    _, filled = created(KIND, group())
    assert all(holds(filled.wait, [row("rds.force_ssl", value, "system")]) for value in ("1", "ON", "on", "true"))
    assert not holds(filled.wait, [row("rds.force_ssl", "0")])


def holds(wait: Wait | None, rows: list[dict[str, Any]]) -> bool:
    assert wait is not None
    subject = jmespath.search(wait.select, {"Parameters": rows})
    return all(condition.holds(jmespath.search(condition.path, subject)) for condition in wait.until)


def test_a_group_without_parameters_is_one_call() -> None:
    assert actions(created(KIND, group(family="oracle-ee-19"))) == ["CreateDBParameterGroup"]


def test_a_change_sets_first_and_resets_then() -> None:
    live = found(row("rds.force_ssl", "0"), row("log_connections", "0"))
    assert actions(updated(KIND, group(), live)) == ["ModifyDBParameterGroup", "ResetDBParameterGroup"]


def test_deleting_bears_with_users_that_are_just_going_rds_10() -> None:
    [gone] = checked(KIND.delete(link(found(FORCED), ORDERS, SCOPE), SCOPE))
    assert (gone.params, gone.destructive) == ({"DBParameterGroupName": NAME}, True)
    assert gone.done_on == ("DBParameterGroupNotFound",)  # RDS-25: without Fault
    assert gone.retry_on == (Retry("InvalidDBParameterGroupState"),)


def test_a_group_that_somebody_else_s_database_uses_stays_rds_10() -> None:
    def inspect(stack: str | None, going: frozenset[str] = frozenset()) -> Any:
        tags = tagging.pairs({ownership.STACK: stack} if stack else {})
        database = {
            "DBInstanceIdentifier": "theirs",
            "DBInstanceArn": "arn:theirs",
            "DBParameterGroups": [{"DBParameterGroupName": NAME, "ParameterApplyStatus": "in-sync"}],
            "TagList": list(tags),
        }
        looking = FakeReader({("rds", "DescribeDBInstances"): {"DBInstances": [database]}})
        return KIND.inspect(looking, live, SCOPE, going)

    live = link(found(FORCED), ORDERS, SCOPE)
    assert inspect(None) == "database theirs, which is not of this stack, uses it"
    assert inspect("billing") == "database theirs, which is not of this stack, uses it"
    assert inspect(SCOPE.stack) is live
    assert inspect(None, frozenset({"arn:theirs"})) is live


def test_tags_are_set_and_removed_by_calls_of_their_own() -> None:
    calls = checked(KIND.tag(link(found(FORCED), ORDERS, SCOPE), {"team": "payments"}, ("old",), SCOPE))
    assert actions(calls) == ["AddTagsToResource", "RemoveTagsFromResource"]
    assert {call.params["ResourceName"] for call in calls} == {ARN}


VALUES = st.sampled_from(["0", "1", "on", "OFF", "true", "65536", "ddl", "{DBInstanceClassMemory/32768}"])
PARAMETERS = st.dictionaries(st.from_regex(r"[a-z][a-z_.]{0,20}", fullmatch=True), VALUES, max_size=45)


@given(written=PARAMETERS, live=PARAMETERS, hidden=st.sets(st.integers(0, 44)))
def test_what_the_calls_bring_about_reads_back_without_a_difference(
    written: dict[str, str], live: dict[str, str], hidden: set[int]
) -> None:
    """Whatever was live, and also where AWS does not show some values as set because they are the default."""
    resource = group(written)
    calls = updated(KIND, resource, found(*(row(name, value) for name, value in live.items())))
    after = dict(live)
    for name, (value, _) in sent(calls).items():
        if value is None:
            del after[name]
        else:
            after[name] = value
    sources = dict.fromkeys(hidden, "engine-default")
    rows = [row(name, value, sources.get(index, "user")) for index, (name, value) in enumerate(sorted(after.items()))]
    assert changes(resource, found(*rows)) == []
    assert all(len(call.params["Parameters"]) <= 20 for call in calls)
