"""What never gets into a recording: whatever could be a secret, by the names of its fields. It asks for nothing.

None of the calls that are recorded asks for a secret; this is the second lock on that door.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WITHHELD = frozenset(
    {
        "AuthToken",
        "CiphertextBlob",
        "CiphertextForRecipient",
        "KeyMaterial",
        "Password",
        "Plaintext",
        "PrivateKey",
        "PrivateKeyCiphertextBlob",
        "PrivateKeyPlaintext",
        "SecretAccessKey",
        "SecretBinary",
        "SecretString",
        "SessionToken",
        "TdeCredentialPassword",
        "UserData",
    }
)
"""Fields that are left out of every reply, whatever the service."""

_MASK = "****"
_MASKED = frozenset({"MasterUserPassword"})
"""Fields that AWS masks itself, of which it matters that they are there: a password that waits for its window."""

_WITH_VALUES = {
    "Parameter": frozenset({"Value"}),
    "Parameters": frozenset({"Value"}),
    "OptionSettings": frozenset({"Value", "DefaultValue"}),
}
"""Below these, further fields that may hold a secret: parameters of SSM, and settings that are called a password."""

_META = "ResponseMetadata"
"""Of the answer, not of the account: request ids and times of the wire."""


def without_secrets(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """A reply without what could be a secret, and without what is about the answer only."""
    found: Mapping[str, Any] = _clean({key: value for key, value in reply.items() if key != _META}, "")
    return found


def _clean(value: Any, below: str) -> Any:
    if isinstance(value, Mapping):
        left = _WITH_VALUES.get(below, frozenset()) if below != "OptionSettings" or _is_password(value) else frozenset()
        return {
            key: _MASK if key in _MASKED else _clean(item, key)
            for key, item in value.items()
            if key not in WITHHELD and key not in left
        }
    if isinstance(value, list | tuple):
        return [_clean(item, below) for item in value]
    return value


def _is_password(setting: Mapping[str, Any]) -> bool:
    """Whether an option's setting is one (Oracle's AGENT_REGISTRATION_PASSWORD and the like)."""
    name = str(setting.get("Name", "")).upper()
    return any(word in name for word in ("PASSWORD", "SECRET", "CREDENTIAL"))
