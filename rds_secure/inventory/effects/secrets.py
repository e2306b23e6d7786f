"""What calls of Secrets Manager leave of a secret's key, policy and tags. Its value is nobody's business here."""

from __future__ import annotations

from collections.abc import Mapping

from rds_secure.inventory.effects.call import Call, Effect, tagged, untagged
from rds_secure.inventory.effects.rds import key_arn
from rds_secure.inventory.ledger import Ledger
from rds_secure.inventory.model import Reply


def _arn(ledger: Ledger, call: Call) -> str:
    """The ARN of the secret that a call is about, which may go by its name."""
    named: str = call["SecretId"]
    found: str = ledger.aside.get(("secret", named), named)
    return found


def _created(ledger: Ledger, call: Call) -> Reply:
    name = call["Name"]
    arn = call.arn("secretsmanager", f"secret:{name}-{call.token()}")  # AWS adds six characters
    ledger.aside["secret", name] = arn
    key = {"KmsKeyId": key_arn(call, call["KmsKeyId"])} if call.get("KmsKeyId") else {}
    ledger.put("secretsmanager", "DescribeSecret", arn, {"ARN": arn, "Name": name, "Tags": call.tags, **key})
    ledger.put("secretsmanager", "GetResourcePolicy", arn, {"ARN": arn, "Name": name})
    return {"ARN": arn, "Name": name}


def _updated(ledger: Ledger, call: Call) -> Reply:
    secret = ledger.answer("secretsmanager", "DescribeSecret", _arn(ledger, call)) or {}
    if call.get("KmsKeyId"):
        secret["KmsKeyId"] = key_arn(call, call["KmsKeyId"])
    return {}


def _deleted(ledger: Ledger, call: Call) -> Reply:
    """It waits for its end, and cannot be read meanwhile."""
    arn = _arn(ledger, call)
    for action in ("DescribeSecret", "GetResourcePolicy"):
        if ledger.answer("secretsmanager", action, arn) is not None:
            ledger.put("secretsmanager", action, arn, {})
    return {}


def _tagged(ledger: Ledger, call: Call) -> Reply:
    if (secret := ledger.answer("secretsmanager", "DescribeSecret", _arn(ledger, call))) is not None:
        secret["Tags"] = tagged(secret.get("Tags") or (), call.tags)
    return {}


def _untagged(ledger: Ledger, call: Call) -> Reply:
    if (secret := ledger.answer("secretsmanager", "DescribeSecret", _arn(ledger, call))) is not None:
        secret["Tags"] = untagged(secret.get("Tags") or (), call["TagKeys"])
    return {}


def _governed(ledger: Ledger, call: Call) -> Reply:
    arn = _arn(ledger, call)
    ledger.put("secretsmanager", "GetResourcePolicy", arn, {"ARN": arn, "ResourcePolicy": call["ResourcePolicy"]})
    return {}


def _ungoverned(ledger: Ledger, call: Call) -> Reply:
    arn = _arn(ledger, call)
    ledger.put("secretsmanager", "GetResourcePolicy", arn, {"ARN": arn})
    return {}


EFFECTS: Mapping[str, Effect] = {
    "CreateSecret": _created,
    "UpdateSecret": _updated,
    "DeleteSecret": _deleted,
    "PutResourcePolicy": _governed,
    "DeleteResourcePolicy": _ungoverned,
    "TagResource": _tagged,
    "UntagResource": _untagged,
}
