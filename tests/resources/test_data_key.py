"""Data keys: how they are checked, read without their values, compared, made, and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from rds_secure import ownership, tagging
from rds_secure.kind import FieldChange, Found, Live, Resource, Wanted
from rds_secure.operation import Operation
from rds_secure.resources import KINDS_BY_NAME
from rds_secure.resources.data_key import KIND
from rds_secure.resources.data_key.mark import Mark, digest, mark
from rds_secure.resources.data_key.spec import DataKeySpec
from rds_secure.values import Address, Handed, Ref, Text
from tests.fakes import FakeReader, error
from tests.models import assert_valid_call
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

KEY, OTHER = "0a1b2c3d-0000-4000-8000-00000000000a", "0a1b2c3d-0000-4000-8000-00000000000b"
ARN, OTHER_ARN = (SCOPE.arn("kms", f"key/{key}") for key in (KEY, OTHER))
SECRET_ARN = SCOPE.arn("secretsmanager", "secret:orders-aBcDeF")
AT = Address("data_key", "orders")
NO_CONTEXT = digest({}).removeprefix("context:")
IN_SECRET: dict[str, Any] = {"kms_key": KEY}
IN_PARAMETER: dict[str, Any] = {"kms_key": KEY, "store": {"parameter": "/shelf/orders"}}
DATA = Ref(Address("kms_key", "data"), "arn")


def version(number: int = 1, key: str = KEY, length: int = 32, context: str = NO_CONTEXT) -> str:
    """The id of the version with such a data key."""
    return f"data-key-{number}-{length}-{key}-{context}"


def secret(*versions: str, **fields: Any) -> dict[str, Any]:
    """A reply of DescribeSecret; the last version is the current one."""
    stages = {name: [name] for name in versions}
    for name, label in zip(reversed(versions), ("AWSCURRENT", "AWSPREVIOUS"), strict=False):
        stages[name].append(label)
    return {
        "ARN": SECRET_ARN,
        "Name": "orders",
        "Description": "encrypted data key",
        "KmsKeyId": ARN,
        "VersionIdsToStages": stages,
        "Tags": [],
        **fields,
    }


def parameter(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A member of DescribeParameters."""
    described = {"Name": "/shelf/orders", "Type": "String", "Description": "encrypted data key", "Version": number}
    return described | fields


def reader(*, tags: dict[str, str] | None = None, **found: Any) -> FakeReader:
    missing = error("secretsmanager", "DescribeSecret", "ResourceNotFoundException")
    return FakeReader(
        {
            ("secretsmanager", "DescribeSecret"): found.get("secret", missing),
            ("ssm", "DescribeParameters"): {"Parameters": found.get("parameters", [])},
            ("ssm", "ListTagsForResource"): {"TagList": list(tagging.pairs(tags or {}))},
            ("kms", "DescribeKey"): found.get("key", error("kms", "DescribeKey", "NotFoundException")),
        }
    )


def found_secret(*versions: str, **fields: Any) -> Found[DataKeySpec]:
    [one] = KIND.read(
        reader(secret=secret(*(versions or (version(),)), **fields)), wanted(KIND, declare(KIND, "orders", IN_SECRET))
    )
    return one


def found_parameter(memory: str = f"1/{version()}", number: int = 1, **fields: Any) -> Found[DataKeySpec]:
    tags = {ownership.DATA_KEY: memory} if memory else {}
    looking = reader(parameters=[parameter(number, **fields)], tags=tags)
    [one] = KIND.read(looking, wanted(KIND, declare(KIND, "orders", IN_PARAMETER)))
    return one


def refusals(resource: Resource[Any], found: Found[DataKeySpec]) -> list[str]:
    difference, _ = compare(KIND, resource, found)
    return [f"{change.path}: {advice}" for change, advice in difference.refused]


def by_action(operations: tuple[Operation, ...]) -> dict[str, Operation]:
    return {operation.action: operation for operation in operations}


# What is declared


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"key_spec": "AES_128", "bytes": 16}, ("bytes",)),
        ({"store": {"secret": "orders", "parameter": "/orders"}}, ("store", "parameter")),
        ({"store": {"parameter": "/orders", "kms_key": KEY}}, ("store", "kms_key")),
        ({"description": "x" * 1025}, ("description",)),
    ],
)
def test_what_contradicts_itself_is_refused_offline(fields: dict[str, Any], path: tuple[str, ...]) -> None:
    assert [where for where, _ in complaints(KIND, {**IN_SECRET, **fields})] == [path]
    assert complaints(KIND, IN_SECRET) == complaints(KIND, IN_PARAMETER) == []


@pytest.mark.parametrize(
    ("store", "name"),
    [
        ({}, "orders"),
        ({"secret": "shelf/orders"}, "shelf/orders"),
        ({"parameter": "orders"}, "orders"),
        ({"parameter": "/shelf/a.b_c-d/orders"}, "/shelf/a.b_c-d/orders"),
    ],
)
def test_it_goes_by_the_name_of_its_store(store: dict[str, str], name: str) -> None:
    assert declare(KIND, "orders", {**IN_SECRET, "store": store}).name == name


@pytest.mark.parametrize(
    "name", ["/aws/orders", "AWSorders", "ssm-orders", "/SSM/x", "a/b", "/a//b", "/", "ü", "/x" * 16]
)
def test_names_that_parameter_store_refuses_are_none(name: str) -> None:
    with pytest.raises(ValueError, match="is not a parameter's name"):
        declare(KIND, "orders", {**IN_SECRET, "store": {"parameter": name}})


def test_a_secret_and_a_parameter_of_one_name_are_two_things() -> None:
    one, other = ({**IN_SECRET, "store": {kind: "orders"}} for kind in ("secret", "parameter"))
    names = [KIND.identity("orders", KIND.spec.model_validate(fields), SCOPE) for fields in (one, other)]
    assert len({*names}) == 2


def verified(fields: dict[str, Any], **found: Any) -> list[str]:
    return [item.what for item in KIND.verify(reader(**found), declare(KIND, "orders", fields), SCOPE)]


def key(**fields: Any) -> dict[str, Any]:
    return {"KeyMetadata": {"KeyId": KEY, "KeySpec": "SYMMETRIC_DEFAULT", "KeyState": "Enabled", **fields}}


def test_a_key_outside_the_spec_must_be_able_to_make_data_keys() -> None:
    assert verified(IN_SECRET, key=key()) == []
    assert verified(IN_SECRET) == [f"there is no key {KEY} here"]
    for wrong in ({"KeySpec": "RSA_2048"}, {"CustomKeyStoreId": "cks-1"}):
        assert verified(IN_SECRET, key=key(**wrong)) == [f"key {KEY} makes no data keys"]
    own = key(KeyManager="AWS")  # and of a secret under it DescribeSecret would show no key at all
    assert verified(IN_SECRET, key=own) == [f"key {KEY} is AWS's own, for its services only"]
    assert len(verified({"kms_key": "${kms_key.data}", "store": {"kms_key": KEY}})) == 1
    assert verified({"kms_key": "${kms_key.data}"}) == []


@pytest.mark.parametrize(
    ("fields", "there"), [(IN_SECRET, {"secret": secret()}), (IN_PARAMETER, {"parameters": [parameter()]})]
)
def test_a_disabled_key_matters_only_while_there_is_no_data_key(fields: dict[str, Any], there: dict[str, Any]) -> None:
    disabled = key(KeyState="Disabled")
    assert verified(fields, key=disabled) == [f"key {KEY} makes no data keys while it is Disabled"]
    assert verified(fields, key=disabled, **there) == []


@pytest.mark.parametrize(("spec", "is_refused"), [("SYMMETRIC_DEFAULT", False), ("RSA_2048", True), ("HMAC_256", True)])
@pytest.mark.parametrize("path", [("kms_key",), ("store", "kms_key")])
def test_a_key_of_the_stack_must_be_able_to_make_data_keys(spec: str, is_refused: bool, path: tuple[str, ...]) -> None:
    named = {"kms_key": "${kms_key.data}"}
    fields = named if path == ("kms_key",) else {**IN_SECRET, "store": named}
    declared = {Address("kms_key", "data"): KINDS_BY_NAME["kms_key"].spec.model_validate({"spec": spec})}
    found = list(KIND.check_beside("orders", DataKeySpec.model_validate(fields), declared))
    what = f"kms_key.data makes no data keys: its spec is {spec}"
    assert [(item.path, item.what) for item in found] == ([(path, what)] if is_refused else [])


# Its mark


def test_a_mark_is_its_text_read_again_and_fits_into_a_versions_id() -> None:
    """SM-2: 32 to 64 characters, of those that a parameter's label takes too."""
    for fields in ({}, {"version": 9999, "bytes": 1024, "kms_key": f"mrk-{'0' * 32}"}):
        resource = declare(KIND, "orders", {**IN_SECRET, **fields})
        spec = KIND.normalise(resource, None, SCOPE)
        text = mark(spec, {"app": "orders"})
        assert 32 <= len(text) <= 64
        assert Mark.parse(text) == Mark(
            spec.version, spec.bytes or 32, text.split("-", 4)[4][:36], digest({"app": "orders"})
        )
    assert Mark.parse("a-stranger's-version") is None


def test_the_mark_of_a_data_key_under_a_key_to_be_made_waits_for_its_id() -> None:
    spec = KIND.spec.model_validate({"kms_key": "${kms_key.data}"})
    found = mark(spec, {})
    assert isinstance(found, Text)
    assert knowing(SCOPE, (DATA.target, {"id": KEY})).resolve(found) == version()


def test_contexts_differ_by_every_letter_and_not_by_their_order() -> None:
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"})
    assert len({digest(context) for context in ({}, {"a": "1"}, {"a": "2"}, {"A": "1"}, {"a": "1", "b": ""})}) == 5


# What is live


@pytest.mark.parametrize(
    ("fields", "id_"),
    [
        ({}, version()),
        ({"key_spec": "AES_256"}, version()),
        ({"bytes": 32}, version()),
        ({"key_spec": "AES_128"}, version(length=16)),
        ({"bytes": 64, "version": 7}, version(7, length=64)),
        ({"kms_key": ARN}, version()),
        ({"encryption_context": {"app": "orders"}}, version(context=digest({"app": "orders"})[8:])),
    ],
)
def test_what_is_read_equals_what_is_declared(fields: dict[str, Any], id_: str) -> None:
    for base, found in ((IN_SECRET, found_secret(id_)), (IN_PARAMETER, found_parameter(f"1/{id_}"))):
        difference, _ = compare(KIND, declare(KIND, "orders", {**base, **fields}), found)
        assert (difference.changes, difference.refused, difference.noted) == ([], [], [])


def test_a_key_of_another_account_is_told_by_its_id() -> None:
    elsewhere = ARN.replace("123456789012", "210987654321")
    difference, _ = compare(KIND, declare(KIND, "orders", {"kms_key": elsewhere}), found_secret(KmsKeyId=elsewhere))
    assert (difference.changes, difference.refused) == ([], [])


def test_a_key_of_the_stack_is_a_reference_so_that_it_is_kept() -> None:
    scope = knowing(SCOPE, (DATA.target, {"id": KEY, "arn": ARN}))
    for found in (found_secret(), found_parameter(), found_secret(version(), "mine"), found_parameter(number=2)):
        assert link(found, AT, scope).spec.kms_key == DATA


def test_the_value_is_never_read() -> None:
    for fields, there in ((IN_SECRET, {"secret": secret()}), (IN_PARAMETER, {"parameters": [parameter()]})):
        looking = reader(**there)
        list(KIND.read(looking, wanted(KIND, declare(KIND, "orders", fields))))
        assert {call[1] for call in looking.calls} <= {"DescribeSecret", "DescribeParameters", "ListTagsForResource"}
        for service, action, params in looking.calls:
            assert_valid_call(service, action, params)


def test_nothing_is_called_where_nothing_is_declared_or_tagged() -> None:
    looking = reader()
    assert list(KIND.read(looking, wanted(KIND))) == []
    assert looking.calls == []


def test_what_is_tagged_is_read_by_the_name_in_its_tags() -> None:
    tags = ownership.tags(SCOPE.stack, AT, "/orders", {}, {}, "")
    tagged = {SCOPE.arn("ssm", "parameter/orders"): tags}  # which would be the ARN of "orders" as well
    looking = reader(parameters=[parameter(Name="/orders")], tags=tags)
    [one] = KIND.read(looking, wanted(KIND, tagged=tagged))
    assert (one.name, one.exports["arn"]) == ("/orders", SCOPE.arn("ssm", "parameter/orders"))
    assert looking.calls[0][2]["ParameterFilters"][0]["Values"] == ["/orders"]


def test_fifty_parameters_are_one_call() -> None:
    names = [f"/shelf/{number}" for number in range(51)]
    resources = [
        declare(KIND, f"k{number}", {**IN_SECRET, "store": {"parameter": name}}) for number, name in enumerate(names)
    ]
    looking = reader()
    assert list(KIND.read(looking, wanted(KIND, *resources))) == []
    assert [len(call[2]["ParameterFilters"][0]["Values"]) for call in looking.calls] == [50, 1]


def test_a_denied_read_is_no_absence() -> None:
    denied = error("secretsmanager", "DescribeSecret", "AccessDeniedException", status=403)
    with pytest.raises(type(denied)):
        list(KIND.read(reader(secret=denied), wanted(KIND, declare(KIND, "orders", IN_SECRET))))


def test_what_cannot_be_used_says_how_to_get_it_back_and_is_not_deleted() -> None:
    """SM-3."""
    dying = found_secret(DeletedDate=datetime(2027, 1, 2, tzinfo=UTC))
    assert dying.blocked == (
        "it waits for its deletion on 2027-01-02: bring it back with "
        "`aws secretsmanager restore-secret --secret-id orders`"
    )
    assert KIND.inspect(reader(), link(dying, AT, SCOPE), SCOPE, frozenset()) == dying.blocked
    assert "a replica of a secret in us-east-1" in found_secret(PrimaryRegion="us-east-1").blocked
    assert found_secret(PrimaryRegion=SCOPE.region).blocked == found_parameter().blocked == ""


# A new one


def test_a_secret_is_made_first_with_its_tags_and_then_gets_what_kms_hands_over() -> None:
    resource = declare(KIND, "orders", {**IN_SECRET, "encryption_context": {"app": "orders"}})
    made = created(KIND, resource)

    assert actions(made) == ["CreateSecret", "GenerateDataKeyWithoutPlaintext", "PutSecretValue"]
    secret_call, generate, put = made
    assert tagging.mapping(secret_call.params["Tags"]) == resource.tags
    assert secret_call.params["KmsKeyId"] == generate.params["KeyId"] == ARN
    assert "SecretString" not in secret_call.params
    assert generate.params == {"KeyId": ARN, "KeySpec": "AES_256", "EncryptionContext": {"app": "orders"}}
    id_ = version(context=digest({"app": "orders"})[8:])
    assert put.params == {
        "SecretId": "orders",
        "ClientRequestToken": id_,
        "SecretString": Handed(AT, "encrypted_data_key"),
        "VersionStages": ("AWSCURRENT", id_),
    }
    assert generate.hands_on == {"encrypted_data_key": "CiphertextBlob"}
    assert not {*generate.exports} | {*put.exports}


def test_a_parameter_is_made_with_its_tags_marked_and_labelled() -> None:
    resource = declare(KIND, "orders", {**IN_PARAMETER, "bytes": 64})
    made = created(KIND, resource)

    assert actions(made) == [
        "GenerateDataKeyWithoutPlaintext",
        "PutParameter",
        "AddTagsToResource",
        "LabelParameterVersion",
    ]
    generate, put, tag, label = made
    assert generate.params == {"KeyId": ARN, "NumberOfBytes": 64}
    assert (put.params["Value"], put.params["Type"]) == (Handed(AT, "encrypted_data_key"), "String")
    assert tagging.mapping(put.params["Tags"]) == resource.tags
    assert "Overwrite" not in put.params  # a stranger's parameter is never overwritten
    number = Handed(AT, "parameter_version")
    assert tag.params["Tags"] == ({"Key": ownership.DATA_KEY, "Value": Text((number, f"/{version(length=64)}"))},)
    assert label.params["Labels"] == (Text((f"{version(length=64)}.", number)),)


def test_permissions_name_what_secrets_manager_asks_of_kms() -> None:
    """ANY-4."""
    made = by_action(created(KIND, declare(KIND, "orders", IN_SECRET)))
    assert {"secretsmanager:TagResource", "kms:GenerateDataKey", "kms:Decrypt"} == {*made["CreateSecret"].also}
    assert {"kms:GenerateDataKey", "kms:Decrypt"} == {*made["PutSecretValue"].also}
    in_parameter = by_action(created(KIND, declare(KIND, "orders", IN_PARAMETER)))
    assert in_parameter["PutParameter"].also == ("ssm:AddTagsToResource",)


def test_only_the_arn_of_a_parameter_is_known_beforehand() -> None:
    for fields, known in (
        (IN_SECRET, {"name": "orders"}),
        (IN_PARAMETER, {"name": "/shelf/orders", "arn": SCOPE.arn("ssm", "parameter/shelf/orders")}),
    ):
        resource = declare(KIND, "orders", fields)
        assert KIND.predict(SCOPE, resource.name, resource.spec) == known


# Another one


def test_a_raised_version_makes_another_one_beside_the_old_one() -> None:
    for fields, found, stored in (
        (IN_SECRET, found_secret(), ["PutSecretValue"]),
        (IN_PARAMETER, found_parameter(), ["PutParameter", "AddTagsToResource", "LabelParameterVersion"]),
    ):
        calls = updated(KIND, declare(KIND, "orders", {**fields, "version": 2}), found)
        assert actions(calls) == ["GenerateDataKeyWithoutPlaintext", *stored]
    assert by_action(calls)["PutParameter"].params["Overwrite"] is True
    assert "Tags" not in by_action(calls)["PutParameter"].params  # AWS takes no tags with Overwrite


def test_another_key_makes_another_one_and_encrypts_the_secret_before() -> None:
    calls = updated(KIND, declare(KIND, "orders", {"kms_key": OTHER}), found_secret())
    assert actions(calls) == ["UpdateSecret", "GenerateDataKeyWithoutPlaintext", "PutSecretValue"]
    assert calls[0].params == {"SecretId": "orders", "KmsKeyId": OTHER_ARN}
    assert calls[2].params["ClientRequestToken"] == version(key=OTHER)


def test_one_that_is_kept_is_used_again() -> None:
    [again] = updated(KIND, declare(KIND, "orders", IN_SECRET), found_secret(version(), version(2)))
    assert (again.action, again.params) == (
        "UpdateSecretVersionStage",
        {
            "SecretId": "orders",
            "VersionStage": "AWSCURRENT",
            "RemoveFromVersionId": version(2),
            "MoveToVersionId": version(),
        },
    )
    calls = updated(KIND, declare(KIND, "orders", IN_PARAMETER), found_parameter(f"3/{version()}", number=5))
    assert actions(calls)[:2] == ["GetParameter", "PutParameter"]
    assert calls[0].params == {"Name": "/shelf/orders:3"}
    assert calls[0].hands_on == {"encrypted_data_key": "Parameter.Value"}


def test_a_description_alone_makes_no_data_key() -> None:
    fields = {"description": "for orders"}
    [call] = updated(KIND, declare(KIND, "orders", {**IN_SECRET, **fields}), found_secret())
    assert (call.action, call.params) == ("UpdateSecret", {"SecretId": "orders", "Description": "for orders"})
    assert updated(KIND, declare(KIND, "orders", {**IN_PARAMETER, **fields}), found_parameter()) == ()


@pytest.mark.parametrize("fields", [{"key_spec": "AES_128"}, {"bytes": 64}, {"encryption_context": {"app": "orders"}}])
def test_all_versions_are_made_alike(fields: dict[str, Any]) -> None:
    for more in ({}, {"version": 2}):
        [said] = refusals(declare(KIND, "orders", {**IN_SECRET, **fields, **more}), found_secret())
        assert said.endswith("declare a new one under another key of the spec")


def test_a_data_key_stays_where_it_is_kept() -> None:
    said = refusals(declare(KIND, "orders", IN_PARAMETER), found_secret())
    assert [item.partition(":")[0] for item in said] == ["store.parameter"]


# What is refused rather than lost


def test_a_number_that_was_used_is_never_made_again() -> None:
    low = declare(KIND, "orders", {**IN_SECRET, "version": 2})
    assert refusals(low, found_secret(version(), version(3))) == [
        "version: there was a data key 3 already: raise version above it to have a new one made"
    ]
    assert refusals(declare(KIND, "orders", {**IN_SECRET, "version": 4}), found_secret(version(), version(3))) == []
    under_another = declare(KIND, "orders", {"kms_key": OTHER, "version": 1})
    assert refusals(under_another, found_secret(version(3), version())) == []


def test_no_old_one_loses_its_label_to_a_new_one() -> None:
    """SM-2: twenty labels, from memory."""
    kept = [version(number) for number in range(1, 20)]
    next_one = declare(KIND, "orders", {**IN_SECRET, "version": 30})
    other_key = declare(KIND, "orders", {"kms_key": OTHER, "version": 18})
    assert refusals(next_one, found_secret(*kept[:17])) == []
    assert "a secret takes 20 labels" in refusals(next_one, found_secret(*kept[:18]))[0]
    assert "a secret takes 20 labels" in refusals(other_key, found_secret(*kept[:18]))[0]


@pytest.mark.parametrize("found", [found_secret("mine"), found_parameter(memory="")], ids=["secret", "parameter"])
def test_what_was_made_and_is_not_known_any_more_is_not_made_again_unasked(found: Found[DataKeySpec]) -> None:
    fields = IN_PARAMETER if found.spec.in_parameter else IN_SECRET
    resource = declare(KIND, "orders", fields)
    applied = replace(found, tags=resource.tags)  # as when somebody took the labels, or the tag, away
    said = f"version: nothing tells any more which data key is in {found.name}: raise version to have a new one made"
    assert said in refusals(resource, applied)

    half_way = replace(found, tags=ownership.pending(resource.tags))
    assert refusals(resource, half_way) == []
    raised = declare(KIND, "orders", {**fields, "version": 2})
    assert refusals(raised, applied) == []


def test_a_secret_of_somebody_is_not_taken_for_a_data_key() -> None:
    for fields, found in ((IN_SECRET, found_secret("mine")), (IN_PARAMETER, found_parameter(memory=""))):
        said = f"nothing tells what {found.name} holds, so it cannot be adopted: have a data key made in another store"
        resource = declare(KIND, "orders", {**fields, "version": 7})
        assert refusals(resource, found) == [f"version: {said}"]
        adopted = replace(resource, spec=resource.spec.model_copy(update={"version": None}))
        assert KIND.refuses(FieldChange("kms_key"), adopted, link(found, AT, SCOPE)) == said


def test_a_data_key_with_its_marks_and_without_its_tags_is_in_sync() -> None:
    for fields, found in ((IN_SECRET, found_secret()), (IN_PARAMETER, found_parameter())):
        difference, _ = compare(KIND, declare(KIND, "orders", fields), found)
        assert (difference.changes, difference.refused) == ([], [])


@pytest.mark.parametrize(
    ("adopted", "names"),
    [
        ({"orders"}, ["orders"]),
        ({SECRET_ARN}, ["orders"]),
        ({SCOPE.arn("ssm", "parameter/shelf/orders")}, ["/shelf/orders"]),
        ({SCOPE.arn("ssm", "parameter/orders")}, ["/orders", "orders"]),
    ],
)
def test_what_is_adopted_is_looked_for_by_its_name_or_arn(adopted: set[str], names: list[str]) -> None:
    looking = reader(parameters=[])
    assert list(KIND.read(looking, Wanted(SCOPE, frozenset(), {}, frozenset(adopted)))) == []
    asked = [params.get("SecretId") or params["ParameterFilters"][0]["Values"] for _, _, params in looking.calls]
    assert names in asked or names == asked[:1]


def test_another_version_needs_the_context_of_the_first() -> None:
    """Left to others, or not written while it is adopted, it would be made without one."""
    live: Live[DataKeySpec] = link(found_secret(version(context=digest({"app": "orders"})[8:])), AT, SCOPE)
    for written, said in (
        ({}, "write the encryption_context that the data key was made with"),
        ({"app": "orders"}, ""),
    ):
        resource = declare(KIND, "orders", {**IN_SECRET, "version": 2, "encryption_context": written})
        spec = resource.spec.model_copy(update={"encryption_context": live.spec.encryption_context})
        assert KIND.refuses(FieldChange("version"), replace(resource, spec=spec), live).partition(":")[0] == said


def test_what_others_are_to_make_is_not_made_without_a_key() -> None:
    resource = declare(KIND, "orders", {**IN_SECRET, "version": 2, "ignore": ["kms_key"]})
    live: Live[DataKeySpec] = link(found_secret(), AT, SCOPE)
    left = replace(resource, spec=resource.spec.model_copy(update={"kms_key": None}))
    assert "take kms_key and version out of ignore" in KIND.refuses(FieldChange("version"), left, live)


# What goes


def test_a_secret_waits_30_days_and_a_parameter_says_that_it_does_not() -> None:
    """SM-3, ANY-6."""
    [secret_call] = checked(KIND.delete(link(found_secret(), AT, SCOPE), SCOPE))
    assert secret_call.params == {"SecretId": "orders", "RecoveryWindowInDays": 30}
    [parameter_call] = checked(KIND.delete(link(found_parameter(), AT, SCOPE), SCOPE))
    assert parameter_call.params == {"Name": "/shelf/orders"}
    assert "at once" in parameter_call.summary
    assert secret_call.destructive
    assert parameter_call.destructive


def test_tags_are_set_by_the_service_that_keeps_it() -> None:
    for found, service in ((found_secret(), "secretsmanager"), (found_parameter(), "ssm")):
        calls = checked(KIND.tag(link(found, AT, SCOPE), {"team": "payments"}, ("old",), SCOPE))
        assert [call.service for call in calls] == [service, service]
        assert found.name in repr(calls[0].params)
