"""Findings of Security Hub: there are none without a hub, what customers set outlives an import, and can be set.

GetFindings ignores its filters, as moto has it: whoever reads has to look again anyway.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from moto.securityhub import urls
from moto.securityhub.models import Finding, SecurityHubBackend
from moto.securityhub.responses import SecurityHubResponse

from rds_secure.sandbox.repairs.patch import add, around

_CUSTOMERS = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
"""What BatchImportFindings cannot change once a finding is there (API reference)."""


def enabled() -> None:
    """Without a hub findings are neither imported nor read."""

    @around(SecurityHubResponse, "get_findings", "batch_import_findings")
    def asked(original: Any, self: Any) -> str:
        self.securityhub_backend.describe_hub()  # fails where it is not enabled
        answer: str = original(self)
        return answer


def imported() -> None:
    """A finding is known by product and id; an older one changes nothing, and a newer one not what is the customer's.

    Security Hub fills in the Region, when it got the finding, and the workflow of what is new, or active again.
    """

    @around(SecurityHubBackend, "batch_import_findings")
    def batch(original: Any, self: Any, findings: list[dict[str, Any]]) -> Any:
        good = [one for one in findings if one.get("AwsAccountId") == self.account_id]
        failed = [
            {"Id": one.get("Id", ""), "ErrorCode": "InvalidAccess", "ErrorMessage": "the account is another one"}
            for one in findings
            if one.get("AwsAccountId") != self.account_id
        ]
        done = 0
        for one in good:
            count, bad = _take(original, self, one)
            done += count
            failed += bad
        return len(failed), done, failed


def _take(original: Any, hub: Any, finding: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    before = next((one for one in hub.findings if _key(one.data) == _key(finding)), None)
    kept = hub.findings
    if before is None:
        hub.findings = []  # moto knows a finding by its id alone
        _, done, failed = original(hub, [_filled(finding, hub)])
        hub.findings = [*kept, *hub.findings]
        return done, failed
    if str(finding["UpdatedAt"]) > str(before.data["UpdatedAt"]):
        theirs = {name: before.data[name] for name in _CUSTOMERS if name in before.data}
        if _is_back(before.data, finding) and theirs["Workflow"]["Status"] in ("NOTIFIED", "RESOLVED"):
            theirs["Workflow"] = {"Status": "NEW"}
        before.data.update({**_filled(finding, hub), **theirs})
    return 1, []


def _is_back(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether it is active again, or passes no more (API reference, WorkflowStatus)."""

    def passed(one: dict[str, Any]) -> bool:
        return bool((one.get("Compliance") or {}).get("Status") == "PASSED")

    active = before["RecordState"] == "ARCHIVED" and now.get("RecordState", "ACTIVE") == "ACTIVE"
    return active or (passed(before) and not passed(now))


def _filled(finding: dict[str, Any], hub: Any) -> dict[str, Any]:
    own = {"Region": hub.region_name, "ProcessedAt": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}"}
    return {"RecordState": "ACTIVE", "Workflow": {"Status": "NEW"}, **finding, **own}


def _key(finding: dict[str, Any]) -> tuple[Any, Any]:
    return finding.get("ProductArn"), finding.get("Id")


def updated() -> None:
    """BatchUpdateFindings, for workflow and note."""
    urls.url_paths["{0}/findings/batchupdate$"] = SecurityHubResponse.dispatch

    @add(SecurityHubResponse)
    def batch_update_findings(self: Any) -> str:
        hub, params = self.securityhub_backend, json.loads(self.body)
        hub.describe_hub()
        known: dict[Any, Finding] = {_key(one.data): one for one in hub.findings}
        done, failed = [], []
        for asked in params["FindingIdentifiers"]:
            if found := known.get(_key(asked)):
                found.data.update({name: params[name] for name in ("Note", "Workflow") if name in params})
                done.append(asked)
            else:
                failed.append(
                    {
                        "FindingIdentifier": asked,
                        "ErrorCode": "FindingNotFound",
                        "ErrorMessage": "there is no such finding",
                    }
                )
        return json.dumps({"ProcessedFindings": done, "UnprocessedFindings": failed})
