"""What the tables cannot say of data keys: what they are good for, that none is ever lost, that nobody sees one.

Whether an encrypted data key still opens is asked of KMS, with plain boto3; the tool itself never asks for a plaintext.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from rds_secure import api
from rds_secure.apply import Outcome
from rds_secure.errors import SpecError
from rds_secure.events import Event
from rds_secure.plan import Action, Plan
from rds_secure.render.json import plan_json
from rds_secure.render.plan_page import plan_page
from tests.e2e import looks
from tests.e2e.harness import DATA, EVERYTHING, Harness, Resources
from tests.fakes import FakeClock

SECRET, PARAMETER = "orders", "/bench/orders"
STORES: Mapping[str, Mapping[str, str]] = {SECRET: {"secret": SECRET}, PARAMETER: {"parameter": PARAMETER}}
CONTEXT = {"app": "orders"}
BYSTANDER: Resources = {"iam_group": {"bystander": {}}}

in_both = pytest.mark.parametrize("store", STORES, ids=["secret", "parameter"])


def orders(store: str, *keys: str, **fields: Any) -> Resources:
    """A data key in a store, under the first of these keys."""
    keys = keys or ("data",)
    written = {"kms_key": f"${{kms_key.{keys[0]}}}", "encryption_context": CONTEXT, "store": STORES[store], **fields}
    return {"kms_key": {key: {} for key in keys}, "data_key": {"orders": written}}


def kept(harness: Harness, store: str) -> dict[str, Any]:
    return looks.data_key(harness.client, store)


def opened(harness: Harness, encrypted: str) -> bytes:
    """The plaintext of what is stored; KMS finds its key in it."""
    answer = harness.client("kms").decrypt(CiphertextBlob=base64.b64decode(encrypted), EncryptionContext=CONTEXT)
    plaintext: bytes = answer["Plaintext"]
    return plaintext


def older(harness: Harness, store: str) -> list[str]:
    """Every value that is kept, the oldest first, and the current one last."""
    if store == PARAMETER:
        found: list[str] = kept(harness, store)["kept"]
        return found
    secrets = harness.client("secretsmanager")
    found = kept(harness, store)
    versions = sorted(found["kept"], key=lambda version: (version == found["current"], version))
    return [secrets.get_secret_value(SecretId=store, VersionId=version)["SecretString"] for version in versions]


def overwrite(harness: Harness, store: str) -> None:
    if store == SECRET:
        harness.client("secretsmanager").put_secret_value(SecretId=store, SecretString="mine")
    else:
        harness.client("ssm").put_parameter(Name=store, Value="mine", Overwrite=True)


def reasons(plan: Plan) -> dict[str, str]:
    return {str(item.address): item.reason for item in plan.kept}


# What it is good for


@in_both
@pytest.mark.parametrize(("fields", "length"), [({}, 32), ({"key_spec": "AES_128"}, 16), ({"bytes": 64}, 64)])
def test_it_opens_with_the_kms_key_and_its_context(
    store: str, fields: dict[str, Any], length: int, harness: Harness
) -> None:
    applied = harness.apply(orders(store, **fields))

    assert len(opened(harness, kept(harness, store)["value"])) == length
    assert applied.again.plan.is_empty
    assert all(step.says_nothing for step in applied.again.plan.steps)


@in_both
def test_nobody_asks_for_the_plaintext_or_reads_what_is_stored(store: str, harness: Harness) -> None:
    harness.apply(orders(store))
    harness.apply(orders(store, version=2))

    asked = {call.action for call in harness.recorder.calls}
    assert "GenerateDataKeyWithoutPlaintext" in asked
    assert asked.isdisjoint({"GenerateDataKey", "Decrypt", "GetSecretValue", "GetParameter", "GetParameterHistory"})


@in_both
def test_nothing_that_is_shown_has_it(store: str, harness: Harness) -> None:
    events: list[Event] = []
    planned = harness.plan(orders(store))

    outcome = api.apply(planned, harness.account, events.append, FakeClock())

    again = harness.plan(orders(store, version=2))
    value = kept(harness, store)["value"]
    shown = [repr(events), repr(outcome), repr(again.plan), repr(again.snapshot)]
    for plan in (planned.plan, again.plan):
        page = "\n".join(line.plain for line in plan_page(plan, 120, True))
        assert "(encrypted data key)" in page
        shown += [page, plan_json(plan)]
    assert value
    assert not [text for text in shown if value in text]


# Another one


@in_both
def test_a_new_one_is_made_when_it_is_asked_for_and_the_old_one_still_opens(store: str, harness: Harness) -> None:
    harness.make(orders(store))
    first = kept(harness, store)["value"]
    plaintext = opened(harness, first)

    for version in (2, 3, 4):
        harness.apply(orders(store, version=version))

    values = older(harness, store)
    assert len({*values}) == 4
    assert kept(harness, store)["value"] == values[-1] != first
    assert opened(harness, values[0]) == plaintext != opened(harness, values[-1])
    assert harness.apply(orders(store, version=4)).writes == ()


@in_both
def test_a_new_one_is_made_under_a_new_key_and_the_old_key_stays_with_the_old_one(store: str, harness: Harness) -> None:
    harness.make(orders(store))
    plaintext = opened(harness, older(harness, store)[0])

    applied = harness.apply(orders(store, "other"))

    old, new = older(harness, store)
    assert reasons(applied.plan) == {"kms_key.data": "no longer declared, kept"}
    assert opened(harness, old) == plaintext != opened(harness, new)


def test_an_older_one_of_a_secret_is_used_again(harness: Harness) -> None:
    harness.make(orders(SECRET))
    first = kept(harness, SECRET)["value"]
    harness.make(orders(SECRET, version=2))

    applied = harness.apply(orders(SECRET))

    assert [call.action for call in applied.writes] == ["UpdateSecretVersionStage", "TagResource"]
    assert kept(harness, SECRET)["value"] == first


@in_both
def test_a_number_below_those_that_were_used_is_refused(store: str, harness: Harness) -> None:
    harness.make(orders(store, version=3))

    [refusal] = harness.plan(orders(store, version=2)).plan.refusals

    assert refusal.fix == "there was a data key 3 already: raise version above it to have a new one made"


def test_the_labels_of_a_secret_end_before_an_old_data_key_is_dropped(harness: Harness) -> None:
    """SM-2: twenty in all."""
    harness.make(orders(SECRET))
    for version in range(2, 19):
        harness.make(orders(SECRET, version=version))

    [refusal] = harness.plan(orders(SECRET, version=19)).plan.refusals

    assert "a secret takes 20 labels" in refusal.fix
    assert len(kept(harness, SECRET)["kept"]) == 18


def test_every_version_of_a_parameter_is_labelled_and_so_kept(harness: Harness) -> None:
    """ANY-6."""
    harness.make(orders(PARAMETER))
    harness.make(orders(PARAMETER, version=2))

    labels = kept(harness, PARAMETER)["labels"]
    assert [[label.partition("-32-")[0] for label in row] for row in labels] == [["data-key-1"], ["data-key-2"]]
    assert [label.rpartition(".")[2] for row in labels for label in row] == ["1", "2"]


def test_a_parameters_description_goes_with_the_next_data_key(harness: Harness) -> None:
    harness.make(orders(PARAMETER))

    alone = harness.plan(orders(PARAMETER, description="for orders")).plan
    harness.apply(orders(PARAMETER, description="for orders", version=2))

    assert [step.action for step in alone.steps if step.operations] == [Action.RETAG]
    assert kept(harness, PARAMETER)["Description"] == "for orders"


# Drift


@in_both
def test_what_somebody_overwrote_is_put_back_and_nothing_is_made(store: str, harness: Harness) -> None:
    harness.make(orders(store))
    value = kept(harness, store)["value"]
    overwrite(harness, store)
    overwrite(harness, store)
    assert kept(harness, store)["value"] == "mine"

    applied = harness.apply(orders(store))

    [step] = [step for step in applied.plan.steps if step.operations]
    assert (step.cause, [change.path for change in step.changes]) == ("drift", ["version"])
    assert "GenerateDataKeyWithoutPlaintext" not in [call.action for call in applied.writes]
    assert kept(harness, store)["value"] == value
    assert applied.again.plan.is_empty


def test_nothing_is_made_where_nobody_knows_any_more_what_is_stored(harness: Harness) -> None:
    harness.make(orders(PARAMETER))
    harness.client("ssm").remove_tags_from_resource(
        ResourceType="Parameter", ResourceId=PARAMETER, TagKeys=["rds-secure:data-key"]
    )

    [refusal] = harness.plan(orders(PARAMETER)).plan.refusals
    assert "raise version to have a new one made" in refusal.fix
    harness.apply(orders(PARAMETER, version=2))
    assert len(older(harness, PARAMETER)) == 2


def test_the_resource_policy_of_a_secret_is_none_of_ours(harness: Harness) -> None:
    harness.make(orders(SECRET))
    policy = '{"Version": "2012-10-17", "Statement": []}'
    harness.client("secretsmanager").put_resource_policy(SecretId=SECRET, ResourcePolicy=policy)

    assert harness.apply(orders(SECRET)).writes == ()
    assert harness.client("secretsmanager").get_resource_policy(SecretId=SECRET)["ResourcePolicy"] == policy


def test_a_secret_that_waits_for_its_deletion_has_no_twin_and_can_be_had_back(harness: Harness) -> None:
    """SM-3."""
    harness.make(orders(SECRET))
    value = kept(harness, SECRET)["value"]
    secrets = harness.client("secretsmanager")
    secrets.delete_secret(SecretId=SECRET, RecoveryWindowInDays=7)

    [refusal] = harness.plan(orders(SECRET)).plan.refusals
    assert f"`aws secretsmanager restore-secret --secret-id {SECRET}`" in refusal.fix

    secrets.restore_secret(SecretId=SECRET)
    assert harness.apply(orders(SECRET)).writes == ()
    assert kept(harness, SECRET)["value"] == value


# When an apply stops half-way


def stopped(harness: Harness, spec: Resources, action: str) -> Outcome:
    harness.recorder.refusals[action] = "InternalServiceError"
    outcome, _ = harness.attempt(harness.plan(spec))
    harness.recorder.refusals.clear()
    assert not outcome.succeeded
    return outcome


@pytest.mark.parametrize(
    ("store", "action"),
    [
        (SECRET, "GenerateDataKeyWithoutPlaintext"),
        (SECRET, "PutSecretValue"),
        (PARAMETER, "PutParameter"),
        (PARAMETER, "LabelParameterVersion"),
        (PARAMETER, "AddTagsToResource"),
    ],
)
def test_the_next_apply_goes_on_where_one_stopped(store: str, action: str, harness: Harness) -> None:
    stopped(harness, orders(store), action)

    applied = harness.apply(orders(store))

    assert applied.again.plan.is_empty
    assert len(opened(harness, kept(harness, store)["value"])) == 32
    current = older(harness, store)[-1]
    assert opened(harness, current)


def test_a_lost_reply_makes_no_second_version_of_a_secret(harness: Harness) -> None:
    """ANY-1, SM-2: the version's id says what was stored; the same apply looks, and goes on from there."""
    harness.recorder.lost.add("PutSecretValue")
    outcome, writes = harness.attempt(harness.plan(orders(SECRET)))
    harness.recorder.lost.clear()
    harness.sandbox.settle()

    assert outcome.succeeded
    assert [call.action for call in writes].count("GenerateDataKeyWithoutPlaintext") == 1
    assert len(kept(harness, SECRET)["kept"]) == 1
    assert harness.plan(orders(SECRET)).plan.is_empty


# What goes


@in_both
def test_it_is_kept_with_its_key_when_it_is_no_longer_declared_and_by_destroy(store: str, harness: Harness) -> None:
    harness.make({**orders(store), **BYSTANDER})

    for plan in (harness.apply(BYSTANDER).plan, harness.destroy(BYSTANDER, DATA).plan):
        assert reasons(plan) == dict.fromkeys(("data_key.orders", "kms_key.data"), "no longer declared, kept")
    assert opened(harness, kept(harness, store)["value"])


def test_destroy_with_everything_leaves_a_secret_30_days_like_its_key(harness: Harness) -> None:
    harness.make(orders(SECRET))

    gone = harness.destroy(orders(SECRET), EVERYTHING)

    assert [call.action for call in gone.writes] == ["DeleteSecret", "DeleteAlias", "ScheduleKeyDeletion"]
    assert gone.writes[0].params == {"SecretId": SECRET, "RecoveryWindowInDays": 30}
    again = harness.destroy(orders(SECRET), EVERYTHING)
    assert again.writes == ()
    assert "restore-secret" in reasons(again.plan)["data_key.orders"]


def test_destroy_says_that_a_parameter_goes_at_once(harness: Harness) -> None:
    """ANY-6."""
    harness.make(orders(PARAMETER))

    gone = harness.destroy(orders(PARAMETER), EVERYTHING)

    [said] = [item.summary for step in gone.plan.steps for item in step.operations if item.service == "ssm"]
    assert (
        said == f"delete parameter {PARAMETER} at once: what was encrypted with its data keys can never be read again"
    )
    assert not looks.exists(harness.client, "data_key", PARAMETER)


def test_a_key_stays_while_a_data_key_of_another_stack_needs_it(harness: Harness) -> None:
    """KMS-5: also one that is only an older version by now."""
    harness.make({"kms_key": {"data": {}, "other": {}}, **BYSTANDER})
    for alias in ("alias/bench/data", "alias/bench/other"):
        data_key = {"data_key": {"orders": {"kms_key": alias}}}
        planned = harness.plan(harness.spec(data_key, stack="elsewhere"))
        assert harness.attempt(planned)[0].succeeded

    gone = harness.plan_destroy(BYSTANDER, EVERYTHING).plan

    needed = "it is in use by secret orders, which nobody could read without it"
    assert reasons(gone) == {"kms_key.data": needed, "kms_key.other": needed}


def test_a_replicated_secret_stays(harness: Harness) -> None:
    harness.make(orders(SECRET))
    harness.client("secretsmanager").replicate_secret_to_regions(
        SecretId=SECRET, AddReplicaRegions=[{"Region": "eu-west-1"}]
    )

    plan = harness.plan_destroy(orders(SECRET), EVERYTHING).plan

    assert reasons(plan)["data_key.orders"] == "it is replicated to eu-west-1: remove the replicas first"
    assert reasons(plan)["kms_key.data"] == "data_key.orders, which is kept, uses it"


# Outside the spec


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"}, "makes no data keys"),
        ({}, "makes no data keys while it is Disabled"),
    ],
)
def test_a_key_that_makes_no_data_keys_is_refused_before_anything_is_called(
    more: dict[str, str], said: str, harness: Harness
) -> None:
    def outside_key(client: looks.Client) -> None:
        kms = client("kms")
        key = kms.create_key(**more)["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName="alias/outside", TargetKeyId=key)
        if not more:
            kms.disable_key(KeyId=key)

    harness.behind(outside_key)

    with pytest.raises(SpecError, match=said):
        harness.plan({"data_key": {"orders": {"kms_key": "alias/outside"}}})
    assert harness.recorder.writes == []


def test_a_name_that_changes_is_refused_in_the_words_of_the_spec(harness: Harness) -> None:
    harness.make(orders(PARAMETER))

    [refusal] = harness.plan(orders(SECRET)).plan.refusals

    assert "write 'store: {parameter: /bench/orders}'" in refusal.fix
