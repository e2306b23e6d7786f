"""Who hears of events (RDS.19 to RDS.22): of a spec alone, of what a plan would leave, and of what is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rds_secure.access.alone import offline
from rds_secure.access.foresee import foresee
from rds_secure.access.posture import Posture
from rds_secure.finding import State
from rds_secure.inventory import Inventory, Place, Question, file, read
from rds_secure.inventory.effects.rds_events import SUBSCRIPTIONS
from rds_secure.inventory.questions import BULK, Topic
from rds_secure.inventory.recorded import RecordedReader
from rds_secure.inventory.recording import Recording, call
from rds_secure.inventory.redaction import redact, renamer_for
from rds_secure.rules import RULES, Context, judge, subjects_of
from rds_secure.spec import load
from tests.inventory.effects import Replies
from tests.rules.examples import ACCOUNT, REGION

PLACE = Place(ACCOUNT, REGION)
ASKED = SUBSCRIPTIONS.question
INSTANCES = "[maintenance, configuration change, failure]"
SPEC = """
version: 1
stack: heard
resources:
  event_subscription:
    instances: {topic: "arn:aws:sns:eu-west-1:123456789012:alerts", source_type: db-instance, categories: CATEGORIES}
"""


def heard(inventory: Inventory) -> dict[str, State]:
    posture = Posture(inventory)
    findings = judge(RULES, subjects_of(posture), Context(posture))
    return {one.rule: one.state for one in findings if one.rule.startswith("events-of-")}


def live(*subscriptions: dict[str, Any]) -> Inventory:
    return Inventory(PLACE, {ASKED: {"EventSubscriptionsList": list(subscriptions)}})


def subscription(**more: Any) -> dict[str, Any]:
    name = {"CustSubscriptionId": "alerts", "Status": "active", "Enabled": True}
    return {**name, "SourceType": "db-instance", "EventCategoriesList": ["maintenance", "failure"], **more}


def written(folder: Path, categories: str) -> tuple[Inventory, Inventory]:
    """A spec alone, and an account without subscriptions as it would leave it."""
    path = folder / "spec.yaml"
    path.write_text(SPEC.replace("CATEGORIES", categories))
    plan, alone = offline(load((path,))[1], REGION)
    return alone, foresee(live(), plan)


def test_a_spec_alone_passes_what_it_declares_and_does_not_know_the_rest(tmp_path: Path) -> None:
    alone, foreseen = written(tmp_path, INSTANCES)
    assert (heard(alone)["events-of-instances"], heard(alone)["events-of-clusters"]) == (State.PASS, State.UNKNOWN)
    assert (heard(foreseen)["events-of-instances"], heard(foreseen)["events-of-clusters"]) == (State.PASS, State.FAIL)


def test_what_a_spec_leaves_out_is_unknown_alone_and_fails_in_an_account(tmp_path: Path) -> None:
    alone, foreseen = written(tmp_path, "[failure]")
    assert heard(alone)["events-of-instances"] is State.UNKNOWN
    assert heard(foreseen)["events-of-instances"] is State.FAIL


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"EventCategoriesList": ["maintenance", "configuration change", "failure"]}, State.PASS),
        ({"EventCategoriesList": []}, State.PASS),
        ({}, State.FAIL),
        ({"EventCategoriesList": [], "SourceType": None}, State.PASS),
        ({"EventCategoriesList": [], "SourceIdsList": ["orders"]}, State.FAIL),
        ({"EventCategoriesList": [], "Enabled": False}, State.FAIL),
        ({"EventCategoriesList": [], "Status": "no-permission"}, State.FAIL),
        ({"EventCategoriesList": [], "Status": "topic-not-exist"}, State.FAIL),
    ],
)
def test_only_a_subscription_that_reaches_somebody_counts(told: dict[str, Any], state: State) -> None:
    assert heard(live(subscription(**told)))["events-of-instances"] is state


def test_two_subscriptions_are_heard_together() -> None:
    others = subscription(EventCategoriesList=["configuration change"])
    assert heard(live(subscription(), others))["events-of-instances"] is State.PASS


def test_a_change_and_the_end_of_a_subscription_are_judged() -> None:
    replies = Replies({SUBSCRIPTIONS: []})
    made = {"SubscriptionName": "Alerts", "SnsTopicArn": "arn", "SourceType": "db-instance"}
    replies.call("rds", "CreateEventSubscription", **made)
    assert heard(replies.ledger.inventory())["events-of-instances"] is State.PASS

    replies.call("rds", "AddSourceIdentifierToSubscription", SubscriptionName="alerts", SourceIdentifier="Orders")
    assert replies.listed(SUBSCRIPTIONS, "alerts")["SourceIdsList"] == ["orders"]
    assert heard(replies.ledger.inventory())["events-of-instances"] is State.FAIL
    replies.call("rds", "RemoveSourceIdentifierFromSubscription", SubscriptionName="alerts", SourceIdentifier="orders")

    replies.call("rds", "ModifyEventSubscription", **made | {"EventCategories": ("failure",)})
    assert heard(replies.ledger.inventory())["events-of-instances"] is State.FAIL
    replies.call("rds", "ModifyEventSubscription", SubscriptionName="alerts")
    assert "SourceType" not in replies.listed(SUBSCRIPTIONS, "alerts"), "it is about all types then"
    replies.call("rds", "ModifyEventSubscription", **made | {"EventCategories": (), "Enabled": False})
    assert heard(replies.ledger.inventory())["events-of-instances"] is State.FAIL
    replies.call("rds", "ModifyEventSubscription", **made | {"Enabled": True})
    assert heard(replies.ledger.inventory())["events-of-instances"] is State.PASS
    replies.call("rds", "DeleteEventSubscription", SubscriptionName="alerts")
    assert heard(replies.ledger.inventory())["events-of-instances"] is State.FAIL


def test_other_names_change_no_verdict() -> None:
    whole = live(subscription(EventCategoriesList=["maintenance", "configuration change", "failure"]))
    other = redact(whole, renamer_for(whole, b"a key"))
    assert heard(other) == heard(whole)
    assert "alerts" not in str(other.replies)


def test_a_recording_from_before_subscriptions_were_asked_for_can_still_be_read() -> None:
    bulk = [(service, action) for service, actions in BULK[Topic.PROTECTION].items() for action in actions]
    asked = {call(*each): {} for each in bulk if each != (ASKED.service, ASKED.action)}
    old = Recording(PLACE, "arn:aws:iam::123456789012:user/ann", "2026-11-01T00:00:00Z", asked)
    loaded = file.read(file.write(old).encode(), "old.json")
    found = read(RecordedReader(loaded), PLACE, (Topic.PROTECTION,))
    assert set(found.unread) == {Question("rds", "DescribeEventSubscriptions")}
    assert set(heard(found).values()) == {State.UNKNOWN}
