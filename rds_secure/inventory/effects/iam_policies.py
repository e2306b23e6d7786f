"""What calls of IAM leave of policies: managed ones with their versions, who has them, and inline ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from rds_secure.inventory.effects.call import Call, Effect, document, tagged, untagged
from rds_secure.inventory.effects.iam import HOLDERS, POLICIES, take_in
from rds_secure.inventory.ledger import Ledger
from rds_secure.inventory.model import Reply


def _created(ledger: Ledger, call: Call) -> Reply:
    name, path = call["PolicyName"], call.get("Path", "/")
    first = {"Document": document(call["PolicyDocument"]), "VersionId": "v1", "IsDefaultVersion": True}
    item: dict[str, Any] = {
        "PolicyName": name,
        "PolicyId": call.token(),
        "Arn": call.arn("iam", f"policy{path}{name}", regional=False),
        "Path": path,
        "DefaultVersionId": "v1",
        "AttachmentCount": 0,
        "IsAttachable": True,
        "PolicyVersionList": [first],
        "Tags": call.tags,
    }
    ledger.add(POLICIES, item)
    return {"Policy": item}


def _policy(ledger: Ledger, call: Call) -> dict[str, Any]:
    return ledger.edit(POLICIES, call["PolicyArn"]) or {}


def _deleted(ledger: Ledger, call: Call) -> Reply:
    ledger.drop(POLICIES, call["PolicyArn"])
    return {}


def _tagged(ledger: Ledger, call: Call) -> Reply:
    policy = _policy(ledger, call)
    policy["Tags"] = tagged(policy.get("Tags", ()), call.tags)
    return {}


def _untagged(ledger: Ledger, call: Call) -> Reply:
    policy = _policy(ledger, call)
    policy["Tags"] = untagged(policy.get("Tags", ()), call["TagKeys"])
    return {}


# Versions


def _versioned(ledger: Ledger, call: Call) -> Reply:
    """Another version; numbers are never used twice."""
    policy = _policy(ledger, call)
    versions = policy.setdefault("PolicyVersionList", [])
    numbers = [int(version["VersionId"].removeprefix("v")) for version in versions]
    last = max([*numbers, ledger.aside.get(("policy version", call["PolicyArn"]), 0)])
    ledger.aside["policy version", call["PolicyArn"]] = last + 1
    name = f"v{last + 1}"
    new = {"Document": document(call["PolicyDocument"]), "VersionId": name, "IsDefaultVersion": False}
    versions.insert(0, new)
    if call.get("SetAsDefault"):
        _make_default(policy, name)
    return {"PolicyVersion": new}


def _make_default(policy: dict[str, Any], name: str) -> None:
    policy["DefaultVersionId"] = name
    for version in policy.get("PolicyVersionList", ()):
        version["IsDefaultVersion"] = version["VersionId"] == name


def _chosen(ledger: Ledger, call: Call) -> Reply:
    _make_default(_policy(ledger, call), call["VersionId"])
    return {}


def _unversioned(ledger: Ledger, call: Call) -> Reply:
    policy = _policy(ledger, call)
    policy["PolicyVersionList"] = [
        version for version in policy.get("PolicyVersionList", ()) if version["VersionId"] != call["VersionId"]
    ]
    return {}


# Who has them


def _attached(word: str, ledger: Ledger, call: Call) -> Reply:
    arn = call["PolicyArn"]
    item = ledger.edit(HOLDERS[word], call[f"{word}Name"]) or {}
    policies = item.setdefault("AttachedManagedPolicies", [])
    if all(policy["PolicyArn"] != arn for policy in policies):
        policies.append({"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn})
        take_in(ledger, arn)
        _count(ledger, arn, 1)
    return {}


def _detached(word: str, ledger: Ledger, call: Call) -> Reply:
    arn = call["PolicyArn"]
    item = ledger.edit(HOLDERS[word], call[f"{word}Name"]) or {}
    before = item.get("AttachedManagedPolicies", [])
    item["AttachedManagedPolicies"] = [policy for policy in before if policy["PolicyArn"] != arn]
    _count(ledger, arn, len(item["AttachedManagedPolicies"]) - len(before))
    return {}


def _count(ledger: Ledger, arn: str, more: int) -> None:
    policy = ledger.edit(POLICIES, arn)
    if policy and more:
        policy["AttachmentCount"] = policy.get("AttachmentCount", 0) + more


def _put(word: str, ledger: Ledger, call: Call) -> Reply:
    item = ledger.edit(HOLDERS[word], call[f"{word}Name"]) or {}
    new = {"PolicyName": call["PolicyName"], "PolicyDocument": document(call["PolicyDocument"])}
    item[f"{word}PolicyList"] = [*_others(item, word, call), new]
    return {}


def _taken(word: str, ledger: Ledger, call: Call) -> Reply:
    item = ledger.edit(HOLDERS[word], call[f"{word}Name"]) or {}
    item[f"{word}PolicyList"] = _others(item, word, call)
    return {}


def _others(item: Mapping[str, Any], word: str, call: Call) -> list[Any]:
    return [policy for policy in item.get(f"{word}PolicyList", ()) if policy["PolicyName"] != call["PolicyName"]]


EFFECTS: Mapping[str, Effect] = {
    "CreatePolicy": _created,
    "DeletePolicy": _deleted,
    "TagPolicy": _tagged,
    "UntagPolicy": _untagged,
    "CreatePolicyVersion": _versioned,
    "SetDefaultPolicyVersion": _chosen,
    "DeletePolicyVersion": _unversioned,
    **{f"Attach{word}Policy": partial(_attached, word) for word in HOLDERS},
    **{f"Detach{word}Policy": partial(_detached, word) for word in HOLDERS},
    **{f"Put{word}Policy": partial(_put, word) for word in HOLDERS},
    **{f"Delete{word}Policy": partial(_taken, word) for word in HOLDERS},
}
