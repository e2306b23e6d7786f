"""IAM principals: boundaries, names, what must be gone before a delete. Managed policies are in `iam_policies`."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.serialize import never_return
from moto.iam.exceptions import DeleteConflictException, EntityAlreadyExists, IAMException, NotFoundException
from moto.iam.models import Group, IAMBackend, User
from moto.iam.responses import IamResponse

from rds_secure.sandbox.repairs.patch import add, add_property, around
from rds_secure.sandbox.repairs.principals import flaw


def user_boundaries() -> None:
    """A user's permissions boundary is kept from the start, can be put and deleted, and is shown where a role's is."""
    add_property(User, "permissions_boundary", _boundary)
    IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER["ListUsersResponse.Users.User.PermissionsBoundary"] = never_return

    @around(IamResponse, "create_user")
    def create(original: Any, self: IamResponse) -> ActionResult:
        answer: ActionResult = original(self)
        user = self.backend.get_user(self._get_param("UserName"))
        user.permissions_boundary_arn = self._get_param("PermissionsBoundary")  # type: ignore[attr-defined]
        return answer

    @add(IamResponse)
    def put_user_permissions_boundary(self: IamResponse) -> ActionResult:
        user = self.backend.get_user(self._get_param("UserName"))
        user.permissions_boundary_arn = self._get_param("PermissionsBoundary")  # type: ignore[attr-defined]
        return EmptyResult()

    @add(IamResponse)
    def delete_user_permissions_boundary(self: IamResponse) -> ActionResult:
        user = self.backend.get_user(self._get_param("UserName"))
        user.permissions_boundary_arn = None  # type: ignore[attr-defined]
        return EmptyResult()


def service_credentials() -> None:
    """ListServiceSpecificCredentials answers: nobody in the sandbox has any."""

    @add(IamResponse)
    def list_service_specific_credentials(self: IamResponse) -> ActionResult:
        self.backend.get_user(self._get_param("UserName"))
        return ActionResult({"ServiceSpecificCredentials": []})


def _boundary(user: User) -> dict[str, str] | None:
    arn = getattr(user, "permissions_boundary_arn", None)
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn} if arn else None


def boundaries_exist() -> None:
    """A boundary is a policy that exists. This wraps what `user_boundaries` adds, so it comes after it."""

    @around(
        IamResponse,
        *("create_user", "create_role", "put_user_permissions_boundary", "put_role_permissions_boundary"),
    )
    def check(original: Any, self: IamResponse) -> Any:
        arn = self._get_param("PermissionsBoundary")
        if arn:
            self.backend.get_policy(arn)
        return original(self)


def trust_policies() -> None:
    """A trust policy that is no JSON, or names a principal that does not exist, is refused."""

    @around(IAMBackend, "create_role", "update_assume_role_policy")
    def check(original: Any, self: IAMBackend, role_name: str, document: str, *rest: Any, **named: Any) -> Any:
        wrong = flaw(document, self.account_id)
        if wrong:
            raise IAMException("MalformedPolicyDocument", wrong)
        return original(self, role_name, document, *rest, **named)


def names_ignore_case() -> None:
    """Two users, groups, roles or policies cannot differ in case alone."""

    @around(IamResponse, "create_user", "create_group", "create_role", "create_policy")
    def create(original: Any, self: IamResponse) -> Any:
        iam = self.backend
        kind = self._get_action().removeprefix("Create")
        taken: Any = {"User": iam.users, "Group": iam.groups, "Role": iam.roles, "Policy": iam.managed_policies}[kind]
        name = self._get_param(f"{kind}Name")
        if name.lower() in {one.name.lower() for one in taken.values() if one.arn.split(":")[4] == iam.account_id}:
            raise EntityAlreadyExists(f"{kind} with name {name} already exists.")
        return original(self)


def groups_move() -> None:
    """UpdateGroup with a new path alone moves the group."""

    @around(IAMBackend, "update_group")
    def update(original: Any, self: IAMBackend, group_name: str, new_name: str | None, new_path: str | None) -> None:
        group = self.get_group(group_name)
        if new_name and new_name != group_name:
            original(self, group_name, new_name, None)
        group.path = new_path or group.path


def groups_by_path() -> None:
    """ListGroups honours PathPrefix."""

    @around(IamResponse, "list_groups")
    def under(original: Any, self: IamResponse) -> ActionResult:
        prefix = self._get_param("PathPrefix", "/")
        groups = [group for group in self.backend.list_groups() if group.path.startswith(prefix)]
        return ActionResult({"Groups": groups, "IsTruncated": False})


def leftovers() -> None:
    """A user with keys, a password, devices, certificates or groups, or a group with members or policies, stays."""

    @around(IAMBackend, "delete_user")
    def delete_user(original: Any, self: IAMBackend, user_name: str) -> None:
        user = self.get_user(user_name)
        kept = {
            "access keys": user.access_keys,
            "login profile": user.password,
            "MFA devices": user.mfa_devices,
            "signing certificates": user.signing_certificates,
            "SSH public keys": user.ssh_public_keys,
            "groups": user.group_list,
        }
        _refuse_leftovers(kept)
        original(self, user_name)

    @around(IAMBackend, "delete_group")
    def delete_group(original: Any, self: IAMBackend, group_name: str) -> None:
        group: Group | None = self.groups.get(group_name)
        if group is None:
            raise NotFoundException(f"The group with name {group_name} cannot be found.")
        _refuse_leftovers({"users": group.users, "policies": group.policies, "attachments": group.managed_policies})
        original(self, group_name)


def _refuse_leftovers(kept: dict[str, Any]) -> None:
    for what, there in kept.items():
        if there:
            raise DeleteConflictException(f"Cannot delete entity, must remove its {what} first.")
