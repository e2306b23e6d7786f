"""What of an account an import takes: the databases that are asked for, and all that they use. It writes nothing.

Users, groups and roles stay outside unless they are asked for (`draft.principals`): specs name them as what stands
elsewhere. What belongs to another stack, what AWS keeps for itself and what is about to be gone is never taken, and is
named by its id as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from rds_secure import ownership, resources
from rds_secure.draft import principals
from rds_secure.fields import ResourceSpec, mapped, markers, values_of
from rds_secure.kind import Found, Kind, Live, Reader, Scope, Stateful, Wanted
from rds_secure.live import links
from rds_secure.values import Address, Ref, leaves, refs, transform

_AWS_S_OWN = re.compile(r"default([.:].+)?")
"""Groups that AWS makes by itself: they cannot be changed, or belong to a VPC."""

_NO_KEY = re.compile(r"[^a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which databases, and what else of RDS: those that match all that is given, or ``everything`` in the region.

    ``names`` are patterns such as ``orders-*``, of which one must match; ``tags`` must all be there. ``principals``:
    whether the roles that all this uses come along, and users, groups and roles of these names and tags.
    """

    names: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    vpc: str = ""
    everything: bool = False
    principals: bool = False

    def takes(self, name: str, tags: Mapping[str, str], vpcs: frozenset[str] = frozenset()) -> bool:
        """Whether an object is one of those asked for; ``vpcs`` are those that it stands in."""
        return self.everything or (
            (not self.names or any(fnmatchcase(name.lower(), pattern.lower()) for pattern in self.names))
            and self.tags.items() <= tags.items()
            and (not self.vpc or self.vpc in vpcs)
        )


def select(reader: Reader, scope: Scope, selection: Selection) -> tuple[Live[Any], ...]:
    """What is asked for and what that uses, by address, with references to each other."""
    kinds = [kind for kind in resources.KINDS if kind.imported]
    everything = Wanted(scope, frozenset(), {}, everything=True)
    keyed = _keyed(_free(reader, dict.fromkeys(kinds, everything)), scope)
    all_of_it = _linked(keyed)
    roots = {address for address, live in all_of_it.items() if _is_root(live, all_of_it, selection)}
    taken = _with_what_they_use(roots, all_of_it)
    taken |= {address for address, live in all_of_it.items() if _is_about(live, taken, selection)}
    if selection.principals:
        people = _people(reader, scope, selection, [all_of_it[address] for address in taken])
        keyed |= people
        taken |= people.keys()
        taken |= principals.held_by(taken, _linked(keyed))
    return tuple(principals.at_home(_linked({address: keyed[address] for address in sorted(taken)})).values())


def _free(reader: Reader, wanted: Mapping[Kind[Any], Wanted]) -> list[tuple[Kind[Any], Found[Any]]]:
    """What can become the stack's of these kinds, in a fixed order."""
    read = reader.each(lambda item: list(item[0].read(reader, item[1])), wanted.items())
    return [
        (kind, found)
        for (kind, asked), items in zip(wanted.items(), read, strict=True)
        for found in sorted(items, key=lambda found: (found.name, found.identity))
        if _is_free(found, asked.scope)
    ]


def _people(
    reader: Reader, scope: Scope, selection: Selection, users: Iterable[Live[Any]]
) -> dict[Address, Found[Any]]:
    """The roles that ``users`` have, and the users, groups and roles that are asked for by name or tag."""

    def takes(name: str, tags: Mapping[str, str]) -> bool:
        return bool(selection.names or selection.tags) and replace(selection, vpc="").takes(name, tags)

    names = principals.asked_for(reader, selection.names, takes, principals.used(users))
    wanted = {resources.kind(name): Wanted(scope, found, {}) for name, found in names.items() if found}
    read = [(kind, found) for kind, found in _free(reader, wanted) if found.identity in names[kind.name]]
    return _keyed([(kind, found) for kind, found in read if not principals.is_aws_s_own(found)], scope)


def _is_free(found: Found[Any], scope: Scope) -> bool:
    """Whether it can become the stack's, or is it already. A copy is nobody's, whatever tags it carries (RDS-18)."""
    owner = found.owned_by_path or ownership.owner(found.tags)
    owned = owner is not None and owner.name.lower() == found.name.lower() and owner.stack != scope.stack
    return not (owned or found.blocked or _AWS_S_OWN.fullmatch(found.name))


def _keyed(there: Iterable[tuple[Kind[Any], Found[Any]]], scope: Scope) -> dict[Address, Found[Any]]:
    """Every object under an address: the one it has in the stack already, else one that follows from its name."""
    keyed: dict[Address, Found[Any]] = {}
    rest = []
    for kind, found in there:
        owner = found.owned_by_path or ownership.owner(found.tags)
        ours = owner is not None and owner.stack == scope.stack and owner.name.lower() == found.name.lower()
        if ours and owner and owner.address not in keyed and "~" not in owner.address.name:
            keyed[owner.address] = found
        else:
            rest.append((kind, found))
    for kind, found in rest:
        address = next(address for address in _addresses(kind, found, scope) if address not in keyed)
        keyed[address] = found
    return keyed


def _addresses(kind: Kind[Any], found: Found[Any], scope: Scope) -> Iterator[Address]:
    """Addresses for an object, the best one first: one from which its AWS name follows by itself."""
    name = _NO_KEY.sub("-", found.name.removeprefix("alias/").removeprefix(f"{scope.stack}/").lower()).strip("-")
    name = name or found.exports.get("id", "")[:8]
    key = (name if name[:1].isalpha() else f"{kind.name.rpartition('_')[2]}-{name}")[:60].rstrip("-")
    if kind.versioned:
        shorter = [key[:end] for end in range(len(key) - 1, 0, -1) if key[end] == "-"]
        yield from (
            Address(kind.name, short)
            for short in shorter
            if kind.aws_name(scope.stack, short, found.spec.model_copy(update={"name": None})) == found.name
        )
    yield Address(kind.name, key)
    number = 2
    while True:
        yield Address(kind.name, f"{key}-{number}")
        number += 1


def _linked(keyed: Mapping[Address, Found[Any]]) -> dict[Address, Live[Any]]:
    """The objects with references to each other in the place of ids, as the spec of a stack has them."""
    known = {
        Ref(address, attribute): value for address, found in keyed.items() for attribute, value in found.exports.items()
    }
    link = links.by_value(known)
    arns = {value: ref for ref, value in known.items() if ref.attribute == "arn"}

    def linked(address: Address, spec: ResourceSpec) -> ResourceSpec:
        """Documents name things by their ARNs, whatever kind they are of; themselves too, before they exist."""

        def named(leaf: Any) -> Any:
            ref = arns.get(leaf)
            return leaf if ref is None or ref.target == address else ref

        found = mapped(spec, link)
        documents = (name for name, marker in markers(type(spec)).items() if marker.document)
        return found.model_copy(update={name: transform(getattr(found, name), named) for name in documents})

    return {address: Live(address, found, linked(address, found.spec)) for address, found in keyed.items()}


def _uses(live: Live[Any]) -> set[Address]:
    return {ref.target for ref in refs(values_of(live.spec))} - {live.address}


def _is_root(live: Live[Any], there: Mapping[Address, Live[Any]], selection: Selection) -> bool:
    """Whether it is asked for by itself: databases always, other things of RDS by name, by tag or as part of all."""
    kind = resources.kind(live.address.kind)
    if kind.services[0] != "rds" or kind.stateful is Stateful.KEY:
        return False
    if kind.stateful is not Stateful.DATA and selection.vpc and not (selection.names or selection.tags):
        return False
    near = [live, *(there[address] for address in _uses(live))]
    vpcs = frozenset(one.exports["vpc"] for one in near if "vpc" in one.exports)
    return selection.takes(live.found.name, live.found.tags, vpcs)


def _with_what_they_use(roots: Iterable[Address], there: Mapping[Address, Live[Any]]) -> set[Address]:
    taken: set[Address] = set()
    waiting = list(roots)
    while waiting:
        address = waiting.pop()
        if address not in taken:
            taken.add(address)
            waiting.extend(_uses(there[address]))
    return taken


def _is_about(live: Live[Any], taken: set[Address], selection: Selection) -> bool:
    """Whether it is a policy that names what is taken; or, where everything is, one with actions of RDS."""
    if resources.kind(live.address.kind).services != ("iam",):
        return False
    names_one = any(address.kind.startswith("db_") for address in _uses(live) & taken)
    actions = (leaf for _, leaf in leaves(values_of(live.spec)) if isinstance(leaf, str))
    return names_one or (selection.everything and any(leaf.startswith(("rds:", "rds-db:")) for leaf in actions))
