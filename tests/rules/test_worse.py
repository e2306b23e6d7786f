"""What a change makes worse, of the findings before and after it: laws, and what counts as the same thing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rds_secure.finding import Finding, Severity, State
from rds_secure.rules.change import Change, compare
from rds_secure.values import Address

ORDERS = Address("db_instance", "orders")
ASIDE = Address("db_instance", "orders#old-k3f9zq2w")


def finding(
    rule: str = "not-public",
    state: State = State.FAIL,
    thing: str = "db-1",
    address: Address | None = ORDERS,
    subject: str = "db:orders",
) -> Finding:
    return Finding(rule, state, Severity.HIGH, subject, "it is so", "mend it", address, thing=thing)


def found(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> dict[str, list[str]]:
    """What is in which part, as the names of what it is about."""
    change = compare(before, after)
    parts = {name: [one.subject for one in getattr(change, name)] for name in Change.__slots__}
    return {name: subjects for name, subjects in parts.items() if subjects}


ADDRESSES = st.sampled_from([ORDERS, ASIDE, Address("iam_role", "app"), None])
FINDINGS = st.builds(
    finding,
    st.sampled_from(["not-public", "minor-upgrades", "key-not-public"]),
    st.sampled_from([State.FAIL, State.PASS, State.UNKNOWN, State.WAIVED, State.KNOWN]),
    st.sampled_from(["db-1", "db-2", "db-3"]),
    ADDRESSES,
).flatmap(lambda one: st.sampled_from([(), ("a",), ("a", "b"), ("c",)]).map(lambda what: replace(one, what=what)))


def states(listed: list[Finding]) -> tuple[Finding, ...]:
    """At most one answer of a rule about a thing."""
    return tuple({(one.rule, one.thing): one for one in listed}.values())


STATES = st.lists(FINDINGS, max_size=8).map(states)


# Laws


@given(STATES)
def test_what_changes_nothing_makes_nothing_worse(findings: tuple[Finding, ...]) -> None:
    change = compare(findings, findings)
    assert change.is_empty
    assert set(change.old) == {one for one in findings if one.state is State.FAIL}


@given(STATES, STATES, STATES)
def test_old_sins_elsewhere_make_no_difference(
    before: tuple[Finding, ...], after: tuple[Finding, ...], others: tuple[Finding, ...]
) -> None:
    """Whatever is the same before and after, of other things, neither blocks nor excuses."""
    elsewhere = tuple(replace(one, thing=f"other-{one.thing}", address=None) for one in others)
    change, more = compare(before, after), compare((*before, *elsewhere), (*after, *elsewhere))
    assert (change.worse, change.excused, change.unsure, change.mended) == (
        more.worse,
        more.excused,
        more.unsure,
        more.mended,
    )


@given(STATES, STATES)
def test_whatever_fails_afterwards_is_new_or_old_and_never_both(
    before: tuple[Finding, ...], after: tuple[Finding, ...]
) -> None:
    change = compare(before, after)
    failing = [one for one in after if one.state is State.FAIL]
    told = Counter((*change.worse, *(one for one in change.old if one in failing)))
    assert told == Counter(failing)


@given(STATES)
def test_all_that_is_wrong_with_what_is_made_is_new(after: tuple[Finding, ...]) -> None:
    assert set(compare((), after).worse) == {one for one in after if one.state is State.FAIL}


# What is the same thing


def test_what_passed_or_was_not_known_and_fails_is_worse() -> None:
    for state in (State.PASS, State.UNKNOWN):
        assert found((finding(state=state),), (finding(),)) == {"worse": ["db:orders"]}


def test_a_thing_keeps_its_sins_under_another_name_and_address() -> None:
    renamed = finding(subject="db:orders-2", address=None)
    assert found((finding(),), (renamed,)) == {"old": ["db:orders-2"]}


def test_what_takes_the_place_of_something_takes_over_its_sins_and_mends_them() -> None:
    """A migration: the old database is put aside, and another one has its name and address."""
    aside = finding(address=ASIDE, subject="db:orders-old")
    new = finding(thing="db-2")
    assert found((finding(),), (aside, new)) == {"old": ["db:orders", "db:orders-old"]}
    mended = replace(new, state=State.PASS)
    assert found((finding(),), (aside, mended)) == {"mended": ["db:orders"], "old": ["db:orders-old"]}
    assert found((finding(), finding(thing="db-2", address=None, state=State.PASS)), (aside, new)) == {
        "old": ["db:orders", "db:orders-old"]
    }, "also where it was begun, and is half-way"


def test_what_takes_the_place_of_something_that_passed_is_worse_for_whoever_goes_by_the_address() -> None:
    """The way back of a migration; what is adopted brings its sins along where nothing was."""
    passed, aside = finding(thing="db-2", state=State.PASS), finding(address=ASIDE, subject="db:orders-old")
    undone = replace(passed, address=None, subject="db:orders-undone")
    assert found((passed, aside), (undone, finding())) == {"worse": ["db:orders"]}
    assert found((finding(address=None),), (finding(),)) == {"old": ["db:orders"]}


def test_one_failure_that_goes_excuses_one_that_comes_at_its_address() -> None:
    """Policies that are written into a role all stand at its address."""

    def inline(name: str, state: State = State.FAIL) -> Finding:
        return finding("no-admin-policy", state, f"arn: {name}", Address("iam_role", "app"), f"role/app: {name}")

    assert found((inline("a"),), (inline("b"),)) == {"old": ["role/app: b"]}
    assert found((inline("a"),), (inline("b"), inline("c"))) == {
        "worse": ["role/app: c"],
        "old": ["role/app: b"],
    }
    assert found((inline("a"),), (inline("a"), inline("b"))) == {"worse": ["role/app: b"], "old": ["role/app: a"]}
    assert found((inline("a"), inline("b", State.PASS)), (inline("b"),)) == {
        "worse": ["role/app: b"],
        "mended": ["role/app: a"],
    }


def test_more_of_an_old_failure_is_worse_and_less_of_it_is_not() -> None:
    def ports(*open_ports: str) -> Finding:
        return replace(finding("no-risky-ports", thing="sg-1", subject="sg-1"), what=open_ports)

    assert found((ports("22"),), (ports("22", "5432"),)) == {"worse": ["sg-1"]}
    assert found((ports("22"),), (ports("5432"),)) == {"worse": ["sg-1"], "mended": ["sg-1"]}
    assert found((ports("22", "5432"),), (ports("22"),)) == {"old": ["sg-1"]}


def test_each_statement_of_a_policy_is_a_failure_of_its_own() -> None:
    def statement(name: str, what: str) -> Finding:
        return replace(
            finding("no-admin-policy", thing="arn", subject="policy/p"), message=f"{name} {what}", what=(what,)
        )

    first, renamed = statement("statement 1", "allows all of s3"), statement("statement 2", "allows all of s3")
    other = statement("statement 1", "allows all of rds")
    assert found((first,), (renamed,)) == {"old": ["policy/p"]}, "by what it says, not by its number"
    assert [one.message for one in compare((first,), (other, renamed)).worse] == ["statement 1 allows all of rds"]
    assert [one.message for one in compare((other, renamed), (first,)).mended] == ["statement 1 allows all of rds"]
    assert found((first,), (other,)) == {"worse": ["policy/p"], "mended": ["policy/p"]}


def test_what_is_gone_or_passes_is_mended_and_what_nobody_can_tell_is_not() -> None:
    assert found((finding(),), ()) == {"mended": ["db:orders"]}
    assert found((finding(),), (finding(state=State.PASS),)) == {"mended": ["db:orders"]}
    assert found((finding(),), (finding(state=State.UNKNOWN),)) == {"old": ["db:orders"]}


def test_what_passed_and_nobody_can_tell_any_more_is_said() -> None:
    assert found((finding(state=State.PASS),), (finding(state=State.UNKNOWN),)) == {"unsure": ["db:orders"]}
    assert found((), (finding(state=State.UNKNOWN),)) == {}


def test_what_somebody_answers_for_is_told_apart() -> None:
    for state in (State.WAIVED, State.KNOWN):
        assert found((), (finding(state=state),)) == {"excused": ["db:orders"]}
        assert found((finding(state=state),), (finding(state=state),)) == {}


def test_a_snapshot_is_no_worse_than_its_database_unless_anybody_may_have_it() -> None:
    def snapshot(rule: str) -> Finding:
        return finding(rule, thing="arn:snapshot", address=None, subject="snapshot:orders-final")

    assert found((), (snapshot("snapshot-encrypted"),)) == {}
    assert found((), (snapshot("snapshot-not-public"),)) == {"worse": ["snapshot:orders-final"]}
    passed = replace(snapshot("snapshot-not-public"), state=State.PASS)
    assert found((passed,), (snapshot("snapshot-encrypted"),)) == {"worse": ["snapshot:orders-final"]}
