"""Carrying out a plan: calls in dependency order, in parallel, with waits and bounded retries, under a lock."""

from rds_secure.apply.clock import Clock, SystemClock
from rds_secure.apply.generation import Generation
from rds_secure.apply.guard import Guard, NoLock
from rds_secure.apply.lock import StackLock
from rds_secure.apply.run import Caller, Failure, Outcome, run

__all__ = [
    "Caller",
    "Clock",
    "Failure",
    "Generation",
    "Guard",
    "NoLock",
    "Outcome",
    "StackLock",
    "SystemClock",
    "run",
]
