"""How the sharing of a snapshot is written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from rds_secure.fields import Bool, Field, Invalid, Mode, Pattern, ResourceSpec

_NAME = r"[A-Za-z](-?[A-Za-z0-9]){0,254}"
_VALUES = "DBSnapshotAttributesResult.DBSnapshotAttributes[].AttributeValues"


def _not_written(value: Any) -> Any:
    if value:
        raise Invalid("accounts of others are not written", "write them under accounts, or take this out")
    return value


class SnapshotSharingSpec(ResourceSpec):
    """The accounts that may copy and restore one manual snapshot of a database of the stack."""

    snapshot: Annotated[
        str,
        Pattern(_NAME, "the name of a manual snapshot: letters, digits and single hyphens; automated ones stay here"),
        Field(Mode.META, create="DBSnapshotIdentifier", terraform="db_snapshot_identifier"),
    ]
    """The name of the snapshot, which exists already. Automated ones, and those under AWS's own key, stay unshared."""
    cluster: Annotated[Bool, Field(Mode.META)] = False
    """Whether it is a snapshot of a cluster, not of an instance."""
    accounts: Annotated[
        tuple[
            Annotated[str, Pattern(r"\d{12}", "an account id: twelve digits; a snapshot is never shared with all")], ...
        ],
        Field(
            create="ValuesToAdd",
            change="ValuesToAdd",
            read=f"DescribeDBSnapshotAttributes.{_VALUES}",
            terraform="shared_accounts",
            as_set=True,
        ),
    ]
    """The ids of the accounts; the policy of the snapshot's key must let them in as well. [] for none. An account that
    is taken out here loses its access; if the whole resource is taken out, all stays as it is."""
    other_accounts: Annotated[
        tuple[str, ...],
        BeforeValidator(_not_written),
        WithJsonSchema({"type": "array", "maxItems": 0}),
        Field(change="ValuesToRemove", read=f"DescribeDBSnapshotAttributes.{_VALUES}", as_set=True, shared=True),
    ] = ()
    """Always empty. Accounts that others have let in are shown, and removed with `exclusive: true`."""
    exclusive: Annotated[Bool, Field(Mode.META)] = False
    """Whether accounts that are not written here are removed; if not, they are only shown. Everybody always is."""
