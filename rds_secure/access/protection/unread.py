"""Why something is not known: which question was not answered, and how AWS put it. It looks nothing up itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from rds_secure.access.protection.model import Unknown
from rds_secure.inventory.model import Inventory, Question, Reply

T = TypeVar("T")


def ask(inventory: Inventory, service: str, action: str, subject: str = "") -> Reply | Unknown:
    """The reply to a question, or why there is none; {} too where there is no such thing."""
    question = Question(service, action, subject)
    if (reply := inventory.replies.get(question)) is not None:
        return reply
    code = inventory.unread.get(question)
    if code is None:
        code = "the spec alone does not tell" if inventory.partial else "it was not asked"
    return Unknown(f"{question}: {code}")


def told(item: Mapping[str, Any], key: str, of_type: type[T]) -> T | Unknown:
    """A value of a reply, or that it does not say it."""
    value = item.get(key)
    return value if isinstance(value, of_type) else Unknown(f"{key} is not told")


def moment(item: Mapping[str, Any], key: str) -> datetime | Unknown:
    """A moment of a reply, also one that was recorded as text."""
    value = item.get(key)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return Unknown(f"{key} is no time")
    return value if isinstance(value, datetime) else Unknown(f"{key} is not told")
