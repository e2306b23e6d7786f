"""The spec of a cluster: every field with its AWS parameter, its default, and how it is compared.

The fields are in the modules here, by topic; what does not fit together is in `check`.
"""

from __future__ import annotations

from rds_secure.fields import Named, ResourceSpec, Tagged
from rds_secure.resources.db_cluster.spec.access import AccessFields
from rds_secure.resources.db_cluster.spec.backup import BackupFields
from rds_secure.resources.db_cluster.spec.engine import EngineFields, Serverless
from rds_secure.resources.db_cluster.spec.insight import InsightFields
from rds_secure.resources.db_cluster.spec.integration import ClusterRole, IntegrationFields
from rds_secure.resources.db_cluster.spec.storage import StorageFields

__all__ = ["ClusterRole", "DbClusterSpec", "Serverless"]


class DbClusterSpec(
    Named,
    Tagged,
    ResourceSpec,
    IntegrationFields,
    InsightFields,
    BackupFields,
    AccessFields,
    StorageFields,
    EngineFields,
):
    """An Aurora cluster or a Multi-AZ DB cluster: encrypted, private, with TLS forced, unless written otherwise.

    The instances of an Aurora cluster are resources of their own, with ``cluster:``; a Multi-AZ DB cluster, of engine
    mysql or postgres, makes its own three.
    """

    # pydantic takes the fields of the last base first.
