"""Secrets: found when a call needs them, and in nothing that is said about the call, however AWS repeats them."""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any

import pytest
from botocore.stub import Stubber

from rds_secure.aws.caller import AwsCaller
from rds_secure.aws.secrets import Secrets
from rds_secure.aws.session import Connection
from rds_secure.errors import CallError, RdsSecureError
from rds_secure.values import Secret

PASSWORD = 'Tr0ub4dor&3 <&> "x"\'ü'
ENV = Secret("env", "DB_PASSWORD")
STORED = Secret("secret", "orders/master", "password")
PARAMS: dict[str, Any] = {"DBInstanceIdentifier": "orders", "MasterUserPassword": ENV}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)


def stored(connection: Connection, text: str) -> Stubber:
    stub = Stubber(connection.client("secretsmanager"))
    stub.add_response("get_secret_value", {"SecretString": text}, {"SecretId": "orders/master"})
    return stub


def test_a_variable_is_read_when_the_call_is_made(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = AwsCaller(connection)
    for password in ("the first one", "the second one"):
        monkeypatch.setenv("DB_PASSWORD", password)
        with Stubber(connection.client("rds")) as rds:
            sent = {"DBInstanceIdentifier": "orders", "MasterUserPassword": password}
            rds.add_response("modify_db_instance", {}, sent)
            caller.call("rds", "ModifyDBInstance", PARAMS)


def test_a_stored_secret_is_the_whole_text_or_one_key_of_its_json(connection: Connection) -> None:
    with stored(connection, json.dumps({"password": PASSWORD, "username": "dbowner"})):
        assert Secrets(connection).find(STORED) == PASSWORD
    with stored(connection, PASSWORD):
        assert Secrets(connection).find(Secret("secret", "orders/master")) == PASSWORD


@pytest.mark.parametrize("text", [PASSWORD, json.dumps([PASSWORD]), json.dumps({"pass": PASSWORD}), '{"password": 1}'])
def test_a_stored_secret_of_another_form_is_named_and_not_shown(connection: Connection, text: str) -> None:
    with stored(connection, text), pytest.raises(RdsSecureError, match="secret orders/master") as raised:
        Secrets(connection).find(STORED)
    assert "Tr0ub" not in "".join(traceback.format_exception(raised.value))


def test_a_source_that_has_nothing_is_named(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPTY", "")
    missing = Secrets(connection).missing([ENV, Secret("env", "NOWHERE"), Secret("env", "EMPTY")])
    assert [why for _, why in missing] == ["environment variable NOWHERE is not set", "env EMPTY is empty"]
    with Stubber(connection.client("secretsmanager")) as manager:
        manager.add_client_error("get_secret_value", "ResourceNotFoundException", "no such secret")
        [(_, why)] = Secrets(connection).missing([STORED])
    assert "ResourceNotFoundException" in why


@pytest.mark.parametrize(
    "echoed",
    [PASSWORD, json.dumps(PASSWORD), repr(PASSWORD), "Tr0ub4dor%263%20%3C%26%3E%20%22x%22%27%C3%BC"],
)
def test_an_error_that_repeats_the_password_does_not_show_it(
    connection: Connection, echoed: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Stubber(connection.client("rds")) as rds, caplog.at_level(logging.INFO):
        rds.add_client_error("create_db_instance", "InvalidParameterValue", f"The password {echoed} is too short")
        params = {**PARAMS, "DBInstanceClass": "db.t4g.micro", "Engine": "postgres"}
        with pytest.raises(CallError) as raised:
            AwsCaller(connection).call("rds", "CreateDBInstance", params)
    error = raised.value
    assert error.message.startswith("The password ")
    assert "(secret from env DB_PASSWORD)" in error.message
    assert (error.code, error.__cause__, error.__context__) == ("InvalidParameterValue", None, None)
    assert "Tr0ub" not in "".join(traceback.format_exception(error)) + caplog.text


def test_parameters_that_botocore_refuses_do_not_show_it_either(connection: Connection) -> None:
    with pytest.raises(CallError) as raised:
        AwsCaller(connection).call("rds", "ModifyDBInstance", {**PARAMS, "AllocatedStorage": ENV})
    assert "(secret from env DB_PASSWORD)" in raised.value.message
    assert "Tr0ub" not in "".join(traceback.format_exception(raised.value))


def test_without_a_secret_the_cause_of_an_error_stays(connection: Connection) -> None:
    with Stubber(connection.client("rds")) as rds:
        rds.add_client_error("reboot_db_instance", "InvalidDBInstanceState", "not now")
        with pytest.raises(CallError) as raised:
            AwsCaller(connection).call("rds", "RebootDBInstance", {"DBInstanceIdentifier": "orders"})
    assert raised.value.__cause__ is not None


def test_filled_parameters_do_not_show_what_is_in_them(connection: Connection) -> None:
    filled = Secrets(connection).fill(PARAMS)
    assert filled.params["MasterUserPassword"] == PASSWORD
    assert "Tr0ub" not in repr(filled)
