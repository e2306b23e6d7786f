"""Tagging: the shape in which each service takes and gives tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure import tagging
from rds_secure.operation import Operation
from rds_secure.values import Address, Ref
from tests.models import assert_valid

ID = Ref(Address("kms_key", "data"), "id")
ADD, REMOVE = {"team": "payments", "cost": "7"}, ("old", "older")

CALLS = {
    "rds": (tagging.rds(ID, ADD, REMOVE), ("AddTagsToResource", "RemoveTagsFromResource"), ("ResourceName", ID)),
    "iam user": (tagging.iam("User", {"UserName": "d"}, ADD, REMOVE), ("TagUser", "UntagUser"), ("UserName", "d")),
    "iam role": (tagging.iam("Role", {"RoleName": "d"}, ADD, REMOVE), ("TagRole", "UntagRole"), ("RoleName", "d")),
    "iam policy": (
        tagging.iam("Policy", {"PolicyArn": ID}, ADD, REMOVE),
        ("TagPolicy", "UntagPolicy"),
        ("PolicyArn", ID),
    ),
    "kms": (tagging.kms(ID, ADD, REMOVE), ("TagResource", "UntagResource"), ("KeyId", ID)),
    "secret": (tagging.secret("s", ADD, REMOVE), ("TagResource", "UntagResource"), ("SecretId", "s")),
    "parameter": (
        tagging.parameter("/p", ADD, REMOVE),
        ("AddTagsToResource", "RemoveTagsFromResource"),
        ("ResourceId", "/p"),
    ),
    "ec2": (tagging.ec2(ID, ADD, REMOVE), ("CreateTags", "DeleteTags"), ("Resources", (ID,))),
}


@pytest.mark.parametrize("service", CALLS)
def test_tags_are_set_and_removed_by_calls_of_the_service(service: str) -> None:
    """AWS's API reference, "Tags"; each call fits botocore's model."""
    operations, actions, (parameter, subject) = CALLS[service]
    assert tuple(operation.action for operation in operations) == actions
    for operation in operations:
        assert_valid(operation)
        assert operation.params[parameter] == subject


@pytest.mark.parametrize("service", CALLS)
def test_the_calls_carry_what_is_to_be_set_and_removed(service: str) -> None:
    setting, removing = CALLS[service][0]
    key, value = ("TagKey", "TagValue") if service == "kms" else ("Key", "Value")
    assert setting.params["Tags"] == ({key: "cost", value: "7"}, {key: "team", value: "payments"})
    assert _removed(removing) == REMOVE
    assert (setting.summary, removing.summary) == ("set tags cost, team", "remove tags old, older")


def _removed(operation: Operation) -> tuple[str, ...]:
    if "TagKeys" in operation.params:
        return tuple(operation.params["TagKeys"])
    return tuple(tag["Key"] for tag in operation.params["Tags"])


def test_nothing_to_say_is_no_call() -> None:
    assert tagging.rds(ID, {}, ()) == tagging.iam("User", {}, {}, ()) == ()
    assert tagging.kms(ID, {}, ()) == tagging.ec2(ID, {}, ()) == ()
    assert len(tagging.kms(ID, {}, REMOVE)) == len(tagging.kms(ID, ADD, ())) == 1
    assert len(tagging.ec2(ID, {}, REMOVE)) == len(tagging.ec2(ID, ADD, ())) == 1


@given(st.dictionaries(st.text(min_size=1), st.text()), st.sampled_from([("Key", "Value"), ("TagKey", "TagValue")]))
def test_pairs_and_mapping_are_inverse(tags: dict[str, str], names: tuple[str, str]) -> None:
    assert tagging.mapping(tagging.pairs(tags, *names), *names) == tags


def test_pairs_are_sorted_so_that_a_plan_is_the_same_every_time() -> None:
    assert tagging.pairs({"b": "1", "a": "2"}) == tagging.pairs({"a": "2", "b": "1"})


def test_no_list_of_tags_reads_as_no_tags() -> None:
    assert tagging.mapping(None) == {}
