"""From where databases can be reached, as people and programs read it, and as pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from rds_secure.access.names import names_of
from rds_secure.access.network.explain import explain
from rds_secure.access.network.intervals import EVERYWHERE, Addresses
from rds_secure.access.network.outside import GLOBAL, PRIVATE
from rds_secure.access.network.summary import exposures
from rds_secure.access.posture import Posture
from rds_secure.inventory import Inventory, Question
from rds_secure.render.access_text import explained_text, reach_text
from rds_secure.render.addresses import spoken
from rds_secure.render.graph import MOST, Layer, graph
from rds_secure.render.json import explained_json, reach_json, reach_schema
from rds_secure.render.mermaid import label, mermaid
from rds_secure.render.reach_html import reach_html
from rds_secure.render.reach_markdown import explained_markdown, reach_markdown
from rds_secure.render.reach_page import Explained, Reached
from rds_secure.render.svg import layout, svg
from tests.access import world
from tests.access.world import EC2, ORDERS
from tests.render.golden_files import assert_golden
from tests.render.streams import text_of

HOSTILE = '</code><script>alert(1)</script>`"end#;\x1b[2J'


def reached(inventory: Inventory | None = None, of: str = "") -> Reached:
    inventory = inventory or world.world()
    posture = Posture(inventory)
    targets = {target.id: target for target in posture.network.targets}
    return Reached(inventory, targets, exposures(posture.reached), names_of(inventory), of)


def markdown(found: Reached) -> str:
    return reach_markdown(found, Posture(found.inventory).protection)


def explained(source: str, target: str, inventory: Inventory | None = None) -> Explained:
    found = reached(inventory)
    network = Posture(found.inventory).network
    return Explained(found.inventory, [explain(network, source, found.targets[target])], found.names)


def hostile() -> Inventory:
    """The account, with a group, an instance and a database whose names are no friends."""
    groups = [
        one | ({"Tags": [{"Key": "Name", "Value": HOSTILE}]} if one["GroupId"] == "sg-open" else {})
        for one in EC2["DescribeSecurityGroups"]["SecurityGroups"]
    ]
    instance = {"InstanceId": "i-1", "State": {"Name": "running"}, "Tags": [{"Key": "Name", "Value": HOSTILE}]}
    changes: Mapping[tuple[str, ...], Any] = {
        ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": groups},
        ("ec2", "DescribeInstances"): {"Reservations": [{"Instances": [instance]}]},
    }
    return world.world(changes)


def unread(*missing: Question) -> str:
    """The text about an account of which this was denied, with databases that let nobody in but a group."""
    before = world.world({("rds", "DescribeDBClusters"): {"DBClusters": []}})
    closed = {
        "SecurityGroups": [{"GroupId": one["GroupId"]} for one in EC2["DescribeSecurityGroups"]["SecurityGroups"]]
    }
    replies = before.replies | {Question("ec2", "DescribeSecurityGroups"): closed}
    left = {question: reply for question, reply in replies.items() if question not in missing}
    found = replace(before, replies=left, unread=dict.fromkeys(missing, "AccessDenied"))
    return text_of(reach_text, reached(found), width=140, color=False)


def test_nobody_is_let_in_only_where_everything_was_read() -> None:
    assert "nobody is let in" in unread()
    denied = unread(Question("ec2", "DescribeNetworkInterfaces"))
    assert "nobody is let in" not in denied
    assert "nobody is known to get in, but not all was read" in denied


def test_the_headline_says_that_not_all_was_listed() -> None:
    assert "Not all could be listed" not in unread()
    assert "Not all could be listed: there may be more." in unread(Question("rds", "DescribeDBProxies"))


@pytest.mark.parametrize("width", [80, 140])
def test_reach_looks_as_approved(width: int) -> None:
    assert_golden(f"reach-{width}.txt", text_of(reach_text, reached(), width=width, color=False))


def test_every_hop_is_shown_where_it_is_asked_for() -> None:
    shown = text_of(reach_text, reached(), width=100, color=False, show_evidence=True)
    assert_golden("reach-evidence.txt", shown)


@pytest.mark.parametrize(
    ("source", "target"),
    [("i-1", "db:orders"), ("i-3", "cluster:shop"), ("203.0.113.7", "db:orders"), ("10.0.2.10", "db:ledger")],
)
def test_a_pair_is_explained_with_what_blocks_it(source: str, target: str) -> None:
    name = f"reach-{source}-{target.replace(':', '-')}.txt"
    assert_golden(name, text_of(explained_text, explained(source, target), width=80, color=False))


def test_reach_as_markdown_is_as_approved() -> None:
    state = "stack shop, as applying the spec would leave it"
    assert_golden("reach.md", markdown(reached(of=state)))


def test_what_was_not_read_is_told_in_every_form() -> None:
    found = reached(world.world(None, ("ec2", "DescribeRouteTables")))
    for shown in (
        text_of(reach_text, found, width=100, color=False),
        markdown(found),
        reach_html(found, Posture(found.inventory).protection),
    ):
        assert "Not read, and so unknown" in shown
        assert "ec2:DescribeRouteTables" in shown
    assert json.loads(reach_json(found))["unread"][0]["code"] == "AccessDenied"
    assert {one.internet.name for one in found.exposures} == {"UNKNOWN", "NONE"}, "only neighbours need no route"


@pytest.mark.parametrize("inventory", [world.world(), hostile(), world.world(None, ("ec2", "DescribeSubnets"))])
def test_reach_obeys_its_schema(inventory: Inventory) -> None:
    validator = Draft202012Validator(reach_schema())
    validator.validate(json.loads(reach_json(reached(inventory))))
    validator.validate(json.loads(explained_json(explained("i-1", "db:orders", inventory))))


def test_every_field_of_the_schema_is_described() -> None:
    schema = reach_schema()
    for part in (schema, *schema["$defs"].values()):
        assert [name for name, field in part["properties"].items() if "description" not in field] == []


def test_the_json_has_exact_addresses_and_interfaces() -> None:
    shown = json.loads(reach_json(reached()))
    shop = next(one for one in shown["databases"] if one["database"] == "cluster:shop")
    inside = [one for one in shop["entrances"] if one["way"] == "inside the VPC" and one["verdict"] == "reachable"]
    assert [(one["addresses"], one["instances"], one["interfaces"]) for one in inside] == [
        (["10.0.2.10/31"], ["i-1"], ["eni-1"])
    ]
    assert shown["interfaces"]["eni-1"]["name"] == "web"
    orders = shown["databases"][0]
    assert (orders["database"], orders["internet"]) == ("db:orders", "reachable")
    internet = next(one for one in orders["entrances"] if one["way"] == "internet")
    assert Addresses.parse(*internet["addresses"]).v4 == GLOBAL.v4


# Addresses in words

TWELVE = [f"10.{n}.0.0/24" for n in range(12)]


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        (Addresses(GLOBAL.v4), ["the whole internet (IPv4)"]),
        (GLOBAL, ["the whole internet (IPv4)", "the whole internet (IPv6)"]),
        (Addresses(GLOBAL.v4) - Addresses.parse("203.0.113.0/24"), ["the whole internet (IPv4) but 203.0.113.0/24"]),
        (PRIVATE - Addresses.parse("10.1.0.0/16"), ["all private and reserved addresses (IPv4) but 10.1.0.0/16"]),
        (Addresses.parse("10.0.0.1", "10.0.1.0/24"), ["10.0.0.1", "10.0.1.0/24"]),
        (Addresses.parse("2001:db8::1"), ["2001:db8::1"]),
        (Addresses.parse(*TWELVE), [*TWELVE[:8], "4 more networks"]),
    ],
)
def test_addresses_in_words(addresses: Addresses, words: list[str]) -> None:
    assert spoken(addresses) == words


def test_everything_is_both_worlds() -> None:
    assert spoken(Addresses(EVERYWHERE.v4)) == [
        "the whole internet (IPv4)",
        "all private and reserved addresses (IPv4)",
    ]


# Pictures


def test_pictures_are_as_approved() -> None:
    found = reached()
    made = graph(found, Posture(found.inventory).protection)
    assert_golden("reach.mermaid", mermaid(made))
    assert_golden("reach.svg", svg(made, "5 databases"))


def test_no_line_suggests_a_way_that_is_none() -> None:
    """A group stands once for each set of sources that it lets in alike."""
    found = reached()
    made = graph(found, Posture(found.inventory).protection)
    databases = {made.nodes[number].lines[0]: number for number in made.layer(Layer.DATABASE)}
    gates = {edge.start for edge in made.edges if edge.end == databases["db:ledger"]}
    sources = {made.nodes[edge.start].lines for edge in made.edges if edge.end in gates}
    assert not any("internet" in line.lower() for lines in sources for line in lines)


def many(number: int) -> Inventory:
    """As many databases, each with a group and a rule of its own."""
    groups = [
        EC2["DescribeSecurityGroups"]["SecurityGroups"][0]
        | {
            "GroupId": f"sg-{n}",
            "IpPermissions": [
                {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": f"198.51.{n}.0/24"}]}
            ],
        }
        for n in range(number)
    ]
    instances = [
        ORDERS
        | {
            "DBInstanceIdentifier": f"orders-{n}",
            "VpcSecurityGroups": [{"VpcSecurityGroupId": f"sg-{n}", "Status": "active"}],
        }
        for n in range(number)
    ]
    changes: Mapping[tuple[str, ...], Any] = {
        ("ec2", "DescribeSecurityGroups"): {"SecurityGroups": groups},
        ("rds", "DescribeDBInstances"): {"DBInstances": instances},
        ("rds", "DescribeDBClusters"): {"DBClusters": []},
        ("rds", "DescribeDBProxies"): {"DBProxies": []},
    }
    return world.world(changes)


def test_a_picture_of_many_is_folded() -> None:
    found = reached(many(60))
    made = graph(found, Posture(found.inventory).protection)
    assert all(len(made.layer(layer)) <= MOST + 1 for layer in Layer)
    assert len(mermaid(made)) < 20_000
    assert "databases that are folded here" in mermaid(made)
    assert len(markdown(found)) < 60_000


def test_boxes_neither_overlap_nor_leave_the_picture() -> None:
    for inventory in (world.world(), many(40)):
        found = reached(inventory)
        made = graph(found, Posture(inventory).protection)
        boxes = layout(made)
        root = ET.fromstring(svg(made, "a title"))
        width, height = int(root.attrib["width"]), int(root.attrib["height"])
        for number, box in enumerate(boxes):
            assert 0 <= box.x <= box.x + box.width <= width
            assert 0 <= box.y <= box.y + box.height <= height
            for other in boxes[:number]:
                apart = box.y >= other.y + other.height or other.y >= box.y + box.height
                assert apart or box.x != other.x


def test_a_picture_of_nothing_is_valid() -> None:
    nothing = world.world(
        {
            ("rds", "DescribeDBInstances"): {"DBInstances": []},
            ("rds", "DescribeDBClusters"): {"DBClusters": []},
            ("rds", "DescribeDBProxies"): {"DBProxies": []},
        }
    )
    found = reached(nothing)
    made = graph(found, Posture(nothing).protection)
    assert mermaid(made).startswith("flowchart LR\n")
    ET.fromstring(svg(made, "nothing"))
    assert "No database, no proxy." in reach_html(found, Posture(nothing).protection)


# Strangers' names


def test_a_label_of_mermaid_holds_nothing_but_text() -> None:
    assert re.fullmatch(r"(?:[A-Za-z0-9 .,:/()_-]|#\d+;)*", label(HOSTILE))
    found = reached(hostile())
    shown = mermaid(graph(found, Posture(found.inventory).protection))
    assert "<script" not in shown
    assert all(line.count('"') in (0, 2) for line in shown.splitlines())


def test_nobody_s_name_is_markup() -> None:
    found = reached(hostile())
    protection = Posture(found.inventory).protection
    for shown in (reach_html(found, protection), svg(graph(found, protection), HOSTILE)):
        assert "<script" not in shown
        assert "\x1b" not in shown
    html = MarkdownIt("commonmark", {"html": True}).render(markdown(found))
    assert "<script" not in html
    assert html.count("</details>") == html.count("<details>")
    assert "\x1b" not in explained_markdown(explained("i-1", "db:orders", hostile()))


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    found = reached()
    shown = reach_html(found, Posture(found.inventory).protection)
    assert "default-src 'none'" in shown
    assert not re.search(r"(?:src|href)=|url\(|@import|<script", shown)
    assert "width=device-width" in shown
    assert "prefers-color-scheme:dark" in shown


def test_the_page_tells_the_state_it_is_of() -> None:
    found = replace(reached(), of="stack shop, of the spec alone")
    assert "stack shop, of the spec alone" in reach_html(found, Posture(found.inventory).protection)
