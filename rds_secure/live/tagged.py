"""What the tagging API knows to be of a stack, for kinds whose own lists show no tags. It reads nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rds_secure import ownership, resources, tagging
from rds_secure.kind import Reader, Scope
from rds_secure.live.sight import Sight
from rds_secure.spec.transfer import Transfers

IAM_REGION = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""Where each partition keeps IAM's tags in the tagging API, and its events in CloudTrail (ANY-5)."""


def tagged_things(reader: Reader, scope: Scope, transfers: Transfers, sight: Sight) -> dict[str, dict[str, str]]:
    """ARN → tags of what only the tagging API knows to be of this stack, or given to it; its lag only delays a prune.

    Asked for these types alone, because it lists every automated snapshot as well (RDS-18).
    """
    givers = sorted({place.stack for place in transfers.taken})
    filters = {"TagFilters": [{"Key": ownership.STACK, "Values": [scope.stack, *givers]}]}
    types = sorted(name for kind in resources.KINDS for name in kind.tagged_as.split())
    asked: list[tuple[dict[str, Any], str | None]] = [({**filters, "ResourceTypeFilters": types}, None)]
    iam = IAM_REGION.get(scope.partition, scope.region)
    if iam != scope.region:
        asked.append(({**filters, "ResourceTypeFilters": ["iam:policy"]}, iam))

    def look(ask: tuple[dict[str, Any], str | None]) -> Mapping[str, Any]:
        params, region = ask
        return sight.look(
            lambda: reader.call("resourcegroupstaggingapi", "GetResources", params, region=region) or {},
            {},
            kinds=_found_by(params["ResourceTypeFilters"]),
        )

    found = {
        item["ResourceARN"]: tagging.mapping(item["Tags"])
        for reply in reader.each(look, asked)
        for item in reply.get("ResourceTagMappingList", ())
    }
    theirs = (arn for arn, tags in found.items() if tags.get(ownership.STACK) in givers)
    others = {arn for arn in theirs if not _is_taken(found[arn], transfers)}
    return {arn: tags for arn, tags in found.items() if arn not in others}


def _is_taken(tags: Mapping[str, str], transfers: Transfers) -> bool:
    """Whether another stack's thing is listed as to become ours."""
    owner = ownership.owner(tags)
    return owner is not None and (owner.stack, owner.address) in transfers.taken


def _found_by(types: Iterable[str]) -> list[str]:
    """The kinds of which some are only found by what the tagging API calls them."""
    return [kind.name for kind in resources.KINDS if not set(types).isdisjoint(kind.tagged_as.split())]
