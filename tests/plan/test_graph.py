"""The order of calls: which waits for which (house rule 4)."""

from __future__ import annotations

from graphlib import CycleError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.operation import Operation, Wait
from rds_secure.plan import Action, Node, Step, order
from rds_secure.plan.graph import cycle
from rds_secure.values import Address, Ref, Text

A, B, C, D = (Address("toy", name) for name in "abcd")


def _call(*needed: Ref | Text, **more: Any) -> Operation:
    return Operation(service="toy", action="Call", params={"Needed": needed}, summary="", **more)


def _step(address: Address, *operations: Operation, action: Action = Action.CREATE, uses: Any = ()) -> Step:
    return Step(address, address.name, action, operations, uses=uses)


def _id(address: Address) -> Ref:
    return Ref(address, "id")


MAKE = _call(exports={"id": "Id"})


def test_the_calls_of_a_step_go_one_after_the_other() -> None:
    assert order([_step(A, MAKE, MAKE, MAKE)]) == {
        (A, 0): frozenset(),
        (A, 1): frozenset({(A, 0)}),
        (A, 2): frozenset({(A, 1)}),
    }


def test_steps_without_references_do_not_wait_for_each_other() -> None:
    assert set(order([_step(A, MAKE), _step(B, MAKE)]).values()) == {frozenset()}


def test_a_reference_waits_until_its_target_is_complete() -> None:
    graph = order([_step(A, MAKE, _call()), _step(B, _call(_id(A)))])
    assert graph[B, 0] == {(A, 1)}


def test_a_weak_reference_waits_only_for_the_call_that_yields_the_id() -> None:
    graph = order([_step(A, _call(), MAKE, _call()), _step(B, _call(_id(A), weak=True))])
    assert graph[B, 0] == {(A, 1)}


def test_a_weak_reference_to_what_no_call_yields_waits_until_all_is_there() -> None:
    graph = order([_step(A, MAKE, _call()), _step(B, _call(Ref(A, "endpoint"), weak=True))])
    assert graph[B, 0] == {(A, 1)}


def test_a_reference_inside_a_text_counts_as_any_other() -> None:
    graph = order([_step(A, MAKE), _step(B, _call(Text(("arn:", _id(A)))))])
    assert graph[B, 0] == {(A, 0)}


def test_what_is_waited_for_with_a_reference_counts_as_well() -> None:
    wait = Wait("toy", "Describe", {"Id": _id(A)}, "Toy")
    assert order([_step(A, MAKE), _step(B, _call(wait=wait))])[B, 0] == {(A, 0)}


def test_a_reference_to_itself_waits_for_the_call_before() -> None:
    assert order([_step(A, MAKE, _call(_id(A)))])[A, 1] == {(A, 0)}


def test_what_exists_and_is_not_changed_is_not_waited_for() -> None:
    unchanged = _step(A, action=Action.NONE)
    assert order([unchanged, _step(B, _call(_id(A)))]) == {(B, 0): frozenset()}


def test_what_is_made_waits_for_what_changes_and_it_refers_to() -> None:
    """A new instance is made with the parameters of its group already set (RDS-22)."""
    changed = _step(A, _call(), _call(), action=Action.UPDATE)
    assert order([changed, _step(B, _call(_id(A)))])[B, 0] == {(A, 1)}
    assert order([changed, _step(B, _call(_id(A), weak=True))], {_id(A)})[B, 0] == frozenset()


def test_changes_do_not_wait_for_each_other() -> None:
    steps = [_step(A, _call(), action=Action.UPDATE), _step(B, _call(_id(A)), action=Action.UPDATE)]
    assert order(steps, {_id(A)})[B, 0] == frozenset()


def test_a_change_is_waited_for_where_only_that_yields_what_is_referred_to() -> None:
    """The ARN of a group that is adopted, say."""
    changed = _step(A, _call(), MAKE, _call(), action=Action.UPDATE)
    for weak in (False, True):
        user = _step(B, _call(_id(A), weak=weak), action=Action.UPDATE)
        assert order([changed, user])[B, 0] == {(A, 1)}
        assert order([changed, user], {_id(A)})[B, 0] == frozenset()


def test_a_change_waits_for_what_is_made_and_it_is_to_refer_to() -> None:
    assert order([_step(A, MAKE), _step(B, _call(_id(A)), action=Action.UPDATE)])[B, 0] == {(A, 0)}


def test_two_that_name_each_other_weakly_are_no_cycle() -> None:
    """EC2-3: two groups may have rules about each other."""
    graph = order([_step(A, MAKE, _call(_id(B), weak=True)), _step(B, MAKE, _call(_id(A), weak=True))])
    assert graph[A, 1] == {(A, 0), (B, 0)}
    assert graph[B, 1] == {(B, 0), (A, 0)}


def test_two_that_need_each_other_are_a_cycle_that_names_them() -> None:
    with pytest.raises(CycleError) as raised:
        order([_step(A, _call(_id(B))), _step(B, _call(_id(C))), _step(C, _call(_id(A))), _step(D, _call(_id(A)))])
    names = cycle(raised.value)
    assert sorted(names) == [A, B, C]


# Deletion


def _deletion(address: Address, *uses: Address, releases: tuple[Address, ...] = ()) -> Step:
    release = (_call(releases=releases),) if releases else ()
    return _step(address, *release, _call(destructive=True), action=Action.DELETE, uses=uses)


def test_what_is_used_is_deleted_after_its_user() -> None:
    """RDS-10, EC2-3: what something uses cannot be deleted."""
    assert order([_deletion(A), _deletion(B, A)])[A, 0] == {(B, 0)}


def test_what_is_used_is_deleted_after_its_user_has_changed() -> None:
    changed = _step(B, _call(), _call(), action=Action.UPDATE, uses=(A,))
    assert order([_deletion(A), changed])[A, 0] == {(B, 1)}


def test_what_is_used_is_deleted_once_its_user_has_let_go() -> None:
    changed = _step(B, _call(), _call(releases=(A,)), _call(releases=(C,)), _call(), action=Action.UPDATE, uses=(A, C))
    graph = order([_deletion(A), _deletion(C), changed])
    assert graph[A, 0] == {(B, 1)}
    assert graph[C, 0] == {(B, 2)}


def test_a_user_has_let_go_when_its_last_call_for_that_is_complete() -> None:
    """A group names another one in rules of both directions."""
    changed = _step(B, _call(releases=(A,)), _call(releases=(A,)), _call(), action=Action.UPDATE, uses=(A,))
    assert order([_deletion(A), changed])[A, 0] == {(B, 1)}


def test_every_call_of_a_deletion_waits_for_the_users() -> None:
    """A role keeps its policies, and a database its protection, until nobody uses them any more."""
    steps = [_step(A, _call(), _call(destructive=True), action=Action.DELETE), _deletion(B, A)]
    assert order(steps)[A, 0] == {(B, 0)}


def test_what_is_destroyed_in_a_change_does_not_wait_for_users() -> None:
    """An inline policy that goes is not the group that has it."""
    changed = _step(A, _call(destructive=True), action=Action.UPDATE)
    user = _step(B, _call(_id(C)), action=Action.UPDATE, uses=(A,))
    assert order([changed, user, _step(C, MAKE, _call(_id(A)))])[A, 0] == frozenset()


@pytest.mark.parametrize("size", [2, 3, 4])
def test_a_ring_of_users_lets_go_before_any_is_deleted(size: int) -> None:
    """EC2-3: a group that is named in another's rule cannot be deleted."""
    ring = [A, B, C, D][:size]
    after = dict(zip(ring, [*ring[1:], ring[0]], strict=True))
    graph = order([_deletion(address, after[address], releases=(after[address],)) for address in ring])
    for address in ring:
        assert graph[address, 0] == frozenset()
        assert graph[after[address], 1] == {(after[address], 0), (address, 0)}


def test_a_ring_is_left_alone_until_users_from_outside_have_let_go() -> None:
    ring = [_deletion(A, B, releases=(B,)), _deletion(B, A, releases=(A,))]
    graph = order([*ring, _deletion(C, A)])
    assert graph[A, 0] == {(C, 0)}
    assert graph[B, 0] == frozenset()


def test_a_ring_in_which_nobody_can_let_go_is_a_cycle() -> None:
    with pytest.raises(CycleError):
        order([_deletion(A, B), _deletion(B, A)])


# Laws


@st.composite
def plans(draw: st.DrawFn) -> tuple[Step, ...]:
    """Steps whose calls refer to steps before them, and weakly to any id."""
    addresses = [Address("toy", f"n{number}") for number in range(draw(st.integers(1, 6)))]
    steps = []
    for index, address in enumerate(addresses):
        calls = [Operation(service="toy", action=f"{address.name}-0", params={}, summary="", exports={"id": "Id"})]
        calls[0] = _with(calls[0], draw(st.lists(st.sampled_from(addresses[:index]), max_size=2)) if index else [])
        for number in range(1, draw(st.integers(1, 3))):
            weak = draw(st.booleans())
            targets = draw(st.lists(st.sampled_from(addresses if weak else addresses[: index + 1]), max_size=2))
            call = Operation(service="toy", action=f"{address.name}-{number}", params={}, summary="", weak=weak)
            calls.append(_with(call, targets))
        steps.append(Step(address, address.name, Action.CREATE, tuple(calls)))
    return tuple(draw(st.permutations(steps)))


def _with(operation: Operation, targets: list[Address]) -> Operation:
    return Operation(
        service=operation.service,
        action=operation.action,
        params={"Needed": tuple(_id(target) for target in targets)},
        summary=operation.action,
        exports=operation.exports,
        weak=operation.weak,
    )


def closure(graph: dict[Node, frozenset[Node]], node: Node) -> set[Node]:
    """All that must be complete before a call goes out."""
    found: set[Node] = set()
    queue = list(graph[node])
    while queue:
        needed = queue.pop()
        if needed not in found:
            found.add(needed)
            queue.extend(graph[needed])
    return found


def _ordered(steps: tuple[Step, ...]) -> dict[Node, frozenset[Node]]:
    try:
        return order(steps)
    except CycleError:
        return {}


@given(plans())
def test_order_respects_edges(steps: tuple[Step, ...]) -> None:
    """Every reference is known when its call goes out, and a strong one stands for something complete."""
    graph = _ordered(steps)
    operations = {(step.address, index): call for step in steps for index, call in enumerate(step.operations)}
    last = {step.address: (step.address, len(step.operations) - 1) for step in steps}
    for node in graph:
        before = closure(graph, node)
        assert node not in before
        assert {(node[0], index) for index in range(node[1])} <= before
        for ref in operations[node].params["Needed"]:
            assert (ref.target, 0) in before or ref.target == node[0]
            assert operations[node].weak or ref.target == node[0] or last[ref.target] in before


@given(plans())
def test_order_does_not_depend_on_the_order_of_steps(steps: tuple[Step, ...]) -> None:
    assert _ordered(steps) == _ordered(tuple(reversed(steps)))


def test_a_call_that_comes_after_another_resource_waits_for_every_call_of_it() -> None:
    graph = order([_step(A, MAKE, _call(), action=Action.UPDATE), _step(B, _call(after=(A, B, C)))])
    assert graph[B, 0] == {(A, 1)}
