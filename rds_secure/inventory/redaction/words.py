"""Words that say nothing of an account, and stay in redacted texts: AWS's own. A table, no code.

A word is a run of letters and digits. One that stays in a name stays in every pattern too, so that it fits as before.
"""

from __future__ import annotations

import re

_PARTS = """
    arn aws cn us gov amazon AWS amazonaws com root all AWSReservedSSO
    rds iam kms sts ec2 s3 logs secretsmanager organizations ssm lambda ecs
    cloudformation glue codebuild states sagemaker
    db cluster pg og subgrp snapshot auto backup proxy prx endpoint target group es dbuser secgrp
    key alias secret role user policy instance profile mfa saml provider oidc federated assumed service session
    function stack task definition job project stateMachine notebook automation document parameter execution
    vpc subnet sg i eni rtb igw eigw nat vgw pcx tgw attach pl acl vpce local lgw cagw rtbassoc aclassoc
    o ou r p default
    eu ap sa ca af me il mx north south east west central northeast southeast northwest southwest iso
    true false id
"""

_LOGS = "aws rds instance cluster proxy postgresql error audit general slowquery listener alert trace agent upgrade iam"

_INTERFACES = "RDSNetworkInterface Network interface for DBProxy ClientVPN Endpoint ELB Interface NAT Gateway VPC"

_EVENTS = "Management"

AWS_WORDS = frozenset({*_PARTS.split(), *_LOGS.split(), *_INTERFACES.split(), *_EVENTS.split()})
"""Words of ARNs, ids, regions, log groups, of what AWS writes on network interfaces, and of the events of trails."""

ENGINE = re.compile(r"(aurora|mysql|postgres|postgresql|mariadb|oracle|sqlserver|db2)\d{0,3}")
"""Engines, and the families of AWS's own parameter and option groups (``default.postgres16``)."""

LINKED = re.compile(r"awsservicerole[a-z0-9]*")
"""Roles that are linked to a service, in lower case."""

TYPES: dict[str, tuple[str, ...]] = {
    "rds": (
        "db",
        "cluster",
        "pg",
        "cluster-pg",
        "og",
        "subgrp",
        "secgrp",
        "snapshot",
        "cluster-snapshot",
        "auto-backup",
        "db-proxy",
        "db-proxy-endpoint",
        "target-group",
        "es",
    ),
    "rds-db": ("dbuser",),
    "kms": ("key", "alias"),
    "secretsmanager": ("secret",),
    "iam": ("user", "group", "role", "policy", "instance-profile", "mfa", "saml-provider", "oidc-provider", "root"),
    "sts": ("assumed-role", "federated-user"),
    "ec2": ("instance",),
    "lambda": ("function",),
    "cloudformation": ("stack",),
    "ecs": ("task-definition",),
    "glue": ("job",),
    "codebuild": ("project",),
    "states": ("stateMachine", "execution"),
    "sagemaker": ("notebook-instance",),
    "ssm": ("automation-definition", "automation-execution", "document", "parameter"),
}
"""Service → how the last field of its ARNs begins. Patterns of other services fit nothing that is asked about."""

NAMED = frozenset({"rds", "rds-db", "kms", "secretsmanager", "iam", "sts"})
"""Services of which things with names are asked about; of the others of `TYPES` only what nobody has named yet."""
