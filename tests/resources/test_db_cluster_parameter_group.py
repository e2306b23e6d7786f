"""Cluster parameter groups: what is particular to them. What both kinds share is in test_db_parameter_group."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure import ownership, tagging
from rds_secure.kind import Found
from rds_secure.resources.db_cluster_parameter_group import KIND, DbClusterParameterGroupSpec
from rds_secure.values import Address
from tests.fakes import FakeReader
from tests.resources.planning import SCOPE, compare, created, declare, link, updated, wanted

NAME = "orders-aurora-mysql8-0"
ARN = f"arn:aws:rds:eu-west-1:123456789012:cluster-pg:{NAME}"
ORDERS = Address(KIND.name, "orders")


def row(name: str, value: str, **more: Any) -> dict[str, Any]:
    return {"ParameterName": name, "ParameterValue": value, "ApplyType": "dynamic", **more}


def reader(*rows: dict[str, Any], family: str = "aurora-mysql8.0", clusters: Any = ()) -> FakeReader:
    group = {
        "DBClusterParameterGroupName": NAME,
        "DBParameterGroupFamily": family,
        "Description": "managed by rds-secure",
        "DBClusterParameterGroupArn": ARN,
    }
    defaults = [row("require_secure_transport", "OFF"), row("binlog_format", "OFF", ApplyType="static")]
    return FakeReader(
        {
            ("rds", "DescribeDBClusterParameterGroups"): {"DBClusterParameterGroups": [group]},
            ("rds", "DescribeDBClusterParameters"): {"Parameters": list(rows)},
            ("rds", "DescribeEngineDefaultClusterParameters"): {"EngineDefaults": {"Parameters": defaults}},
            ("rds", "ListTagsForResource"): {"TagList": []},
            ("rds", "DescribeDBClusters"): {"DBClusters": list(clusters)},
        }
    )


def group(**fields: Any) -> Any:
    return declare(KIND, "orders", {"family": "aurora-mysql8.0", **fields})


def found(*rows: dict[str, Any]) -> Found[DbClusterParameterGroupSpec]:
    [one] = KIND.read(reader(*rows), wanted(KIND, group()))
    return one


def changes(resource: Any, live: Found[Any]) -> list[tuple[str, Any, Any]]:
    difference, _ = compare(KIND, resource, live)
    return [(item.member or item.path, item.old, item.new) for item in difference.changes]


@pytest.mark.parametrize(
    ("family", "forced"),
    [
        ("aurora-mysql8.0", {"require_secure_transport": "ON"}),
        ("aurora-postgresql16", {"rds.force_ssl": "1"}),
        ("mysql8.4", {"require_secure_transport": "1"}),
        ("postgres16", {"rds.force_ssl": "1"}),
    ],
)
def test_tls_is_forced_also_where_the_engine_runs_in_clusters_only_rds_8(family: str, forced: Any) -> None:
    """Aurora MySQL takes ON; Multi-AZ DB clusters take what instances of their engine do."""
    made, filled = created(KIND, group(family=family))
    assert made.params["DBParameterGroupFamily"] == family
    assert filled.action == "ModifyDBClusterParameterGroup"
    assert {one["ParameterName"]: one["ParameterValue"] for one in filled.params["Parameters"]} == forced


@pytest.mark.parametrize("shown", ["1", "ON", "on", "true"])
def test_every_form_of_on_is_in_sync_rds_8(shown: str) -> None:
    assert changes(group(), found(row("require_secure_transport", shown))) == []


def test_the_calls_are_those_of_cluster_parameter_groups() -> None:
    made, filled = created(KIND, group())
    assert made.action == "CreateDBClusterParameterGroup"
    assert made.params["DBClusterParameterGroupName"] == NAME
    assert made.exports == {
        "name": "DBClusterParameterGroup.DBClusterParameterGroupName",
        "arn": "DBClusterParameterGroup.DBClusterParameterGroupArn",
    }
    assert filled.wait is not None
    assert (filled.wait.action, filled.wait.params) == (
        "DescribeDBClusterParameters",
        {"DBClusterParameterGroupName": NAME},
    )
    live = found(row("require_secure_transport", "ON"), row("binlog_format", "ROW", ApplyType="static"))
    [reset] = updated(KIND, group(), live)
    assert (reset.action, reset.params["ResetAllParameters"]) == ("ResetDBClusterParameterGroup", False)
    assert reset.params["Parameters"] == ({"ParameterName": "binlog_format", "ApplyMethod": "pending-reboot"},)
    [deleted] = KIND.delete(link(live, ORDERS, SCOPE), SCOPE)
    assert (deleted.action, deleted.done_on) == ("DeleteDBClusterParameterGroup", ("DBParameterGroupNotFound",))


def test_it_is_read_with_what_was_set_by_users_alone() -> None:
    looking = reader(row("require_secure_transport", "ON"))
    [one] = KIND.read(looking, wanted(KIND, group()))
    assert ("rds", "DescribeDBClusterParameters", {"DBClusterParameterGroupName": NAME, "Source": "user"}) in [
        (call[0], call[1], dict(call[2])) for call in looking.calls
    ]
    assert one.exports == {"name": NAME, "arn": ARN}
    assert one.facts["default"] == {"require_secure_transport": "OFF", "binlog_format": "OFF"}


def test_a_group_that_a_cluster_of_others_uses_stays_rds_10() -> None:
    live = link(found(), ORDERS, SCOPE)

    def cluster(name: str, stack: str) -> dict[str, Any]:
        return {
            "DBClusterIdentifier": name,
            "DBClusterArn": f"arn:aws:rds:eu-west-1:123456789012:cluster:{name}",
            "DBClusterParameterGroup": NAME,
            "TagList": list(tagging.pairs({ownership.STACK: stack})),
        }

    ours, theirs = cluster("orders", SCOPE.stack), cluster("stock", "another")
    assert KIND.inspect(reader(clusters=[ours]), live, SCOPE, frozenset()) is live
    kept = KIND.inspect(reader(clusters=[ours, theirs]), live, SCOPE, frozenset())
    assert kept == "cluster stock, which is not of this stack, uses it"
    assert KIND.inspect(reader(clusters=[theirs]), live, SCOPE, frozenset({theirs["DBClusterArn"]})) is live
