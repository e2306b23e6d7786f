"""STS: who calls. It does not change what assumed roles see."""

from __future__ import annotations

from typing import Any

from moto.sts.models import STSBackend

from rds_secure.sandbox.repairs.patch import around


def caller() -> None:
    """Credentials that moto did not hand out are the account's root user: an ARN of a form that AWS knows."""

    @around(STSBackend, "get_caller_identity")
    def identity(original: Any, self: STSBackend, access_key_id: str, region: str) -> tuple[str, str, str]:
        user_id, arn, account = original(self, access_key_id, region)
        if arn.endswith(":user/moto"):
            return account, f"arn:{self.partition}:iam::{account}:root", account
        return user_id, arn, account
