"""What clusters in the sandbox work together with: zones, certificates, directories, roles, the Data API."""

from __future__ import annotations

import pytest

from tests.sandbox.test_sandbox_rds_cluster import MULTI_AZ, change, look, make

__all__ = ["make"]
ROLE = "arn:aws:iam::123456789012:role/loading"
STORED = {"StorageType": "gp3"}


@pytest.mark.repair("rds-cluster-zones")
def test_zones_are_filled_up_to_three(rds, make):
    """RDS-16."""
    make(AvailabilityZones=["us-east-1b"])
    assert sorted(look(rds)["AvailabilityZones"]) == ["us-east-1a", "us-east-1b", "us-east-1c"]


@pytest.mark.repair("rds-cluster-certificates")
def test_a_multi_az_cluster_has_a_certificate_of_an_authority_that_exists(rds, make, refused):
    make(**MULTI_AZ, **STORED)
    assert look(rds)["CertificateDetails"] == {"CAIdentifier": "rds-ca-rsa2048-g1"}
    changed = change(rds, CACertificateIdentifier="rds-ca-rsa4096-g1")
    assert changed["CertificateDetails"] == {"CAIdentifier": "rds-ca-rsa4096-g1"}
    with refused("CertificateNotFound"):
        change(rds, CACertificateIdentifier="ours")


@pytest.mark.repair("rds-cluster-directories")
def test_a_cluster_joins_and_leaves_a_directory(rds, make):
    make()
    [joined] = change(rds, Domain="d-0123456789", DomainIAMRoleName="directory")["DomainMemberships"]
    assert (joined["Domain"], joined["IAMRoleName"]) == ("d-0123456789", "directory")
    assert not change(rds, Domain="none")["DomainMemberships"]


@pytest.mark.repair("rds-cluster-roles")
def test_roles_come_without_a_feature_and_go(rds, make, refused):
    make()
    look(rds)
    rds.add_role_to_db_cluster(DBClusterIdentifier="orders", RoleArn=ROLE)
    rds.add_role_to_db_cluster(DBClusterIdentifier="orders", RoleArn=ROLE, FeatureName="s3Import")
    with refused("DBClusterRoleAlreadyExists"):
        rds.add_role_to_db_cluster(DBClusterIdentifier="orders", RoleArn=ROLE)
    rds.remove_role_from_db_cluster(DBClusterIdentifier="orders", RoleArn=ROLE)
    assert [one["FeatureName"] for one in look(rds)["AssociatedRoles"]] == ["s3Import"]
    with refused("DBClusterRoleNotFound"):
        rds.remove_role_from_db_cluster(DBClusterIdentifier="orders", RoleArn=ROLE)


@pytest.mark.repair("rds-cluster-data-api")
def test_the_data_api_is_switched_by_calls_of_its_own(rds, make, refused):
    arn = make(EnableHttpEndpoint=True)["DBClusterArn"]
    assert look(rds)["HttpEndpointEnabled"]
    rds.disable_http_endpoint(ResourceArn=arn)
    assert not look(rds)["HttpEndpointEnabled"]
    rds.enable_http_endpoint(ResourceArn=arn)
    assert look(rds)["HttpEndpointEnabled"]
    with refused("ResourceNotFoundFault"):
        rds.enable_http_endpoint(ResourceArn=arn + "-2")
