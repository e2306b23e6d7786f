from __future__ import annotations

import json
import shlex
from typing import Any

import botocore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.render.calls import command
from rds_secure.values import Handed, Text
from tests.render import plans

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def sent(line: str) -> Any:
    """What a shell would hand over as --cli-input-json."""
    words = shlex.split(line)
    assert words[-2] == "--cli-input-json"
    return json.loads(words[-1])


def test_a_call_is_a_command_of_the_aws_cli() -> None:
    call = plans.call("rds", "CreateDBInstance", {"DBInstanceIdentifier": "orders"}, "create it")
    assert command(call, "eu-west-1", {}) == (
        'aws rds create-db-instance --region eu-west-1 --cli-input-json \'{"DBInstanceIdentifier": "orders"}\''
    )


def test_known_references_are_filled_in_and_others_are_named() -> None:
    key, group = plans.ref("kms_key.data.arn"), plans.ref("security_group.db.id")
    params = {"KmsKeyId": key, "Groups": (group,), "Text": Text(("a/", key, "/", group))}
    assert sent(command(plans.call("rds", "CreateDBInstance", params, "create it"), "eu-west-1", {key: "arn:k"})) == {
        "KmsKeyId": "arn:k",
        "Groups": ["<security_group.db.id>"],
        "Text": "a/arn:k/<security_group.db.id>",
    }


def test_what_one_call_hands_to_the_next_is_only_named() -> None:
    key = plans.ref("data_key.orders.arn").target
    blob, version = Handed(key, "encrypted_data_key"), Handed(key, "parameter_version")
    call = plans.call("ssm", "PutParameter", {"Value": blob, "Tag": Text((version, "/1"))}, "store it")
    assert sent(command(call, "eu-west-1", {})) == {"Value": "(encrypted data key)", "Tag": "(parameter version)/1"}


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_whatever_the_parameters_the_command_means_them_and_prints(params: dict[str, Any]) -> None:
    line = command(plans.call("kms", "CreateKey", params, "create key"), "eu-west-1", {})
    assert line.isprintable()
    assert sent(line) == json.loads(json.dumps(params))


@pytest.mark.parametrize(
    ("service", "action"),
    [
        ("rds", "CreateDBInstance"),
        ("rds", "ModifyDBSubnetGroup"),
        ("iam", "AddUserToGroup"),
        ("iam", "UpdateAssumeRolePolicy"),
        ("kms", "EnableKeyRotation"),
        ("ec2", "UpdateSecurityGroupRuleDescriptionsEgress"),
        ("ec2", "AuthorizeSecurityGroupIngress"),
    ],
)
def test_commands_are_named_as_botocore_and_so_the_cli_names_them(service: str, action: str) -> None:
    line = command(plans.call(service, action, {}, "do it"), "eu-west-1", {})
    assert line.startswith(f"aws {service} {botocore.xform_name(action, '-')} ")
