"""Calls that change something, one at a time, exactly as an operation says. When to call: `apply`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rds_secure.aws.errors import BOTO, translate
from rds_secure.aws.secrets import Secrets
from rds_secure.aws.session import Connection
from rds_secure.operation import snake


class AwsCaller:
    """Sends one call and gives its reply. Secrets are filled in here, and nowhere else."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._secrets = Secrets(connection)

    def call(
        self, service: str, action: str, params: Mapping[str, Any], *, once: bool = False, region: str = ""
    ) -> Mapping[str, Any]:
        """The reply. ``once``: never repeated by the SDK; ``region``: another one than the connection's.

        Raises `CallError` (code ``NoReply`` after a lost one).
        """
        client = self._connection.client(service, region or None, once=once)
        method = snake(action)
        filled = self._secrets.fill(params)
        try:
            if client.can_paginate(method):  # what waits poll
                whole: Mapping[str, Any] = client.get_paginator(method).paginate(**filled.params).build_full_result()
                return whole
            reply: Mapping[str, Any] = getattr(client, method)(**filled.params)
            return reply
        except BOTO as error:
            failure = translate(service, action, error)
            if not filled.has_secrets:
                raise failure from error
        raise filled.without(failure)  # outside of the handler, so that the cause, which may repeat a secret, is gone
