"""Who may do what, of an account that AWS's own client has filled."""

from __future__ import annotations

import json

from rds_secure import api
from rds_secure.access.findings import TOPICS, Asked, find
from rds_secure.access.naming import label
from rds_secure.access.posture import Posture
from rds_secure.access.register import review
from tests.e2e.harness import Harness

DELETE = {"Effect": "Allow", "Action": "rds:DeleteDBInstance", "Resource": "*", "Sid": "Clean"}


def test_a_user_and_its_statement_are_found(harness: Harness) -> None:
    iam = harness.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [DELETE]})
    harness.behind(lambda _: iam.create_user(UserName="dana"))
    harness.behind(lambda _: iam.put_user_policy(UserName="dana", PolicyName="own", PolicyDocument=document))
    found = find(Posture(api.take_inventory(harness.account, TOPICS)), Asked(["dana"], ["delete"]))
    (entry,) = review(found)
    assert label(entry.principal, harness.account.identity.account) == "user dana"
    assert (entry.database, entry.condition, entry.source) == ("any new one", "", ("Clean of own of user dana",))
    assert entry.since == iam.get_user(UserName="dana")["User"]["CreateDate"].date().isoformat()
