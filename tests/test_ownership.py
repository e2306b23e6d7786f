"""Ownership: the tags that stand in for a state file, sentence by sentence (meaning §3)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure import ownership
from rds_secure.ownership import (
    ADDRESS,
    APPLIED,
    HOME,
    PASSWORD,
    STACK,
    Owner,
    owner,
    pending,
    tag_changes,
    was_applied,
)
from rds_secure.values import Address, Ref

USER = Address("iam_user", "dana")
VALUE = re.compile(r"[\w .:/=+@-]{0,256}")
"""What a tag's value may hold (ANY-2); RDS takes no more."""

keys = st.text(st.sampled_from("abcXYZ09 _.:/=+-@"), min_size=1, max_size=128).filter(
    lambda key: not key.startswith(("aws:", "rds-secure:"))
)
user_tags = st.dictionaries(keys, st.sampled_from(["", "payments", "a/b"]), max_size=6)


def _tags(user: dict[str, str] | None = None, written: object = "spec", home: str = "") -> dict[str, str]:
    return ownership.tags("orders", USER, "dana", written, user or {}, home)


def test_the_tags_name_the_stack_the_address_with_the_aws_name_and_what_was_applied() -> None:
    """Meaning §3."""
    tags = ownership.tags("orders", Address("db_instance", "main"), "orders-main", {}, {}, "")
    assert set(tags) == {STACK, ADDRESS, APPLIED}
    assert tags[STACK] == "orders"
    assert tags[ADDRESS] == "db_instance.main/orders-main"


def test_global_objects_carry_their_home_as_well() -> None:
    """Meaning §3."""
    assert _tags(home="eu-west-1")[HOME] == "eu-west-1"
    assert HOME not in _tags()


def test_the_users_own_tags_are_carried_along() -> None:
    assert _tags({"team": "payments"})["team"] == "payments"


def test_the_applied_mark_is_a_hash_of_the_spec_and_four_characters_for_each_tag_key() -> None:
    """Meaning §3."""
    mark = _tags({"team": "payments", "cost": "7"})[APPLIED]
    assert re.fullmatch(r"1\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{8}", mark)
    assert mark == _tags({"cost": "other", "team": "value"})[APPLIED]
    assert mark != _tags({"cost": "7"})[APPLIED]


@given(user_tags)
def test_no_tag_of_ours_breaks_aws_rules(user: dict[str, str]) -> None:
    """ANY-2: 256 of letters, digits, spaces and `_.:/=+-@`; implied resources have a `~` in their address."""
    address = Address("db_parameter_group", "orders~implied")
    tags = ownership.tags("orders", address, "orders-implied-postgres16", {"a": 1}, user, "eu-west-1", {PASSWORD: "2"})
    for key in ownership.OURS - {ownership.OFFER}:
        assert VALUE.fullmatch(tags[key])
        assert VALUE.fullmatch(pending(tags)[key])


def test_as_many_tags_as_users_may_write_fit_beside_ours() -> None:
    """ANY-2: 50 tags an object, values up to 256; moving a database takes two more of ours (meaning §3)."""
    tags = _tags({f"key-{number}": "" for number in range(ownership.USER_TAGS)}, home="eu-west-1")
    assert len(tags) + 2 <= 50
    assert len(pending(tags)[APPLIED]) <= 256


@given(user_tags, st.sampled_from(["dana", "app+test", "alias/orders/data", "A.b@c"]))
def test_the_owner_is_read_from_the_tags_it_was_written_to(user: dict[str, str], name: str) -> None:
    for address in (USER, Address("db_parameter_group", "orders~implied")):
        tags = ownership.tags("orders", address, name, {}, user, "eu-west-1")
        assert owner(tags) == Owner("orders", address, name)
        assert owner(pending(tags)) == Owner("orders", address, name)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {STACK: "orders"},
        {ADDRESS: "iam_user.dana/dana"},
        {STACK: "", ADDRESS: "iam_user.dana/dana"},
        {STACK: "orders", ADDRESS: "iam_user.dana"},
        {STACK: "orders", ADDRESS: "iam_user.dana/"},
        {STACK: "orders", ADDRESS: "iam_user/dana"},
        {STACK: "orders", ADDRESS: "/dana"},
    ],
)
def test_mangled_tags_name_no_owner(tags: dict[str, str]) -> None:
    assert owner(tags) is None


def test_what_other_calls_must_follow_is_marked_as_pending() -> None:
    """Meaning §3."""
    tags = _tags({"team": "payments"})
    assert pending(tags) == {**tags, APPLIED: f"1.pending.{tags[APPLIED].removeprefix('1.')}"}
    assert pending({"team": "payments"}) == {"team": "payments"}


def test_the_mark_tells_drift_from_a_changed_spec() -> None:
    """Meaning §3."""
    wanted = _tags()
    assert was_applied(_tags(), wanted)
    assert was_applied(_tags({"team": "payments"}), wanted)  # which tags there are is another matter
    assert not was_applied(_tags(written="another"), wanted)


@pytest.mark.parametrize("mark", ["", "1", "2.x.y", "1.pending.x."])
def test_what_was_not_applied_in_full_is_no_drift(mark: str) -> None:
    assert not was_applied({APPLIED: mark}, _tags())
    assert not was_applied(pending(_tags()), _tags())
    assert not was_applied({}, _tags())
    assert not was_applied({}, {})


def test_a_changed_reference_is_a_changed_spec() -> None:
    """References count as they are written, not as what they yield."""
    one, other = (_tags(written={"key": Ref(Address("kms_key", name), "arn")}) for name in ("data", "logs"))
    assert not was_applied(one, other)


def test_a_tag_that_leaves_the_spec_is_removed() -> None:
    """Meaning §3."""
    add, remove = tag_changes(_tags({"team": "payments", "cost": "7"}), _tags({"team": "payments"}))
    assert remove == ("cost",)
    assert set(add) == {APPLIED}


def test_a_strangers_tag_stays() -> None:
    """Meaning §3; so does what AWS sets itself."""
    live = {**_tags({"team": "payments"}), "scanner": "seen", "aws:cloudformation:stack-name": "x"}
    assert tag_changes(live, _tags({"team": "payments"})) == ({}, ())


def test_a_tag_of_aws_is_never_removed() -> None:
    """ANY-2: such a call would be refused. Only a collision of hashes could list one."""
    assert tag_changes(_tags({"aws:createdBy": "x"}), _tags())[1] == ()


def test_a_tag_of_ours_that_somebody_changed_is_set_back() -> None:
    live = {**_tags({"team": "payments"}), "team": "sales"}
    assert tag_changes(live, _tags({"team": "payments"})) == ({"team": "payments"}, ())


def test_a_tag_that_leaves_the_spec_before_the_create_was_complete_is_removed() -> None:
    live = pending(_tags({"team": "payments"}))
    add, remove = tag_changes(live, _tags())
    assert remove == ("team",)
    assert add == {APPLIED: _tags()[APPLIED]}


@given(user_tags, user_tags, st.dictionaries(keys, st.just("stranger"), max_size=3))
def test_after_the_changes_the_tags_are_the_wanted_ones_and_the_strangers(
    before: dict[str, str], after: dict[str, str], others: dict[str, str]
) -> None:
    strangers = {key: value for key, value in others.items() if key not in before and key not in after}
    live, wanted = {**_tags(before), **strangers}, _tags(after)
    add, remove = tag_changes(live, wanted)
    settled = {key: value for key, value in {**live, **add}.items() if key not in remove}
    assert settled == {**wanted, **strangers}
    assert tag_changes(settled, wanted) == ({}, ())


def test_a_tag_of_ours_that_no_longer_applies_goes() -> None:
    """A password that is no longer set from a source has no version."""
    live = {**_tags(), PASSWORD: "2"}
    assert tag_changes(live, _tags()) == ({}, (PASSWORD,))
    assert tag_changes(live, {**_tags(), PASSWORD: "3"}) == ({PASSWORD: "3"}, ())
