"""Secret texts, found at the moment a call needs them, and kept out of everything that is said about the call.

Nothing here remembers one: a source is asked again for every call.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

from rds_secure.aws.errors import BOTO, translate
from rds_secure.aws.session import Connection
from rds_secure.errors import CallError, RdsSecureError
from rds_secure.values import Secret, secrets, transform


@dataclass(frozen=True, slots=True)
class Filled:
    """Parameters with their secrets filled in. Its ``repr`` shows none."""

    params: Mapping[str, Any]
    _hidden: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        return f"Filled({len(self._hidden)} secrets)"

    @property
    def has_secrets(self) -> bool:
        """Whether there is anything to hide."""
        return bool(self._hidden)

    def without(self, error: RdsSecureError) -> RdsSecureError:
        """The same error with every secret in it, in whatever form AWS or botocore repeats it, named instead."""
        if isinstance(error, CallError):
            message = self._scrubbed(error.message)
            return type(error)(
                error.service,
                error.action,
                error.code,
                message,
                status=error.status,
                request_id=error.request_id,
                uncertain=error.uncertain,
            )
        return type(error)(self._scrubbed(str(error)))

    def _scrubbed(self, text: str) -> str:
        for hidden, shown in self._hidden:
            for form in _forms(hidden):
                text = text.replace(form, shown)
        return text


class Secrets:
    """Environment variables, and the secrets of an account."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fill(self, params: Mapping[str, Any]) -> Filled:
        """The parameters as they go out. Raises `RdsSecureError` for a source that has nothing."""
        found = {secret: self.find(secret) for secret in secrets(params)}
        filled = transform(params, lambda leaf: found[leaf] if isinstance(leaf, Secret) else leaf)
        return Filled(filled, tuple((text, str(secret)) for secret, text in found.items()))

    def missing(self, wanted: Iterable[Secret]) -> list[tuple[Secret, str]]:
        """Each source that has nothing to give, and why; asked before the first call of an apply."""
        failed = []
        for secret in wanted:
            try:
                self.find(secret)
            except RdsSecureError as error:
                failed.append((secret, str(error)))
        return failed

    def find(self, secret: Secret) -> str:
        """The text itself. Raises `RdsSecureError`, never with a part of it."""
        text = self._environment(secret.name) if secret.source == "env" else self._stored(secret)
        if not text:
            raise RdsSecureError(f"{secret.where} is empty")
        return text

    def _environment(self, name: str) -> str:
        text = os.environ.get(name)
        if text is None:
            raise RdsSecureError(f"environment variable {name} is not set")
        return text

    def _stored(self, secret: Secret) -> str:
        try:
            reply = self._connection.client("secretsmanager").get_secret_value(SecretId=secret.name)
        except BOTO as error:
            raise translate("secretsmanager", "GetSecretValue", error) from error
        whole = str(reply.get("SecretString", ""))
        return _inside(whole, secret) if secret.key else whole


def _inside(whole: str, secret: Secret) -> str:
    try:
        held = json.loads(whole)
    except ValueError:
        held = None
    if not isinstance(held, dict):
        raise RdsSecureError(f"secret {secret.name} holds no JSON object")
    if not isinstance(held.get(secret.key), str):
        raise RdsSecureError(f"secret {secret.name} has no text under the key {secret.key}")
    return str(held[secret.key])


def _forms(text: str) -> list[str]:
    """How a text may be repeated: as it is, and as a URL, JSON, XML or Python would write it; the longest first."""
    xml = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    written = {text, quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1], repr(text)[1:-1], xml}
    return sorted(written, key=len, reverse=True)
