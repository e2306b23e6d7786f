"""SARIF logs: they obey the schema of SARIF 2.1.0, and what GitHub asks for beyond it.

``schemas/sarif-2.1.0-rtm.5.json`` is the schema as the npm package @microsoft/jest-sarif 1.0.0-beta.0 ships it, under
the MIT licence of its project sarif-js-sdk; it comes from the technical committee of OASIS by way of SchemaStore.
GitHub's demands are those of its page "SARIF support for code scanning".
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rds_secure.errors import Location
from rds_secure.finding import Excuse, Finding, Severity, State
from rds_secure.render.sarif import Sort, check_sarif
from rds_secure.rules import RULES
from rds_secure.values import Address

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json").read_text())
START = Location("specs/orders.yaml", 1, 1)
AT = Location("/work tree/specs/orders.yaml", 7, 12)
MORE = (Sort("expect", "What specs expect holds", "Somebody wrote it down.", Severity.HIGH),)


def finding(state: State = State.FAIL, location: Location | None = AT, rule: str = "not-public") -> Finding:
    excuse = Excuse("it is a test", "dba@example.com", date(2027, 1, 31), AT) if state is State.WAIVED else None
    address, path = Address.parse("db_instance.orders"), ("public",)
    what = ("it has a public address", "write 'public: false'")
    return Finding(rule, state, Severity.CRITICAL, "db:orders", *what, address, path, location, excuse=excuse)


def logged(*findings: Finding, root: str = "/work tree") -> dict[str, Any]:
    log: dict[str, Any] = json.loads(check_sarif(findings, RULES, "1.0", START, MORE, root))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    return dict(run)


def test_every_log_obeys_the_schema() -> None:
    run = logged(finding(), finding(State.WAIVED), finding(State.KNOWN), finding(location=None), finding(State.PASS))
    assert len(run["results"]) == 4


def test_the_schema_is_one_that_refuses() -> None:
    log = json.loads(check_sarif([finding()], RULES, "1.0", START))
    log["runs"][0]["results"][0]["level"] = "dreadful"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(log)


def test_rules_have_all_that_github_shows() -> None:
    for rule in logged()["tool"]["driver"]["rules"]:
        assert rule["id"]
        assert all(rule[name]["text"] for name in ("shortDescription", "fullDescription", "help"))
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        tags = rule["properties"]["tags"]
        assert "security" in tags
        assert len(tags) == len(set(tags)) <= 20
        assert 0 < float(rule["properties"]["security-severity"]) <= 10


@pytest.mark.parametrize(
    ("severity", "least", "most"),
    [("critical", 9.1, 10), ("high", 7.0, 8.9), ("medium", 4.0, 6.9), ("low", 0.1, 3.9)],
)
def test_github_shows_the_severity_that_we_mean(severity: str, least: float, most: float) -> None:
    """GitHub: over 9.0 critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, 0.1 to 3.9 low."""
    scores = {
        rule["id"]: float(rule["properties"]["security-severity"]) for rule in logged()["tool"]["driver"]["rules"]
    }
    meant = [rule.id for rule in RULES if rule.severity is Severity.parse(severity)]
    assert meant
    assert all(least <= scores[name] <= most for name in meant)


def test_results_have_a_rule_a_place_and_a_fingerprint() -> None:
    run = logged(finding(), finding(location=None))
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"] == "not-public"
        (location,) = result["locations"]
        assert location["physicalLocation"]["region"]["startLine"] >= 1
        assert result["partialFingerprints"]
    first, second = run["results"]
    assert first["partialFingerprints"] == second["partialFingerprints"], "where a thing stands may change"


@pytest.mark.parametrize(
    ("file", "root", "uri"),
    [
        ("/work tree/specs/orders.yaml", "/work tree", "specs/orders.yaml"),
        ("/work tree/my specs/orders.yaml", "/work tree/", "my%20specs/orders.yaml"),
        ("/work trees/orders.yaml", "/work tree", "file:///work%20trees/orders.yaml"),
        ("specs/orders.yaml", "/work tree", "specs/orders.yaml"),
        ("./specs/orders.yaml", "/work tree", "specs/orders.yaml"),
        ("specs\\orders.yaml", "", "specs/orders.yaml"),
    ],
)
def test_files_are_told_by_their_path_in_the_repository(file: str, root: str, uri: str) -> None:
    run = logged(finding(location=Location(file, 3, 4)), root=root)
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}
