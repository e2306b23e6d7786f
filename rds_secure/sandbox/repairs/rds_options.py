"""RDS instances: insights, license, certificate, network type, directory and roles, as they are set and read back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.rds.exceptions import DBInstanceNotFoundError, InvalidParameterCombination, RDSClientError
from moto.rds.models import DBInstance, DomainMembership, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.engines import ENGINES
from rds_secure.sandbox.repairs.patch import add, add_property, around
from rds_secure.sandbox.repairs.rds import usable_key

CERTIFICATES = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")
"""The certificate authorities of a region; the first is the default."""

_VALID = (datetime(2021, 5, 25, tzinfo=UTC), datetime(2061, 5, 25, tzinfo=UTC))
"""Those of 2048 bits last for 40 years, the others for longer (user guide)."""

_INSIGHTS: Mapping[str, str] = MappingProxyType(
    {
        "enable_performance_insights": "performance_insights_enabled",
        "performance_insights_kms_key_id": "performance_insights_kms_key_id",
        "performance_insights_retention_period": "performance_insights_retention_period",
    }
)
"""Parameter → what it is called when it is read."""

_KEPT = ("dedicated_log_volume", "engine_lifecycle_support", "nchar_character_set_name", "network_type", "timezone")


def insights() -> None:
    """Performance Insights read back as they were set; their key is an ARN, and fixed once it is set (RDS-13)."""

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        asked = {name: db_kwargs[name] for name in _INSIGHTS if name in db_kwargs}
        made: DBInstance = original(self, db_kwargs)
        _set_insights(made, asked)
        return made

    @around(DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        asked = {name: changes.pop(name) for name in _INSIGHTS if name in changes}
        _set_insights(self, asked)
        original(self, **changes)


def _set_insights(database: Any, asked: Mapping[str, Any]) -> None:
    on = asked.get("enable_performance_insights", getattr(database, "performance_insights_enabled", False))
    former = getattr(database, "performance_insights_kms_key_id", None)
    database.performance_insights_enabled = on
    if not on:
        return
    named = asked.get("performance_insights_kms_key_id") or former or "alias/aws/rds"
    key = usable_key(database.backend, named).arn
    if former not in (None, key):
        raise InvalidParameterCombination("The Performance Insights KMS key can't be changed once it is set.")
    days = asked.get("performance_insights_retention_period")
    database.performance_insights_kms_key_id = key
    database.performance_insights_retention_period = days or getattr(
        database, "performance_insights_retention_period", 7
    )


def settings() -> None:
    """What is chosen when an instance is made reads back, and what is not is AWS's choice."""

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> DBInstance:
        made: Any = original(self, db_kwargs)
        engine = ENGINES.get(made.engine)
        if made.db_cluster_identifier is not None or engine is None:
            return made  # type: ignore[no-any-return]
        for name in _KEPT:
            setattr(made, name, db_kwargs.get(name))
        made.network_type = made.network_type or "IPV4"
        made.database_insights_mode = db_kwargs.get("database_insights_mode") or "standard"
        made.license_model = db_kwargs.get("license_model") or engine.licenses[0]
        if engine.extended_support and not made.engine_lifecycle_support:
            made.engine_lifecycle_support = "open-source-rds-extended-support"
        return made  # type: ignore[no-any-return]


def certificates() -> None:
    """DescribeCertificates lists the region's authorities, and an instance has one of them."""

    @add(RDSResponse)
    def describe_certificates(self: RDSResponse) -> ActionResult:
        named = self.params.get("CertificateIdentifier")
        listed = [_authority(self, name) for name in CERTIFICATES if named in (None, name)]
        if not listed:
            raise RDSClientError("CertificateNotFound", f"Certificate {named} not found.")
        return ActionResult({"Certificates": listed, "DefaultCertificateForNewLaunches": CERTIFICATES[0]})

    @around(RDSBackend, "create_db_instance")
    def create(original: Any, self: RDSBackend, db_kwargs: Any) -> Any:
        if db_kwargs.get("db_cluster_identifier") is None:
            db_kwargs["ca_certificate_identifier"] = _certificate(db_kwargs.get("ca_certificate_identifier"))
        return original(self, db_kwargs)

    @around(DBInstance, "update")
    def update(original: Any, self: DBInstance, **changes: Any) -> None:
        if changes.get("ca_certificate_identifier"):
            _certificate(changes["ca_certificate_identifier"])
        original(self, **changes)


def _authority(asked: RDSResponse, name: str) -> dict[str, Any]:
    return {
        "CertificateIdentifier": name,
        "CertificateType": "CA",
        "CertificateArn": f"arn:{asked.partition}:rds:{asked.region}::cert:{name}",
        "CustomerOverride": False,
        "ValidFrom": _VALID[0],
        "ValidTill": _VALID[1],
    }


def _certificate(named: str | None) -> str:
    if named is not None and named not in CERTIFICATES:
        raise RDSClientError("CertificateNotFound", f"Certificate {named} not found.")
    return named or CERTIFICATES[0]


def directories() -> None:
    """An instance joins and leaves a directory by changes as well, and shows what was given, not more."""

    @around(DBInstance, "__init__")
    def init(original: Any, self: Any, *args: Any, **named: Any) -> None:
        original(self, *args, **named)
        self.domain_memberships = _memberships(named)

    @around(DBInstance, "update")
    def update(original: Any, self: Any, **changes: Any) -> None:
        given = {name: changes.pop(name) for name in [*changes] if name == "domain" or name.startswith("domain_")}
        leaving = changes.pop("disable_domain", None)
        original(self, **changes)
        if given or leaving:
            self.domain_memberships = _memberships(given)


def _memberships(given: Mapping[str, Any]) -> list[DomainMembership]:
    if not (given.get("domain") or given.get("domain_fqdn")):
        return []
    made: Any = DomainMembership()
    made.domain, made.iam_role_name = given.get("domain"), given.get("domain_iam_role_name")
    made.fqdn, made.ou = given.get("domain_fqdn") or "corp.example.com", given.get("domain_ou")
    made.auth_secret_arn, made.dns_ips = given.get("domain_auth_secret_arn"), list(given.get("domain_dns_ips") or ())
    made.status = "joined"
    return [made]


def monitoring_stream() -> None:
    """An instance that is measured says where its measurements go."""
    add_property(
        DBInstance,
        "enhanced_monitoring_resource_arn",
        lambda made: (
            f"arn:{made.partition}:logs:{made.region}:{made.account_id}:log-group:RDSOSMetrics"
            f":log-stream:{made.dbi_resource_id}"
            if made.monitoring_interval
            else None
        ),
    )


def monitoring_off() -> None:
    """Switching the measurements off takes their role away."""

    @around(DBInstance, "update")
    def update(original: Any, self: Any, **changes: Any) -> None:
        original(self, **changes)
        if changes.get("monitoring_interval") == 0:
            self.monitoring_role_arn = None


def role_removal() -> None:
    """RemoveRoleFromDBInstance takes a role away."""

    @add(RDSResponse)
    def remove_role_from_db_instance(self: RDSResponse) -> ActionResult:
        name, role, feature = (self.params.get(key) for key in ("DBInstanceIdentifier", "RoleArn", "FeatureName"))
        database: Any = self.backend.databases.get(name)
        if database is None:
            raise DBInstanceNotFoundError(name)
        held = database._associated_roles
        kept = [one for one in held if (one.role_arn, one.feature_name) != (role, feature)]
        if len(kept) == len(held):
            raise RDSClientError("DBInstanceRoleNotFound", f"Role {role} is not associated with {name}.")
        database._associated_roles = kept
        return EmptyResult()
