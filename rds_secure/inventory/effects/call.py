"""A call whose effect is to be told, and what names the things that it makes before AWS has. It changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from rds_secure import tagging
from rds_secure.inventory.ledger import Ledger
from rds_secure.inventory.model import Place, Reply
from rds_secure.values import Address, Lookup, Ref


def placeholder(what: Ref | Lookup) -> str:
    """What stands for a value that only AWS knows: ``<kms_key.orders>`` for an id, ``<vpc tag:Name=main>``.

    Never ``${…}``, which policies would read as one of their variables.
    """
    if isinstance(what, Lookup):
        match = " ".join(f"{key}={_bare(value)}" for key, value in what.match)
        return f"<{what.what} {match}>"
    return f"<{what.target}>" if what.attribute == "id" else f"<{what.target}.{what.attribute}>"


def _bare(value: str | Lookup) -> str:
    return value if isinstance(value, str) else placeholder(value).strip("<>")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a plan: its parameters with every reference filled in, and the resource that it is for.

    ``handed``: the attribute under which the step hands its id on, where it makes something beside the resource.
    """

    service: str
    action: str
    params: Mapping[str, Any]
    address: Address
    place: Place
    handed: str = ""

    def __getitem__(self, name: str) -> Any:
        return self.params[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter that may be left out."""
        return self.params.get(name, default)

    def token(self, attribute: str = "id") -> str:
        """What stands for something of the new thing that AWS chooses."""
        return placeholder(Ref(self.address, self.handed or attribute))

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """An ARN of the account."""
        place = self.place
        return f"arn:{place.partition}:{service}:{place.region if regional else ''}:{place.account}:{resource}"

    @property
    def tags(self) -> list[dict[str, str]]:
        """The tags that it sets, in the form that most services describe them in."""
        return [dict(tag) for tag in self.params.get("Tags") or ()]


Effect: TypeAlias = Callable[[Ledger, Call], Reply]
"""Changes the replies as AWS would; its own reply has what the operation may export."""


def document(text: str) -> Any:
    """A policy document as botocore decodes it; the text, should it be none."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def tagged(tags: Sequence[Mapping[str, str]], added: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Tags with others set."""
    return [{"Key": key, "Value": value} for key, value in tagging.mapping((*tags, *added)).items()]


def untagged(tags: Sequence[Mapping[str, str]], keys: Sequence[str]) -> list[dict[str, str]]:
    """Tags without some."""
    return [dict(tag) for tag in tags if tag["Key"] not in keys]
