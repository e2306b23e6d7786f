"""The organization's policies from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rds_secure.access.scp import levels_in
from rds_secure.errors import UsageError
from tests.access.iam.cases import document, statement

ALL = document(statement("Allow"))
NO_DELETES = document(statement("Deny", "rds:Delete*"))


def read(folder: Path, written: Any) -> Any:
    file = folder / "scp.json"
    file.write_text(written if isinstance(written, str) else json.dumps(written))
    return levels_in(file)


def test_levels_keep_their_order_and_policies_their_names(tmp_path: Path) -> None:
    root, unit = read(tmp_path, [[ALL], [ALL, {"name": "no deletes", "document": NO_DELETES}]])
    assert [policy.name for policy in root] == ["policy 1 of level 1 in scp.json"]
    assert [policy.name for policy in unit] == ["policy 1 of level 2 in scp.json", "no deletes"]
    assert unit[1].statements[0].allow is False


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{", "is not JSON"),
        ({"Statement": []}, "is not a JSON list of levels"),
        ([ALL], "is not a JSON list of levels"),
        ([[]], "level 1 has no policy"),
        ([[ALL], [["x"]]], "policy 1 of level 2: not a policy document"),
        ([[{"Statement": [{"Effect": "Perhaps"}]}]], "policy 1 of level 1: statement 1: not a statement"),
        ([[document(statement("Allow", Condition="x"))]], "policy 1 of level 1"),
    ],
)
def test_what_is_not_of_the_form_is_said(tmp_path: Path, written: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(tmp_path, written)
