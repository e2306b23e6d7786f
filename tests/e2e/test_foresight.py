"""What a plan is said to leave is what it leaves: every answer about access, for random specs and random changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rds_secure import api
from rds_secure.sandbox import Sandbox
from tests.e2e.foresight.compare import differences, misjudged
from tests.e2e.foresight.trial import seen


@pytest.mark.parametrize("seed", [7])
def test_what_is_foreseen_is_what_comes(sandbox: Sandbox, account: api.Account, tmp_path: Path, seed: int) -> None:
    """`python -m tests.e2e.foresight 100` tries more."""
    for each in seen(sandbox, account, tmp_path, seed, changes=1, small=True):
        assert differences(each) == ()
        assert misjudged(each) == ()
        assert differences(replace(each, foreseen=each.before)), "an account that did not change would be noticed"
