"""The lock's entries in SSM: which calls, on which names, and what their errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from rds_secure.apply.generation import Entry
from rds_secure.aws.lock import LOCK_ACTIONS, SsmStore, lock_resources
from rds_secure.aws.session import Connection
from rds_secure.errors import CallError, CredentialsError, DeniedError
from rds_secure.live import Identity
from rds_secure.sandbox import Sandbox
from tests.e2e.harness import Recorder, connect

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
FIRST = "000000000001"
PATH = "/rds-secure/orders/lock"
LIST = {"Path": PATH, "Recursive": True, "MaxResults": 10}
PUT = {"Name": f"{PATH}/{FIRST}", "Value": "text", "Type": "String", "Overwrite": False}


@pytest.fixture
def ssm(connection: Connection) -> Iterator[Stubber]:
    with Stubber(connection.client("ssm")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def store(connection: Connection) -> SsmStore:
    return SsmStore(connection, "orders")


def _parameter(name: str, value: str = "text") -> dict[str, Any]:
    return {"Name": f"{PATH}/{name}", "Value": value, "LastModifiedDate": NOON}


def test_all_pages_are_listed_below_the_stacks_path(ssm: Stubber, store: SsmStore) -> None:
    """ANY-6: ten a page."""
    ssm.add_response("get_parameters_by_path", {"Parameters": [_parameter(FIRST)], "NextToken": "t"}, LIST)
    released = f"{FIRST}/released"
    ssm.add_response("get_parameters_by_path", {"Parameters": [_parameter(released)]}, {**LIST, "NextToken": "t"})
    assert store.entries() == {FIRST: Entry("text", NOON), released: Entry("text", NOON)}


def test_several_are_read_in_one_call_and_those_that_do_not_exist_are_left_out(ssm: Stubber, store: SsmStore) -> None:
    names = [f"{PATH}/{FIRST}", f"{PATH}/{FIRST}/released"]
    reply = {"Parameters": [_parameter(FIRST)], "InvalidParameters": names[1:]}
    ssm.add_response("get_parameters", reply, {"Names": names})
    assert store.get([FIRST, f"{FIRST}/released"]) == {FIRST: Entry("text", NOON)}


def test_what_exists_is_never_overwritten(ssm: Stubber, store: SsmStore) -> None:
    ssm.add_response("put_parameter", {"Version": 1}, PUT)
    ssm.add_client_error("put_parameter", "ParameterAlreadyExists", expected_params=PUT)
    assert store.put(FIRST, "text") is True
    assert store.put(FIRST, "text") is False


def test_what_is_gone_is_deleted(ssm: Stubber, store: SsmStore) -> None:
    ssm.add_response("delete_parameter", {}, {"Name": f"{PATH}/{FIRST}"})
    ssm.add_client_error("delete_parameter", "ParameterNotFound", expected_params={"Name": f"{PATH}/{FIRST}"})
    store.delete(FIRST)
    store.delete(FIRST)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDeniedException", DeniedError),
        ("ExpiredTokenException", CredentialsError),
        ("ThrottlingException", CallError),
    ],
)
def test_any_other_error_is_one_of_ours(code: str, kind: type[Exception], ssm: Stubber, store: SsmStore) -> None:
    calls = {
        "get_parameters_by_path": lambda: store.entries(),
        "get_parameters": lambda: store.get([FIRST]),
        "put_parameter": lambda: store.put(FIRST, "text"),
        "delete_parameter": lambda: store.delete(FIRST),
    }
    for method, call in calls.items():
        ssm.add_client_error(method, code, http_status_code=400)
        with pytest.raises(kind):
            call()


def test_permissions_are_needed_on_the_stacks_own_parameters_only() -> None:
    """ANY-5."""
    identity = Identity("123456789012", "cn-north-1", "aws-cn", "arn:aws-cn:iam::123456789012:root")
    arn = "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/rds-secure/orders/lock"
    assert lock_resources(identity, "orders") == (arn, f"{arn}/*")


def test_many_pages_of_the_sandbox_and_no_other_stacks_parameters(sandbox: Sandbox) -> None:
    recorder = Recorder()
    account = connect(sandbox, recorder)
    store, other = SsmStore(account.connection, "orders"), SsmStore(account.connection, "orders-2")
    names = [f"{number:012}{end}" for number in range(1, 12) for end in ("", "/released")]
    assert all(store.put(name, name) for name in names)
    assert other.put(FIRST, "other's")
    assert not store.put(FIRST, "twice")
    found = store.entries()
    assert {name: entry.value for name, entry in found.items()} == {name: name for name in names}
    assert abs((found[FIRST].modified - datetime.now(UTC)).total_seconds()) < 60
    assert list(store.get([FIRST, "000000000099"])) == [FIRST]
    store.delete(FIRST)
    store.delete(FIRST)
    assert FIRST not in store.entries()
    assert FIRST in other.entries()
    assert {f"ssm:{call.action}" for call in recorder.calls if call.service == "ssm"} == set(LOCK_ACTIONS)
