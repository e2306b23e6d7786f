"""What calls of KMS leave of a key: its policy, grants, state, rotation, tags and aliases. Keys go by their ARN."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rds_secure.inventory.effects.call import Call, Effect
from rds_secure.inventory.ledger import Ledger, Listing
from rds_secure.inventory.model import Reply

ALIASES = Listing("kms", "ListAliases", "Aliases", "AliasName")

_ROTATION_DAYS = 365
"""KMS API, EnableKeyRotation."""


def _arn(call: Call) -> str:
    """The ARN of the key that a call is about, which may name it by its id."""
    key: str = call["KeyId"]
    return key if key.startswith("arn:") else call.arn("kms", f"key/{key}")


def _created(ledger: Ledger, call: Call) -> Reply:
    arn = call.arn("kms", f"key/{call.token()}")
    metadata = {
        "KeyId": call.token(),
        "Arn": arn,
        "AWSAccountId": call.place.account,
        "Enabled": True,
        "KeyState": "Enabled",
        "KeyManager": "CUSTOMER",
        "Origin": call.get("Origin", "AWS_KMS"),
        "KeyUsage": call.get("KeyUsage", "ENCRYPT_DECRYPT"),
        "KeySpec": call.get("KeySpec", "SYMMETRIC_DEFAULT"),
        "MultiRegion": call.get("MultiRegion", False),
        "Description": call.get("Description", ""),
    }
    ledger.put("kms", "DescribeKey", arn, {"KeyMetadata": metadata})
    policy = call.get("Policy") or _usual_policy(call)
    ledger.put("kms", "GetKeyPolicy", arn, {"Policy": policy, "PolicyName": "default"})
    ledger.put("kms", "GetKeyRotationStatus", arn, {"KeyId": arn, "KeyRotationEnabled": False})
    ledger.put("kms", "ListGrants", arn, {"Grants": []})
    ledger.put("kms", "ListResourceTags", arn, {"Tags": list(call.get("Tags", ()))})
    return {"KeyMetadata": metadata}


def _usual_policy(call: Call) -> str:
    """The policy of a key that is made without one: the account decides (KMS developer guide, "Default key policy")."""
    root = f"arn:{call.place.partition}:iam::{call.place.account}:root"
    statement = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _governed(ledger: Ledger, call: Call) -> Reply:
    ledger.put("kms", "GetKeyPolicy", _arn(call), {"Policy": call["Policy"], "PolicyName": "default"})
    return {}


def _rotated(ledger: Ledger, call: Call) -> Reply:
    arn, days = _arn(call), call.get("RotationPeriodInDays", _ROTATION_DAYS)
    status = {"KeyId": arn, "KeyRotationEnabled": True, "RotationPeriodInDays": days}
    ledger.put("kms", "GetKeyRotationStatus", arn, status)
    return {}


def _unrotated(ledger: Ledger, call: Call) -> Reply:
    arn = _arn(call)
    ledger.put("kms", "GetKeyRotationStatus", arn, {"KeyId": arn, "KeyRotationEnabled": False})
    return {}


# What policies may go by: tags and aliases


def _tagged(ledger: Ledger, call: Call) -> Reply:
    if (listed := ledger.answer("kms", "ListResourceTags", _arn(call))) is not None:
        merged = {tag["TagKey"]: tag["TagValue"] for tag in (*listed.get("Tags", ()), *call["Tags"])}
        listed["Tags"] = [{"TagKey": key, "TagValue": value} for key, value in merged.items()]
    return {}


def _untagged(ledger: Ledger, call: Call) -> Reply:
    if (listed := ledger.answer("kms", "ListResourceTags", _arn(call))) is not None:
        listed["Tags"] = [tag for tag in listed.get("Tags", ()) if tag["TagKey"] not in call["TagKeys"]]
    return {}


def _called(ledger: Ledger, call: Call) -> Reply:
    name = call["AliasName"]
    item = {"AliasName": name, "AliasArn": call.arn("kms", name), "TargetKeyId": call["TargetKeyId"].split("/")[-1]}
    ledger.drop(ALIASES, name)
    ledger.add(ALIASES, item)
    return {}


def _uncalled(ledger: Ledger, call: Call) -> Reply:
    ledger.drop(ALIASES, call["AliasName"])
    return {}


# States


def _state(ledger: Ledger, call: Call, state: str) -> Reply:
    metadata = (ledger.answer("kms", "DescribeKey", _arn(call)) or {}).get("KeyMetadata", {})
    metadata |= {"KeyState": state, "Enabled": state == "Enabled"}
    return {}


def _enabled(ledger: Ledger, call: Call) -> Reply:
    return _state(ledger, call, "Enabled")


def _disabled(ledger: Ledger, call: Call) -> Reply:
    return _state(ledger, call, "Disabled")


def _scheduled(ledger: Ledger, call: Call) -> Reply:
    return _state(ledger, call, "PendingDeletion")


# Grants


def _granted(ledger: Ledger, call: Call) -> Reply:
    arn = _arn(call)
    listed = ledger.answer("kms", "ListGrants", arn)
    named = ("GranteePrincipal", "RetiringPrincipal", "Operations", "Constraints", "Name")
    grant: dict[str, Any] = {name: call[name] for name in named if name in call.params}
    grant |= {
        "KeyId": arn,
        "GrantId": f"<{call.address}.grant {call.get('Name', '')}>",
        "IssuingAccount": f"arn:{call.place.partition}:iam::{call.place.account}:root",
    }
    if listed is not None:
        listed["Grants"] = [*listed.get("Grants", ()), grant]
    return {"GrantId": grant["GrantId"]}


def _revoked(ledger: Ledger, call: Call) -> Reply:
    listed = ledger.answer("kms", "ListGrants", _arn(call))
    if listed is not None:
        listed["Grants"] = [grant for grant in listed.get("Grants", ()) if grant["GrantId"] != call["GrantId"]]
    return {}


EFFECTS: Mapping[str, Effect] = {
    "CreateKey": _created,
    "PutKeyPolicy": _governed,
    "EnableKeyRotation": _rotated,
    "DisableKeyRotation": _unrotated,
    "EnableKey": _enabled,
    "DisableKey": _disabled,
    "ScheduleKeyDeletion": _scheduled,
    "CreateGrant": _granted,
    "RevokeGrant": _revoked,
    "TagResource": _tagged,
    "UntagResource": _untagged,
    "CreateAlias": _called,
    "UpdateAlias": _called,
    "DeleteAlias": _uncalled,
}
