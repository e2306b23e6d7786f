"""What policies make of the tags and aliases of what they are about: known where they were read, else open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rds_secure.access.delta import compare
from rds_secure.access.delta.tags import unseen
from rds_secure.access.iam.escalate import Escalations
from rds_secure.access.iam.explain import explain
from rds_secure.access.iam.who import Who
from rds_secure.access.posture import Posture
from rds_secure.inventory import Inventory, Question
from rds_secure.operation import Operation
from rds_secure.plan import Action, Plan, Step
from rds_secure.values import Address
from tests.access.delta.kit import DELEGATED, KEY, REGION, database, people
from tests.access.iam.account import IAM, account, estate, role, told, user
from tests.access.iam.cases import ACCOUNT, ROOT, statement

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-1-AbCdEf"
ENCRYPTED = database("orders", KmsKeyId=KEY, MasterUserSecret={"SecretArn": SECRET})


def tagged(key: str, value: str = "a") -> dict[str, Any]:
    return {"Condition": {"StringEquals": {key: value}}}


def holding(*statements: dict[str, Any], **replies: Any) -> Inventory:
    """Ann with these statements, a database with a key and a secret, and further replies: ``kms_ListResourceTags``."""
    found = people(user("ann", *statements), databases=[ENCRYPTED], keys={KEY: DELEGATED})
    subjects = {"kms_ListAliases": "", "secretsmanager_DescribeSecret": SECRET}
    more = {Question(*name.split("_"), subjects.get(name, KEY)): reply for name, reply in replies.items()}
    return replace(found, replies={**found.replies, **more})


def when(found: Inventory, verb: str) -> list[str]:
    answers = (answer for answer in Posture(found).allowed if answer.principal.name == "ann")
    return [str(answer.when) for answer in answers if answer.verb == verb and "db:orders" in answer.databases]


DECRYPT = statement("Allow", "kms:Decrypt", **tagged("aws:ResourceTag/team"))
READ = statement("Allow", "secretsmanager:GetSecretValue", **tagged("secretsmanager:ResourceTag/team"))
CALLED = statement(
    "Allow", "kms:Decrypt", Condition={"ForAnyValue:StringLike": {"kms:ResourceAliases": ["alias/orders*"]}}
)


def tags_of_key(value: str) -> dict[str, Any]:
    return {"Tags": [{"TagKey": "team", "TagValue": value}]}


def test_tags_of_a_key_decide_where_they_were_read_and_are_open_where_not() -> None:
    assert when(holding(DECRYPT, kms_ListResourceTags=tags_of_key("a")), "use key") == ["always"]
    assert when(holding(DECRYPT, kms_ListResourceTags=tags_of_key("b")), "use key") == []
    assert when(holding(DECRYPT, kms_ListResourceTags={"Tags": []}), "use key") == []
    assert when(holding(DECRYPT), "use key") == ["aws:ResourceTag/team = a"]


def test_so_do_aliases() -> None:
    listed = {"Aliases": [{"AliasName": "alias/orders-data", "TargetKeyId": "1234"}, {"AliasName": "alias/orders"}]}
    assert when(holding(CALLED, kms_ListAliases=listed), "use key") == ["always"]
    assert when(holding(CALLED, kms_ListAliases={"Aliases": listed["Aliases"][1:]}), "use key") == []
    assert when(holding(CALLED), "use key") == ["some kms:ResourceAliases like alias/orders*"]
    requested = statement("Allow", "kms:Decrypt", **tagged("kms:RequestAlias", "alias/orders-data"))
    assert when(holding(requested, kms_ListAliases=listed), "use key") == ["kms:RequestAlias = alias/orders-data"]


def test_and_tags_of_a_secret() -> None:
    def described(**more: Any) -> Inventory:
        return holding(READ, secretsmanager_DescribeSecret={"ARN": SECRET, **more})

    assert when(described(Tags=[{"Key": "team", "Value": "a"}]), "read secret") == ["always"]
    assert when(described(Tags=[]), "read secret") == []
    assert when(described(), "read secret") == []
    assert when(described(OwningService="rds"), "read secret") == ["secretsmanager:ResourceTag/team = a"]
    assert when(holding(READ), "read secret") == ["secretsmanager:ResourceTag/team = a"]


def test_a_policy_of_the_key_goes_by_its_tags_too() -> None:
    named = statement("Allow", "kms:Decrypt", Principal={"AWS": f"{IAM}:user/ann"}, **tagged("aws:ResourceTag/team"))
    found = people(user("ann"), databases=[ENCRYPTED], keys={KEY: (*DELEGATED, named)})
    question = Question("kms", "ListResourceTags", KEY)
    for value, expected in (("a", ["always"]), ("b", [])):
        assert when(replace(found, replies={**found.replies, question: tags_of_key(value)}), "use key") == expected


def test_what_retagging_gives_or_takes_is_told() -> None:
    """Foreseen as the effects of the calls have it."""
    one, other = (holding(DECRYPT, kms_ListResourceTags=tags_of_key(value)) for value in ("a", "b"))
    (gained,) = compare(Posture(other), Posture(one)).permissions
    assert (gained.verb, gained.databases, gained.now) == ("use key", ("db:orders",), "always")
    (lost,) = compare(Posture(one), Posture(other)).permissions
    assert (lost.verb, lost.now) == ("use key", "")


def test_an_instance_of_a_cluster_has_tags_of_its_own() -> None:
    arn = f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:shop"
    stop = statement("Allow", "rds:StopDBCluster", **tagged("aws:ResourceTag/team"))
    member = database("shop-1", DBClusterIdentifier="shop", TagList=[{"Key": "team", "Value": "a"}])
    found = people(user("ann", stop), databases=[member])

    def clusters(team: str) -> Inventory:
        shop = {"DBClusterIdentifier": "shop", "DBClusterArn": arn, "DbClusterResourceId": "cluster-1"}
        listed = {"DBClusters": [shop | {"TagList": [{"Key": "team", "Value": team}]}]}
        return replace(found, replies={**found.replies, Question("rds", "DescribeDBClusters"): listed})

    def said(held: Inventory) -> set[tuple[str, str]]:
        answers = [answer for answer in Posture(held).allowed if answer.principal.name == "ann"]
        return {(name, str(one.when)) for one in answers for name in one.databases if name != "*"}

    assert said(clusters("a")) == {("cluster:shop", "always"), ("db:shop-1", "always")}
    assert said(clusters("b")) == set()
    assert said(found) == {("db:shop-1", "aws:ResourceTag/team = a")}  # nobody read the cluster's


def test_the_keys_of_rds_are_for_one_kind_each() -> None:
    for key, expected in (("rds:db-tag/team", [("modify", "orders", "always")]), ("rds:cluster-tag/team", [])):
        found = told(account(user("ann", statement("Allow", "rds:StopDBInstance", **tagged(key)))), "ann")
        assert [line for line in found if line[1] != "*"] == expected


def test_roles_are_assumed_by_their_tags_and_users_and_groups_taken_hold_of_by_theirs() -> None:
    assume = statement("Allow", "sts:AssumeRole", **tagged("aws:ResourceTag/team"))
    for team, expected in (("a", {"delete"}), ("b", set())):
        target = role("dba", statement("Allow", "rds:DeleteDBInstance"), trusts={"AWS": ROOT}, tags={"team": team})
        who = Who(account(user("ann", assume), target), estate())
        asker = next(one for one in who.askers if one.caller.name == "ann")
        assert {answer.verb for answer in who.answers_of(asker)} == expected
        for found in explain(who, asker, "delete", "orders"):
            assert {hop.decision.outcome for hop in found.hops} <= {"allowed"}
    login = statement("Allow", "iam:CreateAccessKey", **tagged("iam:ResourceTag/team"))
    for team, gained in (("a", ["iam:CreateAccessKey"]), ("b", [])):
        other = user("bob", statement("Allow", "rds:DeleteDBInstance"), tags={"team": team})
        identities = account(user("ann", login), other)
        who = Who(identities, estate())
        assert [one.action for one in Escalations(who).of(identities.users[0])] == gained


# Tags that no reply shows


def retagging(name: str, key: str = "team") -> Plan:
    arn = f"arn:aws:rds:{REGION}:{ACCOUNT}:{name}"
    params = {"ResourceName": arn, "Tags": ({"Key": key, "Value": "a"},)}
    call = Operation(service="rds", action="AddTagsToResource", params=params, summary="")
    step = Step(Address("db_parameter_group", "tuned"), "tuned", Action.UPDATE, (call,))
    return Plan(ACCOUNT, REGION, "shop", (step,))


def test_what_policies_make_of_tags_that_are_not_read_is_said_to_be_unknown() -> None:
    by_tag = statement("Allow", "rds:ModifyDBParameterGroup", **tagged("rds:pg-tag/Team"))
    who = Posture(people(user("ann", by_tag))).who
    assert list(unseen(retagging("pg:tuned"), who)) == [
        "not known: what policies that go by the tag team make of db_parameter_group.tuned, whose tags are not read"
    ]
    assert list(unseen(retagging("pg:tuned", "cost"), who)) == []
    assert list(unseen(retagging("og:tuned"), who)) == []  # which has another condition key
    assert list(unseen(retagging("db:orders"), who)) == []  # whose tags are read
    anything = Posture(people(user("ann", statement("Allow", "rds:*", **tagged("aws:ResourceTag/team"))))).who
    assert list(unseen(retagging("og:tuned"), anything))
    assert list(unseen(retagging("og:tuned"), None)) == []
