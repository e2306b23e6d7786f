"""The spec of a database instance: every field with its AWS parameter, its default, and how it is compared.

The fields are in the modules here, by topic; what does not fit together is in `check`.
"""

from __future__ import annotations

from rds_secure.database.password import MANAGED, UNMANAGED
from rds_secure.fields import Named, ResourceSpec, Tagged
from rds_secure.resources.db_instance.spec.backup import BackupCopy, BackupFields
from rds_secure.resources.db_instance.spec.credentials import CredentialFields
from rds_secure.resources.db_instance.spec.engine import EngineFields
from rds_secure.resources.db_instance.spec.integration import Domain, FeatureRole, IntegrationFields
from rds_secure.resources.db_instance.spec.maintenance import MaintenanceFields
from rds_secure.resources.db_instance.spec.member import MemberFields
from rds_secure.resources.db_instance.spec.migration import Migration, MigrationFields
from rds_secure.resources.db_instance.spec.monitoring import MonitoringFields
from rds_secure.resources.db_instance.spec.network import NetworkFields
from rds_secure.resources.db_instance.spec.replica import AFTERWARDS, INHERITED, PROMOTED, SOURCE_ARN, ReplicaFields
from rds_secure.resources.db_instance.spec.storage import StorageFields

__all__ = [
    "AFTERWARDS",
    "INHERITED",
    "MANAGED",
    "PROMOTED",
    "SOURCE_ARN",
    "UNMANAGED",
    "BackupCopy",
    "DbInstanceSpec",
    "Domain",
    "FeatureRole",
    "Migration",
]


class DbInstanceSpec(
    Named,
    Tagged,
    ResourceSpec,
    MigrationFields,
    MaintenanceFields,
    IntegrationFields,
    MonitoringFields,
    BackupFields,
    CredentialFields,
    NetworkFields,
    StorageFields,
    MemberFields,
    ReplicaFields,
    EngineFields,
):
    """A database: encrypted, private, with TLS forced where one parameter does it, unless written otherwise."""

    # pydantic takes the fields of the last base first.
