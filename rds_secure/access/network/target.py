"""Databases and proxies as what is connected to: ports, the groups that guard them, where they are. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Door:
    """A port that is listened on, and the groups that guard it. ``pending``: so it will be, not yet so it is.

    ``name`` is endpoint, listener (SQL Server's availability group), or the option that opens it (RDS-21).
    """

    port: int
    groups: tuple[str, ...]
    name: str = "endpoint"
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """An instance, or a proxy endpoint, and where it may be. ``zone``: "" if not known.

    ``multi_az``: it has a standby, in ``standby_zone`` or, if that is "", in any other zone of ``subnets``.
    ``everywhere``: it is in all its subnets at once. ``public``: publicly accessible; None if not known.
    ``marks``: what the descriptions of its interfaces begin with; ``requester``: who made them, "" for anybody.
    """

    id: str
    vpc: str
    subnets: tuple[str, ...]
    public: bool | None
    zone: str = ""
    multi_az: bool = False
    standby_zone: str = ""
    everywhere: bool = False
    marks: tuple[str, ...] = ("RDSNetworkInterface",)
    requester: str = "amazon-rds"


@dataclass(frozen=True, slots=True)
class Target:
    """A database or proxy. A cluster has its instances as members, an instance or a proxy endpoint itself.

    ``kind``: db_instance, db_cluster, db_proxy. ``families``: those of its network type. ``backends``: what a proxy
    leads to. ``elsewhere``: replicas in other Regions, which this network does not show. ``classic``: networks that
    EC2-Classic groups allow. ``unread``: what of it is not known.
    """

    id: str
    kind: str
    doors: tuple[Door, ...]
    members: tuple[Member, ...]
    families: tuple[int, ...] = (4,)
    backends: tuple[str, ...] = ()
    data_api: bool = False
    elsewhere: tuple[str, ...] = ()
    classic: tuple[str, ...] = ()
    classic_groups: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
