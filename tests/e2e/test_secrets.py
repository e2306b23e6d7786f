"""A password from a source, through the whole pipeline: it reaches AWS, and nothing else ever holds it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from rds_secure.errors import RefusedError
from rds_secure.plan import Plan
from rds_secure.render.json import plan_json
from rds_secure.render.terminal import plan_text
from tests.e2e.harness import Harness
from tests.e2e.tables.db_instance import BASE, shelf
from tests.render.streams import text_of

PASSWORD = "correct-horse-battery"
WRITTEN = {"db_instance": {"orders": {**BASE, "master_password": {"env": "ORDERS_PASSWORD"}}}}


def shown(plan: Plan) -> str:
    """Everything that is ever said of a plan."""
    return text_of(plan_text, plan, show_calls=True) + plan_json(plan) + repr(plan)


def test_it_reaches_aws_and_no_plan(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_PASSWORD", PASSWORD)
    shelf(harness.client)
    applied = harness.apply(WRITTEN)

    [made] = [call for call in applied.writes if call.action == "CreateDBInstance"]
    assert made.params["MasterUserPassword"] == PASSWORD
    assert PASSWORD not in shown(applied.plan) + shown(applied.again.plan)
    assert "(secret from env ORDERS_PASSWORD)" in shown(applied.plan)
    assert applied.again.plan.is_empty


def test_a_source_that_has_nothing_is_refused_before_the_first_call(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORDERS_PASSWORD", raising=False)
    shelf(harness.client)
    planned = harness.plan(WRITTEN)
    harness.recorder.clear()
    with pytest.raises(RefusedError, match="ORDERS_PASSWORD is not set"):
        harness.attempt(planned)
    assert not harness.recorder.writes


def test_what_aws_repeats_of_it_is_not_passed_on(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_PASSWORD", PASSWORD)
    shelf(harness.client)
    planned = harness.plan(WRITTEN)

    client = harness.account.connection.client("rds")

    def echo(model: object, params: dict[str, object], **_: object) -> None:
        error = {"Error": {"Code": "InvalidParameterValue", "Message": f"{PASSWORD} is too weak"}}
        raise ClientError(error, "CreateDBInstance")

    client.meta.events.register("before-call.rds.CreateDBInstance", echo)
    try:
        outcome, _ = harness.attempt(planned)
    finally:
        client.meta.events.unregister("before-call.rds.CreateDBInstance", echo)
    [failure] = [item for item in outcome.failures if item.operation.action == "CreateDBInstance"]
    assert failure.message == "(secret from env ORDERS_PASSWORD) is too weak"
    assert PASSWORD not in repr(outcome)
