"""The order of the calls of a plan: which call waits for which. The nodes are calls, not resources.

So two security groups may name each other: each group's rules wait for the other's id, not for its rules.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

from rds_secure.operation import Operation
from rds_secure.plan.model import Action, Step
from rds_secure.values import Address, Ref, refs

Node: TypeAlias = tuple[Address, int]
"""A call: the address of its step, and its place in it."""


def order(steps: Iterable[Step], known: Container[Ref] = ()) -> dict[Node, frozenset[Node]]:
    """Every call, with the calls that must be complete before it goes out. Raises graphlib's `CycleError`.

    ``known``: what is there already, and is not waited for unless it is being made or changed as a whole.
    """
    by_address = {step.address: step for step in steps if step.operations}
    graph: dict[Node, frozenset[Node]] = {}
    for step in by_address.values():
        for index, operation in enumerate(step.operations):
            needed = set(_referred(step, operation, by_address, known))
            needed.update(
                (address, len(by_address[address].operations) - 1)
                for address in operation.after
                if address in by_address and address != step.address
            )
            needed.update(_renamed(step, operation, by_address))
            if index:
                needed.add((step.address, index - 1))
            if step.action is Action.DELETE:
                needed.update(_users(step, operation, by_address))
            graph[step.address, index] = frozenset(needed)
    TopologicalSorter(graph).prepare()
    return graph


def cycle(error: CycleError) -> tuple[Address, ...]:
    """The addresses of a cycle, each once, in order."""
    nodes: list[Node] = error.args[1]
    return tuple(dict.fromkeys(address for address, _ in nodes))


def _referred(step: Step, operation: Operation, steps: dict[Address, Step], known: Container[Ref]) -> Iterator[Node]:
    """A reference waits for its whole target if that is being made; a weak one for the call that yields the id.

    A change is waited for where only that yields what is referred to: the ARN of a group that is adopted.
    """
    waited = operation.wait.params if operation.wait else {}
    for ref in refs((dict(operation.params), dict(waited))):
        target = steps.get(ref.target)
        if target is None or target.address == step.address:
            continue
        if target.action is Action.CREATE:
            last = len(target.operations) - 1
            yield target.address, _exporting(target, ref) if operation.weak else last
        elif target.action is Action.UPDATE and step.action is Action.CREATE and not operation.weak:
            yield target.address, len(target.operations) - 1
        elif target.action in (Action.UPDATE, Action.MIGRATE) and ref not in known:
            yield target.address, _exporting(target, ref)


def _renamed(step: Step, operation: Operation, steps: dict[Address, Step]) -> Iterator[Node]:
    """A name or an ARN that is known beforehand is nobody's until what gets it has it."""
    changes = tuple(change.new for change in step.changes)
    for address in {ref.target for ref in refs((changes, dict(operation.params)))}:
        target = steps.get(address)
        if target is not None and target.renames and target is not step:
            yield address, len(target.operations) - 1


def _exporting(target: Step, ref: Ref) -> int:
    exporting = (index for index, operation in enumerate(target.operations) if ref.attribute in operation.exports)
    return next(exporting, len(target.operations) - 1)


def _users(step: Step, operation: Operation, steps: dict[Address, Step]) -> Iterator[Node]:
    """What is deleted goes after everything that uses it has let go.

    Those that use each other, in a ring of any size, let go first: until then none waits for the others.
    """
    ring = frozenset() if operation.destructive else _used(step, steps)
    for user in steps.values():
        if user.address != step.address and step.address in user.uses and user.address not in ring:
            releasing = [i for i, operation in enumerate(user.operations) if step.address in operation.releases]
            yield user.address, releasing[-1] if releasing else len(user.operations) - 1


def _used(step: Step, steps: dict[Address, Step]) -> frozenset[Address]:
    """What a step uses, and what that uses in turn, as far as it is deleted as well."""
    found: set[Address] = set()
    queue = [step]
    while queue:
        deleted = {used for used in queue.pop().uses if used in steps and steps[used].action is Action.DELETE}
        queue.extend(steps[used] for used in deleted - found)
        found |= deleted
    return frozenset(found)
