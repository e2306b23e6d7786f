"""Event subscriptions: which events of RDS are published to an SNS topic. Topics are not made here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import WithJsonSchema

from rds_secure import tagging
from rds_secure.fields import Bool, Field, Named, Pattern, Reference, ResourceSpec, Str, Tagged
from rds_secure.kind import Change, Complaint, FieldChange, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.values import Ref, Value

Source = Annotated[
    Ref | str,
    Reference(
        ("db_instance", "db_cluster", "db_parameter_group", "db_proxy"),
        "name",
        r"[A-Za-z](-?[A-Za-z0-9])*",
        "the name of a source: letters, digits and single hyphens, a letter first",
    ),
]
SourceType = Literal[
    "db-instance",
    "db-cluster",
    "db-parameter-group",
    "db-security-group",
    "db-snapshot",
    "db-cluster-snapshot",
    "db-proxy",
    "zero-etl",
    "custom-engine-version",
    "blue-green-deployment",
]

_LISTS = {
    "db-instance": ("DescribeDBInstances", "DBInstances[].DBInstanceIdentifier"),
    "db-parameter-group": ("DescribeDBParameterGroups", "DBParameterGroups[].DBParameterGroupName"),
    "db-proxy": ("DescribeDBProxies", "DBProxies[].DBProxyName"),
}
"""Source type → the list that its sources are in, where a kind of ours reads it anyway."""

_READY = ("active", "all-sources-deleted")
"""States in which it takes changes; the second one is not in the API reference, but AWS's own handlers wait for it."""
_FAILED = ("no-permission", "topic-not-exist")
_NOTES = {
    "no-permission": "RDS may not publish to its topic, so nothing is reported: let events.rds.amazonaws.com do "
    "sns:Publish in the policy of the topic",
    "topic-not-exist": "its topic was deleted, so nothing is reported: make it again, or name another one",
    "all-sources-deleted": "all of its sources were deleted, so nothing is reported: name others",
}


class EventSubscriptionSpec(Named, Tagged, ResourceSpec):
    """Events of one type of source, sent to one topic: all of them, unless written otherwise."""

    topic: Annotated[
        str,
        Pattern(
            r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}",
            "the ARN of a standard SNS topic: one such as arn:aws:sns:eu-west-1:123456789012:alerts; RDS sends to no "
            "FIFO topic",
        ),
        WithJsonSchema({"type": "string"}),  # it may be written with ${aws.region} and its like
        Field(create="SnsTopicArn", change="SnsTopicArn", read="SnsTopicArn", terraform="sns_topic"),
    ]
    """The ARN of the SNS topic, whose policy must let events.rds.amazonaws.com publish to it. No FIFO topic."""
    source_type: Annotated[
        SourceType,
        Field(create="SourceType", change="SourceType", read="SourceType", terraform="source_type"),
    ]
    """The type of the sources: one subscription is about one type."""
    categories: Annotated[
        tuple[Str, ...],
        Field(
            create="EventCategories",
            change="EventCategories",
            read="EventCategoriesList",
            terraform="event_categories",
            as_set=True,
        ),
    ] = ()
    """The categories of events, in AWS's words: failure, maintenance, configuration change, …. All, unless written."""
    sources: Annotated[
        tuple[Source, ...],
        Field(
            create="SourceIds",
            change="AddSourceIdentifierToSubscription.SourceIdentifier",
            read="SourceIdsList",
            terraform="source_ids",
            as_set=True,
        ),
    ] = ()
    """The sources, by reference or name; all there are and will be of this type, unless written."""
    enabled: Annotated[Bool, Field(create="Enabled", change="Enabled", read="Enabled", terraform="enabled")] = True
    """Whether events are sent."""


class EventSubscription(Kind[EventSubscriptionSpec]):
    """RDS `CreateEventSubscription` and its like."""

    name = "event_subscription"
    title = "event subscription"
    spec = EventSubscriptionSpec
    exports = {"name": "the subscription's name", "arn": "its ARN"}
    tagged_as = "rds:es"
    services = ("rds",)
    read_actions = (
        "rds:DescribeDBInstances",
        "rds:DescribeDBParameterGroups",
        "rds:DescribeDBProxies",
        "rds:DescribeEventCategories",
        "rds:DescribeEventSubscriptions",
        "rds:ListTagsForResource",
    )

    def check(self, key: str, spec: EventSubscriptionSpec) -> Iterator[Complaint]:
        if len(spec.name or key) > 254:
            yield Complaint(("name",), "the name is longer than the 254 characters that AWS takes", "shorten it")
        for index, source in enumerate(spec.sources):
            if isinstance(source, Ref) and source.target.kind != spec.source_type.replace("-", "_"):
                what = f"{source.target} is no {spec.source_type}, which the events are to come from"
                fix = f"name a {spec.source_type}, or make a subscription with another source_type"
                yield Complaint(("sources", index), what, fix)

    def verify(self, reader: Reader, resource: Resource[EventSubscriptionSpec], scope: Scope) -> Iterator[Complaint]:
        yield from _verify_categories(reader, resource.spec)
        yield from _verify_sources(reader, resource.spec)

    def predict(self, scope: Scope, name: str, spec: EventSubscriptionSpec) -> Mapping[str, str]:
        return {"name": name.lower(), "arn": _arn(scope, name)}

    def normalise(
        self, resource: Resource[EventSubscriptionSpec], live: Live[EventSubscriptionSpec] | None, scope: Scope
    ) -> EventSubscriptionSpec:
        """Names of sources come back in lower case (RDS-5)."""
        sources = tuple(item.lower() if isinstance(item, str) else item for item in resource.spec.sources)
        return resource.spec.model_copy(update={"sources": sources})

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[EventSubscriptionSpec]]:
        if not wanted.expects("es"):
            return []
        reply = reader.call("rds", "DescribeEventSubscriptions") or {}
        subscriptions = [
            item
            for item in reply["EventSubscriptionsList"]
            if wanted.asks_for(item["CustSubscriptionId"].lower(), item["EventSubscriptionArn"])
        ]
        tags = reader.each(lambda item: _tags(reader, item["EventSubscriptionArn"]), subscriptions)
        return [_found(item, its_tags) for item, its_tags in zip(subscriptions, tags, strict=True)]

    def refuses(
        self, change: FieldChange, resource: Resource[EventSubscriptionSpec], live: Live[EventSubscriptionSpec]
    ) -> str:
        if change.path == "source_type" and (live.spec.sources or resource.spec.sources):
            return (
                "its list of sources would hold sources of two types on the way: declare a new subscription under "
                "another key, or go by way of one without sources"
            )
        return ""

    def create(self, resource: Resource[EventSubscriptionSpec], scope: Scope) -> tuple[Operation, ...]:
        spec = resource.spec
        params = _settings(resource.name, spec)
        params |= {"SourceIds": tuple(dict.fromkeys(spec.sources))} if spec.sources else {}
        params |= {"EventCategories": spec.categories} if spec.categories else {}
        operation = Operation(
            service="rds",
            action="CreateEventSubscription",
            params={**params, "Tags": tagging.pairs(resource.tags)},
            summary=f"create event subscription {resource.name}",
            exports={"arn": "EventSubscription.EventSubscriptionArn", "name": "EventSubscription.CustSubscriptionId"},
            wait=_wait(resource.name, fail=(Condition("Status", _FAILED, _ITSELF),)),
            also=("rds:AddTagsToResource",),
        )
        return (operation,)

    def update(self, change: Change[EventSubscriptionSpec]) -> tuple[Operation, ...]:
        """Sources are added first: an empty list would mean all of them."""
        name, calls = change.live.name, []
        if {item.path for item in change.fields} - {"sources"}:
            calls.append(_modified(change))
        sources: tuple[tuple[str, str, tuple[Value, ...]], ...] = (
            ("AddSourceIdentifierToSubscription", "add source", change.added("sources")),
            ("RemoveSourceIdentifierFromSubscription", "remove source", change.removed("sources")),
        )
        for action, said, found in sources:
            calls.extend(_source(name, action, said, source, change.scope) for source in found)
        return tuple(calls)

    def delete(self, live: Live[EventSubscriptionSpec], scope: Scope) -> tuple[Operation, ...]:
        return (
            Operation(
                service="rds",
                action="DeleteEventSubscription",
                params={"SubscriptionName": live.name},
                summary=f"delete event subscription {live.name}",
                wait=_wait(live.name, gone=True),
                retry_on=(Retry("InvalidEventSubscriptionState"),),
                done_on=("SubscriptionNotFound",),
                destructive=True,
            ),
        )

    def tag(
        self,
        subject: Resource[EventSubscriptionSpec] | Live[EventSubscriptionSpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tagging.rds(_arn(scope, subject.name), add, remove)


# What is checked


def _verify_categories(reader: Reader, spec: EventSubscriptionSpec) -> Iterator[Complaint]:
    if not spec.categories:
        return
    reply = reader.call("rds", "DescribeEventCategories") or {}
    known = {item["SourceType"]: item["EventCategories"] for item in reply["EventCategoriesMapList"]}
    if spec.source_type not in known:  # a type that AWS does not list: the call itself has to tell
        return
    for index, category in enumerate(spec.categories):
        if category not in known[spec.source_type]:
            what = f"a {spec.source_type} has no events of category {category!r}"
            yield Complaint(("categories", index), what, f"use {', '.join(sorted(known[spec.source_type]))}")


def _verify_sources(reader: Reader, spec: EventSubscriptionSpec) -> Iterator[Complaint]:
    """Only what is written as a literal, of types whose lists are read anyway."""
    written = {index: source for index, source in enumerate(spec.sources) if isinstance(source, str)}
    if not written or spec.source_type not in _LISTS:
        return
    action, path = _LISTS[spec.source_type]
    root, _, key = path.partition("[].")
    reply = reader.call("rds", action) or {}
    known = {item[key].lower() for item in reply[root]}
    for index, source in written.items():
        if source.lower() not in known:
            yield Complaint(("sources", index), f"there is no {spec.source_type} {source}", "name an existing one")


# What is live


def _tags(reader: Reader, arn: str) -> dict[str, str]:
    reply = reader.call("rds", "ListTagsForResource", {"ResourceName": arn}) or {}
    return tagging.mapping(reply.get("TagList"))


def _found(item: Mapping[str, Any], tags: Mapping[str, str]) -> Found[EventSubscriptionSpec]:
    """Lists are absent when they are empty, and so is the type of one that listens to all types."""
    status = item.get("Status", "")
    note = _NOTES.get(status)
    return Found(
        name=item["CustSubscriptionId"],
        identity=item["CustSubscriptionId"].lower(),
        spec=EventSubscriptionSpec.model_construct(
            topic=item["SnsTopicArn"],
            source_type=item.get("SourceType", ""),
            categories=tuple(sorted(item.get("EventCategoriesList") or ())),
            sources=tuple(sorted(source.lower() for source in item.get("SourceIdsList") or ())),
            enabled=bool(item.get("Enabled")),
        ),
        exports={"name": item["CustSubscriptionId"], "arn": item["EventSubscriptionArn"]},
        tags=tags,
        facts={"notes": (note,) if note else ()},
        busy="" if status in (*_READY, *_FAILED) else status,
    )


# Calls


def _settings(name: str, spec: EventSubscriptionSpec) -> dict[str, Value]:
    return {
        "SubscriptionName": name,
        "SnsTopicArn": spec.topic,
        "SourceType": spec.source_type,
        "Enabled": spec.enabled,
    }


def _modified(change: Change[EventSubscriptionSpec]) -> Operation:
    """With everything that is in it: without a source type it would be about all types (AWS's API reference)."""
    spec = change.resource.spec
    params = _settings(change.live.name, spec)
    if spec.categories or "categories" in change:
        params["EventCategories"] = spec.categories
    until = (
        Condition("SnsTopicArn", (spec.topic,), "topic"),
        Condition("Enabled", (spec.enabled,), "enabled"),
    )
    return Operation(
        service="rds",
        action="ModifyEventSubscription",
        params=params,
        summary=f"change {change.names}",
        wait=_wait(change.live.name, *until),
    )


def _source(name: str, action: str, said: str, source: Value, scope: Scope) -> Operation:
    return Operation(
        service="rds",
        action=action,
        params={"SubscriptionName": name, "SourceIdentifier": source},
        summary=f"{said} {scope.resolve(source)}",
        wait=_wait(name),
    )


_ITSELF = "the subscription"


def _wait(name: str, *more: Condition, fail: tuple[Condition, ...] = (), gone: bool = False) -> Wait:
    """One poll of all subscriptions serves everyone who waits."""
    return Wait(
        service="rds",
        action="DescribeEventSubscriptions",
        params={},
        select=f"EventSubscriptionsList[?CustSubscriptionId=='{name.lower()}'] | [0]",
        until=() if gone else (Condition("Status", _READY, _ITSELF), *more),
        fail=fail,
        gone=gone,
    )


def _arn(scope: Scope, name: str) -> str:
    return scope.arn("rds", f"es:{name.lower()}")


KIND = EventSubscription()
