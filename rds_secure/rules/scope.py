"""The controls of Security Hub that no rule here decides, each with its reason. A table."""

from collections.abc import Mapping
from types import MappingProxyType

LIVE_CONTROLS = tuple(f"RDS.{number}" for number in (*range(1, 18), *range(19, 49), 50, 51))
"""The RDS controls that Security Hub has: 18 was retired, 49 never published."""

OUT_OF_SCOPE: Mapping[str, str] = MappingProxyType(
    {
        "RDS.26": "whether AWS Backup has a plan for it: AWS Backup is not read; automated backups are (backups-kept)",
        "RDS.31": "tags of DB security groups, which belong to EC2-Classic and can no longer be made",
        "RDS.33": "tags of subnet groups, which DescribeDBSubnetGroups does not tell; those of a stack have its tags",
        "RDS.51": "versions of Aurora global clusters, which are neither made nor read",
    }
)
