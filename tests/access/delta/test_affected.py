"""Whoever is not said to be affected has the answers of before; so nobody has to be asked twice in vain."""

from __future__ import annotations

from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.access.delta.affected import affected, key
from rds_secure.access.delta.escalations import chosen as chosen_of
from rds_secure.access.iam.escalate import Escalations
from rds_secure.access.iam.who import Who
from rds_secure.access.posture import Posture
from rds_secure.inventory import Inventory
from tests.access.delta.kit import people
from tests.access.iam.account import IAM, MFA, group, managed, role, user
from tests.access.iam.cases import statement

DELETE = statement("Allow", "rds:DeleteDBInstance")
Statements: TypeAlias = list[dict[str, Any]]
STATEMENTS = st.lists(
    st.sampled_from(
        [
            DELETE,
            DELETE | {"Condition": MFA},
            statement("Allow", "sts:AssumeRole"),
            statement("Allow", ["iam:PassRole", "ec2:RunInstances"]),
            statement("Allow", "iam:AddUserToGroup"),
            statement("Allow", "iam:CreateAccessKey"),
            statement("Deny", "rds:*"),
        ]
    ),
    max_size=2,
)
TRUSTS = st.sampled_from([{"AWS": f"{IAM}:user/dana"}, {"Service": "ec2.amazonaws.com"}, {"AWS": f"{IAM}:role/one"}])
WORLDS = st.tuples(STATEMENTS, STATEMENTS, STATEMENTS, STATEMENTS, TRUSTS, st.sampled_from([("ops",), ()]))


def world(own: Statements, shared: Statements, one: Statements, two: Statements, trust: Any, groups: Any) -> Inventory:
    return people(
        user("dana", *own, groups=groups),
        user("eve", groups=("ops",)),
        user("root-like", statement("Allow")),
        group("ops", attached=("shared",)),
        managed("shared", *shared),
        role("one", *one, trusts={"AWS": f"{IAM}:user/dana"}),
        role("two", *two, trusts=trust),
    )


@settings(max_examples=25, deadline=None)
@given(WORLDS, WORLDS, st.sets(st.integers(0, 5), max_size=2))
def test_whoever_is_left_out_has_the_answers_of_before(one: Any, two: Any, changed: set[int]) -> None:
    other = tuple(two[place] if place in changed else one[place] for place in range(6))
    before, after = _who(one), _who(other)
    found = affected(_who(one), _who(other))
    asked = {key(asker.caller) for who in (before, after) for asker in who.askers}
    left = asked - found.keys
    assert {each: _answers(before)[each] for each in left} == {each: _answers(after)[each] for each in left}
    means = Escalations(before), Escalations(after)
    chosen = chosen_of(before, means[0], found) | chosen_of(after, means[1], found)
    assert _means(before, chosen) == _means(after, chosen)


def test_nobody_is_affected_by_nothing_and_who_is_by_little_is_few() -> None:
    same: Any = ([DELETE], [], [], [], {"Service": "ec2.amazonaws.com"}, ())
    assert affected(_who(same), _who(same)).keys == frozenset()
    other: Any = ([DELETE], [], [], [DELETE], {"Service": "ec2.amazonaws.com"}, ())
    found = affected(_who(same), _who(other))
    assert {arn.rpartition("/")[2] for _, arn, _ in found.keys} == {"two", "ec2.amazonaws.com"}


def _who(written: Any) -> Who:
    found = Posture(world(*written)).who
    assert found
    return found


def _answers(who: Who) -> dict[Any, set[str]]:
    told: dict[Any, set[str]] = {key(asker.caller): set() for asker in who.askers}
    for answer in who.answers():
        told[key(answer.principal)].add(f"{answer.verb} {answer.databases} {answer.when} {answer.acts} {answer.way}")
    return told


def _means(who: Who, but: set[str]) -> set[str]:
    return {
        f"{one.principal.arn} {one.action} {one.targets} {one.verbs} {one.when} {one.launch}"
        for one in Escalations(who).all()
        if one.principal.arn not in but
    }
