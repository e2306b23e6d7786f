"""A static parameter through the whole pipeline: never rebooted for, or after the parameter is set, in one apply."""

from __future__ import annotations

from typing import Any

from rds_secure.plan import Action
from tests.e2e.harness import Harness
from tests.e2e.tables.db_instance import BASE, shelf

STATIC = "max_connections"


def stack(connections: str, **fields: str) -> dict[str, Any]:
    group = {"family": "postgres16", "parameters": {STATIC: {"value": connections, "apply": "pending-reboot"}}}
    database = {**BASE, "parameter_group": "${db_parameter_group.tuned}", **fields}
    return {"db_parameter_group": {"tuned": group}, "db_instance": {"orders": database}}


def notes(plan: Any) -> list[str]:
    return [note for step in plan.steps for note in step.notes]


def test_never_keeps_saying_that_it_is_not_in_effect(harness: Harness) -> None:
    shelf(harness.client)
    harness.make(stack("100"))
    applied = harness.apply(stack("200"))
    assert [call.action for call in applied.writes if call.action == "RebootDBInstance"] == []
    assert ["not in effect until it is rebooted" in note for note in notes(applied.plan)] == [True]
    again = harness.plan(stack("200")).plan
    assert again.is_empty
    assert ["not in effect until it is rebooted" in note for note in notes(again)] == [True]


def test_now_reboots_once_after_the_parameter_is_set(harness: Harness) -> None:
    shelf(harness.client)
    harness.make(stack("100", reboot="now"))
    applied = harness.apply(stack("200", reboot="now"))
    actions = [call.action for call in applied.writes]
    assert actions.count("RebootDBInstance") == 1
    assert actions.index("ModifyDBParameterGroup") < actions.index("RebootDBInstance")
    assert applied.again.plan.is_empty
    assert notes(applied.again.plan) == []


def test_what_waits_already_is_rebooted_for_when_it_is_asked_for(harness: Harness) -> None:
    shelf(harness.client)
    harness.make(stack("100"))
    harness.make(stack("200"))
    applied = harness.apply(stack("200", reboot="now"))
    [step] = [step for step in applied.plan.steps if step.address.kind == "db_instance"]
    assert (step.action, [change.path for change in step.changes]) == (Action.UPDATE, ["reboot"])
    assert [call.action for call in applied.writes] == ["RebootDBInstance", "AddTagsToResource"]
