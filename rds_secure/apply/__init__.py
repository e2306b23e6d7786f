"""Carrying out a plan: calls in dependency order, in parallel, with waits and bounded retries."""

from rds_secure.apply.clock import Clock, SystemClock
from rds_secure.apply.run import Caller, Failure, Outcome, run

__all__ = ["Caller", "Clock", "Failure", "Outcome", "SystemClock", "run"]
