"""What the waits for instances and for clusters ask alike. Which of it a call waits for is the kinds' affair."""

from __future__ import annotations

from rds_secure.database import directory
from rds_secure.operation import Condition
from rds_secure.values import Value

SECRET_ACTIVE = Condition("MasterUserSecret.SecretStatus", ("active",), "the secret with its password")
SECRET_IMPAIRED = Condition("MasterUserSecret.SecretStatus", ("impaired",), "the secret with its password")
WITHOUT_SECRET = Condition("MasterUserSecret.SecretArn", what="the secret with its managed password")
NOTHING_PARKED = Condition("PendingModifiedValues", what="what AWS has parked")


def joined(*, window: bool = False) -> Condition:
    """The directory is in use, or waits for its window; one that is not listed yet is neither."""
    parked = directory.PARKED if window else ()
    return Condition("DomainMemberships[0].Status", (*directory.JOINED, *parked), "its directory")


def left(*, window: bool = False) -> Condition:
    """It is in no directory, or leaves it in its window."""
    parked = directory.PARKED if window else ()
    return Condition("DomainMemberships[].Status", (*directory.JOINED, *parked), "its directory")


def with_role(role: Value, feature: str | None) -> Condition:
    """The role is in use: the one for that feature, where it is for one. One that is not listed yet is not.

    A role that is just being made, for no feature, has no ARN to look for: then it is all of them that are listed.
    """
    if feature:
        return Condition(
            f"AssociatedRoles[?FeatureName=='{feature}'] | [0].Status", ("ACTIVE",), f"its role for {feature}"
        )
    if isinstance(role, str):
        return Condition(f"AssociatedRoles[?RoleArn=='{role}'] | [0].Status", ("ACTIVE",), "its role")
    return Condition("AssociatedRoles[].Status", ("ACTIVE",), "its roles")
