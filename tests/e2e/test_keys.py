"""Keys that databases need: grants of others stay, and no key is taken from them without words for it."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure import api
from rds_secure.errors import RefusedError
from rds_secure.values import Address
from tests.e2e.harness import EVERYTHING, Harness, Resources
from tests.e2e.rows import prepared
from tests.e2e.tables import db_instance

ALIAS = "alias/bench/data"
GRANT = {"to": "${iam_role.app}", "operations": ["Decrypt"]}
FINISHED = {"deletion_protection": False}


def stack(**key: Any) -> Resources:
    """A database under a key, and a role."""
    database = db_instance.BENCH.resources({"kms_key": "${kms_key.data}", **FINISHED})
    role = {"trust": {"services": ["ec2.amazonaws.com"]}}
    return {**database, "iam_role": {"app": role}, "kms_key": {"data": key}}


@pytest.fixture
def kms(harness: Harness) -> Any:
    prepared(harness, db_instance.BENCH)
    return harness.client("kms")


def grants(kms: Any) -> dict[str, str]:
    """Name → id; RDS gives its own none."""
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    return {grant.get("Name", ""): grant["GrantId"] for grant in kms.list_grants(KeyId=key)["Grants"]}


def notes(harness: Harness, spec: Resources) -> tuple[str, ...]:
    planned = harness.plan(spec)
    assert planned.plan.is_empty
    (step,) = [step for step in planned.plan.steps if step.address == Address("kms_key", "data")]
    return step.notes


def test_kms_7_the_grant_of_rds_is_shown_and_outlives_every_change_of_ours(harness: Harness, kms: Any) -> None:
    harness.make(stack(grants={"app": GRANT}))
    before = grants(kms)
    assert before.keys() == {"", "rds-secure/bench/data/app"}

    harness.apply(stack(grants={"app": {**GRANT, "operations": ["Encrypt"]}}))
    changed = grants(kms)
    assert changed.keys() == {"", "rds-secure/bench/data/app/2"}
    harness.apply(stack(grants={}))
    assert grants(kms) == changed
    assert changed[""] == before[""]
    (undeclared, theirs) = notes(harness, stack(grants={}))
    assert undeclared.startswith("grant app is not declared and stays: when nothing needs it, `aws kms revoke-grant")
    assert theirs == "it has grants that are not the stack's, and stay: rds.us-east-1.amazonaws.com (1)"

    destroyed = harness.destroy(stack(), EVERYTHING)
    assert not [call for call in destroyed.writes if call.action in ("RevokeGrant", "RetireGrant")]


def test_an_interrupted_change_of_a_grant_is_finished(harness: Harness, kms: Any) -> None:
    harness.make(stack(grants={"app": GRANT}))
    after = stack(grants={"app": {**GRANT, "operations": ["Encrypt"]}})
    harness.recorder.refusals["RevokeGrant"] = "KMSInternalException"
    outcome, _ = harness.attempt(harness.plan(after))
    assert not outcome.succeeded
    assert len(grants(kms)) == 3
    harness.recorder.clear()

    applied = harness.apply(after)

    assert [call.action for call in applied.writes if "Grant" in call.action] == ["RevokeGrant"]
    assert grants(kms).keys() == {"", "rds-secure/bench/data/app/2"}


def test_rds_4_a_key_that_a_database_uses_is_disabled_only_where_that_is_written(harness: Harness, kms: Any) -> None:
    harness.make(stack())

    planned = harness.plan(stack(enabled=False))
    (refusal,) = planned.plan.refusals
    assert str(refusal.address) == "kms_key.data"
    assert "database orders would become inaccessible" in refusal.fix
    assert "disable_in_use: true" in refusal.fix
    assert refusal.location is not None
    with pytest.raises(RefusedError) as raised:
        api.apply(planned, harness.account)
    assert raised.value.exit_code == 3

    meant = stack(enabled=False, disable_in_use=True)
    applied = harness.apply(meant)
    (step,) = [step for step in applied.plan.steps if step.operations]
    assert step.notes == ("without the key these become inaccessible: database orders",)
    assert step.operations[0].summary == "disable the key: database orders becomes inaccessible"
    assert kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyState"] == "Disabled"
    assert "without the key these are inaccessible: database orders" in notes(harness, meant)


def test_the_rotation_of_a_disabled_key_waits_until_it_is_enabled_and_the_plan_says_so(harness: Harness) -> None:
    """KMS-4."""
    harness.make({"kms_key": {"data": {"enabled": False}}})
    slower = {"enabled": False, "rotation_days": 400}

    applied = harness.apply({"kms_key": {"data": slower}})

    said = "rotation_days stays 365 while the key is disabled, and 400 takes effect when it is enabled"
    (step,) = applied.plan.steps
    assert step.notes == (said,)
    assert notes(harness, {"kms_key": {"data": slower}}) == (said,)
    enabled = harness.apply({"kms_key": {"data": {**slower, "enabled": True}}})
    assert [call.action for call in enabled.writes[:2]] == ["EnableKey", "EnableKeyRotation"]
    assert notes(harness, {"kms_key": {"data": {**slower, "enabled": True}}}) == ()


@pytest.mark.parametrize("is_named", [True, False])
def test_kms_2_a_key_that_waits_for_its_deletion_is_shown_with_its_date_and_gets_no_twin(
    harness: Harness, is_named: bool
) -> None:
    spec: Resources = {"kms_key": {"data": {}}}
    harness.make(spec)
    kms = harness.client("kms")
    meta = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]
    gone = kms.schedule_key_deletion(KeyId=meta["KeyId"], PendingWindowInDays=7)
    if not is_named:
        kms.delete_alias(AliasName=ALIAS)
    keys = kms.list_keys()["Keys"]
    kms.describe_key(KeyId=meta["KeyId"])  # KMS-4: the first look still shows the state of before

    (refusal,) = harness.plan(spec).plan.refusals

    assert f"it waits for its deletion on {gone['DeletionDate']:%Y-%m-%d}" in refusal.fix
    assert f"aws kms cancel-key-deletion --key-id {meta['KeyId']}" in refusal.fix
    kms.cancel_key_deletion(KeyId=meta["KeyId"])
    kms.describe_key(KeyId=meta["KeyId"])
    harness.apply(spec)  # enables it again
    assert kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyState"] == "Enabled"
    assert kms.list_keys()["Keys"] == keys


def test_a_multi_region_key_has_an_id_that_says_so(harness: Harness) -> None:
    harness.apply({"kms_key": {"data": {"multi_region": True}}})
    meta = harness.client("kms").describe_key(KeyId=ALIAS)["KeyMetadata"]
    assert meta["KeyId"].startswith("mrk-")
    assert meta["MultiRegion"] is True
