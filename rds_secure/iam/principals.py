"""What the IAM kinds share when they read: how names are written, one read of the account. Nothing here changes IAM.

Every IAM kind reads with the same `GetAccountAuthorizationDetails`, so a plan makes that call once. The calls that
change something are in `attachments`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol, Self, TypeAlias, TypeVar

from pydantic import BeforeValidator, WithJsonSchema

from rds_secure import ownership, tagging
from rds_secure.fields import Invalid, Pattern, Reference
from rds_secure.kind import Complaint, Reader, Scope, Wanted
from rds_secure.values import Ref

What: TypeAlias = Literal["User", "Group", "Role"]
"""Users, groups and roles differ in their calls by this one word."""

ATTACHMENTS = 10
"""Policies per user, group or role, and groups per user, unless AWS has raised the account's quota (IAM-2)."""

GONE = ("NoSuchEntity",)
"""What IAM answers about something that does not exist."""

READ_ACTIONS = ("iam:GetAccountAuthorizationDetails", "iam:GetAccountSummary", "iam:GetPolicy")


class Holder(Protocol):
    """The spec of a principal that policies are attached to."""

    @property
    def policies(self) -> tuple[Ref | str, ...]: ...

    @property
    def exclusive(self) -> bool: ...

    def model_copy(self, *, update: Mapping[str, Any]) -> Self: ...


S = TypeVar("S", bound=Holder)


# How things are written in a spec

_NAME = r"[A-Za-z0-9_+=,.@-]"
_POLICY = rf"arn:[a-z-]+:iam::(?:\d{{12}}|aws):policy/[!-~]+|(?:{_NAME}+/)*{_NAME}+"
_POLICY_SAID = "the ARN of a policy, or the name of one of AWS's own such as ReadOnlyAccess"

Path = Annotated[str, Pattern(r"/|(?=.{3,512}$)/[!-~]+/", "a path such as /teams/orders/")]
UserName = Annotated[
    Ref | str, Reference(("iam_user",), "name", rf"{_NAME}{{1,128}}", "the name of a user outside the stack")
]
GroupName = Annotated[
    Ref | str, Reference(("iam_group",), "name", rf"{_NAME}{{1,128}}", "the name of a group outside the stack")
]
RoleName = Annotated[
    Ref | str, Reference(("iam_role",), "name", rf"{_NAME}{{1,64}}", "the name of a role outside the stack")
]
OutsidePolicy = Annotated[Ref | str, Reference((), "arn", _POLICY, _POLICY_SAID)]
BoundaryPolicy = Annotated[Ref | str, Reference(("iam_policy",), "arn", _POLICY, _POLICY_SAID)]


def _not_written(value: Any) -> Any:
    if value:
        raise Invalid("inline policies are not written here", "declare an iam_policy and name this in its attach_to")
    return value


NotWritten = Annotated[tuple[str, ...], BeforeValidator(_not_written), WithJsonSchema({"type": "array", "maxItems": 0})]
"""Inline policies: none is ever ours, so a spec can only say that there are none."""

_OF_AWS = re.compile(r"^arn:[a-z-]+:iam::aws:policy/")


def policy_arn(written: Ref | str, partition: str) -> Ref | str:
    """The ARN that a policy is meant by; a bare name is one of AWS's own, whatever the partition (ANY-5)."""
    if isinstance(written, Ref) or written.startswith("arn:"):
        return written
    return f"arn:{partition}:iam::aws:policy/{written}"


def with_arns(spec: S, partition: str) -> S:
    """A principal's spec with an ARN for every policy, as AWS gives them back."""
    update: dict[str, Any] = {"policies": tuple(policy_arn(written, partition) for written in spec.policies)}
    if (boundary := getattr(spec, "boundary", None)) is not None:
        update["boundary"] = policy_arn(boundary, partition)
    return spec.model_copy(update=update)


def with_names(spec: S) -> S:
    """A principal's spec with AWS's own policies by their bare names, as a person would write them."""
    return spec.model_copy(update={"policies": tuple(_OF_AWS.sub("", str(policy)) for policy in spec.policies)})


def check_name(name: str | None, limit: int) -> Iterator[Complaint]:
    """A written name that IAM would refuse; a resource's key always fits."""
    if name is not None and not re.fullmatch(rf"{_NAME}{{1,{limit}}}", name):
        fix = f"use letters, digits and _+=,.@- only, at most {limit}"
        yield Complaint(("name",), f"{name!r} is not a name that IAM takes", fix)


def check_policies(policies: Sequence[Ref | str]) -> Iterator[Complaint]:
    """A policy of the stack among the ``policies`` of a principal: an attachment has one home (meaning §3)."""
    for index, policy in enumerate(policies):
        if isinstance(policy, Ref):
            fix = f"name this one in the attach_to of {policy.target}, and take it out here"
            yield Complaint(("policies", index), "an attachment is written at the policy of the stack", fix)


_PROBLEM = re.compile(r"(.+?): ((?:write|use|keep|take|name|test|it takes) .*)", re.DOTALL)
_STATEMENT = re.compile(r"statement (\d+)\b")
_ELEMENT = re.compile(r"\b(Not)?(Action|Resource|Condition|Effect|Sid)\b")


def document_complaints(path: tuple[str, ...], problems: Iterable[str]) -> Iterator[Complaint]:
    """What `documents.problems` found (``where: what: what to do``); ``path`` leads to the statements.

    Statements that a spec writes in words of its own are spoken of in those.
    """
    for problem in problems:
        if path == ("statements",):
            problem = _ELEMENT.sub(_as_written, problem)
        parts = _PROBLEM.fullmatch(problem)
        what, fix = parts.groups() if parts else (problem, "correct it")
        place = _STATEMENT.match(what)
        yield Complaint((*path, int(place[1]) - 1) if place else path[:1], what, fix)


def _as_written(element: re.Match[str]) -> str:
    """``NotAction`` → ``not_actions``, as in the statements of an iam_policy."""
    plural = "" if element[2] in ("Effect", "Sid") else "s"
    return f"{'not_' if element[1] else ''}{element[2].lower()}{plural}"


# What is live


def account(reader: Reader) -> Mapping[str, Any]:
    """Every user, group, role and customer managed policy of the account, in one call for all kinds."""
    params = {"Filter": ["User", "Group", "Role", "LocalManagedPolicy"]}
    return reader.call("iam", "GetAccountAuthorizationDetails", params) or {}


def listed(reader: Reader, what: What) -> tuple[Mapping[str, Any], ...]:
    """The details of every user, group or role of the account."""
    return tuple(account(reader)[f"{what}DetailList"])


def is_wanted(detail: Mapping[str, Any], what: What, wanted: Wanted) -> bool:
    """Whether a user or role is declared, or carries our stack's tag (IAM-6: the details have the tags)."""
    tags = tagging.mapping(detail.get("Tags"))
    return wanted.asks_for(detail[f"{what}Name"].lower(), detail["Arn"], tags=tags)


def stack_of(tags: Mapping[str, str]) -> str:
    """The stack that tags name, or ""."""
    return tags.get(ownership.STACK, "")


def policy(reader: Reader, arn: str) -> Mapping[str, Any] | None:
    """A managed policy with its tags and description, which the bulk read lacks (IAM-6); None if there is none."""
    reply = reader.call("iam", "GetPolicy", {"PolicyArn": arn}, absent=GONE)
    return reply["Policy"] if reply else None


@dataclass(frozen=True, slots=True)
class Attached:
    """The managed policies of a principal: ``outside`` every stack, and of other stacks (``theirs``: ARN → stack).

    Those of our own stack are in neither: they are shown at the policy. ``count`` is of all.
    """

    outside: tuple[str, ...]
    theirs: Mapping[str, str]
    count: int

    @property
    def facts(self) -> Mapping[str, Any]:
        """What operations and the plan need to know beside the spec."""
        notes = tuple(f"policy {arn} of stack {stack!r} is attached" for arn, stack in sorted(self.theirs.items()))
        return {"theirs": self.theirs, "attached": self.count, "notes": notes}


def attached(reader: Reader, detail: Mapping[str, Any], wanted: Wanted) -> Attached:
    """The policies of a user, group or role, sorted by whose they are; one GetPolicy for each that is not known."""
    arns = sorted(item["PolicyArn"] for item in detail.get("AttachedManagedPolicies", ()))
    unknown = [arn for arn in arns if ":iam::aws:" not in arn and arn not in wanted.tagged]
    described = reader.each(lambda arn: policy(reader, arn) or {}, unknown)
    stacks = {arn: stack_of(tagging.mapping(found.get("Tags"))) for arn, found in zip(unknown, described, strict=True)}
    stacks.update({arn: wanted.scope.stack for arn in arns if arn in wanted.tagged})
    return Attached(
        outside=tuple(arn for arn in arns if not stacks.get(arn)),
        theirs={arn: stack for arn, stack in stacks.items() if stack not in ("", wanted.scope.stack)},
        count=len(arns),
    )


def inline(detail: Mapping[str, Any], what: What) -> tuple[str, ...]:
    """The names of the inline policies of a principal."""
    return tuple(sorted(item["PolicyName"] for item in detail.get(f"{what}PolicyList", ())))


def unsaid(inline_policies: Sequence[str]) -> Iterator[str]:
    """What a spec cannot say of a principal."""
    if inline_policies:
        yield f"AWS has inline policies here that a spec does not write, and that stay: {', '.join(inline_policies)}"


def boundary_of(detail: Mapping[str, Any]) -> str | None:
    """The ARN of the permissions boundary of a user or role."""
    found: str | None = (detail.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    return found


def attachments(reader: Reader, what: What) -> Mapping[str, frozenset[str]]:
    """Name → ARNs of all managed policies attached to it, of every user, group or role."""
    return {
        detail[f"{what}Name"]: frozenset(item["PolicyArn"] for item in detail.get("AttachedManagedPolicies", ()))
        for detail in listed(reader, what)
    }


def exceeds(reader: Reader, count: int, quota: str, usual: int = ATTACHMENTS) -> bool:
    """Whether a count is beyond a quota. AWS raises quotas on request, so beyond the usual one the account is asked."""
    if count <= usual:
        return False
    summary = (reader.call("iam", "GetAccountSummary") or {}).get("SummaryMap", {})
    return count > int(summary.get(quota, usual))


# What must exist outside the stack

_NAME_ANOTHER = "name an existing policy of this account, or one of AWS's own by its bare name"


def verify_policies(reader: Reader, what: What, name: str, spec: Holder, scope: Scope) -> Iterator[Complaint]:
    """Policies of a principal that do not exist, belong to a stack, or are too many for it (IAM-2)."""
    literal = [(index, written) for index, written in enumerate(spec.policies) if isinstance(written, str)]
    arns = [str(policy_arn(written, scope.partition)) for _, written in literal]
    looks = reader.each(lambda item: _look(reader, item[1], scope), literal)
    for (index, written), (found, wrong) in zip(literal, looks, strict=True):
        if wrong:
            yield Complaint(("policies", index), wrong, _NAME_ANOTHER)
        elif not found.get("IsAttachable", True):
            said = f"{written} is for a role that an AWS service makes for itself, and attaches to nothing else"
            yield Complaint(("policies", index), said, _NAME_ANOTHER)
        elif stack := stack_of(tagging.mapping(found.get("Tags"))):
            fix = "name this one in the attach_to of the policy there, and take it out here"
            yield Complaint(("policies", index), f"the policy {written} belongs to stack {stack!r}", fix)
    held = frozenset[str]() if spec.exclusive else attachments(reader, what).get(name, frozenset())
    yield from verify_room(reader, ("policies",), what, name, held, arns)


def verify_room(
    reader: Reader, path: tuple[str | int, ...], what: What, name: str, held: frozenset[str], arns: Iterable[str]
) -> Iterator[Complaint]:
    """Whether a principal that holds these policies can take those as well (IAM-2)."""
    count = len(held.union(arns))
    if not held.issuperset(arns) and exceeds(reader, count, f"AttachedPoliciesPer{what}Quota"):
        said = f"{what.lower()} {name} would have {count} policies attached, more than IAM allows"
        yield Complaint(path, said, "detach others first, or put several into one policy")


def verify_boundary(reader: Reader, boundary: Ref | str | None, scope: Scope) -> Iterator[Complaint]:
    """A boundary outside the stack that does not exist."""
    if isinstance(boundary, str):
        _, wrong = _look(reader, boundary, scope)
        if wrong:
            yield Complaint(("boundary",), wrong, _NAME_ANOTHER)


def _look(reader: Reader, written: str, scope: Scope) -> tuple[Mapping[str, Any], str]:
    """A managed policy, or what is wrong with its name; one of elsewhere is not asked for (ANY-5)."""
    arn = str(policy_arn(written, scope.partition))
    partition, account_id = arn.split(":")[1], arn.split(":")[4]
    if partition != scope.partition:
        return {}, f"{arn} is of partition {partition}, and this account of {scope.partition}"
    if account_id not in ("aws", scope.account):
        return {}, f"{arn} belongs to account {account_id}, and IAM attaches no policy across accounts"
    found = policy(reader, arn)
    return (found, "") if found else ({}, f"there is no policy {written}")


def verify_names(reader: Reader, path: tuple[str, ...], what: What, names: Sequence[Ref | str]) -> Iterator[Complaint]:
    """Literal names of users, groups or roles that do not exist, in this very spelling."""
    existing = {detail[f"{what}Name"] for detail in listed(reader, what)}
    for index, name in enumerate(names):
        if isinstance(name, str) and name not in existing:
            fix = f"name an existing one, or declare it and write ${{iam_{what.lower()}.…}}"
            yield Complaint((*path, index), f"there is no {what.lower()} {name} in this account", fix)
