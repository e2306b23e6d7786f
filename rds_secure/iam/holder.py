"""The fields that users, groups and roles share: policies on them, and what bounds them. What these mean: the kinds.

The markers name AWS's calls with ``{what}`` in place of User, Group or Role; each kind's spec says which it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from rds_secure.fields import Bool, Field, Mode, Part
from rds_secure.iam.principals import BoundaryPolicy, NotWritten, OutsidePolicy, What

_TERRAFORM: Mapping[What, str] = {"User": "policy_arns", "Group": "policy_arns", "Role": "managed_policy_arns"}


class _Principal(Part):
    """Whose markers are completed once it is known which principal they are about."""

    what: ClassVar[What]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if what := getattr(cls, "what", None):
            for info in cls.model_fields.values():
                info.metadata = [_about(what, item) if isinstance(item, Field) else item for item in info.metadata]


def _about(what: What, marker: Field) -> Field:
    def named(text: str) -> str:
        return text.replace("{what}", what).replace("{policies}", _TERRAFORM[what])

    return replace(
        marker,
        create=named(marker.create),
        change=named(marker.change),
        read=named(marker.read),
        terraform=named(marker.terraform),
    )


class Bounded(_Principal):
    """What a permissions boundary may be put on: a user, or a role."""

    boundary: Annotated[
        BoundaryPolicy | None,
        Field(
            create="PermissionsBoundary",
            change="Put{what}PermissionsBoundary.PermissionsBoundary",
            read="PermissionsBoundary.PermissionsBoundaryArn",
            terraform="permissions_boundary",
        ),
    ] = None
    """The policy that bounds what it may ever be allowed; none, if left out."""


class Holder(_Principal):
    """What policies may be attached to: a user, a group, or a role."""

    policies: Annotated[
        tuple[OutsidePolicy, ...],
        Field(
            create="Attach{what}Policy.PolicyArn",
            change="Detach{what}Policy.PolicyArn",
            read="AttachedManagedPolicies[].PolicyArn",
            terraform="{policies}",
            as_set=True,
            shared=True,
        ),
    ] = ()
    """Policies outside every stack: ARNs, or names of AWS's own. What a stack owns is attached at the policy. One that
    is taken out here stays attached, and is shown, unless `exclusive: true` is written."""
    inline_policies: Annotated[
        NotWritten,
        Field(
            change="Delete{what}Policy.PolicyName",
            read="{what}PolicyList[].PolicyName",
            terraform="inline_policy",
            as_set=True,
            shared=True,
        ),
    ] = ()
    """Always empty. Those that it has at AWS are shown, and removed with `exclusive: true`."""
    exclusive: Annotated[Bool, Field(Mode.META)] = False
    """Whether other policies, attached or inline, are removed; if not, they are only shown."""
