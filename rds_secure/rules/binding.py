"""What must not be: rules that nobody knows, and words that would loosen what binds a run. It only complains."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from rds_secure.errors import Location, Problem
from rds_secure.finding import Severity
from rds_secure.rules.meta import META
from rds_secure.rules.model import Profile
from rds_secure.rules.policy import Policy
from rds_secure.spec import Stack
from rds_secure.spec.guardrails import Tightened, Waived
from rds_secure.spec.suggest import closest

META_IDS = frozenset(rule.id for rule in META)


def unknown(named: Iterable[tuple[str, Location | None]], known: Collection[str]) -> Iterator[Problem]:
    """Rules that there are not."""
    for name, at in named:
        if name in known:
            continue
        prefix, slash, _ = name.partition("/")
        guess = closest(name, known)
        fix = f"did you mean {guess!r}?" if guess else "'rds-secure explain' lists the rules that there are"
        if slash and not guess:
            fix = f"install the package whose rules begin with {prefix}/, or take it out"
        yield Problem(f"there is no rule {name!r}", fix, at)


def unknown_in(stack: Stack, known: Collection[str]) -> list[Problem]:
    """Rules that a spec names, and that there are not."""
    asked = stack.tightening
    also = ((name, asked.at.get("also")) for name in asked.said.also)
    return [*of_waivers(stack.waivers, known), *unknown(also, known)]


def of_waivers(waivers: Iterable[Waived], known: Collection[str]) -> Iterator[Problem]:
    """Waivers of rules that there are not, or that are about waivers themselves."""
    for one in waivers:
        if one.waiver.rule in META_IDS:
            yield Problem(f"{one.waiver.rule} cannot be waived", "mend what it is about", one.at)
        else:
            yield from unknown([(one.waiver.rule, one.at)], known)


def loosened_by_options(
    policies: Sequence[Policy], profile: object, fail_on: Severity | None, baseline: str
) -> Iterator[Problem]:
    """Options that ask for less than a policy. ``profile``, ``fail_on``, ``baseline``: None or "" where not given."""
    for policy in policies:
        if profile is Profile.BASELINE and policy.profile is Profile.STRICT:
            yield _less("--rules baseline", "strict", policy.file, policy.at("rules"), "leave it out")
        if fail_on and fail_on > policy.fail_on:
            word = f"--fail-on {fail_on}"
            yield _less(word, str(policy.fail_on), policy.file, policy.at("fail_on"), "leave it out")
    if baseline:
        yield from letting_old_pass(policies, f"--baseline {baseline}")


def letting_old_pass(policies: Iterable[Policy], option: str) -> Iterator[Problem]:
    """An option by which what failed before stops nothing, where a policy lets none."""
    for policy in policies:
        if policy.said.baseline == "refused":
            what = f"{option} lets pass what failed before, which {policy.file} does not allow"
            yield Problem(what, "leave it out, or have the policy say 'baseline: allowed'", policy.at("baseline"))


def loosened_by_spec(policies: Sequence[Policy], tightened: Tightened) -> Iterator[Problem]:
    """What `guardrails:` of a spec asks for, and is less than what binds it anyway."""
    said, at, fix = tightened.said, tightened.at, "write that, or leave it out: a spec can only tighten"
    strictest = max(policies, key=lambda one: one.profile is Profile.STRICT, default=None)
    if said.rules == "baseline" and strictest and strictest.profile is Profile.STRICT:
        yield _less("baseline", "strict", strictest.file, at.get("rules"), fix)
    lowest = min(policies, key=lambda one: one.fail_on, default=None)
    floor = lowest.fail_on if lowest else Severity.HIGH
    if said.fail_on and Severity.parse(said.fail_on) > floor:
        yield _less(said.fail_on, str(floor), lowest.file if lowest else "", at.get("fail_on"), fix)


def _less(word: str, bound: str, file: str, at: Location | None, fix: str) -> Problem:
    whose = f"which {file} asks for" if file else "which binds without a policy"
    return Problem(f"{word} is looser than {bound}, {whose}", fix, at)
