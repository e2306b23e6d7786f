"""What is asked of AWS for which topic: tables, and how the subject of a question is put into its call. No code runs.

Bulk questions list all there are, one call (and its pages) each. The others are asked of each subject, which follow
from what the bulk questions say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Topic(StrEnum):
    """What is asked about, at once or not at all."""

    DATABASES = "databases"
    """Instances, clusters, proxies, and what they name."""
    NETWORK = "network"
    IDENTITIES = "identities"
    """Users, groups, roles and policies."""
    ORGANIZATION = "organization"
    """The policies that limit the account from above."""
    KEYS = "keys"
    """The keys of databases, and the secrets of their masters: policies, grants, states, and what policies go by."""
    PROTECTION = "protection"
    """Parameters, snapshots, certificates, log groups, and who is told of events."""
    ACCOUNT = "account"
    """The account as a whole: its root and passwords, what watches over it, what AWS supports. For rules alone."""


EVERYTHING = frozenset(Topic)
ACCESS = EVERYTHING - {Topic.ACCOUNT}
"""What answers about access are computed from, and all that a plan reads."""

BULK: Mapping[Topic, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        Topic.DATABASES: {
            "rds": (
                "DescribeDBInstances",
                "DescribeDBClusters",
                "DescribeDBProxies",
                "DescribeDBProxyEndpoints",
                "DescribeDBSubnetGroups",
                "DescribeOptionGroups",
                "DescribeDBSecurityGroups",
            )
        },
        Topic.NETWORK: {
            "ec2": (
                "DescribeSecurityGroups",
                "DescribeSecurityGroupRules",
                "DescribeManagedPrefixLists",
                "DescribeNetworkAcls",
                "DescribeSubnets",
                "DescribeRouteTables",
                "DescribeVpcs",
                "DescribeInternetGateways",
                "DescribeEgressOnlyInternetGateways",
                "DescribeVpcPeeringConnections",
                "DescribeTransitGatewayAttachments",
                "DescribeTransitGatewayVpcAttachments",
                "DescribeTransitGatewayRouteTables",
                "DescribeTransitGateways",
                "DescribeNetworkInterfaces",
                "DescribeInstances",
                "DescribeNatGateways",
                "DescribeVpcBlockPublicAccessOptions",
            )
        },
        Topic.IDENTITIES: {"iam": ("GetAccountAuthorizationDetails",)},
        Topic.ORGANIZATION: {"organizations": ("DescribeOrganization",)},
        Topic.KEYS: {"kms": ("ListAliases",)},
        Topic.PROTECTION: {
            "rds": (
                "DescribeCertificates",
                "DescribeDBSnapshots",
                "DescribeDBClusterSnapshots",
                "DescribeEventSubscriptions",
            )
        },
        Topic.ACCOUNT: {
            "cloudtrail": ("DescribeTrails",),
            "ec2": ("DescribeFlowLogs",),
            "guardduty": ("ListDetectors",),
            "iam": ("GetAccountPasswordPolicy", "GetAccountSummary"),
            "rds": ("DescribeDBMajorEngineVersions",),
            "securityhub": ("DescribeHub",),
        },
    }
)
"""Topic → service → actions that list all there are."""


DATABASES = ("DescribeDBInstances", "DescribeDBClusters")
TARGETS = (*DATABASES, "DescribeDBProxies", "DescribeDBProxyEndpoints")
"""What lists databases, and all that can be connected to."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a question is asked of a subject: ``parameter`` takes it, ``more`` are the others.

    ``also`` takes what stands behind the last space of the subject: a version.
    """

    parameter: str
    more: Mapping[str, Any] = field(default_factory=dict)
    also: str = ""

    def params(self, subject: str) -> dict[str, Any]:
        """The parameters of the call."""
        if self.also:
            first, _, second = subject.rpartition(" ")
            return {self.parameter: first, self.also: second, **self.more}
        return {self.parameter: subject, **self.more}


ASKED: Mapping[tuple[str, str], Asked] = MappingProxyType(
    {
        ("rds", "DescribeDBProxyTargets"): Asked("DBProxyName"),
        ("rds", "DescribeDBParameters"): Asked("DBParameterGroupName"),
        ("rds", "DescribeDBClusterParameters"): Asked("DBClusterParameterGroupName"),
        ("rds", "DescribeDBSnapshotAttributes"): Asked("DBSnapshotIdentifier"),
        ("rds", "DescribeDBClusterSnapshotAttributes"): Asked("DBClusterSnapshotIdentifier"),
        ("cloudtrail", "GetTrailStatus"): Asked("Name"),
        ("cloudtrail", "GetEventSelectors"): Asked("TrailName"),
        ("ec2", "GetManagedPrefixListEntries"): Asked("PrefixListId"),
        ("ec2", "SearchTransitGatewayRoutes"): Asked(
            "TransitGatewayRouteTableId", {"Filters": [{"Name": "state", "Values": ["active", "blackhole"]}]}
        ),
        ("guardduty", "GetDetector"): Asked("DetectorId"),
        ("iam", "GetPolicy"): Asked("PolicyArn"),
        ("iam", "GetPolicyVersion"): Asked("PolicyArn", also="VersionId"),
        ("kms", "DescribeKey"): Asked("KeyId"),
        ("kms", "GetKeyPolicy"): Asked("KeyId", {"PolicyName": "default"}),
        ("kms", "GetKeyRotationStatus"): Asked("KeyId"),
        ("kms", "ListGrants"): Asked("KeyId"),
        ("kms", "ListResourceTags"): Asked("KeyId"),
        ("secretsmanager", "DescribeSecret"): Asked("SecretId"),
        ("secretsmanager", "GetResourcePolicy"): Asked("SecretId"),
        ("logs", "DescribeLogGroups"): Asked("logGroupNamePrefix"),
        ("organizations", "ListParents"): Asked("ChildId"),
        ("organizations", "ListPoliciesForTarget"): Asked("TargetId", {"Filter": "SERVICE_CONTROL_POLICY"}),
        ("organizations", "DescribePolicy"): Asked("PolicyId"),
    }
)
"""(service, action) → how it is asked of a subject. Keys and secrets are named by ARN."""

LACKING: Mapping[tuple[str, str], Mapping[str, Any]] = MappingProxyType(
    {
        ("ec2", "DescribeVpcBlockPublicAccessOptions"): {
            "VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}
        },
        ("rds", "DescribeDBSecurityGroups"): {"DBSecurityGroups": []},
        ("rds", "DescribeDBProxyEndpoints"): {"DBProxyEndpoints": []},
    }
)
"""What is true where the endpoint does not know the question: it has not the feature."""

ABSENT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "kms": ("NotFoundException", "UnsupportedOperationException"),  # which has no rotation
        "secretsmanager": ("ResourceNotFoundException",),
        "organizations": ("AWSOrganizationsNotInUseException", "ChildNotFoundException", "TargetNotFoundException"),
        "iam": ("NoSuchEntity",),
        "rds": (
            "DBParameterGroupNotFound",
            "DBClusterParameterGroupNotFoundFault",
            "DBProxyNotFoundFault",
            "DBSnapshotNotFound",
            "DBClusterSnapshotNotFoundFault",
        ),
        "ec2": ("InvalidPrefixListId.NotFound", "InvalidRouteTableID.NotFound"),
        "cloudtrail": ("TrailNotFoundException",),
        "securityhub": ("InvalidAccessException", "ResourceNotFoundException"),  # it is not on
    }
)
"""Service → error codes which mean that there is no such thing (or no organization): the reply is {} then."""

OF_ACCOUNT = frozenset({"cloudtrail", "guardduty"})
"""Services whose subjects are asked about for the topic of the account alone."""
