"""What each call of a plan leaves in the replies of an inventory: two tables by service and action. They call nothing.

`EFFECTS` change the replies as AWS would; `NO_EFFECT` says why a call bears neither on access nor on protection. A test
demands that whatever a kind can emit is in one of them.
"""

from collections.abc import Mapping
from types import MappingProxyType

from rds_secure.inventory.effects import (
    ec2,
    hub,
    iam,
    iam_policies,
    kms,
    rds,
    rds_beside,
    rds_clusters,
    rds_events,
    rds_groups,
    rds_instances,
    rds_snapshots,
    secrets,
)
from rds_secure.inventory.effects.call import Call, Effect, placeholder
from rds_secure.inventory.effects.nothing import NO_EFFECT

EFFECTS: Mapping[tuple[str, str], Effect] = MappingProxyType(
    {
        (service, action): effect
        for service, modules in {
            "ec2": (ec2,),
            "iam": (iam, iam_policies),
            "kms": (kms,),
            "rds": (rds, rds_beside, rds_clusters, rds_events, rds_groups, rds_instances, rds_snapshots),
            "secretsmanager": (secrets,),
            "securityhub": (hub,),
        }.items()
        for module in modules
        for action, effect in module.EFFECTS.items()
    }
)

__all__ = ["EFFECTS", "NO_EFFECT", "Call", "Effect", "placeholder"]
