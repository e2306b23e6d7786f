"""A local stand-in for AWS: a moto server on 127.0.0.1 that commands share until it is stopped.

It is not AWS: it has no IAM enforcement. Where moto differs from AWS for the kinds of this package, `repairs` corrects
it, and `realism` lets things take their time. Importing this package loads neither boto3 nor moto.
"""

from __future__ import annotations

from rds_secure.sandbox.endpoint import SPEED, Sandbox
from rds_secure.sandbox.process import reset, start, status, stop

__all__ = ["SPEED", "Sandbox", "reset", "start", "status", "stop"]
