"""The sandbox's server: one request at a time, connections that stay open, errors in AWS's form, private paths."""

from __future__ import annotations

import http.client
import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from rds_secure.sandbox import Sandbox
from rds_secure.sandbox.endpoint import PRIVATE, TOKEN_HEADER

REQUEST_ID = re.compile(rb"<(RequestId|requestId|RequestID)>.*?</\1>")


def over_http(sandbox: Sandbox) -> Sandbox:
    """The same sandbox, as clients in other processes reach it."""
    return replace(sandbox, application=None, token="none: it is not asked privately")


def test_parallel_creates_and_lists_all_succeed(sandbox: Sandbox):
    """Plain moto answers some of these with HTTP 500 (dictionary changed size during iteration)."""
    iam = over_http(sandbox).client("iam")

    def make(number: int) -> int:
        iam.create_user(UserName=f"user-{number}")
        return len(iam.list_users()["Users"])

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(make, range(40)))
    assert max(seen) == len(iam.list_users()["Users"]) == 40


def test_a_connection_stays_open_between_requests(sandbox: Sandbox):
    connection = http.client.HTTPConnection(urlsplit(sandbox.endpoint).netloc)
    connection.request("GET", PRIVATE + "status", headers={TOKEN_HEADER: sandbox.token})
    connection.getresponse().read()
    first = connection.sock
    connection.request("GET", PRIVATE + "status", headers={TOKEN_HEADER: sandbox.token})
    assert json.loads(connection.getresponse().read()) == {"token": sandbox.token}
    assert connection.sock is first is not None
    connection.close()


@pytest.mark.parametrize("action", ["reset", "stop"])
def test_without_the_token_nothing_is_reset_or_stopped(sandbox: Sandbox, action: str):
    stranger = replace(sandbox, token="0" * 32)
    sandbox.client("kms").create_key()
    with pytest.raises(ConnectionRefusedError):
        stranger.ask("POST", action)
    assert len(sandbox.client("kms").list_keys()["Keys"]) == 1


def test_an_unknown_private_path_is_refused(sandbox: Sandbox):
    with pytest.raises(ConnectionRefusedError):
        sandbox.ask("GET", "reset")


@pytest.mark.parametrize(
    ("service", "method", "arguments", "code"),
    [
        ("rds", "describe_valid_db_instance_modifications", {"DBInstanceIdentifier": "x"}, "InvalidAction"),
        ("ec2", "describe_aggregate_id_format", {}, "InvalidAction"),
        ("iam", "simulate_custom_policy", {"PolicyInputList": ["{}"], "ActionNames": ["s3:*"]}, "InvalidAction"),
        ("kms", "connect_custom_key_store", {"CustomKeyStoreId": "one"}, "UnknownOperationException"),
    ],
)
def test_an_operation_that_moto_lacks_is_an_error_of_awss_form(
    sandbox: Sandbox, refused, service, method, arguments, code
):
    with refused(code):
        getattr(sandbox.client(service), method)(**arguments)


@pytest.mark.repair("dispatch-names")
def test_a_request_lists_no_folder(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch):
    kms = sandbox.client("kms")
    kms.list_keys()
    listed: list[object] = []
    monkeypatch.setattr("os.listdir", lambda *path: listed.extend(path) or [])
    kms.list_keys()
    assert listed == []


@pytest.mark.parametrize(
    ("service", "action", "params"),
    [
        ("ec2", "describe_vpcs", {}),
        ("iam", "get_user", {"UserName": "nobody"}),
        ("kms", "list_keys", {}),
        ("kms", "describe_key", {"KeyId": "alias/none"}),
        ("rds", "describe_db_instances", {"Filters": [{"Name": "engine", "Values": ["über & <all>"]}]}),
        ("ssm", "get_parameters_by_path", {"Path": "/a b", "Recursive": True}),
    ],
)
def test_a_request_is_the_same_with_and_without_a_socket(
    sandbox: Sandbox, service: str, action: str, params: dict[str, object]
):
    def answer(asked: Sandbox) -> object:
        heard: list[object] = []

        def hear(response_dict: dict[str, Any], **_: object) -> None:
            kind = response_dict["headers"]["Content-Type"]
            heard.append((response_dict["status_code"], kind, REQUEST_ID.sub(b"", response_dict["body"])))

        client = asked.client(service)
        client.meta.events.register("before-parse", hear)
        with suppress(client.exceptions.ClientError):
            getattr(client, action)(**params)
        client.meta.events.unregister("before-parse", hear)
        assert len(heard) == 1
        return heard

    assert answer(sandbox) == answer(over_http(sandbox))


@pytest.mark.repair("answer-members")
def test_an_answer_works_out_once_what_its_members_are_called(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch):
    from moto.core.serialize import NoAlias

    ec2 = sandbox.client("ec2")
    told = ec2.describe_vpcs()["Vpcs"]
    asked: list[str] = []
    monkeypatch.setattr(NoAlias, "has_alias", lambda _, key: bool(asked.append(key)) or True)
    assert ec2.describe_vpcs()["Vpcs"] == told
    assert asked == []


@pytest.mark.repair("answer-elements")
def test_an_answer_checks_the_names_of_its_elements_once(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch):
    import builtins

    import xmltodict

    ec2 = sandbox.client("ec2")
    ec2.describe_vpcs()
    checked: list[object] = []
    monkeypatch.setattr(xmltodict, "any", lambda found: checked.append(found) or builtins.any(found), raising=False)
    ec2.describe_vpcs()
    assert checked == []
    with pytest.raises(ValueError, match="not allowed"):
        xmltodict.unparse({"a b": "c"})


def test_the_environment_of_a_sandbox_points_an_sdk_at_it(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch):
    import boto3

    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    caller = boto3.session.Session().client("sts").get_caller_identity()
    assert caller["Account"] == sandbox.account


def test_a_sandbox_does_not_show_its_token(sandbox: Sandbox):
    assert sandbox.token not in repr(sandbox)
