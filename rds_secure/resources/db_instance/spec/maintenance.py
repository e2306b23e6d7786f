"""What AWS changes by itself, and when changes are made."""

from __future__ import annotations

from typing import Annotated, Literal

from rds_secure.database.types import DAY, TIME
from rds_secure.fields import Bool, Field, Mode, Part, Pattern


class MaintenanceFields(Part):
    """What AWS changes by itself, and when."""

    maintenance_window: Annotated[
        str | None,
        Pattern(rf"{DAY}:{TIME}-{DAY}:{TIME}", "a weekly window in UTC such as sun:03:00-sun:04:00"),
        Field(
            Mode.ADOPT,
            create="PreferredMaintenanceWindow",
            change="PreferredMaintenanceWindow",
            read="PreferredMaintenanceWindow",
            terraform="maintenance_window",
            applies="now",
        ),
    ] = None
    """When AWS may restart it, once a week, UTC, half an hour at least: sun:03:00-sun:04:00."""
    ca: Annotated[
        str | None,
        Pattern(r"[a-z][a-z0-9-]+", "the name of a certificate authority such as rds-ca-rsa2048-g1"),
        Field(
            Mode.ADOPT,
            create="CACertificateIdentifier",
            change="CACertificateIdentifier",
            read="CACertificateIdentifier",
            terraform="ca_cert_identifier",
            applies="window",
        ),
    ] = None
    """The certificate authority of its TLS certificate; some engines restart for another one."""
    minor_upgrades: Annotated[
        Bool,
        Field(
            create="AutoMinorVersionUpgrade",
            change="AutoMinorVersionUpgrade",
            read="AutoMinorVersionUpgrade",
            terraform="auto_minor_version_upgrade",
            applies="now",
        ),
    ] = True
    """Whether AWS installs newer minor versions in the maintenance window."""
    reboot: Annotated[Literal["never", "now"], Field(Mode.META, change="RebootDBInstance.DBInstanceIdentifier")] = (
        "never"
    )
    """What to do where static parameters wait for a reboot, which no window brings: now plans one, an outage of a
    minute or so; never says in every plan that they are not in effect."""
    maintenance: Annotated[
        Literal["leave", "next-window", "now"],
        Field(Mode.META, change="ApplyPendingMaintenanceAction.OptInType"),
    ] = "leave"
    """When to make maintenance that AWS has pending, such as updates of the operating system: next-window or now, which
    may interrupt it; leave: when AWS does it by itself, and it is not looked up."""
    when: Annotated[
        Literal["window", "now"], Field(Mode.META, change="ApplyImmediately", terraform="apply_immediately")
    ] = "window"
    """When a change that AWS can defer is made: in the maintenance window, or now, together with everything parked."""
