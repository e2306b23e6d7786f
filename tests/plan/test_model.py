"""Plans as data: what a step says, and any part of a plan as plain JSON."""

from __future__ import annotations

import json

from rds_secure.errors import Location
from rds_secure.kind import FieldChange
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.plan import Action, Kept, Plan, Refusal, Step
from rds_secure.plan.model import as_json
from rds_secure.values import Address, Lookup, Ref, Text

A = Address("toy", "a")
CHANGE = FieldChange("colour", old="grey", new="red")


def test_a_step_without_calls_speaks_only_where_something_is_to_be_shown() -> None:
    quiet = Step(A, "a", Action.NONE)
    assert quiet.says_nothing
    assert not Step(A, "a", Action.NONE, pending=(CHANGE,)).says_nothing
    assert not Step(A, "a", Action.NONE, strangers=(CHANGE,)).says_nothing
    assert not Step(A, "a", Action.NONE, notes=("it squeaks",)).says_nothing
    assert not Step(A, "a", Action.DELETE).says_nothing


def test_a_plan_may_be_applied_unless_something_is_refused() -> None:
    assert Plan("1", "eu-west-1", "orders").is_applicable
    refused = Refusal(A, "what", "fix", Location("orders.yaml", 3, 5))
    assert not Plan("1", "eu-west-1", "orders", refusals=(refused,)).is_applicable


def test_a_plan_without_calls_is_empty_even_if_it_waits_for_a_window() -> None:
    made = Plan("1", "eu-west-1", "orders", steps=(Step(A, "a", Action.NONE, pending=(CHANGE,)),))
    assert made.is_empty
    assert made.waits_for_window
    assert not Plan("1", "eu-west-1", "orders", kept=(Kept(A, "a", "kept"),)).waits_for_window


def test_every_part_of_a_plan_is_plain_json() -> None:
    key = Ref(Address("kms_key", "data"), "arn")
    operation = Operation(
        service="toy",
        action="Call",
        params={"Key": key, "Text": Text(("a", key)), "Found": Lookup("vpc", (("tag:Name", "main"),)), "None": None},
        summary="call",
        wait=Wait("toy", "Describe", {"Id": key}, "Toy", until=(Condition("Status", ("ok", True), "it"),)),
        retry_on=(Retry("NoSuchEntity"),),
        releases=(A,),
    )
    step = Step(A, "a", Action.UPDATE, (operation,), (CHANGE,), uses=(A,))
    found = json.loads(json.dumps(as_json(step)))
    assert found["address"] == "toy.a"
    assert found["action"] == "update"
    assert found["operations"][0]["params"] == {
        "Key": {"$ref": "kms_key.data", "attribute": "arn"},
        "Text": {"$text": ["a", {"$ref": "kms_key.data", "attribute": "arn"}]},
        "Found": {"$lookup": "vpc", "match": {"tag:Name": "main"}},
        "None": None,
    }
    assert found["operations"][0]["wait"]["until"] == [{"path": "Status", "any_of": ["ok", True], "what": "it"}]
    assert found["operations"][0]["releases"] == ["toy.a"]
    assert found["changes"][0]["new"] == "red"
