"""How data is protected, as people and programs read it."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from rds_secure.access.key_users import key_users
from rds_secure.access.posture import Posture
from rds_secure.inventory import Inventory
from rds_secure.render.access_text import encryption_text
from rds_secure.render.encryption_markdown import encryption_markdown
from rds_secure.render.json import encryption_json, encryption_schema
from rds_secure.render.protection import Told
from tests.access import world
from tests.access.world import FOREIGN, KEY, NOW, REPLIES
from tests.render.golden_files import assert_golden
from tests.render.streams import text_of

BLIND = world.world(None, *(key for key in REPLIES if key[1] not in ("DescribeDBInstances", "DescribeDBClusters")))
"""Nothing was read but the databases themselves."""


def told(inventory: Inventory | None = None, of: str = "") -> Told:
    posture = Posture(inventory or world.world())
    return Told(posture.inventory, posture.protection, key_users(posture), NOW, of)


@pytest.mark.parametrize("width", [80, 140])
def test_protection_looks_as_approved(width: int) -> None:
    assert_golden(f"encryption-{width}.txt", text_of(encryption_text, told(), width=width, color=False))


def test_what_was_not_read_looks_as_approved() -> None:
    assert_golden("encryption-blind.txt", text_of(encryption_text, told(BLIND), width=100, color=False))


def test_protection_as_markdown_is_as_approved() -> None:
    assert_golden("encryption.md", encryption_markdown(told(of="stack shop, of the spec alone")))


@pytest.mark.parametrize("inventory", [world.world(), BLIND])
def test_protection_obeys_its_schema(inventory: Inventory) -> None:
    Draft202012Validator(encryption_schema()).validate(json.loads(encryption_json(told(inventory))))


def test_every_field_of_the_schema_is_described() -> None:
    schema = encryption_schema()
    for part in (schema, *schema["$defs"].values()):
        assert [name for name, field in part["properties"].items() if "description" not in field] == []


def test_in_json_what_is_not_known_is_null_and_says_why() -> None:
    shown = json.loads(encryption_json(told()))
    keys = {one["arn"]: one for one in shown["keys"]}
    assert keys[KEY]["users"] == [{"principal": f"arn:aws:iam::{world.ACCOUNT}:root", "kind": "root", "sure": True}]
    assert keys[FOREIGN]["state"] is None
    assert keys[FOREIGN]["unknown"]["state"] == f"kms:DescribeKey of {FOREIGN}: AccessDeniedException"
    shop = next(one for one in shown["databases"] if one["database"] == "cluster:shop")
    assert (shop["tls"]["required"], shop["tls"]["in_effect"]) == (True, None)
    assert shop["tls"]["unknown"] == {"in_effect": "its parameter group is pending-reboot"}
    orders = next(one for one in shown["databases"] if one["database"] == "db:orders")
    assert (orders["certificate"]["days_left"], orders["backup_days"]) == (30, 0)


def test_nobody_s_name_is_markup() -> None:
    snapshot = {"DBSnapshotIdentifier": "`</details><b>", "DBInstanceIdentifier": "orders", "SnapshotType": "manual"}
    found = told(world.world({("rds", "DescribeDBSnapshots"): {"DBSnapshots": [snapshot]}}))
    html = MarkdownIt("commonmark", {"html": True}).render(encryption_markdown(found))
    assert "<b>" not in html
    assert html.count("</details>") == html.count("<details>")
