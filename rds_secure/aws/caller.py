"""Calls that change something, one at a time, exactly as an operation says. When to call: `apply`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rds_secure.aws.errors import BOTO, translate
from rds_secure.aws.session import Connection
from rds_secure.operation import snake


class AwsCaller:
    """Sends one call and gives its reply."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def call(self, service: str, action: str, params: Mapping[str, Any], *, once: bool = False) -> Mapping[str, Any]:
        """The reply. ``once``: never repeated by the SDK. Raises `CallError` (code ``NoReply`` after a lost one)."""
        client = self._connection.client(service, once=once)
        method = snake(action)
        try:
            if client.can_paginate(method):  # what waits poll
                whole: Mapping[str, Any] = client.get_paginator(method).paginate(**params).build_full_result()
                return whole
            reply: Mapping[str, Any] = getattr(client, method)(**params)
            return reply
        except BOTO as error:
            raise translate(service, action, error) from error
