"""Laws of what binds a run: nothing that whoever changes a spec can write makes it pass what a policy forbids."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.errors import Location, RefusedError, SpecError
from rds_secure.finding import Finding, Severity, State
from rds_secure.rules import META, RULES, Guardrails, Of, Profile, Rule, Subject
from rds_secure.rules.baseline import Baseline, entry_of
from rds_secure.rules.policy import Grant, Policy, PolicyFile
from rds_secure.rules.profile import Chosen, ProfileFile
from rds_secure.rules.waivers import Scene
from rds_secure.spec import Source, Stack
from rds_secure.spec.guardrails import Tightened, Tightening, Waived, Waiver
from rds_secure.values import Address, Ref

TODAY = date(2026, 11, 24)
TABLE = tuple(
    next(rule for rule in RULES if rule.severity is severity and rule.profile is profile)
    for severity, profile in (
        (Severity.HIGH, Profile.BASELINE),
        (Severity.MEDIUM, Profile.STRICT),
        (Severity.LOW, Profile.STRICT),
    )
)
IDS = [rule.id for rule in TABLE]
SUBJECTS = (
    Subject(Of.INSTANCE, "db:orders", {}, Address("db_instance", "orders"), stack="orders"),
    Subject(Of.INSTANCE, "db:legacy", {}),
    Subject(Of.INSTANCE, "db:other", {}, Address("db_instance", "orders"), stack="other"),
)
META_IDS = {rule.id for rule in META}

grades = st.sampled_from([str(each) for each in Severity])
owners = st.sampled_from(["dana", "dana@x"])
days = st.sampled_from([-1, 0, 10, 40]).map(lambda number: TODAY + timedelta(number))
names = st.sampled_from(["db:*", "db:legacy"])
few = st.sampled_from([(), (), *((name,) for name in IDS)])


def waivers(resources: st.SearchStrategy[str | Ref]) -> st.SearchStrategy[Waiver]:
    return st.builds(
        Waiver, rule=st.sampled_from(IDS), resource=resources, reason=st.just("x"), owner=owners, expires=days
    )


grants = st.builds(
    Grant,
    owners=st.sampled_from([("dana",), ("*@x", "sam"), ("*",)]),
    rules=few,
    up_to=grades,
    days=st.sampled_from([5, 30]),
)
said = st.builds(
    PolicyFile,
    version=st.just("1"),
    rules=st.sampled_from(["baseline", "strict"]),
    also=few,
    mandatory=few,
    severities=st.dictionaries(st.sampled_from(IDS), grades, max_size=2),
    fail_on=grades,
    waive=st.lists(grants, max_size=2).map(tuple),
    waivers=st.lists(waivers(names), max_size=1).map(tuple),
    baseline=st.sampled_from(["refused", "allowed"]),
)
policies = st.lists(said, min_size=1, max_size=2).map(
    lambda each: tuple(Policy(one, Source(f"policy-{number}.yaml", {}, {}, {})) for number, one in enumerate(each))
)
written = st.lists(
    waivers(st.one_of(names, st.just(Ref(Address("db_instance", "orders"), "")))), min_size=1, max_size=3
).map(
    lambda each: tuple(Waived(one, Location("spec.yaml", number + 7, 5), "orders") for number, one in enumerate(each))
)
tightenings = st.builds(
    Tightening,
    rules=st.sampled_from([None, "baseline", "strict"]),
    also=few,
    fail_on=st.one_of(st.none(), grades),
)
pairs = [(rule, subject) for rule in TABLE for subject in SUBJECTS]
findings = st.lists(
    st.sampled_from([State.FAIL, State.FAIL, State.PASS, State.UNKNOWN]), min_size=len(pairs), max_size=len(pairs)
).map(lambda states: [(*pair, state) for pair, state in zip(pairs, states, strict=True)])
"""What each rule says of each thing."""
own = st.builds(
    lambda ids: Chosen(ProfileFile(version="1", rules=ids), Source("ours.yaml", {}, {}, {})),
    st.sampled_from([(name,) for name in IDS]),
)
profiles = st.one_of(st.sampled_from(Profile), own)
Told = list[tuple[Rule, Subject, State]]
often = settings(max_examples=300)


def told(drawn: Told, guardrails: Guardrails) -> list[Finding]:
    """What the rules that are asked say, as bad as they are held to be."""
    asked = {rule.id: rule for rule in guardrails.rules}
    return [
        Finding(rule.id, state, asked[rule.id].severity, of.name, "x", "y", of.address, stack=of.stack)
        for rule, of, state in drawn
        if rule.id in asked
    ]


def forbidden(drawn: Told, made: tuple[Policy, ...]) -> list[Finding]:
    """What has to stop a run by the policies themselves, told anew from what the README says of them."""
    least = min(Severity.parse(one.said.fail_on) for one in made)
    strict = any(one.said.rules == "strict" for one in made)
    mandatory = {name for one in made for name in one.said.mandatory}
    also = {name for one in made for name in one.said.also}
    found = []
    for rule, of, state in drawn:
        severity = max(
            Severity.parse(one.said.severities[rule.id]) if rule.id in one.said.severities else rule.severity
            for one in made
        )
        is_asked = strict or rule.profile is Profile.BASELINE or rule.id in mandatory | also
        if state is State.FAIL and is_asked and (severity >= least or rule.id in mandatory):
            found.append(Finding(rule.id, state, severity, of.name, "x", "y", of.address, stack=of.stack))
    return found


def scene(guardrails: Guardrails) -> Scene:
    return Scene({rule.id: rule for rule in guardrails.rules}, SUBJECTS)


def settled(drawn: Told, guardrails: Guardrails) -> tuple[Finding, ...]:
    return guardrails.settled(told(drawn, guardrails), scene(guardrails))


def everything(drawn: Told) -> Baseline:
    """The baseline of somebody who records whatever fails."""
    made = [
        Finding(rule.id, state, Severity.LOW, of.name, "x", "", of.address, stack=of.stack) for rule, of, state in drawn
    ]
    return Baseline("b.json", {entry_of(one.rule, one, "orders"): Location("b.json", 1, 1) for one in made})


def key(finding: Finding) -> tuple[str, str]:
    return finding.rule, finding.subject


def bare(made: tuple[Policy, ...]) -> Guardrails:
    """The policies, and nothing that anybody else asks for."""
    return Guardrails(Profile.BASELINE, Severity.CRITICAL, policies=made, table=TABLE, on=TODAY)


def author(
    made: tuple[Policy, ...],
    entries: tuple[Waived, ...],
    tightening: Tightening,
    profile: Profile | Chosen,
    fail_on: Severity,
    drawn: Told,
) -> Guardrails | None:
    """All that the author of a change can write, at once; None where it is refused."""
    stack = Stack("orders", None, None, {}, {}, waivers=entries, tightening=Tightened(tightening))
    written = Guardrails(
        profile, fail_on, policies=made, baseline=everything(drawn), table=TABLE, on=TODAY, stack="orders"
    )
    try:
        return written.of(stack)
    except (RefusedError, SpecError):
        return None


def may(made: tuple[Policy, ...], finding: Finding, entries: tuple[Waived, ...]) -> bool:
    """Whether every policy lets a failure pass, told anew from what the README says."""
    if any(finding.rule in one.said.mandatory for one in made):
        return False
    if all(one.said.baseline == "allowed" for one in made):
        return True
    all_waivers = [(waived, None) for waived in entries]
    all_waivers += [(waived, one) for one in made for waived in one.waivers]
    return any(
        is_about(waived, finding)
        and waived.waiver.expires >= TODAY
        and all(one is origin or _lets(one, waived.waiver, finding.severity) for one in made)
        for waived, origin in all_waivers
    )


def is_about(waived: Waived, finding: Finding) -> bool:
    """Whether a waiver is of this failure, told anew."""
    resource = waived.waiver.resource
    of = (
        ("db:orders",)
        if isinstance(resource, Ref)
        else ("db:legacy", "db:orders", "db:other")
        if "*" in resource
        else (resource,)
    )
    return waived.waiver.rule == finding.rule and finding.subject in of


def _lets(policy: Policy, waiver: Waiver, severity: Severity) -> bool:
    for grant in policy.said.waive:
        named = any(
            owner in ("*", waiver.owner) or (owner == "*@x" and waiver.owner.endswith("@x")) for owner in grant.owners
        )
        about = not grant.rules or waiver.rule in grant.rules
        if named and about and severity <= Severity.parse(grant.up_to) and (waiver.expires - TODAY).days <= grant.days:
            return True
    return False


@often
@given(policies, written, tightenings, profiles, st.sampled_from(Severity), findings)
def test_nothing_passes_that_a_policy_forbids(
    made: tuple[Policy, ...],
    entries: tuple[Waived, ...],
    tightening: Tightening,
    profile: Profile | Chosen,
    fail_on: Severity,
    drawn: Told,
) -> None:
    bound = author(made, entries, tightening, profile, fail_on, drawn)
    if bound is None:
        return
    stopped = {key(one) for one in bound.stopping(settled(drawn, bound))}
    for one in forbidden(drawn, made):
        assert key(one) in stopped or may(made, one, entries)


@often
@given(policies, written, tightenings, profiles, st.sampled_from(Severity), findings)
def test_what_is_let_pass_every_policy_lets_pass(
    made: tuple[Policy, ...],
    entries: tuple[Waived, ...],
    tightening: Tightening,
    profile: Profile | Chosen,
    fail_on: Severity,
    drawn: Told,
) -> None:
    bound = author(made, entries, tightening, profile, fail_on, drawn)
    for one in settled(drawn, bound) if bound else ():
        if one.state in (State.WAIVED, State.KNOWN):
            assert may(made, one, entries)
            assert (one.state is State.WAIVED) is (one.excuse is not None)


@often
@given(policies, written, findings)
def test_a_waiver_changes_nothing_but_the_failures_that_it_covers(
    made: tuple[Policy, ...], entries: tuple[Waived, ...], drawn: Told
) -> None:
    bound = replace(bare(made), waivers=entries[1:])
    more = replace(bound, waivers=entries)
    before = {key(one): one for one in settled(drawn, bound) if one.rule not in META_IDS}
    after = {key(one): one for one in settled(drawn, more) if one.rule not in META_IDS}
    assert before.keys() == after.keys()
    for name, one in after.items():
        if one != before[name]:
            assert is_about(entries[0], one)
            assert before[name].state in (State.FAIL, State.WAIVED)
            assert one.state is State.WAIVED


@often
@given(said, said, written, findings)
def test_a_further_policy_only_tightens(
    one: PolicyFile, other: PolicyFile, entries: tuple[Waived, ...], drawn: Told
) -> None:
    """But for waivers of its own, which are let stand where the others let them."""
    other = other.model_copy(update={"waivers": ()})
    first, second = Policy(one, Source("a.yaml", {}, {}, {})), Policy(other, Source("b.yaml", {}, {}, {}))
    alone, both = (replace(bare(each), waivers=entries) for each in ((first,), (first, second)))
    stopped = {key(each) for each in alone.stopping(settled(drawn, alone)) if each.rule not in META_IDS}
    assert stopped <= {key(each) for each in both.stopping(settled(drawn, both))}


@often
@given(written, tightenings, findings)
def test_without_a_policy_what_a_spec_asks_for_only_tightens(
    entries: tuple[Waived, ...], tightening: Tightening, drawn: Told
) -> None:
    plain = Guardrails(table=TABLE, on=TODAY)
    stack = Stack("orders", None, None, {}, {}, tightening=Tightened(tightening))
    try:
        bound = plain.of(stack)
    except RefusedError:
        return
    stopped = {key(one) for one in plain.stopping(settled(drawn, plain))}
    assert stopped <= {key(one) for one in bound.stopping(settled(drawn, bound))}
    assert bound.of(stack) == bound
