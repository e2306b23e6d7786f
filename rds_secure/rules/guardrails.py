"""What binds a run: which rules are asked, what may pass, and which findings stop it. It reads no file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

from rds_secure.access.posture import Posture
from rds_secure.errors import RefusedError, SpecError
from rds_secure.finding import Finding, Severity, State
from rds_secure.rules import binding
from rds_secure.rules.baseline import Baseline, known, recorded
from rds_secure.rules.engine import Asked, Place, always, judge, nowhere
from rds_secure.rules.installed import Guarded
from rds_secure.rules.meta import META
from rds_secure.rules.model import Context, Profile, Rule, Subject
from rds_secure.rules.policy import Policy, refusals
from rds_secure.rules.profile import Chosen, asks
from rds_secure.rules.subjects import Owned, subjects_of, unlisted
from rds_secure.rules.table import RULES
from rds_secure.rules.waivers import Scene, Waivers, apply, today
from rds_secure.spec import Stack
from rds_secure.spec.guardrails import Waived


@dataclass(frozen=True, slots=True)
class Guardrails:
    """``profile``: the rules that are asked, and ``also`` these. ``fail_on``: what fails stops from this severity on.

    ``policies``: what nothing else loosens. ``waivers``: what stacks waive. ``baseline``: what failed before.
    ``table``: all rules that there are. ``on``: the day, for waivers. ``stack``: the one at hand, if there is one.
    """

    profile: Profile | Chosen = Profile.BASELINE
    fail_on: Severity = Severity.HIGH
    also: frozenset[str] = frozenset()
    policies: tuple[Policy, ...] = ()
    waivers: tuple[Waived, ...] = ()
    baseline: Baseline | None = None
    table: tuple[Rule, ...] = RULES
    on: date = field(default_factory=today)
    stack: str = ""

    def of(self, *stacks: Stack) -> Guardrails:
        """The same for these stacks: with what their specs waive, and with what they ask for beyond it.

        Raises `SpecError` for rules that there are not, `RefusedError` for what would loosen it.
        """
        ids = {rule.id for rule in (*self.table, *META)}
        if problems := [each for stack in stacks for each in binding.unknown_in(stack, ids)]:
            raise SpecError(problems)
        asked = [stack.tightening for stack in stacks]
        if problems := [each for one in asked for each in binding.loosened_by_spec(self.policies, one)]:
            raise RefusedError(problems)
        strict = any(one.said.rules == "strict" for one in asked)
        grades = [Severity.parse(one.said.fail_on) for one in asked if one.said.fail_on]
        return replace(
            self,
            profile=Profile.STRICT if strict and isinstance(self.profile, Profile) else self.profile,
            fail_on=min(self.fail_on, *grades) if grades else self.fail_on,
            also=self.also.union(*(one.said.also for one in asked), (rule.id for rule in self.table if strict)),
            waivers=tuple(one for stack in stacks for one in stack.waivers),
            stack=stacks[0].name if len(stacks) == 1 else "",
        )

    @property
    def called(self) -> str:
        """By what is judged, in words."""
        return ", ".join((str(self.profile), *(f"policy {policy.file}" for policy in self.policies)))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are asked, as bad as the strictest policy has it. Last those about what is let pass."""
        also = self.also.union(self.mandatory, *(policy.said.also for policy in self.policies))
        profiles = (self.profile, *(policy.profile for policy in self.policies))
        asked = (rule for rule in self.table if rule.id in also or any(asks(each, rule) for each in profiles))
        return tuple(self._graded(rule) for rule in (*asked, *META))

    @property
    def mandatory(self) -> frozenset[str]:
        """The rules that nobody can waive, and that stop whatever their severity."""
        return frozenset().union(*(policy.said.mandatory for policy in self.policies))

    def judge(
        self,
        posture: Posture,
        now: datetime | None = None,
        place: Place = nowhere,
        owned: Owned = MappingProxyType({}),
    ) -> tuple[Finding, ...]:
        """What the rules say of everything in an inventory, and what of it is let pass.

        ``now``: with a time zone; None for a spec alone. ``owned``: what stacks are known to own, besides by tags.
        """
        return self.judge_all(tuple(subjects_of(posture, owned)), posture, now, place)

    def judge_all(
        self,
        subjects: Sequence[Subject],
        posture: Posture,
        now: datetime | None = None,
        place: Place = nowhere,
        asked: Asked = always,
    ) -> tuple[Finding, ...]:
        """The same of all the subjects of an inventory; ``asked``: whether a rule is asked about one."""
        rules, inventory = self.rules, posture.inventory
        found = judge(rules, subjects, Context(posture, now), place, asked)
        scene = Scene({one.id: one for one in rules}, subjects, unlisted(inventory), inventory.partial)
        return self.settled(found, scene)

    def settled(self, findings: Iterable[Finding], scene: Scene) -> tuple[Finding, ...]:
        """What the rules said, with what is waived and what is known before, as far as every policy lets it be."""
        entries = (*self.waivers, *(one for policy in self.policies for one in policy.waivers))
        refused = refusals(self.policies, entries, scene.rules, self.on)
        found = apply(Waivers(entries, self.on, refused), findings, scene)
        if self.baseline is None or any(policy.said.baseline == "refused" for policy in self.policies):
            return found
        return tuple(known(self.baseline, found, scene, self.stack, self.mandatory))

    @property
    def least(self) -> Severity:
        """The severity from which on what fails stops a run."""
        return min(self.fail_on, *(policy.fail_on for policy in self.policies), Severity.CRITICAL)

    def stopping(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Those that a run must not go on with (exit 3)."""
        least, mandatory = self.least, self.mandatory
        failing = (one for one in findings if one.state is State.FAIL)
        return tuple(one for one in failing if one.severity >= least or one.rule in mandatory)

    def recorded(self, findings: Iterable[Finding]) -> str:
        """A baseline of what fails, and of what the one that is given has and nobody can tell: the text of its file."""
        return recorded(findings, self.stack, self.mandatory, self.baseline)

    def _graded(self, rule: Rule) -> Rule:
        """A rule as it is asked: as bad as policies have it; one that is mandatory, and cannot answer, fails."""
        severity = max((one.severity(rule) for one in self.policies), default=rule.severity)
        decide = rule.decide
        if isinstance(decide, Guarded) and rule.id in self.mandatory:
            decide = replace(decide, broken=State.FAIL)
        return replace(rule, severity=severity, decide=decide)
