"""The inventory of an account: what AWS answered to which question, as plain replies. It asks nothing.

Replies have the shapes of botocore's service models, all pages joined. A question without a reply was not answered, and
what depends on it is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Reply: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """A read call. ``subject``: what it is asked of (a key, a parameter group), "" where it lists all there are."""

    service: str
    action: str
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.service}:{self.action}{f' of {self.subject}' if self.subject else ''}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an inventory is of."""

    account: str
    region: str
    partition: str = "aws"


@dataclass(frozen=True, slots=True)
class Inventory:
    """What is known of one account and Region.

    ``replies``: {} for what was asked of something that is not there. ``unread``: questions that were asked and not
    answered, and why (AWS's error code). ``partial``: it was made of a spec alone, so that what is in no reply may be
    there all the same.
    """

    place: Place
    replies: Mapping[Question, Reply] = field(default_factory=dict)
    unread: Mapping[Question, str] = field(default_factory=dict)
    partial: bool = False

    def reply(self, service: str, action: str, subject: str = "") -> Reply | None:
        """The reply to a question; None if it was not answered."""
        return self.replies.get(Question(service, action, subject))

    def bulk(self, service: str) -> dict[str, Reply]:
        """Action → reply, of what lists all there are."""
        return {
            question.action: reply
            for question, reply in self.replies.items()
            if question.service == service and not question.subject
        }

    def each(self, service: str, action: str) -> dict[str, Reply]:
        """Subject → reply, of one action."""
        return {
            question.subject: reply
            for question, reply in self.replies.items()
            if (question.service, question.action) == (service, action) and question.subject
        }

    def items(self, service: str, action: str, key: str) -> tuple[Reply, ...]:
        """What a listing lists below ``key``; () where it was not read: ask `reply` where that makes a difference."""
        return tuple((self.reply(service, action) or {}).get(key, ()))
