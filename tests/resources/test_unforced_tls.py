"""What a plan says where nothing in the stack makes a database refuse connections without TLS (meaning §2)."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.resources import db_cluster, db_instance
from tests.resources.clusters import cluster
from tests.resources.instances import instance

OUTSIDE = "nothing in this stack forces TLS for it"
GROUP = "${db_parameter_group.orders.name}"
OPTIONS = "${option_group.orders.name}"
ORACLE = {"engine": "oracle-ee", "engine_version": "19", "license": "bring-your-own-license"}


def said(**fields: Any) -> list[str]:
    return list(db_instance.KIND.notes(instance(**fields), None))


@pytest.mark.parametrize(
    "fields",
    [
        {"ignore": ["parameter_group"]},
        {"parameter_group": "default.postgres16"},
        {"replica_of": "arn:aws:rds:eu-west-1:123456789012:db:first", "engine_version": None},
        {"engine": "mysql", "engine_version": "8.0", "parameter_group": "somebody-s"},
    ],
)
def test_what_uses_a_group_outside_the_stack_is_said_not_to_be_forced(fields: dict[str, Any]) -> None:
    assert said(**fields) == [f"{OUTSIDE}: a db_parameter_group of the stack does, named as its parameter_group"]


def test_an_engine_without_such_a_parameter_is_named() -> None:
    assert said(**ORACLE) == [
        "TLS is not forced for it: no parameter of this oracle-ee does that; an option_group can",
    ]
    assert said(engine="mysql", engine_version="5.6", parameter_group=GROUP) == [
        "TLS is not forced for it: no parameter of this mysql does that",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"parameter_group": GROUP},
        {"replica_of": "${db_instance.first.name}"},  # it has its source's group, of which the plan says the same
        {**ORACLE, "option_group": OPTIONS},  # whose own notes say what its options force
    ],
)
def test_nothing_is_said_where_a_group_of_the_stack_decides(fields: dict[str, Any]) -> None:
    assert said(**fields) == []


def test_of_a_cluster_its_own_group_decides() -> None:
    def of_cluster(**fields: Any) -> list[str]:
        return list(db_cluster.KIND.notes(cluster(**fields), None))

    assert of_cluster(parameter_group="${db_cluster_parameter_group.orders.name}") == []
    [note] = of_cluster(parameter_group="default.aurora-postgresql16")
    assert note == f"{OUTSIDE}: a db_cluster_parameter_group of the stack does, named as its parameter_group"
