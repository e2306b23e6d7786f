"""Laws of the whole: after an apply a second plan is empty, whatever was there before and whatever failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rds_secure import ownership
from rds_secure.apply import Outcome, run
from rds_secure.errors import CallError
from rds_secure.events import ignore
from rds_secure.plan import Action, Deletion, Plan
from rds_secure.spec import Stack
from tests.fakes import FakeClock
from tests.toy_account import ToyAccount, planned, stack, steps

pytestmark = pytest.mark.usefixtures("toys")

ALL = Deletion(frozenset({"vault", "chest"}), final_snapshot=False, everything=True)

words = st.sampled_from(["x", "y", "z"])
fields = st.fixed_dictionaries(
    {},
    optional={
        "colour": words,
        "size": st.integers(1, 5).map(str),
        "weight": st.integers(1, 5).map(str),
        "parts": st.lists(words, max_size=2),
        "guests": st.lists(words, max_size=2),
        "settings": st.dictionaries(words, words, max_size=2),
        "shelf": st.fixed_dictionaries({}, optional={"books": st.lists(words, max_size=2), "label": words}),
        "policy": st.builds(
            lambda actions: {"Statement": [{"Effect": "Allow", "Action": actions}]}, st.lists(words, min_size=1)
        ),
        "tags": st.dictionaries(words, words, max_size=2),
        "when": st.just("now"),
    },
)


@st.composite
def stacks(draw: st.DrawFn) -> Mapping[str, Mapping[str, Any]]:
    """Up to five resources of several kinds that refer to each other."""
    kinds = st.sampled_from(["toy", "vault", "mould", "badge", "crowd"])
    addresses = draw(st.lists(st.builds("{}.{}".format, kinds, st.sampled_from("abc")), max_size=5, unique=True))
    declared: dict[str, dict[str, Any]] = {}
    for index, address in enumerate(addresses):
        written: dict[str, Any] = dict(draw(fields))
        if address.startswith("mould."):
            written["material"] = draw(st.sampled_from(["wood", "clay"]))
        if index and draw(st.booleans()):
            written["partner"] = f"${{{draw(st.sampled_from(addresses[:index]))}}}"
        others = [other for other in addresses if other != address]
        peers = draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else []
        written["peers"] = [{"to": f"${{{peer}}}", "note": draw(words)} for peer in peers]
        declared[address] = written
    return declared


def _apply(written: Stack, account: ToyAccount, caller: Any = None) -> tuple[Plan, Outcome]:
    made = planned(written, account, ALL)
    assume(made.is_applicable)  # some of them need each other
    return made, run(made, caller or account.caller(), FakeClock(), ignore, workers=1)


@settings(deadline=None, max_examples=150)
@given(stacks(), stacks())
def test_after_an_apply_a_second_plan_is_empty(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    account = ToyAccount()
    for declared in (before, after, {}):
        _, outcome = _apply(stack(declared), account)
        assert outcome.failures == []
        again = planned(stack(declared), account, ALL)
        assert steps(again) == {}
        assert len(account.toys) == len(declared)
    assert account.toys == {}


class _Failing:
    """A caller of which some calls fail, before or after they took effect."""

    def __init__(self, account: ToyAccount, failing: Mapping[int, bool]) -> None:
        self.caller, self.failing, self.number = account.caller(), failing, 0

    def call(
        self, service: str, action: str, params: Mapping[str, Any], *, once: bool = False, region: str = ""
    ) -> Mapping[str, Any]:
        number = self.number
        self.number += 1
        if self.failing.get(number) is not False:
            reply = self.caller.call(service, action, params, once=once, region=region)
        if number in self.failing:
            raise CallError(service, action, "NoReply", "the connection was reset")
        return reply


@settings(deadline=None, max_examples=150)
@given(stacks(), stacks(), st.dictionaries(st.integers(0, 8), st.booleans(), min_size=1, max_size=4))
def test_after_calls_that_failed_or_whose_reply_was_lost_another_apply_goes_on_from_there(
    before: Mapping[str, Any], after: Mapping[str, Any], failing: Mapping[int, bool]
) -> None:
    """ANY-1: replies are lost before or after a call took effect; nothing may be made twice."""
    account = ToyAccount()
    for declared in (before, after):
        _apply(stack(declared), account, _Failing(account, failing))
        assert all(ownership.STACK in toy["tags"] or toy["path"] for toy in account.toys.values())
        _, outcome = _apply(stack(declared), account)
        assert outcome.failures == []
        assert steps(planned(stack(declared), account, ALL)) == {}
        assert len(account.toys) == len(declared)


@settings(deadline=None, max_examples=60)
@given(stacks())
def test_what_somebody_changed_is_set_back_and_called_drift(declared: Mapping[str, Any]) -> None:
    account = ToyAccount()
    _apply(stack(declared), account)
    for toy in account.toys.values():
        toy["fields"]["colour"] = "changed behind our back"
    made, outcome = _apply(stack(declared), account)
    assert outcome.failures == []
    for step in made.steps:
        assert step.action is Action.UPDATE
        assert step.cause == ("" if step.address.kind == "crowd" else "drift")
        assert [change.path for change in step.changes] == ["colour"]
    assert steps(planned(stack(declared), account, ALL)) == {}


@settings(deadline=None, max_examples=60)
@given(stacks(), st.dictionaries(words, words, min_size=1, max_size=3))
def test_strangers_tags_and_strangers_themselves_are_as_they_were(
    declared: Mapping[str, Any], tags: Mapping[str, str]
) -> None:
    """Meaning §3."""
    account = ToyAccount()
    stranger = account.add("toy", "stranger", {"team": "sales"}, peers=())
    _apply(stack(declared), account)
    theirs = {f"their-{key}": value for key, value in tags.items()}
    for toy in account.toys.values():
        toy["tags"].update(theirs)
    assert steps(planned(stack(declared), account, ALL)) == {}
    _apply(stack({}), account)
    assert list(account.toys) == [stranger]
