"""What is seen of a cluster from outside: logs, metrics, insights."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as Limit

from rds_secure.database.types import KmsKey, RoleArn
from rds_secure.fields import Bool, Field, Int, Mode, Part, Str


class InsightFields(Part):
    """What is seen of it."""

    log_exports: Annotated[
        tuple[Str, ...] | None,
        Field(
            Mode.ADOPT,
            create="EnableCloudwatchLogsExports",
            change="CloudwatchLogsExportConfiguration",
            read="EnabledCloudwatchLogsExports",
            terraform="enabled_cloudwatch_logs_exports",
            applies="now",
            as_set=True,
        ),
    ] = None
    """Logs that go to CloudWatch, by the engine's names for them; []: none."""
    monitoring_seconds: Annotated[
        Annotated[Int, Limit(ge=0, le=60)] | None,
        Field(
            Mode.ADOPT,
            create="MonitoringInterval",
            change="MonitoringInterval",
            read="MonitoringInterval",
            terraform="monitoring_interval",
            applies="now",
        ),
    ] = None
    """Every how many seconds the system of a Multi-AZ DB cluster is looked at: 1, 5, 10, 15, 30 or 60; 0: never. For
    Aurora its instances say it."""
    monitoring_role: Annotated[
        RoleArn | None,
        Field(
            Mode.ADOPT,
            create="MonitoringRoleArn",
            change="MonitoringRoleArn",
            read="MonitoringRoleArn",
            terraform="monitoring_role_arn",
            applies="now",
        ),
    ] = None
    """The role with which RDS writes those metrics: an iam_role, or the ARN of one."""
    insights: Annotated[
        Bool | None,
        Field(
            Mode.ADOPT,
            create="EnablePerformanceInsights",
            change="EnablePerformanceInsights",
            read="PerformanceInsightsEnabled",
            terraform="performance_insights_enabled",
            applies="now",
        ),
    ] = None
    """Whether AWS records what its load is made of, statements included."""
    insights_days: Annotated[
        Int | None,
        Field(
            Mode.ADOPT,
            create="PerformanceInsightsRetentionPeriod",
            change="PerformanceInsightsRetentionPeriod",
            read="PerformanceInsightsRetentionPeriod",
            terraform="performance_insights_retention_period",
            applies="now",
        ),
    ] = None
    """For how many days that is kept: 7, 731, or a multiple of 31."""
    insights_key: Annotated[
        KmsKey | None,
        Field(
            Mode.CREATE_ONLY,
            create="PerformanceInsightsKMSKeyId",
            change="PerformanceInsightsKMSKeyId",
            read="PerformanceInsightsKMSKeyId",
            terraform="performance_insights_kms_key_id",
            applies="never",
        ),
    ] = None
    """The key that encrypts it; fixed once there is one. Left out: the kms_key of the cluster, or else AWS's own key
    for RDS."""
    insights_mode: Annotated[
        Literal["standard", "advanced"] | None,
        Field(
            Mode.ADOPT,
            create="DatabaseInsightsMode",
            change="DatabaseInsightsMode",
            read="DatabaseInsightsMode",
            terraform="database_insights_mode",
            applies="now",
        ),
    ] = None
    """standard, or advanced, which costs extra and needs insights that are kept for 465 days."""
