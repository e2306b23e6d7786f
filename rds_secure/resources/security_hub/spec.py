"""How Security Hub is written. Its standards: `standards`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from rds_secure.fields import Bool, Field, Mode, Pattern, ResourceSpec, Tagged
from rds_secure.resources.security_hub.standards import NAMES, WRITTEN

Standard = Annotated[str, Pattern(WRITTEN, f"a security standard: one of {', '.join(NAMES)}, or a standard's ARN")]


class SecurityHubSpec(Tagged, ResourceSpec):
    """Security Hub in this account and region."""

    exclusive: ClassVar[bool] = False  # never disable what the spec does not name
    standards: Annotated[
        tuple[Standard, ...],
        Field(
            create="BatchEnableStandards.StandardsSubscriptionRequests[].StandardsArn",
            change="BatchEnableStandards.StandardsSubscriptionRequests[].StandardsArn",
            read="GetEnabledStandards.StandardsSubscriptions[].StandardsArn",
            terraform="standards_arn",
            as_set=True,
            shared=True,
        ),
    ] = ("fsbp",)
    """Security standards, by short name or ARN. One that is not written is never disabled: it is shown, and stays."""
    new_controls: Annotated[
        Bool,
        Field(
            create="UpdateSecurityHubConfiguration.AutoEnableControls",
            change="UpdateSecurityHubConfiguration.AutoEnableControls",
            read="AutoEnableControls",
            terraform="auto_enable_controls",
        ),
    ] = True
    """Whether controls that AWS adds to an enabled standard are enabled by themselves."""
    findings: Annotated[
        Literal["security-control", "standard-control"] | None,
        Field(
            Mode.ADOPT,
            create="ControlFindingGenerator",
            change="UpdateSecurityHubConfiguration.ControlFindingGenerator",
            read="ControlFindingGenerator",
            terraform="control_finding_generator",
        ),
    ] = None
    """Whether a control makes one finding for all standards (security-control), or one for each. As it is, unless
    written; in an organization only the administrator's account can change it."""
