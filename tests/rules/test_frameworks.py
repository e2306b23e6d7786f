"""PCI DSS, SOC 2 and CIS by what public mappings say: the tables fit the rules, and are added to them once."""

from __future__ import annotations

import re

import pytest

from rds_secure.render.explain import explained
from rds_secure.rules import RULES, Rule, frameworks
from rds_secure.rules.frameworks import CIS, PCI, SOC, with_frameworks

BY_ID = {rule.id: rule for rule in RULES}
FORMS = {
    PCI: r"([1-9]|1[0-2]|A[1-3])(\.\d{1,2}){1,4}",
    SOC: r"(CC[1-9]|A1|C1|PI1)\.[1-9]",
    CIS: r"[1-6](\.\d{1,2}){1,2}",
}
"""Requirements of PCI DSS and its annexes, common criteria and categories of SOC 2, recommendations of CIS v7."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_ids_of_a_rule_are_ids_sorted_and_each_there_once(rule: Rule) -> None:
    for whose, form in FORMS.items():
        ids = rule.aliases.get(whose, ())
        assert [one for one in ids if not re.fullmatch(form, one)] == []
        assert len(set(ids)) == len(ids)
        assert list(ids) == sorted(ids, key=frameworks._parts)


def test_every_row_of_the_tables_is_used_by_a_rule() -> None:
    checks = {check for rule in RULES for check in rule.aliases.get("Prowler", ())}
    controls = {control for rule in RULES for control in rule.aliases.get("Security Hub", ())}
    assert set(frameworks._BY_CHECK) <= checks
    assert set(frameworks._BY_CONTROL) <= controls


@pytest.mark.parametrize(
    ("rule", "whose", "ids"),
    [
        ("password-policy", PCI, ("8.3.6", "8.3.7", "8.3.9", "8.3.10.1", "8.6.3")),
        ("not-public", PCI, ("1.2.8", "1.3.1", "1.3.2", "1.4.2", "1.4.4", "1.5.1", "3.5.1.3", "10.3.2")),
        ("minor-upgrades", PCI, ("6.3.3",)),
        ("master-name", PCI, ("2.2.2",)),
        ("backups-kept", SOC, ("A1.2", "CC7.4")),
        ("cluster-zones", CIS, ("3.2.4",)),
        ("no-policies-on-users", CIS, ("2.13",)),
    ],
)
def test_what_security_hub_and_prowler_say_is_joined(rule: str, whose: str, ids: tuple[str, ...]) -> None:
    assert BY_ID[rule].aliases[whose][: len(ids)] == ids
    assert f"{whose}: {', '.join(ids)}" in explained(BY_ID[rule])


def test_what_no_mapping_is_about_stays_as_it_is() -> None:
    assert PCI not in BY_ID["own-tags"].aliases
    assert BY_ID["managed-password"].aliases == {}


def test_it_is_done_once_and_doing_it_again_changes_nothing() -> None:
    assert tuple(map(with_frameworks, RULES)) == RULES
