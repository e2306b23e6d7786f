"""RDS clusters as they are made: names, encryption keys and grants, passwords, networks, versions, storage.

Changing and deleting them is in `rds_cluster_change`, their parameter groups in `rds_cluster_group`.
"""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import (
    DBSubnetGroupNotFoundError,
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBCluster, DBClusterSnapshot, RDSBackend

from rds_secure.engines import family
from rds_secure.sandbox.repairs.patch import add_property, around, replace_property
from rds_secure.sandbox.repairs.rds import GRANTED, check_groups, usable_key
from rds_secure.sandbox.repairs.rds_engine import newest

AURORA = ("aurora-mysql", "aurora-postgresql")
MULTI_AZ = ("mysql", "postgres")


def names() -> None:
    """A name that is taken is refused."""

    @around(RDSBackend, "create_db_cluster")
    def create(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> Any:
        name = kwargs["db_cluster_identifier"]
        if name in self.clusters:
            raise RDSClientError("DBClusterAlreadyExistsFault", f"DB Cluster {name} already exists.")
        return original(self, kwargs)


def encryption() -> None:
    """A key in any form reads back as its ARN; without one of KMS, Aurora encrypts under a key of AWS's (RDS-23)."""
    add_property(DBCluster, "storage_encryption_type", _encryption_type)

    @around(RDSBackend, "create_db_cluster")
    def create(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        key = None
        if kwargs.get("storage_encrypted"):
            key = usable_key(self, kwargs.get("kms_key_id") or "alias/aws/rds").arn
        elif kwargs.get("kms_key_id"):
            raise InvalidParameterCombination("KmsKeyId needs StorageEncrypted")
        made: DBCluster = original(self, {**kwargs, "kms_key_id": key})
        made.kms_key_id = key  # type: ignore[assignment]
        return made


def _encryption_type(cluster: DBCluster) -> str:
    if cluster.storage_encrypted:
        return "sse-kms"
    return "sse-rds" if cluster.engine in AURORA else "none"


def grants() -> None:
    """RDS holds a grant on the key of each encrypted cluster while the cluster lives."""

    @around(RDSBackend, "create_db_cluster")
    def create(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        made: DBCluster = original(self, kwargs)
        if made.kms_key_id is not None:
            service = f"rds.{self.region_name}.amazonaws.com"
            made.key_grant = usable_key(self, made.kms_key_id).add_grant(  # type: ignore[attr-defined]
                "",
                service,
                list(GRANTED),
                constraints={"EncryptionContextSubset": {"aws:rds:dbc-id": made.db_cluster_resource_id}},
                retiring_principal=service,
            )
        return made

    @around(RDSBackend, "delete_db_cluster")
    def delete(original: Any, self: RDSBackend, *args: Any, **named: Any) -> DBCluster:
        gone: DBCluster = original(self, *args, **named)
        grant = getattr(gone, "key_grant", None)
        if grant is not None and grant.key_id in self.kms.keys:
            self.kms.keys[grant.key_id].retire_grant(grant.id)
        return gone


def passwords() -> None:
    """A managed password excludes one that is given, and is not made again when it is asked for again (RDS-12)."""

    @around(RDSBackend, "create_db_cluster", "modify_db_cluster")
    def asked(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> Any:
        if kwargs.get("manage_master_user_password") and kwargs.get("master_user_password"):
            raise InvalidParameterCombination("MasterUserPassword cannot be given with ManageMasterUserPassword")
        cluster = self.clusters.get(kwargs["db_cluster_identifier"])
        if cluster is not None and hasattr(cluster, "master_user_secret") and kwargs.get("manage_master_user_password"):
            kwargs = {name: value for name, value in kwargs.items() if name != "manage_master_user_password"}
        return original(self, kwargs)


def sign_in() -> None:
    """A Multi-AZ DB cluster lets IAM sign people in as well (CreateDBCluster, EnableIAMDatabaseAuthentication)."""

    @around(DBCluster, "__init__")
    def init(original: Any, self: DBCluster, *args: Any, **named: Any) -> None:
        original(self, *args, **{**named, "enable_iam_database_authentication": False})
        self.iam_auth = bool(named.get("enable_iam_database_authentication"))


def networks() -> None:
    """The subnet group and the security groups exist, in one VPC."""

    @around(RDSBackend, "create_db_cluster")
    def create(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> Any:
        named = kwargs.get("db_subnet_group_name")
        if named and named not in self.subnet_groups:
            raise DBSubnetGroupNotFoundError(named)
        check_groups(self, kwargs.get("vpc_security_group_ids") or (), self.subnet_groups.get(named or ""))
        return original(self, kwargs)


def versions() -> None:
    """A version prefix, or none, means the newest on offer; a parameter group fits it, or is its default one."""

    @around(RDSBackend, "create_db_cluster")
    def create(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> Any:
        version = newest(kwargs["engine"], kwargs.get("engine_version"))
        named = kwargs.get("db_cluster_parameter_group_name")
        check_family(self, named, kwargs["engine"], version or "")
        group = named or f"default.{family(kwargs['engine'], version or '')}"
        chosen = {"engine_version": version, "db_cluster_parameter_group_name": group}
        return original(self, {**kwargs, **chosen})


def check_family(rds: RDSBackend, name: str | None, engine: str, version: str) -> None:
    """Refuse a cluster parameter group that is missing, or of another family (RDS-8)."""
    needed = family(engine, version)
    if name is None or needed is None or name == f"default.{needed}":
        return
    group = rds.db_cluster_parameter_groups.get(name)
    if group is None:
        raise RDSClientError("DBClusterParameterGroupNotFound", f"DBClusterParameterGroup not found: {name}")
    if group.db_parameter_group_family != needed:
        raise InvalidParameterCombination(f"{name} is of {group.db_parameter_group_family}, not of {needed}.")


def storage() -> None:
    """Aurora's usual storage type is not shown; a Multi-AZ DB cluster needs a class, a size, and IOPS of io1."""
    replace_property(DBCluster, "multi_az", lambda cluster: cluster.engine in MULTI_AZ or len(cluster._members) > 1)

    @around(DBCluster, "default_storage_type")
    def type_(original: Any, iops: Any) -> str:
        return "io1"

    @around(DBCluster, "default_allocated_storage")
    def size(original: Any, engine: str, storage_type: str) -> int:
        return 1

    @around(RDSBackend, "create_db_cluster")
    def create(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        if kwargs["engine"] in MULTI_AZ:
            needed = ("db_cluster_instance_class", "allocated_storage", "db_subnet_group_name")
            if not all(kwargs.get(name) for name in needed):
                raise InvalidParameterCombination("DBClusterInstanceClass, AllocatedStorage and DBSubnetGroupName")
            if kwargs.get("storage_type") in (None, "io1", "io2") and not kwargs.get("iops"):
                raise InvalidParameterCombination("Iops must be given for io1 and io2")
        elif kwargs.get("storage_type") not in (None, "aurora", "aurora-iopt1"):
            raise InvalidParameterValue(f"Invalid storage type: {kwargs['storage_type']}")
        made: DBCluster = original(self, kwargs)
        hide_usual_type(made)
        return made


def hide_usual_type(cluster: DBCluster) -> None:
    """Aurora shows its storage type only where it is another one than usual (API reference)."""
    if cluster.engine in AURORA and cluster.storage_type != "aurora-iopt1":
        cluster.storage_type = None


def automated_snapshots() -> None:
    """A cluster that is made again within a minute gets an automated snapshot of its own."""

    @around(RDSBackend, "create_auto_cluster_snapshot")
    def create(original: Any, self: RDSBackend, cluster: str, snapshot: str) -> DBClusterSnapshot:
        number, unique = 1, snapshot
        while unique in self.cluster_snapshots:
            number, unique = number + 1, f"{snapshot}-{number}"
        made: DBClusterSnapshot = original(self, cluster, unique)
        return made
