"""Rules of other packages: found where packages are installed and nowhere else, checked, and never a crash."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path

import pytest

from rds_secure.access.posture import Posture
from rds_secure.errors import SpecError
from rds_secure.finding import State
from rds_secure.inventory.model import Inventory, Place, Question
from rds_secure.rules import RULES, Guardrails, installed
from rds_secure.rules.files import missing_packages, read_policy
from tests.rules.examples import ACCOUNT, INSTANCE, REGION
from tests.rules.packages import install

POSTURE = Posture(
    Inventory(Place(ACCOUNT, REGION), {Question("rds", "DescribeDBInstances"): {"DBInstances": [dict(INSTANCE)]}})
)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    kept = set(sys.modules)
    yield
    for name in set(sys.modules) - kept:
        if name.startswith(("acme_rules", "other_rules")):
            del sys.modules[name]


def problems(*folders: Path) -> list[str]:
    with pytest.raises(SpecError) as caught:
        installed.load(folders)
    return [str(problem) for problem in caught.value.problems]


def said(folder: Path, text: str = "") -> list[tuple[State, str]]:
    """What the package's rule says of the one database, under a policy."""
    table = installed.load().table
    path = folder / "policy.yaml"
    path.write_text(f"version: 1\n{text}")
    policies = (read_policy(path, {rule.id for rule in table}),) if text else ()
    found = Guardrails(policies=policies, table=table).judge(POSTURE)
    return [(one.state, one.message) for one in found if one.rule == "acme/named"]


def test_without_such_packages_there_are_our_own_rules() -> None:
    assert installed.load().table == RULES


def test_the_rules_of_an_installed_package_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", monkeypatch)
    found = installed.load()
    assert [rule.id for rule in found.rules] == ["acme/named"]
    assert found.names == {"acme-rules"}
    assert said(tmp_path) == [(State.FAIL, "orders does not begin with acme-")]


BROKEN = [
    ("raise KeyError('hunter2')", "the rule itself raised KeyError"),
    ("import sys; sys.exit(0)", "the rule itself raised SystemExit"),
    ("return subject.policy", "the rule itself raised TypeError"),
    ("return True", "the rule itself gave no verdict"),
    ("from rds_secure.finding import State; return Verdict(State.WAIVED)", "the rule itself gave no verdict"),
    ("return Verdict('pass', None)", "the rule itself gave no verdict"),
]


@pytest.mark.parametrize(("decide", "message"), BROKEN)
def test_a_rule_that_breaks_is_unknown_and_says_whose_mistake_it_is(
    decide: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "site", monkeypatch, decide=decide)
    assert said(tmp_path) == [(State.UNKNOWN, f"{message}, which is a mistake in the package acme-rules")]


def test_one_that_is_mandatory_fails_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", monkeypatch, decide="raise KeyError")
    ((state, _),) = said(tmp_path, "mandatory: [acme/named]\n")
    assert state is State.FAIL


def test_nothing_is_taken_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = install(tmp_path / "site", monkeypatch, code="raise AssertionError('it was run')")
    monkeypatch.chdir(folder)
    (said,) = problems()
    assert said.startswith(f"the rules of the package acme-rules lie in {folder}: install it into an environment")


def test_nothing_is_taken_from_beside_a_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = install(tmp_path / "specs" / "vendor", monkeypatch, code="raise AssertionError('it was run')")
    (said,) = problems(folder.parent)
    assert "lie in" in said


def test_a_module_of_that_name_in_the_working_folder_is_not_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "site", monkeypatch)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "acme_rules.py").write_text("raise AssertionError('it was run')")
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.syspath_prepend("")
    assert [rule.id for rule in installed.load().rules] == ["acme/named"]
    assert sys.path[0] == ""


class _Editable(MetaPathFinder):
    """Finds a module where a developer works on it, as editable installs do."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        return spec_from_file_location(name, self.path) if name == self.path.stem else None


def test_code_that_lies_elsewhere_than_its_metadata_is_looked_at_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = install(tmp_path / "site", monkeypatch, code="raise AssertionError('it was run')")
    here = tmp_path / "here"
    here.mkdir()
    (folder / "acme_rules.py").rename(here / "acme_rules.py")
    monkeypatch.setattr(sys, "meta_path", [_Editable(here / "acme_rules.py"), *sys.meta_path])
    monkeypatch.chdir(here)
    (said,) = problems()
    assert f"the rules of the package acme-rules lie in {here}/acme_rules.py" in said


def test_an_environment_inside_the_working_folder_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = install(tmp_path / "site", monkeypatch)
    monkeypatch.setattr("site.getsitepackages", lambda: [str(folder)])
    monkeypatch.chdir(tmp_path)
    assert installed.load().names == {"acme-rules"}


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"rule": "named"}, "rule 'named': its id is not acme/ and lower-case words with hyphens"),
        ({"rule": "acme/Named"}, "rule 'acme/Named': its id is not acme/"),
        ({"rule": "storage-encrypted"}, "rule 'storage-encrypted': its id is not acme/"),
        ({"more": "profile='strict'"}, "rule 'acme/named': it needs a 'severity', a 'profile' and a 'decide'"),
        ({"point": "acme = acme_rules:decide"}, "the entry point 'acme' gives no tuple of rds_secure.rules.Rule"),
        ({"point": "Acme = acme_rules:RULES"}, "the entry point 'Acme' begins the ids of its rules"),
        ({"point": "acme = acme_rules:NONE"}, "cannot be loaded: acme_rules:NONE raised AttributeError"),
        ({"code": "raise ValueError('hunter2')"}, "cannot be loaded: acme_rules:RULES raised ValueError"),
        ({"code": "import sys; sys.exit(0)"}, "cannot be loaded: acme_rules:RULES raised SystemExit"),
        ({"code": "def f(:"}, "cannot be loaded: acme_rules:RULES raised SyntaxError"),
    ],
)
def test_what_is_wrong_with_a_package_is_said(
    how: dict[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "site", monkeypatch, **how)
    (problem,) = problems()
    assert said in problem
    assert "acme-rules" in problem
    assert "hunter2" not in problem


def test_a_rule_says_all_there_is_to_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "from rds_secure.finding import Severity\nfrom rds_secure.rules import PASSED, Rule\n"
        "one = Rule('acme/named', (), Severity.LOW, '', ' ', '', lambda subject, context: PASSED, '{', '')\n"
        "RULES = (one, one)\n"
    )
    install(tmp_path / "site", monkeypatch, code=code)
    found = problems()
    wanted = ("no 'title'", "no 'why'", "no 'fix'", "no 'bad'", "'good' is no YAML", "'of' is no tuple", "two rules")
    for each in wanted:
        assert any(each in problem for problem in found), each


def test_two_packages_do_not_share_a_prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", monkeypatch)
    install(tmp_path / "more", monkeypatch, package="other", module="other_rules", point="acme = other_rules:RULES")
    assert problems() == ["the packages acme-rules and other both give 'acme': uninstall one of the two"]


def test_a_policy_asks_for_packages_by_any_spelling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", monkeypatch)
    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\npackages: [Acme_Rules, other]\n")
    (problem,) = missing_packages([read_policy(path, ())], installed.load().names)
    assert str(problem).startswith(f"{path}:2:24: no rules of the package 'other' are here: install it")
