"""KMS keys: the policy that administrators and users make, how keys are found, and the calls around them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rds_secure import documents, ownership, tagging
from rds_secure.errors import CallError
from rds_secure.fields import Mode, markers
from rds_secure.kind import Scope
from rds_secure.resources.kms_key import KIND
from rds_secure.resources.kms_key.policy import is_manageable
from rds_secure.resources.kms_key.spec import KeySpec, KmsKeySpec, usages
from rds_secure.values import Ref, Text, refs, resolve
from tests.models import assert_valid_call
from tests.resources.kms_account import (
    ACCOUNT,
    ALIAS,
    DATA,
    DELEGATION,
    FOREIGN,
    KEY,
    OURS,
    ROLE,
    ROOT,
    SECURITY,
    STACK,
    STRANGER,
    TWIN,
    Keys,
    arn,
    by_sid,
    found,
    policy_of,
    read,
)
from tests.resources.planning import (
    SCOPE,
    actions,
    checked,
    compare,
    complaints,
    created,
    declare,
    knowing,
    link,
    updated,
    wanted,
)

SPECS = get_args(KeySpec)


# What is written


def test_a_key_is_named_after_its_stack_unless_an_alias_is_written() -> None:
    assert declare(KIND, "data", {}).name == ALIAS
    assert declare(KIND, "data", {"alias": "shared"}).name == "alias/shared"
    assert declare(KIND, "data", {"alias": "alias/shared"}).name == "alias/shared"
    assert KIND.predict(SCOPE, ALIAS, declare(KIND, "data", {}).spec) == {"alias": ALIAS}


def test_aliases_heed_case() -> None:
    assert KIND.identity("alias/Data", declare(KIND, "data", {}).spec, SCOPE) == "alias/Data"


@pytest.mark.parametrize(
    ("fields", "where", "said"),
    [
        ({"alias": "alias/aws/mine"}, ("alias",), "AWS reserves"),  # KMS-6
        ({"alias": "aws/mine"}, ("alias",), "AWS reserves"),
        ({"description": "x" * 8193}, ("description",), "too long"),
        ({"spec": "ECC_NIST_P256", "usage": "ENCRYPT_DECRYPT"}, ("usage",), "is not for ENCRYPT_DECRYPT"),
        ({"usage": "SIGN_VERIFY"}, ("usage",), "is not for SIGN_VERIFY"),
        ({"spec": "RSA_2048", "rotation_days": "365"}, ("rotation_days",), "does not rotate"),  # KMS-4
        ({"spec": "HMAC_256", "rotation_days": "off"}, ("rotation_days",), "does not rotate"),
        ({"document": DELEGATION, "users": [ACCOUNT]}, ("users",), "both document and users"),
        ({"document": DELEGATION, "exclusive": "false"}, ("exclusive",), "nothing can stand beside it"),
        ({"document": {"Version": "2012-10-17", "Statement": []}}, ("document",), "there is no statement"),
        ({"document": {"Statement": [STRANGER]}}, ("document",), "nobody could ever change"),  # KMS-3
    ],
)
def test_what_kms_would_refuse_is_one_complaint_in_its_place(
    fields: dict[str, Any], where: tuple[str, ...], said: str
) -> None:
    ((path, what),) = complaints(KIND, fields)
    assert path == where
    assert said in what


def test_a_wrong_statement_of_a_document_is_found_in_its_place() -> None:
    wrong = {**STRANGER, "Effect": "allow"}
    ((path, _),) = complaints(KIND, {"document": {"Statement": [*DELEGATION["Statement"], wrong]}})
    assert path == ("document", "Statement", 1)


def test_a_document_that_is_too_long_is_a_complaint() -> None:
    many = [{**STRANGER, "Sid": f"s{index}", "Action": f"kms:{'x' * 900}"} for index in range(40)]
    ((path, what),) = complaints(KIND, {"document": {"Statement": [*DELEGATION["Statement"], *many]}})
    assert path == ("document",)
    assert "KMS takes 32768" in what


@pytest.mark.parametrize("days", ["89", "2561", "0", "never", "true"])
def test_kms_4_rotation_is_90_to_2560_days_or_off(days: str) -> None:
    with pytest.raises(ValidationError):
        KmsKeySpec.model_validate({"rotation_days": days})


def test_rotation_may_be_off() -> None:
    assert KmsKeySpec.model_validate({"rotation_days": "off"}).rotation_days == "off"
    assert KmsKeySpec.model_validate({"rotation_days": "90"}).rotation_days == 90


@pytest.mark.parametrize("spec", SPECS)
def test_every_kind_of_key_has_a_usage_by_default(spec: str) -> None:
    resource = declare(KIND, "data", {"spec": spec})
    assert complaints(KIND, {"spec": spec, "usage": usages(spec)[0]}) == []
    assert KIND.normalise(resource, None, SCOPE).usage == usages(spec)[0]
    checked(created(KIND, resource))


# The policy


def test_without_administrators_and_users_the_account_is_delegated_to_alone() -> None:
    assert documents.equal(policy_of(), DELEGATION)


def test_administrators_manage_the_key_and_cannot_use_it_or_grant_its_use() -> None:
    statement = by_sid(policy_of(administrators=[SECURITY]))["RdsSecureAdministrators"]
    assert statement["Principal"] == {"AWS": (SECURITY,)}
    named = set(statement["Action"])
    assert {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:EnableKeyRotation"} <= named
    use = ("Encrypt", "Decrypt", "GenerateDataKey", "ReEncrypt", "Sign", "CreateGrant")
    assert not [action for action in named if action.removeprefix("kms:").startswith(use) or "*" in action]


def test_users_use_the_key_and_let_services_use_it() -> None:
    statements = by_sid(policy_of(users=["${iam_role.app}", ACCOUNT]))
    assert statements["RdsSecureUsers"]["Principal"] == {"AWS": (Ref(ROLE, "arn"), ROOT)}
    assert "kms:GenerateDataKey*" in statements["RdsSecureUsers"]["Action"]
    assert by_sid(policy_of(users=[SECURITY, SECURITY]))["RdsSecureUsers"]["Principal"] == {"AWS": (SECURITY,)}
    assert statements["RdsSecureGrants"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert "kms:CreateGrant" in statements["RdsSecureGrants"]["Action"]


@pytest.mark.parametrize(
    ("spec", "usage", "action"),
    [
        ("RSA_2048", "ENCRYPT_DECRYPT", "kms:Encrypt"),
        ("RSA_2048", "SIGN_VERIFY", "kms:Sign"),
        ("ECC_NIST_P256", "KEY_AGREEMENT", "kms:DeriveSharedSecret"),
        ("HMAC_256", "GENERATE_VERIFY_MAC", "kms:GenerateMac"),
    ],
)
def test_users_of_other_keys_get_what_these_are_for_and_no_data_keys(spec: str, usage: str, action: str) -> None:
    statements = by_sid(policy_of(spec=spec, usage=usage, users=[SECURITY]))
    assert action in statements["RdsSecureUsers"]["Action"]
    assert not [name for name in statements["RdsSecureUsers"]["Action"] if "DataKey" in name]
    assert "RdsSecureGrants" not in statements


def test_any_5_principals_are_completed_in_the_partition_of_the_account() -> None:
    scope = Scope(ACCOUNT, "cn-north-1", "aws-cn", STACK)
    statements = by_sid(policy_of(scope, users=["999999999999"]))
    assert statements["RdsSecureAccount"]["Principal"] == {"AWS": (f"arn:aws-cn:iam::{ACCOUNT}:root",)}
    assert statements["RdsSecureUsers"]["Principal"] == {"AWS": ("arn:aws-cn:iam::999999999999:root",)}
    written = {"Statement": {**DELEGATION["Statement"][0], "Principal": {"AWS": ACCOUNT}}}
    assert policy_of(scope, document=written)["Statement"][0]["Principal"] == {
        "AWS": (f"arn:aws-cn:iam::{ACCOUNT}:root",)
    }


def test_a_document_takes_references_and_iam_s_own_variables() -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "${aws:PrincipalTag/owner}"}}
    statement = {**STRANGER, "Principal": {"AWS": "${iam_role.app}"}, "Condition": condition}
    document = policy_of(document={"Statement": [*DELEGATION["Statement"], statement]})
    assert document["Statement"][1]["Principal"] == {"AWS": (Ref(ROLE, "arn"),)}
    assert document["Statement"][1]["Condition"] == condition


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ({"Effect": "Allow", "Action": "kms:*"}, True),
        ({"Effect": "Allow", "Action": ["kms:Encrypt", "KMS:Put*"]}, True),
        ({"Effect": "Allow", "NotAction": "kms:Decrypt"}, True),
        ({"Effect": "Allow", "NotAction": "kms:*"}, False),
        ({"Effect": "Deny", "Action": "kms:*"}, False),
        ({"Effect": "Allow", "Action": "kms:Put?eyPolic"}, False),
    ],
)
def test_kms_3_somebody_must_be_able_to_change_the_policy(statement: dict[str, Any], answer: bool) -> None:
    assert is_manageable({"Statement": [statement]}) is answer


PRINCIPALS = st.lists(st.sampled_from([SECURITY, ACCOUNT, "999999999999", "${iam_role.app}"]), max_size=4)


@given(PRINCIPALS, PRINCIPALS, st.sampled_from(SPECS))
def test_every_policy_that_is_made_is_valid_and_locks_nobody_out(users: Any, administrators: Any, spec: Any) -> None:
    document = policy_of(users=users, administrators=administrators, spec=spec)
    assert documents.problems(document, principals="required", resources="required") == ()
    assert is_manageable(document)


# Finding keys


def test_a_minimal_key_reads_as_it_is_declared() -> None:
    live = found()
    difference, _ = compare(KIND, declare(KIND, "data", {}), live)
    assert (difference.changes, difference.refused, difference.noted) == ([], [], [])
    assert live.exports == {"id": KEY, "arn": arn(KEY), "alias": ALIAS}


def test_a_key_with_everything_reads_as_it_is_declared() -> None:
    fields: dict[str, Any] = {
        "description": "orders",
        "administrators": [SECURITY],
        "users": ["${iam_role.app}"],
        "rotation_days": "180",
        "enabled": "false",
    }
    app = f"arn:aws:iam::{ACCOUNT}:role/app"
    scope = knowing(SCOPE, (ROLE, {"arn": app}))
    document = resolve(policy_of(**fields), scope.known)
    live = found(Description="orders", document=document, rotation=180, KeyState="Disabled")
    assert updated(KIND, declare(KIND, "data", fields), live, scope) == ()


def test_at_most_four_calls_for_a_key_and_one_for_all() -> None:
    keys = Keys()
    for index in range(10):
        keys.add(f"key-{index}", f"alias/orders/k{index}", {})
    fake = keys.reader()
    declared = [declare(KIND, f"k{index}", {}) for index in range(10)]
    assert len(list(KIND.read(fake, wanted(KIND, *declared)))) == 10
    assert len(fake.calls) == 1 + 4 * 10
    for service, action, params in fake.calls:
        assert_valid_call(service, action, params)


def test_a_key_that_lost_its_alias_is_found_by_its_tag() -> None:
    (live,) = read(Keys().add(alias=None), KEY)
    assert (live.name, live.identity, live.spec.alias) == (ALIAS, ALIAS, None)
    assert "alias" not in live.exports
    (name,) = updated(KIND, declare(KIND, "data", {}), live)
    assert (name.action, name.params) == ("CreateAlias", {"AliasName": ALIAS, "TargetKeyId": KEY})


def test_a_key_that_the_tagging_api_still_knows_although_it_is_gone_is_not_there() -> None:
    assert read(Keys(), KEY) == []


def test_kms_8_all_keys_are_looked_at_only_where_a_declared_one_is_not_found() -> None:
    """KMS-1: a key whose creation was answered by nobody carries our tags before anything else knows it."""
    lost, known = Keys().add(alias=None), Keys().add(alias=None)
    assert [item.exports["id"] for item in read(lost)] == [KEY]
    fake = known.reader()
    read(known, KEY, reader=fake)
    assert "ListKeys" not in [action for _, action, _ in fake.calls]


def test_a_key_whose_policy_keeps_us_out_does_not_stop_the_search() -> None:
    keys = Keys().add(alias=None).add(FOREIGN, None, {})
    keys.denied = {FOREIGN}
    assert [item.exports["id"] for item in read(keys)] == [KEY]


def test_a_denied_search_is_unknown_and_not_absent() -> None:
    """meaning §8."""
    keys = Keys().add(alias=None).add(FOREIGN, None, {})
    keys.denied = {KEY, FOREIGN}
    with pytest.raises(CallError, match="AccessDeniedException"):
        read(keys)


def test_kms_1_of_two_keys_for_one_address_the_one_with_the_alias_is_kept_and_the_other_named() -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC)
    (live,) = read(Keys().add().add(TWIN, None, CreationDate=old), KEY, TWIN)
    assert live.exports["id"] == KEY
    assert live.facts["twins"] == (arn(TWIN),)
    assert arn(TWIN) in live.facts["notes"][0]


def test_kms_1_of_two_keys_without_the_alias_the_oldest_is_kept() -> None:
    old = datetime(2020, 1, 1, tzinfo=UTC)
    (live,) = read(Keys().add(alias=None).add(TWIN, None, CreationDate=old), KEY, TWIN)
    assert live.exports["id"] == TWIN


def test_kms_2_a_key_that_waits_for_its_deletion_is_not_gone() -> None:
    live = found(KeyState="PendingDeletion", DeletionDate=datetime(2026, 12, 24, tzinfo=UTC))
    assert "2026-12-24" in live.blocked
    assert f"aws kms cancel-key-deletion --key-id {KEY}" in live.blocked


def test_a_key_that_waits_for_its_deletion_is_not_deleted_again() -> None:
    live = link(found(KeyState="PendingDeletion"), DATA, SCOPE)
    assert KIND.inspect(Keys().reader(), live, SCOPE, frozenset()) == live.found.blocked


@pytest.mark.parametrize("state", ["PendingReplicaDeletion", "PendingImport", "Unavailable"])
def test_other_states_in_which_a_key_cannot_be_used_block_it(state: str) -> None:
    assert found(KeyState=state).blocked


def test_a_passing_state_is_busy() -> None:
    assert found(KeyState="Creating").busy
    assert not found().busy


def test_a_stranger_under_a_declared_alias_is_found_as_a_conflict() -> None:
    (live,) = read(Keys().add(FOREIGN, tags={}))
    assert (live.identity, live.tags) == (ALIAS, {})
    (other,) = read(Keys().add(FOREIGN, tags={ownership.STACK: "billing", ownership.ADDRESS: "kms_key.x/alias/y"}))
    assert (other.name, other.identity) == (ALIAS, ALIAS)


def test_kms_4_asymmetric_keys_have_no_rotation() -> None:
    (live,) = read(Keys().add(KeySpec="RSA_2048"))
    assert live.spec.rotation_days is None
    assert updated(KIND, declare(KIND, "data", {"spec": "RSA_2048"}), live) == ()


def test_roles_of_the_stack_in_a_live_policy_are_references_so_that_they_outlive_the_key() -> None:
    scope = knowing(SCOPE, (ROLE, {"arn": SECURITY}))
    live = link(found(document={"Statement": [*DELEGATION["Statement"], STRANGER]}), DATA, scope)
    assert {ref.target for ref in refs(live.spec.document)} == {ROLE}


def test_a_principal_that_does_not_exist_is_a_complaint() -> None:
    """KMS-3, IAM-4."""
    gone, away = f"arn:aws:iam::{ACCOUNT}:role/gone", "arn:aws:iam::999999999999:role/gone"
    fields = {"administrators": [SECURITY, ACCOUNT, "${iam_role.app}", away], "users": [gone]}
    (complaint,) = KIND.verify(Keys().reader(), declare(KIND, "data", fields), SCOPE)
    assert complaint.path == ("users", 0)
    document = {"Statement": [*DELEGATION["Statement"], {**STRANGER, "Principal": {"AWS": [SECURITY, gone]}}]}
    (complaint,) = KIND.verify(Keys().reader(), declare(KIND, "data", {"document": document}), SCOPE)
    assert complaint.path == ("document", "Statement", 1, "Principal")


def test_nothing_is_asked_of_iam_where_no_role_or_user_is_written() -> None:
    fake = Keys().reader()
    assert list(KIND.verify(fake, declare(KIND, "data", {"users": [ACCOUNT, "${iam_role.app}"]}), SCOPE)) == []
    assert fake.calls == []


# Creating


def test_a_key_is_made_once_named_and_rotated() -> None:
    create, name, rotate = created(KIND, declare(KIND, "data", {"description": "orders"}))
    assert not create.repeatable  # KMS-1
    assert create.params["KeySpec"] == "SYMMETRIC_DEFAULT"
    assert create.params["KeyUsage"] == "ENCRYPT_DECRYPT"
    assert create.params["Description"] == "orders"
    assert tagging.mapping(create.params["Tags"], "TagKey", "TagValue").items() >= OURS.items()
    assert documents.equal(documents.parse(create.params["Policy"]), DELEGATION)
    assert "BypassPolicyLockoutSafetyCheck" not in create.params  # KMS-3
    assert create.wait
    assert (name.action, name.params) == ("CreateAlias", {"AliasName": ALIAS, "TargetKeyId": Ref(DATA, "id")})
    assert rotate.params == {"KeyId": Ref(DATA, "id"), "RotationPeriodInDays": 365}


def test_iam_1_a_policy_that_names_a_new_role_waits_for_it_and_is_tried_again() -> None:
    create, *_ = created(KIND, declare(KIND, "data", {"users": ["${iam_role.app}"]}))
    assert isinstance(create.params["Policy"], Text)
    assert set(refs(create.params["Policy"])) == {Ref(ROLE, "arn")}
    ((code, part),) = [(retry.code, retry.contains) for retry in create.retry_on]
    assert code == "MalformedPolicyDocumentException"
    assert part in "Policy contains a statement with one or more invalid principals."
    assert part not in "The new key policy will not allow you to update the key policy in the future."


def test_a_disabled_key_is_rotated_before_it_is_disabled() -> None:
    calls = created(KIND, declare(KIND, "data", {"enabled": "false", "rotation_days": "90"}))
    assert actions(calls) == ["CreateKey", "CreateAlias", "EnableKeyRotation", "DisableKey"]


@pytest.mark.parametrize("fields", [{"rotation_days": "off"}, {"spec": "RSA_4096"}])
def test_rotation_is_not_asked_for_where_it_is_off_or_not_possible(fields: dict[str, str]) -> None:
    assert actions(created(KIND, declare(KIND, "data", fields))) == ["CreateKey", "CreateAlias"]


# Changing


@pytest.mark.parametrize(
    ("fields", "live", "action", "params"),
    [
        ({"description": "new"}, {}, "UpdateKeyDescription", {"Description": "new"}),
        ({"rotation_days": "90"}, {}, "EnableKeyRotation", {"RotationPeriodInDays": 90}),
        ({}, {"rotation": None}, "EnableKeyRotation", {"RotationPeriodInDays": 365}),
        ({"rotation_days": "off"}, {}, "DisableKeyRotation", {}),
        ({"enabled": "false"}, {}, "DisableKey", {}),
        ({}, {"KeyState": "Disabled"}, "EnableKey", {}),
    ],
)
def test_each_field_changes_by_a_call_of_its_own(
    fields: dict[str, str], live: dict[str, Any], action: str, params: dict[str, Any]
) -> None:
    (call,) = updated(KIND, declare(KIND, "data", fields), found(**live))
    assert call.action == action
    assert call.params == {"KeyId": KEY, **params}  # KMS-6: by id


def test_a_policy_opened_behind_our_back_is_put_right_and_shown_by_statement() -> None:
    opened = {"Statement": [*DELEGATION["Statement"], {**STRANGER, "Principal": "*"}], "Version": "2012-10-17"}
    declared = declare(KIND, "data", {})
    difference, _ = compare(KIND, declared, found(document=opened))
    ((change,),) = (difference.changes,)
    assert change.path == "document"
    assert any("Audit" in line for line in change.detail)
    (put,) = updated(KIND, declared, found(document=opened))
    assert put.params["PolicyName"] == "default"
    assert documents.equal(documents.parse(put.params["Policy"]), DELEGATION)
    assert "BypassPolicyLockoutSafetyCheck" not in put.params


def test_iam_4_a_deleted_principal_in_a_live_policy_is_a_difference() -> None:
    pinned = {"Statement": [*DELEGATION["Statement"], {**STRANGER, "Principal": {"AWS": "AROA1234567890123456"}}]}
    assert actions(updated(KIND, declare(KIND, "data", {}), found(document=pinned))) == ["PutKeyPolicy"]


def test_with_exclusive_false_the_statements_of_others_stay() -> None:
    live = found(document={"Statement": [*DELEGATION["Statement"], STRANGER], "Version": "2012-10-17"})
    assert updated(KIND, declare(KIND, "data", {"exclusive": "false"}), live) == ()
    fields = {"exclusive": "false", "users": [SECURITY]}
    (put,) = updated(KIND, declare(KIND, "data", fields), live)
    kept = by_sid(documents.parse(put.params["Policy"]))
    assert list(kept) == ["RdsSecureAccount", "RdsSecureUsers", "RdsSecureGrants", "Audit"]
    assert len(documents.parse(put.params["Policy"])["Statement"]) == 4


def test_kms_4_rotation_is_set_while_the_key_is_enabled() -> None:
    enable, rotate = updated(KIND, declare(KIND, "data", {}), found(KeyState="Disabled", rotation=None))
    assert (enable.action, rotate.action) == ("EnableKey", "EnableKeyRotation")
    assert enable.wait
    assert "DisabledException" in [retry.code for retry in rotate.retry_on]
    fields = {"enabled": "false", "rotation_days": "90", "description": "new"}
    calls = updated(KIND, declare(KIND, "data", fields), found())
    assert actions(calls) == ["UpdateKeyDescription", "EnableKeyRotation", "DisableKey"]


def test_the_rotation_of_a_key_that_is_and_stays_disabled_is_not_compared() -> None:
    fields = {"enabled": "false", "rotation_days": "90"}
    assert updated(KIND, declare(KIND, "data", fields), found(KeyState="Disabled")) == ()


def test_rds_4_disabling_says_what_it_does_to_databases() -> None:
    (call,) = updated(KIND, declare(KIND, "data", {"enabled": "false"}), found())
    assert "inaccessible" in call.summary


def test_a_new_alias_is_made_before_the_old_one_goes() -> None:
    (live,) = read(Keys().add(), KEY, alias="new")
    assert "alias" not in live.exports  # others are to use the name that it is about to get
    create, delete = updated(KIND, declare(KIND, "data", {"alias": "new"}), live)
    assert create.params == {"AliasName": "alias/new", "TargetKeyId": KEY}
    assert (delete.action, delete.params) == ("DeleteAlias", {"AliasName": ALIAS})
    fields = {"alias": "new", "exclusive": "false"}
    assert actions(updated(KIND, declare(KIND, "data", fields), live)) == ["CreateAlias"]


def test_an_interrupted_change_of_the_alias_is_finished() -> None:
    keys = Keys().add()
    keys.aliases["alias/new"] = KEY
    (live,) = read(keys, KEY, alias="new")
    assert actions(updated(KIND, declare(KIND, "data", {"alias": "new"}), live)) == ["DeleteAlias"]


def test_an_alias_that_points_elsewhere_is_pointed_back() -> None:
    keys = Keys().add(alias=None).add(FOREIGN, tags={})
    (live,) = read(keys, KEY)
    (update,) = updated(KIND, declare(KIND, "data", {}), live)
    assert (update.action, update.params) == ("UpdateAlias", {"AliasName": ALIAS, "TargetKeyId": KEY})


def test_other_aliases_are_shown_and_stay() -> None:
    keys = Keys().add()
    keys.aliases["alias/another"] = KEY
    (live,) = read(keys, KEY)
    assert live.facts["notes"] == ("alias/another is another name of it, and stays",)
    assert updated(KIND, declare(KIND, "data", {}), live) == ()


def test_an_alias_that_somebody_else_made_stays_when_ours_is_made_again() -> None:
    (live,) = read(Keys().add(alias="alias/another"), KEY)
    assert actions(updated(KIND, declare(KIND, "data", {}), live)) == ["CreateAlias"]


@pytest.mark.parametrize("field", ["spec", "usage"])
def test_what_kind_of_key_it_is_is_fixed(field: str) -> None:
    fields = {"spec": "RSA_2048"} if field == "spec" else {"spec": "RSA_2048", "usage": "SIGN_VERIFY"}
    live = found() if field == "spec" else found(KeySpec="RSA_2048")
    difference, _ = compare(KIND, declare(KIND, "data", fields), live)
    assert [change.path for change, _ in difference.refused] == [field]


def test_every_field_reaches_a_call_or_is_fixed_at_creation() -> None:
    for name, marker in markers(KmsKeySpec).items():
        assert marker.create or marker.mode is Mode.META, name


# Tags and deletion


def test_tags_are_set_and_removed_by_id() -> None:
    live = link(found(), DATA, SCOPE)
    add, remove = checked(KIND.tag(live, {"team": "payments"}, ("old",), SCOPE))
    assert add.params == {"KeyId": KEY, "Tags": ({"TagKey": "team", "TagValue": "payments"},)}
    assert remove.params == {"KeyId": KEY, "TagKeys": ("old",)}
    (later,) = checked(KIND.tag(declare(KIND, "data", {}), {"team": "payments"}, (), SCOPE))
    assert later.params["KeyId"] == Ref(DATA, "id")


def test_a_key_is_deleted_after_thirty_days() -> None:
    unname, schedule = checked(KIND.delete(link(found(), DATA, SCOPE), SCOPE))
    assert unname.params == {"AliasName": ALIAS}
    assert schedule.params == {"KeyId": KEY, "PendingWindowInDays": 30}
    assert schedule.destructive
    (only,) = checked(KIND.delete(link(read(Keys().add(alias=None), KEY)[0], DATA, SCOPE), SCOPE))
    assert only.action == "ScheduleKeyDeletion"
