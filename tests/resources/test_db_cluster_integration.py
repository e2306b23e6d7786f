"""What a cluster works together with: directory, roles, Data API, certificate, zones, and type of its addresses."""

from __future__ import annotations

from typing import Any

import pytest

from rds_secure.resources.db_cluster import KIND
from rds_secure.values import Address, Ref
from tests.models import assert_valid
from tests.resources.clusters import (
    ARN,
    MULTI_AZ,
    changes,
    cluster,
    complaints,
    described,
    found,
    holds,
    modified,
    multi_az,
    refused,
)
from tests.resources.planning import SCOPE, updated

ROLE, OTHER = (f"arn:aws:iam::123456789012:role/{name}" for name in ("loading", "unloading"))
DIRECTORY = {"directory": "d-0123456789", "role": "directory"}
MYSQL = {"engine": "aurora-mysql", "engine_version": "8.0", "parameter_group": "orders-aurora-mysql8-0"}


def joined(status: str = "joined") -> list[dict[str, Any]]:
    return [{"Domain": "d-0123456789", "IAMRoleName": "directory", "FQDN": "corp.example.com", "Status": status}]


def associated(*held: tuple[str, str | None]) -> dict[str, Any]:
    return {
        "AssociatedRoles": [
            {"RoleArn": role, "Status": "ACTIVE", **({"FeatureName": feature} if feature else {})}
            for role, feature in held
        ]
    }


def test_a_new_cluster_gets_what_is_written_and_its_roles_by_calls_after_it():
    resource = cluster(
        availability_zones=["eu-west-1a"],
        network_type="DUAL",
        domain=DIRECTORY,
        data_api="true",
        roles=[{"feature": "s3Import", "role": ROLE}],
    )
    made, role = KIND.create(resource, SCOPE)
    assert_valid(made)
    assert_valid(role)
    assert made.params["AvailabilityZones"] == ("eu-west-1a",)
    assert made.params["NetworkType"] == "DUAL"
    assert (made.params["Domain"], made.params["DomainIAMRoleName"]) == ("d-0123456789", "directory")
    assert made.params["EnableHttpEndpoint"] is True
    assert "iam:PassRole" in made.also
    assert (role.action, role.params) == (
        "AddRoleToDBCluster",
        {"DBClusterIdentifier": "orders", "RoleArn": ROLE, "FeatureName": "s3Import"},
    )


def test_a_new_multi_az_cluster_is_told_nothing_of_a_data_api_and_gets_its_certificate():
    [made] = KIND.create(cluster(**MULTI_AZ, ca="rds-ca-rsa4096-g1"), SCOPE)
    assert "EnableHttpEndpoint" not in made.params
    assert made.params["CACertificateIdentifier"] == "rds-ca-rsa4096-g1"


def test_what_a_cluster_has_is_read_as_it_would_be_written():
    shown = described(
        DomainMemberships=joined(),
        HttpEndpointEnabled=True,
        NetworkType="IPV4",
        **associated((ROLE, "s3Import")),
    )
    written = cluster(
        availability_zones=["eu-west-1b"],
        network_type="IPV4",
        domain=DIRECTORY,
        data_api="true",
        roles=[{"feature": "s3Import", "role": ROLE}],
    )
    assert changes(written, found(shown)) == {}


def test_the_data_api_is_off_unless_it_is_written_and_has_calls_of_its_own():
    [off] = updated(KIND, cluster(), found(HttpEndpointEnabled=True))
    assert (off.action, off.params) == ("DisableHttpEndpoint", {"ResourceArn": ARN})
    [on] = updated(KIND, cluster(data_api="true"), found())
    assert (on.action, on.params) == ("EnableHttpEndpoint", {"ResourceArn": ARN})
    assert not holds(on.wait, described())
    assert holds(on.wait, described(HttpEndpointEnabled=True))


def test_a_role_of_a_feature_gives_way_to_another_one():
    live = found(**associated((ROLE, "s3Import")))
    gone, new = updated(KIND, cluster(roles=[{"feature": "s3Import", "role": OTHER}]), live)
    assert_valid(gone)
    assert (gone.action, gone.params["RoleArn"]) == ("RemoveRoleFromDBCluster", ROLE)
    assert not holds(gone.wait, described(**associated((ROLE, "s3Import"))))
    assert holds(gone.wait, described(**associated((ROLE, "s3Export"))))
    assert (new.action, new.params["RoleArn"]) == ("AddRoleToDBCluster", OTHER)


def test_roles_without_a_feature_are_told_apart_by_what_they_are():
    live = found(described(Engine="aurora-mysql", EngineVersion="8.0.mysql_aurora.3.04.0", **associated((ROLE, None))))
    resource = cluster(**MYSQL, roles=[{"role": ROLE}, {"role": OTHER}])
    assert {name for name in changes(resource, live) if name.startswith("roles")} == {f"roles {OTHER}"}
    gone = next(call for call in updated(KIND, cluster(**MYSQL), live) if "Role" in call.action)
    assert gone.params == {"DBClusterIdentifier": "orders", "RoleArn": ROLE}
    assert holds(gone.wait, described())


def test_a_role_of_the_stack_is_an_edge_and_is_released_when_it_goes():
    role = Ref(Address("iam_role", "loading"), "arn")
    [new] = updated(KIND, cluster(roles=[{"feature": "s3Import", "role": "${iam_role.loading}"}]), found())
    assert new.params["RoleArn"] == role


def test_a_directory_that_is_parked_is_pending_and_one_is_left_by_name():
    assert found(DomainMemberships=joined("pending-join")).pending == {
        "domain.directory": "d-0123456789",
        "domain.role": "directory",
    }
    assert modified(cluster(domain={}), found(DomainMemberships=joined()))["Domain"] == "none"
    params = modified(cluster(domain=DIRECTORY), found())
    assert (params["Domain"], params["DomainIAMRoleName"]) == ("d-0123456789", "directory")


def test_a_certificate_waits_for_its_window_where_it_can_be_seen():
    parked = {"PendingModifiedValues": {"CertificateDetails": {"CAIdentifier": "rds-ca-rsa4096-g1"}}}
    live = found(multi_az(CertificateDetails={"CAIdentifier": "rds-ca-rsa2048-g1"}, **parked))
    assert live.spec.ca == "rds-ca-rsa2048-g1"
    assert live.pending == {"ca": "rds-ca-rsa4096-g1"}


def test_another_type_of_address_is_refused_where_nobody_could_see_it_parked():
    """RDS-24."""
    live = found(NetworkType="IPV4")
    assert "when: now" in refused(cluster(network_type="DUAL"), live)["network_type"]
    call = modified(cluster(network_type="DUAL", when="now"), live)
    assert call == {"ApplyImmediately": True, "NetworkType": "DUAL"}


def test_zones_are_a_part_of_those_that_it_has_or_are_refused():
    """RDS-16."""
    assert changes(cluster(availability_zones=["eu-west-1c", "eu-west-1a"]), found()) == {}
    assert "leave them out" in refused(cluster(availability_zones=["eu-west-1d"]), found())["availability_zones"]


def test_a_major_upgrade_takes_the_group_of_the_instances_along():
    written = {"parameter_group": "orders-aurora-postgresql17", "instance_parameter_group": "tuned-aurora-postgresql17"}
    upgraded = modified(cluster(engine_version="17", when="now", **written), found())
    assert upgraded["DBInstanceParameterGroupName"] == "tuned-aurora-postgresql17"
    assert upgraded["AllowMajorVersionUpgrade"] is True
    minor = modified(cluster(engine_version="16.6", instance_parameter_group="tuned"), found())
    assert "DBInstanceParameterGroupName" not in minor


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"ca": "rds-ca-rsa2048-g1"}, ("ca",)),
        ({"domain": {"role": "directory"}}, ("domain",)),
        ({"roles": [{"role": ROLE}]}, ("roles", 0)),
        ({**MYSQL, "roles": [{"role": ROLE}, {"role": ROLE}]}, ("roles", 1)),
        ({**MULTI_AZ, "data_api": "true"}, ("data_api",)),
        ({**MULTI_AZ, "network_type": "DUAL"}, ("network_type",)),
        ({**MULTI_AZ, "domain": DIRECTORY}, ("domain",)),
        ({**MULTI_AZ, "availability_zones": ["eu-west-1a"]}, ("availability_zones",)),
        ({**MULTI_AZ, "instance_parameter_group": "tuned"}, ("instance_parameter_group",)),
    ],
    ids=str,
)
def test_what_the_engine_does_not_take_is_said_before_any_call(fields, path):
    assert path in [where for where, _, _ in complaints(**fields)]
