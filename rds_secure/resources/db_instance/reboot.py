"""When an instance has to be rebooted for its parameters (RDS-8), which no maintenance window does (RDS-22)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rds_secure.kind import Change, Consequence, FieldChange
from rds_secure.operation import Operation, Retry
from rds_secure.resources.db_instance import parameters, waits
from rds_secure.resources.db_instance.spec import DbInstanceSpec
from rds_secure.values import Address, Ref


def follow(change: Change[DbInstanceSpec], elsewhere: Mapping[Address, tuple[FieldChange, ...]]) -> Consequence:
    """A reboot where it is asked for and static parameters wait, now or after this plan; else a note that they do."""
    named, after = _waiting(change, elsewhere)
    if not named:
        return Consequence()
    said = " and ".join(f"parameter group {name}" for name in named)
    if change.resource.spec.reboot == "never":
        note = f"{said}: static parameters are not in effect until it is rebooted; reboot: now has that done"
        return Consequence(notes=(note,))
    by_cluster = change.live.spec.cluster is not None and bool(set(named) - _its_own(change))
    reboot = Operation(
        service="rds",
        action="RebootDBInstance",
        # A failover would leave the other instance of a Multi-AZ pair with the old values.
        params={"DBInstanceIdentifier": change.live.name, "ForceFailover": False},
        summary=f"reboot it for the static parameters of {said}",
        # A member's own group is seen with it, and its cluster's with the cluster.
        wait=(waits.member_rebooted if by_cluster else waits.rebooted)(change.live.name),
        retry_on=(Retry("InvalidDBInstanceState"),),
        after=after,
        repeatable=False,
        restarts=True,
    )
    shown = FieldChange("reboot", new="now", when="now", note=f"static parameters of {said}")
    return Consequence(changes=(shown,), operations=(reboot,))


def _its_own(change: Change[DbInstanceSpec]) -> set[str]:
    """The groups of its own, as it has them and as it is to have them."""
    groups = (change.live.spec.parameter_group, change.resource.spec.parameter_group)
    return {str(change.scope.resolve(group)) for group in groups if group is not None}


def _waiting(
    change: Change[DbInstanceSpec], elsewhere: Mapping[Address, tuple[FieldChange, ...]]
) -> tuple[tuple[str, ...], tuple[Address, ...]]:
    """The groups with static values that wait or will, and the resources whose changes have to be done before."""
    if "engine_version" in change and parameters.is_major_upgrade(change.resource.spec, change.live.spec):
        return (), ()  # an upgrade restarts it anyway
    names, after = dict.fromkeys(change.live.facts.get("waiting", ())), list[Address]()
    for item in (*_own(change), *_of_group(change, elsewhere), *_of_cluster_group(change, elsewhere)):
        if isinstance(item, Ref):
            after.append(item.target)
        names[str(change.scope.resolve(item))] = None
    cluster = change.live.spec.cluster
    if isinstance(cluster, Ref):
        for other in elsewhere.get(cluster.target, ()):
            if other.path == "parameter_group" and other.new is not None:
                after.append(cluster.target)
                names[str(change.scope.resolve(other.new))] = None
    return tuple(names), tuple(dict.fromkeys(after))


def _own(change: Change[DbInstanceSpec]) -> Iterator[Ref | str]:
    """The group that it gets, whose static values wait whatever they are."""
    if "parameter_group" in change and change.resource.spec.parameter_group is not None:
        yield change.resource.spec.parameter_group


def _of_group(change: Change[DbInstanceSpec], elsewhere: Mapping[Address, tuple[FieldChange, ...]]) -> Iterator[Ref]:
    """The group that it has, where the plan changes a static value of it."""
    group = change.live.spec.parameter_group
    if not isinstance(group, Ref) or "parameter_group" in change:
        return
    if any(item.when == "reboot" for item in elsewhere.get(group.target, ())):
        yield group


def _of_cluster_group(
    change: Change[DbInstanceSpec], elsewhere: Mapping[Address, tuple[FieldChange, ...]]
) -> Iterator[Ref]:
    """The group of the cluster that it is a member of, where the plan changes a static value of it."""
    group = change.live.facts.get("cluster_group")
    for address, changes in sorted(elsewhere.items()) if group else ():
        name = Ref(address, "name")
        is_it = address.kind == "db_cluster_parameter_group" and change.scope.known.get(name) == group
        if is_it and any(item.when == "reboot" for item in changes):
            yield name
