"""A policy: what the author of a spec must not be able to loosen, and who may waive what for how long. Reads no file.

version: 1
rules: strict
mandatory: [storage-encrypted, tls-required]
fail_on: medium
waive:
  - {owners: ["*@security.example.com"], up_to: high, days: 90}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field as Setting

from rds_secure.errors import Location
from rds_secure.fields import Bool, Int, Part, Pattern
from rds_secure.finding import Severity
from rds_secure.rules.model import Profile, Rule
from rds_secure.rules.waivers import matches
from rds_secure.spec.guardrails import Grade, RuleId, Waived, Waiver
from rds_secure.spec.source import Path, Source
from rds_secure.values import Ref

Owner = Annotated[str, Pattern(r"[!-~]([ -~]{0,254}[!-~])?", "an owner, as waivers name one; * stands for anything")]
Package = Annotated[str, Pattern(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", "the name of a Python package")]


class Grant(Part):
    """Who may waive what, and for how long."""

    owners: Annotated[tuple[Owner, ...], Setting(min_length=1)]
    """Owners as waivers name them, in which * stands for anything: *@security.example.com."""
    rules: tuple[RuleId, ...] = ()
    """Which rules; all that are not mandatory, if left out."""
    up_to: Grade = "critical"
    """The worst severity that they may waive."""
    days: Annotated[Int, Setting(ge=1, le=3660)]
    """The last day of a waiver is at most so many days from now."""


class PolicyFile(Part):
    """What binds every run. A spec and the command line can only tighten it."""

    version: Literal["1"]
    """The version of this format."""
    rules: Literal["baseline", "strict"] = "baseline"
    """The least profile."""
    also: tuple[RuleId, ...] = ()
    """Rules that are asked as well, whatever the profile."""
    mandatory: tuple[RuleId, ...] = ()
    """Rules that are asked whatever the profile, stop a run whatever their severity, and that nobody can waive."""
    severities: dict[RuleId, Grade] = {}
    """How bad it is where a rule fails, if not as bad as the rule says."""
    fail_on: Grade = "high"
    """The severity from which on a failure stops a run."""
    fail_on_old: Bool = False
    """Whether a plan also stops at what fails before it already, of what the stack declares."""
    waive: tuple[Grant, ...] = ()
    """Who may waive what: nobody anything, if left out."""
    waivers: tuple[Waiver, ...] = ()
    """Waivers of the policy's own, of things by the names that findings have (db:legacy)."""
    baseline: Literal["refused", "allowed"] = "refused"
    """Whether failures that a file given with --baseline has may pass; those of mandatory rules never."""
    packages: tuple[Package, ...] = ()
    """Python packages whose rules have to be there."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy, and where it is written."""

    said: PolicyFile
    source: Source

    @property
    def file(self) -> str:
        """The path of its file, as it was given."""
        return self.source.file

    def at(self, *path: str | int) -> Location:
        """Where something of it is written."""
        return self.source.at(path)

    @property
    def profile(self) -> Profile:
        """The least profile."""
        return Profile(self.said.rules)

    @property
    def fail_on(self) -> Severity:
        """From where on a failure stops."""
        return Severity.parse(self.said.fail_on)

    @property
    def waivers(self) -> tuple[Waived, ...]:
        """Its own."""
        return tuple(Waived(one, self.at("waivers", index)) for index, one in enumerate(self.said.waivers))

    def severity(self, rule: Rule) -> Severity:
        """How bad it is where a rule fails."""
        written = self.said.severities.get(rule.id)
        return Severity.parse(written) if written else rule.severity

    def named(self) -> Iterator[tuple[str, Path]]:
        """Every rule that it names, and where."""
        for key in ("also", "mandatory"):
            yield from ((name, (key, index)) for index, name in enumerate(getattr(self.said, key)))
        yield from ((name, ("severities", name)) for name in self.said.severities)
        for index, grant in enumerate(self.said.waive):
            yield from ((name, ("waive", index, "rules", number)) for number, name in enumerate(grant.rules))
        yield from ((one.rule, ("waivers", index, "rule")) for index, one in enumerate(self.said.waivers))

    def refusal(self, waived: Waived, rule: Rule, on: date) -> str:
        """Why it does not let a waiver stand; "" if it does. ``rule``: with the severity that is in force."""
        written = waived.waiver
        if rule.id in self.said.mandatory:
            return f"{self.file} makes {rule.id} mandatory"
        fitting = [
            grant
            for grant in self.said.waive
            if any(matches(owner, written.owner) for owner in grant.owners)
            and (not grant.rules or rule.id in grant.rules)
            and rule.severity <= Severity.parse(grant.up_to)
        ]
        if not fitting:
            return f"{self.file} does not let {written.owner} waive {rule.id}, which is {rule.severity}"
        latest = on + timedelta(max(grant.days for grant in fitting))
        if written.expires > latest:
            return f"{self.file} lets {written.owner} waive {rule.id} until {latest} at most"
        return ""


def refusals(
    policies: Sequence[Policy], entries: Sequence[Waived], rules: Mapping[str, Rule], on: date
) -> dict[Waived, str]:
    """The waivers that do not stand, and why: every policy has to let each; of its own, all but those of mandatory."""
    found: dict[Waived, str] = {}
    for waived in entries:
        rule = rules.get(waived.waiver.rule)
        for policy in policies if rule else ():
            is_free = waived in policy.waivers and waived.waiver.rule not in policy.said.mandatory
            if rule and not is_free and (why := policy.refusal(waived, rule, on)):
                found.setdefault(waived, why)
    return found


def unfit(policy: Policy) -> Iterator[tuple[str, str, Location]]:
    """What is wrong with a policy as a whole: what, what to do, where."""
    for index, one in enumerate(policy.said.waivers):
        where = policy.at("waivers", index)
        if isinstance(one.resource, Ref):
            yield (
                "a policy belongs to no stack, so that it has no addresses",
                "name it as findings do: db:legacy",
                where,
            )
        if one.rule in policy.said.mandatory:
            yield f"{one.rule} is mandatory, and waived as well", "take one of the two out", where
