"""What a database brings along goes on under the name of before when that one is renamed. Pure; it reads nothing.

A parameter group cannot be renamed, and another one with the same in it would be in effect only after a reboot.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rds_secure import ownership
from rds_secure.fields import Mode, markers, plain
from rds_secure.kind import Found, Resource


def may_stay(found: Found[Any], resource: Resource[Any]) -> bool:
    """Whether something that is brought along differs in its name alone from what it is to be: not in its family."""
    fixed = [name for name, marker in markers(type(found.spec)).items() if marker.mode is Mode.CREATE_ONLY]
    same = all(plain(getattr(found.spec, name)) == plain(getattr(resource.spec, name)) for name in fixed)
    return resource.address.is_implied and same


def named(resource: Resource[Any], name: str) -> Resource[Any]:
    """The same under the name that it has, which its tags go on telling."""
    where = {ownership.ADDRESS: ownership.where(resource.address, name)}
    return replace(resource, name=name, tags={**resource.tags, **where})
