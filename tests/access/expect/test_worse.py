"""Whether the rest of a change breaks an expectation worse than the account does already."""

from __future__ import annotations

from typing import Any

from rds_secure.access.expect import followed, is_no_worse
from rds_secure.access.expect.outcome import ByPath, ByPrincipal, Outcome
from rds_secure.access.expect.worse import Followed
from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.logic import YES, Formula, Literal
from rds_secure.access.iam.policy import Unread
from rds_secure.access.network.intervals import Addresses
from rds_secure.inventory import Inventory, Place, Question
from rds_secure.spec.expect import Expectation, Expected
from tests.access.expect.kit import AT

ONLY = Expected(Expectation.model_validate({"only": ["root"], "may": "delete", "on": "every database"}), AT)
EVE = Caller("user", "arn:aws:iam::123456789012:user/eve", "123456789012")
BOUND = Literal(Unread("p", allow=True))
ESCALATION: Any = object()
RANGE: Any = object()


def may(*things: str, who: Caller = EVE, when: Formula = YES, **more: Any) -> Outcome:
    return Outcome(ONLY, (ByPrincipal(who, "delete", things, when, **more),))


def reached(*networks: str, target: str = "db:orders") -> Outcome:
    return Outcome(ONLY, (ByPath(target, Addresses.parse(*networks), RANGE),))


def test_the_same_and_less_is_no_worse() -> None:
    assert is_no_worse(may("db:orders"), may("db:orders"), {})
    assert is_no_worse(may("db:orders"), may("db:orders", "db:ledger"), {})
    assert is_no_worse(may("db:orders"), may("*"), {})  # whatever it is called
    assert is_no_worse(may("db:orders", when=BOUND), may("db:orders"), {})
    assert is_no_worse(may("db:orders", escalation=ESCALATION), may("db:orders"), {})
    assert is_no_worse(reached("10.0.0.0/25"), reached("10.0.0.0/24"), {})
    assert is_no_worse(Outcome(ONLY, unknown=("a",)), Outcome(ONLY, unknown=("a", "b")), {})


def test_more_and_others_are_worse() -> None:
    nobody = Outcome(ONLY)
    dana = Caller("user", "arn:aws:iam::123456789012:user/dana", "123456789012")
    for now, before in (
        (may("db:orders"), nobody),
        (may("db:orders"), may("db:orders", who=dana)),
        (may("db:orders", "db:ledger"), may("db:orders")),
        (may("db:orders"), may("db:orders", when=BOUND)),
        (may("db:orders"), may("db:orders", escalation=ESCALATION)),
        (reached("10.0.0.0/24"), reached("10.0.0.0/25")),
        (reached("10.0.0.0/24"), reached("10.0.0.0/24", target="db:ledger")),
        (Outcome(ONLY, unknown=("a",)), nobody),
    ):
        assert not is_no_worse(now, before, {})


def test_what_is_renamed_and_what_takes_its_place_is_no_other_thing() -> None:
    names: Followed = {"db:orders": frozenset({"db:orders", "db:orders-old"})}
    assert is_no_worse(may("db:orders", "db:orders-old"), may("db:orders"), names)
    assert is_no_worse(reached("10.0.0.0/24", target="db:orders-old"), reached("10.0.0.0/24"), names)
    assert not is_no_worse(may("db:ledger"), may("db:orders"), names)


def test_a_database_is_followed_by_its_resource_id_and_by_its_place_in_the_stack() -> None:
    def listed(**databases: str) -> Inventory:
        items = [
            {"DBInstanceIdentifier": name.replace("_", "-"), "DbiResourceId": resource}
            for name, resource in databases.items()
        ]
        question = Question("rds", "DescribeDBInstances")
        return Inventory(Place("123456789012", "eu-west-1"), {question: {"DBInstances": items}})

    before, after = listed(orders="db-1", orders_new="db-2"), listed(orders_old="db-1", orders="db-2")
    found = followed(before, after, [("db:orders", "db:orders")])
    assert found["db:orders"] == {"db:orders", "db:orders-old"}
    assert found["db:orders-new"] == {"db:orders-new", "db:orders"}
