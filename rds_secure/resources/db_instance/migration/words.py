"""What a plan says of a migration beside its calls: what it interrupts, what it costs, and the way back. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rds_secure.kind import Change
from rds_secure.resources.db_instance.migration import bill, steps
from rds_secure.resources.db_instance.migration.look import State
from rds_secure.resources.db_instance.spec import DbInstanceSpec


def words(change: Change[DbInstanceSpec], state: State, spec: DbInstanceSpec, *, clear: bool) -> Iterator[str]:
    """Every line, in the order in which things happen; ``clear``: whether nothing is in the way."""
    address, names, live = change.resource.address, state.names, change.live.spec
    entry = change.resource.spec.migration
    goes_on = f", which goes on: {_progress(state)}" if state.has_begun else ""
    yield f"migration {state.id}: a new database with its data takes its place, under its name and host name{goes_on}"
    if not state.has_begun and clear:
        yield (
            "precondition ok: the names that it needs are free, nothing is parked, and the database has no replica, "
            "proxy, blue/green deployment, activity stream or copied backups"
        )
    if state.snapshot is None:
        yield from _before(change, state)
    else:
        taken = str(state.snapshot.get("SnapshotCreateTime") or "not finished")[:19]
        yield f"the data is as of its snapshot: {taken}"
    if entry and entry.quiesce != "none":
        yield (
            "nobody can connect from the moment its ingress is revoked until the new database is in its place: for "
            f"snapshot, copy and restore of {live.gib} GiB AWS gives no time, so it is unknown"
        )
    else:
        yield (
            "nothing keeps clients from writing meanwhile: what is written after the snapshot stays in the old "
            "database and is NOT in the new one, and who keeps its old address goes on writing there; "
            "'quiesce: revoke-ingress' below migration prevents that"
        )
    if not live.multi_az and state.snapshot is None:
        yield "the snapshot halts input and output of a single instance for seconds to minutes (RDS user guide)"
    yield (
        f"the host name is nobody's between two renames, with a restart each: for some minutes, AWS gives no time; "
        f"all connections end, and rds-db:connect policies that name {address} follow in this plan"
    )
    yield "the new database reads its blocks from the snapshot as they are asked for, and is slower until then"
    if spec.master_password == "managed":  # noqa: S105 - no password, but how it is kept
        yield "its managed password is a new one, in a new secret: the old secret stays with the old database"
    yield (
        "its automated backups begin anew: earlier points in time can be had only from the old database, while it is "
        "there"
    )
    copies = f" and {names.copy}" if steps.rekeys(spec, live) else ""
    yield (
        f"the old database stays as {names.old}, protected, with the snapshots {names.snapshot}{copies}; nothing "
        "deletes them by time"
    )
    yield from _billed(change, 2 if copies else 1)
    yield f"the way back, at any moment: rds-secure migration roll-back {address} SPEC"


def _billed(change: Change[DbInstanceSpec], snapshots: int) -> Iterator[str]:
    """What is paid for because the old one is kept, by what it is at AWS now."""
    live = change.live.found.spec
    kept = f"{'a snapshot' if snapshots == 1 else 'two snapshots'} of {live.gib} GiB at most"
    yield f"billed beside the new one, for as long as they are kept: {bill.database(live)}; {kept}. {bill.FREE}"
    yield from bill.prices(live, change.scope.region)


def _progress(state: State) -> str:
    if state.new is not None:
        return f"{state.names.new} is {state.new.facts.get('status', 'there')}"
    if state.copy is not None:
        return f"snapshot {state.names.copy} is {state.copy.get('Status')}"
    if state.snapshot is not None:
        return f"snapshot {state.names.snapshot} is {state.snapshot.get('Status')}"
    return "its source is marked"


def _before(change: Change[DbInstanceSpec], state: State) -> Iterator[str]:
    """What the data could be had again from, were all to fail."""
    if state.backups:
        yield f"backup before it begins: restorable to any moment up to {state.backups[0]}, by"
        yield f"  {shlex.join(recovery(change))}"
    else:
        yield "there are no automated backups of it: its own snapshot will be the first"


def recovery(change: Change[DbInstanceSpec]) -> list[str]:
    """The words of the AWS CLI's command that has the database again, beside it, as it was last backed up."""
    live, scope = change.live.spec, change.scope
    named = {
        "source-db-instance-identifier": change.live.name,
        "target-db-instance-identifier": f"{change.live.name}-recovered",
        "db-instance-class": live.instance_class,
        "db-subnet-group-name": scope.resolve(live.subnet_group),
        "db-parameter-group-name": scope.resolve(live.parameter_group),
        "region": scope.region,
    }
    groups = [str(scope.resolve(group)) for group in live.security_groups]
    options = [word for name, value in named.items() if value for word in (f"--{name}", str(value))]
    ingress = ["--vpc-security-group-ids", *groups] if groups else []
    flags = ["--use-latest-restorable-time", "--deletion-protection", "--no-publicly-accessible"]
    return ["aws", "rds", "restore-db-instance-to-point-in-time", *options, *ingress, *flags]
