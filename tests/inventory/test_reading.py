"""An inventory is read in bulk, then what follows from it; what is denied is unread, never absent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import pytest

from rds_secure.errors import CallError, DeniedError, StoppedError, UnsupportedError
from rds_secure.inventory import Place, Question, Topic, read

T = TypeVar("T")
U = TypeVar("U")

PLACE = Place("123456789012", "eu-west-1")
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
INSTANCE = {"DBInstanceIdentifier": "orders", "KmsKeyId": KEY}


class Asked:
    """A reader with canned replies, by action; it notes what was asked. What it does not know is empty."""

    def __init__(self, replies: Mapping[str, Any]) -> None:
        self.replies, self.calls = replies, list[tuple[str, Mapping[str, Any]]]()
        self.regions = set[tuple[str, str | None]]()

    def call(
        self,
        service: str,
        action: str,
        params: Mapping[str, Any] | None = None,
        *,
        absent: tuple[str, ...] = (),
        region: str | None = None,
        first_page: bool = False,
    ) -> Mapping[str, Any] | None:
        self.calls.append((action, params or {}))
        self.regions.add((action, region))
        reply = self.replies.get(action, {})
        if isinstance(reply, Exception):
            raise reply
        return None if reply is None else dict(reply)

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> list[U]:
        return [function(item) for item in items]


def test_what_lists_all_there_are_is_asked_once_and_each_key_in_use_after_it() -> None:
    reader = Asked({"DescribeDBInstances": {"DBInstances": [INSTANCE, INSTANCE]}})
    found = read(reader, PLACE, {Topic.DATABASES, Topic.KEYS})
    assert [action for action, _ in reader.calls].count("DescribeDBInstances") == 1
    assert ("GetKeyPolicy", {"KeyId": KEY, "PolicyName": "default"}) in reader.calls
    assert found.reply("kms", "GetKeyPolicy", KEY) == {}
    assert not found.unread


def test_what_is_denied_is_unread_and_what_is_gone_is_empty() -> None:
    denied = DeniedError("kms", "GetKeyPolicy", "AccessDenied", "no", status=400)
    instances = {"DBInstances": [INSTANCE]}
    reader = Asked({"DescribeDBInstances": instances, "GetKeyPolicy": denied, "DescribeKey": None})
    found = read(reader, PLACE, {Topic.DATABASES, Topic.KEYS})
    assert found.reply("kms", "GetKeyPolicy", KEY) is None
    assert found.unread == {Question("kms", "GetKeyPolicy", KEY): "AccessDenied"}
    assert found.reply("kms", "DescribeKey", KEY) == {}


def test_an_endpoint_that_cannot_be_reached_leaves_its_questions_unread() -> None:
    """A runner in a VPC may have no way to Organizations: its plans say what they do not know."""
    away = CallError("organizations", "DescribeOrganization", "NoReply", "could not connect")
    found = read(Asked({"DescribeOrganization": away}), PLACE, {Topic.ORGANIZATION})
    assert found.unread == {Question("organizations", "DescribeOrganization"): "NoReply"}
    stopped = StoppedError("organizations", "DescribeOrganization", "Stopped", "stopped")
    with pytest.raises(StoppedError):
        read(Asked({"DescribeOrganization": stopped}), PLACE, {Topic.ORGANIZATION})


def test_an_endpoint_without_a_feature_has_it_off() -> None:
    error = UnsupportedError("ec2", "DescribeVpcBlockPublicAccessOptions", "InvalidAction", "no", status=400)
    found = read(Asked({error.action: error}), PLACE, {Topic.NETWORK})
    reply = found.reply("ec2", "DescribeVpcBlockPublicAccessOptions")
    assert reply == {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}}


def test_policies_of_the_organization_are_followed_from_the_account_to_the_root() -> None:
    class Organization(Asked):
        def call(self, service: str, action: str, params: Mapping[str, Any] | None = None, **more: Any) -> Any:
            if action == "ListParents":
                self.calls.append((action, params or {}))
                above = {PLACE.account: "ou-1", "ou-1": "r-1"}
                return {"Parents": [{"Id": above[(params or {})["ChildId"]]}]}
            return super().call(service, action, params, **more)

    organization = {"Organization": {"MasterAccountId": "210987654321"}}
    reader = Organization({"DescribeOrganization": organization, "ListPoliciesForTarget": {"Policies": [{"Id": "p"}]}})
    read(reader, PLACE, {Topic.ORGANIZATION})
    targets = [params["TargetId"] for action, params in reader.calls if action == "ListPoliciesForTarget"]
    assert targets == [PLACE.account, "ou-1", "r-1"]
    assert [action for action, _ in reader.calls].count("DescribePolicy") == 1


def test_nothing_limits_the_management_account() -> None:
    organization = {"Organization": {"MasterAccountId": PLACE.account}}
    reader = Asked({"DescribeOrganization": organization})
    read(reader, PLACE, {Topic.ORGANIZATION})
    assert [action for action, _ in reader.calls] == ["DescribeOrganization"]


def test_a_key_of_another_region_is_asked_about_there() -> None:
    reader = Asked({"DescribeDBInstances": {"DBInstances": [INSTANCE]}})
    abroad = Question("kms", "GetKeyPolicy", KEY.replace("eu-west-1", "us-east-1"))
    assert abroad in read(reader, PLACE, {Topic.DATABASES}, [abroad]).replies
    assert ("GetKeyPolicy", "us-east-1") in reader.regions
    assert {region for action, region in reader.regions if action != "GetKeyPolicy"} == {None}
