"""The decision on one request: every rule of the policy evaluation logic."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rds_secure.access.iam.callers import Caller
from rds_secure.access.iam.context import Context, context
from rds_secure.access.iam.evaluate import Decision, Policies, Request, evaluate, strict_service, together
from rds_secure.access.iam.policy import Policy, compile_policy, grants
from tests.access.iam.cases import (
    ACCOUNT,
    ALLOW_ALL,
    ANN,
    APP,
    KEY,
    NOTHING,
    ORDERS,
    OTHER,
    PAYMENTS,
    ROOT,
    STRANGER,
    policy,
    statement,
)

DELETE = "rds:DeleteDBInstance"
DENY = policy(statement("Deny", DELETE), name="no-deletes")
ONLY_READS = policy(statement("Allow", "rds:Describe*"), name="reads")
BY_ANN = replace(ANN, token=True)
"""Somebody for whom Ann began a session by GetFederationToken."""
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def decide(
    policies: Policies,
    caller: Caller = ANN,
    action: str = DELETE,
    resource: str = ORDERS,
    owner: str = ACCOUNT,
    known: Context | None = None,
) -> Decision:
    return evaluate(Request(caller, action, resource, owner, known or context(), strict_service(action)), policies)


def outcome(policies: Policies, *args: Any, **more: Any) -> str:
    return decide(policies, *args, **more).outcome


def names(principal: Any, *, effect: str = "Allow", element: str = "Principal", **more: Any) -> Policy:
    """A policy of a resource."""
    return policy(statement(effect, **{element: principal}, **more), name="resource policy")


# The principal's own policies


def test_nothing_is_allowed_unless_a_statement_allows_it() -> None:
    assert outcome(Policies()) == "implicit"
    assert outcome(Policies((ONLY_READS,))) == "implicit"
    assert outcome(Policies((ONLY_READS, ALLOW_ALL))) == "allowed"


def test_an_explicit_deny_wins_wherever_it_is() -> None:
    assert outcome(Policies((ALLOW_ALL, DENY))) == "denied"
    assert outcome(Policies((ALLOW_ALL,), boundary=policy(statement("Allow"), statement("Deny", "rds:*")))) == "denied"
    assert outcome(Policies((ALLOW_ALL,), session=(DENY,)), APP) == "denied"
    assert outcome(Policies((ALLOW_ALL,), levels=((ALLOW_ALL,), (ALLOW_ALL, DENY)))) == "denied"
    assert outcome(Policies((ALLOW_ALL,), resource=(names("*", effect="Deny"),))) == "denied"


def test_not_action_and_not_resource_are_everything_else() -> None:
    assert outcome(Policies((policy(statement("Allow", NotAction="iam:*")),))) == "allowed"
    assert outcome(Policies((policy(statement("Allow", NotAction=["iam:*", "rds:delete*"])),))) == "implicit"
    assert outcome(Policies((policy(statement("Allow", NotResource=PAYMENTS)),))) == "allowed"
    assert outcome(Policies((policy(statement("Allow", NotResource=[PAYMENTS, ORDERS])),))) == "implicit"
    assert outcome(Policies((ALLOW_ALL, policy(statement("Deny", NotAction="rds:Describe*"))))) == "denied"


def test_a_not_resource_whose_variable_has_no_value_is_unknown() -> None:
    others = policy(statement("Allow", NotResource="arn:aws:iam::*:user/${aws:username}"))
    assert outcome(Policies((others,))) == "allowed"
    assert outcome(Policies((others,)), APP) == "conditional"
    assert outcome(Policies((policy(statement("Allow", NotResource=["*", "${aws:username}"])),)), APP) == "implicit"


def test_old_documents_have_no_variables() -> None:
    own = statement("Allow", resource="arn:aws:iam::*:user/*/${aws:username}")
    user = ANN.arn
    assert outcome(Policies((policy(own),)), action="iam:GetUser", resource=user) == "allowed"
    assert outcome(Policies((policy(own, version=None),)), action="iam:GetUser", resource=user) == "implicit"


def test_conditions_that_are_open_make_the_answer_conditional() -> None:
    guarded = policy(statement("Allow", Condition=MFA), name="guarded")
    found = decide(Policies((guarded,)))
    assert (found.outcome, str(found.when)) == ("conditional", "aws:MultiFactorAuthPresent = true")
    assert outcome(Policies((guarded,)), known=context({"aws:MultiFactorAuthPresent": "true"})) == "allowed"
    assert outcome(Policies((guarded,)), known=context(absent=["aws:MultiFactorAuthPresent"])) == "implicit"


def test_a_deny_that_is_open_makes_the_answer_conditional() -> None:
    elsewhere = statement("Deny", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})
    found = decide(Policies((ALLOW_ALL, policy(elsewhere))))
    assert (found.outcome, str(found.when)) == ("conditional", "aws:RequestedRegion = eu-west-1")


def test_an_allow_that_a_deny_takes_back_whatever_happens_is_denied() -> None:
    guarded = statement("Allow", Condition=MFA)
    assert outcome(Policies((policy(guarded, guarded | {"Effect": "Deny"}),))) == "denied"


def test_what_could_not_be_read_is_unknown() -> None:
    found = decide(Policies((Policy("other", None),)))
    assert found.outcome == "conditional"
    assert str(found.when) == "other, which was not read, allows it and other, which was not read, does not deny it"
    assert outcome(Policies((Policy("other", None), DENY))) == "denied"
    assert outcome(Policies((ALLOW_ALL,), boundary=Policy("other", None))) == "conditional"
    assert outcome(Policies(None)) == "conditional"


# What limits


def test_boundary_session_and_every_level_must_allow() -> None:
    for limited in (
        Policies((ALLOW_ALL,), boundary=ONLY_READS),
        Policies((ALLOW_ALL,), session=(ONLY_READS,)),
        Policies((ALLOW_ALL,), levels=((ALLOW_ALL,), (ONLY_READS,))),
        Policies((ALLOW_ALL,), levels=((), (ALLOW_ALL,))),
        Policies((), boundary=ALLOW_ALL, session=(ALLOW_ALL,), levels=((ALLOW_ALL,),)),
    ):
        assert outcome(limited, APP) == "implicit"
    everywhere = Policies((ALLOW_ALL,), ALLOW_ALL, (ALLOW_ALL,), ((ALLOW_ALL, ONLY_READS), (ALLOW_ALL,)))
    assert outcome(everywhere, APP) == "allowed"


def test_the_organization_does_not_limit_roles_of_services() -> None:
    linked = replace(APP, arn=f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS")
    assert outcome(Policies((ALLOW_ALL,), levels=((DENY,),)), linked) == "allowed"


def test_the_root_user_needs_no_policy_and_is_limited_by_the_organization_only() -> None:
    root = Caller("root", ROOT, ACCOUNT)
    assert outcome(Policies(), root) == "allowed"
    assert outcome(Policies(levels=((ALLOW_ALL, DENY),)), root) == "denied"


# Policies of resources


SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:rds!db-1"


def read_secret(policies: Policies, caller: Caller = ANN) -> str:
    return outcome(policies, caller, "secretsmanager:GetSecretValue", SECRET)


def test_in_the_same_account_the_policy_of_the_resource_is_enough() -> None:
    assert read_secret(Policies(resource=(names({"AWS": ANN.arn}),))) == "allowed"
    assert read_secret(Policies(resource=(names({"AWS": "*"}),))) == "allowed"
    assert read_secret(Policies(resource=(names("*"),))) == "allowed"
    assert read_secret(Policies(resource=(names({"AWS": [APP.arn]}),))) == "implicit"
    assert read_secret(Policies(resource=(names({"AWS": ROOT}),))) == "implicit"
    assert read_secret(Policies((ALLOW_ALL,), resource=(names({"AWS": APP.arn}),))) == "allowed"


def test_a_boundary_limits_what_a_resource_grants_to_a_role_but_not_to_a_user() -> None:
    assert read_secret(Policies(boundary=NOTHING, resource=(names({"AWS": ANN.arn}),))) == "allowed"
    assert read_secret(Policies(boundary=NOTHING, resource=(names({"AWS": APP.arn}),)), APP) == "implicit"
    assert read_secret(Policies(session=(NOTHING,), resource=(names({"AWS": APP.arn}),)), APP) == "implicit"
    assert read_secret(Policies(session=(NOTHING,), resource=(names({"AWS": ANN.arn}),)), BY_ANN) == "implicit"
    assert read_secret(Policies(boundary=ALLOW_ALL, resource=(names({"AWS": APP.arn}),)), APP) == "allowed"


def test_a_session_that_is_named_is_not_limited_and_a_session_name_may_be_open() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/night"
    named = Policies(boundary=NOTHING, resource=(names({"AWS": session}),))
    assert read_secret(named, replace(APP, session="night")) == "allowed"
    assert read_secret(named, replace(APP, session="day")) == "implicit"
    assert read_secret(named, APP) == "conditional"
    assert read_secret(named, ANN) == "implicit"


def test_what_a_resource_grants_to_everybody_is_not_limited_by_the_policies_of_a_session() -> None:
    for caller in (APP, BY_ANN):
        assert read_secret(Policies(session=(NOTHING,), resource=(names("*"),)), caller) == "allowed"


def test_of_several_policies_of_a_session_one_has_to_allow_and_none_to_deny() -> None:
    assert outcome(Policies((ALLOW_ALL,), session=(ONLY_READS, ALLOW_ALL)), APP) == "allowed"
    assert outcome(Policies((ALLOW_ALL,), session=(ONLY_READS, NOTHING)), APP) == "implicit"
    assert outcome(Policies((ALLOW_ALL,), session=(ALLOW_ALL, DENY)), APP) == "denied"


def test_a_federated_user_is_named_directly_by_the_arn_of_the_session_only() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
    named = Policies(boundary=NOTHING, session=(NOTHING,), resource=(names({"AWS": session}),))
    assert read_secret(named, replace(BY_ANN, session="bob")) == "allowed"
    assert read_secret(named, replace(BY_ANN, session="eve")) == "implicit"
    assert read_secret(named, BY_ANN) == "conditional"
    assert read_secret(named, ANN) == "implicit"
    elsewhere = names({"AWS": session.replace(ACCOUNT, OTHER)})
    assert read_secret(Policies(resource=(elsewhere,)), replace(BY_ANN, session="bob")) == "implicit"


def test_a_federated_user_has_neither_the_name_nor_the_arn_nor_surely_the_tags_of_the_user() -> None:
    by_name = policy(statement("Allow", Condition={"StringLike": {"aws:username": "*"}}))
    assert (outcome(Policies((by_name,))), outcome(Policies((by_name,)), BY_ANN)) == ("allowed", "implicit")
    by_arn = policy(statement("Allow", Condition={"ArnEquals": {"aws:PrincipalArn": ANN.arn}}))
    assert (outcome(Policies((by_arn,))), outcome(Policies((by_arn,)), BY_ANN)) == ("allowed", "conditional")
    by_tag = policy(statement("Allow", Condition={"StringEquals": {"aws:PrincipalTag/team": "orders"}}))
    tagged = replace(BY_ANN, tags={"team": "payments"})
    assert outcome(Policies((by_tag,)), replace(tagged, token=False)) == "implicit"
    assert outcome(Policies((by_tag,)), tagged) == "conditional"
    by_type = policy(statement("Allow", Condition={"StringEquals": {"aws:PrincipalType": "FederatedUser"}}))
    assert (outcome(Policies((by_type,))), outcome(Policies((by_type,)), BY_ANN)) == ("implicit", "allowed")


def test_a_principal_is_also_named_by_its_unique_id_and_no_longer_by_that_of_another() -> None:
    assert read_secret(Policies(resource=(names({"AWS": "AIDAANN"}),))) == "allowed"
    assert read_secret(Policies(resource=(names({"AWS": "AIDAOLD"}),))) == "implicit"


def test_the_organization_limits_what_a_resource_grants() -> None:
    assert read_secret(Policies(levels=((ONLY_READS,),), resource=(names({"AWS": ANN.arn}),))) == "implicit"


def test_across_accounts_both_sides_must_allow() -> None:
    for entry in (STRANGER.arn, OTHER, f"arn:aws:iam::{OTHER}:root", "*"):
        granted = (names({"AWS": entry}),)
        assert read_secret(Policies((ALLOW_ALL,), resource=granted), STRANGER) == "allowed"
        assert read_secret(Policies((), resource=granted), STRANGER) == "implicit"
        assert read_secret(Policies(None, resource=granted), STRANGER) == "conditional"
        assert read_secret(Policies((ALLOW_ALL,), boundary=NOTHING, resource=granted), STRANGER) == "implicit"
    assert read_secret(Policies((ALLOW_ALL,)), STRANGER) == "implicit"
    assert read_secret(Policies(None), STRANGER) == "implicit"


def test_a_service_is_allowed_where_it_is_named() -> None:
    service = Caller("service", "rds.amazonaws.com")
    assert read_secret(Policies(resource=(names({"Service": "rds.amazonaws.com"}),)), service) == "allowed"
    assert read_secret(Policies(resource=(names({"Service": "ec2.amazonaws.com"}),)), service) == "implicit"
    assert read_secret(Policies(resource=(names({"AWS": ANN.arn}),)), service) == "implicit"


def test_not_principal_denies_everybody_else() -> None:
    spared = [ANN.arn, ACCOUNT]
    deny = names({"AWS": spared}, effect="Deny", element="NotPrincipal")
    assert read_secret(Policies((ALLOW_ALL,), resource=(deny,))) == "allowed"
    assert read_secret(Policies((ALLOW_ALL,), resource=(deny,)), replace(ANN, arn=ANN.arn + "e")) == "conditional"
    assert read_secret(Policies((ALLOW_ALL,), resource=(deny,)), STRANGER) == "denied"


def test_not_principal_with_a_part_of_the_caller_is_unknown_and_with_a_boundary_denies() -> None:
    deny = names({"AWS": ANN.arn}, effect="Deny", element="NotPrincipal")
    assert read_secret(Policies((ALLOW_ALL,), resource=(deny,))) == "conditional"
    full = names({"AWS": [ANN.arn, ROOT]}, effect="Deny", element="NotPrincipal")
    assert read_secret(Policies((ALLOW_ALL,), boundary=ALLOW_ALL, resource=(full,))) == "denied"


def test_not_principal_with_allow_allows_everybody_else() -> None:
    allow = names({"AWS": ANN.arn}, element="NotPrincipal")
    assert read_secret(Policies(resource=(allow,))) == "implicit"
    assert read_secret(Policies(resource=(allow,)), APP) == "allowed"


# Keys


DELEGATED = names({"AWS": ROOT}, action="kms:*")


def decrypt(policies: Policies, caller: Caller = ANN) -> Decision:
    return decide(policies, caller, "kms:Decrypt", KEY)


def test_the_policy_of_a_key_decides_whether_the_policies_of_principals_count() -> None:
    only_app = names({"AWS": APP.arn})
    assert decrypt(Policies((ALLOW_ALL,), resource=(only_app,))).outcome == "implicit"
    assert decrypt(Policies((ALLOW_ALL,), resource=(only_app,))).lacking == ("resource",)
    assert decrypt(Policies((), resource=(only_app,)), APP).outcome == "allowed"
    assert decrypt(Policies((ALLOW_ALL,), resource=(DELEGATED,))).outcome == "allowed"
    assert decrypt(Policies((), resource=(DELEGATED,))).outcome == "implicit"
    assert decrypt(Policies((), resource=(DELEGATED,))).lacking == ("identity",)
    assert decrypt(Policies((ONLY_READS,), resource=(DELEGATED,))).outcome == "implicit"


def test_a_key_can_lock_the_root_user_out() -> None:
    root = Caller("root", ROOT, ACCOUNT)
    assert decrypt(Policies(resource=(DELEGATED,)), root).outcome == "allowed"
    assert decrypt(Policies(resource=(names({"AWS": APP.arn}),)), root).outcome == "implicit"


def test_a_delegation_may_have_conditions() -> None:
    only_rds = {"StringEquals": {"kms:ViaService": "rds.eu-west-1.amazonaws.com"}}
    found = decrypt(Policies((ALLOW_ALL,), resource=(names({"AWS": ACCOUNT}, Condition=only_rds),)))
    assert (found.outcome, str(found.when)) == ("conditional", "kms:ViaService = rds.eu-west-1.amazonaws.com")


def test_a_grant_is_enough() -> None:
    grant = {"GranteePrincipal": APP.arn, "Operations": ["Decrypt"], "Name": "g"}
    granted = (DELEGATED, grants("grants", [grant]))
    assert decrypt(Policies((), resource=granted), APP).outcome == "allowed"
    assert decrypt(Policies((), resource=granted)).outcome == "implicit"
    assert decide(Policies((), resource=granted), APP, "kms:Encrypt", KEY).outcome == "implicit"
    constrained = grant | {"Constraints": {"EncryptionContextSubset": {"aws:rds:db-id": "db-1"}}}
    found = decrypt(Policies((), resource=(grants("grants", [constrained]),)), APP)
    assert str(found.when) == "kms:EncryptionContext:aws:rds:db-id = db-1"


# Trust


def test_a_trust_policy_is_always_needed() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/target"

    def assume(policies: Policies, caller: Caller = ANN) -> str:
        return outcome(policies, caller, "sts:AssumeRole", role)

    def trust(principal: Any) -> Policy:
        written = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        return compile_policy("trust", {"Version": "2012-10-17", "Statement": written})

    assert assume(Policies((ALLOW_ALL,))) == "implicit"
    assert assume(Policies((), resource=(trust({"AWS": ANN.arn}),))) == "allowed"
    assert assume(Policies((), resource=(trust({"AWS": ROOT}),))) == "implicit"
    assert assume(Policies((ALLOW_ALL,), resource=(trust({"AWS": ROOT}),))) == "allowed"
    assert assume(Policies((), resource=(trust({"Service": "ec2.amazonaws.com"}),)), ANN) == "implicit"


# Why


def test_the_statements_that_decide_are_named() -> None:
    named = policy(statement("Allow", "rds:*", Sid="Databases"), statement("Allow"), name="dba")
    found = decide(Policies((named, ONLY_READS), levels=((ALLOW_ALL,),)))
    told = [(reason.place, reason.policy, reason.statement) for reason in found.reasons]
    assert told == [
        ("identity", "dba", "Databases"),
        ("identity", "dba", "statement 2"),
        ("organization", "all", "statement 1"),
    ]
    found = decide(Policies((named, DENY)))
    assert [(reason.policy, reason.statement, reason.allow) for reason in found.reasons] == [
        ("no-deletes", "statement 1", False)
    ]


def test_what_lacks_an_allow_is_named() -> None:
    assert decide(Policies()).lacking == ("identity",)
    assert decide(Policies((ALLOW_ALL,), boundary=ONLY_READS, levels=((NOTHING,),))).lacking == (
        "boundary",
        "organization",
    )


def test_a_request_for_several_resources_is_allowed_only_if_it_is_for_each() -> None:
    orders = Policies((policy(statement("Allow", resource=ORDERS)),))
    one, other = decide(orders), decide(orders, resource=PAYMENTS)
    assert together([one, one]).outcome == "allowed"
    assert together([one, other]).outcome == "implicit"
    assert together([one, other, decide(Policies((DENY,)))]).outcome == "denied"
    guarded = decide(Policies((policy(statement("Allow", Condition=MFA)),)))
    assert str(together([one, guarded]).when) == "aws:MultiFactorAuthPresent = true"


@pytest.mark.parametrize("written", [{}, {"Effect": "Maybe", "Action": "*"}, {"Effect": "Allow"}, "text"])
def test_what_is_no_statement_is_refused(written: Any) -> None:
    with pytest.raises(ValueError, match="statement 1"):
        compile_policy("p", {"Statement": [written]})
