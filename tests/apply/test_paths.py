"""JMESPath as operations use it."""

from __future__ import annotations

import pytest

from rds_secure.paths import search

REPLY = {"DBProxy": {"DBProxyArn": "arn:aws:rds:eu-west-1:123456789012:db-proxy:prx-0123"}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("DBProxy.DBProxyArn", REPLY["DBProxy"]["DBProxyArn"]),
        ("last_part(DBProxy.DBProxyArn)", "prx-0123"),
        ("last_part(DBProxy.Endpoint)", None),
        ("DBProxy.Endpoint", None),
        ("type(DBProxy.Endpoint)", "null"),
    ],
)
def test_a_path_leads_to_a_member_or_a_part_of_an_arn_or_nowhere(path: str, found: str | None) -> None:
    assert search(path, REPLY) == found
