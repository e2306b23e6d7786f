"""Calls that change something: as they are, once where they must not be repeated, errors as ours."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.stub import Stubber

from rds_secure.aws.caller import AwsCaller
from rds_secure.aws.session import Connection
from rds_secure.errors import CallError, DeniedError


def test_a_call_goes_out_as_it_is(connection: Connection) -> None:
    params: dict[str, Any] = {
        "DBSubnetGroupName": "orders",
        "DBSubnetGroupDescription": "x",
        "SubnetIds": ("s-1", "s-2"),
    }
    reply = {"DBSubnetGroup": {"DBSubnetGroupArn": "arn:x"}}
    with Stubber(connection.client("rds")) as rds:
        rds.add_response("create_db_subnet_group", reply, params)
        assert (
            AwsCaller(connection).call("rds", "CreateDBSubnetGroup", params)["DBSubnetGroup"] == reply["DBSubnetGroup"]
        )


def test_what_waits_poll_is_read_in_full(connection: Connection) -> None:
    pages = [{"DBInstances": [{"DBInstanceIdentifier": "a"}], "Marker": "m"}, {"DBInstances": []}]
    with Stubber(connection.client("rds")) as rds:
        rds.add_response("describe_db_instances", pages[0], {})
        rds.add_response("describe_db_instances", pages[1], {"Marker": "m"})
        reply = AwsCaller(connection).call("rds", "DescribeDBInstances", {})
    assert [item["DBInstanceIdentifier"] for item in reply["DBInstances"]] == ["a"]


def test_an_error_is_one_of_ours_from_its_cause(connection: Connection) -> None:
    with Stubber(connection.client("iam")) as iam:
        iam.add_client_error("create_user", "AccessDenied", "not authorized", http_status_code=403)
        with pytest.raises(DeniedError, match="iam CreateUser: AccessDenied: not authorized") as raised:
            AwsCaller(connection).call("iam", "CreateUser", {"UserName": "dana"})
    assert raised.value.__cause__ is not None


def test_a_call_with_wrong_parameters_never_goes_out(connection: Connection) -> None:
    with pytest.raises(CallError) as raised:
        AwsCaller(connection).call("iam", "CreateUser", {"Name": "dana"})
    assert raised.value.code == "Invalid"
    assert "UserName" in raised.value.message


def test_a_mistake_of_ours_does_not_look_like_a_lost_reply(connection: Connection) -> None:
    with pytest.raises(KeyError, match="create_nobody"):
        AwsCaller(connection).call("iam", "CreateNobody", {})


def test_a_call_can_go_to_another_region(connection: Connection) -> None:
    sent: list[str] = []

    def reset(request: Any, **_: Any) -> None:
        sent.append(request.url)
        raise ConnectionClosedError(endpoint_url=request.url)

    connection.client("kms", "eu-central-1", once=True).meta.events.register("before-send.kms.CreateKey", reset)
    with pytest.raises(CallError):
        AwsCaller(connection).call("kms", "CreateKey", {}, once=True, region="eu-central-1")
    assert ["eu-central-1" in url for url in sent] == [True]


def test_a_call_that_must_not_be_repeated_is_not_repeated_by_the_sdk_either(connection: Connection) -> None:
    """KMS-1: each repetition would make another key."""
    sent: list[str] = []

    def reset(request: Any, **_: Any) -> None:
        sent.append(request.url)
        raise ConnectionClosedError(endpoint_url=request.url)

    connection.client("kms", once=True).meta.events.register("before-send.kms.CreateKey", reset)
    with pytest.raises(CallError) as raised:
        AwsCaller(connection).call("kms", "CreateKey", {}, once=True)
    assert raised.value.code == "NoReply"
    assert len(sent) == 1
