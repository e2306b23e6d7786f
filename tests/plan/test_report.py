"""What is kept of an apply as evidence."""

from __future__ import annotations

import json
from itertools import count

from jsonschema import Draft202012Validator

from rds_secure.events import Done, Failed, Skipped, Started, Waiting
from rds_secure.kind import FieldChange
from rds_secure.plan import Action, Plan, Step
from rds_secure.plan.report import CallMade, Collector, Report, read_back
from rds_secure.render.json import report_json, report_schema
from rds_secure.values import Address
from tests.render import plans

A, B = Address("db_instance", "orders"), Address("kms_key", "data")


def collected() -> Collector:
    times = count()
    kept = Collector(lambda: f"2026-11-24T12:00:{next(times):02}.000+00:00")
    for event in (
        Started(A, "create", 1, 3, "rds:CreateDBInstance"),
        Waiting(A, "it to be available", 3.0),
        Done(A, "create", 1.0, "rds:CreateDBInstance", "req-1"),
        Started(B, "make", 2, 3, "kms:CreateKey"),
        Failed(B, "make", "AccessDenied", "you may not", "kms:CreateKey", "req-2"),
        Skipped(B, "name", B, "kms:CreateAlias"),
    ):
        kept(event)
    return kept


def test_every_call_is_kept_with_its_request_id_and_times() -> None:
    assert collected().calls == [
        CallMade(
            A,
            "rds:CreateDBInstance",
            "create",
            "done",
            "2026-11-24T12:00:00.000+00:00",
            "2026-11-24T12:00:01.000+00:00",
            "req-1",
        ),
        CallMade(
            B,
            "kms:CreateKey",
            "make",
            "failed",
            "2026-11-24T12:00:02.000+00:00",
            "2026-11-24T12:00:03.000+00:00",
            "req-2",
            "AccessDenied: you may not",
        ),
        CallMade(B, "kms:CreateAlias", "name", "skipped", error="needs kms_key.data, which failed"),
    ]


def _step(address: Address, action: Action, *, again: bool = False, parked: bool = False) -> Step:
    operations = (plans.call("rds", "DeleteDBInstance", {}, "do"),) if again else ()
    pending = (FieldChange("multi_az", old=False, new=True),) if parked else ()
    return Step(address, address.name, action, operations, pending=pending)


def test_what_was_touched_is_found_as_declared_or_parked_or_different_or_gone() -> None:
    names = ("agrees", "pending", "differs", "gone", "back")
    at = {name: Address("db_instance", name) for name in names}
    actions = {"gone": Action.DELETE, "back": Action.DELETE}
    before = Plan("1", "r", "s", tuple(_step(at[n], actions.get(n, Action.UPDATE), again=True) for n in names))
    after = Plan(
        "1",
        "r",
        "s",
        (
            _step(at["agrees"], Action.NONE),
            _step(at["pending"], Action.NONE, parked=True),
            _step(at["differs"], Action.UPDATE, again=True),
            _step(at["back"], Action.DELETE, again=True),
        ),
    )
    states = {found.address.name: found.state for found in read_back(before, after, {})}
    assert states == {"agrees": "agrees", "pending": "pending", "differs": "differs", "gone": "gone", "back": "differs"}
    assert {found.state for found in read_back(before, None, {})} == {"unknown"}


def test_the_report_obeys_its_schema_and_every_field_of_that_is_described() -> None:
    schema = report_schema()
    plan = plans.create_all()
    exports = {step.address: {"arn": "arn:aws:x"} for step in plan.steps}
    report = Report(
        plan=plan,
        who="arn:aws:iam::123456789012:user/dana",
        commit="0123abc",
        is_clean=True,
        started="2026-11-24T12:00:00.000+00:00",
        ended="2026-11-24T12:01:00.000+00:00",
        outcome="done",
        calls=tuple(collected().calls),
        resources=tuple(read_back(plan, plans.empty(), exports)),
    )
    written = json.loads(report_json(report))
    Draft202012Validator(schema).validate(written)
    assert (written["digest"], written["commit"], len(written["calls"])) == (plan.digest, "0123abc", 3)
    for part in (schema, *schema["$defs"].values()):
        assert [name for name, field in part["properties"].items() if "description" not in field] == []
