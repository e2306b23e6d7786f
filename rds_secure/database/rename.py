"""Another name for a database or a cluster that exists, in place: its calls, and what is in the way. It calls nothing.

While that goes on, the tag with the address holds the resource id where it holds the name otherwise. A rename keeps
that id (RDS-30), and nothing that AWS copies the tags to has it (RDS-18): so any later plan knows which one it is by
whichever name, and makes nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from rds_secure import ownership, tagging
from rds_secure.database import checks
from rds_secure.fields import ResourceSpec
from rds_secure.kind import Change, FieldChange, Found, Renaming, Wanted
from rds_secure.operation import Condition, Operation, Retry, Wait
from rds_secure.values import Address

S = TypeVar("S", bound=ResourceSpec)

RENAMING = "renaming"
"""The status of what gets another name (user guide), by which it is not listed yet."""

GOING, HOLDERS = "renaming_to", "holders"
"""Facts: the name that AWS is about to give it, or has parked; and what keeps it from having another one."""

_LEAVING = frozenset({"name", "arn", "endpoint", "reader"})
"""Exports that come of the name."""

_PARKED_NAME = "db_instance_identifier"
"""How a name that is parked, or on its way, reads among what is."""

_BUSY = (Retry("InvalidDBInstanceState"), Retry("InvalidDBClusterStateFault"))
"""Both calls may meet either: a member does not change while its cluster does, nor a cluster while a member does."""

_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Sort:
    """What differs between databases and clusters.

    ``said`` in a sentence; ``action`` and the parameters ``named`` and ``new`` rename it; ``reads`` shows whether it is
    done, where ``resource_id`` tells which one it is; ``taken`` and ``gone`` are codes of errors.
    ``outage``: what clients feel.
    """

    said: str
    action: str
    named: str
    new: str
    reads: str
    resource_id: str
    taken: str
    gone: str
    outage: str


INSTANCE = Sort(
    said="database",
    action="ModifyDBInstance",
    named="DBInstanceIdentifier",
    new="NewDBInstanceIdentifier",
    reads="DescribeDBInstances",
    resource_id="DbiResourceId",
    taken="DBInstanceAlreadyExists",
    gone="DBInstanceNotFound",
    outage="it is restarted, and cannot be reached until the new host name is in effect, after some 10 minutes",
)
CLUSTER = Sort(
    said="cluster",
    action="ModifyDBCluster",
    named="DBClusterIdentifier",
    new="NewDBClusterIdentifier",
    reads="DescribeDBClusters",
    resource_id="DbClusterResourceId",
    taken="DBClusterAlreadyExistsFault",
    gone="DBClusterNotFoundFault",
    outage="it cannot be reached until the new host names are in effect, after some minutes; its instances keep theirs",
)


# What is live


def known_again(found: Found[S]) -> Found[S]:
    """The same; if it is in the middle of a rename, as what belongs to its address by the name that it has."""
    owner = ownership.owner(found.tags)
    if owner is None or not _is_marked(found, owner):
        return found
    return replace(found, owned_by_path=ownership.Owner(owner.stack, owner.address, found.name))


def asked(kind: str, found: Found[Any], wanted: Wanted) -> bool:
    """Whether what is declared has another name than what was found for it."""
    owner = found.owned_by_path or ownership.owner(found.tags)
    if owner is None or owner.stack != wanted.scope.stack or owner.name.lower() != found.name.lower():
        return False
    resource = wanted.declared.get(Address(kind, owner.address.name)) if owner.address.kind == kind else None
    return resource is not None and resource.name.lower() != found.name.lower()


def about_to(found: Found[S], holders: Iterable[str]) -> Found[S]:
    """The same, which is to have another name; ``holders`` keep it from that."""
    pending = {path: value for path, value in found.pending.items() if path != _PARKED_NAME}
    leaving = _LEAVING & found.exports.keys()
    return replace(found, leaving=leaving, pending=pending, facts={**found.facts, HOLDERS: tuple(holders)})


def is_marked(described: Mapping[str, Any], address: Address, stack: str) -> bool:
    """Whether something of an instance has its tags, and is of one of this address in the middle of a rename."""
    owner, resource_id = ownership.owner(tagging.mapping(described.get("TagList"))), described.get("DbiResourceId")
    return owner == ownership.Owner(stack, address, str(resource_id))


def _is_marked(found: Found[Any], owner: ownership.Owner) -> bool:
    return bool(owner.name) and owner.name == found.exports.get("resource_id")


# What is to be done


def renaming(
    change: Change[S], sort: Sort, ready: Wait, *, after: tuple[Address, ...] = (), also: tuple[str, ...] = ()
) -> Renaming | None:
    """All of it, or what is left; None where it has its name.

    ``ready``: the wait for it to be in use, by its new name. ``after`` and ``also``: as `Operation` has them.
    """
    live, resource = change.live, change.resource
    owner = ownership.owner(live.found.tags)
    begun = owner is not None and _is_marked(live.found, owner)
    is_named = live.name.lower() == resource.name.lower()
    if is_named and not begun:
        return None
    if obstacles := (*_on_its_way(change), *(() if is_named else _obstacles(change))):
        return Renaming(obstacles=obstacles)
    if is_named:
        return Renaming(operations=(_look(change, sort, ready),), notes=("this finishes a rename that was begun",))
    operations = [] if begun else list(_marked(change, sort))
    if live.found.busy != RENAMING:
        operations.append(replace(_call(change, sort), after=after, also=also))
    operations.append(_look(change, sort, ready))
    shown = FieldChange("name", old=live.name, new=resource.name.lower(), when="now", note="renamed in place")
    return Renaming((shown,), tuple(operations), tuple(_notes(change, sort)))


def _marked(change: Change[Any], sort: Sort) -> Iterator[Operation]:
    """The mark; and a look at whose name it is, for the next call goes by that, and could rename somebody else's."""
    live = change.live
    mark = ownership.where(change.resource.address, live.exports["resource_id"])
    still = Wait(
        service="rds",
        action=sort.reads,
        params={},
        select=f"{sort.reads.removeprefix('Describe')}[?{sort.named}=='{live.name.lower()}'] | [0]",
        until=(_is_it(change, sort),),
        timeout=2 * _MINUTES,
        interval=15,
    )
    for operation in tagging.rds(live.exports["arn"], {ownership.ADDRESS: mark}, ()):
        yield replace(operation, summary=f"mark {live.name} as what gets another name", wait=still)


def _call(change: Change[Any], sort: Sort) -> Operation:
    old, new = change.live.name, change.resource.name
    return Operation(
        service="rds",
        action=sort.action,
        # Else it would wait for the window, and with it the name that everything else is given now.
        params={sort.named: old, sort.new: new, "ApplyImmediately": True},
        summary=f"rename {sort.said} {old} to {new}",
        retry_on=(*_BUSY, Retry(sort.taken)),  # while it goes on, both names are taken: its own is meant
        done_on=(sort.gone,),  # it has the other name already, which the next step sees
        restarts=True,
    )


def _look(change: Change[Any], sort: Sort, ready: Wait) -> Operation:
    """A step that changes nothing, and ends when the very same one is there by the new name; until then nothing is."""
    return Operation(
        service="rds",
        action=sort.reads,
        params={},
        summary=f"wait until it is called {change.resource.name}, and available",
        wait=replace(ready, until=(_is_it(change, sort), *ready.until), timeout=60 * _MINUTES),
    )


def _is_it(change: Change[Any], sort: Sort) -> Condition:
    return Condition(sort.resource_id, (change.live.exports["resource_id"],), "its resource id")


def _on_its_way(change: Change[Any]) -> Iterator[tuple[str, str]]:
    going = str(change.live.facts.get(GOING, "")).lower()
    if change.live.found.busy == RENAMING and going not in ("", change.resource.name.lower()):
        yield f"{change.resource.address} gets the name {going} just now", "apply again when it has it"


def _obstacles(change: Change[Any]) -> Iterator[tuple[str, str]]:
    live, address = change.live, change.resource.address
    keep = f"write 'name: {live.name}'"
    for holder in live.facts.get(HOLDERS, ()):
        yield f"{address} cannot be renamed: {holder}", f"{keep}; or do without that first, in an apply of its own"
    if live.facts.get("status") == "stopped":
        yield f"{address} cannot be renamed as things are", checks.STOPPED
    waiting = sorted({item.path for item in change.fields if item.when == "window"})
    if waiting:
        said = f"{' and '.join(waiting)} would wait for the window, and a rename makes at once all that waits (RDS-2)"
        fix = f"write when: now; or {keep} until these changes are made"
        yield f"{address} cannot be renamed together with its other changes: {said}", fix


def _notes(change: Change[Any], sort: Sort) -> Iterator[str]:
    live = change.live
    old = live.exports.get("endpoint", "")
    yield (
        f"its endpoint and its ARN change with its name: AWS takes the host name {old or 'it has'} away at once, and "
        "every connection breaks; clients, and DNS names of your own, have to follow"
    )
    yield sort.outage
    yield (
        f"what is in this stack and refers to it follows; policies, alarms and dashboards elsewhere that name "
        f"{live.exports['arn']} have to be changed, and its metrics, events and logs go on under the new name"
    )
