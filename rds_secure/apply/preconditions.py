"""Before a migration or a restore: may the caller make its calls, and can its key be used? Asked for the plan to say.

It changes nothing and stops nothing: each answer is ok, missing or unknown, in a line of the step's notes, which no
digest covers. Before the first call `preflight` asks again, and that stops an apply.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rds_secure.access.iam.policy import Policy, compile_policy
from rds_secure.apply import key_use
from rds_secure.apply.preflight import OF_ITS_POLICY, Answer, preflight
from rds_secure.errors import CallError
from rds_secure.kind import Reader, Scope, together
from rds_secure.plan.model import Action, Plan, Step
from rds_secure.plan.permissions import calling
from rds_secure.plan.targets import Right

_RESTORE = "RestoreDBInstanceFromDBSnapshot"
_COPY = "CopyDBSnapshot"
_KEY = "KmsKeyId"
_AWS_OWN = "alias/aws/"


@dataclass(frozen=True, slots=True)
class Key:
    """A key that a copy is to be made under: what ``DescribeKey`` says, and its policy. ``why``: what was not read."""

    arn: str
    said: Mapping[str, Any] | None = None
    policy: Policy | None = None
    why: str = ""


def with_preconditions(plan: Plan, reader: Reader, caller: str, scope: Scope) -> Plan:
    """The plan, with what was found out about every migration and restore in it; nothing is asked about others."""

    def said(step: Step) -> Step:
        first, rest = step.notes[:1], step.notes[1:]  # the first says what it is about
        return replace(step, notes=(*first, *_lines(plan, step, reader, caller, scope), *rest))

    return replace(plan, steps=tuple(said(step) if _is_one(step) else step for step in plan.steps))


def _is_one(step: Step) -> bool:
    makes = any(operation.action == _RESTORE for operation in step.operations)
    return makes or (step.action is Action.MIGRATE and bool(step.operations))


def _lines(plan: Plan, step: Step, reader: Reader, caller: str, scope: Scope) -> Iterator[str]:
    rights = calling(replace(plan, steps=(step,)), scope)
    named = {scope.resolve(item.params[_KEY]) for item in step.operations if item.action == _COPY}
    keys = sorted(key for key in named if isinstance(key, str) and not key.startswith(_AWS_OWN))
    answer, *found = together(
        reader,
        lambda: preflight(rights, reader, caller, scope),
        *(lambda key=key: _read(reader, key) for key in keys),
    )
    verdicts = [key_use.judge(key.policy, key.arn, answer.principal, rights, scope) for key in found if key.policy]
    yield from _permissions(answer, verdicts, len({right.action for right in rights}))
    for key in found:
        yield from _usable(key)
    for verdict in verdicts:
        yield from _allowed(verdict, answer.principal)
    yield from (_own(key) for key in sorted(map(str, named - {*keys})))


def _own(key: str) -> str:
    if key.startswith(_AWS_OWN):
        return f"precondition ok: {key} is AWS's own key, which RDS uses for everybody in the account"
    return "precondition ok: its key is made by this plan"


def _read(reader: Reader, key: str) -> Key:
    try:
        said = reader.call("kms", "DescribeKey", {"KeyId": key}) or {}
        arn = str(said["KeyMetadata"]["Arn"])
    except CallError as error:
        return Key(key, why=f"{error.service}:{error.action} answers {error.code}")
    described = Key(arn, said["KeyMetadata"])
    try:
        reply = reader.call("kms", "GetKeyPolicy", {"KeyId": arn, "PolicyName": "default"}) or {}
        return replace(described, policy=compile_policy("the key's policy", json.loads(reply["Policy"])))
    except CallError as error:
        return replace(described, why=f"{error.service}:{error.action} answers {error.code}")
    except ValueError:
        return replace(described, why="its policy cannot be understood")


def _usable(key: Key) -> Iterator[str]:
    """By RDS at all: enabled, and symmetric (RDS user guide, "Encrypting Amazon RDS resources")."""
    if key.said is None:
        yield f"precondition unknown: whether the key {key.arn} can be used ({key.why})"
        return
    state, sort = key.said.get("KeyState"), key.said.get("KeySpec", "SYMMETRIC_DEFAULT")
    fits = state == "Enabled" and sort == "SYMMETRIC_DEFAULT"
    said = f"the key {key.arn} is {state} and of {sort}"
    yield f"precondition ok: {said}" if fits else f"precondition missing: {said}: RDS takes an enabled symmetric one"
    if key.why:
        yield f"precondition unknown: whom the policy of the key lets use it ({key.why})"


def _allowed(verdict: key_use.Verdict, principal: str) -> Iterator[str]:
    if verdict.denied:
        yield f"precondition missing: the policy of the key does not let {principal} have {_named(verdict.denied)}"
    if verdict.unsure:
        yield f"precondition unknown: whether the policy of the key lets {principal} have {_named(verdict.unsure)}"
    if not (verdict.denied or verdict.unsure) and (verdict.delegated or verdict.named):
        how = "leaves it to IAM" if verdict.delegated else f"names {principal}"
        yield f"precondition ok: the policy of the key {how}, and RDS can be given grants on it"


def _permissions(answer: Answer, verdicts: Iterable[key_use.Verdict], count: int) -> Iterator[str]:
    """What IAM says of the caller; of the key's policy, what its ``verdicts`` make of IAM's doubts."""
    verdicts = list(verdicts)
    left_to_iam = {action for verdict in verdicts for action in verdict.delegated}
    settled = {action for verdict in verdicts for action in verdict.named}
    missing, unknown = {right.action for right in answer.denied}, dict(answer.unchecked)
    doubted = set(unknown.pop(OF_ITS_POLICY, ()))
    missing |= doubted & left_to_iam - settled
    if rest := doubted - settled - left_to_iam:
        unknown[OF_ITS_POLICY] = tuple(sorted(rest))
    if missing:
        yield f"precondition missing: {answer.principal} may not {_named(missing)}; plan --iam-policy prints a policy"
    for why, names in unknown.items():
        what = _named(names) or "all that is needed"
        yield f"precondition unknown: whether {answer.principal} may have {what} ({why})"
    if not (missing or unknown):
        yield f"precondition ok: {answer.principal} has all {count} permissions for it, as IAM simulates them"


def _named(names: Iterable[str | Right]) -> str:
    return ", ".join(sorted({str(name) for name in names}))
