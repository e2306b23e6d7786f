"""The decision on one request, with the statements that decide: IAM's policy evaluation logic. It reads no account.

Sources: IAM user guide, "Policy evaluation logic" (single account, cross-account), "Permissions boundaries"; KMS
developer guide, "Key policies". An explicit deny anywhere denies. Every level of the organization, the boundary and the
session's policy must allow; then a policy of the principal, or in the same account one of the resource. A key's policy
and a role's trust are stricter: the principal's own policies count only where they let the account decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Generic, Protocol, Self, TypeVar
from typing import Literal as OneOf

from rds_secure.access.iam.callers import Caller, Naming
from rds_secure.access.iam.context import OPEN, Context
from rds_secure.access.iam.logic import NO, YES, Formula, every
from rds_secure.access.iam.policy import Policy, Statement, unread


class Truth(Protocol):
    """What the rule is written for: formulas, and `spread.Spread`, which is one formula for each of many databases."""

    def __and__(self, other: Self, /) -> Self: ...

    def __or__(self, other: Self, /) -> Self: ...

    def __invert__(self) -> Self: ...


T = TypeVar("T", bound=Truth)


@dataclass(frozen=True)
class Voices(Generic[T]):
    """What each kind of policy says; those that limit are in ``limits`` (boundary, session) and ``levels``.

    ``itself``, ``role`` and ``account`` are the allows of the resource's policy, by how they name the caller.
    """

    denied: T
    identity: T
    limits: tuple[T, ...]
    levels: tuple[T, ...]
    itself: T
    role: T
    account: T


def allowed(voices: Voices[T], *, same_account: bool, strict: bool) -> T:
    """Whether a request is allowed: the rule.

    In the same account the resource's policy is enough; it is not limited by boundary and session where it names the
    caller itself. Across accounts both sides must allow. ``strict``: see the module.
    """
    if same_account:
        own = voices.identity & voices.account if strict else voices.identity
        result = _all(own | voices.role, voices.limits) | voices.itself
    else:
        result = _all(voices.identity & (voices.itself | voices.role | voices.account), voices.limits)
    return _all(result, voices.levels) & ~voices.denied


def _all(result: T, limits: Iterable[T]) -> T:
    for limit in limits:
        result &= limit
    return result


@dataclass(frozen=True)
class Policies:
    """The policies that bear on a caller's request; those of the principal are None if its account is out of view.

    ``levels`` are those of the organization: what is attached to its root, each unit on the way, the account. They do
    not hold for the management account (leave them out there), nor for roles that are linked to a service.
    ``session`` are those that a session was given when it began, of which one has to allow (IAM-10: IAM user guide,
    "Session policies"; "JSON policy document structure": several policies are joined by *or*); none: it is not limited.
    """

    identity: tuple[Policy, ...] | None = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] = ()
    levels: tuple[tuple[Policy, ...], ...] = ()
    resource: tuple[Policy, ...] = ()


@dataclass(frozen=True)
class Request:
    """``owner`` is the account of the resource. ``strict``: its policy has to let the account decide (keys, trust)."""

    caller: Caller
    action: str
    resource: str
    owner: str
    context: Context = OPEN
    strict: bool = False


Place = OneOf["identity", "boundary", "session", "organization", "resource"]
Outcome = OneOf["allowed", "conditional", "denied", "implicit"]


@dataclass(frozen=True)
class Reason:
    """A statement that takes part in a decision, and when it applies."""

    place: Place
    policy: str
    statement: str
    allow: bool
    when: Formula


@dataclass(frozen=True)
class Decision:
    """``when`` the request is allowed; ``denied`` is an explicit deny, ``implicit`` the lack of an allow.

    ``lacking`` are the places where an allow is missing, of an implicit deny.
    """

    outcome: Outcome
    when: Formula
    reasons: tuple[Reason, ...] = ()
    lacking: tuple[Place, ...] = ()


def strict_service(action: str) -> bool:
    """Whether the resource's policy alone decides if the principal's own policies count: keys, and roles to assume."""
    return action.lower().startswith(("kms:", "sts:assumerole", "sts:tagsession"))


def evaluate(request: Request, policies: Policies) -> Decision:
    """The decision on a request; what the caller says of the context need not be in the request's."""
    request = replace(request, context=request.caller.context().also(request.context))
    reasons: list[Reason] = []
    voices = _voices(request, policies, reasons)
    same = request.caller.account == request.owner
    when = allowed(voices, same_account=same, strict=request.strict)
    if when is YES:
        return Decision("allowed", when, tuple(reason for reason in reasons if reason.allow and reason.when is YES))
    if when is not NO:
        return Decision("conditional", when, tuple(reasons))
    denies = tuple(reason for reason in reasons if not reason.allow)
    without = allowed(replace(voices, denied=NO), same_account=same, strict=request.strict)
    if voices.denied is YES or without is not NO:
        return Decision("denied", when, denies)
    return Decision("implicit", when, (), _lacking(voices, request, policies))


def together(decisions: Iterable[Decision]) -> Decision:
    """The decision on a request that is about several resources: it is allowed where it is for each of them."""
    listed = tuple(decisions)
    when = every(decision.when for decision in listed)
    if when is not NO:
        reasons = tuple(dict.fromkeys(reason for decision in listed for reason in decision.reasons))
        return Decision("allowed" if when is YES else "conditional", when, reasons)
    ranked = sorted(
        listed, key=lambda decision: ("denied", "implicit", "conditional", "allowed").index(decision.outcome)
    )
    return ranked[0] if ranked[0].when is NO else Decision("implicit", NO, ranked[0].reasons)


def _voices(request: Request, policies: Policies, reasons: list[Reason]) -> Voices[Formula]:
    caller, bounded = request.caller, policies.boundary is not None
    denied: Formula = NO
    limits, levels = [], []

    def said(place: Place, listed: Iterable[Policy]) -> Formula:
        nonlocal denied
        allow, deny = _say(request, place, listed, reasons)
        denied |= deny
        return allow

    identity: Formula = YES if caller.kind == "root" else NO
    if policies.identity is None:
        identity |= unread(f"the account {caller.account}", allow=True)
    identity |= said("identity", policies.identity or ())
    limits += [said("boundary", (policies.boundary,))] if policies.boundary else []
    limits += [said("session", policies.session)] if policies.session else []
    if caller.account and not caller.service_linked:
        levels += [said("organization", level) for level in policies.levels]
    naming, deny = _named(request, policies.resource, reasons, bounded=bounded)
    if not caller.account:
        identity = naming.itself  # services and federated principals have no policies of their own
    return Voices(denied | deny, identity, tuple(limits), tuple(levels), naming.itself, naming.role, naming.account)


def _say(request: Request, place: Place, policies: Iterable[Policy], reasons: list[Reason]) -> tuple[Formula, Formula]:
    """When some policies allow a request, and when they deny it; notes the statements."""
    said: dict[bool, Formula] = {True: NO, False: NO}
    for policy in policies:
        if policy.statements is None:
            for allow in (True, False):
                said[allow] |= unread(policy.name, allow=allow)
            continue
        for statement in policy.statements:
            when = statement.applies(request.action, request.resource, request.context)
            _note(reasons, place, policy, statement, when)
            said[statement.allow] |= when
    return said[True], said[False]


def _named(
    request: Request, policies: Iterable[Policy], reasons: list[Reason], *, bounded: bool
) -> tuple[Naming, Formula]:
    """How policies of the resource allow a request, and when they deny it."""
    naming = Naming()
    denied: Formula = NO
    for policy in policies:
        if policy.statements is None:
            naming |= Naming(itself=unread(policy.name, allow=True))
            denied |= unread(policy.name, allow=False)
            continue
        for statement in policy.statements:
            applies = statement.applies(request.action, request.resource, request.context)
            if applies is NO:
                continue
            found = statement.names(request.caller, bounded=bounded) & applies
            _note(reasons, "resource", policy, statement, found.somehow)
            if statement.allow:
                naming |= found
            else:
                denied |= found.somehow
    return naming, denied


def _note(reasons: list[Reason], place: Place, policy: Policy, statement: Statement, when: Formula) -> None:
    if when is not NO:
        reasons.append(Reason(place, policy.name, statement.name, statement.allow, when))


def _lacking(voices: Voices[Formula], request: Request, policies: Policies) -> tuple[Place, ...]:
    named = voices.itself | voices.role | voices.account
    lacks: list[Place] = ["identity"] if voices.identity is NO and request.caller.account else []
    limiting: list[Place] = ["boundary"] if policies.boundary else []
    limiting += ["session"] if policies.session else []
    lacks += [place for place, limit in zip(limiting, voices.limits, strict=True) if limit is NO]
    lacks += ["organization"] if NO in voices.levels else []
    needed = request.strict or request.caller.account != request.owner
    return (*lacks, *(("resource",) if needed and named is NO else ()))
