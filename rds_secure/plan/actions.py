"""How IAM calls the right to make an API call; botocore's names of services and calls are not always those."""

from __future__ import annotations

from collections.abc import Mapping

_SERVICES: Mapping[str, str] = {"resourcegroupstaggingapi": "tag"}
"""botocore's service → IAM's prefix, where they differ (Service Authorization Reference)."""


def name(service: str, action: str) -> str:
    """``rds``, ``CreateDBInstance`` → ``rds:CreateDBInstance``. Each call made here has an action of its name."""
    return f"{_SERVICES.get(service, service)}:{action}"
