"""What is loaded when, and the names that the package gives away."""

from __future__ import annotations

import pytest

import rds_secure
from tests.cli.running import alone

HEAVY = ("boto3", "botocore", "moto", "yaml", "pydantic", "rich", "jsonschema", "urllib3", "asyncio")
AWS = ("boto3", "botocore", "moto", "s3transfer")

COMMAND = """
import sys
from rds_secure.cli.main import run
code = run(sys.argv[1:])
sys.stdout.flush()
print("\\nLOADED", code, *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def loaded(*arguments: str) -> tuple[int, set[str]]:
    """The exit code of a command line, and the packages that it loaded."""
    made = alone(COMMAND, *arguments)
    assert "LOADED" in made.out, made.err
    code, *names = made.out.rpartition("LOADED ")[2].split()
    return int(code), set(names)


@pytest.mark.parametrize(
    "arguments", [("--help",), ("-h",), ("plan", "--help"), ("apply", "-h"), ("sandbox", "--help")]
)
def test_help_loads_nothing_but_click(arguments: tuple[str, ...]) -> None:
    code, names = loaded(*arguments)

    assert code == 0
    assert not names & set(HEAVY)
    assert "click" in names


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("validate", "specs/quickstart.yaml"), 0),
        (("validate", "tests/spec/broken/field-misspelt.yaml"), 1),
        (("schema", "stack"), 0),
        (("schema", "plan"), 0),
        (("aply",), 64),
        (("--version",), 0),
    ],
    ids=str,
)
def test_what_calls_nothing_loads_nothing_of_aws(arguments: tuple[str, ...], code: int) -> None:
    found, names = loaded(*arguments)

    assert found == code
    assert not names & set(AWS)


def test_importing_the_package_loads_nothing() -> None:
    made = alone("import sys, rds_secure; print(*sys.modules)")
    names = set(made.out.split())

    assert (made.code, made.err) == (0, "")
    assert {name for name in names if name.startswith("rds_secure")} == {"rds_secure"}
    assert not names & {*HEAVY, "click"}


def test_the_public_names() -> None:
    assert rds_secure.__all__ == [
        "Inventory",
        "Plan",
        "Posture",
        "RdsSecureError",
        "Stack",
        "Topic",
        "__version__",
        "apply",
        "connect",
        "foresee",
        "load",
        "make_plan",
        "review",
        "take_inventory",
        "verify",
    ]


@pytest.mark.parametrize("name", rds_secure.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(rds_secure, name) is not None


def test_any_other_name_is_not() -> None:
    with pytest.raises(AttributeError, match="module 'rds_secure' has no attribute 'destroy_everything'"):
        _ = rds_secure.destroy_everything  # type: ignore[attr-defined]


def test_the_public_names_are_lazy_and_still_import_as_usual() -> None:
    made = alone(
        "import sys\n"
        "from rds_secure import load, Stack, RdsSecureError\n"
        "assert 'boto3' not in sys.modules\n"
        "stack, sources = load(['specs/quickstart.yaml'])\n"
        "assert isinstance(stack, Stack)\n"
        "assert 'boto3' not in sys.modules\n"
        "print(stack.name)\n"
    )

    assert (made.code, made.out, made.err) == (0, "quickstart\n", "")
