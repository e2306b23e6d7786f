"""`explain` on the command line: rules by any name, kinds and fields; and the table of rules in the README."""

from __future__ import annotations

import pytest

from rds_secure.render.explain import insert
from rds_secure.resources import KINDS
from rds_secure.rules import META, OUT_OF_SCOPE, RULES
from rds_secure.spec.reference import documented
from tests.cli.running import ROOT, Run


def test_without_a_word_all_rules_and_kinds_are_listed(ran: Run) -> None:
    lines = ran("explain").out.splitlines()
    for name in (*(rule.id for rule in (*RULES, *META)), *(kind.name for kind in KINDS)):
        assert any(line.split()[:1] == [name] for line in lines), name


def test_a_field_is_told_with_where_aws_has_it_and_what_it_decides(ran: Run) -> None:
    shown = ran("explain", "db_instance.public")
    assert shown.code == 0
    for part in (
        "db_instance.public · ",
        "AWS: PubliclyAccessible",
        "Terraform: publicly_accessible",
        "Left out: false",
    ):
        assert part in shown.out
    assert "takes effect: at once" in shown.out
    decided = shown.out.partition("Rules that it decides:")[2]
    assert [line.split()[0] for line in decided.strip().splitlines()] == ["not-public"]


def test_what_is_inside_a_field_is_found_with_or_without_brackets(ran: Run) -> None:
    assert ran("explain", "security_group.ingress.port").out == ran("explain", "security_group.ingress[].port").out
    assert "it has to be written" in ran("explain", "db_instance.engine").out


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_told_with_every_field_of_it(ran: Run, kind: object) -> None:
    name, spec = kind.name, kind.spec  # type: ignore[attr-defined]
    shown = ran("explain", name).out
    for field in documented(spec):
        assert f"  {field.path} " in shown, field.path
        assert field.path in ran("explain", f"{name}.{field.path}").out
    assert f"<code>{name}</code>" in ran("explain", name, "--format", "markdown").out


def test_the_rules_about_a_kind_are_named(ran: Run) -> None:
    (told,) = (line for line in ran("explain", "kms_key").out.splitlines() if line.startswith("Rules about it: "))
    assert {"key-rotated", "key-not-public"} <= set(told.partition(": ")[2].split(", "))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("db_instance.pubic", "db_instance has no field 'pubic': did you mean 'public'?"),
        ("db_instanc", "there is no rule or kind 'db_instanc': did you mean 'db_instance'?"),
        ("storage-encrypt", "did you mean 'storage-encrypted'?"),
    ],
)
def test_a_word_that_means_nothing_is_guessed_at(ran: Run, word: str, said: str) -> None:
    shown = ran("explain", word)
    assert shown.code == 64
    assert said in shown.err


@pytest.mark.parametrize("control", OUT_OF_SCOPE)
def test_a_control_without_a_rule_is_told_with_its_reason(ran: Run, control: str) -> None:
    assert ran("explain", control.swapcase()).out == f"{control} is decided by no rule: {OUT_OF_SCOPE[control]}\n"


def test_the_whole_reference_has_all_rules_and_all_controls_without_one(ran: Run) -> None:
    shown = ran("explain", "--format", "markdown").out
    assert all(f"## {rule.id}\n" in shown for rule in (*RULES, *META))
    assert all(f"- {control}: " in shown for control in OUT_OF_SCOPE)


def test_the_table_in_the_readme_is_current() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert insert(readme) == readme, "python -m rds_secure.render.explain renews it"
