"""What only the tagging API knows to be of a stack: one question, or two where IAM's tags are in another region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rds_secure import ownership, resources
from rds_secure.kind import Reader, Scope
from rds_secure.live.sight import Sight

_IAM_REGION = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""Where the tagging API of each partition keeps IAM's tags (ANY-5)."""


def tagged_for(reader: Reader, scope: Scope, sight: Sight) -> dict[str, dict[str, str]]:
    """ARN → tags of what only the tagging API knows to be of this stack; its lag only delays a prune.

    Asked for these types alone, because it lists every automated snapshot as well (RDS-18).
    """
    filters = {"TagFilters": [{"Key": ownership.STACK, "Values": [scope.stack]}]}
    types = sorted(name for kind in resources.KINDS for name in kind.tagged_as.split())
    asked: list[tuple[dict[str, Any], str | None]] = [({**filters, "ResourceTypeFilters": types}, None)]
    iam = _IAM_REGION.get(scope.partition, scope.region)
    if iam != scope.region:
        asked.append(({**filters, "ResourceTypeFilters": ["iam:policy"]}, iam))

    def look(ask: tuple[dict[str, Any], str | None]) -> Mapping[str, Any]:
        params, region = ask
        return sight.look(
            lambda: reader.call("resourcegroupstaggingapi", "GetResources", params, region=region) or {},
            {},
            kinds=_found_by(params["ResourceTypeFilters"]),
        )

    replies = reader.each(look, asked)
    return {
        item["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in item["Tags"]}
        for reply in replies
        for item in reply.get("ResourceTagMappingList", ())
    }


def _found_by(types: Iterable[str]) -> list[str]:
    """The kinds of which some are only found by what the tagging API calls them."""
    return [kind.name for kind in resources.KINDS if not set(types).isdisjoint(kind.tagged_as.split())]
