"""Event subscriptions: how they are checked, read and compared, and the calls that make, change and delete them."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure import tagging
from rds_secure.kind import Found
from rds_secure.resources.event_subscription import KIND, EventSubscriptionSpec
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

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
ARN = "arn:aws:rds:eu-west-1:123456789012:es:orders"
MINIMAL = {"topic": TOPIC, "source_type": "db-instance"}
CATEGORIES = {
    "EventCategoriesMapList": [
        {"SourceType": "db-instance", "EventCategories": ["failure", "maintenance"]},
        {"SourceType": "db-parameter-group", "EventCategories": ["configuration change"]},
    ]
}


def described(name: str = "orders", **fields: Any) -> dict[str, Any]:
    """A member of DescribeEventSubscriptions; lists that are empty are not in it."""
    return {
        "CustomerAwsId": "123456789012",
        "CustSubscriptionId": name,
        "SnsTopicArn": TOPIC,
        "Status": "active",
        "SubscriptionCreationTime": "2026-01-01 10:00:00.0",
        "SourceType": "db-instance",
        "Enabled": True,
        "EventSubscriptionArn": ARN.replace("orders", name),
        **fields,
    }


def reader(*subscriptions: dict[str, Any], tags: dict[str, str] | None = None) -> FakeReader:
    return FakeReader(
        {
            ("rds", "DescribeEventSubscriptions"): {"EventSubscriptionsList": list(subscriptions)},
            ("rds", "ListTagsForResource"): {"TagList": list(tagging.pairs(tags or {}))},
            ("rds", "DescribeEventCategories"): CATEGORIES,
            ("rds", "DescribeDBInstances"): {"DBInstances": [{"DBInstanceIdentifier": "orders"}]},
            ("rds", "DescribeDBParameterGroups"): {"DBParameterGroups": [{"DBParameterGroupName": "orders-pg"}]},
        }
    )


def found(**fields: Any) -> Found[EventSubscriptionSpec]:
    [one] = KIND.read(reader(described(**fields)), wanted(KIND, declare(KIND, "orders", MINIMAL)))
    return one


def verified(**fields: Any) -> list[tuple[tuple[str | int, ...], str]]:
    resource = declare(KIND, "orders", {**MINIMAL, **fields})
    return [(item.path, item.what) for item in KIND.verify(reader(), resource, SCOPE)]


def test_a_fifo_topic_is_refused() -> None:
    with pytest.raises(ValueError, match="is not the ARN of a standard SNS topic"):
        EventSubscriptionSpec.model_validate({**MINIMAL, "topic": f"{TOPIC}.fifo"})


def test_a_reference_to_a_source_of_another_type_is_refused_offline() -> None:
    fields = {**MINIMAL, "sources": ["${db_instance.orders}", "${db_parameter_group.orders}"]}
    what = "db_parameter_group.orders is no db-instance, which the events are to come from"
    assert complaints(KIND, fields) == [(("sources", 1), what)]


def test_a_name_that_is_too_long_is_refused_offline() -> None:
    said = "the name is longer than the 254 characters that AWS takes"
    assert complaints(KIND, {**MINIMAL, "name": "a" * 255}) == [(("name",), said)]
    assert complaints(KIND, {**MINIMAL, "name": "a" * 254}) == []


def test_categories_must_be_those_of_the_source_type() -> None:
    assert verified(categories=["failure", "maintenance"]) == []
    said = "a db-instance has no events of category 'configuration change'"
    assert verified(categories=["failure", "configuration change"]) == [(("categories", 1), said)]


def test_categories_of_a_type_that_aws_does_not_list_are_left_to_it() -> None:
    assert verified(source_type="zero-etl", categories=["anything"]) == []


def test_sources_that_are_written_by_name_must_exist_where_a_list_tells() -> None:
    assert verified(sources=["Orders"]) == []
    assert verified(sources=["orders", "invoices"]) == [(("sources", 1), "there is no db-instance invoices")]
    assert verified(source_type="db-parameter-group", sources=["orders-pg"]) == []
    assert verified(source_type="db-snapshot", sources=["before-the-move"]) == []


def test_all_events_of_all_sources_are_sent_unless_written_otherwise() -> None:
    """RDS.19 to RDS.22 of Security Hub ask for some categories at least: all are more."""
    [made] = created(KIND, declare(KIND, "orders", MINIMAL))
    assert made.params["Enabled"] is True
    assert not {"EventCategories", "SourceIds"} & made.params.keys()


def test_a_new_subscription_is_made_with_its_tags_in_one_call() -> None:
    resource = declare(
        KIND, "orders", {**MINIMAL, "categories": ["failure"], "sources": ["Orders"], "tags": {"team": "payments"}}
    )
    [made] = created(KIND, resource)
    assert (made.action, made.params["SourceIds"]) == ("CreateEventSubscription", ("orders",))  # RDS-5
    assert tagging.mapping(made.params["Tags"]) == resource.tags
    assert made.wait is not None
    assert [condition.any_of for condition in made.wait.fail] == [("no-permission", "topic-not-exist")]
    assert made.exports.keys() == KIND.exports.keys()


def test_what_is_read_equals_what_is_declared_whatever_the_order() -> None:
    resource = declare(KIND, "orders", {**MINIMAL, "categories": ["maintenance", "failure"], "sources": ["B", "a"]})
    live = found(EventCategoriesList=["failure", "maintenance"], SourceIdsList=["a", "b"])
    difference, _ = compare(KIND, resource, live)
    assert (difference.changes, difference.refused) == ([], [])
    difference, _ = compare(KIND, declare(KIND, "orders", MINIMAL), found())
    assert (difference.changes, difference.refused) == ([], [])


def test_reading_asks_for_the_tags_of_our_subscriptions_only() -> None:
    looking = reader(described(), described("a-stranger"), tags={"team": "payments"})
    [one] = KIND.read(looking, wanted(KIND, declare(KIND, "orders", MINIMAL)))
    assert (one.name, one.tags, one.exports) == ("orders", {"team": "payments"}, {"name": "orders", "arn": ARN})
    assert [call[1] for call in looking.calls] == ["DescribeEventSubscriptions", "ListTagsForResource"]
    for service, action, params in looking.calls:
        assert_valid_call(service, action, params)


def test_nothing_is_listed_where_nothing_is_declared_or_tagged() -> None:
    looking = reader(described())
    assert list(KIND.read(looking, wanted(KIND, tagged={"arn:aws:rds:eu-west-1:123456789012:pg:es": {}}))) == []
    assert looking.calls == []
    assert [one.name for one in KIND.read(looking, wanted(KIND, tagged={ARN: {}}))] == ["orders"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("no-permission", "events.rds.amazonaws.com"),
        ("topic-not-exist", "its topic was deleted"),
        ("all-sources-deleted", "all of its sources were deleted"),
    ],
)
def test_one_that_reports_nothing_says_why(status: str, said: str) -> None:
    one = found(Status=status)
    assert one.busy == ""
    assert [said in note for note in one.facts["notes"]] == [True]


def test_one_that_is_being_changed_is_busy() -> None:
    assert (found(Status="modifying").busy, found().busy) == ("modifying", "")


@pytest.mark.parametrize(
    "fields", [{"enabled": False}, {"topic": f"{TOPIC}-of-others"}, {"source_type": "db-parameter-group"}]
)
def test_every_change_sends_the_source_type_for_without_it_all_types_are_meant(fields: dict[str, Any]) -> None:
    [changed] = updated(KIND, declare(KIND, "orders", {**MINIMAL, **fields}), found())
    assert changed.action == "ModifyEventSubscription"
    assert changed.params["SourceType"] == fields.get("source_type", "db-instance")
    assert "EventCategories" not in changed.params


def test_categories_that_stay_are_sent_again_and_those_that_go_are_sent_as_none() -> None:
    live = found(EventCategoriesList=["failure"])
    kept = declare(KIND, "orders", {**MINIMAL, "categories": ["failure"], "enabled": False})
    assert updated(KIND, kept, live)[0].params["EventCategories"] == ("failure",)
    assert updated(KIND, declare(KIND, "orders", MINIMAL), live)[0].params["EventCategories"] == ()


def test_sources_come_before_others_go_for_none_would_mean_all() -> None:
    changed = updated(KIND, declare(KIND, "orders", {**MINIMAL, "sources": ["b"]}), found(SourceIdsList=["a"]))
    assert [(call.action, call.params["SourceIdentifier"]) for call in changed] == [
        ("AddSourceIdentifierToSubscription", "b"),
        ("RemoveSourceIdentifierFromSubscription", "a"),
    ]


@pytest.mark.parametrize(("wanted_sources", "live_sources"), [(["b"], []), ([], ["a"]), (["b"], ["a"])])
def test_the_type_of_sources_that_are_listed_is_not_changed(wanted_sources: list[str], live_sources: list[str]) -> None:
    declared = declare(KIND, "orders", {**MINIMAL, "source_type": "db-snapshot", "sources": wanted_sources})
    difference, _ = compare(KIND, declared, found(SourceIdsList=live_sources))
    assert [change.path for change, _ in difference.refused] == ["source_type"]
    assert "two types" in difference.refused[0][1]


def test_deleting_it_twice_is_deleting_it_and_tags_have_calls_of_their_own() -> None:
    live = link(found(), Address(KIND.name, "orders"), SCOPE)
    [gone] = checked(KIND.delete(live, SCOPE))
    assert (gone.params, gone.done_on) == ({"SubscriptionName": "orders"}, ("SubscriptionNotFound",))  # RDS-25
    assert gone.wait is not None
    assert gone.wait.gone
    calls = checked(KIND.tag(live, {"team": "payments"}, ("old",), SCOPE))
    assert actions(calls) == ["AddTagsToResource", "RemoveTagsFromResource"]
    assert {call.params["ResourceName"] for call in calls} == {ARN}
