"""What is not known, and what that means for an answer: reads that were not answered, and what no API tells. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rds_secure.inventory import Inventory


@dataclass(frozen=True)
class Unknown:
    """Reads that were not answered: which (``kms:GetKeyPolicy``), how often, AWS's error code, and what is unknown."""

    call: str
    times: int
    code: str
    what: str

    @property
    def narrows(self) -> bool:
        """Whether more may be allowed than is told; policies of the organization only take away."""
        return not self.call.startswith("organizations:")


_MEANING: Mapping[str, str] = {
    "iam:GetAccountAuthorizationDetails": "users, roles and their policies, and so who may do anything",
    "organizations": "the policies of the organization, which are taken to allow everything",
    "rds:DescribeDBInstances": "the instances, so that only what holds for any database is told",
    "rds:DescribeDBClusters": "the clusters, so that only what holds for any database is told",
    "kms:GetKeyPolicy": "policies of keys",
    "kms:ListGrants": "grants of keys",
    "kms:ListResourceTags": "tags of keys, where policies go by them",
    "kms:ListAliases": "aliases of keys, where policies go by them",
    "secretsmanager:DescribeSecret": "tags of secrets, where policies go by them",
    "secretsmanager:GetResourcePolicy": "policies of secrets",
}
"""Calls (or services) that bear on who may do what → what is unknown without them; the first ones matter most."""

BEYOND = (
    "Accounts and rights inside the databases; what other accounts let their own people do; snapshots that are shared "
    "or copied elsewhere; who can log in to the hosts, functions and pipelines that run as a role. No API of AWS tells."
)
"""What is in no answer about who may do what."""


def who_unknown(inventory: Inventory, *, organization: bool = True) -> tuple[Unknown, ...]:
    """What is not known about who may do what, the worst first.

    ``organization``: whether the policies of the organization are to come from the inventory, and not from a file.
    """
    found: dict[tuple[str, str, str], int] = {}
    for question, code in sorted(inventory.unread.items()):
        call = f"{question.service}:{question.action}"
        if question.service == "organizations" and not organization:
            continue
        if meaning := _MEANING.get(call) or _MEANING.get(question.service):
            key = (meaning, call, code)
            found[key] = found.get(key, 0) + 1
    listed = [Unknown(call, times, code, meaning) for (meaning, call, code), times in found.items()]
    order = list(_MEANING.values())
    return tuple(sorted(listed, key=lambda item: (order.index(item.what), item.call)))


def sentences(unknown: Iterable[Unknown], *, partial: bool) -> Iterator[str]:
    """The same as sentences; ``partial``: as of an inventory."""
    if partial:
        yield "what is not in the spec: identities, policies and databases that it does not declare"
    for item in unknown:
        times = f", {item.times} times" if item.times > 1 else ""
        yield f"{item.what} ({item.call}: {item.code}{times})"
