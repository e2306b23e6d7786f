"""The account once nothing waits for a maintenance window any more: what rules judge a plan by.

Otherwise a change that AWS puts aside would break no rule when it is planned, and one when nobody looks. Pure.
"""

from __future__ import annotations

from rds_secure.inventory.effects import EFFECTS, Call
from rds_secure.inventory.effects.rds import CLUSTERS, INSTANCES
from rds_secure.inventory.ledger import Ledger
from rds_secure.inventory.model import Inventory, Reply
from rds_secure.values import Address


def settled(inventory: Inventory) -> Inventory:
    """An inventory in which all that databases have parked is in effect; the same one where nothing is parked."""
    ledger = Ledger(inventory)
    waiting = [
        (listing, item[listing.name])
        for listing in (INSTANCES, CLUSTERS)
        for item in ledger.items(listing)
        if _waits(item)
    ]
    for listing, name in waiting:
        action = "ModifyDBInstance" if listing is INSTANCES else "ModifyDBCluster"
        address = Address("db_instance" if listing is INSTANCES else "db_cluster", name)
        params = {listing.name: name, "ApplyImmediately": True}
        EFFECTS["rds", action](ledger, Call("rds", action, params, address, ledger.place))
    return ledger.inventory() if waiting else inventory


def _waits(item: Reply) -> bool:
    options = (each.get("Status") for each in item.get("OptionGroupMemberships", ()))
    return bool(item.get("PendingModifiedValues")) or "pending-maintenance-apply" in options
