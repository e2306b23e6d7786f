"""Findings as JUnit XML: one case for each rule and thing. What is waived, known or unknown counts as skipped."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from rds_secure.finding import Finding, State
from rds_secure.render.check_view import counted
from rds_secure.render.findings_words import answered

_SKIPPED = (State.WAIVED, State.KNOWN, State.UNKNOWN)


def check_junit(findings: Sequence[Finding], of: str, name: str = "rds-secure check") -> str:
    """The whole file. ``of``: a stack, or an account; ``name``: the command."""
    counts = counted(findings)
    sums = {
        "tests": str(len(findings)),
        "failures": str(counts[State.FAIL]),
        "skipped": str(sum(counts[state] for state in _SKIPPED)),
    }
    suites = ET.Element("testsuites", {"name": name, **sums})
    suite = ET.SubElement(suites, "testsuite", {"name": _legal(of), "errors": "0", **sums})
    for one in findings:
        _case(suite, one)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=False)


def _case(suite: ET.Element, one: Finding) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": one.rule, "name": _legal(one.subject)})
    if one.location:
        case.attrib |= {"file": _legal(one.location.file), "line": str(one.location.line)}
    if one.state is State.FAIL:
        wrong = ET.SubElement(case, "failure", {"message": _legal(one.message), "type": str(one.severity)})
        wrong.text = _legal(f"{one.location or one.subject}: {one.message}. To mend it: {one.fix}.")
    elif one.state in _SKIPPED:
        said = f"{one.state}{f' {answered(one)}' if one.excuse else ''}: {one.message}"
        ET.SubElement(case, "skipped", {"message": _legal(said)})


def _legal(text: str) -> str:
    """What XML takes: no control characters."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
