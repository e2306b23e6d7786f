"""Grants of a key: ours by their name, replaced and never changed; those of others are nobody's to revoke (KMS-7)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from rds_secure.kind import Found
from rds_secure.operation import Retry
from rds_secure.resources.kms_key import KIND
from rds_secure.resources.kms_key.spec import KmsKeySpec
from rds_secure.values import Ref
from tests.resources.kms_account import ACCOUNT, DATA, KEY, ROLE, ROOT, SECURITY, Keys, read
from tests.resources.planning import SCOPE, actions, compare, complaints, created, declare, knowing, link, updated

APP = f"arn:aws:iam::{ACCOUNT}:role/app"
KNOWING = knowing(SCOPE, (ROLE, {"arn": APP}))
OF_RDS: dict[str, Any] = {
    "GrantId": "theirs",
    "GranteePrincipal": "rds.eu-west-1.amazonaws.com",
    "Operations": ["Decrypt", "Encrypt"],
    "Constraints": {"EncryptionContextSubset": {"aws:rds:db-id": "db-1"}},
}


def grant(name: str, *operations: str, to: str = APP, **more: Any) -> dict[str, Any]:
    """A grant as ListGrants shows it."""
    listed = list(operations or ("Decrypt",))
    return {"GrantId": f"id-{name}", "Name": f"rds-secure/{name}", "GranteePrincipal": to, "Operations": listed, **more}


def written(*operations: str, **more: Any) -> dict[str, Any]:
    return {"grants": {"app": {"to": "${iam_role.app}", "operations": list(operations or ("Decrypt",)), **more}}}


def live(*grants: dict[str, Any], **fields: Any) -> Found[KmsKeySpec]:
    keys = Keys().add(**fields)
    keys.grants[KEY] = list(grants)
    (found,) = read(keys, grants={})
    return found


def settled(fields: dict[str, Any], item: Found[KmsKeySpec]) -> list[tuple[str, str]]:
    calls = updated(KIND, declare(KIND, "data", fields), item, KNOWING)
    return [(call.action, call.params.get("Name") or call.params.get("GrantId")) for call in calls]


def noted(fields: dict[str, Any], item: Found[KmsKeySpec]) -> list[str]:
    return list(KIND.notes(declare(KIND, "data", fields), link(item, DATA, KNOWING)))


# What is written


@pytest.mark.parametrize(
    ("fields", "where", "said"),
    [
        (written("Sign"), ("grants", "app", "operations", 0), "Sign is nothing that a key of this spec"),
        (
            {"spec": "RSA_2048", "usage": "SIGN_VERIFY", **written("Verify", "Decrypt")},
            ("grants", "app", "operations", 1),
            "Decrypt is nothing",
        ),
        (
            {"grants": {"app": {"to": ACCOUNT, "operations": []}}},
            ("grants", "app", "operations"),
            "the grant allows nothing",
        ),
        (
            written(context={"a": "1"}, context_subset={"b": "2"}),
            ("grants", "app", "context_subset"),
            "both context and context_subset",
        ),
        (
            {"spec": "HMAC_256", **written("VerifyMac", context_subset={"a": "1"})},
            ("grants", "app", "context_subset"),
            "only a symmetric encryption key has an encryption context",
        ),
    ],
)
def test_what_kms_would_refuse_is_one_complaint_in_its_place(
    fields: dict[str, Any], where: tuple[Any, ...], said: str
) -> None:
    ((path, what),) = complaints(KIND, fields)
    assert path == where
    assert said in what


@pytest.mark.parametrize("name", ["2", "a/b", "a b", "x" * 65])
def test_a_name_cannot_be_taken_for_a_part_of_the_name_at_aws(name: str) -> None:
    with pytest.raises(ValidationError):
        KmsKeySpec.model_validate({"grants": {name: {"to": ACCOUNT, "operations": ["Decrypt"]}}})


def test_a_grantee_that_does_not_exist_is_found_in_its_place() -> None:
    gone = f"arn:aws:iam::{ACCOUNT}:role/gone"
    fields = {"grants": {"app": {"to": gone, "operations": ["Decrypt"], "retire_by": gone}}}
    found = list(KIND.verify(Keys().reader(), declare(KIND, "data", fields), SCOPE))
    assert [item.path for item in found] == [("grants", "app", "to"), ("grants", "app", "retire_by")]
    assert all("KMS refuses a grant that names it" in item.what for item in found)


# What is made


def test_a_grant_is_made_under_the_name_of_stack_and_key_and_may_be_repeated() -> None:
    fields = {"enabled": "false", **written("Encrypt", "Decrypt", context={"a": "1"}, retire_by=SECURITY)}
    *_, made, disabled = created(KIND, declare(KIND, "data", fields))
    assert made.params == {
        "KeyId": Ref(DATA, "id"),
        "GranteePrincipal": Ref(ROLE, "arn"),
        "Operations": ("Decrypt", "Encrypt"),
        "Name": "rds-secure/orders/data/app",
        "Constraints": {"EncryptionContextEquals": {"a": "1"}},
        "RetiringPrincipal": SECURITY,
    }
    assert made.repeatable  # KMS-8
    assert Retry("InvalidArnException") in made.retry_on  # IAM-1
    assert disabled.action == "DisableKey"  # after which none can be made


# What is live


def test_a_grant_reads_as_it_is_declared() -> None:
    constraints = {"EncryptionContextSubset": {"a": "1"}}
    item = live(OF_RDS, grant("orders/data/app", "Encrypt", "Decrypt", Constraints=constraints, RetiringPrincipal=ROOT))
    fields = written("Decrypt", "Encrypt", context_subset={"a": "1"}, retire_by=ACCOUNT)
    difference, _ = compare(KIND, declare(KIND, "data", fields), item, KNOWING)
    assert difference == type(difference)()


@pytest.mark.parametrize("name", ["orders/other/app", "billing/data/app", "orders/data"])
def test_a_grant_of_another_key_or_stack_is_not_ours(name: str) -> None:
    item = live(grant(name))
    assert item.spec.grants == {}
    assert settled(written(), item) == [("CreateGrant", "rds-secure/orders/data/app")]


def test_grants_are_only_looked_at_where_the_spec_has_some_or_says_that_it_has_none() -> None:
    keys = Keys().add()
    keys.grants[KEY] = [OF_RDS]
    for fields, asked in (({}, 0), ({"grants": {}}, 1), (written(), 1)):
        fake = keys.reader()
        read(keys, reader=fake, **fields)
        assert [call[2] for call in fake.calls if call[1] == "ListGrants"] == [{"KeyId": KEY}] * asked


# What is changed


def test_a_changed_grant_is_made_under_another_name_before_the_old_one_is_revoked() -> None:
    item = live(grant("orders/data/app"), OF_RDS)
    changed = written("Encrypt")
    assert settled(changed, item) == [
        ("CreateGrant", "rds-secure/orders/data/app/2"),
        ("RevokeGrant", "id-orders/data/app"),
    ]
    again = live(grant("orders/data/app/2", "Encrypt"), OF_RDS)
    assert settled(changed, again) == []
    assert settled(written(), again)[0] == ("CreateGrant", "rds-secure/orders/data/app/3")


@pytest.mark.parametrize(
    ("operation", "calls"),
    [
        ("Encrypt", [("RevokeGrant", "id-orders/data/app")]),
        ("Decrypt", [("RevokeGrant", "id-orders/data/app/2")]),
        (
            "DescribeKey",
            [
                ("CreateGrant", "rds-secure/orders/data/app/3"),
                ("RevokeGrant", "id-orders/data/app"),
                ("RevokeGrant", "id-orders/data/app/2"),
            ],
        ),
    ],
)
def test_an_interrupted_change_is_finished_whatever_is_wanted_by_now(operation: str, calls: list[Any]) -> None:
    item = live(grant("orders/data/app/2", "Encrypt"), grant("orders/data/app"))
    assert settled(written(operation), item) == calls


def test_a_disabled_key_takes_no_grant() -> None:
    fields = {"enabled": "false", **written()}
    difference, _ = compare(KIND, declare(KIND, "data", fields), live(KeyState="Disabled"), KNOWING)
    assert [advice for _, advice in difference.refused] == [
        "a disabled key takes no grants: enable it, or leave its grants as they are"
    ]
    calls = updated(KIND, declare(KIND, "data", written()), live(KeyState="Disabled"), KNOWING)
    assert actions(calls) == ["EnableKey", "CreateGrant"]


# What stays


@pytest.mark.parametrize("exclusive", ["true", "false"])
def test_kms_7_what_is_not_declared_is_shown_and_never_revoked(exclusive: str) -> None:
    """Meaning §3."""
    item = live(OF_RDS, {**OF_RDS, "GrantId": "theirs-too"}, grant("orders/data/old"), grant("orders/data/old/2"))
    fields = {"exclusive": exclusive}
    assert settled(fields, item) == []
    assert noted(fields, item) == [
        "grant old is not declared and stays: when nothing needs it, "
        f"`aws kms revoke-grant --key-id {KEY} --grant-id id-orders/data/old/2`",
        "it has grants that are not the stack's, and stay: rds.eu-west-1.amazonaws.com (2)",
    ]
    assert noted(written(), live(grant("orders/data/app"))) == []


def test_a_deleted_key_takes_its_grants_along() -> None:
    calls = KIND.delete(link(live(grant("orders/data/app"), OF_RDS), DATA, SCOPE), SCOPE)
    assert actions(calls) == ["DeleteAlias", "ScheduleKeyDeletion"]
