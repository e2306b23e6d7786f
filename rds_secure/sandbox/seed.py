"""What is in the sandbox's account before anybody makes anything: one VPC with hosts in it, and no database.

Everything carries a Name tag, and is meant to be found by tags: ids differ from one seeding to the next. Only the key
in another region has an id that stays, since a spec can name it by its ARN alone.
"""

from __future__ import annotations

from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.ec2.models import ec2_backends
from moto.kms.models import kms_backends

from rds_secure.sandbox.endpoint import ACCOUNT, REGION
from rds_secure.sandbox.realism import lag

VPC = "10.20.0.0/16"
ZONES = ("a", "b", "c")
TIERS = {"public": 0, "private": 100}
"""Tier → third octet of its first subnet: 10.20.0.0/24 …, 10.20.100.0/24 …"""
HOSTS = {"bastion": "public", "app-1": "private", "app-2": "private"}
"""EC2 instance and its security group → the tier it stands in."""
OFFICE = {"CidrIp": "198.51.100.0/24", "Description": "ssh from the office"}
"""A network that exists in documentation only (RFC 5737)."""

AWAY = "eu-central-1"
"""A region that copies of backups may go to."""
KEY_AWAY = "5d3c2f0e-7b41-4c8a-9e26-1f0a6b9d8c74"
"""The id of the key that is there for them."""


def reset() -> None:
    """Empty every backend of moto and seed the account anew."""
    used: list[Any] = BackendDict._instances  # type: ignore[misc]
    for backends in used:
        backends.clear()
        getattr(backends, "bucket_accounts", {}).clear()  # S3 knows from it whose a bucket is: names are the world's
    used.clear()
    reset_model_data()
    seed()
    lag.clear()


def seed() -> None:
    """Fill an empty account. It goes straight to moto's backend: no HTTP, some milliseconds."""
    ec2 = ec2_backends[ACCOUNT][REGION]
    vpc = _named(ec2, "main", ec2.create_vpc(VPC))
    subnets = {tier: _subnets(ec2, vpc.id, tier, octet) for tier, octet in TIERS.items()}
    for tier, members in subnets.items():
        _route_table(ec2, vpc.id, tier, members)
    _network_acl(ec2, vpc.id, [subnet for members in subnets.values() for subnet in members])
    for number, (name, tier) in enumerate(HOSTS.items()):
        _host(ec2, vpc.id, name, subnets[tier][number % len(ZONES)])
    _key_away()


def _subnets(ec2: Any, vpc_id: str, tier: str, octet: int) -> list[Any]:
    return [
        _named(
            ec2,
            f"{tier}-{zone}",
            ec2.create_subnet(vpc_id, f"10.20.{octet + number}.0/24", availability_zone=f"{REGION}{zone}"),
            Tier=tier,
        )
        for number, zone in enumerate(ZONES)
    ]


def _route_table(ec2: Any, vpc_id: str, tier: str, subnets: list[Any]) -> None:
    table = _named(ec2, tier, ec2.create_route_table(vpc_id))
    for subnet in subnets:
        ec2.associate_route_table(table.id, subnet_id=subnet.id)
    if tier == "public":
        gateway = _named(ec2, "main", ec2.create_internet_gateway())
        ec2.attach_internet_gateway(gateway.id, vpc_id)
        ec2.create_route(table.id, "0.0.0.0/0", gateway_id=gateway.id)


def _network_acl(ec2: Any, vpc_id: str, subnets: list[Any]) -> None:
    """An ACL of the account's own on every subnet; it allows what the default one allows."""
    acl = _named(ec2, "main", ec2.create_network_acl(vpc_id))
    ec2.add_default_entries(acl.id)
    for subnet in subnets:
        (default,) = ec2.describe_network_acls(filters={"association.subnet-id": [subnet.id]})
        association = next(item for item in default.associations if item.subnet_id == subnet.id)
        ec2.replace_network_acl_association(association.id, acl.id)


def _host(ec2: Any, vpc_id: str, name: str, subnet: Any) -> None:
    group = _named(ec2, name, ec2.create_security_group(name, f"hosts named {name}", vpc_id))
    if name == "bastion":
        ec2.authorize_security_group_ingress(group.id, "tcp", "22", "22", [dict(OFFICE)])
    reservation = ec2.run_instances(
        "ami-00000000",
        1,
        None,
        [],
        instance_type="t3.micro",
        is_instance_type_default=True,
        region_name=REGION,
        subnet_id=subnet.id,
        security_group_ids=[group.id],
        associate_public_ip=name == "bastion",
    )
    _named(ec2, name, reservation.instances[0])


def _key_away() -> None:
    kms = kms_backends[ACCOUNT][AWAY]
    key = kms.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "Encrypts copies of backups", None)
    del kms.keys[key.id]
    key.arn = key.arn.replace(key.id, KEY_AWAY)
    key.id = KEY_AWAY
    kms.keys[KEY_AWAY] = key
    kms.tagger.tag_resource(KEY_AWAY, [{"TagKey": "Name", "TagValue": "backups"}])


def _named(ec2: Any, name: str, made: Any, **tags: str) -> Any:
    ec2.create_tags([made.id], {"Name": name, **tags})
    return made
