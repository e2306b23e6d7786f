"""An instance's place in a cluster. What of it belongs to the cluster is in `member`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Limit

from rds_secure.fields import Field, Int, Mode, Part, Reference
from rds_secure.values import Ref

Cluster = Annotated[
    Ref | str, Reference(("db_cluster",), "name", r"[A-Za-z](-?[A-Za-z0-9]){0,62}", "the name of a cluster")
]


class MemberFields(Part):
    """Its place in a cluster."""

    cluster: Annotated[
        Cluster | None,
        Field(
            Mode.CREATE_ONLY,
            create="DBClusterIdentifier",
            read="DBClusterIdentifier",
            terraform="cluster_identifier",
            applies="never",
        ),
    ] = None
    """The Aurora cluster that it belongs to: a db_cluster, or the name of one. Then storage, key, networks,
    backups, users and the like are the cluster's, and are not written here."""
    promotion_tier: Annotated[
        Annotated[Int, Limit(ge=0, le=15)] | None,
        Field(
            Mode.ADOPT,
            create="PromotionTier",
            change="PromotionTier",
            read="PromotionTier",
            terraform="promotion_tier",
            applies="now",
        ),
    ] = None
    """Which instance of a cluster writes next when the one that does fails, 0 to 15: the lowest; AWS says 1."""
