"""IAM managed policies: AWS's own, attachments, use as a boundary, quotas, what must be gone before a delete."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import DeleteConflictException, LimitExceededException, NotFoundException
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy, Policy

from rds_secure.sandbox.repairs.patch import add_property, around

ATTACH = ("attach_user_policy", "attach_group_policy", "attach_role_policy")
DOCUMENT_CHARACTERS = 6_144
ATTACHMENTS = 10


@cache
def _aws_policies() -> dict[str, Any]:
    """AWS's own managed policies by ARN suffix (path and name), as moto ships them."""
    named = json.loads(aws_managed_policies_data)
    return {f"{data['Path']}{name}": (name, data) for name, data in named.items()}


def aws_policies() -> None:
    """AWS's own managed policies exist; each is loaded when it is first asked for."""

    def load(iam: IAMBackend, arn: str) -> None:
        prefix = f"arn:{iam.partition}:iam::aws:policy"
        if arn in iam.managed_policies or not arn.startswith(prefix) or arn.removeprefix(prefix) not in _aws_policies():
            return
        name, data = _aws_policies()[arn.removeprefix(prefix)]
        policy = AWSManagedPolicy.from_data(name, iam.account_id, iam.region_name, data)
        iam.managed_policies[arn] = policy
        iam.aws_managed_policies.append(policy)

    @around(IAMBackend, "get_policy", *ATTACH)
    def loaded(original: Any, self: IAMBackend, policy_arn: str, *rest: Any) -> Any:
        load(self, policy_arn)
        return original(self, policy_arn, *rest)


def detail_names() -> None:
    """GetAccountAuthorizationDetails names its policies."""
    add_property(Policy, "policy_name", lambda policy: policy.name)


def boundary_usage() -> None:
    """A policy counts the users and roles whose boundary it is."""
    add_property(ManagedPolicy, "permissions_boundary_usage_count", _boundary_uses)


def _boundary_uses(policy: ManagedPolicy) -> int:
    principals = (*policy.backend.users.values(), *policy.backend.roles.values())
    return sum(getattr(principal, "permissions_boundary_arn", None) == policy.arn for principal in principals)


def attach_once() -> None:
    """Attaching what is attached changes nothing, not even the count."""

    @around(ManagedPolicy, "attach_to")
    def attach_to(original: Any, self: ManagedPolicy, principal: Any) -> None:
        if self.arn not in principal.managed_policies:
            original(self, principal)


def policy_quotas() -> None:
    """A document has 6,144 characters at most, blanks aside; a principal 10 policies."""

    @around(IAMBackend, "create_policy")
    def create(original: Any, self: IAMBackend, description: str, path: str, document: str, *rest: Any) -> Any:
        _check_size(document)
        return original(self, description, path, document, *rest)

    @around(IAMBackend, "create_policy_version")
    def create_version(original: Any, self: IAMBackend, arn: str, document: str, *rest: Any) -> Any:
        _check_size(document)
        return original(self, arn, document, *rest)

    @around(ManagedPolicy, "attach_to")
    def attach_to(original: Any, self: ManagedPolicy, principal: Any) -> None:
        if self.arn not in principal.managed_policies and len(principal.managed_policies) >= ATTACHMENTS:
            raise LimitExceededException(f"Cannot exceed quota for policies attached to a principal: {ATTACHMENTS}")
        original(self, principal)


def _check_size(document: str) -> None:
    if len("".join(document.split())) > DOCUMENT_CHARACTERS:
        raise LimitExceededException(f"Cannot exceed quota for PolicySize: {DOCUMENT_CHARACTERS}")


def policies_in_use() -> None:
    """A policy that is attached, is a boundary, or has other versions than its default one, is not deleted."""

    @around(IAMBackend, "delete_policy")
    def delete(original: Any, self: IAMBackend, policy_arn: str) -> None:
        policy = self.managed_policies.get(policy_arn)
        if policy is None:
            raise NotFoundException(f"Policy {policy_arn} was not found.")
        if policy.attachment_count or _boundary_uses(policy):
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            raise DeleteConflictException("This policy has more than one version. Delete its other versions first.")
        original(self, policy_arn)
