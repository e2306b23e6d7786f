"""Reboots for static parameters: planned where they are asked for, spoken of where they are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rds_secure.kind import Consequence, FieldChange
from rds_secure.resources.db_instance import KIND
from rds_secure.values import Address
from tests.resources.instances import described, found, holds, instance
from tests.resources.planning import SCOPE, checked, compare, knowing

GROUP = Address("db_parameter_group", "orders")
WAITING = [{"DBParameterGroupName": "orders-postgres16", "ParameterApplyStatus": "pending-reboot"}]
STATIC = FieldChange("parameters", old="50", new="100", member="max_connections", when="reboot")
DYNAMIC = FieldChange("parameters", old="1", new="2", member="work_mem")


def follow(resource: Any, live: Any, *elsewhere: FieldChange) -> Consequence:
    scope = knowing(SCOPE, (GROUP, {"name": "orders-postgres16"}))
    _, change = compare(KIND, resource, live, scope)
    consequence = KIND.follow(change, {GROUP: elsewhere} if elsewhere else {})
    checked(consequence.operations)
    return consequence


def ours(**fields: Any) -> Any:
    return instance(parameter_group="${db_parameter_group.orders}", **fields)


def test_parameters_that_wait_are_said_and_nothing_is_rebooted_unless_it_is_asked_for_rds_8() -> None:
    said = follow(ours(), found(DBParameterGroups=WAITING))
    assert said.operations == said.changes == ()
    [note] = said.notes
    assert "parameter group orders-postgres16: static parameters are not in effect until it is rebooted" in note
    assert follow(ours(), found()) == Consequence()


def test_a_reboot_is_a_call_of_its_own_without_a_failover_rds_22() -> None:
    [call] = follow(ours(reboot="now"), found(DBParameterGroups=WAITING)).operations
    assert (call.action, call.repeatable) == ("RebootDBInstance", False)
    assert call.params == {"DBInstanceIdentifier": "orders", "ForceFailover": False}
    assert not holds(call.wait, described(DBParameterGroups=WAITING))  # the status still reads available
    assert not holds(call.wait, described(DBInstanceStatus="rebooting"))
    assert holds(call.wait, described())


def test_a_static_parameter_that_this_plan_changes_is_rebooted_for_after_it() -> None:
    [call] = follow(ours(reboot="now"), found(), STATIC).operations
    assert call.after == (GROUP,)
    assert follow(ours(reboot="now"), found(), DYNAMIC) == Consequence()
    [note] = follow(ours(), found(), STATIC).notes
    assert "not in effect until it is rebooted" in note


def test_another_group_is_rebooted_for_unless_an_upgrade_restarts_it_anyway() -> None:
    elsewhere = found(
        DBParameterGroups=[{"DBParameterGroupName": "default.postgres16", "ParameterApplyStatus": "in-sync"}]
    )
    consequence = follow(ours(reboot="now"), elsewhere)
    [call], [change] = consequence.operations, consequence.changes
    assert "orders-postgres16" in call.summary
    assert (change.path, change.new, change.when) == ("reboot", "now", "now")
    upgraded = ours(reboot="now", engine_version="17", when="now")
    assert follow(upgraded, elsewhere) == Consequence()
    assert follow(replace(upgraded, spec=upgraded.spec.model_copy(update={"when": "window"})), found()) == Consequence()
