"""What AWS does in its own time, over the repaired moto: one table, of which every row can be switched on and off.

`repairs` corrects what moto answers; the rows here make it answer as if AWS had not got round to it yet. Time is
counted in looks, so that nothing sleeps and a run is the same on every machine. Rows are patched in once, and are
off until `choose` switches them on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rds_secure.sandbox.realism import (
    course,
    ec2,
    iam,
    kms,
    lag,
    rds_beside,
    rds_changes,
    rds_cluster,
    rds_parameters,
    rds_snapshots,
    rds_status,
    rds_stop,
    switch,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that AWS does: its switch, what it shows, and how we know, a fact by its number in tests/FACTS.md."""

    name: str
    shows: str
    source: str


ROWS: tuple[Row, ...] = (
    Row("rds-creating", "an instance is creating, backing-up, available, with no endpoint before that", "RDS-1"),
    Row("rds-secret-creating", "the secret of a managed password is creating", "RDS-1"),
    Row("rds-security-groups-joining", "the security groups of a database are adding or removing", "RDS-1"),
    Row("rds-busy", "an instance that is not available takes no change", "RDS-1"),
    Row("rds-modifying", "a changed instance reads available, then modifying, with the old values", "RDS-17"),
    Row("rds-window", "without ApplyImmediately a change is parked, with it all that is parked is made", "RDS-2"),
    Row("rds-renaming", "another name is parked, or the instance renaming; endpoint and ARN follow", "RDS-1"),
    Row("rds-option-groups", "a parked option group shows only among the memberships", "RDS-24"),
    Row("rds-storage-optimization", "storage that changed takes no other change for a while", "RDS-7"),
    Row("rds-parameter-values", "a parameter's new value shows a moment later", "RDS-22"),
    Row("rds-parameter-status", "an instance applies parameters, or waits for its reboot", "RDS-8"),
    Row("rds-deleting", "an instance is deleting, then gone", "RDS-1"),
    Row("rds-interfaces", "the interface of an instance that is gone holds its security groups", "RDS-17"),
    Row("rds-snapshots", "a snapshot or a copy is creating, its instance backing-up, and cannot be used", "RDS-28"),
    Row("rds-cluster-creating", "a cluster is creating, then available", "RDS-1"),
    Row("rds-cluster-busy", "a cluster that is not available takes no change, and no instance", "RDS-1"),
    Row("rds-cluster-modifying", "a changed cluster reads available, then modifying, with the old values", "RDS-17"),
    Row("rds-cluster-window", "a change of a cluster is parked, its class without being shown", "RDS-24"),
    Row("rds-cluster-renaming", "another name is parked, or the cluster renaming; endpoints and ARN follow", "RDS-30"),
    Row("rds-cluster-parameters", "instances lack static parameters of their cluster until a reboot", "RDS-8"),
    Row("rds-cluster-deleting", "a cluster is deleting, then gone", "RDS-1"),
    Row("rds-stopping", "a database is stopping, then stopped, when it takes no change, or starting", "RDS-27"),
    Row("rds-proxy-states", "a proxy is creating, modifying, deleting, when it takes no change", "RDS-1"),
    Row("rds-subscription-states", "an event subscription is creating, modifying, deleting", "RDS-1"),
    Row("rds-new-keys", "RDS does not see a key that was just made", "KMS-4"),
    Row("ec2-new-groups", "a security group that was just made is not found", "EC2-4"),
    Row("iam-new-names", "what was just made is not found where it is attached, joined or tagged", "IAM-1"),
    Row("iam-new-principals", "a trust policy cannot name a principal that was just made", "IAM-1"),
    Row("iam-letting-go", "what was just detached counts as attached", "IAM-1"),
    Row("kms-new-principals", "a key policy cannot name a principal that was just made", "IAM-1"),
    Row("kms-new-keys", "a key that was just made is not found", "KMS-4"),
    Row("kms-new-aliases", "an alias that was just made is not listed", "KMS-4"),
    Row("kms-states", "a key shows the state it had before", "KMS-4"),
    Row("kms-lock-out", "a key policy that its author could not change again is refused", "KMS-3"),
)

_PATCHES: tuple[Callable[[], None], ...] = (
    rds_status.looks,
    rds_status.creating,
    rds_status.secret_creating,
    rds_status.security_groups_joining,
    rds_changes.deferred,
    rds_changes.renaming,
    rds_changes.option_groups,
    rds_changes.storage_optimization,
    rds_parameters.values,
    rds_parameters.statuses,
    rds_status.deleting,
    rds_status.interfaces,
    rds_status.new_keys,
    rds_status.busy,
    rds_snapshots.looks,
    rds_snapshots.creating,
    rds_snapshots.early,
    rds_snapshots.deleting,
    rds_cluster.looks,
    rds_cluster.creating,
    rds_cluster.deferred,
    rds_cluster.renaming,
    rds_cluster.secret_creating,
    rds_cluster.security_groups_joining,
    rds_cluster.parameters,
    rds_cluster.deleting,
    rds_cluster.busy,
    rds_stop.instances,
    rds_stop.clusters,
    rds_beside.looks,
    rds_beside.proxies,
    rds_beside.subscriptions,
    ec2.new_groups,
    iam.new_names,
    iam.new_principals,
    iam.letting_go,
    kms.new_principals,
    kms.new_keys,
    kms.new_keys_for_rds,
    kms.new_aliases,
    kms.states,
    kms.lock_out,
)
"""In this order: where two wrap one method, the later one is the outer one."""

_patched: list[Callable[[], None]] = []


def apply_all() -> None:
    """Patch this process's moto, on top of all repairs; a second call changes nothing."""
    for apply in _PATCHES[len(_patched) :]:
        apply()
        _patched.append(apply)


def rows(words: str) -> tuple[str, ...]:
    """The rows that ``all``, ``none`` or a comma-separated list of names means. Raises ValueError for another name."""
    known = [row.name for row in ROWS]
    if words in ("all", "none"):
        return tuple(known) if words == "all" else ()
    chosen = tuple(name for name in (part.strip() for part in words.split(",")) if name)
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        raise ValueError(f"there is no {' or '.join(unknown)}: use all, none, or names of {', '.join(known)}")
    return chosen


def choose(words: str) -> None:
    """Switch on these rows and no others, see `rows`; what is on its way arrives first."""
    chosen = rows(words)
    settle()
    switch.only(chosen)


def settle() -> None:
    """Let everything that is on its way arrive; what is parked for a window stays parked."""
    course.settle()
    lag.clear()


def pass_window() -> None:
    """Let the maintenance window of every instance pass."""
    course.pass_window()
