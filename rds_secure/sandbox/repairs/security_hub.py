"""Security Hub: its standards, its configuration and its tags, which moto lacks. Findings are as moto has them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from moto.securityhub import urls
from moto.securityhub.exceptions import InvalidInputException
from moto.securityhub.exceptions import SecurityHubClientError as HubError
from moto.securityhub.models import SecurityHubBackend
from moto.securityhub.responses import SecurityHubResponse

from rds_secure.sandbox.repairs.patch import add, amend_json, around

STANDARDS = {
    "standards/aws-foundational-security-best-practices/v/1.0.0": "AWS Foundational Security Best Practices v1.0.0",
    "ruleset/cis-aws-foundations-benchmark/v/1.2.0": "CIS AWS Foundations Benchmark v1.2.0",
    "standards/cis-aws-foundations-benchmark/v/1.4.0": "CIS AWS Foundations Benchmark v1.4.0",
    "standards/cis-aws-foundations-benchmark/v/3.0.0": "CIS AWS Foundations Benchmark v3.0.0",
    "standards/cis-aws-foundations-benchmark/v/5.0.0": "CIS AWS Foundations Benchmark v5.0.0",
    "standards/nist-800-53/v/5.0.0": "NIST Special Publication 800-53 Revision 5",
    "standards/nist-800-171/v/2.0.0": "NIST Special Publication 800-171 Revision 2",
    "standards/pci-dss/v/3.2.1": "PCI DSS v3.2.1",
    "standards/pci-dss/v/4.0.1": "PCI DSS v4.0.1",
    "standards/aws-resource-tagging-standard/v/1.0.0": "AWS Resource Tagging Standard v1.0.0",
}
"""What there is in every region, by the end of its ARN."""
BY_DEFAULT = tuple(STANDARDS)[:2]
"""What EnableSecurityHub enables by itself, unless it is told not to."""


def enabling() -> None:
    """The hub is enabled once, keeps how findings are generated, and has AWS's default standards unless told."""

    @around(SecurityHubResponse, "enable_security_hub")
    def enable(original: Any, self: Any) -> str:
        hub, params = self.securityhub_backend, _body(self)
        if hub.enabled:
            raise HubError("ResourceConflictException", "Account is already subscribed to Security Hub")
        original(self)
        hub.generator = params.get("ControlFindingGenerator", "SECURITY_CONTROL")
        hub.new_controls = True
        arns = [_arn(hub, path) for path in BY_DEFAULT] if params.get("EnableDefaultStandards", True) else []
        hub.standards = dict.fromkeys(arns, "READY")
        return json.dumps({})

    @amend_json(SecurityHubResponse, "describe_hub")
    def describe(self: Any, answer: dict[str, Any]) -> None:
        hub = self.securityhub_backend
        answer |= {"AutoEnableControls": hub.new_controls, "ControlFindingGenerator": hub.generator}
        answer.pop("Tags", None)


def configuration() -> None:
    """UpdateSecurityHubConfiguration."""

    @add(SecurityHubResponse)
    def update_security_hub_configuration(self: Any) -> str:
        hub, params = _enabled(self), _body(self)
        hub.new_controls = params.get("AutoEnableControls", hub.new_controls)
        hub.generator = params.get("ControlFindingGenerator", hub.generator)
        return json.dumps({})


def standards() -> None:
    """DescribeStandards, GetEnabledStandards, BatchEnableStandards and BatchDisableStandards."""
    for path in ("standards", "standards/get", "standards/register", "standards/deregister"):
        urls.url_paths[f"{{0}}/{path}$"] = SecurityHubResponse.dispatch

    @add(SecurityHubResponse)
    def describe_standards(self: Any) -> str:
        hub = _enabled(self)
        listed = [
            {"StandardsArn": _arn(hub, path), "Name": name, "EnabledByDefault": path in BY_DEFAULT}
            for path, name in STANDARDS.items()
        ]
        return json.dumps({"Standards": listed})

    @add(SecurityHubResponse)
    def get_enabled_standards(self: Any) -> str:
        hub = _enabled(self)
        return json.dumps({"StandardsSubscriptions": [_subscription(hub, arn) for arn in hub.standards]})

    @add(SecurityHubResponse)
    def batch_enable_standards(self: Any) -> str:
        hub = _enabled(self)
        arns = [item["StandardsArn"] for item in _body(self)["StandardsSubscriptionRequests"]]
        if unknown := set(arns) - {_arn(hub, path) for path in STANDARDS}:
            raise InvalidInputException("BatchEnableStandards", f"invalid StandardsArn {sorted(unknown)}")
        hub.standards |= dict.fromkeys(arns, "READY")
        return json.dumps({"StandardsSubscriptions": [_subscription(hub, arn) for arn in arns]})

    @add(SecurityHubResponse)
    def batch_disable_standards(self: Any) -> str:
        hub = _enabled(self)
        asked = _body(self)["StandardsSubscriptionArns"]
        gone = [item for arn in hub.standards if (item := _subscription(hub, arn))["StandardsSubscriptionArn"] in asked]
        for item in gone:
            del hub.standards[item["StandardsArn"]]
        return json.dumps({"StandardsSubscriptions": [{**item, "StandardsStatus": "DELETING"} for item in gone]})


def tags() -> None:
    """TagResource, UntagResource and ListTagsForResource, for the hub."""
    urls.url_paths["{0}/tags/(?P<arn>.+)$"] = SecurityHubResponse.dispatch

    @add(SecurityHubResponse)
    def list_tags_for_resource(self: Any) -> str:
        return json.dumps({"Tags": _tagged(self)})

    @add(SecurityHubResponse)
    def tag_resource(self: Any) -> str:
        _tagged(self).update(_body(self)["Tags"])
        return json.dumps({})

    @add(SecurityHubResponse)
    def untag_resource(self: Any) -> str:
        for key in self.querystring.get("tagKeys", []):
            _tagged(self).pop(key, None)
        return json.dumps({})


def _body(call: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call.body) if call.body else {}
    return found


def _enabled(call: Any) -> Any:
    hub: SecurityHubBackend = call.securityhub_backend
    hub.describe_hub()  # fails where it is not enabled
    return hub


def _tagged(call: Any) -> dict[str, str]:
    hub = _enabled(call)
    asked = unquote(call.parsed_url.path).partition("/tags/")[2]
    if asked != hub.describe_hub()["HubArn"]:
        raise HubError("ResourceNotFoundException", f"there is no {asked}")
    found: dict[str, str] = hub.tags
    return found


def _arn(hub: SecurityHubBackend, path: str) -> str:
    return f"arn:aws:securityhub:{hub.region_name if path.startswith('standards/') else ''}::{path}"


def _subscription(hub: Any, arn: str) -> dict[str, Any]:
    path = arn.split(":", 5)[5].partition("/")[2]
    own = f"arn:aws:securityhub:{hub.region_name}:{hub.account_id}:subscription/{path}"
    status = hub.standards.get(arn, "READY")
    return {"StandardsSubscriptionArn": own, "StandardsArn": arn, "StandardsInput": {}, "StandardsStatus": status}
