"""All that the engines can tell of one inventory, each computed when it is asked for and kept. It reads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rds_secure.access import account
from rds_secure.access.iam.escalate import Escalation, Escalations
from rds_secure.access.iam.who import Answer as WhoAnswer
from rds_secure.access.iam.who import Who
from rds_secure.access.network.answers import Answer as ReachAnswer
from rds_secure.access.network.reach import Reach
from rds_secure.access.protection import Protection, protection_of
from rds_secure.inventory.model import Inventory


@dataclass(frozen=True)
class Posture:
    """Who may do what, from where what can be reached, and how it is protected.

    ``levels`` stand in for the policies of the organization, where they come from a file.
    """

    inventory: Inventory
    levels: account.Levels | None = None

    @cached_property
    def who(self) -> Who | None:
        """The question of IAM; None if the identities were not read."""
        found = account.identities_of(self.inventory, self.levels)
        return None if found is None else Who(found, account.estate_of(self.inventory))

    @cached_property
    def allowed(self) -> tuple[WhoAnswer, ...]:
        """Every principal and verb that are not "no"."""
        return tuple(self.who.answers()) if self.who else ()

    @cached_property
    def escalations(self) -> tuple[Escalation, ...]:
        """Who can give themselves more."""
        return tuple(Escalations(self.who).all()) if self.who else ()

    @cached_property
    def network(self) -> Reach:
        """The question of the network."""
        return Reach(account.network_of(self.inventory), account.targets_of(self.inventory))

    @cached_property
    def reached(self) -> tuple[ReachAnswer, ...]:
        """From where each database and proxy can be reached."""
        return tuple(self.network.answer(target) for target in self.network.targets)

    @cached_property
    def protection(self) -> Protection:
        """How the data is protected: keys, TLS, snapshots, secrets."""
        return protection_of(self.inventory)
