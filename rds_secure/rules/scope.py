"""The public controls that have a place here, and those of them that no rule decides, each with its reason. Tables."""

from collections.abc import Mapping
from types import MappingProxyType

LIVE_CONTROLS = tuple(f"RDS.{number}" for number in (*range(1, 18), *range(19, 49), 50, 51))
"""The RDS controls that Security Hub has: 18 was retired, 49 never published."""

CONTROLS = (
    *LIVE_CONTROLS,
    *(f"KMS.{number}" for number in range(1, 6)),
    *(f"EC2.{number}" for number in (2, 6, 13, 14, 15, 18, 19, 21)),
    *(f"IAM.{number}" for number in (*range(1, 20), *range(21, 29))),
    *(f"SecretsManager.{number}" for number in range(1, 6)),
    *(f"CloudTrail.{number}" for number in range(1, 8)),
    "GuardDuty.9",
)
"""The controls of Security Hub on databases, and on the keys, networks, people and secrets around them. Those of EC2
on hosts, volumes and VPNs, and those of GuardDuty on other services, are not about databases."""

_CREDENTIALS = "ages, uses and second factors of people are in IAM's credential report, which has to be made first"
_GLOBAL = "Aurora global clusters are neither made nor read"
_BACKUP = "AWS Backup is not read; automated backups are (backups-kept)"
_CLASSIC = "EC2-Classic is gone: every instance is in a VPC, and DB security groups can no longer be made"

OUT_OF_SCOPE: Mapping[str, str] = MappingProxyType(
    {
        "RDS.26": f"whether AWS Backup has a plan for it: {_BACKUP}",
        "RDS.31": "tags of DB security groups, which belong to EC2-Classic and can no longer be made",
        "RDS.33": "tags of subnet groups, which DescribeDBSubnetGroups does not tell; those of a stack have its tags",
        "RDS.51": f"versions of Aurora global clusters: {_GLOBAL}",
        **dict.fromkeys(("IAM.3", "IAM.5", "IAM.6", "IAM.8", "IAM.19", "IAM.22"), _CREDENTIALS),
        **dict.fromkeys(
            ("IAM.10", "IAM.17"),
            "passwords that expire, which NIST SP 800-63B advises against; the rest of it is in password-policy",
        ),
        "IAM.18": "who asks AWS for support has no access to databases by that",
        **dict.fromkeys(
            ("IAM.23", "IAM.24", "IAM.25"),
            "tags of people, roles and analyzers; what policies make of tags `access who` tells",
        ),
        "IAM.26": "certificates of web servers: those of databases are AWS's (certificate-valid)",
        "IAM.28": "an analyzer looks for what is shared outside; here snapshot-not-public, key-not-public and "
        "`access who` do",
        "SecretsManager.3": "secrets that nobody uses: the ones that are read belong to databases and proxies",
        "SecretsManager.5": "tags of secrets: those of master users are RDS's own",
        "CloudTrail.5": "a trail can be read in its bucket as well as in CloudWatch, as `audit trail` does",
        **dict.fromkeys(("CloudTrail.6", "CloudTrail.7"), "buckets of S3 are not read"),
        # Of AWS Config, Prowler and Checkov, what Security Hub has not
        "rds_cluster_protected_by_backup_plan": _BACKUP,
        "rds_instance_protected_by_backup_plan": _BACKUP,
        "CKV2_AWS_8": _BACKUP,
        "aurora-global-database-encryption-at-rest": _GLOBAL,
        "CKV_AWS_140": _GLOBAL,
        "rds_instance_inside_vpc": _CLASSIC,
        "rds-db-security-group-not-allowed": _CLASSIC,
        "CKV_AWS_198": _CLASSIC,
        "CKV_AWS_245": "copies of backups are in another Region, which is not read; a spec must name their key",
        "CKV_AWS_353": "insights are about speed; where they are on, insights-customer-key asks for their key",
        "CKV_AWS_250": "the versions with the hole in log_fdw are retired; see standard-support",
        "CKV_AWS_388": "the versions with the hole in log_fdw are retired; see standard-support",
        "CKV2_AWS_64": "KMS gives every key a policy; what it says is judged by key-not-public",
        "CKV2_AWS_5": "a security group that nothing uses lets nobody in",
        "ec2_securitygroup_not_used": "a security group that nothing uses lets nobody in",
        "kms_cmk_not_multi_region": "replicas of a key have policies of their own, which let in whom they name",
        "CKV2_AWS_14": "a group without members gives nobody anything",
        "CKV2_AWS_21": "a user in no group has what its own policies say (no-policies-on-users)",
        "iam-group-has-users-check": "a group without members gives nobody anything",
    }
)
"""Id → why no rule is about it."""
