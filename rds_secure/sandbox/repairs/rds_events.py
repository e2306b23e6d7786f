"""RDS event subscriptions: names, sources, categories, and the calls about them that moto lacks."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import InvalidParameterCombination, RDSClientError, SubscriptionNotFoundError
from moto.rds.models import EventSubscription, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.repairs.patch import add, around

CATEGORIES = {
    "db-instance": (
        "availability",
        "backtrack",
        "backup",
        "configuration change",
        "creation",
        "deletion",
        "failover",
        "failure",
        "low storage",
        "maintenance",
        "notification",
        "read replica",
        "recovery",
        "restoration",
        "security",
        "security patching",
    ),
    "db-cluster": (
        "configuration change",
        "creation",
        "deletion",
        "failover",
        "failure",
        "global-failover",
        "maintenance",
        "migration",
        "notification",
        "serverless",
    ),
    "db-parameter-group": ("configuration change",),
    "db-security-group": ("configuration change", "failure"),
    "db-snapshot": ("creation", "deletion", "notification", "restoration"),
    "db-cluster-snapshot": ("backup", "notification"),
    "db-proxy": ("configuration change", "creation", "deletion", "failure"),
    "custom-engine-version": ("creation", "failure", "restoring"),
    "blue-green-deployment": ("creation", "deletion", "failure", "notification"),
}
"""Source type → categories of its events (AWS's user guide)."""


def event_categories() -> None:
    """DescribeEventCategories lists the categories of every source type, or of one."""

    @add(RDSResponse)
    def describe_event_categories(self: RDSResponse) -> ActionResult:
        asked = self.params.get("SourceType")
        rows = [
            {"SourceType": source, "EventCategories": list(names)}
            for source, names in CATEGORIES.items()
            if asked in (None, source)
        ]
        return ActionResult({"EventCategoriesMapList": rows})


def event_subscriptions() -> None:
    """Its name is in lower case, it is enabled unless told otherwise, and its sources and categories exist."""

    @around(RDSBackend, "create_event_subscription")
    def create(original: Any, self: RDSBackend, named: Any) -> EventSubscription:
        source_type, sources = named.get("source_type"), named.get("source_ids") or ()
        if sources and not source_type:
            raise InvalidParameterCombination("SourceIds need a SourceType.")
        _check_categories(source_type, named.get("event_categories") or ())
        _check_sources(self, source_type, sources)
        lowered = {
            "subscription_name": named["subscription_name"].lower(),
            "source_ids": [source.lower() for source in sources],
            "enabled": named.get("enabled", True),
        }
        return original(self, {**named, **lowered})  # type: ignore[no-any-return]

    @around(RDSBackend, "delete_event_subscription", "describe_event_subscriptions")
    def by_name(original: Any, self: RDSBackend, subscription_name: str | None) -> Any:
        return original(self, subscription_name and subscription_name.lower())


def event_subscription_changes() -> None:
    """ModifyEventSubscription changes what it is given, and means all types of source when it is given none."""

    @add(RDSResponse)
    def modify_event_subscription(self: RDSResponse) -> ActionResult:
        found = _subscription(self)
        source_type, categories = self.params.get("SourceType"), self.params.get("EventCategories")
        if categories and not source_type:
            raise InvalidParameterCombination("If SourceType is null, Categories must also be null.")
        if categories is not None:
            _check_categories(source_type, categories)
            found.event_categories = list(categories)
        found.source_type = source_type
        found.sns_topic_arn = self.params.get("SnsTopicArn", found.sns_topic_arn)
        found.enabled = self.params.get("Enabled", found.enabled)
        return ActionResult({"EventSubscription": found})


def event_sources() -> None:
    """Sources are added and removed one by one."""

    @add(RDSResponse)
    def add_source_identifier_to_subscription(self: RDSResponse) -> ActionResult:
        found, source = _subscription(self), self.params["SourceIdentifier"].lower()
        _check_sources(self.backend, found.source_type, [source])
        found.source_ids = [*(item for item in found.source_ids if item != source), source]
        return ActionResult({"EventSubscription": found})

    @add(RDSResponse)
    def remove_source_identifier_from_subscription(self: RDSResponse) -> ActionResult:
        found, source = _subscription(self), self.params["SourceIdentifier"].lower()
        if source not in found.source_ids:
            raise RDSClientError("SourceNotFound", f"Could not find source: {source}")
        found.source_ids = [item for item in found.source_ids if item != source]
        return ActionResult({"EventSubscription": found})


def _subscription(call: RDSResponse) -> EventSubscription:
    name = call.params["SubscriptionName"].lower()
    if name not in call.backend.event_subscriptions:
        raise SubscriptionNotFoundError(name)
    found: EventSubscription = call.backend.event_subscriptions[name]
    return found


def _check_categories(source_type: str | None, categories: Any) -> None:
    for category in categories:
        if category not in CATEGORIES.get(source_type or "", ()):
            raise RDSClientError("SubscriptionCategoryNotFound", f"Could not find category: {category}")


def _check_sources(rds: RDSBackend, source_type: str | None, sources: Any) -> None:
    """Of the types of source that this sandbox has."""
    known: dict[str, Any] = {
        "db-instance": rds.databases,
        "db-cluster": rds.clusters,
        "db-parameter-group": rds.db_parameter_groups,
        "db-snapshot": rds.database_snapshots,
        "db-proxy": rds.db_proxies,
    }
    for source in sources:
        if source_type in known and source.lower() not in {name.lower() for name in known[source_type]}:
            raise RDSClientError("SourceNotFound", f"Could not find source: {source}")
