"""An inventory with other names: every answer is the same up to them, or unknown. It reads and asks nothing.

Names, account ids and ids become others by a key that nobody keeps; AWS's own words, addresses, numbers, moments and
structure stay. What people wrote as descriptions goes. Who knows the account may still recognise it by its shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rds_secure.inventory.model import Inventory, Place, Question, Reply
from rds_secure.inventory.redaction import fields
from rds_secure.inventory.redaction.names import Renamer
from rds_secure.inventory.redaction.own import is_open, is_own, own_words
from rds_secure.inventory.redaction.policy import UNREADABLE
from rds_secure.inventory.redaction.policy import redacted as document

__all__ = ["Renamer", "redact", "renamer_for"]

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SETTING = re.compile(
    r"on|off|true|false|yes|no|(en|dis)abled|required|requested|accepted|rejected|tlsv\d(\.\d)?",
    re.IGNORECASE,
)
"""Values that settings have whatever AWS says that it offers."""

_AWS_SOURCES = ("engine-default", "system")


def renamer_for(inventory: Inventory, key: bytes) -> Renamer:
    """The renamer of an inventory: what AWS's own policies name stays."""
    return Renamer(key, *own_words(inventory.replies.values()))


def redact(inventory: Inventory, renamer: Renamer) -> Inventory:
    """The inventory with other names. What was unread stays so; a policy that cannot be renamed becomes unread."""
    place = inventory.place
    return replace(
        inventory,
        place=Place(renamer.text(place.account), place.region, place.partition),
        replies={_question(asked, renamer): _reply(reply, renamer) for asked, reply in inventory.replies.items()},
        unread={_question(asked, renamer): code for asked, code in inventory.unread.items()},
    )


def _question(asked: Question, renamer: Renamer) -> Question:
    return replace(asked, subject=renamer.text(asked.subject))


def _reply(reply: Reply, renamer: Renamer) -> Reply:
    return _Walk(renamer).mapping(reply, ())


class _Walk:
    """Goes through a reply; ``path`` are the fields above."""

    def __init__(self, renamer: Renamer) -> None:
        self._renamer = renamer

    def mapping(self, value: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
        if path and path[-1] in fields.MAPS and value.keys() != {"Key", "Value"}:  # which is one tag of a list
            return {self._renamer.text(key): self._value(item, (*path, "")) for key, item in value.items()}
        if is_own(value.get("Arn")) and "PolicyVersionList" in value:
            return self._own_policy(value, path)
        if "ParameterValue" in value:
            value, kept = _split(value, "ParameterValue")
            return {**self._members(value, path), "ParameterValue": self._setting(value, kept)}
        if path and path[-1] == "OptionSettings" and "Value" in value:
            value, kept = _split(value, "Value")
            return {**self._members(value, path), "Value": self._setting(value, kept)}
        return self._members(value, path)

    def _members(self, value: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
        return {
            name: self._value(item, (*path, name))
            for name, item in value.items()
            if name not in fields.DROPPED and not (name == "Description" and fields.DESCRIBED not in path)
        }

    def _value(self, value: Any, path: tuple[str, ...]) -> Any:
        name = path[-1]
        if name in fields.DOCUMENTS and (
            isinstance(value, str) or (isinstance(value, Mapping) and "Statement" in value)
        ):
            return document(value, self._renamer)
        if isinstance(value, Mapping):
            return self.mapping(value, path)
        if isinstance(value, list | tuple):
            return [self._value(item, path) for item in value]
        if isinstance(value, bytes):
            return b""
        return self._text(value, path) if isinstance(value, str) else value

    def _text(self, text: str, path: tuple[str, ...]) -> str:
        name, above = path[-1], path[-2] if len(path) > 1 else ""
        if name in fields.KEPT or (name == "Name" and above in fields.NAMED_BY_AWS):
            return text
        return self._renamer.tag_key(text) if name in ("Key", "TagKey") else self._renamer.text(text)

    def _own_policy(self, policy: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
        """A policy of AWS's: its documents stay, unless they would let names of the account stay."""
        versions = [
            {**version, "Document": UNREADABLE} if is_open(version.get("Document")) else dict(version)
            for version in policy["PolicyVersionList"]
            if version.get("IsDefaultVersion")
        ]
        left, _ = _split(policy, "PolicyVersionList")
        return {**self._members(left, path), "PolicyVersionList": versions}

    def _setting(self, setting: Mapping[str, Any], value: Any) -> Any:
        """A value stays if it is AWS's, a number, or one of those that AWS offers."""
        if not isinstance(value, str) or setting.get("Source") in _AWS_SOURCES:
            return value
        offered = {word.strip() for word in str(setting.get("AllowedValues") or "").split(",")}
        pieces = (piece.strip() for piece in value.split(","))
        fits = all(piece in offered or _NUMBER.fullmatch(piece) or _SETTING.fullmatch(piece) for piece in pieces)
        return value if fits or value == setting.get("DefaultValue") else self._renamer.text(value)


def _split(value: Mapping[str, Any], name: str) -> tuple[dict[str, Any], Any]:
    """The mapping without a member, and the member."""
    return {key: item for key, item in value.items() if key != name}, value[name]
