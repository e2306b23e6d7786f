"""What is live: one bulk read, matched to the addresses of a stack. Nothing here writes."""

from rds_secure.live.again import read_again
from rds_secure.live.sight import Unseen
from rds_secure.live.snapshot import Identity, Snapshot, read_live

__all__ = ["Identity", "Snapshot", "Unseen", "read_again", "read_live"]
