"""What calls of RDS leave of event subscriptions: who is told of which events."""

from __future__ import annotations

from collections.abc import Mapping

from rds_secure.inventory.effects.call import Call, Effect
from rds_secure.inventory.effects.rds import Item
from rds_secure.inventory.ledger import Ledger, Listing
from rds_secure.inventory.model import Reply

SUBSCRIPTIONS = Listing("rds", "DescribeEventSubscriptions", "EventSubscriptionsList", "CustSubscriptionId")


def _told(item: Item, call: Call) -> Item:
    """With what a call sets; where it names no type of source, it is about all types (RDS API, SourceType)."""
    item.pop("SourceType", None)
    item.update({name: call[name] for name in ("SourceType", "SnsTopicArn", "Enabled") if name in call.params})
    if "EventCategories" in call.params:
        item["EventCategoriesList"] = sorted(call["EventCategories"])
    return item


def _made(ledger: Ledger, call: Call) -> Reply:
    name = call["SubscriptionName"].lower()
    item: Item = {
        "CustomerAwsId": call.place.account,
        "CustSubscriptionId": name,
        "EventSubscriptionArn": call.arn("rds", f"es:{name}"),
        "Status": "active",
        "SourceIdsList": sorted(source.lower() for source in call.get("SourceIds") or ()),
        "EventCategoriesList": [],
        "Enabled": True,
    }
    ledger.add(SUBSCRIPTIONS, _told(item, call))
    return {"EventSubscription": item}


def _changed(ledger: Ledger, call: Call) -> Reply:
    return {"EventSubscription": _told(_named(ledger, call), call)}


def _gone(ledger: Ledger, call: Call) -> Reply:
    ledger.drop(SUBSCRIPTIONS, call["SubscriptionName"])
    return {}


def _added(ledger: Ledger, call: Call) -> Reply:
    item, source = _named(ledger, call), call["SourceIdentifier"].lower()
    item["SourceIdsList"] = sorted({*item.get("SourceIdsList", ()), source})
    return {"EventSubscription": item}


def _removed(ledger: Ledger, call: Call) -> Reply:
    item, source = _named(ledger, call), call["SourceIdentifier"].lower()
    item["SourceIdsList"] = [each for each in item.get("SourceIdsList", ()) if each != source]
    return {"EventSubscription": item}


def _named(ledger: Ledger, call: Call) -> Item:
    return ledger.edit(SUBSCRIPTIONS, call["SubscriptionName"]) or {}


EFFECTS: Mapping[str, Effect] = {
    "CreateEventSubscription": _made,
    "ModifyEventSubscription": _changed,
    "DeleteEventSubscription": _gone,
    "AddSourceIdentifierToSubscription": _added,
    "RemoveSourceIdentifierFromSubscription": _removed,
}
