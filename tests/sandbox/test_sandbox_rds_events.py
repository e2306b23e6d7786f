"""RDS event subscriptions in the sandbox, driven by boto3."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.sandbox import Sandbox
from tests.sandbox.test_sandbox_rds_group import TAGS, make_parameter_group

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"


def make(rds: Any, name: str = "orders", **more: Any) -> dict[str, Any]:
    return rds.create_event_subscription(SubscriptionName=name, SnsTopicArn=TOPIC, **more)["EventSubscription"]


def look(rds: Any) -> dict[str, Any]:
    (found,) = rds.describe_event_subscriptions(SubscriptionName="Orders")["EventSubscriptionsList"]
    return found


@pytest.mark.repair("rds-event-categories")
def test_the_categories_of_each_source_type_are_listed(rds):
    listed = rds.describe_event_categories()["EventCategoriesMapList"]
    (of_groups,) = rds.describe_event_categories(SourceType="db-parameter-group")["EventCategoriesMapList"]
    assert of_groups in listed
    assert of_groups["EventCategories"] == ["configuration change"]


@pytest.mark.repair("rds-event-subscriptions")
def test_a_subscription_is_enabled_and_about_what_exists(rds, refused):
    make_parameter_group(rds, "orders-pg")
    made = make(rds, "Orders", SourceType="db-parameter-group", SourceIds=["Orders-PG"])
    assert (made["CustSubscriptionId"], made["Enabled"], made["SourceIdsList"]) == ("orders", True, ["orders-pg"])
    assert look(rds)["CustSubscriptionId"] == "orders"
    with refused("SubscriptionAlreadyExist"):
        make(rds)
    with refused("InvalidParameterCombination"):
        make(rds, "other", SourceIds=["orders-pg"])
    with refused("SourceNotFound"):
        make(rds, "other", SourceType="db-instance", SourceIds=["nowhere"])
    with refused("SubscriptionCategoryNotFound"):
        make(rds, "other", SourceType="db-instance", EventCategories=["weather"])


@pytest.mark.repair("rds-event-subscription-changes")
def test_a_subscription_changes_and_without_a_type_it_is_about_all(rds, refused):
    make(rds, SourceType="db-instance", EventCategories=["failure"])
    rds.modify_event_subscription(
        SubscriptionName="Orders", SourceType="db-instance", Enabled=False, EventCategories=["backup"]
    )
    found = look(rds)
    assert (found["Enabled"], found["EventCategoriesList"], found["SnsTopicArn"]) == (False, ["backup"], TOPIC)
    rds.modify_event_subscription(SubscriptionName="orders", SnsTopicArn=f"{TOPIC}-2", EventCategories=[])
    found = look(rds)
    assert (found.get("SourceType"), found.get("EventCategoriesList", [])) == (None, [])
    with refused("InvalidParameterCombination"):
        rds.modify_event_subscription(SubscriptionName="orders", EventCategories=["backup"])
    with refused("SubscriptionCategoryNotFound"):
        rds.modify_event_subscription(
            SubscriptionName="orders", SourceType="db-instance", EventCategories=["configuration"]
        )
    with refused("SubscriptionNotFound"):
        rds.modify_event_subscription(SubscriptionName="nowhere", Enabled=True)


@pytest.mark.repair("rds-event-sources")
def test_sources_come_and_go_one_by_one(rds, refused):
    for name in ("orders-pg", "invoices-pg"):
        make_parameter_group(rds, name)
    make(rds, SourceType="db-parameter-group", SourceIds=["orders-pg"])
    rds.add_source_identifier_to_subscription(SubscriptionName="orders", SourceIdentifier="Invoices-PG")
    assert sorted(look(rds)["SourceIdsList"]) == ["invoices-pg", "orders-pg"]
    rds.remove_source_identifier_from_subscription(SubscriptionName="orders", SourceIdentifier="orders-pg")
    assert look(rds)["SourceIdsList"] == ["invoices-pg"]
    with refused("SourceNotFound"):
        rds.remove_source_identifier_from_subscription(SubscriptionName="orders", SourceIdentifier="orders-pg")
    with refused("SourceNotFound"):
        rds.add_source_identifier_to_subscription(SubscriptionName="orders", SourceIdentifier="nowhere")


@pytest.mark.repair("tagging-rds-events")
def test_the_tagging_api_sees_subscriptions(sandbox: Sandbox, rds):
    arn = make(rds, Tags=TAGS)["EventSubscriptionArn"]
    found = sandbox.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["rds:es"])
    assert [one["ResourceARN"] for one in found["ResourceTagMappingList"]] == [arn]
