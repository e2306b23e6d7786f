"""Which users, groups and roles an import takes along, and their policies. It reads lists; it writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from rds_secure import resources, tagging
from rds_secure.fields import Reference, mapped, values_of
from rds_secure.iam import principals
from rds_secure.iam.principals import What
from rds_secure.kind import Found, Live, Reader
from rds_secure.values import Address, Ref, leaves

_ROLE: Final = "iam_role"
_POLICY: Final = "iam_policy"

_KINDS: Final[Mapping[str, What]] = {"iam_user": "User", "iam_group": "Group", _ROLE: "Role"}

_AWS_S_OWN: Final = "/aws-"
"""How the paths begin of roles that AWS services and Identity Center make for themselves (IAM-9)."""


def asked_for(
    reader: Reader, names: Iterable[str], takes: Callable[[str, Mapping[str, str]], bool], roles: frozenset[str]
) -> dict[str, frozenset[str]]:
    """Kind → the names, without case, of those that ``takes(name, tags)`` accepts, and of these ``roles`` anyway.

    A group only if one of ``names`` is its own, written in full: adopting it changes its ARN (meaning §4).
    """
    in_full = {name.lower() for name in names}
    found = {}
    for kind, what in _KINDS.items():
        taken = (
            detail[f"{what}Name"].lower()
            for detail in principals.listed(reader, what)
            if takes(detail[f"{what}Name"], tagging.mapping(detail.get("Tags")))
        )
        found[kind] = frozenset(name for name in taken if what != "Group" or name in in_full)
    return found | {_ROLE: found[_ROLE] | roles}


def used(lives: Iterable[Live[Any]]) -> frozenset[str]:
    """The names, without case, of the roles that databases and the like have; not of those that keys name."""
    return frozenset(
        role.rpartition("/")[2].lower()
        for live in lives
        if resources.kind(live.address.kind).services[0] == "rds"
        for role in _roles(live)
    )


def is_aws_s_own(found: Found[Any]) -> bool:
    """Whether nobody but AWS may change it: a service-linked role, or one of Identity Center."""
    return str(getattr(found.spec, "path", "")).startswith(_AWS_S_OWN)


def held_by(taken: set[Address], there: Mapping[Address, Live[Any]]) -> set[Address]:
    """The policies that nobody holds but users, groups and roles of ``taken``."""
    return {
        address
        for address, live in there.items()
        if address.kind == _POLICY and (holders := list(_holders(live))) and taken.issuperset(holders)
    }


def at_home(lives: Mapping[Address, Live[Any]]) -> dict[Address, Live[Any]]:
    """The same, without the attachments whose home is a policy among them (meaning §3)."""
    homes = {live.exports["arn"] for address, live in lives.items() if address.kind == _POLICY}

    def settled(live: Live[Any]) -> Live[Any]:
        if live.address.kind not in _KINDS:
            return live
        policies = tuple(arn for arn in live.spec.policies if arn not in homes)
        return replace(live, spec=live.spec.model_copy(update={"policies": policies}))

    return {address: settled(live) for address, live in lives.items()}


def _roles(live: Live[Any]) -> list[str]:
    """The names and ARNs that stand in fields for a role."""
    found = []

    def note(value: Any, marker: Reference | None, many: bool) -> Any:
        if marker is not None and marker.kinds == (_ROLE,) and isinstance(value, str):
            found.extend([value] if marker.attribute == "name" or ":role/" in value else [])
        return value

    mapped(live.spec, note)
    return found


def _holders(live: Live[Any]) -> Iterator[Address | None]:
    """Whom a policy is attached to; None for each that has no address."""
    for _, name in leaves(values_of(live.spec.attach_to)):
        yield name.target if isinstance(name, Ref) else None
