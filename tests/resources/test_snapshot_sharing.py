"""Sharing of snapshots: what is refused, whose accounts are whose, and the calls that let in and shut out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure import tagging
from rds_secure.kind import Found
from rds_secure.resources import kind
from rds_secure.resources.snapshot_sharing import KIND
from rds_secure.resources.snapshot_sharing.read import NOTED
from rds_secure.resources.snapshot_sharing.spec import SnapshotSharingSpec
from rds_secure.values import digest
from tests.fakes import FakeReader
from tests.models import assert_valid_call
from tests.resources.planning import (
    SCOPE,
    actions,
    compare,
    complaints,
    created,
    declare,
    updated,
    wanted,
)

NAME = "before-the-move"
ARN = f"arn:aws:rds:eu-west-1:123456789012:snapshot:{NAME}"
AUDITOR, PARTNER, STRANGER = "210987654321", "345678901234", "456789012345"
MINIMAL = {"snapshot": NAME, "accounts": [AUDITOR]}
AWS_KEY, OWN_KEY = "0a1b2c3d-0000-4000-8000-000000000001", "0a1b2c3d-0000-4000-8000-000000000002"


def noted(*accounts: str) -> dict[str, str]:
    """The note on a snapshot that a spec shares with these."""
    return {NOTED: f"1.{''.join(sorted(digest(account, 4) for account in accounts))}"}


def described(
    name: str = NAME, tags: dict[str, str] | None = None, key: str = OWN_KEY, **fields: Any
) -> dict[str, Any]:
    """A member of DescribeDBSnapshots; it has the tags of its database."""
    return {
        "DBSnapshotIdentifier": name,
        "DBInstanceIdentifier": "orders",
        "DbiResourceId": "db-AAAA",
        "SnapshotType": "manual",
        "Encrypted": True,
        "KmsKeyId": f"arn:aws:kms:eu-west-1:123456789012:key/{key}",
        "TagList": list(tagging.pairs({"rds-secure:stack": "orders", **(tags or {})})),
        **fields,
    }


def reader(
    *snapshots: dict[str, Any], accounts: tuple[str, ...] = (), instances: tuple[dict[str, Any], ...] = ()
) -> FakeReader:
    attributes = [{"AttributeName": "restore", "AttributeValues": list(accounts)}]
    aliases = [{"AliasName": "alias/aws/rds", "TargetKeyId": AWS_KEY}, {"AliasName": "alias/aws/s3"}]
    return FakeReader(
        {
            ("rds", "DescribeDBSnapshots"): {"DBSnapshots": list(snapshots)},
            ("rds", "DescribeDBSnapshotAttributes"): {
                "DBSnapshotAttributesResult": {"DBSnapshotIdentifier": NAME, "DBSnapshotAttributes": attributes}
            },
            ("rds", "DescribeDBInstances"): {"DBInstances": list(instances)},
            ("kms", "ListAliases"): {"Aliases": aliases},
        }
    )


def read(looking: FakeReader, **fields: Any) -> list[Found[SnapshotSharingSpec]]:
    return list(KIND.read(looking, wanted(KIND, declare(KIND, "audit", {**MINIMAL, **fields}))))


def found(*accounts: str, note: dict[str, str] | None = None) -> Found[SnapshotSharingSpec]:
    [one] = read(reader(described(tags=note), accounts=accounts))
    return one


def verified(looking: FakeReader, **fields: Any) -> list[tuple[tuple[Any, ...], str]]:
    resource = declare(KIND, "audit", {**MINIMAL, **fields})
    return [(item.path, item.what) for item in KIND.verify(looking, resource, SCOPE)]


def tagged(stack: str) -> list[dict[str, str]]:
    return [{"Key": "rds-secure:stack", "Value": stack}]


# What is refused


@pytest.mark.parametrize("account", ["all", "ALL", "12345", "1234567890123"])
def test_nobody_but_an_account_can_be_let_in_and_everybody_least_of_all(account: str) -> None:
    with pytest.raises(ValueError, match=r"is not an account id: write twelve digits; .* never shared with all"):
        SnapshotSharingSpec.model_validate({**MINIMAL, "accounts": [account]})


def test_the_accounts_of_others_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="accounts of others are not written"):
        SnapshotSharingSpec.model_validate({**MINIMAL, "other_accounts": [STRANGER]})


def test_an_automated_snapshot_is_refused() -> None:
    with pytest.raises(ValueError, match="is not the name of a manual snapshot"):
        SnapshotSharingSpec.model_validate({**MINIMAL, "snapshot": "rds:orders-2026-11-24-02-00"})


def test_more_accounts_than_aws_takes_are_refused_offline() -> None:
    many = [f"2109876543{number:02}" for number in range(21)]
    assert complaints(KIND, {**MINIMAL, "accounts": many[:20]}) == []
    what = "21 accounts are written, and AWS shares a snapshot with 20 at most"
    assert complaints(KIND, {**MINIMAL, "accounts": many}) == [(("accounts",), what)]


def test_a_snapshot_must_exist_and_the_account_be_another_one() -> None:
    assert verified(reader(described())) == []
    assert verified(reader()) == [(("snapshot",), f"there is no manual snapshot {NAME} here")]
    own = verified(reader(described()), accounts=[AUDITOR, "123456789012"])
    assert own == [(("accounts", 1), "123456789012 is this account itself")]


def test_only_snapshots_of_databases_of_the_stack_are_shared() -> None:
    """Meaning §3. The database itself tells; the copy of its tags (RDS-18) only when it is gone."""
    what = f"{NAME} is a snapshot of orders, which this stack does not own"
    theirs = {"DbiResourceId": "db-AAAA", "TagList": tagged("billing")}
    ours, another = {"DbiResourceId": "db-AAAA", "TagList": tagged("orders")}, {"DbiResourceId": "db-BBBB"}
    stripped = described(TagList=[])
    assert verified(reader(described(), instances=(theirs,))) == [(("snapshot",), what)]
    assert verified(reader(stripped, instances=(another,))) == [(("snapshot",), what)]
    assert verified(reader(stripped, instances=(another, ours))) == []
    assert verified(reader(described(), instances=(another,))) == []


def test_a_snapshot_under_awss_own_key_is_refused() -> None:
    what = f"{NAME} is encrypted under AWS's own key, which no other account can use"
    assert verified(reader(described(key=AWS_KEY))) == [(("snapshot",), what)]
    assert verified(reader(described(key=AWS_KEY)), accounts=[]) == []
    assert verified(reader(described(Encrypted=False, KmsKeyId=""))) == []


# Whose accounts are whose


def test_accounts_that_the_note_names_are_ours_and_others_are_not() -> None:
    one = found(STRANGER, AUDITOR, note=noted(AUDITOR))
    assert (one.spec.accounts, one.spec.other_accounts) == ((AUDITOR,), (STRANGER,))
    assert one.owned_by_path is not None
    assert one.owned_by_path.stack == "orders"


def test_who_was_shut_out_and_is_still_noted_is_forgotten() -> None:
    """ANY-1: an apply that was killed between the two calls; whoever lets that account in later is not to be undone."""
    live = found(AUDITOR, note=noted(AUDITOR, PARTNER))
    declared = declare(KIND, "audit", {**MINIMAL, "accounts": [AUDITOR]})
    difference, _ = compare(KIND, declared, live)
    assert [change.path for change in difference.changes] == ["accounts"]
    (operation,) = updated(KIND, declared, live)
    assert operation.action == "AddTagsToResource"
    assert operation.params["Tags"] == ({"Key": NOTED, "Value": noted(AUDITOR)[NOTED]},)


def test_something_else_of_the_snapshots_name_says_nothing_of_its_accounts() -> None:
    group = declare(
        kind("db_subnet_group"), NAME, {"subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]}
    )
    asked = wanted(KIND, declare(KIND, "audit", MINIMAL))
    beside = replace(asked, declared={**asked.declared, group.address: group})

    def looking() -> FakeReader:
        return reader(described(tags=noted(PARTNER)), accounts=(PARTNER,))

    assert list(KIND.read(looking(), beside)) == list(KIND.read(looking(), asked))


def test_what_is_read_equals_what_is_declared() -> None:
    declared = declare(KIND, "audit", {**MINIMAL, "accounts": [PARTNER, AUDITOR, AUDITOR]})
    difference, _ = compare(KIND, declared, found(AUDITOR, PARTNER, note=noted(AUDITOR, PARTNER)))
    assert (difference.changes, difference.strangers, difference.refused) == ([], [], [])


def test_everybody_is_taken_out_whatever_is_written() -> None:
    """RDS.1 of Security Hub."""
    live = found("all", AUDITOR, STRANGER, note=noted(AUDITOR))
    [changed] = updated(KIND, declare(KIND, "audit", MINIMAL), live)
    assert (changed.params["ValuesToRemove"], "ValuesToAdd" in changed.params) == (("all",), False)
    assert live.facts["notes"] == ("it is public: every AWS account may restore it",)
    difference, _ = compare(KIND, declare(KIND, "audit", MINIMAL), live)
    assert [(change.path, change.old) for change in difference.changes] == [("accounts", "all")]


def test_a_stranger_is_shown_and_taken_out_only_where_the_resource_is_exclusive() -> None:
    live = found(AUDITOR, STRANGER, note=noted(AUDITOR))
    difference, _ = compare(KIND, declare(KIND, "audit", MINIMAL), live)
    assert [change.old for change in difference.strangers] == [STRANGER]
    assert difference.changes == []
    [changed] = updated(KIND, declare(KIND, "audit", {**MINIMAL, "exclusive": "true"}), live)
    assert changed.params["ValuesToRemove"] == (STRANGER,)


@pytest.mark.parametrize("exclusive", ["true", "false"])
def test_a_stranger_that_is_written_now_becomes_ours(exclusive: str) -> None:
    fields = {**MINIMAL, "accounts": [AUDITOR, STRANGER], "exclusive": exclusive}
    live = found(AUDITOR, STRANGER, note=noted(AUDITOR))
    difference, _ = compare(KIND, declare(KIND, "audit", fields), live)
    assert difference.strangers == []
    calls = updated(KIND, declare(KIND, "audit", fields), live)
    assert actions(calls) == ["AddTagsToResource", "ModifyDBSnapshotAttribute"]
    assert "ValuesToRemove" not in calls[1].params


def test_only_declared_snapshots_are_looked_at() -> None:
    looking = reader(described(), described("another"), accounts=(AUDITOR,))
    assert [one.name for one in read(looking, snapshot=NAME.upper())] == [NAME]  # RDS-5
    assert [call[1] for call in looking.calls] == ["DescribeDBSnapshots", "DescribeDBSnapshotAttributes"]
    for service, action, params in looking.calls:
        assert_valid_call(service, action, params)
    nothing = reader(described())
    assert list(KIND.read(nothing, wanted(KIND))) == []
    assert nothing.calls == []


def test_a_snapshot_that_nobody_is_let_into_and_that_has_no_note_is_not_shared_yet() -> None:
    assert read(reader(described())) == []
    assert len(read(reader(described(tags=noted())))) == 1


# Calls


def test_who_gets_in_is_noted_before() -> None:
    calls = created(KIND, declare(KIND, "audit", MINIMAL))
    assert actions(calls) == ["AddTagsToResource", "ModifyDBSnapshotAttribute"]
    assert calls[0].params == {"ResourceName": ARN, "Tags": ({"Key": NOTED, "Value": noted(AUDITOR)[NOTED]},)}
    assert calls[1].params == {
        "DBSnapshotIdentifier": NAME,
        "AttributeName": "restore",
        "ValuesToAdd": (AUDITOR,),
    }
    assert actions(created(KIND, declare(KIND, "audit", {**MINIMAL, "accounts": []}))) == ["AddTagsToResource"]


def test_who_loses_access_is_forgotten_after() -> None:
    calls = updated(KIND, declare(KIND, "audit", {**MINIMAL, "accounts": []}), found(AUDITOR, note=noted(AUDITOR)))
    assert actions(calls) == ["ModifyDBSnapshotAttribute", "AddTagsToResource"]
    assert calls[1].params["Tags"][0]["Value"] == "1."


def test_one_in_the_place_of_another_is_one_call_between_two_notes() -> None:
    live = found(AUDITOR, note=noted(AUDITOR))
    calls = updated(KIND, declare(KIND, "audit", {**MINIMAL, "accounts": [PARTNER]}), live)
    assert [call.params.get("Tags", ({"Value": ""},))[0]["Value"] for call in calls] == [
        noted(AUDITOR, PARTNER)[NOTED],
        "",
        noted(PARTNER)[NOTED],
    ]
    assert (calls[1].params["ValuesToAdd"], calls[1].params["ValuesToRemove"]) == ((PARTNER,), (AUDITOR,))


def test_an_account_that_lost_its_access_behind_our_back_gets_it_again() -> None:
    [changed] = updated(KIND, declare(KIND, "audit", MINIMAL), found(note=noted(AUDITOR)))
    assert changed.params["ValuesToAdd"] == (AUDITOR,)


def test_a_snapshot_of_a_cluster_is_shared_by_calls_of_its_own() -> None:
    declared = declare(KIND, "audit", {**MINIMAL, "cluster": "true"})
    arn = ARN.replace(":snapshot:", ":cluster-snapshot:")
    snapshot = {
        "DBClusterSnapshotIdentifier": NAME,
        "DBClusterIdentifier": "books",
        "StorageEncrypted": True,
        "KmsKeyId": OWN_KEY,
        "TagList": [*tagged("orders"), *tagging.pairs(noted(PARTNER))],
    }
    attributes = [{"AttributeName": "restore", "AttributeValues": [PARTNER]}]
    looking = FakeReader(
        {
            ("rds", "DescribeDBClusterSnapshots"): {"DBClusterSnapshots": [snapshot]},
            ("rds", "DescribeDBClusters"): {"DBClusters": []},
            ("rds", "DescribeDBClusterSnapshotAttributes"): {
                "DBClusterSnapshotAttributesResult": {"DBClusterSnapshotAttributes": attributes}
            },
            ("kms", "ListAliases"): {"Aliases": [{"AliasName": "alias/aws/rds", "TargetKeyId": AWS_KEY}]},
        }
    )

    assert list(KIND.verify(looking, declared, SCOPE)) == []
    [one] = KIND.read(looking, wanted(KIND, declared))
    calls = updated(KIND, declared, one)

    assert KIND.predict(SCOPE, NAME, declared.spec)["arn"] == one.exports["arn"] == arn
    assert actions(calls) == ["AddTagsToResource", "ModifyDBClusterSnapshotAttribute", "AddTagsToResource"]
    assert calls[1].params["DBClusterSnapshotIdentifier"] == NAME
    for service, action, params in looking.calls:
        assert_valid_call(service, action, params)
    shut_out, _ = updated(KIND, declare(KIND, "audit", {**MINIMAL, "cluster": "true", "accounts": []}), one)
    assert shut_out.done_on == ("DBClusterSnapshotNotFoundFault",)  # RDS-25


def test_snapshots_of_instances_and_clusters_may_have_one_name() -> None:
    """Each sort is only read where one of it is declared."""
    specs = [declare(KIND, "audit", {**MINIMAL, "cluster": cluster}).spec for cluster in ("false", "true")]
    assert len({KIND.identity(NAME, spec, SCOPE) for spec in specs}) == 2


@pytest.mark.parametrize("mangled", ["", "1", "2.abcd", "something else"])
def test_a_note_that_is_none_of_ours_names_nobody(mangled: str) -> None:
    one = found(AUDITOR, note={NOTED: mangled})
    assert (one.spec.accounts, one.spec.other_accounts) == ((), (AUDITOR,))
