"""Before the first write: may this caller make every call of the plan? It asks IAM, changes nothing, tells its doubts.

IAM's simulator knows the caller's own policies and boundary. It does not know the policies of keys and secrets, it
takes a role for a session of it, and conditions of an organization's policies confuse it (IAM-7): where that could be
the reason of a "no", it is a doubt and no denial.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rds_secure.errors import CallError
from rds_secure.kind import Reader, Scope
from rds_secure.plan.permissions import Group, grouped
from rds_secure.plan.targets import ANY, Right

_RESOURCE_POLICIES = ("kms:", "secretsmanager:")
"""Services in which the policy of the thing itself may allow what the caller's own policies do not."""

OF_ITS_POLICY = "the policy of the key or secret itself may allow them"
"""The doubt about those."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What IAM says: whom it was asked about, what is denied, and what could not be checked.

    ``unchecked``: why → actions; no actions are all of them.
    """

    principal: str
    denied: tuple[Right, ...] = ()
    unchecked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def preflight(needed: Iterable[Right], reader: Reader, caller: str, scope: Scope) -> Answer:
    """Whether the caller (an ARN, as STS tells it) has these rights. What cannot be asked is unchecked, no error."""
    rights = sorted(set(needed))
    try:
        principal, doubt = _principal(reader, caller)
        if doubt:
            return Answer(principal, (), {doubt: ()})
        answers = reader.each(lambda group: _asked(reader, principal, group, scope), grouped(rights))
    except CallError as error:
        return Answer(caller, (), {f"{error.service} {error.action} answers {error.code}": ()})
    said = {key: result for answer in answers for key, result in answer.items()}
    denied, doubts = [], defaultdict(set)
    for right in rights:
        result = said.get((right.action, right.arn, right.conditions))
        if result is None:
            doubts["IAM says nothing of them"].add(right.action)
        elif result["decision"] != "allowed":
            if doubt := _doubt(right, result):
                doubts[doubt].add(right.action)
            else:
                denied.append(right)
    return Answer(principal, tuple(denied), {why: tuple(sorted(names)) for why, names in sorted(doubts.items())})


def _principal(reader: Reader, caller: str) -> tuple[str, str]:
    """Whose policies count for the caller, a user's own or those of a session's role; or why nobody can be asked."""
    what, _, rest = caller.split(":", 5)[5].partition("/")
    if what == "assumed-role":
        role = reader.call("iam", "GetRole", {"RoleName": rest.partition("/")[0]}) or {}
        return role["Role"]["Arn"], ""
    if what == "user":
        return caller, ""
    return caller, f"IAM simulates users and roles, and no {what}"


def _asked(reader: Reader, principal: str, group: Group, scope: Scope) -> dict[tuple[Any, ...], dict[str, Any]]:
    """What IAM answers for each action of a group on each ARN, in one question."""
    context = {"aws:RequestedRegion": scope.region} | dict(group.conditions)
    params = {
        "PolicySourceArn": principal,
        "ActionNames": group.actions,
        "ResourceArns": group.arns,
        "ContextEntries": tuple(
            {"ContextKeyName": key, "ContextKeyValues": (value,), "ContextKeyType": "string"}
            for key, value in context.items()
        ),
    }
    reply = reader.call("iam", "SimulatePrincipalPolicy", params) or {}
    return {
        (result["EvalActionName"], arn, group.conditions): found
        for result in reply["EvaluationResults"]
        for arn, found in _by_arn(result)
    }


def _by_arn(result: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """One answer for each ARN, whether IAM lists them apart or not."""
    organization = result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True)
    whole = {"EvalResourceName": result.get("EvalResourceName", ANY), "EvalResourceDecision": result["EvalDecision"]}
    for part in result.get("ResourceSpecificResults") or ({**result, **whole},):
        yield (
            part["EvalResourceName"],
            {
                "decision": part["EvalResourceDecision"],
                "missing": part.get("MissingContextValues") or (),
                "organization": organization,
            },
        )


def _doubt(right: Right, result: Mapping[str, Any]) -> str:
    """Why a "no" is none that one can rely on; "" for a plain denial."""
    if result["missing"]:
        return f"whether {', '.join(sorted(result['missing']))} fits shows only when the call is made"
    if not result["organization"]:
        return "the organization's policies are simulated without their conditions"
    if not right.is_known:
        return "what they act on is not known before it is made"
    if result["decision"] == "implicitDeny" and right.arn != ANY and right.action.startswith(_RESOURCE_POLICIES):
        return OF_ITS_POLICY
    return ""
