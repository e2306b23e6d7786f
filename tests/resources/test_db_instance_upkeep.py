"""Maintenance that AWS has pending: looked up and planned where a spec says when, left alone everywhere else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rds_secure.database.checks import STOPPED
from rds_secure.errors import DeniedError
from rds_secure.kind import Consequence
from rds_secure.paths import search
from rds_secure.resources.db_instance import KIND
from tests.fakes import FakeReader
from tests.resources.instances import described, instance, reader
from tests.resources.planning import SCOPE, checked, compare, wanted

ARN = described()["DBInstanceArn"]
UPDATE = {
    "Action": "system-update",
    "Description": "New Operating System update is available",
    "AutoAppliedAfterDate": datetime(2026, 12, 1, 3, tzinfo=UTC),
    "ForcedApplyDate": datetime(2027, 1, 1, 3, tzinfo=UTC),
}


def asking(answer: Any) -> FakeReader:
    """An account with one instance, and this answer to the question what maintenance is pending."""
    return FakeReader({**reader(described()).answers, ("rds", "DescribePendingMaintenanceActions"): answer})


def followed(*pending: dict[str, Any], answer: Any = None, **fields: Any) -> Consequence:
    """What an instance does about these actions, or about this answer to the question which there are."""
    other = {"ResourceIdentifier": f"{ARN}-2", "PendingMaintenanceActionDetails": [{"Action": "os-upgrade"}]}
    mine = {"ResourceIdentifier": ARN, "PendingMaintenanceActionDetails": list(pending)}
    listed = answer or {"PendingMaintenanceActions": [other, mine]}
    asked = asking(listed)
    [live] = KIND.read(asked, wanted(KIND, instance(**fields)))
    _, change = compare(KIND, instance(**fields), live, SCOPE)
    consequence = KIND.follow(change, {})
    checked(consequence.operations)
    return consequence


def test_what_is_left_to_aws_is_not_looked_up() -> None:
    assert followed(UPDATE) == Consequence()
    [live] = KIND.read(reader(described()), wanted(KIND, instance()))  # a call that has no answer would fail
    assert "maintenance" not in live.facts


@pytest.mark.parametrize(
    ("when", "opt_in", "waits"), [("now", "immediate", True), ("next-window", "next-maintenance", False)]
)
def test_pending_maintenance_is_made_when_the_spec_says(when: str, opt_in: str, waits: bool) -> None:
    consequence = followed(UPDATE, maintenance=when)
    [call], [change] = consequence.operations, consequence.changes
    assert call.params == {"ResourceIdentifier": ARN, "ApplyAction": "system-update", "OptInType": opt_in}
    assert (change.path, change.member, change.new) == ("maintenance", "system-update", when)
    assert (call.wait is not None) is waits
    [note] = consequence.notes
    assert note == (
        "AWS has system-update pending: New Operating System update is available; "
        "made by itself after 2026-12-01; forced on 2027-01-01"
    )


def test_what_was_asked_for_already_is_not_asked_for_again() -> None:
    """Nor is one that goes on now put off: AWS takes no such opt-in back."""
    for status in ("immediate", "next-maintenance"):
        assert followed({**UPDATE, "OptInStatus": status}, maintenance="next-window") == Consequence()
    [call] = followed({**UPDATE, "OptInStatus": "next-maintenance"}, maintenance="now").operations
    assert call.params["OptInType"] == "immediate"


def test_what_could_not_be_seen_is_said_and_hides_nothing_else() -> None:
    """Meaning §8."""
    denied = DeniedError("rds", "DescribePendingMaintenanceActions", "AccessDenied", "you may not")
    [live] = KIND.read(asking(denied), wanted(KIND, instance(maintenance="now")))
    assert live.facts["notes"] == ("what maintenance AWS has pending could not be seen: AccessDenied",)


def test_what_is_made_now_is_waited_for_until_aws_lists_it_no_more() -> None:
    """Whether it restarts, and for how long it takes, differs from action to action."""
    [call] = followed(UPDATE, maintenance="now").operations
    mine = {"ResourceIdentifier": ARN, "PendingMaintenanceActionDetails": [UPDATE]}
    assert call.wait is not None
    assert (call.wait.gone, call.restarts) == (True, True)
    assert search(call.wait.select, {"PendingMaintenanceActions": [mine]}) == UPDATE
    assert (
        search(call.wait.select, {"PendingMaintenanceActions": [{**mine, "PendingMaintenanceActionDetails": []}]})
        is None
    )


def test_nothing_is_made_of_an_instance_that_is_stopped() -> None:
    """RDS-27."""
    mine = {"ResourceIdentifier": ARN, "PendingMaintenanceActionDetails": [UPDATE]}
    answers = {
        **reader(described(DBInstanceStatus="stopped")).answers,
        ("rds", "DescribePendingMaintenanceActions"): {"PendingMaintenanceActions": [mine]},
    }
    [live] = KIND.read(FakeReader(answers), wanted(KIND, instance(maintenance="now")))
    _, change = compare(KIND, instance(maintenance="now"), live, SCOPE)
    stopped = KIND.follow(change, {})
    assert stopped.operations == stopped.changes == ()
    assert STOPPED in stopped.notes
