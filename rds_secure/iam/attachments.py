"""The calls that the IAM kinds share: policies attached and detached, boundaries, tags. What is live: `principals`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rds_secure import tagging
from rds_secure.iam.principals import ATTACHMENTS, GONE, What
from rds_secure.kind import Change, Live
from rds_secure.operation import Operation, Retry
from rds_secure.values import Address, Ref, Value

NEW = (Retry("NoSuchEntity"),)
"""What calls about a thing answer for some seconds after it was made (IAM-1)."""

LETTING_GO = (Retry("DeleteConflict"), Retry("ConcurrentModification"))
"""What a deletion answers until IAM has seen everywhere that the last attachment is gone (IAM-1, IAM-5)."""


def attach(what: What, name: Value, arn: Value, summary: str) -> Operation:
    """Attach a policy to a principal; safe to repeat."""
    params = {f"{what}Name": name, "PolicyArn": arn}
    action = f"Attach{what}Policy"
    return Operation(service="iam", action=action, params=params, summary=summary, retry_on=NEW, weak=True)


def detach(what: What, name: Value, arn: Value, summary: str, releases: tuple[Address, ...] = ()) -> Operation:
    """Detach a policy from a principal."""
    params = {f"{what}Name": name, "PolicyArn": arn}
    action = f"Detach{what}Policy"
    return Operation(service="iam", action=action, params=params, summary=summary, done_on=GONE, releases=releases)


def policies_made(what: What, name: str, arns: Iterable[Ref | str]) -> tuple[Operation, ...]:
    """The attachments of a new principal."""
    return tuple(attach(what, name, arn, f"attach policy {short(arn)}") for arn in dict.fromkeys(arns))


def policies_settled(what: What, change: Change[Any]) -> tuple[Operation, ...]:
    """The attachments that a principal gains and loses, and the inline policies it loses where it is exclusive."""
    name = change.live.name
    gained = [attach(what, name, arn, f"attach policy {short(arn)}") for arn in change.added("policies")]
    lost = [detach(what, name, arn, f"detach policy {short(arn)}") for arn in change.removed("policies")]
    dropped = (_without_inline(what, name, policy) for policy in change.removed("inline_policies"))
    return (*swapped(gained, lost, change.live.facts["attached"]), *dropped)


def swapped(gained: Sequence[Operation], lost: Sequence[Operation], held: int) -> tuple[Operation, ...]:
    """New ones first, so that no access is missing for a moment; old ones first where IAM's quota wants it (IAM-2)."""
    return (*lost, *gained) if held + len(gained) > ATTACHMENTS else (*gained, *lost)


def boundary_set(what: What, change: Change[Any]) -> tuple[Operation, ...]:
    """The call that gives a user or role another boundary: to be made before it gains anything."""
    return tuple(
        Operation(
            service="iam",
            action=f"Put{what}PermissionsBoundary",
            params={f"{what}Name": change.live.name, "PermissionsBoundary": item.new},
            summary="set the permissions boundary",
            retry_on=NEW,
            releases=releases(item.old),
            weak=True,
        )
        for item in change.members("boundary")
        if item.new is not None
    )


def boundary_removed(what: What, change: Change[Any]) -> tuple[Operation, ...]:
    """The call that takes a boundary off: to be made after it has lost what it loses."""
    return tuple(
        Operation(
            service="iam",
            action=f"Delete{what}PermissionsBoundary",
            params={f"{what}Name": change.live.name},
            summary="remove the permissions boundary",
            done_on=GONE,
            releases=releases(item.old),
        )
        for item in change.members("boundary")
        if item.new is None
    )


def policies_let_go(what: What, live: Live[Any]) -> tuple[Operation, ...]:
    """Detach what is attached to a principal that is to be deleted; what is the stack's own, its policy detaches."""
    return tuple(detach(what, live.name, arn, f"detach policy {short(arn)}") for arn in live.spec.policies)


def tag(
    what: str, subject: Mapping[str, Value], add: Mapping[str, str], remove: tuple[str, ...]
) -> tuple[Operation, ...]:
    """Tags of a user, role or policy, which may have been made a moment ago (IAM-1)."""
    retry_on = (*NEW, Retry("ConcurrentModification"))
    return tuple(replace(call, retry_on=retry_on) for call in tagging.iam(what, subject, add, remove))


def strange(live: Live[Any]) -> list[str]:
    """What a principal holds that is not its stack's, and would be lost or let go of if it were deleted (IAM-5)."""
    theirs = [f"policy {short(arn)} of stack {stack!r}" for arn, stack in sorted(live.facts["theirs"].items())]
    return [*theirs, *(f"inline policy {name}" for name in live.spec.inline_policies)]


def must_stay(held: Sequence[str]) -> str:
    """Why something is not deleted."""
    return f"it has {', '.join(held)}: remove {'it' if len(held) == 1 else 'them'} first"


def releases(value: Value) -> tuple[Address, ...]:
    """The resource of the stack that a call lets go of, if it is one."""
    return (value.target,) if isinstance(value, Ref) else ()


def short(arn: Value) -> str:
    """An ARN's last part, the name."""
    return str(arn).rpartition("/")[2]


def _without_inline(what: What, name: str, policy: Value) -> Operation:
    return Operation(
        service="iam",
        action=f"Delete{what}Policy",
        params={f"{what}Name": name, "PolicyName": policy},
        summary=f"delete inline policy {policy}",
        done_on=GONE,
        destructive=True,
    )
