"""IAM's eventual consistency (IAM-1): what was just made, attached or detached is not seen everywhere yet."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.exceptions import DeleteConflictException, IAMException, NotFoundException
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse

from rds_secure.sandbox.realism import lag
from rds_secure.sandbox.realism.switch import around
from rds_secure.sandbox.repairs.principals import named

NEW, PRINCIPAL, LETTING_GO = "iam", "principal", "letting go"

MAKE = ("create_user", "create_group", "create_role", "create_policy")
ATTACH = ("attach_user_policy", "attach_group_policy", "attach_role_policy")
DETACH = ("detach_user_policy", "detach_group_policy", "detach_role_policy")
BOUND = ("create_user", "create_role", "put_user_permissions_boundary", "put_role_permissions_boundary")


def begins(row: str, what: str, *makers: str) -> None:
    """What these methods make is not seen at first by looks of this kind."""

    @around(row, IAMBackend, *makers)
    def make(original: Any, self: IAMBackend, *args: Any, **more: Any) -> Any:
        made = original(self, *args, **more)
        thing = made[0] if isinstance(made, tuple) else made  # a user comes with its tags
        lag.begin(what, thing.arn)
        return made


def new_names() -> None:
    """The first call that attaches, joins, tags or bounds something new is told that there is no such entity."""

    begins("iam-new-names", NEW, *MAKE)

    @around("iam-new-names", IAMBackend, *ATTACH)
    def attach(original: Any, self: IAMBackend, policy_arn: str, name: str) -> Any:
        _seen(policy_arn, *_arns(self, name))
        return original(self, policy_arn, name)

    @around("iam-new-names", IAMBackend, "add_user_to_group")
    def join(original: Any, self: IAMBackend, group_name: str, user_name: str) -> Any:
        _seen(*_arns(self, group_name), *_arns(self, user_name))
        return original(self, group_name, user_name)

    @around("iam-new-names", IAMBackend, "tag_user", "tag_role", "tag_policy")
    def tag(original: Any, self: IAMBackend, name: str, *args: Any, **more: Any) -> Any:
        _seen(*([name] if name.startswith("arn:") else _arns(self, name)))
        return original(self, name, *args, **more)

    @around("iam-new-names", IamResponse, *BOUND)
    def bound(original: Any, self: IamResponse) -> Any:
        _seen(self._get_param("PermissionsBoundary") or "")
        return original(self)


def _arns(iam: IAMBackend, name: str) -> list[str]:
    """The ARNs of the principals of this name: a user, a group and a role may share it."""
    principals: tuple[Any, ...] = (*iam.users.values(), *iam.groups.values(), *iam.roles.values())
    return [one.arn for one in principals if one.name == name]


def _seen(*arns: str) -> None:
    for arn in arns:
        if lag.is_early(NEW, arn):
            raise NotFoundException(f"{arn} cannot be found.")


def new_principals() -> None:
    """The first trust policy that names a new user or role is refused."""

    begins("iam-new-principals", PRINCIPAL, "create_user", "create_role")

    @around("iam-new-principals", IAMBackend, "create_role", "update_assume_role_policy")
    def trust(original: Any, self: IAMBackend, role_name: str, document: str, *rest: Any, **more: Any) -> Any:
        principal = unseen(document, PRINCIPAL)
        if principal:
            raise IAMException("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{principal}"')
        return original(self, role_name, document, *rest, **more)


def unseen(policy: str, by: str) -> str | None:
    """A principal of the policy that is not seen yet; None for a policy that is no JSON, too."""
    try:
        principals = list(named(json.loads(policy)))
    except (ValueError, AttributeError, TypeError):
        return None
    return next((principal for principal in principals if lag.is_early(by, principal)), None)


def letting_go() -> None:
    """The first deletion after the last attachment went is told that there still is one."""

    @around("iam-letting-go", IAMBackend, *DETACH)
    def detach(original: Any, self: IAMBackend, policy_arn: str, name: str) -> Any:
        answer = original(self, policy_arn, name)
        for arn in (policy_arn, *_arns(self, name)):
            lag.begin(LETTING_GO, arn)
        return answer

    @around("iam-letting-go", IAMBackend, "remove_user_from_group")
    def leave(original: Any, self: IAMBackend, group_name: str, user_name: str) -> Any:
        answer = original(self, group_name, user_name)
        for arn in (*_arns(self, group_name), *_arns(self, user_name)):
            lag.begin(LETTING_GO, arn)
        return answer

    @around("iam-letting-go", IAMBackend, "delete_user", "delete_group", "delete_role", "delete_policy")
    def delete(original: Any, self: IAMBackend, name: str) -> Any:
        arns = [name] if name.startswith("arn:") else _arns(self, name)
        if any(lag.is_early(LETTING_GO, arn) for arn in arns):
            raise DeleteConflictException("Cannot delete an entity that still has an attachment.")
        return original(self, name)
