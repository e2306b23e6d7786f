"""Calls made on replies, for the tests of what they leave. It judges nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rds_secure.inventory import Inventory, Place, Question
from rds_secure.inventory.effects import EFFECTS, Call
from rds_secure.inventory.ledger import Ledger, Listing
from rds_secure.values import Address

PLACE = Place("123456789012", "eu-west-1")


class Replies:
    """Replies that calls change. ``made`` are things by where they are listed; what is not among it was not read."""

    def __init__(
        self, made: Mapping[Listing, list[dict[str, Any]]], more: Mapping[Question, Any] | None = None
    ) -> None:
        replies: dict[Question, dict[str, Any]] = dict(more or {})
        for listing, items in made.items():
            replies[listing.question] = {**replies.get(listing.question, {}), listing.key: items}
        self.ledger = Ledger(Inventory(PLACE, replies))

    def call(self, service: str, action: str, address: str = "kind.subject", /, **params: Any) -> Mapping[str, Any]:
        """Let a call take effect; its reply."""
        call = Call(service, action, params, Address.parse(address), PLACE)
        return EFFECTS[service, action](self.ledger, call)

    def listed(self, listing: Listing, name: str) -> Any:
        """One thing as it is by then; None where it is not listed."""
        return self.ledger.look(listing, name)

    def reply(self, service: str, action: str, subject: str) -> Any:
        """The reply to a question by then; None where it was not answered."""
        return self.ledger.inventory().reply(service, action, subject)
