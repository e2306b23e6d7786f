"""RDS clusters and what they work together with: zones, certificates, directories, roles, the Data API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.rds.exceptions import DBClusterNotFoundError, RDSClientError
from moto.rds.models import AssociatedRole, DBCluster, DomainMembership, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.repairs.patch import add, around
from rds_secure.sandbox.repairs.rds_cluster import AURORA, MULTI_AZ
from rds_secure.sandbox.repairs.rds_options import CERTIFICATES


def zones() -> None:
    """The storage of Aurora lies in three zones, of which some can be chosen (RDS-16)."""

    @around(RDSBackend, "create_db_cluster")
    def create(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        chosen = list(kwargs.get("availability_zones") or ())
        others = (f"{self.region_name}{letter}" for letter in "abc")
        filled = [*chosen, *(zone for zone in others if zone not in chosen)][:3]
        made: DBCluster = original(self, {**kwargs, "availability_zones": filled})
        return made


def certificates() -> None:
    """A Multi-AZ DB cluster has a certificate of an authority that exists."""

    @around(RDSBackend, "create_db_cluster")
    def create(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        named = _authority(kwargs.pop("ca_certificate_identifier", None))
        made: DBCluster = original(self, kwargs)
        if made.engine in MULTI_AZ:
            made.certificate_details = {"CAIdentifier": named or CERTIFICATES[0]}  # type: ignore[attr-defined]
        return made

    @around(RDSBackend, "modify_db_cluster")
    def modify(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        named = _authority(kwargs.pop("ca_certificate_identifier", None))
        if named:
            cluster: Any = _cluster(self, kwargs["db_cluster_identifier"])
            cluster.certificate_details = {"CAIdentifier": named}
        changed: DBCluster = original(self, kwargs)
        return changed


def _authority(named: str | None) -> str | None:
    if named is not None and named not in CERTIFICATES:
        raise RDSClientError("CertificateNotFound", f"Certificate {named} not found.")
    return named


def directories() -> None:
    """A cluster joins and leaves a directory by changes as well, and shows what was given, not more."""

    @around(RDSBackend, "create_db_cluster")
    def create(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        made: DBCluster = original(self, kwargs)
        made.domain_memberships = _memberships(kwargs)
        return made

    @around(RDSBackend, "modify_db_cluster")
    def modify(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        given: dict[str, Any] = {
            name: kwargs.pop(name) for name in ("domain", "domain_iam_role_name") if name in kwargs
        }
        if given:
            _cluster(self, kwargs["db_cluster_identifier"]).domain_memberships = _memberships(given)
        changed: DBCluster = original(self, kwargs)
        return changed


def _memberships(given: Mapping[str, Any]) -> list[DomainMembership]:
    if given.get("domain") in (None, "none"):
        return []
    made: Any = DomainMembership()
    made.domain, made.iam_role_name = given["domain"], given.get("domain_iam_role_name")
    made.fqdn, made.ou, made.auth_secret_arn, made.dns_ips = "corp.example.com", None, None, []
    made.status = "joined"
    return [made]


def roles() -> None:
    """Roles come without a feature as well, and go again."""

    @around(RDSBackend, "add_role_to_db_cluster")
    def add_role(
        original: Any, self: RDSBackend, db_cluster_identifier: str, role_arn: str, feature_name: str | None
    ) -> None:
        cluster = _cluster(self, db_cluster_identifier)
        held = {(one.feature_name or one.role_arn) for one in cluster._associated_roles}
        if (feature_name or role_arn) in held:
            raise RDSClientError("DBClusterRoleAlreadyExists", f"{role_arn} is associated with the cluster already.")
        cluster._associated_roles.append(AssociatedRole(role_arn, feature_name or ""))

    @add(RDSResponse)
    def remove_role_from_db_cluster(self: RDSResponse) -> ActionResult:
        name, role, feature = (self.params.get(key) for key in ("DBClusterIdentifier", "RoleArn", "FeatureName"))
        cluster = _cluster(self.backend, name)
        held = cluster._associated_roles
        kept = [one for one in held if (one.role_arn, one.feature_name) != (role, feature or "")]
        if len(kept) == len(held):
            raise RDSClientError("DBClusterRoleNotFound", f"Role {role} is not associated with {name}.")
        cluster._associated_roles = kept
        return EmptyResult()


def data_api() -> None:
    """Aurora has a Data API from the beginning, or by calls of its own; the parameter of a change is for v1 only."""

    @around(RDSBackend, "create_db_cluster")
    def create(original: Any, self: RDSBackend, kwargs: dict[str, Any]) -> DBCluster:
        made: DBCluster = original(self, kwargs)
        made._enable_http_endpoint = bool(kwargs.get("enable_http_endpoint")) and made.engine in AURORA
        return made

    @add(RDSResponse)
    def enable_http_endpoint(self: RDSResponse) -> ActionResult:
        return _switch(self, on=True)

    @add(RDSResponse)
    def disable_http_endpoint(self: RDSResponse) -> ActionResult:
        return _switch(self, on=False)


def _switch(response: RDSResponse, *, on: bool) -> ActionResult:
    arn = response.params["ResourceArn"]
    named = (cluster for cluster in response.backend.clusters.values() if cluster.db_cluster_arn == arn)
    cluster = next(named, None)
    if cluster is None:
        raise RDSClientError("ResourceNotFoundFault", f"{arn} not found.")
    cluster._enable_http_endpoint = on
    return ActionResult({"ResourceArn": arn, "HttpEndpointEnabled": on})


def _cluster(rds: RDSBackend, name: str) -> DBCluster:
    if name not in rds.clusters:
        raise DBClusterNotFoundError(name)
    return rds.clusters[name]
