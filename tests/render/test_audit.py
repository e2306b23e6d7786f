"""An audit, as people and programs read it: text, Markdown, a page, SARIF, JUnit, JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import product
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from rds_secure.access.expect import Outcome
from rds_secure.access.posture import Posture
from rds_secure.audit.compared import record as comparable
from rds_secure.audit.compared import since
from rds_secure.audit.declared import Expectation
from rds_secure.audit.history import Entry
from rds_secure.audit.report import Audit, audit
from rds_secure.audit.trail.judge import judge
from rds_secure.audit.trail.report import report
from rds_secure.errors import Location
from rds_secure.finding import Excuse, Finding, Severity, State
from rds_secure.render.audit_html import audit_html
from rds_secure.render.audit_machine import audit_junit, audit_sarif
from rds_secure.render.audit_markdown import audit_markdown
from rds_secure.render.audit_page import audit_text
from rds_secure.render.audit_view import audit_json, audit_schema
from rds_secure.render.html import DARK, LIGHT, STYLE
from rds_secure.rules import RULES, Guardrails, Profile
from rds_secure.spec.expect import Expectation as Written
from rds_secure.spec.expect import Expected
from tests.access import world
from tests.audit.records import CONTEXT, record, role
from tests.render.golden_files import assert_golden
from tests.render.streams import text_of

EVIL = "x\x1b[2J\u202e`</code></article><script>alert(1)</script><img src=x onerror=alert(1)>[a](javascript:1)"
ASKED = frozenset(
    {
        "storage-encrypted", "tls-required", "backups-kept", "deletion-protection", "not-public", "private-subnets",
        "no-open-database", "no-risky-ports", "key-enabled", "key-rotated", "key-not-public", "snapshot-not-public",
        "certificate-valid", "customer-key",
    }
)  # fmt: skip
BINDING = Guardrails(Profile.STRICT, table=tuple(rule for rule in RULES if rule.id in ASKED))
"""As approved pages have them: other rules come and go."""
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def made() -> Audit:
    """An audit with a bit of everything."""
    found = audit(Posture(world.world()), BINDING, AT, "arn:aws:iam::111111111111:role/auditor")
    first, second, *rest = found.findings
    excuse = Excuse("until spring", "dba@example.com", date(2027, 3, 31), Location("shop.yaml", 40, 5))
    waived = replace(second, state=State.WAIVED, excuse=excuse)
    asked = {"dBInstanceIdentifier": "orders", "skipFinalSnapshot": True}
    events = [record("rds:DeleteDBInstance", asked, role("thief"), eventID="e-1")]
    trail = report(judge(events, CONTEXT), "1 file in trails")
    whole = replace(found, findings=(first, waived, *rest), expectations=expectations(), stacks=("shop",), trail=trail)
    return earlier_than(whole)


def expectations() -> tuple[Expectation, ...]:
    written = Written(only=("root",), may=("delete",), on=("every database",), because="finding 12")
    at = Location("shop.yaml", 4, 5)
    unsure = Outcome(Expected(written, at), unknown=("policy boundary was not read",))
    met = Outcome(Expected(Written(reach=("db:orders",), only_from=("10.0.0.0/8",)), at))
    return (Expectation("shop", unsure), Expectation("shop", met))


def earlier_than(found: Audit) -> Audit:
    """Compared with one in which something else was wrong."""
    then = comparable(found)
    entries = dict(then.entries)
    new = min(name for name, one in entries.items() if one.state is State.FAIL)
    entries["storage-encrypted", "db:sold"] = Entry(State.FAIL, Severity.HIGH, "its storage is not encrypted")
    entries[new] = replace(entries[new], state=State.PASS)
    return since(found, replace(then, at=datetime(2026, 11, 20, tzinfo=UTC), entries=entries))


@pytest.mark.parametrize("width", [80, 140])
def test_an_audit_looks_as_approved(width: int) -> None:
    assert_golden(f"audit-{width}.txt", text_of(audit_text, made(), width=width, color=False))


def test_an_audit_of_what_was_hardly_read_looks_as_approved() -> None:
    denied = [key for key in world.REPLIES if key[1] not in ("DescribeDBInstances", "DescribeDBClusters")]
    found = audit(Posture(world.world(None, *denied)), BINDING, AT)
    assert_golden("audit-blind.txt", text_of(audit_text, found, width=100, color=False))


def test_an_audit_as_markdown_is_as_approved() -> None:
    assert_golden("audit.md", audit_markdown(made()))


def test_an_audit_as_a_page_is_as_approved() -> None:
    assert_golden("audit.html", audit_html(made()))


def test_everything_is_listed_on_demand() -> None:
    short, whole = (text_of(audit_text, made(), everything=each, width=200) for each in (False, True))
    unknown = [one for one in made().findings if one.state is State.UNKNOWN]
    assert unknown
    assert all(f"{one.subject}: {one.rule}" in whole for one in unknown)
    assert not any(f"{one.subject}: {one.rule}" in short for one in unknown)


def test_an_audit_obeys_its_schema() -> None:
    schema = audit_schema()
    for found in (made(), audit(Posture(world.world()), BINDING, AT), Audit(AT, BINDING)):
        Draft202012Validator(schema).validate(json.loads(audit_json(found, "1")))
    for part in (schema, *schema["$defs"].values()):
        assert [name for name, field in part.get("properties", {}).items() if "description" not in field] == []


def test_other_tools_get_all_that_stops() -> None:
    found = made()
    (run,) = json.loads(audit_sarif(found, "1"))["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    told = Counter(result["ruleId"] for result in run["results"] if not result.get("suppressions"))
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    failing = Counter(one.rule for one in found.findings if one.state is State.FAIL)
    assert told == failing + Counter({"expect": 1, "trail/data-deleted": 1, "trail/not-in-spec": 1})
    suites = ET.fromstring(audit_junit(found))
    assert Counter(case.get("classname") for case in suites.iterfind(".//testcase[failure]")) == told


# The page


class Page(HTMLParser):
    """What a browser makes of a page: tags that are open, links, ids, classes, texts."""

    VOID = frozenset({"meta", "br", "img", "path", "rect", "circle"})

    def __init__(self, shown: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.classes: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(shown)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "src"):
                self.links.append(value or "")
            elif name == "id":
                self.ids.append(value or "")
            elif name == "class":
                self.classes.update((value or "").split())

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def hostile() -> Audit:
    found = made()
    bad = [
        replace(one, subject=EVIL, message=EVIL, fix=EVIL, stack=EVIL, location=Location(EVIL, 1, 1))
        for one in found.findings
    ]
    events = [record("rds:DeleteDBInstance", {"dBInstanceIdentifier": EVIL}, role("thief"), userAgent=EVIL)]
    return since(
        replace(found, findings=tuple(bad), caller=EVIL, stacks=(EVIL,), trail=report(judge(events, CONTEXT), EVIL)),
        comparable(replace(found, findings=())),
    )


def test_a_page_is_whole_loads_nothing_and_runs_nothing() -> None:
    for found in (made(), hostile(), Audit(AT, BINDING), audit(Posture(world.world()), BINDING, AT)):
        shown = audit_html(found)
        page = Page(shown)
        assert page.open == []
        assert (page.tags["h1"], page.tags["main"], page.tags["script"], page.tags["img"]) == (1, 1, 0, 0)
        assert "default-src 'none'" in shown
        assert not re.search(r"url\(|@import", STYLE)
        assert not {name for name in page.attributes if name.startswith("on")}
        assert sorted({link.removeprefix("#") for link in page.links}) == sorted(page.ids)
        assert all(link.startswith("#") for link in page.links)
        assert all(line.isprintable() for line in shown.split("\n"))


def test_what_strangers_say_is_text_in_every_form() -> None:
    found = hostile()
    rendered = MarkdownIt("commonmark", {"html": True}).render(audit_markdown(found))
    assert "<script" not in rendered
    assert "<img" not in rendered
    assert "<a href" not in rendered
    text = text_of(audit_text, found, color=True)
    assert "\x1b[2J" not in text
    assert "\u202e" not in text
    ET.fromstring(audit_junit(found))
    assert audit_json(found, "1").isascii()
    assert json.loads(audit_sarif(found, "1"))


def _luminance(colour: str) -> float:
    """WCAG 2.2, "relative luminance"."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_every_colour_can_be_read_on_every_ground(colours: dict[str, str]) -> None:
    """WCAG 2.2, success criterion 1.4.3: 4.5 to 1."""
    grounds = ("paper", "box")
    for name, ground in product(colours.keys() - {*grounds, "line"}, grounds):
        dark, light = sorted((_luminance(colours[name]), _luminance(colours[ground])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)


def test_every_class_has_its_style_and_no_box_is_wider_than_a_phone() -> None:
    used = Page(audit_html(made())).classes | Page(audit_html(hostile())).classes
    assert {name for name in used if f".{name}" not in STYLE} <= SVG_CLASSES
    pixels = [int(found) for found in re.findall(r"(?<!max-)(?<!font)width:(\d+)px", STYLE)]
    assert [one for one in pixels if one > 343] == []
    assert "overflow-wrap:anywhere" in STYLE
    assert "minmax(min(100%," in STYLE


SVG_CLASSES = frozenset({"rs", "node", "title", "paper", "key", "weak", "reachable", "possible", "latent"})
"""Those of the picture, which brings a style of its own."""


def test_of_very_much_a_page_and_markdown_show_a_part_and_say_so() -> None:
    finding = Finding("not-public", State.FAIL, Severity.CRITICAL, "db:x", "m" * 100, "f")
    many = tuple(replace(finding, subject=f"db:{number}") for number in range(1000))
    found = replace(made(), findings=many)
    assert "800 more are left out here" in audit_html(found)
    assert len(audit_markdown(found)) < 60_000
    assert "900 more things on which a rule fails" in text_of(audit_text, found)
