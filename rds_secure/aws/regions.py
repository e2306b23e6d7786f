"""Names of regions, as botocore lists them. A new one may not be listed yet: none is refused for that."""

from __future__ import annotations

from collections.abc import Collection

import boto3

from rds_secure.errors import RdsSecureError
from rds_secure.spec.suggest import closest


def listed(session: boto3.Session) -> frozenset[str]:
    """Every region of every partition."""
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("ec2", partition)
    )


def missing(region: str, known: Collection[str]) -> RdsSecureError | None:
    """What to raise where no endpoint of a region can be reached; None for one that is ``known``."""
    if region in known:
        return None
    guess = closest(region, known)
    meant = f"did you mean {guess}?" if guess else "write the name of one, such as eu-west-1"
    return RdsSecureError(f"there is no region {region} as far as is known here, and nothing answers there: {meant}")
