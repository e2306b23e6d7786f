"""What is seen of an instance from outside: logs."""

from __future__ import annotations

from typing import Annotated

from rds_secure.fields import Field, Mode, Part, Str


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
