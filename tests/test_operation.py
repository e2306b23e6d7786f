"""Operations: the names of methods, and when a condition holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from rds_secure.operation import Condition, Operation, snake

SERVICES = ("rds", "ec2", "iam", "kms", "sts", "secretsmanager", "resourcegroupstaggingapi", "ssm", "securityhub")


def _every_action() -> Iterator[tuple[str, str]]:
    session = botocore.session.get_session()
    for service in SERVICES:
        yield from ((service, action) for action in session.get_service_model(service).operation_names)


def test_methods_are_named_as_boto3_names_them() -> None:
    wrong = [(service, action) for service, action in _every_action() if snake(action) != xform_name(action)]
    assert wrong == []


def test_commands_are_named_as_the_aws_cli_names_them() -> None:
    wrong = [(service, action) for service, action in _every_action() if snake(action, "-") != xform_name(action, "-")]
    assert wrong == []


def test_an_operation_knows_its_method() -> None:
    assert Operation(service="rds", action="CreateDBInstance", params={}, summary="").method == "create_db_instance"


@pytest.mark.parametrize(
    ("any_of", "value", "holds"),
    [
        (("available", "storage-full"), "available", True),
        (("available",), "modifying", False),
        (("available",), None, False),
        ((False,), False, True),
        ((False,), None, False),
        ((3306,), 3306, True),
        (("active",), ["active", "active"], True),
        (("active",), ["active", "adding"], False),
        (("active",), [], True),
    ],
)
def test_a_condition_holds_where_every_value_is_one_of_those_wanted(any_of: Any, value: Any, holds: bool) -> None:
    assert Condition("Status", any_of).holds(value) is holds


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("OptionGroupMemberships[].Status", True),
        ("Parts[?Kind=='disk'].Status", True),
        ("Parts.*.Status", True),
        ("MasterUserSecret.SecretStatus", False),
        ("Parts[].Status | [0]", False),
        ("Parts[?Kind=='disk'] | [0].Status", False),
        ("type(Endpoint.Address)", False),
    ],
)
def test_a_list_that_is_not_there_has_no_member_to_wait_for_but_a_value_is_missing(path: str, holds: bool) -> None:
    """RDS-17: AWS leaves empty lists out, such as the option groups of an engine that has none."""
    assert Condition(path, ("in-sync",)).holds(None) is holds


@pytest.mark.parametrize("nothing", [None, "", [], {}, ()])
def test_a_condition_without_values_holds_where_nothing_is_there(nothing: Any) -> None:
    """RDS-1: PendingModifiedValues must be empty, whether AWS leaves it out or sends an empty mapping."""
    assert Condition("PendingModifiedValues").holds(nothing)


@pytest.mark.parametrize("something", [0, False, {"MultiAZ": False}, [None], "x"])
def test_a_condition_without_values_fails_where_something_is_there(something: Any) -> None:
    assert not Condition("PendingModifiedValues").holds(something)
