"""What is seen of an instance from outside: logs, operating system metrics, Performance Insights."""

from __future__ import annotations

from typing import Annotated, Literal

from rds_secure.database.types import KmsKey, RoleArn
from rds_secure.fields import Bool, Field, Int, Mode, Part, Str


class MonitoringFields(Part):
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
        Int | None,
        Field(
            Mode.ADOPT,
            create="MonitoringInterval",
            change="MonitoringInterval",
            read="MonitoringInterval",
            terraform="monitoring_interval",
            applies="now",
        ),
    ] = None
    """Seconds between two measurements of the operating system: 1, 5, 10, 15, 30 or 60; 0: none are made."""
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
    """The role that sends them to CloudWatch, which monitoring.rds.amazonaws.com must be trusted to assume."""
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
    """Whether Performance Insights records what keeps the database busy, SQL included."""
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
    """How much of Database Insights there is; advanced needs insights, kept for 465 days."""
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
    """For how many days they are kept: 7, a multiple of 31 up to 713, or 731."""
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
    """The key that encrypts them; fixed once they were switched on for the first time. Left out: the kms_key of the
    instance, or else AWS's own key for RDS."""
