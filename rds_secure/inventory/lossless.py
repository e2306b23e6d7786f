"""Replies as JSON and back, without loss: moments and bytes have a form of their own. It knows no service.

``{"$time": "2026-11-24T20:00:00+00:00"}``, ``{"$bytes": base64}``; a mapping that has a key with a ``$`` itself is put
below ``$mapping``, so that `decoded` is the inverse of `encoded`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def encoded(value: Any) -> Any:
    """A reply as JSON; raises TypeError for what no reply has."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            members = {str(key): encoded(item) for key, item in value.items()}
            return {"$mapping": members} if any(key.startswith("$") for key in members) else members
        case list() | tuple():
            return [encoded(item) for item in value]
        case datetime():
            return {"$time": value.isoformat()}
        case bytes() | bytearray():
            return {"$bytes": base64.b64encode(value).decode()}
    raise TypeError(f"no reply has a {type(value).__name__}")


def decoded(value: Any) -> Any:
    """The inverse of `encoded`; raises ValueError for a mangled form."""
    match value:
        case {"$time": str(moment), **more} if not more:
            return datetime.fromisoformat(moment)
        case {"$bytes": str(text), **more} if not more:
            return base64.b64decode(text, validate=True)
        case {"$mapping": {**members}, **more} if not more:
            return {key: decoded(item) for key, item in members.items()}
        case {**members}:
            if strange := [key for key in members if str(key).startswith("$")]:
                raise ValueError(f"not a value: a mapping with {strange[0]}")
            return {key: decoded(item) for key, item in members.items()}
        case list():
            return [decoded(item) for item in value]
    return value
