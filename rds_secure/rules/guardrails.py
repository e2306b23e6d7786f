"""What binds a run: which rules are asked, and which of their findings stop it. Pure; it reads no file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from rds_secure.access.posture import Posture
from rds_secure.finding import Finding, Severity, State
from rds_secure.rules.engine import Place, judge, nowhere
from rds_secure.rules.meta import META
from rds_secure.rules.model import Context, Profile, Rule
from rds_secure.rules.subjects import Owned, subjects_of, unlisted
from rds_secure.rules.table import RULES
from rds_secure.rules.waivers import Scene, Waivers, apply


@dataclass(frozen=True, slots=True)
class Guardrails:
    """``profile``: the rules that are asked. ``fail_on``: what fails stops from this severity on. ``waivers``: what
    somebody answers for."""

    profile: Profile = Profile.BASELINE
    fail_on: Severity = Severity.HIGH
    waivers: Waivers = field(default_factory=Waivers)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are asked: ``strict`` has those of ``baseline`` too. Last those about waivers."""
        asked = (rule for rule in RULES if self.profile is Profile.STRICT or rule.profile is Profile.BASELINE)
        return (*asked, *META)

    def judge(
        self,
        posture: Posture,
        now: datetime | None = None,
        place: Place = nowhere,
        owned: Owned = MappingProxyType({}),
    ) -> tuple[Finding, ...]:
        """What the rules say of everything in an inventory.

        ``now``: with a time zone; None for a spec alone. ``owned``: what stacks are known to own, besides by tags.
        """
        subjects, rules = tuple(subjects_of(posture, owned)), self.rules
        found = judge(rules, subjects, Context(posture, now), place)
        inventory = posture.inventory
        scene = Scene({one.id: one for one in rules}, subjects, unlisted(inventory), inventory.partial)
        return apply(self.waivers, found, scene)

    def stopping(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Those that a run must not go on with (exit 3)."""
        return tuple(one for one in findings if one.state is State.FAIL and one.severity >= self.fail_on)
