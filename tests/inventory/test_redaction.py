"""Answers over a redacted account are the redacted answers, or unknown; and nothing of its names is left."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from rds_secure.access.account import estate_of, identities_of
from rds_secure.access.iam.escalate import Escalations
from rds_secure.access.iam.identities import Role, User
from rds_secure.access.iam.logic import NO, Constant, Formula, Literal
from rds_secure.access.iam.logic import _Several as Several
from rds_secure.access.iam.who import Who
from rds_secure.access.posture import Posture
from rds_secure.access.protection import protection_of
from rds_secure.inventory import Inventory, Place, Question, file, read
from rds_secure.inventory.questions import ASKED, BULK, EVERYTHING
from rds_secure.inventory.recorded import RecordedReader
from rds_secure.inventory.recording import Recording, Refusal, call
from rds_secure.inventory.redaction import Renamer, redact, renamer_for
from rds_secure.inventory.redaction.fields import DROPPED, KEPT, MAPS
from rds_secure.inventory.redaction.names import UnalignedError
from rds_secure.inventory.redaction.policy import UNREADABLE, key_of, redacted
from rds_secure.inventory.redaction.recording import answers, redacted_recording
from rds_secure.inventory.redaction.words import TYPES
from tests.access.network import replies
from tests.inventory.accounts import ACCOUNT, ALIGNED, OTHER, UNALIGNED, account

KEY = b"a key that no file has"
WORD = re.compile(r"[^\W_]+")
TOKEN = re.compile(r"(zq[a-z]{12}|[0-9]{12})", re.IGNORECASE)


class Comparison:
    """Brings texts of answers, redacted or not, to one form."""

    def __init__(self, inventory: Inventory) -> None:
        self.renamer = renamer_for(inventory, KEY)
        self.redacted = redact(inventory, self.renamer)

    def words(self, text: str, *, redacted: bool) -> tuple[str, ...]:
        """The words of a text in any order, all renamed that are not yet."""
        found = WORD.findall(text)
        return tuple(sorted(each if redacted and TOKEN.fullmatch(each) else self.renamer.word(each) for each in found))

    def form(self, formula: Formula, *, redacted: bool) -> Any:
        if isinstance(formula, Constant):
            return formula.value
        if isinstance(formula, Several):
            parts = Counter(self.form(part, redacted=redacted) for part in formula.parts)
            return (type(formula).__name__, frozenset(parts.items()))
        assert isinstance(formula, Literal)
        return self.words(str(formula), redacted=redacted)

    def answers(self, inventory: Inventory, *, redacted: bool) -> Counter[Any]:
        """Who may do what, and who can give themselves more."""

        def words(*texts: str) -> tuple[Any, ...]:
            return tuple(self.words(text, redacted=redacted) for text in texts)

        def form(when: Formula) -> Any:
            return self.form(when, redacted=redacted)

        who = self.who(inventory, redacted=redacted)
        found: Counter[Any] = Counter()
        for answer in who.answers():
            acts = tuple((action, form(when)) for action, when in answer.acts)
            way = tuple((words(hop.role, *hop.profiles), form(hop.when)) for hop in answer.way)
            found[words(answer.principal.arn), answer.verb, frozenset(words(*answer.databases)), acts, way] += 1
        for means in Escalations(who).all():
            whom = words(means.principal.arn, *sorted(means.verbs))
            found[whom, means.action, frozenset(words(*means.targets)), means.gift, form(means.when), means.launch] += 1
        return found

    def who(self, inventory: Inventory, *, redacted: bool) -> Who:
        """The question; of equally short ways the first is told, so the identities are in the order of new names."""
        identities, estate = identities_of(inventory), estate_of(inventory)
        assert identities is not None

        def called(item: User | Role) -> str:
            return item.arn if redacted else self.renamer.text(item.arn)

        users, roles = sorted(identities.users, key=called), sorted(identities.roles, key=called)
        return Who(replace(identities, users=tuple(users), roles=tuple(roles)), estate)

    def allowed(self, inventory: Inventory, *, redacted: bool) -> set[Any]:
        """Whom what is not denied for sure, without why."""
        return {
            (self.words(answer.principal.arn, redacted=redacted), answer.verb, self.words(database, redacted=redacted))
            for answer in Posture(inventory).allowed
            for database in answer.databases
            if answer.when is not NO
        }


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6))
def test_who_may_do_what_is_the_same_up_to_names(seed: int) -> None:
    inventory = account(seed)
    both = Comparison(inventory)
    assert UNREADABLE not in repr(both.redacted)
    assert both.answers(both.redacted, redacted=True) == both.answers(inventory, redacted=False)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6))
def test_a_pattern_that_cannot_be_renamed_makes_answers_unknown_never_no(seed: int) -> None:
    inventory = account(seed, (*ALIGNED[:8], *UNALIGNED))
    both = Comparison(inventory)
    assert both.allowed(both.redacted, redacted=True) >= both.allowed(inventory, redacted=False)


def network() -> Inventory:
    """The network of the tests of reach."""
    found: dict[Question, Any] = {Question("ec2", action): reply for action, reply in replies.EC2.items()}
    found |= {Question("rds", action): reply for action, reply in replies.RDS.items()}
    for service, action, each in (
        ("ec2", "GetManagedPrefixListEntries", replies.ENTRIES),
        ("ec2", "SearchTransitGatewayRoutes", replies.TRANSIT_ROUTES),
        ("rds", "DescribeDBProxyTargets", replies.PROXY_TARGETS),
    ):
        found |= {Question(service, action, subject): reply for subject, reply in each.items()}
    return Inventory(Place(replies.ACCOUNT, "eu-west-1"), found)


def test_what_can_be_reached_is_the_same_up_to_names() -> None:
    inventory = network()
    both = Comparison(inventory)
    before, after = Posture(inventory).reached, Posture(both.redacted).reached
    assert len(before) == len(after) > 1
    for one, other in zip(before, after, strict=True):
        assert both.words(repr(one), redacted=False) == both.words(repr(other), redacted=True)


def protected() -> Inventory:
    """Databases that are protected in different ways, with all that says so."""
    rds, kms = f"arn:aws:rds:eu-west-1:{ACCOUNT}", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/"
    till = datetime(2030, 1, 1, tzinfo=UTC)
    common = {"EngineVersion": "16.4", "StorageEncrypted": True, "KmsKeyId": f"{kms}1a2b", "PubliclyAccessible": False}
    orders = {
        **common,
        "DBInstanceIdentifier": "orders",
        "DBInstanceArn": f"{rds}:db:orders",
        "DbiResourceId": "db-ORDERS",
        "Engine": "postgres",
        "DBParameterGroups": [{"DBParameterGroupName": "orders-pg", "ParameterApplyStatus": "in-sync"}],
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "CertificateDetails": {"CAIdentifier": "rds-ca-rsa2048-g1", "ValidTill": till},
        "MasterUserSecret": {"SecretArn": f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:rds!db-orders"},
        "PerformanceInsightsEnabled": True,
        "PerformanceInsightsKMSKeyId": f"{kms}3c4d",
        "PendingModifiedValues": {"MasterUserPassword": "****"},
        "ActivityStreamStatus": "started",
        "ActivityStreamKmsKeyId": f"{kms}1a2b",
    }
    ledger = {
        **common,
        "DBInstanceIdentifier": "ledger",
        "DBInstanceArn": f"{rds}:db:ledger",
        "DbiResourceId": "db-LEDGER",
        "Engine": "oracle-ee",
        "OptionGroupMemberships": [{"OptionGroupName": "ledger-options", "Status": "in-sync"}],
    }
    native = {
        "OptionName": "NATIVE_NETWORK_ENCRYPTION",
        "OptionSettings": [{"Name": "SQLNET.ENCRYPTION_SERVER", "Value": "REQUIRED"}],
    }
    group = {"OptionGroupName": "ledger-options", "EngineName": "oracle-ee", "Options": [native, {"OptionName": "TDE"}]}
    snapshot = {"DBSnapshotIdentifier": "orders-last", "DBInstanceIdentifier": "orders", "SnapshotType": "manual"}
    restore = {"AttributeName": "restore", "AttributeValues": [OTHER, "all"]}
    shared = {"DBSnapshotIdentifier": "orders-last", "DBSnapshotAttributes": [restore]}
    forced = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyType": "dynamic"}
    logs = {"logGroupName": "/aws/rds/instance/orders/postgresql", "kmsKeyId": f"{kms}1a2b", "retentionInDays": 30}
    key = {"KeyMetadata": {"KeyId": "1a2b", "KeyManager": "CUSTOMER", "KeyState": "Enabled", "MultiRegion": False}}
    return Inventory(
        Place(ACCOUNT, "eu-west-1"),
        {
            Question("rds", "DescribeDBInstances"): {"DBInstances": [orders, ledger]},
            Question("rds", "DescribeDBClusters"): {"DBClusters": []},
            Question("rds", "DescribeOptionGroups"): {"OptionGroupsList": [group]},
            Question("rds", "DescribeDBSnapshots"): {"DBSnapshots": [{**snapshot, "Encrypted": False}]},
            Question("rds", "DescribeDBSnapshotAttributes", "orders-last"): {"DBSnapshotAttributesResult": shared},
            Question("rds", "DescribeDBParameters", "orders-pg"): {"Parameters": [forced]},
            Question("rds", "DescribeCertificates"): {
                "Certificates": [{"CertificateIdentifier": "rds-ca-rsa2048-g1", "ValidTill": till}]
            },
            Question("logs", "DescribeLogGroups", "/aws/rds/instance/orders/"): {"logGroups": [logs]},
            Question("kms", "DescribeKey", f"{kms}1a2b"): key,
            Question("kms", "GetKeyRotationStatus", f"{kms}1a2b"): {"KeyRotationEnabled": True},
        },
        {Question("kms", "DescribeKey", f"{kms}3c4d"): "AccessDenied"},
    )


def test_how_data_is_protected_is_the_same_up_to_names() -> None:
    inventory = protected()
    both = Comparison(inventory)
    before, after = protection_of(inventory), protection_of(both.redacted)
    assert "REQUIRED" in repr(before)
    assert both.words(repr(before), redacted=False) == both.words(repr(after), redacted=True)
    assert not re.search(r"orders|ledger|1a2b|3c4d", repr(after), re.IGNORECASE)


def names(inventory: Inventory) -> set[str]:
    """Every word of an account that is a name: what its texts consist of, but for AWS's own words."""
    renamer = renamer_for(inventory, KEY)
    told = ("orders", "Orders", "billing", "main", "replica", "prod", "acme", "Acme", "shop", "finance", "ordersowner")
    assert not any(renamer.stays(word) for word in told)
    return {*told, ACCOUNT, OTHER, "acme123456", "x1y", "ABCDEFGHIJKLMNOPQRSTUVWX00", "abcdef0123456789"}


@pytest.mark.parametrize("resources", [ALIGNED, UNALIGNED])
def test_no_name_and_no_account_is_left_in_the_file(resources: tuple[str, ...]) -> None:
    inventory = account(7, resources)
    denied = call("kms", "DescribeKey", {"KeyId": next(iter(inventory.unread)).subject})
    asked = {**answers(inventory), denied: Refusal("denied", "AccessDenied", "user orders-main may not")}
    recording = Recording(inventory.place, f"arn:aws:iam::{ACCOUNT}:user/orders-main", "2026-11-24T20:00:00Z", asked)
    whole = file.write(recording)
    made = redacted_recording(recording, KEY)
    text = file.write(made)

    left = {word for word in names(inventory) if re.search(rf"(?<![A-Za-z0-9]){word}(?![A-Za-z0-9])", text)}
    assert left == set()
    assert "orders" in whole
    assert "of the shop" in whole
    assert "of the shop" not in text
    assert KEY.decode() not in text
    again = read(RecordedReader(file.read(text.encode(), "file")), made.place, EVERYTHING)
    assert again.reply("iam", "GetAccountAuthorizationDetails")
    assert (made.redacted, made.of) == (True, "")


def test_names_by_another_key_are_others_and_by_the_same_key_the_same() -> None:
    one, two, other = Renamer(KEY), Renamer(KEY), Renamer(b"another")
    assert one.text("orders-main") == two.text("orders-main") != other.text("orders-main")


RENAMER = Renamer(KEY)
NAMES = st.text("aAbB1-_/.", min_size=1, max_size=8)


@given(NAMES, NAMES)
def test_names_stay_distinct_and_alike_but_for_case_where_they_were(one: str, other: str) -> None:
    left, right = RENAMER.text(one), RENAMER.text(other)
    assert (left == right) is (one == other)
    assert (left.lower() == right.lower()) is (one.lower() == other.lower())


def regex(glob: str) -> str:
    return "".join(".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in glob)


@given(st.text("ab-/*?", min_size=1, max_size=6), st.text("ab-/", max_size=6))
def test_a_pattern_fits_a_renamed_name_if_it_fitted_the_name_or_is_refused(pattern: str, text: str) -> None:
    try:
        renamed = RENAMER.pattern(pattern, str)
    except UnalignedError:
        return
    before, after = re.fullmatch(regex(pattern), text), re.fullmatch(regex(renamed), RENAMER.text(text))
    assert (before is None) is (after is None)


def test_every_type_of_a_service_consists_of_words_that_stay() -> None:
    assert all(RENAMER.text(each) == each for types in TYPES.values() for each in types)


@pytest.mark.parametrize(
    "pattern",
    [
        "arn:aws:rds:*:*:db:ord*",
        "arn:aws:rds:*:db:d*",
        "arn:aws:rds:*:*:d*b:orders",
        "arn:aws:lambda:*:*:*tion:*",
        "arn:aws:*:*:*:ord*",
        "*orders",
        "orders-?",
        "x${aws:username}",
        "${aws:username}x",
    ],
)
def test_a_wildcard_inside_a_word_is_refused(pattern: str) -> None:
    with pytest.raises(UnalignedError):
        RENAMER.pattern(pattern, str)


@pytest.mark.parametrize(
    ("pattern", "renamed"),
    [
        ("arn:aws:rds:*:*:d*", "arn:aws:rds:*:*:d*"),
        ("arn:aws:lambda:*:*:func*", "arn:aws:lambda:*:*:func*"),
        ("arn:aws:rds:*:*:cluster-s*:orders-*", f"arn:aws:rds:*:*:cluster-s*:{RENAMER.word('orders')}-*"),
        ("arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*:user/${aws:username}"),
        ("arn:aws:s3:::orders*", f"arn:aws:s3:::{RENAMER.word('orders')}*"),
        ("orders${*}x", f"{RENAMER.word('orders')}${{*}}{RENAMER.word('x')}"),
    ],
)
def test_types_in_part_stay_and_whole_words_are_renamed(pattern: str, renamed: str) -> None:
    assert RENAMER.pattern(pattern, str) == renamed


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", False),
        ("arn:aws:rds:eu-west-1:123456789012:db:orders", False),
        ("default.postgres16", True),
        ("default:mysql-8-0", True),
        ("default", True),
        ("alias/aws/rds", True),
        ("rds.amazonaws.com", True),
        ("dms.amazonaws.com", True),
        ("AWSServiceRoleForRDS", True),
        ("/aws/rds/instance/", True),
        ("RDSNetworkInterface", True),
        ("eu-west-1", True),
    ],
)
def test_what_is_aws_own_stays(text: str, stays: bool) -> None:
    assert (RENAMER.text(text) == text) is stays


def test_aws_own_policies_stay_with_their_names_and_what_they_name() -> None:
    inventory = account(1)
    both = Comparison(inventory)
    policies = (both.redacted.reply("iam", "GetAccountAuthorizationDetails") or {})["Policies"]
    (managed,) = (item for item in policies if ":iam::aws:" in item["Arn"])
    assert managed["Arn"].endswith("/AmazonShopAccess")
    assert "amazonshop*" in managed["PolicyVersionList"][0]["Document"]
    databases = (both.redacted.reply("rds", "DescribeDBInstances") or {})["DBInstances"]
    assert any(item["DBInstanceIdentifier"].startswith("amazonshop-") for item in databases)


@pytest.mark.parametrize(
    "tests",
    [
        {"NumericEquals": {"aws:PrincipalAccount": ACCOUNT}},
        {"NumericEquals": {"aws:PrincipalAccount": int(ACCOUNT)}},
        {"DateLessThan": {"aws:CurrentTime": "orders"}},
        {"BinaryEquals": {"aws:PrincipalTag/team": "b3JkZXJz"}},
        {"StringLike": {"aws:username": "ord*"}},
        {"StringEquals": {"aws:PrincipalTag/team": "x${aws:username}"}},
        {"StringEquals": "orders"},
    ],
)
def test_a_condition_that_cannot_be_renamed_makes_its_document_unread(tests: Any) -> None:
    statement = {"Effect": "Allow", "Action": "rds:*", "Resource": "*", "Condition": tests}
    assert redacted({"Statement": [statement]}, RENAMER) == UNREADABLE


@pytest.mark.parametrize(
    "tests",
    [
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32", "::1"]}},
        {"DateLessThan": {"aws:CurrentTime": "2026-11-24T20:00:00Z"}},
        {"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"}},
        {"Null": {"aws:TokenIssueTime": True}},
        {"StringEquals": {"rds:DatabaseEngine": ["postgres", "oracle-ee"]}},
        {"StringLike": {"iam:PassedToService": "*.amazonaws.com"}},
    ],
)
def test_conditions_without_names_stay(tests: Any) -> None:
    statement = {"Effect": "Allow", "Action": "rds:*", "Resource": "*", "Condition": tests}
    made = redacted({"Statement": [statement]}, RENAMER)["Statement"][0]["Condition"]
    assert made == {
        key: {name: of if isinstance(of, list) else [of] for name, of in tests[key].items()} for key in tests
    }


@pytest.mark.parametrize(
    ("key", "renamed"),
    [
        ("aws:ResourceTag/team", f"aws:ResourceTag/{RENAMER.word('team')}"),
        ("aws:resourcetag/aws:createdBy", "aws:resourcetag/aws:createdBy"),
        ("rds:db-tag/rds-secure:stack", "rds:db-tag/rds-secure:stack"),
        ("kms:EncryptionContext:aws:rds:db-id", "kms:EncryptionContext:aws:rds:db-id"),
        ("kms:EncryptionContext:customer", f"kms:EncryptionContext:{RENAMER.word('customer')}"),
        ("aws:SourceIp", "aws:SourceIp"),
        ("login.acme.example:sub", RENAMER.text("login.acme.example:sub")),
    ],
)
def test_condition_keys_keep_what_is_of_aws(key: str, renamed: str) -> None:
    assert key_of(key, RENAMER) == renamed


def _strings(service: str, shape: Shape, name: str = "", above: tuple[str, ...] = ()) -> Any:
    """Every field of a shape: its name, its shape."""
    if isinstance(shape, StructureShape):
        if shape.name not in above:
            for member, found in shape.members.items():
                yield from _strings(service, found, member, (*above, shape.name))
    elif isinstance(shape, ListShape):
        yield from _strings(service, shape.member, name, above)
    else:
        yield name, shape


def test_the_words_of_botocores_enumerations_stay_and_keys_of_peoples_maps_do_not() -> None:
    session = Session()
    asked = {(service, action) for of in BULK.values() for service, actions in of.items() for action in actions}
    for service, action in sorted(asked | set(ASKED)):
        output = session.get_service_model(service).operation_model(action).output_shape
        for name, shape in _strings(service, output):
            if isinstance(shape, MapShape):
                is_aws_own = bool(getattr(shape.key, "enum", None))
                assert is_aws_own or name in MAPS, f"{service} {action}: {name} is a mapping"
            elif isinstance(shape, StringShape) and shape.enum and name != "Name":
                assert name in KEPT, f"{service} {action}: {name} is an enumeration"
    assert not KEPT & DROPPED


def test_values_of_parameters_stay_where_aws_offers_them_and_are_names_elsewhere() -> None:
    parameters = [
        {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "AllowedValues": "0,1", "Source": "user"},
        {"ParameterName": "tls_version", "ParameterValue": "TLSv1.2,TLSv1.3", "AllowedValues": "TLSv1.2,TLSv1.3"},
        {"ParameterName": "log_directory", "ParameterValue": "/rdsdbdata/log", "Source": "system"},
        {"ParameterName": "search_path", "ParameterValue": "orders", "Source": "user", "Description": "of orders"},
    ]
    asked = Question("rds", "DescribeDBParameters", "orders")
    made = redact(Inventory(Place(ACCOUNT, "eu-west-1"), {asked: {"Parameters": parameters}}), RENAMER)
    (found,) = (reply["Parameters"] for reply in made.replies.values())
    assert [item["ParameterValue"] for item in found] == [
        "1",
        "TLSv1.2,TLSv1.3",
        "/rdsdbdata/log",
        RENAMER.word("orders"),
    ]
    assert "orders" not in json.dumps(found)
