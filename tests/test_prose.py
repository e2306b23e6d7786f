"""What README and CONTRIBUTING list by hand: that nothing is missing, and nothing told twice."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_readme_tells_every_exit_code_once() -> None:
    codes = re.findall(r"^\| (\d+) \| ", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "64", "130"]


def test_contributing_names_every_schema_that_is_renewed() -> None:
    lines = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith("| `schemas/*.schema.json`"))
    named = set(re.findall(r"`([a-z-]+)`", row)) | {"stack"}
    assert named == {path.name.removesuffix(".schema.json") for path in (ROOT / "schemas").iterdir()}
