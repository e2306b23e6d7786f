"""The inventory as a plan would leave it: the effects of its calls, in their order, on the replies. It calls nothing.

What only AWS knows of things that are not there yet is a text: ``<security_group.orders-db>``. What was not read stays
unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

from rds_secure.inventory.effects import EFFECTS, Call, placeholder
from rds_secure.inventory.ledger import Ledger
from rds_secure.inventory.model import Inventory, Place
from rds_secure.operation import Operation
from rds_secure.paths import search
from rds_secure.plan import Plan, Step, order
from rds_secure.values import Address, Handed, Lookup, Ref, Secret, Text, Value, transform

_SECRET = "<secret>"  # noqa: S105 - what stands for one
"""What stands for a password: no reply ever tells one."""


def foresee(inventory: Inventory, plan: Plan) -> Inventory:
    """The inventory as it will be when all calls of the plan are done. The plan need not be applicable."""
    return foreseen(inventory, plan)[0]


def foreseen(inventory: Inventory, plan: Plan) -> tuple[Inventory, Mapping[Ref, str]]:
    """The same, and what references will yield: the names that things have in it."""
    foresight = _Foresight(inventory, plan)
    return foresight.run(), foresight.values


class _Foresight:
    """The replies on their way, and what the calls so far have yielded."""

    def __init__(self, inventory: Inventory, plan: Plan) -> None:
        self.ledger, self.plan = Ledger(inventory), plan
        self.values: dict[Ref, str] = dict(plan.known)

    def run(self) -> Inventory:
        for step, operation in _in_order(self.plan):
            self._take_effect(step.address, operation)
            self._wait(step.address, operation)
        return self.ledger.inventory()

    def _take_effect(self, address: Address, operation: Operation) -> None:
        effect = EFFECTS.get((operation.service, operation.action))
        if effect:
            reply = effect(self.ledger, called(operation, address, self.ledger.place, self.values))
            self._export(address, operation.exports, reply, Ref)
            self._export(address, operation.hands_on, reply, Handed)

    def _wait(self, address: Address, operation: Operation) -> None:
        """What only a look at the new thing tells: the endpoint of a database."""
        wait = operation.wait
        if wait and wait.exports:
            subject = _subject(_filled(wait.params, self.ledger.place, self.values))
            reply = self.ledger.reply(wait.service, wait.action, subject)
            self._export(address, wait.exports, search(wait.select, reply or {}), Ref)

    def _export(self, address: Address, exports: Mapping[str, str], source: Any, to: type[Ref]) -> None:
        for attribute, path in exports.items():
            value = search(path, source)
            if value is not None:
                self.values[to(address, attribute)] = str(value)


def called(operation: Operation, address: Address, place: Place, values: Mapping[Ref, str]) -> Call:
    """The call of a resource's operation, given what references yield so far; texts stand for the rest."""
    params = _filled(operation.params, place, values)
    return Call(operation.service, operation.action, params, address, place, next(iter(operation.hands_on), ""))


def _filled(params: Mapping[str, Value], place: Place, values: Mapping[Ref, str]) -> dict[str, Any]:
    """Parameters without anything unknown in them."""

    def leaf(value: Value) -> Value:
        match value:
            case Ref():
                return values.get(value) or placeholder(value)
            case Text():
                return "".join(part if isinstance(part, str) else leaf(part) for part in value.parts)
            case Lookup():
                return _found(value, place)
            case Secret():
                return _SECRET
        return value

    filled: dict[str, Any] = transform(dict(params), leaf)
    return filled


def _found(lookup: Lookup, place: Place) -> str:
    """What stands for what a look-up finds: of a key that is its ARN."""
    arn = f"arn:{place.partition}:kms:{place.region}:{place.account}:key/" if lookup.what == "kms_key" else ""
    return arn + placeholder(lookup)


def _subject(params: Mapping[str, Any]) -> str:
    return str(next(iter(params.values()), ""))


def _in_order(plan: Plan) -> Iterator[tuple[Step, Operation]]:
    """Every call, after those that it waits for; else in the order of the plan."""
    steps = {step.address: step for step in plan.steps}
    sorter = TopologicalSorter(order(plan.steps, plan.known))
    sorter.prepare()
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        for address, index in ready:
            yield steps[address], steps[address].operations[index]
        sorter.done(*ready)
