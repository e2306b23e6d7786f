"""Reads: pages, memory, absence, and many at a time. botocore's Stubber checks every request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Barrier, Event, Lock, get_ident
from typing import Any

import pytest
from botocore.stub import Stubber

from rds_secure.aws.reader import AwsReader
from rds_secure.aws.session import IN_FLIGHT, Connection
from rds_secure.errors import CallError, CredentialsError, DeniedError


@contextmanager
def _stubbed(connection: Connection, *services: str) -> Iterator[tuple[AwsReader, Any]]:
    """A reader, and the stubber of each service (the one, if it is one)."""
    with ExitStack() as stack, AwsReader(connection) as reader:
        stubs = [stack.enter_context(Stubber(connection.client(service))) for service in services]
        yield reader, stubs[0] if len(stubs) == 1 else stubs
        for stub in stubs:
            stub.assert_no_pending_responses()


def _instances(*names: str, **more: str) -> dict[str, Any]:
    return {"DBInstances": [{"DBInstanceIdentifier": name} for name in names], **more}


def test_every_page_is_followed(connection: Connection) -> None:
    """A page of RDS has a hundred instances."""
    with _stubbed(connection, "rds") as (reader, rds):
        rds.add_response("describe_db_instances", _instances("a", "b", Marker="next"), {"MaxRecords": 100})
        rds.add_response("describe_db_instances", _instances("c"), {"MaxRecords": 100, "Marker": "next"})
        reply = reader.call("rds", "DescribeDBInstances")
    assert reply is not None
    assert [item["DBInstanceIdentifier"] for item in reply["DBInstances"]] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("service", "action", "method", "size"),
    [
        ("iam", "GetAccountAuthorizationDetails", "get_account_authorization_details", {"MaxItems": 1000}),
        ("iam", "ListUsers", "list_users", {}),
        ("kms", "ListKeys", "list_keys", {"Limit": 1000}),
        ("kms", "ListAliases", "list_aliases", {"Limit": 100}),
        ("ec2", "DescribeSecurityGroups", "describe_security_groups", {"MaxResults": 1000}),
        ("secretsmanager", "ListSecrets", "list_secrets", {"MaxResults": 100}),
        ("resourcegroupstaggingapi", "GetResources", "get_resources", {"ResourcesPerPage": 100}),
    ],
)
def test_pages_are_as_large_as_the_service_takes(
    connection: Connection, service: str, action: str, method: str, size: dict[str, int]
) -> None:
    """Larger pages are fewer calls for the same list."""
    reply = {"Users": []} if method == "list_users" else {}
    with _stubbed(connection, service) as (reader, stub):
        stub.add_response(method, reply, size)
        reader.call(service, action)


def test_a_call_without_pages_is_made_as_it_is(connection: Connection) -> None:
    with _stubbed(connection, "kms") as (reader, kms):
        kms.add_response("get_key_policy", {"Policy": "{}"}, {"KeyId": "k-1", "PolicyName": "default"})
        reply = reader.call("kms", "GetKeyPolicy", {"KeyId": "k-1", "PolicyName": "default"})
    assert reply is not None
    assert reply["Policy"] == "{}"


def test_equal_calls_are_made_once(connection: Connection) -> None:
    with _stubbed(connection, "kms") as (reader, kms):
        kms.add_response("describe_key", {"KeyMetadata": {"KeyId": "k-1"}}, {"KeyId": "k-1"})
        kms.add_response("describe_key", {"KeyMetadata": {"KeyId": "k-2"}}, {"KeyId": "k-2"})
        first = reader.call("kms", "DescribeKey", {"KeyId": "k-1"})
        other = reader.call("kms", "DescribeKey", {"KeyId": "k-2"})
        assert reader.call("kms", "DescribeKey", {"KeyId": "k-1"}) is first
    assert first != other


def test_equal_calls_are_made_once_even_at_one_time(connection: Connection) -> None:
    together = Barrier(4, timeout=30)

    def ask(_: int) -> Any:
        together.wait()
        return reader.call("rds", "DescribeDBInstances")

    with _stubbed(connection, "rds") as (reader, rds):
        rds.add_response("describe_db_instances", _instances("a"))
        replies = reader.each(ask, range(4))
    assert all(reply is replies[0] for reply in replies)


def test_the_same_call_in_another_region_is_another_call(connection: Connection) -> None:
    here = Stubber(connection.client("resourcegroupstaggingapi"))
    there = Stubber(connection.client("resourcegroupstaggingapi", "us-east-1"))
    with here, there, AwsReader(connection) as reader:
        here.add_response("get_resources", {"ResourceTagMappingList": [{"ResourceARN": "here"}]})
        there.add_response("get_resources", {"ResourceTagMappingList": [{"ResourceARN": "there"}]})
        replies = [reader.call("resourcegroupstaggingapi", "GetResources", region=name) for name in (None, "us-east-1")]
    assert [(reply or {})["ResourceTagMappingList"][0]["ResourceARN"] for reply in replies] == ["here", "there"]


def test_what_is_said_to_be_absent_is_none_and_only_that(connection: Connection) -> None:
    with _stubbed(connection, "kms") as (reader, kms):
        kms.add_client_error("describe_key", "NotFoundException", "Key 'k-1' does not exist")
        assert reader.call("kms", "DescribeKey", {"KeyId": "k-1"}, absent=("NotFoundException",)) is None
        with pytest.raises(CallError) as raised:
            reader.call("kms", "DescribeKey", {"KeyId": "k-1"})
        assert raised.value.code == "NotFoundException"


def test_a_denied_read_is_never_absence(connection: Connection) -> None:
    """Meaning §8."""
    with _stubbed(connection, "kms") as (reader, kms):
        kms.add_client_error("describe_key", "AccessDeniedException", "not authorized", http_status_code=400)
        with pytest.raises(DeniedError, match="kms DescribeKey: AccessDeniedException: not authorized"):
            reader.call("kms", "DescribeKey", {"KeyId": "k-1"}, absent=("NotFoundException",))


def test_expired_credentials_are_told_apart(connection: Connection) -> None:
    with _stubbed(connection, "rds") as (reader, rds):
        rds.add_client_error("describe_db_instances", "ExpiredToken", "expired")
        with pytest.raises(CredentialsError) as raised:
            reader.call("rds", "DescribeDBInstances")
    assert raised.value.__cause__ is not None


# Many at a time


def test_results_come_in_the_order_of_the_items(connection: Connection) -> None:
    turn = {number: Event() for number in range(9)}
    turn[8].set()

    def last_first(number: int) -> int:
        assert turn[number].wait(timeout=30)
        if number:
            turn[number - 1].set()
        return number * number

    with AwsReader(connection) as reader:
        assert reader.each(last_first, range(9)) == [number * number for number in range(9)]


def test_nothing_and_one_thing_need_no_other_thread(connection: Connection) -> None:
    with AwsReader(connection) as reader:
        assert reader.each(lambda item: get_ident(), []) == []
        assert reader.each(lambda item: get_ident(), [1]) == [get_ident()]


def test_each_inside_each_never_starves(connection: Connection) -> None:
    """The pool is full with the outer items, and each of them asks for more than the pool has."""
    count = IN_FLIGHT * 2
    with AwsReader(connection) as reader:
        sums = reader.each(lambda outer: sum(reader.each(lambda inner: outer * inner, range(count))), range(count))
    assert sums == [outer * sum(range(count)) for outer in range(count)]


def test_an_error_in_one_item_is_raised_after_all_others_have_come_to_rest(connection: Connection) -> None:
    lock, running = Lock(), 0

    def fail(number: int) -> int:
        nonlocal running
        with lock:
            running += 1
        try:
            if number == 3:
                raise DeniedError("rds", "DescribeDBInstances", "AccessDenied", "no")
            return number
        finally:
            with lock:
                running -= 1

    with AwsReader(connection) as reader:
        with pytest.raises(DeniedError):
            reader.each(fail, range(20))
        assert running == 0
