"""The digest of a plan: what an approval is bound to, and what may change under it (meaning §6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from rds_secure.live import read_live
from rds_secure.plan import plan
from tests.toy import IDENTITY
from tests.toy_account import ToyAccount, look, planned, stack

pytestmark = pytest.mark.usefixtures("toys")

DECLARED: dict[str, Any] = {
    "toy.a": {"colour": "red", "parts": ["x", "y"], "settings": {"k": "1", "l": "2"}, "exclusive": False},
    "toy.b": {"partner": "${toy.a}"},
}


def _account() -> ToyAccount:
    account, declared = ToyAccount(), stack(DECLARED)
    identifier = account.own(declared, "toy.a")
    account.own(declared, "toy.b", partner=identifier)
    return account


def _digest(account: ToyAccount, declared: Mapping[str, Mapping[str, Any]] = DECLARED) -> str:
    return planned(stack(declared), account).digest


def _changed(**fields: Any) -> str:
    account = _account()
    account.named("a")["fields"].update(fields)
    return _digest(account)


def test_the_same_spec_and_account_give_the_same_digest() -> None:
    assert _digest(_account()) == _digest(_account())
    assert len(_digest(_account())) == 43


def test_the_order_in_a_spec_and_in_aws_does_not_matter() -> None:
    turned = {address: dict(reversed(fields.items())) for address, fields in reversed(DECLARED.items())}
    assert _digest(_account(), turned) == _digest(_account())
    account = _account()
    account.toys = dict(reversed(account.toys.items()))
    assert _digest(account) == _digest(_account())
    assert _changed(parts=("y", "x"), settings={"l": "2", "k": "1"}) == _digest(_account())


def test_the_digest_covers_the_steps() -> None:
    assert _digest(_account(), {**DECLARED, "toy.c": {}}) != _digest(_account())
    assert _digest(_account(), {**DECLARED, "toy.b": {}}) != _digest(_account())


@pytest.mark.parametrize("identity", [{"account": "210987654321"}, {"region": "eu-west-2"}])
def test_the_digest_covers_where_the_stack_is(identity: Mapping[str, str]) -> None:
    def digest(**elsewhere: str) -> str:
        declared = stack({"toy.a": {}})
        return plan(read_live(declared, ToyAccount().reader(), replace(IDENTITY, **elsewhere)), declared.at).digest

    assert digest(**identity) != digest()


def test_the_digest_covers_the_live_values_of_what_is_declared() -> None:
    """A change from green to red is not the approved one from grey to red."""
    assert _changed(colour="green") != _changed(colour="grey")


def test_the_digest_covers_what_is_no_longer_declared() -> None:
    account = _account()
    identifier = account.own(stack({}), "vault.old")
    before = _digest(account)
    assert before != _digest(_account())
    account.toys[identifier]["fields"]["weight"] = 11
    assert _digest(account) != before


def test_the_digest_does_not_cover_what_is_left_to_aws() -> None:
    """Meaning §6."""
    assert _changed(weight=11, release="1.8") == _digest(_account())


def test_the_digest_does_not_cover_what_is_left_to_others() -> None:
    ignoring = {**DECLARED, "toy.a": {**DECLARED["toy.a"], "ignore": ["size", "settings"]}}
    account = _account()
    before = _digest(account, ignoring)
    account.named("a")["fields"].update(size=7, settings={"k": "others"})
    assert _digest(account, ignoring) == before
    account.named("a")["fields"].update(colour="blue")
    assert _digest(account, ignoring) != before


def test_the_digest_does_not_cover_strangers() -> None:
    """Meaning §6."""
    account = _account()
    account.add("toy", "stranger")
    account.named("a")["fields"]["guests"] = ("them", "another's guest")
    account.named("b")["fields"]["guests"] = ("another's guest",)
    assert planned(stack(DECLARED), account).steps[0].strangers
    assert _digest(account) == _digest(_account())


def test_the_digest_does_not_cover_notes() -> None:
    account = _account()
    account.named("a")["more"] = {"facts": {"notes": ("it squeaks",)}}
    assert _digest(account) == _digest(_account())


def test_the_digest_covers_the_matches_of_look_ups() -> None:
    """Meaning §6."""

    def digest(*found: str) -> str:
        account, declared = ToyAccount(), stack({"toy.a": {"subnets": {"tag": {"Tier": "private"}}}})
        subnets = [{"SubnetId": subnet, "Tags": [{"Key": "Tier", "Value": "private"}]} for subnet in found]
        account.answers["ec2", "DescribeSubnets"] = {"Subnets": subnets}
        return plan(look(declared, account), declared.at).digest

    assert digest("subnet-1", "subnet-2") == digest("subnet-2", "subnet-1")
    assert digest("subnet-1", "subnet-2") != digest("subnet-1")
