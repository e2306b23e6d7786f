"""What calls leave behind, told of every call that a kind can emit: each has a row, and runs. It judges no value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy

from rds_secure.access.alone import NOTHING
from rds_secure.access.foresee import called
from rds_secure.inventory import Inventory, Place, Question
from rds_secure.inventory.effects import EFFECTS, NO_EFFECT
from rds_secure.inventory.ledger import Ledger
from rds_secure.operation import Operation
from rds_secure.paths import search
from rds_secure.values import Address, Ref, leaves

PLACE = Place("123456789012", "eu-west-1")


def untold(operations: Iterable[Operation]) -> Iterator[str]:
    """The calls that are in none of the two tables, or in both."""
    for operation in operations:
        row = operation.service, operation.action
        if (row in EFFECTS) is (row in NO_EFFECT):
            yield operation.call


def foreseen(kind: str, operations: tuple[Operation, ...]) -> None:
    """Let each take effect where nothing was read, where there is nothing, and on what those before it have left.

    What an operation exports has to be in the reply. The inventory that it all begins with stays as it is.
    """
    nothing = {Question(*question): reply for question, reply in NOTHING.items()}
    before = deepcopy(nothing)
    for replies in ({}, nothing):
        ledger = Ledger(Inventory(PLACE, replies))
        for operation in operations:
            if effect := EFFECTS.get((operation.service, operation.action)):
                call = called(operation, Address(kind, "subject"), PLACE, {})
                assert not any(isinstance(value, Ref) for _, value in leaves(call.params))
                reply = effect(ledger, call)
                for path in (*operation.exports.values(), *operation.hands_on.values()):
                    assert search(path, reply), f"{operation.call}: {path}"
    assert nothing == before
